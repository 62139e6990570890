"""What joins meetings and readings."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from quaestio.courses.models import Meeting
from quaestio.readings.models import AssignedReading, Reading


@transaction.atomic
def assign_readings(*, meeting: Meeting, wanted: Mapping[Reading, str]) -> list[AssignedReading]:
    """Bring what is to be read for a meeting to ``wanted``: each reading with its pages."""
    AssignedReading.objects.filter(meeting=meeting).exclude(reading__in=wanted).delete()
    for reading, pages in wanted.items():
        AssignedReading.objects.update_or_create(
            meeting=meeting, reading=reading, defaults={"pages": pages}
        )
    return list(AssignedReading.objects.filter(meeting=meeting).select_related("reading"))
