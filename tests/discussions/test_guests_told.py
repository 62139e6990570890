"""A guest who asked for it gets a mail when somebody answers what they wrote: once, only what the
public may read, and no more once they say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from tests.support import cast
from tests.support.guests import ADDRESS, Open, confirmed, link

from quaestio.courses.actions import remove_person
from quaestio.courses.models import Course, Guest
from quaestio.discussions import actions, guestmail, guests
from quaestio.discussions.models import GuestEntry, Post
from quaestio.discussions.tasks import tell_of_post
from quaestio.notifications.models import Letter
from quaestio.notifications.sending import send_letters
from quaestio.transfers.persons import all_about, forget, somebody_at

pytestmark = pytest.mark.django_db
SUBJECT = "Somebody has answered you"


def another() -> dict[str, Any]:
    """Another guest, at another browser."""
    return {"address": "other@example.org", "client": Client()}


def let_in(scene: Open, **fields: Any) -> Post:
    """What a guest wrote and a teacher let in; they want to hear of answers."""
    post = confirmed(scene, **{"tells_answers": "on", **fields})
    return actions.show(post=post, by=scene.anna)


def mails() -> list[Any]:
    """What has been sent about answers, after the worker's round."""
    send_letters(worker="test")
    return [one for one in mail.outbox if one.subject == SUBJECT]


def whole(message: Any) -> str:
    """A mail as it goes over the wire, and its parts as a mail program shows them."""
    made: EmailMessage = message.message()
    parts = [part.get_payload(decode=True) for part in made.walk() if not part.is_multipart()]
    return "\n".join([made.as_string(), *(bytes(part).decode() for part in parts)])


def stop_in(message: Any) -> str:
    """The path that one click goes to."""
    found = re.fullmatch(
        r"<http://[^/]+(/guest-mail/\S+)>", message.extra_headers["List-Unsubscribe"]
    )
    assert found
    return found[1]


# -- Told ---------------------------------------------------------------------------------------


def test_whoever_asked_for_it_is_told_who_answered_what() -> None:
    scene = Open()
    post = let_in(scene)
    answer = cast.reply(scene.anna, post, "The archives say otherwise.")
    (message,) = mails()
    assert message.to == [f"Ruth Kellner <{ADDRESS}>"]
    text = message.body
    assert "Anna Berg replied to you" in text
    assert scene.discussion.title in text
    assert "The archives say otherwise." in text
    assert f"/d/{scene.discussion.public_id}/#p-{answer.public_id}" in text
    assert guests.link_of(post.entry) in text
    assert stop_in(message) in text
    html = str(message.alternatives[0][0])
    assert "The archives say otherwise." in html
    assert stop_in(message) in html


def test_nobody_is_told_who_did_not_ask_for_it() -> None:
    scene = Open()
    page = scene.page()
    assert re.search(r'<input type="checkbox" name="tells_answers"', page)
    assert not re.search(r'name="tells_answers"[^>]* checked', page)
    post = actions.show(post=confirmed(scene), by=scene.anna)
    cast.reply(scene.anna, post)
    assert mails() == []
    assert not Letter.objects.exists()


def test_a_known_guest_is_asked_anew_for_each_post() -> None:
    scene = Open()
    first = let_in(scene)
    assert not re.search(r'name="tells_answers"[^>]* checked', scene.page())
    scene.send(body="Once more.")
    second = actions.show(post=Post.objects.latest("pk"), by=scene.anna)
    cast.reply(scene.anna, second)
    assert mails() == []
    scene.send(body="A third time.", tells_answers="on")
    third = actions.show(post=Post.objects.latest("pk"), by=scene.anna)
    cast.reply(scene.anna, third)
    cast.reply(scene.anna, first)
    assert len(mails()) == 2


def test_a_reply_of_a_guest_is_answered_too() -> None:
    scene = Open()
    mine = cast.response(scene.anna, scene.discussion)
    post = let_in(scene, to=mine)
    cast.reply(scene.anna, post, "Thank you for coming.")
    (message,) = mails()
    assert "Thank you for coming." in message.body


def test_the_tick_comes_back_with_the_text() -> None:
    scene = Open()
    for sent in ({"body": " "}, {"preview": "1"}):
        page = scene.send(tells_answers="on", **sent).content.decode()
        assert re.search(r'name="tells_answers"[^>]* checked', page)
        page = scene.send(**sent).content.decode()
        assert not re.search(r'name="tells_answers"[^>]* checked', page)


def test_the_page_to_confirm_says_that_it_was_asked_for() -> None:
    scene = Open()
    scene.send(tells_answers="on")
    assert (
        "A mail was asked for, whenever somebody answers it."
        in Client().get(link()).content.decode()
    )


def test_one_guest_is_told_of_the_answer_of_another_and_not_of_their_own() -> None:
    scene = Open()
    post = let_in(scene)
    scene.send(to=post, body="I add to my own.")
    actions.show(post=Post.objects.latest("pk"), by=scene.anna)
    assert mails() == []
    other = confirmed(scene, to=post, body="I was there too.", **another())
    assert mails() == []  # it waits
    actions.show(post=other, by=scene.anna)
    (message,) = mails()
    assert "I was there too." in message.body
    assert "(guest)" in message.body
    assert "other@example.org" not in whole(message)
    assert message.to == [f"Ruth Kellner <{ADDRESS}>"]


def test_no_address_but_their_own_stands_in_it() -> None:
    scene = Open()
    maya = cast.student(scene.course)
    assert maya.user
    cast.reply(maya, let_in(scene))
    (message,) = mails()
    assert maya.user.email not in whole(message)
    assert "@" not in "".join(str(one) for one in message.extra_headers["List-Unsubscribe"])
    assert ADDRESS not in message.body


# -- Through the doors --------------------------------------------------------------------------


def hidden(scene: Open, answer: Post) -> None:
    actions.hide(post=answer, by=scene.anna, because="")


def withdrawn(scene: Open, answer: Post) -> None:
    actions.withdraw(post=answer, by=answer.author)


def not_public(scene: Open, answer: Post) -> None:
    Course.objects.filter(pk=scene.course.pk).update(is_public=False, guests=False)


def guest_removed(scene: Open, answer: Post) -> None:
    assert answer.parent
    remove_person(enrollment=answer.parent.author, by=scene.anna)


def guest_forgotten(scene: Open, answer: Post) -> None:
    found = somebody_at(ADDRESS)
    assert found
    forget(found)


def own_withdrawn(scene: Open, answer: Post) -> None:
    assert answer.parent
    actions.withdraw(post=answer.parent, by=answer.parent.author)


def stopped(scene: Open, answer: Post) -> None:
    assert answer.parent
    actions.stop_answers(guest=answer.parent.author)


def post_first(scene: Open, answer: Post) -> None:
    scene.discussion.post_first = True
    scene.discussion.save(update_fields=["post_first"])


@pytest.mark.parametrize(
    "meanwhile",
    [
        *(hidden, withdrawn, not_public, guest_removed),
        *(guest_forgotten, own_withdrawn, stopped, post_first),
    ],
)
@pytest.mark.parametrize("when", ["before it is written", "before it is sent"])
def test_what_may_no_longer_be_told_is_not(
    meanwhile: Callable[[Open, Post], None], when: str, settings: Any
) -> None:
    scene = Open()
    post = let_in(scene)
    if when == "before it is written":
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    answer = cast.reply(scene.anna, post, "The archives say otherwise.")
    answer.parent = post
    meanwhile(scene, answer)
    if when == "before it is written":
        tell_of_post.func(answer.public_id)
        assert not Letter.objects.exists()
    assert mails() == []


def test_a_pseudonym_hides_the_name_from_guests_too() -> None:
    scene = Open(pseudonyms=True)
    maya = cast.student(scene.course, "Maya Lindqvist")
    cast.reply(maya, let_in(scene), "So it was.")
    (message,) = mails()
    assert "So it was." in message.body
    assert "Maya" not in whole(message)


# -- Once, and not too often --------------------------------------------------------------------


def test_it_is_written_once_however_often_the_worker_begins_anew() -> None:
    scene = Open()
    answer = cast.reply(scene.anna, let_in(scene))
    for _ in range(3):
        tell_of_post.func(answer.public_id)
    assert len(mails()) == 1
    tell_of_post.func(answer.public_id)
    actions.hide(post=answer, by=scene.anna, because="")
    actions.show(post=answer, by=scene.anna)
    assert len(mails()) == 1


def test_an_answer_that_is_shown_again_long_after_is_no_news() -> None:
    scene = Open()
    answer = cast.reply(scene.anna, let_in(scene))
    assert len(mails()) == 1
    Letter.objects.all().delete()  # as the clock does after a month
    Post.objects.filter(pk=answer.pk).update(shown_at=timezone.now() - timedelta(days=31))
    answer.refresh_from_db()
    actions.hide(post=answer, by=scene.anna, because="")
    actions.show(post=answer, by=scene.anna)
    assert len(mails()) == 1


@pytest.mark.parametrize("kept", [0, 1, 30])
def test_news_is_never_older_than_letters_are_kept(kept: int, settings: Any) -> None:
    settings.KEEP_LETTERS = kept
    scene = Open()
    post = let_in(scene)
    answer = cast.reply(scene.anna, post)
    Letter.objects.all().delete()
    limit = min(kept or guestmail.NEWS, guestmail.NEWS)
    for age, told in (
        (timedelta(days=limit, minutes=1), 0),
        (timedelta(days=limit, minutes=-1), 1),
    ):
        Post.objects.filter(pk=answer.pk).update(shown_at=timezone.now() - age)
        assert tell_of_post.func(answer.public_id) == told


def test_a_guest_gets_five_a_day_and_the_fifth_says_so() -> None:
    scene = Open()
    post = let_in(scene)
    for number in range(7):
        cast.reply(scene.anna, post, f"Answer {number}.")
    sent = mails()
    assert len(sent) == guestmail.ANSWERS_A_DAY == 5
    assert ["last of these mails" in one.body for one in sent] == [False] * 4 + [True]
    Letter.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    cast.reply(scene.anna, post, "The next day.")
    (late,) = mails()[5:]
    assert "The next day." in late.body
    assert "last of these mails" not in late.body


def test_the_mails_of_one_guest_are_none_of_anothers() -> None:
    scene = Open()
    post, other = let_in(scene), let_in(scene, **another())
    for number in range(6):
        cast.reply(scene.anna, post, f"Answer {number}.")
    cast.reply(scene.anna, other, "Answer of one's own.")
    told = [(one.to, one.body) for one in mails()]
    assert [to for to, _body in told] == [[f"Ruth Kellner <{ADDRESS}>"]] * 5 + [
        ["Ruth Kellner <other@example.org>"]
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_task_write_one_letter() -> None:
    scene = Open()
    post = let_in(scene)
    answer = cast.reply(scene.anna, post)
    Letter.objects.all().delete()
    wrote: list[int] = []

    def work() -> None:
        try:
            wrote.append(tell_of_post.func(answer.public_id))
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(wrote) == [0, 0, 0, 1]
    assert Letter.objects.count() == 1


# -- No more ------------------------------------------------------------------------------------


def test_one_click_ends_it_and_looking_does_not() -> None:
    scene = Open()
    first, second = let_in(scene), let_in(scene, body="Once more.")
    elsewhere = Open()
    third = let_in(elsewhere)
    cast.reply(scene.anna, first)
    (message,) = mails()
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert scene.course.public_id in message.extra_headers["List-Id"]
    path = stop_in(message)
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        page = strict.get(path)
        assert page.status_code == 200
        assert page["X-Robots-Tag"] == "noindex"
        assert "Stop this mail?" in page.content.decode()
    assert GuestEntry.objects.filter(tells_answers=True).count() == 3
    for _ in range(2):
        answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "No more mail" in answer.content.decode()
        assert ADDRESS not in answer.content.decode()
    cast.reply(scene.anna, first)
    cast.reply(scene.anna, second)
    assert len(mails()) == 1
    # What somebody asked for in another course stands.
    assert GuestEntry.objects.get(tells_answers=True).post == third


def test_a_link_that_is_not_ours_stops_nothing() -> None:
    scene = Open()
    post = let_in(scene)
    cast.reply(scene.anna, post)
    (message,) = mails()
    path = stop_in(message)
    for wrong in (path[:-1], f"{path}x", f"/guest-mail/{post.author.public_id}"):
        assert Client().post(wrong).status_code == 404
        assert Client().get(wrong).status_code == 404
    assert GuestEntry.objects.filter(tells_answers=True).exists()


def test_on_their_own_page_a_guest_asks_for_it_and_ends_it() -> None:
    scene = Open()
    post = actions.show(post=confirmed(scene), by=scene.anna)
    path = guests.link_of(post.entry)
    page = Client().get(path).content.decode()
    assert "Mail me when somebody answers" in page
    assert Client().post(path, {"do": "tell"}).status_code == 302
    assert 'value="tell-no-more"' in Client().get(path).content.decode()
    cast.reply(scene.anna, post)
    assert len(mails()) == 1
    assert Client().post(path, {"do": "tell-no-more"}).status_code == 302
    cast.reply(scene.anna, post)
    assert len(mails()) == 1


def test_nothing_can_be_asked_for_where_nobody_can_answer() -> None:
    scene = Open()
    post = actions.show(post=confirmed(scene), by=scene.anna)
    actions.close_discussion(discussion=scene.discussion, by=scene.anna)
    path = guests.link_of(post.entry)
    assert 'value="tell"' not in Client().get(path).content.decode()
    Client().post(path, {"do": "tell"})
    assert not GuestEntry.objects.filter(tells_answers=True).exists()


def test_what_was_not_confirmed_tells_nobody() -> None:
    scene = Open()
    scene.send(tells_answers="on")
    assert not GuestEntry.objects.filter(tells_answers=True).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestEntry.objects.update(tells_answers=True)
    actions.decline_entry(entry=GuestEntry.objects.get())
    assert GuestEntry.objects.get().fields == {}


# -- What is held of it -------------------------------------------------------------------------


def test_a_guest_is_told_that_they_asked_for_it_and_it_ends_when_they_are_forgotten() -> None:
    scene = Open()
    let_in(scene)
    found = somebody_at(ADDRESS)
    assert found
    (course,) = all_about(found)["courses"]
    assert [one["mail_when_answered"] for one in course["posts"]] == [True]
    path = guests.stop_link_of(Guest.objects.get().enrollment)
    forget(found)
    assert not GuestEntry.objects.filter(tells_answers=True).exists()
    assert Client().get(path).status_code == 404


def test_no_page_says_who_wants_mail() -> None:
    scene = Open()
    post = let_in(scene)
    for who in (None, scene.anna, cast.student(scene.course)):
        page = scene.page(cast.sign_in(who) if who else Client())
        assert post.public_id in page
        assert guests.stop_link_of(post.author) not in page
        assert "tell-no-more" not in page
