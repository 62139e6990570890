"""The doors to archives: for the instructors of their course."""

from __future__ import annotations

from django.http import Http404

from quaestio.courses.access import Seat, Viewer, course_for
from quaestio.courses.roles import Right
from quaestio.transfers.models import Archive


def archive_for(user: Viewer, course_id: str, public_id: str) -> tuple[Seat, Archive]:
    """An archive of this course."""
    seat = course_for(user, course_id, Right.COURSE)
    found = Archive.objects.filter(course=seat.course, public_id=public_id).first()
    if found is None:
        raise Http404
    found.course = seat.course
    return seat, found
