"""What has served its time goes: notices, letters, invitations that nobody followed, done tasks,
copies of courses that were taken out, sessions that have expired.

Nothing that people wrote is among it, and nothing that is still to be sent or done. ``clear_old``
runs once a day; how long things stay is set by the operator (``docs/operating.md``), 0 for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django_tasks_db.models import DBTaskResult

from quaestio.courses.models import Invitee
from quaestio.notifications import actions
from quaestio.notifications.models import Letter, Notice, Round
from quaestio.transfers.actions import remove_archive
from quaestio.transfers.models import Archive

log = logging.getLogger(__name__)

AT_ONCE = 500  # rows: nobody else waits long for the database


def clear_old(now: datetime) -> dict[str, int]:
    """How many rows went, of each kind."""
    gone = {
        "notices": clear(old_notices(now)),
        "letters": clear(old_letters(now), lambda some: actions.forget_letters(letters=some)),
        "invitations": clear(old_invitees(now)),
        "rounds": clear(old_rounds(now)),
        "tasks": clear(done_tasks(now)),
        "archives": clear_archives(now),
    }
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    if any(gone.values()):
        log.info("Cleared %s.", ", ".join(f"{n} {kind}" for kind, n in gone.items() if n))
    return gone


def before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None


def old_notices(now: datetime) -> QuerySet[Notice]:
    """Read so many days ago; never read, twice as old. None whose letter is still to be sent."""
    read = before(now, settings.KEEP_NOTICES)
    unread = before(now, 2 * settings.KEEP_NOTICES)
    if read is None or unread is None:
        return Notice.objects.none()
    old = Q(seen_at__lt=read) | Q(seen_at__isnull=True, created_at__lt=unread)
    return Notice.objects.filter(old).exclude(letter__state=Letter.State.WAITING)


def old_letters(now: datetime) -> QuerySet[Letter]:
    """Sent, or given up, so many days ago."""
    limit = before(now, settings.KEEP_LETTERS)
    done = Letter.objects.exclude(state=Letter.State.WAITING)
    return done.filter(created_at__lt=limit) if limit else Letter.objects.none()


def old_invitees(now: datetime) -> QuerySet[Invitee]:
    """Places kept for people on a class list who did not come in time, so many days ago."""
    limit = before(now, settings.KEEP_INVITATIONS)
    return Invitee.objects.filter(expires_at__lt=limit) if limit else Invitee.objects.none()


def clear_archives(now: datetime) -> int:
    """Copies of courses that were asked for so many days ago, with their files."""
    limit = before(now, settings.KEEP_ARCHIVES)
    old = list(Archive.objects.filter(asked_at__lt=limit)) if limit else []
    for archive in old:
        remove_archive(archive=archive)
    return len(old)


def old_rounds(now: datetime) -> QuerySet[Round]:
    limit = before(now, settings.KEEP_LETTERS)
    return Round.objects.filter(done_at__lt=limit) if limit else Round.objects.none()


def done_tasks(now: datetime) -> QuerySet[Any]:
    limit = before(now, settings.KEEP_TASKS)
    done = DBTaskResult.objects.finished()
    return done.filter(finished_at__lt=limit) if limit else DBTaskResult.objects.none()


def clear(rows: QuerySet[Any], forget: Callable[[list[int]], object] | None = None) -> int:
    """A few at a time, each time in a transaction of its own; by ``forget`` where more than the
    rows themselves has to go.
    """
    gone = 0
    while some := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        if forget is None:
            rows.model._default_manager.filter(pk__in=some).delete()
        else:
            forget(some)
        gone += len(some)
    return gone
