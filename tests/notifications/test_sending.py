"""Mail over a real connection to a real SMTP server."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.notifications import conftest as made_up
from tests.notifications.test_telling import tell
from tests.support import cast
from tests.support.smtp import SmtpServer, part

from quaestio.accounts.models import User
from quaestio.notifications import actions, sending
from quaestio.notifications.models import How, Letter, Notice, ReturnedMail
from quaestio.notifications.sending import Sent, send_letters

pytestmark = pytest.mark.django_db


def at_once(person: User) -> User:
    actions.set_rule(person=person, list="", how=How.AT_ONCE)
    return person


@pytest.fixture
def maya() -> User:
    return at_once(cast.person("Maya Lindqvist", "maya@example.edu"))


def go() -> Sent:
    """A turn of the clock's mail."""
    actions.write_letters(now=timezone.now())
    return send_letters(worker="test")


def due_again() -> None:
    """The pauses are over."""
    Letter.objects.filter(state=Letter.State.WAITING).update(next_try_at=timezone.now())


# -- What a mail is -----------------------------------------------------------------------------


def test_a_mail_says_it_in_plain_text_and_in_html(server: SmtpServer, maya: User) -> None:
    tell(maya)
    assert go().sent == 1
    (mail,) = server.mails
    assert mail.get_content_type() == "multipart/alternative"
    assert mail["Subject"] == "News of apples: The Thaw"
    assert mail["To"] == "Maya Lindqvist <maya@example.edu>"
    for kind in ("plain", "html"):
        text = part(mail, kind)
        assert "News of apples" in text
        assert "What apples said — twice." in text
        assert Notice.objects.get().public_id in text
    assert "And “again”." in part(mail, "plain")
    assert "<p>" in part(mail, "html")


def test_a_mail_can_be_stopped_with_one_click_and_sorted(server: SmtpServer, maya: User) -> None:
    tell(maya)
    go()
    (mail,) = server.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = re.fullmatch(
        r"<http://localhost:8000(/unsubscribe/\S+)>", mail["List-Unsubscribe"].strip()
    )
    assert stop
    assert mail["List-Id"] == '"The Thaw" <thaw.localhost>'
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{Letter.objects.get().public_id}@localhost>"
    assert mail["References"] == "<thaw@localhost>"
    assert cast.sign_in(None).post(stop[1]).status_code == 200
    tell(maya, about="pears")
    assert go() == Sent()


def test_every_link_leads_to_this_site_and_nothing_is_fetched(
    server: SmtpServer, maya: User, settings: Any
) -> None:
    settings.SITE_URL = "https://seminar.example.edu"
    tell(maya)
    go()
    (mail,) = server.mails
    html, plain = part(mail, "html"), part(mail, "plain")
    links = re.findall(r"https?://[^\s\"<>]+", html + plain)
    assert len(links) == 6
    assert all(link.startswith("https://seminar.example.edu/") for link in links)
    assert not re.search(r"<(img|link|script|iframe)|url\(|\bsrc=", html)
    assert mail["Message-ID"].endswith("@seminar.example.edu>")


def test_no_address_but_the_readers_own_stands_in_a_mail(server: SmtpServer, maya: User) -> None:
    at_once(noah := cast.person("Noah", "noah@example.edu"))
    tell(maya, noah)
    assert go().sent == 2
    for source, mail in zip(server.sources, server.mails, strict=True):
        other = "noah" if "maya" in mail["To"] else "maya"
        assert f"{other}@example.edu" not in source
        assert len(mail.get_all("To", [])) == 1


@pytest.mark.parametrize(
    "title",
    [
        "Two\nlines\r\nBcc: all@example.edu",
        "Ещё раз о «Хрущёве»" * 9,
        "‏مرحبا‏ (right to left)",
        "<script>alert(1)</script>",
        "a" * 400,
    ],
)
def test_no_title_breaks_a_mail(
    title: str, server: SmtpServer, maya: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    words = made_up.words
    monkeypatch.setattr(
        made_up,
        "words",
        lambda notice: replace(words(notice), title=title, place=title, list_name=title),
    )
    tell(maya)
    assert go().sent == 1
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert "<script>" not in part(mail, "html")
    assert mail["List-Unsubscribe"].strip().startswith("<http://localhost:8000/unsubscribe/")
    assert mail["List-Id"].endswith("<thaw.localhost>")
    assert "\n" not in str(mail["Subject"])


def test_an_answer_that_was_seen_on_the_site_still_comes_as_was_asked(
    server: SmtpServer, maya: User
) -> None:
    tell(maya)
    actions.mark_seen(person=maya)
    assert go().sent == 1


# -- Whether it may be sent, at the moment of sending -------------------------------------------


@pytest.mark.parametrize("kept", [made_up.SECRET, made_up.OLD], ids=["secret", "old"])
def test_what_may_not_be_told_any_more_is_not_sent(
    kept: set[str], server: SmtpServer, maya: User
) -> None:
    tell(maya)
    kept.add("apples")
    assert go() == Sent(empty=1)
    assert Letter.objects.get().state == Letter.State.EMPTY
    assert not server.mails


def test_who_wants_no_mail_any_more_gets_none(server: SmtpServer, maya: User) -> None:
    tell(maya)
    actions.unsubscribe(person=maya, list="thaw")
    assert go() == Sent(empty=1)


def test_who_has_left_gets_none(server: SmtpServer, maya: User) -> None:
    tell(maya)
    User.objects.filter(pk=maya.pk).update(is_active=False)
    assert go() == Sent(empty=1)


# -- The mail of the day ------------------------------------------------------------------------

DAY = timezone.localdate()


def digest() -> Sent:
    actions.write_digests(day=DAY, now=timezone.now())
    return send_letters(worker="test")


def test_the_mail_of_the_day_holds_everything_once(server: SmtpServer) -> None:
    noah = cast.person("Noah", "noah@example.edu")
    for about in ("apples", "pears", "plums"):
        tell(noah, about=about)
    assert go() == Sent()
    assert digest().sent == 1
    (mail,) = server.mails
    assert mail["Subject"] == "3 notices: Russia after Stalin"
    for kind in ("plain", "html"):
        for about in ("apples", "pears", "plums"):
            assert part(mail, kind).count(f"News of {about}") == 1
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["References"] is None
    assert mail["List-Id"].endswith("<daily.localhost>")


def test_nobody_gets_a_second_mail_on_the_same_day(server: SmtpServer) -> None:
    noah = cast.person()
    tell(noah)
    digest()
    tell(noah, about="pears")
    assert digest() == Sent()
    actions.write_digests(day=DAY + timedelta(days=1), now=timezone.now())
    assert send_letters(worker="test").sent == 1
    assert [mail["Subject"] for mail in server.mails] == [
        "News of apples: The Thaw",
        "News of pears: The Thaw",
    ]


def test_a_day_with_nothing_to_tell_brings_no_mail(server: SmtpServer) -> None:
    noah = cast.person()
    assert digest() == Sent()
    tell(noah)
    actions.mark_seen(person=noah)
    assert digest() == Sent(empty=1)
    assert not server.mails


def test_a_hundred_notices_make_one_mail_that_says_how_many_more(server: SmtpServer) -> None:
    noah = cast.person()
    for number in range(100):
        tell(noah, about=f"thing{number}")
    assert digest().sent == 1
    (mail,) = server.mails
    assert mail["Subject"].startswith("100 notices")
    assert "40 more" in part(mail, "plain")


# -- When it goes wrong -------------------------------------------------------------------------


def test_an_address_that_is_refused_gets_no_more_mail_and_its_owner_is_told_why(
    server: SmtpServer, maya: User
) -> None:
    server.refuse("maya@example.edu", "550 5.1.1 No such person")
    tell(maya)
    assert go() == Sent(refused=1)
    letter = Letter.objects.get()
    assert (letter.state, letter.reason) == (Letter.State.REFUSED, "550 5.1.1 No such person")
    assert ReturnedMail.objects.get(person=maya).reason == "550 5.1.1 No such person"
    tell(maya, about="pears")
    assert go() == Sent(empty=1)
    maya.email = "maya.new@example.edu"
    maya.save()
    tell(maya, about="plums")
    assert go() == Sent(sent=1)


def test_a_server_that_may_not_relay_blames_no_address(server: SmtpServer, maya: User) -> None:
    server.refuse("maya@example.edu", "550 5.7.1 Relaying denied")
    tell(maya)
    assert go() == Sent(put_off=1)
    assert not ReturnedMail.objects.exists()


@pytest.mark.parametrize("answer", ["451 Try again later", "hang up"])
def test_what_fails_for_now_is_tried_again_after_growing_pauses(
    answer: str, server: SmtpServer, maya: User
) -> None:
    server.then_answer(*[answer] * 3)
    tell(maya)
    pauses = []
    for _ in range(3):
        assert go() == Sent(put_off=1)
        assert go() == Sent()  # not before its time
        pauses.append(Letter.objects.get().next_try_at - timezone.now())
        due_again()
    assert pauses == sorted(pauses)
    assert pauses[2] > 2 * pauses[0]
    assert go() == Sent(sent=1)
    assert len(server.mails) == 1


def test_after_the_last_pause_it_is_given_up(server: SmtpServer, maya: User) -> None:
    server.then_answer(*["451 Try again later"] * 20)
    tell(maya)
    actions.write_letters(now=timezone.now())
    rounds = []
    for _ in range(len(sending.PAUSES) + 1):
        rounds.append(go())
        due_again()
    assert rounds == [Sent(put_off=1)] * len(sending.PAUSES) + [Sent(refused=1)]
    assert Letter.objects.get().reason == "451 Try again later"


def test_a_mail_that_is_refused_keeps_no_other_from_being_sent(
    server: SmtpServer, maya: User
) -> None:
    server.then_answer("554 This looks like spam", "451 Later", "hang up")
    for about in ("one", "two", "three", "four", "five"):
        tell(maya, about=about)
    assert go() == Sent(sent=2, put_off=2, refused=1)
    assert not ReturnedMail.objects.exists()
    assert go() == Sent()


def test_a_letter_that_cannot_be_written_keeps_no_other_from_being_sent(
    server: SmtpServer,
    maya: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    words = made_up.words

    def broken(notice: Notice) -> Any:
        if notice.about == "poison" and notice.letter_id:
            raise ValueError("maya@example.edu wrote something strange")
        return words(notice)

    monkeypatch.setattr(made_up, "words", broken)
    tell(maya, about="poison")
    tell(maya, about="good")
    assert go() == Sent(sent=1, put_off=1)
    assert Letter.objects.get(state=Letter.State.WAITING).reason == "ValueError"


def test_one_connection_serves_a_round(server: SmtpServer, maya: User) -> None:
    for number in range(20):
        tell(maya, about=f"thing{number}")
    assert go().sent == 20
    assert server.connections == 1


def test_while_the_server_is_away_nothing_is_lost_and_no_letter_is_blamed(
    server: SmtpServer, maya: User, settings: Any
) -> None:
    for about in ("one", "two", "three"):
        tell(maya, about=about)
    settings.EMAIL_PORT = 1  # nobody listens there
    for _ in range(20):
        assert go() == Sent(server_away=True)
    assert set(Letter.objects.values_list("tries", flat=True)) == {0}
    settings.EMAIL_PORT = server.port
    assert go().sent == 3


def test_a_server_that_does_not_take_our_own_address_gives_up_no_letter(
    server: SmtpServer, maya: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_ignored: object) -> str:
        return "550 5.7.1 You may not send here"

    monkeypatch.setattr(server, "handle_MAIL", refuse, raising=False)
    tell(maya)
    assert go() == Sent(server_away=True)
    assert Letter.objects.get().state == Letter.State.WAITING


# -- Once ---------------------------------------------------------------------------------------


def test_two_workers_never_have_the_same_letter(maya: User) -> None:
    for about in ("one", "two", "three"):
        tell(maya, about=about)
    actions.write_letters(now=timezone.now())
    claimed = [sending.claim(worker=f"worker {n}", now=timezone.now()) for n in range(4)]
    assert len({one.pk for one in claimed if one}) == 3
    assert claimed[3] is None


def test_what_a_dead_worker_had_in_hand_is_sent_by_the_next_with_the_same_id(
    server: SmtpServer, maya: User
) -> None:
    tell(maya)
    actions.write_letters(now=timezone.now())
    letter = sending.claim(worker="dead", now=timezone.now())
    assert letter
    assert go() == Sent()
    assert actions.release(worker="dead") == 1
    assert go().sent == 1
    assert server.mails[0]["Message-ID"] == f"<{letter.public_id}@localhost>"


def test_a_worker_of_which_nothing_is_heard_loses_its_letter_when_the_lease_ends(
    server: SmtpServer, maya: User
) -> None:
    tell(maya)
    actions.write_letters(now=timezone.now())
    long_ago = timezone.now() - sending.LEASE - timedelta(minutes=1)
    Letter.objects.update(next_try_at=long_ago)
    sending.claim(worker="elsewhere", now=long_ago)
    assert go().sent == 1
