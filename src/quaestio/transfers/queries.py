"""Reads made for pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from quaestio.courses.access import Seat
from quaestio.courses.models import Meeting
from quaestio.courses.roles import Role
from quaestio.discussions.access import visible_discussions
from quaestio.discussions.models import Discussion
from quaestio.readings.queries import ReadingRow, readings_of
from quaestio.transfers.models import Archive

# -- Taking a course out ------------------------------------------------------------------------


def file_of(archive: Archive) -> Path:
    return Path(settings.ARCHIVE_ROOT, f"{archive.public_id}.zip")


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """An archive, and until when it is kept (None: until somebody deletes it)."""

    archive: Archive
    until: datetime | None


def archives_of(seat: Seat) -> list[ArchiveRow]:
    """Newest first. One query."""
    days = timedelta(days=settings.KEEP_ARCHIVES)
    return [
        ArchiveRow(one, one.asked_at + days if days else None)
        for one in Archive.objects.filter(course=seat.course).select_related("by")
    ]


# -- Teaching it again --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Again:
    """What is to come from an earlier course into a new one, after somebody has chosen."""

    title: str
    term: str = ""
    first_date: date | None = None  # in the week of which the first meeting is to be
    meetings: bool = False
    readings: bool = False
    sections: bool = False
    discussions: tuple[str, ...] = ()  # public ids


@dataclass(frozen=True, slots=True)
class Moved:
    """Something with its old and its new day."""

    what: Meeting | Discussion
    was: date | None
    will: date | None


@dataclass(frozen=True, slots=True)
class Coming:
    """What would come, in the order of the pages."""

    meetings: Sequence[Moved]
    discussions: Sequence[Moved]
    readings: Sequence[ReadingRow]
    sections: Sequence[str]


def weeks_between(first: date, new: date) -> int:
    """By how many whole weeks a day moves into the week of another: Tuesdays stay Tuesdays."""
    return (monday_of(new) - monday_of(first)).days // 7


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_of(meetings: Collection[Meeting], again: Again) -> int:
    """By how many weeks everything is moved."""
    if not again.meetings or again.first_date is None or not meetings:
        return 0
    return weeks_between(min(one.date for one in meetings), again.first_date)


def moved(at: datetime, weeks: int) -> datetime:
    """The same hour on the clock, though summer time begins or ends in between."""
    wall = timezone.localtime(at).replace(tzinfo=None) + timedelta(weeks=weeks)
    return timezone.make_aware(wall)


def next_first_date(seat: Seat) -> date | None:
    """The first day to come on which the first meeting could be again; None without meetings."""
    first = Meeting.objects.filter(course=seat.course).order_by("date").first()
    if first is None:
        return None
    weeks = max(0, weeks_between(first.date, timezone.localdate()))
    day = first.date + timedelta(weeks=weeks)
    return day if day > timezone.localdate() else day + timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Posed:
    """A discussion that could be posed again."""

    discussion: Discussion
    by_teacher: bool


TEACHERS = (Role.INSTRUCTOR, Role.ASSISTANT)


def posed_in(seat: Seat) -> list[Posed]:
    """Every discussion of the course, in the order of its meetings. One query."""
    discussions = visible_discussions(seat).select_related("meeting", "author", "section")
    return [
        Posed(one, one.author.role in TEACHERS)
        for one in sorted(discussions, key=lambda one: (place_of(one), one.created_at, one.pk))
    ]


def place_of(discussion: Discussion) -> date:
    return discussion.meeting.date if discussion.meeting else date.max


def coming(seat: Seat, again: Again) -> Coming:
    """A look at what would come."""
    meetings = list(Meeting.objects.filter(course=seat.course))
    weeks = weeks_of(meetings, again)
    later = timedelta(weeks=weeks)
    chosen = [
        one.discussion for one in posed_in(seat) if one.discussion.public_id in again.discussions
    ]
    return Coming(
        meetings=[Moved(one, one.date, one.date + later) for one in meetings]
        if again.meetings
        else [],
        discussions=[due_again(one, weeks, again) for one in chosen],
        readings=readings_of(seat) if again.readings else [],
        sections=[one.name for one in seat.course.sections.all()] if again.sections else [],
    )


def due_again(discussion: Discussion, weeks: int, again: Again) -> Moved:
    was = discussion.due_at
    if was is None or not again.meetings:
        return Moved(discussion, was and timezone.localdate(was), None)
    return Moved(discussion, timezone.localdate(was), timezone.localdate(moved(was, weeks)))
