"""Reads made for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from quaestio.courses.access import Seat
from quaestio.transfers.models import Archive


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
