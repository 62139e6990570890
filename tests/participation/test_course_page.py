from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import cast

from quaestio.courses.access import seat_in
from quaestio.courses.actions import change_course
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.participation.queries import CourseOverview, DiscussionRow, course_overview
from quaestio.readings.models import AssignedReading

pytestmark = pytest.mark.django_db


def overview(person: Enrollment) -> CourseOverview:
    assert person.user is not None
    return course_overview(seat_in(person.user, person.course))


def only_row(person: Enrollment) -> DiscussionRow:
    (row,) = overview(person).unplaced
    return row


def shown(person: Enrollment | None, path: str) -> str:
    return cast.sign_in(person).get(path).content.decode()


def test_an_empty_course_tells_its_teacher_what_to_do_first() -> None:
    anna = cast.instructor()
    page = shown(anna, anna.course.get_absolute_url())
    for step in ("meetings/new", "readings/new", "ask", "invitations"):
        assert f'href="/c/{anna.course.public_id}/{step}"' in page


def test_the_first_steps_stay_until_something_is_asked_and_somebody_is_there_to_answer() -> None:
    anna = cast.instructor()
    path = anna.course.get_absolute_url()
    cast.meeting(anna.course)
    begun = shown(anna, path)
    assert "First steps" in begun and begun.count("done</span>") == 1
    cast.discussion(anna)
    assert "First steps" in shown(anna, path)
    maya = cast.student(anna.course)
    assert "First steps" not in shown(anna, path)
    assert "First steps" not in shown(maya, path)


def test_a_new_discussion_is_for_the_next_meeting_unless_one_says_otherwise() -> None:
    anna = cast.instructor()
    today = timezone.localdate()
    cast.meeting(anna.course, "Past", on=today - timedelta(days=7))
    later = cast.meeting(anna.course, "Later", on=today + timedelta(days=14))
    coming = cast.meeting(anna.course, "Next", on=today + timedelta(days=7))
    ask = f"/c/{anna.course.public_id}/ask"
    assert f'value="{coming.pk}" selected' in shown(anna, ask)
    assert f'value="{later.pk}" selected' in shown(anna, f"{ask}?meeting={later.public_id}")


def test_an_empty_course_tells_a_student_that_there_is_nothing_to_do() -> None:
    maya = cast.student(cast.course())
    page = shown(maya, maya.course.get_absolute_url())
    assert "Nothing is here yet." in page
    assert "meetings/new" not in page


def test_discussions_and_readings_stand_with_their_meeting_and_the_others_apart() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    cast.assigned(meeting, cast.reading(anna.course), "41–63")
    cast.discussion(anna, "With the meeting", meeting=meeting)
    cast.discussion(anna, "Apart")
    seen = overview(anna)
    (row,) = seen.meetings
    assert [one.pages for one in row.assigned] == ["41–63"]
    assert [one.discussion.title for one in row.discussions] == ["With the meeting"]
    assert [one.discussion.title for one in seen.unplaced] == ["Apart"]
    assert "pp. 41–63" in shown(anna, anna.course.get_absolute_url())


def test_the_next_meeting_is_marked() -> None:
    anna = cast.instructor()
    today = timezone.localdate()
    for days in (-7, 0, 7):
        cast.meeting(anna.course, f"in {days}", today + timedelta(days=days))
    assert [row.is_next for row in overview(anna).meetings] == [False, True, False]


def test_where_meetings_are_past_the_page_leads_to_the_next_one() -> None:
    anna = cast.instructor()
    today = timezone.localdate()
    path = anna.course.get_absolute_url()
    for days in (-14, 7):
        cast.meeting(anna.course, f"in {days}", today + timedelta(days=days))
    assert "Next:" not in shown(anna, path)
    cast.meeting(anna.course, "in -7", today - timedelta(days=7))
    (link,) = re.findall(r'href="#(m-[^"]+)">Next: in 7', shown(anna, path))
    assert f'id="{link}"' in shown(anna, path)


def test_each_person_sees_what_they_have_answered() -> None:
    anna = cast.instructor()
    maya, chance = cast.student(anna.course), cast.student(anna.course, "Chance")
    post = cast.response(maya, cast.discussion(anna))
    assert (only_row(maya).answered, only_row(chance).answered) == (True, False)
    actions.withdraw(post=post, by=post.author)
    assert not only_row(maya).answered


def test_a_reply_is_no_answer() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    cast.reply(maya, cast.response(anna, cast.discussion(anna)))
    assert not only_row(maya).answered


def test_the_public_sees_discussions_and_no_readings() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    cast.assigned(meeting, cast.reading(anna.course, "The Myth of the Short Course"))
    cast.discussion(anna, "Was the muddle purposeful?", meeting=meeting)
    cast.discussion(anna, "Not yet opened", open_now=False)
    change_course(
        course=anna.course, by=anna, title="Russia", term="", is_public=True, students_pose=False
    )
    for path in (anna.course.get_absolute_url(), meeting.get_absolute_url()):
        page = Client().get(path).content.decode()
        assert "Was the muddle purposeful?" in page
        assert "Short Course" not in page
        assert "Not yet opened" not in page
        assert "Anna Berg" not in page


def test_what_is_to_be_read_is_set_with_its_pages() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    jones, wendt = cast.reading(anna.course, "Myth"), cast.reading(anna.course, "Ledgers")
    page = f"/m/{meeting.public_id}/readings"
    client = cast.sign_in(anna)
    client.post(
        page, {f"pages-{jones.public_id}": "xi - xiv, 41-63", f"read-{wendt.public_id}": "on"}
    )
    assert dict(AssignedReading.objects.values_list("reading__title", "pages")) == {
        "Myth": "xi–xiv, 41–63",
        "Ledgers": "",
    }
    client.post(page, {f"read-{wendt.public_id}": "on"})
    assert [one.reading for one in AssignedReading.objects.all()] == [wendt]


def test_a_reading_that_is_not_there_yet_is_added_from_the_meeting_and_set_for_it() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    jones = cast.reading(anna.course, "Myth")
    client = cast.sign_in(anna)
    to = client.post(
        f"/m/{meeting.public_id}/readings", {f"read-{jones.public_id}": "on", "then": "add"}
    )["Location"]
    assert to == f"/c/{anna.course.public_id}/readings/new?meeting={meeting.public_id}"
    assert "It is set to be read for “The Thaw”." in client.get(to).content.decode()
    assert client.post(to, {"title": "Ledgers"})["Location"] == meeting.get_absolute_url()
    assigned = AssignedReading.objects.filter(meeting=meeting).order_by("reading__title")
    assert [one.reading.title for one in assigned] == ["Ledgers", "Myth"]


def test_a_reading_is_not_set_for_the_meeting_of_another_course() -> None:
    anna, otto = cast.instructor(), cast.instructor(name="Otto")
    his = cast.meeting(otto.course)
    to = f"/c/{anna.course.public_id}/readings/new?meeting={his.public_id}"
    for client in (cast.sign_in(anna), cast.sign_in(otto)):
        assert client.post(to, {"title": "Ledgers"}).status_code == 404
    assert not AssignedReading.objects.exists()


def test_page_numbers_that_are_none_are_refused_and_kept_as_typed() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    jones = cast.reading(anna.course)
    response = cast.sign_in(anna).post(
        f"/m/{meeting.public_id}/readings", {f"pages-{jones.public_id}": "the first half"}
    )
    assert response.status_code == 422
    assert 'value="the first half"' in response.content.decode()
    assert not AssignedReading.objects.exists()


def test_a_reading_of_another_course_is_not_assigned() -> None:
    anna, otto = cast.instructor(), cast.instructor(name="Otto")
    meeting = cast.meeting(anna.course)
    his = cast.reading(otto.course)
    cast.sign_in(anna).post(f"/m/{meeting.public_id}/readings", {f"read-{his.public_id}": "on"})
    assert not AssignedReading.objects.exists()


def fill(teacher: Enrollment) -> None:
    meeting = cast.meeting(teacher.course)
    cast.assigned(meeting, cast.reading(teacher.course))
    discussion = cast.discussion(teacher, meeting=meeting)
    cast.response(cast.student(teacher.course), discussion)


@pytest.mark.parametrize("path", ["course", "meeting"])
def test_the_page_asks_the_database_as_often_for_three_meetings_as_for_one(path: str) -> None:
    anna = cast.instructor()
    fill(anna)
    page = (
        anna.course.get_absolute_url()
        if path == "course"
        else anna.course.meetings.get().get_absolute_url()
    )
    client = cast.sign_in(anna)
    client.get(page)
    with CaptureQueriesContext(connection) as for_one:
        client.get(page)
    fill(anna)
    fill(anna)
    with CaptureQueriesContext(connection) as for_three:
        client.get(page)
    assert len(for_three) == len(for_one)
    assert len(for_one) <= 12
