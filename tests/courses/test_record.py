"""The record of what was decided about people and the course."""

from __future__ import annotations

import pytest
from tests.support import cast

from quaestio.courses import actions
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Trace
from quaestio.courses.roles import Role

pytestmark = pytest.mark.django_db


def lines(course: Course) -> list[str]:
    return list(Trace.objects.filter(course=course).values_list("deed", flat=True))


def test_a_changed_role_is_written_down_with_both_roles() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    actions.change_role(enrollment=maya, by=anna, role=Role.ASSISTANT)
    actions.change_role(enrollment=maya, by=anna, role=Role.ASSISTANT)
    trace = Trace.objects.get(deed=Deed.CHANGED_ROLE)
    assert (trace.by, trace.person, trace.course) == (anna, maya, anna.course)
    assert trace.detail == {"role": ["student", "assistant"]}


def test_making_somebodys_posts_wait_is_written_down_and_letting_them_go_too() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    here = {"enrollment": maya, "by": anna, "role": maya.role, "byline": "Maya", "section": None}
    actions.place(**here, hold_posts=True)
    actions.place(**here, hold_posts=True)
    actions.place(**here, hold_posts=False)
    assert lines(anna.course) == [Deed.RELEASED, Deed.HELD]


def test_only_the_settings_that_changed_are_written_down() -> None:
    anna = cast.instructor()
    course = anna.course
    same = {"course": course, "by": anna, "title": course.title, "term": course.term}
    actions.change_course(**same, hold_posts=False)
    assert lines(course) == []
    actions.change_course(**same, hold_posts=True)
    assert Trace.objects.get().detail == {"hold_posts": [False, True]}


def test_who_was_taken_out_and_that_the_course_is_finished_is_written_down() -> None:
    anna = cast.instructor()
    actions.remove_person(enrollment=cast.student(anna.course), by=anna)
    actions.seal(course=anna.course, by=anna)
    actions.seal(course=anna.course, by=anna)
    assert lines(anna.course) == [Deed.SEALED, Deed.REMOVED]


def test_a_line_of_the_record_is_never_changed() -> None:
    anna = cast.instructor()
    trace = actions.note_deed(Deed.SEALED, by=anna)
    trace.because = "something else"
    with pytest.raises(TypeError):
        trace.save()
