"""Feeds: for whoever is signed in or may read a public course; by their key for feed readers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from threading import Lock

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quaestio.courses.access import Seat, course_for, seat_by_key
from quaestio.courses.actions import make_feed_key
from quaestio.courses.models import FeedKey
from quaestio.courses.roles import Right
from quaestio.discussions.access import discussion_for, visible_discussions
from quaestio.discussions.feeds import feed_of
from quaestio.discussions.models import Discussion
from quaestio.discussions.syndication import (
    ATOM_TYPE,
    JSON_TYPE,
    Addresses,
    atom,
    full,
    json_feed,
)

FORMS = {"atom": (atom, ATOM_TYPE), "json": (json_feed, JSON_TYPE)}


@require_safe
def course(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """``feed.atom``, ``feed.json``: the discussions and posts of a course; ``?page=2``: older."""
    return sent(request, course_for(request.user, public_id), None, form)


@require_safe
def discussion(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """One discussion; a draft has no feed."""
    seat, found = discussion_for(request.user, public_id)
    if found.state == Discussion.State.DRAFT:
        raise Http404
    return sent(request, seat, found, form)


@require_safe
def keyed_course(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """A course as the person with this key may read it."""
    seat = seat_by_key(key)
    return sent(request, seat, None, form, key) if seat else nothing_here()


@require_safe
def keyed_discussion(request: HttpRequest, key: str, public_id: str, form: str) -> HttpResponse:
    seat = seat_by_key(key)
    found = visible_discussions(seat).filter(public_id=public_id).first() if seat else None
    if seat is None or found is None or found.state == Discussion.State.DRAFT:
        return nothing_here()
    found.course = seat.course
    return sent(request, seat, found, form, key)


def nothing_here() -> HttpResponse:
    """For a feed reader, which can do nothing with a page to sign in on."""
    return HttpResponseNotFound(
        _("There is no feed here. If there was one, its address has ended."),
        content_type="text/plain",
    )


def sent(
    request: HttpRequest, seat: Seat, found: Discussion | None, form: str, key: str = ""
) -> HttpResponse:
    """The feed, or 304 to a reader that has it already."""
    if form not in FORMS:
        if key:
            return nothing_here()
        raise Http404
    write, kind = FORMS[form]
    to = Addresses(
        of_page=partial(page_path, seat, found, form, key),
        of_discussion=partial(discussion_path, form, key),
    )
    page = request.GET.get("page", "")
    number = max(int(page), 1) if page.isdecimal() and len(page) < 5 else 1
    body = write(feed_of(seat, found, number), to)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    person = seat.enrollment.pk if seat.enrollment else None
    changed = changes.last(f"{person} {to.of_page(number)}", etag)
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["ETag"] = etag
    response["Last-Modified"] = http_date(changed.timestamp())
    if key:
        response["X-Robots-Tag"] = "noindex"
    answer = get_conditional_response(
        request, etag=etag, last_modified=int(changed.timestamp()), response=response
    )
    return answer or response


def course_path(course_id: str, form: str, key: str) -> str:
    if key:
        return reverse("keyed-course-feed", args=[key, form])
    return reverse("course-feed", args=[course_id, form])


def discussion_path(form: str, key: str, public_id: str) -> str:
    if key:
        return reverse("keyed-discussion-feed", args=[key, public_id, form])
    return reverse("discussion-feed", args=[public_id, form])


def page_path(seat: Seat, found: Discussion | None, form: str, key: str, number: int) -> str:
    if found is None:
        path = course_path(seat.course.public_id, form, key)
    else:
        path = discussion_path(form, key, found.public_id)
    return path if number == 1 else f"{path}?page={number}"


class Changes:
    """When each feed was first seen as it now is, by this process. What is taken out of a feed
    leaves no time behind in it, and what a door shows all at once is older than the door's
    opening; so the times of the entries cannot say when the feed changed.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self.lock = Lock()

    def last(self, name: str, etag: str) -> datetime:
        now = timezone.now()
        with self.lock:
            there, at = self.seen.pop(name, ("", now - timedelta(seconds=1)))
            if there != etag:
                # HTTP tells seconds apart and nothing finer.
                at = max(now, at + timedelta(seconds=1))
            self.seen[name] = (etag, at)
            while len(self.seen) > self.most:
                self.seen.popitem(last=False)
            return at


changes = Changes(5000)


# -- The page that gives the addresses ----------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def feeds(request: HttpRequest, public_id: str) -> HttpResponse:
    """The addresses of a person's feeds of a course; POST makes new ones."""
    seat = course_for(request.user, public_id)
    me = seat.need(Right.SEE)
    if request.method == "POST":
        had_one = FeedKey.objects.filter(person=me).exists()
        make_feed_key(person=me)
        if had_one:
            messages.success(
                request, _("These are your addresses now; the earlier ones have ended.")
            )
        return redirect("feeds", public_id)
    key = FeedKey.objects.filter(person=me).first()
    discussions = visible_discussions(seat).exclude(state=Discussion.State.DRAFT)
    return render(
        request,
        "discussions/feeds.html",
        {
            "seat": seat,
            "course": seat.course,
            "key": key,
            "addresses": addresses(seat, key.token, discussions) if key else [],
            "public": full(course_path(public_id, "atom", "")) if seat.course.is_public else "",
        },
    )


def addresses(seat: Seat, key: str, discussions: Iterable[Discussion]) -> list[dict[str, str]]:
    """The course first, then each discussion."""
    whole = {
        "id": "course",
        "title": seat.course.title,
        "atom": full(course_path(seat.course.public_id, "atom", key)),
        "json": full(course_path(seat.course.public_id, "json", key)),
    }
    return [
        whole,
        *(
            {
                "id": one.public_id,
                "title": one.title,
                "atom": full(discussion_path("atom", key, one.public_id)),
                "json": full(discussion_path("json", key, one.public_id)),
            }
            for one in discussions
        ),
    ]
