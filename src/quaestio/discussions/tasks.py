"""Work done behind the page."""

from __future__ import annotations

from django_tasks import task

from quaestio.courses.models import Course
from quaestio.discussions import actions


@task()
def recheck_course(course_public_id: str) -> int:
    """Check a course's quotations again, after a reading was added, replaced or removed."""
    course = Course.objects.filter(public_id=course_public_id).first()
    return actions.recheck(course=course) if course else 0
