from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import cast

from quaestio.courses.access import Seat, seats_of
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.emails import tell_what_is_due
from quaestio.notifications.models import Notice
from quaestio.participation.queries import Home, home

pytestmark = pytest.mark.django_db


def week_of(person: Enrollment) -> Home:
    assert person.user is not None
    return home(seats_of(person.user))


def titles(rows: object) -> list[str]:
    return [row.discussion.title for row in rows]  # type: ignore[attr-defined]


def test_a_stranger_is_told_what_this_is_and_how_to_come_in() -> None:
    page = Client().get("/").content.decode()
    assert "/accounts/signup/" in page
    assert "/accounts/login/" in page
    assert "/demo/" not in page


def test_whoever_is_in_no_course_is_told_what_to_do() -> None:
    page = cast.sign_in(cast.person()).get("/").content.decode()
    assert "You are in no course yet." in page
    assert 'href="/c/new"' in page


def test_what_is_due_within_seven_days_is_due_this_week() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    now = timezone.now()
    cast.discussion(anna, "Soon", due_at=now + timedelta(days=6))
    cast.discussion(anna, "Later", due_at=now + timedelta(days=8))
    cast.discussion(anna, "Whenever")
    assert titles(week_of(maya).due) == ["Soon"]


def test_a_response_that_waits_for_a_teacher_has_answered() -> None:
    anna = cast.instructor()
    anna.course.hold_posts = True
    anna.course.save()
    maya = cast.student(anna.course)
    due = cast.discussion(anna, "Due", due_at=timezone.now() + timedelta(days=1))
    assert [row.asks_me for row in week_of(maya).due] == [True]
    cast.response(maya, due)
    assert [row.answered for row in week_of(maya).due] == [True]
    assert "you have answered" in cast.sign_in(maya).get("/").content.decode()


def test_a_response_under_the_asked_length_is_due_still_and_says_by_how_much() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    rules = Rules(words_least=150, post_first=True)
    due = cast.discussion(anna, due_at=timezone.now() + timedelta(hours=30), rules=rules)
    cast.response(cast.student(anna.course, "Noah Weiss"), due, "word " * 150)
    cast.response(maya, due, "word " * 54)
    row = week_of(maya).due[0]
    assert (row.answered, row.words, row.keeps_back, row.is_new) == (False, 54, True, False)
    client = cast.sign_in(maya)
    course = f"/c/{anna.course.public_id}/"
    for address in ("/", course, f"/d/{due.public_id}/", f"/d/{due.public_id}/answers"):
        page = client.get(address).content.decode()
        assert "54 of 150 words: due still" in page, address
        assert "you have answered" not in page
    assert "1 response" not in client.get(course).content.decode()
    tell_what_is_due(timezone.localdate(due.due_at))
    assert [one.to for one in Notice.objects.filter(kind="due")] == [maya.user]
    cast.response(maya, due, "word " * 150)
    for address in ("/", course, f"/d/{due.public_id}/", f"/d/{due.public_id}/answers"):
        assert "due still" not in client.get(address).content.decode(), address
    assert week_of(maya).due[0].answered


def test_what_is_late_stands_on_top_until_it_is_answered() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    now = timezone.now()
    cast.discussion(anna, "Soon", due_at=now + timedelta(days=1))
    late = cast.discussion(anna, "Late", due_at=now - timedelta(days=1))
    assert titles(week_of(maya).due) == ["Late", "Soon"]
    assert week_of(maya).due[0].is_late
    cast.response(maya, late)
    assert titles(week_of(maya).due) == ["Soon"]


def test_a_closed_discussion_is_no_longer_due() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    soon = cast.discussion(anna, due_at=timezone.now() + timedelta(days=1))
    actions.close_discussion(discussion=soon, by=soon.author)
    assert titles(week_of(maya).due) == []


def test_teachers_are_not_called_late() -> None:
    anna = cast.instructor()
    cast.discussion(anna, due_at=timezone.now() - timedelta(days=1))
    assert titles(week_of(anna).due) == []


def test_new_is_what_others_posted_after_the_last_visit() -> None:
    anna = cast.instructor()
    maya, chance = cast.student(anna.course), cast.student(anna.course, "Chance")
    discussion = cast.discussion(anna)
    first = cast.response(chance, discussion)
    assert [row.is_new for row in week_of(maya).new] == [True]

    actions.mark_seen(person=maya, discussion=discussion, at=timezone.now())
    assert week_of(maya).new == []
    cast.reply(chance, first)
    cast.response(maya, discussion)
    assert [row.new_posts for row in week_of(maya).new] == [1]


def test_hidden_and_withdrawn_posts_are_not_counted() -> None:
    anna = cast.instructor()
    maya, chance = cast.student(anna.course), cast.student(anna.course, "Chance")
    discussion = cast.discussion(anna)
    actions.mark_seen(person=maya, discussion=discussion, at=timezone.now())
    hidden = cast.response(chance, discussion)
    withdrawn = cast.response(chance, discussion)
    assert [(row.new_posts, row.responses) for row in week_of(maya).new] == [(2, 2)]
    actions.hide(post=hidden, by=hidden.discussion.author)
    actions.withdraw(post=withdrawn, by=withdrawn.author)
    assert week_of(maya).new == []


def test_a_draft_of_a_discussion_is_seen_by_its_author_and_by_no_student() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    cast.discussion(anna, "Not yet", open_now=False)
    assert titles(week_of(anna).unopened) == ["Not yet"]
    assert week_of(maya).new == []
    assert "Not yet" not in cast.sign_in(maya).get("/").content.decode()


def test_a_draft_leads_back_to_where_it_is_written() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    discussion = cast.discussion(anna)
    post = cast.response(anna, discussion)
    for target in (
        f"respond:{discussion.public_id}",
        f"reply:{post.public_id}",
        f"pose:{anna.course.public_id}",
    ):
        actions.save_draft(
            person=maya, target=target, fields={"body": "<p>It began in March</p>"}, version=0
        )
    rows = {row.kind: row for row in week_of(maya).drafts}
    assert rows["respond"].get_absolute_url() == f"/d/{discussion.public_id}/"
    assert rows["reply"].get_absolute_url() == f"/p/{post.public_id}/reply"
    assert rows["pose"].get_absolute_url() == f"/c/{anna.course.public_id}/ask"
    page = cast.sign_in(maya).get("/").content.decode()
    assert "It began in March" in page
    assert "It began in March" not in cast.sign_in(anna).get("/").content.decode()


def test_a_course_one_was_removed_from_leaves_nothing_behind() -> None:
    anna = cast.instructor()
    gone = cast.removed(anna.course)
    cast.discussion(anna, "Was the muddle purposeful?")
    page = cast.sign_in(gone).get("/").content.decode()
    assert anna.course.title not in page
    assert "muddle" not in page


def fill(person: Enrollment) -> Seat:
    """One more course with everything that home shows."""
    teacher = cast.instructor(name="Anna Berg")
    student = cast.student(teacher.course, user=person.user)
    meeting = cast.meeting(teacher.course)
    cast.assigned(meeting, cast.reading(teacher.course))
    soon = timezone.now() + timedelta(days=1)
    discussion = cast.discussion(teacher, meeting=meeting, due_at=soon)
    post = cast.response(teacher, discussion)
    actions.save_draft(
        person=student, target=f"reply:{post.public_id}", fields={"body": "x"}, version=0
    )
    return Seat(teacher.course, student, frozenset())


def test_home_asks_the_database_as_often_for_three_courses_as_for_one() -> None:
    maya = cast.student(cast.course())
    fill(maya)
    client = cast.sign_in(maya)
    client.get("/")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/")
    fill(maya)
    fill(maya)
    with CaptureQueriesContext(connection) as for_three:
        client.get("/")
    assert len(for_three) == len(for_one)
    assert len(for_one) <= 12
