"""Until when answers are due, in words: “today, 23:59” says more at night than a date."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from quaestio.discussions.models import Discussion


def in_words(at: datetime, now: datetime, *, dated: bool = False) -> str:
    """“today, 23:59”, “tomorrow, 09:00”, “yesterday, 18:00”, else “Friday, 27 November, 09:00”.
    ``dated`` for what may be printed: “today, 27 November, 23:59”.
    """
    local = timezone.localtime(at)
    days = local.date() - timezone.localdate(now)
    clock = {"time": date_format(local, "j F, H:i" if dated else "H:i")}
    if days == timedelta(0):
        return _("today, %(time)s") % clock
    if days == timedelta(1):
        return _("tomorrow, %(time)s") % clock
    if days == timedelta(-1):
        return _("yesterday, %(time)s") % clock
    return date_format(local, "l, j F, H:i")


def answers_due(discussion: Discussion, now: datetime) -> str:
    """“answers due today, 27 November, 23:59”; “answers were due …” once it is past; "" without a
    time.
    """
    if discussion.due_at is None:
        return ""
    at = {"at": in_words(discussion.due_at, now, dated=True)}
    if discussion.due_at > now:
        return _("answers due %(at)s") % at
    if discussion.is_open:
        return _("answers were due %(at)s, still open") % at
    return _("answers were due %(at)s") % at
