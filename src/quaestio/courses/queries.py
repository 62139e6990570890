"""Reads made for the pages of a course."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from quaestio.courses.access import Seat, Viewer, visible_invitations, visible_people
from quaestio.courses.models import Enrollment, Invitation, Meeting, Section
from quaestio.courses.roles import Right, Role

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


def invitation_behind(token: str, user: Viewer) -> tuple[Invitation | None, str, bool]:
    """What a join link leads to, why it does not open ("" if it does), and whether this person
    is in the course already."""
    invitation = Invitation.objects.select_related("course").filter(token=token).first()
    if invitation is None:
        return None, "unknown", False
    there = None
    if user.is_authenticated:
        there = Enrollment.objects.filter(course=invitation.course, user_id=user.pk).first()
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
    # Whoever was removed needs a new link, or removing would end nothing.
    if there is not None and there.removed_at and invitation.created_at <= there.removed_at:
        return "removed"
    return ""
