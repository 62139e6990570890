"""The search: in one course, and in all that a person is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quaestio.courses.access import Seat, course_for, seats_of
from quaestio.participation.results import DISCUSSIONS, KINDS, PAGES, POSTS, Search, search
from quaestio.readings.access import visible_readings
from quaestio.search.words import LONGEST_SEARCH, wanted
from quaestio.web.richtext import CONTROL


@require_safe
def in_course(request: HttpRequest, public_id: str) -> HttpResponse:
    """``?q=…``, what narrows it down (``kind``, ``by``, ``reading``, ``meeting``), and ``sort``:
    "new", or by how much it is about the words.
    """
    seat = course_for(request.user, public_id)
    return found(
        request,
        [seat],
        {
            "seat": seat,
            "readings": list(visible_readings(seat)),
            "meetings": list(seat.course.meetings.all()),
            "base": "courses/base.html",
        },
    )


@require_safe
@login_required
def everywhere(request: HttpRequest) -> HttpResponse:
    """In all of one's courses."""
    return found(request, seats_of(request.user), {"base": "web/base.html"})


def found(request: HttpRequest, seats: Sequence[Seat], context: dict[str, Any]) -> HttpResponse:
    typed = {
        name: text_in(request, name) for name in ("q", "kind", "by", "reading", "meeting", "sort")
    }
    page = request.GET.get("page", "")
    asked = Search(
        words=wanted(typed["q"]),
        kind=typed["kind"] if typed["kind"] in KINDS else "",
        by=typed["by"],
        reading=typed["reading"],
        meeting=typed["meeting"],
        newest=typed["sort"] == "new",
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
    )
    groups = search(seats, asked) if asked.words.terms else []
    narrowed = {name: typed[name] for name in ("by", "reading", "meeting") if typed[name]}
    same = {"q": typed["q"], **({"kind": asked.kind} if asked.kind else {}), **narrowed}
    sort = {"sort": "new"} if asked.newest else {}
    return render(
        request,
        "participation/search.html",
        {
            **context,
            "typed": typed,
            "asked": asked,
            "groups": groups,
            "total": sum(group.total for group in groups),
            "kinds": kinds(typed["q"], asked.kind, {**narrowed, **sort}),
            "by_relevance": "?" + urlencode(same),
            "by_time": "?" + urlencode({**same, "sort": "new"}),
            "narrowed": narrowed,
            "without_filters": "?" + urlencode({"q": typed["q"]}),
            "query": urlencode({**same, **sort}) + "&",
        },
    )


def text_in(request: HttpRequest, name: str) -> str:
    return CONTROL.sub("", request.GET.get(name, "")).strip()[:LONGEST_SEARCH]


def kinds(words: str, chosen: str, narrowed: dict[str, str]) -> list[dict[str, Any]]:
    """The links that choose a kind."""
    names = {"": _("everything"), POSTS: _("posts"), DISCUSSIONS: _("discussions")}
    names[PAGES] = _("readings")
    return [
        {
            "kind": kind,
            "name": name,
            "url": "?" + urlencode({"q": words, **({"kind": kind} if kind else {}), **narrowed}),
            "is_chosen": kind == chosen,
        }
        for kind, name in names.items()
    ]
