from __future__ import annotations

import pytest
from django.test import Client
from tests.notifications import conftest as made_up
from tests.notifications.test_telling import tell
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.notifications import actions
from quaestio.notifications.links import token_for
from quaestio.notifications.models import How, MailRule, Notice, ReturnedMail
from quaestio.notifications.queries import rule_of, unseen

pytestmark = pytest.mark.django_db


def test_an_empty_page_says_what_will_stand_there() -> None:
    page = cast.sign_in(cast.person()).get("/notices/").content.decode()
    assert "when somebody answers you" in page
    assert "Mark all as read" not in page


def test_notices_stand_newest_first_and_the_header_counts_what_is_new() -> None:
    maya = cast.person()
    tell(maya, about="apples")
    tell(maya, about="pears")
    client = cast.sign_in(maya)
    page = client.get("/notices/").content.decode()
    assert page.index("News of pears") < page.index("News of apples")
    assert '<span class="count">2<span class="vh"> new notices</span></span>' in page
    assert client.post("/notices/read").status_code == 302
    page = client.get("/notices/").content.decode()
    assert 'class="count"' not in page
    assert "News of pears" in page


def test_a_notice_leads_to_its_thing_and_is_then_seen() -> None:
    maya = cast.person()
    tell(maya)
    notice = Notice.objects.get()
    answer = cast.sign_in(maya).get(f"/notices/{notice.public_id}/")
    assert answer["Location"] == "/d/thaw/#p-apples"
    assert unseen(maya) == 0


def test_what_may_no_longer_be_told_shows_no_word_and_can_still_be_cleared() -> None:
    maya = cast.person()
    tell(maya)
    made_up.SECRET.add("apples")
    client = cast.sign_in(maya)
    page = client.get("/notices/").content.decode()
    assert "apples" not in page
    assert "no longer open to you" in page
    client.get(f"/notices/{Notice.objects.get().public_id}/")
    assert unseen(maya) == 0


def test_a_page_of_notices_takes_as_many_queries_with_three_as_with_one() -> None:
    maya = cast.person()
    client = cast.sign_in(maya)
    counts = []
    for about in ("one", "two", "three"):
        tell(maya, about=about)
        counts.append(queries_of(client))
    assert counts[0] == counts[2] <= 6


def queries_of(client: Client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        assert client.get("/notices/").status_code == 200
    return len(caught)


def test_many_notices_are_parted_into_pages() -> None:
    maya = cast.person()
    for number in range(35):
        tell(maya, about=f"thing{number}x")
    client = cast.sign_in(maya)
    first, second = (client.get(f"/notices/?page={n}").content.decode() for n in (1, 2))
    assert "thing34x" in first and "thing0x" not in first
    assert "thing0x" in second


# -- One click (RFC 8058) -----------------------------------------------------------------------


def strict() -> Client:
    """A mail program: no cookie, no token, and a server that would ask for them."""
    return Client(enforce_csrf_checks=True)


def test_looking_at_the_link_changes_nothing_and_pressing_it_ends_the_mail() -> None:
    maya = cast.person()
    path = f"/unsubscribe/{token_for(maya, 'thaw')}"
    for method in ("get", "head", "options"):
        getattr(strict(), method)(path)
    assert not MailRule.objects.exists()
    assert "Stop the mail" in strict().get(path).content.decode()
    answer = strict().post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert rule_of(maya, "thaw") == How.NEVER
    assert strict().post(path).status_code == 200
    assert MailRule.objects.count() == 1


def test_the_link_names_its_list_only_while_its_reader_may_know_it() -> None:
    path = f"/unsubscribe/{token_for(cast.person(), 'thaw')}"
    assert "“The Thaw”" in strict().get(path).content.decode()
    made_up.SECRET.add("thaw")
    assert "The Thaw" not in strict().get(path).content.decode()


def test_ending_the_mail_of_the_day_ends_it_for_every_course() -> None:
    maya = cast.person()
    actions.set_rule(person=maya, list="russia", how=How.DAILY)
    actions.set_rule(person=maya, list="thaw", how=How.AT_ONCE)
    strict().post(f"/unsubscribe/{token_for(maya, '')}")
    said = dict(MailRule.objects.filter(person=maya).values_list("list", "how"))
    assert said == {"": How.NEVER, "russia": How.NEVER, "thaw": How.AT_ONCE}


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "x", lambda t: "x" + t[1:]])
def test_a_link_that_was_changed_does_nothing(change: object) -> None:
    token = change(token_for(cast.person(), "thaw"))  # type: ignore[operator]
    answer = strict().post(f"/unsubscribe/{token}")
    assert answer.status_code == 404
    assert "does not work" in answer.content.decode()
    assert not MailRule.objects.exists()


def test_a_link_for_one_purpose_is_good_for_no_other() -> None:
    from django.core import signing

    maya = cast.person()
    other = signing.dumps([maya.public_id, "thaw"], salt="another purpose")
    assert strict().post(f"/unsubscribe/{other}").status_code == 404


def test_the_link_holds_no_address() -> None:
    maya: User = cast.person()
    import base64

    token = token_for(maya, "thaw")
    body = token.lstrip(".").split(":")[0]
    assert maya.email.encode() not in base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def test_mail_that_came_back_is_shown_and_can_be_tried_again() -> None:
    maya = cast.person()
    ReturnedMail.objects.create(person=maya, address=maya.email, reason="550 No such person")
    client = cast.sign_in(maya)
    assert "550 No such person" in client.get("/notices/").content.decode()
    client.post("/notices/try-again")
    assert "550" not in client.get("/notices/").content.decode()
