"""What is new to a person: what others could first read after the person's last visit.

A visit lasts until somebody has been away for a while; as long as it lasts, what was new when it
began stays marked, however often the page is loaded. ``Visit.seen_at`` is the end of the visit
before, ``looked_at`` the last look of this one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Case, F, When

AWAY = timedelta(minutes=30)  # whoever has not looked for so long begins another visit
OFTEN = timedelta(minutes=5)  # looks in between are not worth a write
# The last visit of somebody who was here, but could not read yet what others wrote: whatever is
# there is new when they can.
NOTHING_SEEN = datetime(1970, 1, 1, tzinfo=UTC)


def seen_by_now(seen_at: datetime, looked_at: datetime, now: datetime) -> datetime:
    """What was there before this is not new to somebody who looks now."""
    return looked_at if looked_at <= now - AWAY else seen_at


def seen_by(now: datetime) -> Case:
    """``seen_by_now`` of a visit, as a part of a query."""
    return Case(When(looked_at__lte=now - AWAY, then=F("looked_at")), default=F("seen_at"))
