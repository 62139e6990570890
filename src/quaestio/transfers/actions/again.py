"""Beginning a course from an earlier one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import transaction

from quaestio.courses.access import Seat
from quaestio.courses.actions import (
    SETTINGS,
    create_course,
    hold,
    make_meeting,
    make_section,
    note_deed,
)
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment, Meeting, Section
from quaestio.courses.roles import Right
from quaestio.discussions.actions import pose_again
from quaestio.discussions.models import Discussion
from quaestio.readings.access import visible_readings
from quaestio.readings.actions import after_change, assign_reading
from quaestio.readings.copying import copy_reading, files_made
from quaestio.readings.models import AssignedReading, Reading
from quaestio.transfers.models import Beginning
from quaestio.transfers.queries import Again, moved, posed_in, weeks_of

# A course begins closed: whether the new one is open to read is decided anew.
NOT_COPIED = frozenset({"is_public", "guests"})


def begin_again(*, seat: Seat, again: Again, key: uuid.UUID) -> Course:
    """A new course from the one of this seat, with its teacher as instructor: what was chosen
    comes, all of it or nothing. People, posts and answers stay. The same key makes the same one.
    """
    me = seat.need(Right.COURSE)
    if me.user is None:
        raise PermissionDenied
    with files_made() as files, transaction.atomic():
        earlier = hold(seat.course.pk)
        known = Beginning.objects.filter(by=me.user, key=key).select_related("course").first()
        if known is not None:
            return known.course
        settings = {name: getattr(earlier, name) for name in SETTINGS - NOT_COPIED}
        course = create_course(by=me.user, title=again.title, term=again.term, **settings)
        Beginning.objects.create(course=course, earlier=earlier, by=me.user, key=key)
        teacher = Enrollment.objects.get(course=course, user=me.user)
        teacher.course = course
        fill(teacher, seat, again, files)
        note_deed(Deed.BEGUN, by=teacher, detail={"earlier": earlier.title})
        after_change(course)
    return course


def fill(teacher: Enrollment, seat: Seat, again: Again, files: list[Path]) -> None:
    meetings = list(Meeting.objects.filter(course=seat.course).order_by("pk"))
    weeks = weeks_of(meetings, again)
    there = put_meetings(teacher.course, meetings, weeks) if again.meetings else {}
    sections = put_sections(teacher.course, seat) if again.sections else {}
    readings = put_readings(teacher, seat, files) if again.readings else {}
    assigned = AssignedReading.objects.filter(meeting__in=there, reading__in=readings)
    for one in assigned.order_by("pk"):
        assign_reading(
            meeting=there[one.meeting_id], reading=readings[one.reading_id], pages=one.pages
        )
    for posed in reversed(posed_in(seat)):  # the newest stands first in a course
        if posed.discussion.public_id in again.discussions:
            put_discussion(teacher, posed.discussion, there, sections, weeks)


def put_meetings(course: Course, meetings: list[Meeting], weeks: int) -> dict[int, Meeting]:
    """By the keys of the earlier ones."""
    return {
        one.pk: make_meeting(
            course=course, title=one.title, on=one.date + timedelta(weeks=weeks), note=one.note
        )
        for one in meetings
    }


def put_sections(course: Course, seat: Seat) -> dict[int, Section]:
    """By the keys of the earlier ones."""
    earlier = seat.course.sections.order_by("pk")
    return {one.pk: make_section(course=course, name=one.name) for one in earlier}


def put_readings(teacher: Enrollment, seat: Seat, files: list[Path]) -> dict[int, Reading]:
    """By the keys of the earlier ones."""
    earlier = visible_readings(seat).order_by("pk")
    return {one.pk: copy_reading(by=teacher, reading=one, made=files) for one in earlier}


def put_discussion(
    teacher: Enrollment,
    earlier: Discussion,
    meetings: Mapping[int, Meeting],
    sections: Mapping[int, Section],
    weeks: int,
) -> None:
    """Without the meeting's new day there is no day on which answers are due."""
    due_at = moved(earlier.due_at, weeks) if earlier.due_at and meetings else None
    pose_again(
        by=teacher,
        earlier=earlier,
        meeting=meetings.get(earlier.meeting_id or 0),
        section=sections.get(earlier.section_id or 0),
        due_at=due_at,
    )
