"""A discussion with its responses."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from quaestio.courses.access import Seat
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    can_edit_discussion,
    enter,
    post_for,
)
from quaestio.discussions.forms import (
    as_shown,
)
from quaestio.discussions.pieces import Posts, Rights
from quaestio.discussions.queries import (
    Thread,
    draft_of,
    presence_in,
    thread_key,
    thread_of,
)
from quaestio.discussions.views.composing import anchor, composer, grown_from
from quaestio.web.finished import FORM_KEY, TOKEN, Page, Shelf, answer
from quaestio.web.rescue import rescued

# One person's page is never another's: thread_key names the person.
finished = Shelf(settings.FINISHED_PAGES)


@require_safe
def discussion(request: HttpRequest, public_id: str) -> HttpResponse:
    """A discussion with its responses; ``?question=2`` shows those that answer question 2."""
    entered = enter(request.user, public_id)
    seat, found = entered.seat, entered.discussion
    question, position = number_in(request, "question"), number_in(request, "position")
    typed = rescued(request, f"respond:{public_id}") if seat.is_member else None
    presence = presence_in(entered)
    key = thread_key(seat, found, presence, request.user, (question, position))
    fresh = typed is None and not messages.get_messages(request)
    if fresh:
        if tag_of(request, key) in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=304, headers={"ETag": tag_of(request, key)})
        page = finished.get(key)
        if page is not None:
            return sent(request, page, key)
    thread = thread_of(seat, found, presence, question, position)
    if question is not None and question not in {row.number for row in thread.questions}:
        raise Http404
    if seat.enrollment and (presence.seen_at is None or thread.new_count):
        response = thread_page(request, seat, thread, typed=typed)
        # Whoever has not seen others' posts yet finds them new later.
        if not thread.is_waiting:
            actions.mark_seen(person=seat.enrollment, discussion=found, at=timezone.now())
        return response
    if not fresh or thread.edits_run_out:
        return thread_page(request, seat, thread, typed=typed)
    page = Page(thread_page(request, seat, thread, to_keep=True).content)
    finished.put(key, page)
    return sent(request, page, key)


def tag_of(request: HttpRequest, key: str) -> str:
    """The ETag of a finished page. A signed-in person's page holds a token, and signing in again
    makes that void: then the browser's old copy must not be taken for fresh.
    """
    secret = request.META.get("CSRF_COOKIE", "") if request.user.is_authenticated else ""
    digest = sha256(f"{key} {secret}".encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def sent(request: HttpRequest, page: Page, key: str) -> HttpResponse:
    """A finished page with this answer's token and key."""
    token = get_token(request) if page.has(TOKEN) else ""
    response = answer(request, page, {TOKEN: token, FORM_KEY: str(uuid.uuid4())})
    response["ETag"] = tag_of(request, key)
    return response


def number_in(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 5 else None


def thread_page(
    request: HttpRequest,
    seat: Seat,
    thread: Thread,
    *,
    typed: dict[str, Any] | None = None,
    refused: str = "",
    status: int = 200,
    to_keep: bool = False,
) -> HttpResponse:
    """The thread with the composer at its foot, holding what was ``typed`` or drafted.

    A page ``to_keep`` has holes where each answer must have something new.
    """
    found = thread.discussion
    draft = draft_of(thread.presence)
    fields = typed or (draft.fields if draft else {})
    may_write = seat.can(Right.WRITE) and found.is_open
    rights = Rights(
        reply=may_write,
        edit=may_write,
        withdraw=seat.can(Right.WRITE),
        moderate=seat.can(Right.MODERATE),
        revisions=seat.can(Right.SEE_HIDDEN),
    )
    return render(
        request,
        "discussions/discussion.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found,
            "thread": thread,
            "posts": Posts(rights).list(thread.responses),
            "may_write": may_write,
            "may_edit": can_edit_discussion(seat, found),
            "composer": composer(thread, fields, draft, to_keep) if may_write else None,
            "refused": refused,
            "kept_text": as_shown(fields.get("body", ""), fields.get("format", ""))[0],
            "rescued": typed is not None and not refused,
            "draft_version": grown_from(request, draft),
            **({"csrf_token": TOKEN} if to_keep else {}),
        },
        status=status,
    )


@require_safe
def post(request: HttpRequest, public_id: str) -> HttpResponse:
    """The permanent address of a post."""
    _seat, found = post_for(request.user, public_id)
    return redirect(anchor(found))
