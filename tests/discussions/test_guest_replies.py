"""A guest of an open course replies to a post: as with a response, and what a reply has besides."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.support import cast
from tests.support.guests import ADDRESS, Open, confirmed, link

from quaestio.courses.models import Course
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, GuestEntry, Post
from quaestio.notifications.models import Notice

pytestmark = pytest.mark.django_db


class Thread(Open):
    """An open course with a student's response in it."""

    def __init__(self, **rules: Any) -> None:
        super().__init__(**rules)
        self.maya = cast.student(self.course)
        self.post = cast.response(self.maya, self.discussion, "It was planned. Nobody knew.")
        self.discussion.refresh_from_db()
        self.page_of_reply = f"/p/{self.post.public_id}/guest"

    def reply(self, client: Client | None = None, **fields: Any) -> Any:
        return self.send(client, **{"to": self.post, "body": "My father knew.", **fields})


def test_a_guest_finds_the_way_to_reply_under_every_post() -> None:
    scene = Thread()
    assert f'href="{scene.page_of_reply}" data-reply' in scene.page()
    assert f'href="{scene.page_of_reply}"' not in scene.page(cast.sign_in(scene.maya))
    page = scene.client.get(scene.page_of_reply).content.decode()
    assert "Reply to Maya Lindqvist" in page
    assert "Pages of the course" in page
    assert "It was planned." in page
    assert "It is not published" in page
    assert "disagree" in page


def test_a_reply_appears_when_its_address_is_confirmed_and_a_teacher_let_it_in() -> None:
    scene = Thread()
    answer = scene.reply(kind="disagree", quotes="16:Nobody knew.")
    assert answer["Location"].endswith(f"#p-{scene.post.public_id}")
    assert Post.objects.count() == 1
    assert mail.outbox[0].subject == "Please confirm your reply"
    assert "a reply in" in str(mail.outbox[0].body)
    assert "My father knew." in scene.client.get(link()).content.decode()
    scene.client.post(link(), {"do": "confirm"})
    reply = Post.objects.get(parent=scene.post)
    assert (reply.state, reply.kind, reply.quotes_text) == ("held", "disagree", "Nobody knew.")
    assert "My father knew." not in scene.page(Client())
    assert not Notice.objects.filter(kind="replied").exists()
    actions.show(post=reply, by=scene.anna)
    page = scene.page(Client())
    assert "My father knew." in page
    assert "disagrees with" in page
    assert "Ruth Kellner (guest)" in page
    assert Notice.objects.get(kind="replied").to == scene.maya.user
    assert "your reply in" in str(mail.outbox[-1].body)


def test_a_guest_replies_to_a_reply_as_well() -> None:
    scene = Thread()
    below = cast.reply(scene.maya, scene.post, "I add something.")
    made = confirmed(scene, to=below)
    assert (made.parent, made.root) == (below, scene.post)


def test_a_known_browser_needs_no_second_confirmation_for_a_reply() -> None:
    scene = Thread()
    first = confirmed(scene)
    assert "You write as Ruth Kellner" in scene.client.get(scene.page_of_reply).content.decode()
    scene.reply()
    assert Post.objects.get(parent=scene.post).author == first.author
    assert len(mail.outbox) == 1


def test_somebody_else_at_a_known_browser_starts_anew_and_loses_no_word_of_a_reply() -> None:
    scene = Thread()
    confirmed(scene)
    page = scene.reply(forget="1", body="Half a sentence", kind="ask").content.decode()
    assert "Half a sentence" in page
    assert 'value="ask" checked' in page
    assert 'name="address"' in page
    assert "You write as" not in scene.client.get(scene.page_of_reply).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "required"),
        ({"address": "nowhere"}, "valid email"),
        ({"stamp": "made up"}, "open for long"),
        ({"homepage": "http://example.org"}, "stay empty"),
        ({"quotes_typed": "words of nobody"}, "do not stand in that post"),
        ({"body": " "}, "nothing written"),
    ],
)
def test_a_reply_that_is_not_taken_comes_back_with_every_word(
    fields: dict[str, str], said: str
) -> None:
    scene = Thread()
    answer = scene.reply(kind="agree", **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert fields.get("body", "My father knew.") in page
    assert fields.get("address", ADDRESS) in page
    assert 'value="agree" checked' in page
    assert fields.get("quotes_typed", "") in page
    assert not GuestEntry.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("what", ["closed", "no guests", "withdrawn"])
def test_a_reply_that_cannot_be_taken_any_more_is_given_back(what: str) -> None:
    scene = Thread()
    if what == "closed":
        actions.close_discussion(discussion=scene.discussion, by=scene.anna)
    elif what == "withdrawn":
        actions.withdraw(post=scene.post, by=scene.maya)
    else:
        Course.objects.update(guests=False)
    answer = scene.reply()
    assert answer.status_code == (422 if what == "withdrawn" else 409)
    page = answer.content.decode()
    assert "My father knew." in page
    assert ("It was planned." in page) == (what != "withdrawn")
    assert not GuestEntry.objects.exists()


def test_a_post_withdrawn_before_the_link_was_opened_gives_the_reply_back() -> None:
    scene = Thread()
    scene.reply()
    actions.withdraw(post=scene.post, by=scene.maya)
    page = scene.client.get(link()).content.decode()
    assert "It was planned." not in page
    answer = scene.client.post(link(), {"do": "confirm"})
    assert answer.status_code == 409
    assert "My father knew." in answer.content.decode()


def test_the_page_for_a_reply_tells_nothing_that_the_thread_keeps_back() -> None:
    scene = Thread(post_first=True)
    assert scene.client.get(scene.page_of_reply).status_code == 302  # to sign in
    hidden = Thread()
    actions.hide(post=hidden.post, by=hidden.anna)
    assert "/accounts/login" in hidden.client.get(hidden.page_of_reply)["Location"]
    masked = Thread(pseudonyms=True)
    assert "Maya" not in masked.client.get(masked.page_of_reply).content.decode()


def test_members_reply_with_their_own_name() -> None:
    scene = Thread()
    client = cast.sign_in(scene.maya)
    answer = client.get(scene.page_of_reply)
    assert answer["Location"] == f"/p/{scene.post.public_id}/reply"
    assert scene.reply(client).status_code == 403


def test_the_same_reply_sent_ten_times_is_one_entry_and_one_post() -> None:
    scene = Thread()
    key = str(uuid.uuid4())
    for _time in range(10):
        assert scene.reply(key=key).status_code == 302
    assert GuestEntry.objects.count() == len(mail.outbox) == 1
    for _time in range(3):
        scene.client.post(link(), {"do": "confirm"})
    assert Post.objects.filter(parent=scene.post).count() == 1


def test_replies_count_with_responses_against_what_comes_from_one_mailbox() -> None:
    scene = Thread()
    for number in range(3):
        scene.reply(Client(), network=f"198.51.{number}.1")
    answer = scene.reply(Client(), network="198.51.9.1", body="Keep this.")
    assert answer.status_code == 422
    assert "Keep this." in answer.content.decode()


def test_a_reply_goes_where_the_post_it_answers_has_gone_by_a_merge() -> None:
    scene = Thread()
    scene.reply()
    other = cast.discussion(scene.anna, "Another")
    actions.merge(source=Discussion.objects.get(pk=scene.discussion.pk), into=other, by=scene.anna)
    scene.client.post(link(), {"do": "confirm"})
    assert Post.objects.get(parent=scene.post).discussion == other


def test_teachers_see_that_what_is_not_confirmed_is_a_reply() -> None:
    scene = Thread()
    scene.reply()
    queue = f"/c/{scene.course.public_id}/waiting"
    assert "reply in “" in cast.sign_in(scene.anna).get(queue).content.decode()
