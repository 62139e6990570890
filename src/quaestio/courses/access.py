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
from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.courses.roles import PUBLIC, READ_ONLY, RIGHTS, Right

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


def seat_in(user: Viewer, course: Course, right: Right = Right.SEE) -> Seat:
    """The viewer's seat in a course already at hand. One query, none for the anonymous."""
    enrollment = None
    if user.is_authenticated:
        enrollment = Enrollment.objects.filter(
            course=course, user_id=user.pk, removed_at__isnull=True
        ).first()
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


def meeting_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> tuple[Seat, Meeting]:
    meeting = Meeting.objects.select_related("course").filter(public_id=public_id).first()
    if meeting is None:
        raise Http404
    return seat_in(user, meeting.course, right), meeting


def enrollment_for(
    user: Viewer, public_id: str, right: Right = Right.SEE_ROSTER
) -> tuple[Seat, Enrollment]:
    """A person of the roster."""
    found = Enrollment.objects.select_related("course").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return seat_in(user, found.course, right), found


def visible_courses(user: Viewer) -> QuerySet[Course]:
    """The courses a person is in (public ones are not listed, only linked)."""
    if not user.is_authenticated:
        return Course.objects.none()
    return Course.objects.filter(enrollments__user_id=user.pk, enrollments__removed_at__isnull=True)
