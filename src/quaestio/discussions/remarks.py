"""The remarks on a discussion, as its author and teachers read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quaestio.courses.access import Seat
from quaestio.discussions.access import Bylines, sees_remarks
from quaestio.discussions.models import Discussion


@dataclass(frozen=True, slots=True)
class RemarkRow:
    name: str
    text: str
    at: datetime


def remarks_of(seat: Seat, discussion: Discussion) -> list[RemarkRow]:
    """Oldest first. One query for those who see them, one more where names are hidden."""
    if not sees_remarks(seat, discussion):
        return []
    rows = list(discussion.remarks.select_related("author"))
    bylines = Bylines(seat, [discussion] if rows else [])
    return [
        RemarkRow(bylines.by(discussion.pk, one.author), one.text, one.created_at) for one in rows
    ]
