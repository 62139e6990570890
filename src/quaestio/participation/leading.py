"""Who leads a meeting and so poses its question, and what is still to be posed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from quaestio.courses.access import Seat
from quaestio.courses.models import Leader, Meeting
from quaestio.courses.roles import Right
from quaestio.discussions.models import Discussion


@dataclass(frozen=True, slots=True)
class Lead:
    """A meeting that somebody leads; ``discussion`` is what they have written for it so far."""

    meeting: Meeting
    discussion: Discussion | None

    @property
    def is_done(self) -> bool:
        return self.discussion is not None and self.discussion.state != Discussion.State.DRAFT


def leads_of(seats: Sequence[Seat], discussions: Iterable[Discussion], today: date) -> list[Lead]:
    """What these people are to pose from today on, first what comes first. One query."""
    people = [seat.enrollment.pk for seat in seats if seat.enrollment and seat.can(Right.WRITE)]
    if not people:
        return []
    written = {(one.meeting_id, one.author_id): one for one in discussions}
    rows = Leader.objects.filter(person__in=people, meeting__date__gte=today)
    return [
        Lead(row.meeting, written.get((row.meeting_id, row.person_id)))
        for row in rows.select_related("meeting__course").order_by("meeting__date", "pk")
    ]


def leaders_of(seat: Seat, meeting: Meeting) -> list[str]:
    """The names of those who lead a meeting, for whoever may know them. Two queries.

    Where the question is posed under a made-up name, classmates are not told who poses it: not
    while it is a draft, nor those for whom it is not, or they would know when it opens.
    """
    if not seat.can(Right.SEE_ROSTER):
        return []
    masked = seat.course.pseudonyms or meeting.discussions.filter(pseudonyms=True).exists()
    rows = meeting.leaders.select_related("person").order_by("person__byline")
    return [
        row.person.byline
        for row in rows
        if seat.can(Right.SEE_NAMES) or not masked or row.person == seat.enrollment
    ]


def lead_of(seat: Seat, meeting: Meeting, discussions: Iterable[Discussion]) -> Lead | None:
    """What this person is to pose for a meeting, if they lead it. One query."""
    me = seat.enrollment
    if me is None or not seat.can(Right.WRITE):
        return None
    if not meeting.leaders.filter(person=me).exists():
        return None
    mine = [one for one in discussions if one.author_id == me.pk]
    return Lead(meeting, mine[0] if mine else None)
