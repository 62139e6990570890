"""Work done behind the page."""

from __future__ import annotations

from django_tasks import task

from quaestio.citations.anchoring import settle_course
from quaestio.courses.models import Course


@task()
def settle_passages(course_public_id: str) -> int:
    """Find the linked passages of a course again, after a file was replaced."""
    course = Course.objects.filter(public_id=course_public_id).first()
    return settle_course(course) if course else 0
