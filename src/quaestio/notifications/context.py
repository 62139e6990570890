"""How many notices are new, for the header of every page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from quaestio.notifications import queries

REMEMBERED = "quaestio.unseen_notices"


def unseen(request: HttpRequest) -> int:
    """One query, once a request; none for somebody who is not signed in."""
    if not request.user.is_authenticated:
        return 0
    if REMEMBERED not in request.META:
        request.META[REMEMBERED] = queries.unseen(request.user)
    return int(request.META[REMEMBERED])


def remember_unseen(request: HttpRequest, count: int) -> None:
    """Somebody has asked already, together with something else."""
    request.META[REMEMBERED] = count


def forget_unseen(request: HttpRequest) -> None:
    """Ask anew: some have been seen in this very request."""
    request.META.pop(REMEMBERED, None)


def mark(count: int) -> SafeString:
    """The number beside the person's name; nothing for none."""
    if not count:
        return mark_safe("")
    words = ngettext("new notice", "new notices", count)
    shown = str(count) if count < 100 else "99+"
    return format_html(' <span class="count">{}<span class="vh"> {}</span></span>', shown, words)


def notices(request: HttpRequest) -> dict[str, object]:
    return {"notices_mark": SimpleLazyObject(lambda: mark(unseen(request)))}
