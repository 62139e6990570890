"""Who gets at a reading, its files, pages and linked passages: members alone, while it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.support import cast

from quaestio.courses.access import seat_in
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Right
from quaestio.readings import access
from quaestio.readings.actions import remove_reading
from quaestio.readings.models import Reading
from quaestio.readings.passages import make_passage, place_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Enrollment:
    """In a course that is open to the public, which readings are not."""
    anna = cast.instructor()
    Course.objects.filter(pk=anna.course.pk).update(is_public=True)
    anna.course.refresh_from_db()
    return anna


@pytest.fixture
def reading(anna: Enrollment) -> Reading:
    """With two pages, beside another reading, a file that is in use no more, one of elsewhere."""
    for course in (anna.course, cast.course()):
        another = cast.reading(course, "Another")
        cast.document(another)
        cast.passage(cast.teacher(course), another)
    reading = cast.reading(anna.course)
    cast.document(reading, "An older file.")
    reading.documents.update(is_current=False)
    current = cast.document(reading)
    place = place_on(current.pages.get(), "distress, outrage")
    assert place
    make_passage(by=anna, reading=reading, place=place)
    cast.document(cast.reading(anna.course, "A third"))
    return reading


DOORS: dict[str, Callable[[Any, Reading], Any]] = {
    "reading": lambda user, one: access.reading_for(user, one.public_id)[1],
    "document": lambda user, one: (
        access.document_for(user, one.documents.get(is_current=True).public_id)[1].reading
    ),
    "page": lambda user, one: access.page_for(user, one.public_id, 1)[2].document.reading,
    "passage": lambda user, one: access.passage_for(user, one.passages.get().public_id)[1].reading,
}


@pytest.mark.parametrize("door", DOORS)
def test_members_come_in_and_nobody_else(door: str, anna: Enrollment, reading: Reading) -> None:
    come = DOORS[door]
    for member in (anna, cast.student(anna.course), cast.observer(anna.course)):
        assert come(member.user, reading) == reading
    gone = cast.removed(anna.course).user
    for stranger in (cast.person(), cast.instructor().user, gone, AnonymousUser()):
        with pytest.raises(Http404):
            come(stranger, reading)
    remove_reading(reading=reading)
    with pytest.raises(Http404):
        come(anna.user, reading)


def test_what_is_not_there_is_not_found(anna: Enrollment, reading: Reading) -> None:
    assert anna.user
    with pytest.raises(Http404):
        access.reading_for(anna.user, "nowhere")
    with pytest.raises(Http404):
        access.document_for(anna.user, "nowhere")
    with pytest.raises(Http404):
        access.page_for(anna.user, reading.public_id, 9)
    with pytest.raises(Http404):
        access.passage_for(anna.user, "nowhere")


def test_the_page_is_that_of_the_file_in_use(anna: Enrollment, reading: Reading) -> None:
    assert anna.user
    _seat, _reading, page = access.page_for(anna.user, reading.public_id, 1)
    assert page.document.is_current and page.text.startswith("Initially")


def test_a_member_without_the_right_is_told_so(anna: Enrollment, reading: Reading) -> None:
    maya = cast.student(anna.course)
    assert maya.user and anna.user
    file = reading.documents.get(is_current=True)
    for door, public_id in (
        (access.reading_for, reading.public_id),
        (access.document_for, file.public_id),
    ):
        assert door(anna.user, public_id, Right.READINGS)  # type: ignore[operator]
        with pytest.raises(PermissionDenied):
            door(maya.user, public_id, Right.READINGS)  # type: ignore[operator]


def test_the_list_is_for_members_and_without_what_was_removed(
    anna: Enrollment, reading: Reading
) -> None:
    remove_reading(reading=Reading.objects.get(course=anna.course, title="Another"))
    maya = cast.student(anna.course)
    seats = [seat_in(who, anna.course) for who in (anna.user, maya.user, AnonymousUser())]
    titles = [sorted(one.title for one in access.visible_readings(seat)) for seat in seats]
    assert titles == [["A third", reading.title], ["A third", reading.title], []]
