"""A discussion with its responses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from time import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import parse_etags
from django.views.decorators.http import require_POST, require_safe

from quaestio.accounts.models import User
from quaestio.courses.access import Seat
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    COUNTING,
    Entered,
    Sight,
    can_edit_discussion,
    can_open,
    discussion_for,
    enter,
    merged_into,
    post_for,
    sees_remarks,
    sight_of,
    takes_guests,
    words_so_far,
)
from quaestio.discussions.due import answers_due
from quaestio.discussions.forms import (
    GuestForm,
    as_shown,
)
from quaestio.discussions.guests import HONEYPOT, known_guest, new_stamp, waiting_of
from quaestio.discussions.lengths import due_still
from quaestio.discussions.models import Discussion
from quaestio.discussions.pieces import Posts, Rights
from quaestio.discussions.queries import (
    Presence,
    QuestionRow,
    Thread,
    draft_of,
    presence_in,
    thread_key,
    thread_of,
)
from quaestio.discussions.remarks import remarks_of
from quaestio.discussions.showing import Wanted, show
from quaestio.discussions.views.composing import anchor, composer, grown_from
from quaestio.discussions.views.previewing import Preview
from quaestio.discussions.visits import OFTEN
from quaestio.notifications import actions as notifications
from quaestio.notifications.context import forget_unseen, mark, remember_unseen, unseen
from quaestio.web.finished import FORM_KEY, NOTICES, STAMP, TOKEN, Page, Shelf, answer, token
from quaestio.web.rescue import rescued

# One person's page is never another's: thread_key names the person.
finished = Shelf(settings.FINISHED_PAGES)
ALL = Wanted()


@require_safe
def discussion(request: HttpRequest, public_id: str) -> HttpResponse:
    """A discussion with its responses; ``Wanted`` says what the address can ask for."""
    entered, now = enter(request.user, public_id), timezone.now()
    seat, found = entered.seat, entered.discussion
    if found.merged_into_id is not None:
        into = merged_into(seat, found)
        if into is None:
            raise Http404
        return redirect("discussion", into.public_id)
    wanted = Wanted.of(request.GET) if request.META.get("QUERY_STRING") else ALL
    typed = rescued(request, f"respond:{public_id}") if seat.is_member else None
    sight, presence = sight_of(seat, found, now), presence_in(entered, now)
    see_notices(request, entered)
    guests = takes_guests(seat, found)
    guest = known_guest(request, seat.course) if guests else None
    due = answers_due(found, now)
    key = thread_key(seat, found, sight, presence, request.user, wanted.query, guest, due)
    fresh = typed is None and not messages.get_messages(request)
    if fresh:
        page = finished.get(key)
        unchanged = is_known(request, key, guests)
        if unchanged or page is not None:
            note_look(seat, found, sight, presence, now)
        if unchanged:
            return HttpResponse(status=304, headers={"ETag": tag_of(request, key, guests)})
        if page is not None:
            return sent(request, page, key)
    thread = thread_of(seat, found, presence, sight)
    if wanted.question and wanted.question not in {row.number for row in thread.questions}:
        raise Http404
    note_look(seat, found, sight, presence, now, thread)
    if not fresh or thread.edits_run_out or (seat.is_member and presence.looked_at is None):
        return thread_page(request, seat, thread, wanted, typed=typed, due=due)
    page = Page(thread_page(request, seat, thread, wanted, to_keep=True, due=due).content)
    finished.put(key, page)
    return sent(request, page, key)


def note_look(
    seat: Seat,
    found: Discussion,
    sight: Sight,
    presence: Presence,
    now: datetime,
    thread: Thread | None = None,
) -> None:
    """Remember that this viewer looks; every few minutes, or where there is something later than
    their last look on the page.
    """
    me, last = seat.enrollment, presence.looked_at
    if me is None:
        return
    later = thread.newest_at if thread else None
    is_due = last is None or now - last > OFTEN or (later is not None and later > last)
    if is_due and (last is None or sight.is_open):
        actions.look(person=me, discussion=found, at=now, is_open=sight.is_open)


@require_POST
@login_required
def mark_read(request: HttpRequest, public_id: str) -> HttpResponse:
    """Nothing on the page that was sent ``until`` then is new any more. What came since is."""
    seat, found = discussion_for(request.user, public_id)
    if seat.enrollment is None:
        raise PermissionDenied
    now = timezone.now()
    until = moment(request.POST.get("until", "")) or now
    if sight_of(seat, found).is_open:
        actions.mark_seen(person=seat.enrollment, discussion=found, at=min(until, now))
    return redirect(f"{reverse('discussion', args=[public_id])}#responses")


def moment(text: str) -> datetime | None:
    """A time with its zone, as the page had it."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def see_notices(request: HttpRequest, entered: Entered) -> None:
    """Whoever looks at a discussion has seen what they were told of it. No query for whoever has
    no new notices about it.
    """
    remember_unseen(request, entered.unseen)
    if not entered.unseen_here or not isinstance(request.user, User):
        return
    if notifications.mark_seen(person=request.user, list=entered.discussion.public_id):
        forget_unseen(request)


def tag_of(request: HttpRequest, key: str, guests: bool) -> str:
    """The ETag of a finished page. A signed-in person's page holds a token, and signing in again
    makes that void: then the browser's old copy must not be taken for fresh. It also holds the
    number of new notices. So does a page with the form for guests hold a token, and a stamp of time
    that must not grow old.
    """
    own = ""
    if request.user.is_authenticated or guests:
        own = f"{request.META.get('CSRF_COOKIE', '')} {unseen(request)}"
    if guests:
        own += f" {int(time() // 3600)}"
    digest = sha256(f"{key} {own}".encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def is_known(request: HttpRequest, key: str, guests: bool) -> bool:
    """Whether the browser has this page already, and asks only whether it is still so."""
    known = request.META.get("HTTP_IF_NONE_MATCH")
    return known is not None and tag_of(request, key, guests) in parse_etags(known)


def sent(request: HttpRequest, page: Page, key: str) -> HttpResponse:
    """A finished page with this answer's token, key and number of new notices."""
    fillings = {
        TOKEN: token(request) if page.has(TOKEN) else "",
        FORM_KEY: str(uuid.uuid4()) if page.has(FORM_KEY) else "",
        NOTICES: mark(unseen(request)) if page.has(NOTICES) else "",
        STAMP: new_stamp() if page.has(STAMP) else "",
    }
    return answer(request, page, fillings, {"ETag": tag_of(request, key, page.has(STAMP))})


def thread_page(
    request: HttpRequest,
    seat: Seat,
    thread: Thread,
    wanted: Wanted = ALL,
    *,
    typed: dict[str, Any] | None = None,
    refused: str = "",
    status: int = 200,
    to_keep: bool = False,
    due: str | None = None,
    preview: Preview | None = None,
    guest_form: GuestForm | None = None,
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
        reply_as_guest=takes_guests(seat, found),
        edit=may_write,
        withdraw=seat.can(Right.WRITE),
        moderate=seat.can(Right.MODERATE),
        revisions=seat.can(Right.SEE_HIDDEN),
        report=seat.can(Right.REPORT) and not seat.can(Right.MODERATE),
        endorse=seat.can(Right.MODERATE),
        thank=seat.can(Right.WRITE) and not seat.can(Right.MODERATE),
    )
    shown = show(thread, wanted)
    pieces = Posts(rights, under_headings=wanted.by_question)
    return render(
        request,
        "discussions/discussion.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found,
            "thread": thread,
            "due": answers_due(found, timezone.now()) if due is None else due,
            "shown": shown,
            "groups": [(group, pieces.list(group.responses)) for group in shown.groups],
            "may_write": may_write,
            "has_record": any(post.is_mine for post in thread.responses),
            "mine": [one for one in thread.responses if one.is_mine and one.state in COUNTING],
            "sees_remarks": sees_remarks(seat, found),
            "remarks": remarks_of(seat, found),
            "may_edit": can_edit_discussion(seat, found),
            "may_open": can_open(seat, found),
            "short": short_of(seat, found),
            "composer": composer(thread.questions, fields, draft, to_keep) if may_write else None,
            "guest": guest_composer(
                request, seat, found, thread.questions, guest_form, fields, to_keep
            ),
            "refused": refused,
            "kept_text": as_shown(fields.get("body", ""), fields.get("format", ""))[0],
            "preview": preview,
            "rescued": typed is not None and not refused and not preview,
            "draft_version": preview.draft_version if preview else grown_from(request, draft),
            **({"csrf_token": TOKEN, "notices_mark": NOTICES} if to_keep else {}),
        },
        status=status,
    )


def short_of(seat: Seat, found: Discussion) -> str:
    """“54 of 150 words: due still”, for somebody who is asked and has not written enough yet; else
    "". No query where no length is asked.
    """
    me = seat.enrollment
    asked = found.is_open and seat.can(Right.WRITE) and not seat.can(Right.MODERATE)
    if me is None or not asked or found.author_id == me.pk:
        return ""
    words = words_so_far(me, found)
    return "" if words is None else due_still(words, found)


def guest_composer(
    request: HttpRequest,
    seat: Seat,
    found: Discussion,
    questions: Sequence[QuestionRow],
    form: GuestForm | None,
    fields: dict[str, Any],
    to_keep: bool,
) -> dict[str, Any] | None:
    """The form for a guest, with what was typed; None where guests are not asked."""
    if not takes_guests(seat, found):
        return None
    known = known_guest(request, seat.course)
    if form is None:
        form = GuestForm(
            is_known=known is not None, initial={"stamp": STAMP if to_keep else new_stamp()}
        )
    return {
        **composer(questions, fields, None, to_keep),
        "form": form,
        "known": known,
        "waiting": waiting_of(known, found) if known else [],
        "honeypot": HONEYPOT,
    }


@require_safe
def post(request: HttpRequest, public_id: str) -> HttpResponse:
    """The permanent address of a post."""
    _seat, found = post_for(request.user, public_id)
    return redirect(anchor(found))
