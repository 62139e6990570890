"""What the site holds of one person, and forgetting them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from tests.support import cast
from tests.support.atonce import meanwhile

from quaestio.accounts.models import User
from quaestio.courses.actions import make_feed_key, seal
from quaestio.courses.models import Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, GuestEntry
from quaestio.transfers.persons import Somebody, StillNeeded, all_about, forget, somebody_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya() -> Enrollment:
    return cast.student(cast.instructor().course)


@pytest.fixture
def discussion(maya: Enrollment) -> Discussion:
    discussion = cast.discussion(cast.teacher(maya.course))
    post = cast.response(maya, discussion, "It was planned.", positions={1: 1})
    actions.edit_post(post=post, by=maya, source="<p>It was not.</p>", version=post.version)
    target = f"respond:{discussion.public_id}"
    actions.save_draft(person=maya, target=target, fields={"body": "Perhaps"}, version=0)
    make_feed_key(person=maya)
    return discussion


def at(address: str) -> Somebody:
    found = somebody_at(address)
    assert found
    return found


def told(person: User) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(
        json.dumps(all_about(at(person.email)), cls=DjangoJSONEncoder)
    )
    return whole


def test_all_that_somebody_wrote_and_gave_is_in_it(
    maya: Enrollment, discussion: Discussion
) -> None:
    assert maya.user
    whole = told(maya.user)
    assert whole["account"]["email"] == maya.user.email
    (course,) = whole["courses"]
    (post,) = course["posts"]
    assert (post["text"], post["earlier_versions"]) == (
        "<p>It was not.</p>",
        ["<p>It was planned.</p>"],
    )
    assert course["drafts"][0]["fields"]["body"] == "Perhaps"
    assert course["name"] == "Maya Lindqvist"


def test_nothing_of_anybody_else_is_in_it(maya: Enrollment, discussion: Discussion) -> None:
    cast.reply(cast.student(maya.course, "Noah Weiss"), discussion.posts.get(), "Noah's own words.")
    assert maya.user
    whole = json.dumps(told(maya.user))
    assert "Noah" not in whole


def test_a_forgotten_person_is_named_nowhere_and_their_words_stay(
    maya: Enrollment, discussion: Discussion
) -> None:
    user, reader = maya.user, cast.sign_in(cast.student(maya.course, "Noah Weiss"))
    assert user
    thread = f"/d/{discussion.public_id}/"
    assert "Maya Lindqvist" in reader.get(thread).content.decode()
    browser = cast.sign_in(maya)
    forget(at(user.email))
    page = reader.get(thread).content.decode()
    assert "Maya" not in page
    assert "former member 1" in page
    assert "It was not." in page
    assert somebody_at(user.email) is None
    assert not Draft.objects.exists()
    assert "Maya" not in reader.get(f"/c/{maya.course.public_id}/people").content.decode()
    assert browser.get(thread).status_code == 302  # signed out, and a stranger


def test_two_forgotten_people_are_told_apart(maya: Enrollment) -> None:
    noah = cast.student(maya.course, "Noah Weiss")
    for one in (maya, noah):
        assert one.user
        forget(at(one.user.email))
        one.refresh_from_db()
    assert [maya.byline, noah.byline] == ["former member 1", "former member 2"]


def test_nobody_is_forgotten_who_is_a_running_courses_only_instructor() -> None:
    anna = cast.instructor()
    assert anna.user
    with pytest.raises(StillNeeded, match=anna.course.title):
        forget(at(anna.user.email))
    assert somebody_at(anna.user.email)
    seal(course=anna.course, by=anna)
    forget(at(anna.user.email))
    assert not User.objects.filter(email=anna.user.email).exists()


def test_a_guest_is_found_and_forgotten_by_the_address_they_gave() -> None:
    discussion = cast.discussion(cast.instructor())
    post = cast.guest_response(discussion, "I was there.", address="ruth@example.org")
    entry = cast.guest_entry(discussion, "Once more.", address="ruth@example.org")
    cast.guest_entry(discussion, "By another.")
    whole = json.dumps(all_about(at("Ruth@example.org")), cls=DjangoJSONEncoder)
    assert "I was there." in whole
    assert "Once more." in whole
    assert "By another." not in whole
    forget(at("ruth@example.org"))
    assert somebody_at("ruth@example.org") is None
    assert not GuestEntry.objects.filter(pk=entry.pk).exists()
    post.refresh_from_db()
    actions.show(post=post, by=cast.teacher(discussion.course))  # and no mail goes anywhere
    page = Client().get(f"/d/{discussion.public_id}/").content.decode()
    assert "former member 1 (guest)" in page
    assert "Ruth" not in page


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_teacher_is_forgotten_while_another_hides_a_post(discussion: Discussion) -> None:
    anna = cast.teacher(discussion.course)
    beth = cast.member(discussion.course, Role.INSTRUCTOR, "Beth Cole")
    assert beth.user
    post = discussion.posts.get()
    with meanwhile(partial(forget, at(beth.user.email))) as forgetting:
        actions.hide(post=post, by=anna)
    assert forgetting.result() == 1
    post.refresh_from_db()
    assert post.state == post.State.HIDDEN
