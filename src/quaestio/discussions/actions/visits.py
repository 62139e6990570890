"""What a person has looked at."""

from __future__ import annotations

from datetime import datetime

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from quaestio.courses.models import Enrollment
from quaestio.discussions.models import Discussion, Visit
from quaestio.discussions.visits import NOTHING_SEEN, seen_by


def look(*, person: Enrollment, discussion: Discussion, at: datetime, is_open: bool) -> None:
    """Note that a person looks at a discussion. ``is_open``: others' posts can be read."""
    here = {"person": person, "discussion": discussion}
    if not is_open:
        unseen = {"seen_at": NOTHING_SEEN, "looked_at": NOTHING_SEEN}
        Visit.objects.get_or_create(**here, defaults=unseen)
    elif not Visit.objects.filter(**here).update(seen_at=seen_by(at), looked_at=at):
        Visit.objects.get_or_create(**here, defaults={"seen_at": at, "looked_at": at})


def mark_seen(*, person: Enrollment, discussion: Discussion, at: datetime) -> None:
    """Nothing that could be read by then is new to this person any more."""
    here, by_then = {"person": person, "discussion": discussion}, Value(at, DateTimeField())
    seen = {name: Greatest(name, by_then) for name in ("seen_at", "looked_at")}
    if not Visit.objects.filter(**here).update(**seen):
        Visit.objects.get_or_create(**here, defaults={"seen_at": at, "looked_at": at})


def tell(discussion: Discussion, *people: int) -> None:
    """Say that something has changed on the page of these people alone."""
    Visit.objects.filter(discussion=discussion, person__in=people).update(version=F("version") + 1)
