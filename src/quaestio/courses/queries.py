"""Reads made for the pages of a course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from quaestio.courses.access import (
    Seat,
    Viewer,
    enrollment_in,
    visible_invitations,
    visible_invitees,
    visible_people,
)
from quaestio.courses.models import Course, Enrollment, Invitation, Invitee, Meeting, Section
from quaestio.courses.roles import Right, Role
from quaestio.notifications.queries import letters_outside

ORDER_OF_ROLES = [Role.INSTRUCTOR, Role.ASSISTANT, Role.STUDENT, Role.OBSERVER, Role.GUEST]


def roster(seat: Seat) -> list[Enrollment]:
    """Everybody in the course, teachers first. The address is loaded only for who may see it."""
    people = visible_people(seat).select_related("section")
    if seat.can(Right.SEE_EMAIL):
        people = people.select_related("section", "user", "guest")
    return sorted(people, key=lambda one: ORDER_OF_ROLES.index(Role(one.role)))


def invitations(seat: Seat) -> QuerySet[Invitation]:
    """Good links first, then the ended ones, newest on top."""
    return visible_invitations(seat).select_related("section", "created_by")


def sections(seat: Seat) -> QuerySet[Section]:
    return seat.course.sections.annotate(
        people=Count("enrollments", filter=Q(enrollments__removed_at__isnull=True))
    )


def next_meeting(seat: Seat) -> Meeting | None:
    """Today's, or the first one after today."""
    return seat.course.meetings.filter(date__gte=timezone.localdate()).first()


def likely_next_date(course: Course) -> date | None:
    """The day of the week after which a class that meets once or more a week goes on."""
    days = list(course.meetings.order_by("-date").values_list("date", flat=True)[:7])
    week_on = [day + timedelta(7) for day in days]
    return min((day for day in week_on if day > days[0]), default=None)


def invitation_behind(token: str, user: Viewer) -> tuple[Invitation | None, str, bool]:
    """What a join link leads to, why it does not open ("" if it does), and whether this person
    is in the course already."""
    invitation = Invitation.objects.select_related("course").filter(token=token).first()
    if invitation is None:
        return None, "unknown", False
    there = enrollment_in(user, invitation.course)
    if there is not None and there.removed_at is None:
        return invitation, "", True
    return invitation, why_refused(invitation, there), False


def why_refused(invitation: Invitation, there: Enrollment | None = None) -> str:
    """``there`` is the enrollment of a person who was in the course before."""
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.expires_at <= timezone.now():
        return "expired"
    if invitation.is_used_up:
        return "used_up"
    if invitation.course.is_sealed:
        return "sealed"
    return "removed" if was_removed(there, invitation.created_at) else ""


def was_removed(there: Enrollment | None, invited_at: datetime) -> bool:
    """Whoever was taken out needs a newer invitation, or taking out would end nothing."""
    return there is not None and there.removed_at is not None and invited_at <= there.removed_at


# -- People on a class list who have not come yet -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A place that is kept, and what became of the last mail about it: "" where nothing is known
    any more, else the state of the letter.
    """

    invitee: Invitee
    mail: str


def invitees(seat: Seat) -> list[Kept]:
    """Who is invited and has not come yet. Two queries."""
    found = list(visible_invitees(seat).select_related("section"))
    letters = letters_outside(one.public_id for one in found) if found else []
    state = {one.about: one.state for one in letters}  # the newest is the last
    return [Kept(one, state.get(one.public_id, "")) for one in found]


def invitee_behind(public_id: str) -> Invitee | None:
    """The place that a mailed link leads to, while it is kept."""
    found = Invitee.objects.select_related("course", "section", "invited_by")
    return found.filter(public_id=public_id).first()


def came_by(public_id: str, user: Viewer) -> Enrollment | None:
    """The enrollment of this person, where it was they who took the place of a link, and they are
    still in.
    """
    if not user.is_authenticated:
        return None
    there = Enrollment.objects.filter(came_by=public_id, user=user.pk, removed_at__isnull=True)
    return there.select_related("course").first()


def why_no_place(invitee: Invitee, there: Enrollment | None = None) -> str:
    """Why a kept place cannot be taken, "" if it can; ``there`` as in ``why_refused``."""
    if invitee.is_over:
        return "expired"
    if invitee.course.is_sealed:
        return "sealed"
    return "removed" if was_removed(there, invitee.invited_at) else ""
