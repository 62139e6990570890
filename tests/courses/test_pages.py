"""Making a course, its settings, its people, its links, its meetings."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import cast

from quaestio.courses.forms import CourseForm
from quaestio.courses.models import Course, Enrollment, Invitation, Meeting
from quaestio.courses.roles import Role

pytestmark = pytest.mark.django_db


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


# -- The course ---------------------------------------------------------------------------------


def test_a_new_course_is_private_and_its_maker_teaches_it() -> None:
    anna = cast.person("Anna Berg")
    response = cast.sign_in(anna).post("/c/new", {"title": "Middlemarch", "term": "Spring 2027"})
    course = Course.objects.get()
    assert response["Location"] == f"/c/{course.public_id}/"
    assert (course.title, course.term, course.is_public) == ("Middlemarch", "Spring 2027", False)
    assert Enrollment.objects.get().role == Role.INSTRUCTOR


def test_a_course_without_a_title_is_refused_and_the_rest_is_kept() -> None:
    response = cast.sign_in(cast.person()).post("/c/new", {"title": " ", "term": "Spring 2027"})
    assert response.status_code == 422
    assert 'value="Spring 2027"' in text(response)
    assert not Course.objects.exists()


def test_settings_open_the_course_to_all_and_close_it_again() -> None:
    anna = cast.instructor()
    client = cast.sign_in(anna)
    settings = f"/c/{anna.course.public_id}/settings"
    client.post(settings, {"title": "T", "term": "", "is_public": "on", "students_pose": "on"})
    anna.course.refresh_from_db()
    assert (anna.course.is_public, anna.course.students_pose) == (True, True)
    client.post(settings, {"title": "T", "term": ""})
    anna.course.refresh_from_db()
    assert (anna.course.is_public, anna.course.students_pose) == (False, False)


def test_a_section_is_made_once_and_people_are_placed_in_it() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    client = cast.sign_in(anna)
    for _twice in range(2):
        client.post(f"/c/{anna.course.public_id}/sections", {"name": "Thursday"})
    section = anna.course.sections.get()
    client.post(
        f"/c/{anna.course.public_id}/people/{maya.public_id}/role",
        {"byline": maya.byline, "role": "student", "section": section.pk},
    )
    maya.refresh_from_db()
    assert maya.section == section


def test_nobody_is_placed_in_a_section_of_another_course() -> None:
    anna, otto = cast.instructor(), cast.instructor(name="Otto")
    cast.sign_in(anna).post(f"/c/{anna.course.public_id}/sections", {"name": "A"})
    cast.sign_in(otto).post(f"/c/{otto.course.public_id}/sections", {"name": "B"})
    maya = cast.student(anna.course)
    response = cast.sign_in(anna).post(
        f"/c/{anna.course.public_id}/people/{maya.public_id}/role",
        {"byline": "Maya", "role": "student", "section": otto.course.sections.get().pk},
    )
    assert response.status_code == 422
    maya.refresh_from_db()
    assert maya.section is None


# -- People -------------------------------------------------------------------------------------


def test_only_instructors_see_the_addresses() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    tom = cast.assistant(anna.course)
    page = f"/c/{anna.course.public_id}/people"
    assert maya.user is not None
    assert maya.user.email in text(cast.sign_in(anna).get(page))
    for who in (maya, tom):
        shown = text(cast.sign_in(who).get(page))
        assert "Anna Berg" in shown
        assert "@example.edu" not in shown


def test_those_who_left_are_not_on_the_roster() -> None:
    anna = cast.instructor()
    cast.removed(anna.course, "Rolf Gone")
    assert "Rolf Gone" not in text(cast.sign_in(anna).get(f"/c/{anna.course.public_id}/people"))


def test_a_role_changed_holds_from_the_next_request() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    hers = cast.sign_in(maya)
    invitations = f"/c/{anna.course.public_id}/invitations"
    assert hers.get(invitations).status_code == 403
    cast.sign_in(anna).post(
        f"/c/{anna.course.public_id}/people/{maya.public_id}/role",
        {"byline": "Maya L.", "role": "assistant"},
    )
    assert hers.get(invitations).status_code == 200
    maya.refresh_from_db()
    assert maya.byline == "Maya L."


def test_a_person_removed_is_out_from_the_next_request() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    hers = cast.sign_in(maya)
    assert hers.get(anna.course.get_absolute_url()).status_code == 200
    remove = f"/c/{anna.course.public_id}/people/{maya.public_id}/remove"
    assert "Remove" in text(cast.sign_in(anna).get(remove))
    cast.sign_in(anna).post(remove)
    assert hers.get(anna.course.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("act", ["remove", "role"])
def test_the_last_instructor_stays(act: str) -> None:
    anna = cast.instructor()
    response = cast.sign_in(anna).post(
        f"/c/{anna.course.public_id}/people/{anna.public_id}/{act}",
        {"byline": "Anna Berg", "role": "student"},
    )
    assert response.status_code in (409, 422)
    assert "a course needs one" in text(response)
    anna.refresh_from_db()
    assert (anna.role, anna.removed_at) == (Role.INSTRUCTOR, None)


def test_an_instructor_with_a_colleague_may_leave() -> None:
    anna = cast.instructor()
    cast.instructor(anna.course, "Berta Second")
    response = cast.sign_in(anna).post(f"/c/{anna.course.public_id}/people/{anna.public_id}/remove")
    assert response["Location"] == "/"
    anna.refresh_from_db()
    assert anna.removed_at is not None


def test_the_roster_asks_the_database_as_often_for_three_as_for_one() -> None:
    anna = cast.instructor()
    cast.student(anna.course)
    client = cast.sign_in(anna)
    page = f"/c/{anna.course.public_id}/people"
    with CaptureQueriesContext(connection) as for_one:
        client.get(page)
    cast.student(anna.course)
    cast.student(anna.course)
    with CaptureQueriesContext(connection) as for_three:
        client.get(page)
    assert len(for_three) == len(for_one)


# -- Links --------------------------------------------------------------------------------------


def test_a_link_is_made_shown_whole_and_ended() -> None:
    anna = cast.instructor()
    client = cast.sign_in(anna)
    page = f"/c/{anna.course.public_id}/invitations"
    last = timezone.localdate() + timedelta(days=10)
    client.post(page, {"role": "student", "max_uses": "15", "expires_at": last.isoformat()})
    link = Invitation.objects.get()
    assert (link.role, link.max_uses) == (Role.STUDENT, 15)
    assert timezone.localdate(link.expires_at) == last
    assert f"http://testserver/join/{link.token}" in text(client.get(page))

    client.post(f"{page}/{link.public_id}/revoke")
    assert f"/join/{link.token}" not in text(client.get(page))
    link.refresh_from_db()
    assert not link.is_good


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "student", "max_uses": "0"},
        {"role": "student", "max_uses": "-1"},
        {"role": "student", "expires_at": "2020-01-01"},
        {"role": "king"},
        {"role": ""},
    ],
)
def test_a_link_that_could_not_open_is_not_made(fields: dict[str, str]) -> None:
    anna = cast.instructor()
    response = cast.sign_in(anna).post(f"/c/{anna.course.public_id}/invitations", fields)
    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_an_assistant_neither_makes_nor_sees_nor_ends_a_link_for_teachers() -> None:
    anna = cast.instructor()
    tom = cast.sign_in(cast.assistant(anna.course))
    teachers = cast.invitation(anna, Role.INSTRUCTOR)
    page = f"/c/{anna.course.public_id}/invitations"
    assert tom.post(page, {"role": "instructor"}).status_code == 422
    assert teachers.token not in text(tom.get(page))
    assert tom.post(f"{page}/{teachers.public_id}/revoke").status_code == 404
    teachers.refresh_from_db()
    assert teachers.is_good


# -- Meetings -----------------------------------------------------------------------------------


def test_a_meeting_is_made_and_changed() -> None:
    anna = cast.instructor()
    client = cast.sign_in(anna)
    fields = {"title": "The Thaw", "date": "2026-10-13", "note": "Bring the text."}
    response = client.post(f"/c/{anna.course.public_id}/meetings/new", fields)
    meeting = Meeting.objects.get()
    assert response["Location"] == f"/m/{meeting.public_id}/"
    assert "Bring the text." in text(client.get(f"/m/{meeting.public_id}/"))
    client.post(f"/m/{meeting.public_id}/edit", {**fields, "date": "2026-10-20"})
    meeting.refresh_from_db()
    assert meeting.date.isoformat() == "2026-10-20"


def test_a_term_of_meetings_is_made_in_a_row_each_on_the_likely_day() -> None:
    anna = cast.instructor()
    client = cast.sign_in(anna)
    page = f"/c/{anna.course.public_id}/meetings/new"
    assert 'name="date" value=' not in text(client.get(page))
    proposed = []
    for day in ("2026-10-13", "2026-10-15", ""):
        day = day or proposed[-1]  # Tuesdays and Thursdays
        sent = client.post(page, {"title": "T", "date": day, "another": "1"}, follow=True)
        assert "“T” is there." in text(sent)
        (found,) = re.findall(r'name="date" value="([^"]*)"', text(sent))
        proposed.append(found)
    assert proposed == ["2026-10-20", "2026-10-20", "2026-10-22"]


def test_a_date_that_is_none_is_refused_and_the_title_kept() -> None:
    anna = cast.instructor()
    response = cast.sign_in(anna).post(
        f"/c/{anna.course.public_id}/meetings/new", {"title": "The Thaw", "date": "2026-13-40"}
    )
    assert response.status_code == 422
    assert 'value="The Thaw"' in text(response)
    assert not Meeting.objects.exists()


def test_the_settings_page_shows_every_setting_once() -> None:
    anna = cast.instructor()
    page = cast.sign_in(anna).get(f"/c/{anna.course.public_id}/settings").content.decode()
    for name in CourseForm(instance=anna.course).fields:
        assert len(re.findall(f'<(?:input|select|textarea)[^>]* name="{name}"', page)) >= 1, name
