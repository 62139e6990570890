"""The doors of a course. Everything in a course is reached through a ``Seat``.

A stranger gets 404, as if nothing were there; a member without the right gets 403.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from quaestio.accounts.models import User
from quaestio.courses.models import Course, Enrollment, FeedKey, Invitation, Invitee, Meeting
from quaestio.courses.roles import MAY_INVITE, PUBLIC, READ_ONLY, RIGHTS, Right, Role
from quaestio.web.rows import Joined

Viewer: TypeAlias = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place in one course: who looks, and what they may do there.

    ``enrollment`` is None for the public in a public course.
    """

    course: Course
    enrollment: Enrollment | None
    rights: frozenset[Right]

    def can(self, right: Right) -> bool:
        return right in self.rights

    def need(self, right: Right) -> Enrollment:
        """The enrollment, if it has this right; 403 otherwise."""
        if right not in self.rights or self.enrollment is None:
            raise PermissionDenied
        return self.enrollment

    @property
    def is_member(self) -> bool:
        return self.enrollment is not None

    @property
    def waiting(self) -> int:
        """How many posts ask for this teacher. An assistant does not judge a report of their own
        post, nor learn of it; instructors answer for the course.
        """
        me = self.enrollment
        own = me.reported if me is not None and not self.can(Right.COURSE) else 0
        return max(0, self.course.waiting - own)

    # For templates, which cannot pass arguments.
    @property
    def may(self) -> dict[str, bool]:
        return {right.value: right in self.rights for right in Right}


def rights_of(course: Course, enrollment: Enrollment | None) -> frozenset[Right]:
    """The row of the role table, as this course narrows or widens it."""
    if enrollment is None:
        return PUBLIC if course.is_public else frozenset()
    rights = RIGHTS[enrollment.role]
    if course.students_pose and Right.WRITE in rights:
        rights = rights | {Right.POSE}
    if course.is_sealed:
        rights = rights & READ_ONLY
    return rights


# Written out because every request in a course asks for it (web/rows.py says why).
SEAT = Joined(
    """
    SELECT {seat} FROM courses_enrollment seat
    WHERE seat.course_id = %s AND seat.user_id = %s AND seat.removed_at IS NULL
    """,
    seat=Enrollment,
)


def seat_in(user: Viewer, course: Course, right: Right = Right.SEE) -> Seat:
    """The viewer's seat in a course already at hand. One query, none for the anonymous."""
    found = SEAT.first([course.pk, user.pk]) if user.is_authenticated else None
    return seated(course, found[0] if found else None, right)


def seated(course: Course, enrollment: Enrollment | None, right: Right = Right.SEE) -> Seat:
    """The seat of a person whose enrollment is at hand too. No query."""
    if enrollment is not None:
        enrollment.course = course
    seat = Seat(course, enrollment, rights_of(course, enrollment))
    if not seat.can(Right.SEE):
        raise Http404
    if not seat.can(right):
        raise PermissionDenied
    return seat


def course_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> Seat:
    """The door: a seat in the course with this public id."""
    course = Course.objects.filter(public_id=public_id).first()
    if course is None:
        raise Http404
    return seat_in(user, course, right)


def seat_by_key(token: str) -> Seat | None:
    """The seat of the person whose feeds have this key. None for an unknown one, and once the
    person has left or their account is closed.
    """
    key = (
        FeedKey.objects.select_related("person__course", "person__user")
        .filter(token=token, person__removed_at__isnull=True, person__user__is_active=True)
        .first()
    )
    if key is None:
        return None
    course = key.person.course
    seat = Seat(course, key.person, rights_of(course, key.person))
    return seat if seat.can(Right.SEE) else None


def meeting_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> tuple[Seat, Meeting]:
    meeting = Meeting.objects.select_related("course").filter(public_id=public_id).first()
    if meeting is None:
        raise Http404
    return seat_in(user, meeting.course, right), meeting


def visible_people(seat: Seat) -> QuerySet[Enrollment]:
    """The roster, without those who left; guests for teachers alone. A guest has chosen a name, and
    stands here before a teacher has let in anything of theirs.
    """
    if not seat.can(Right.SEE_ROSTER):
        return Enrollment.objects.none()
    people = Enrollment.objects.filter(course=seat.course, removed_at__isnull=True)
    return people if seat.can(Right.SEE_HIDDEN) else people.exclude(role=Role.GUEST)


def enrollment_for(
    user: Viewer, course_id: str, public_id: str, right: Right = Right.SEE_ROSTER
) -> tuple[Seat, Enrollment]:
    """A person of the roster of this course."""
    seat = course_for(user, course_id, right)
    found = visible_people(seat).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    found.course = seat.course
    return seat, found


def enrollment_in(user: Viewer, course: Course) -> Enrollment | None:
    """Whoever is or was in the course, for those who hold a link to it."""
    if not user.is_authenticated:
        return None
    return Enrollment.objects.filter(course=course, user_id=user.pk).first()


def seats_of(user: Viewer) -> list[Seat]:
    """A person's seats in all their courses, in one query: for pages that list courses."""
    if not user.is_authenticated:
        return []
    enrollments = (
        Enrollment.objects.filter(user_id=user.pk, removed_at__isnull=True)
        .select_related("course")
        .order_by("-course__created_at", "pk")
    )
    return [Seat(one.course, one, rights_of(one.course, one)) for one in enrollments]


def visible_invitations(seat: Seat) -> QuerySet[Invitation]:
    """The links this person could have made: no assistant sees a link that makes instructors."""
    enrollment = seat.enrollment
    if enrollment is None or not seat.can(Right.INVITE):
        return Invitation.objects.none()
    roles = MAY_INVITE.get(enrollment.role, frozenset())
    return Invitation.objects.filter(course=seat.course, role__in=roles)


def invitation_for(user: Viewer, course_id: str, public_id: str) -> tuple[Seat, Invitation]:
    seat = course_for(user, course_id, Right.INVITE)
    found = visible_invitations(seat).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return seat, found


def visible_invitees(seat: Seat) -> QuerySet[Invitee]:
    """Who is on the class list and has not come yet, for those who see the addresses."""
    if not (seat.can(Right.SEE_ROSTER) and seat.can(Right.SEE_EMAIL)):
        return Invitee.objects.none()
    return Invitee.objects.filter(course=seat.course)


def invitee_for(user: Viewer, course_id: str, public_id: str) -> tuple[Seat, Invitee]:
    seat = course_for(user, course_id, Right.ADMIT)
    found = visible_invitees(seat).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return seat, found
