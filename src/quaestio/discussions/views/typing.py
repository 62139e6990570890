"""What is asked while somebody types: the check of quotations, the draft."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quaestio.citations.checking import read_source
from quaestio.courses.access import Seat, course_for
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    can_ask,
    can_edit_discussion,
    can_read,
    can_withdraw,
    discussion_for,
    post_for,
)
from quaestio.discussions.actions import EditConflict, PostRefused
from quaestio.discussions.forms import (
    WriteForm,
    as_shown,
    source_of,
    typed_fields,
)
from quaestio.discussions.marking import cards_of
from quaestio.discussions.models import Draft
from quaestio.discussions.rendering import bare, quietly
from quaestio.discussions.views.comparing import flat
from quaestio.web.richtext import clean
from quaestio.web.worddiff import side_by_side


@require_POST
@login_required
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """The quotations of a text being written, each with its verdict: a fragment of a page."""
    seat = course_for(request.user, public_id, Right.CHECK)
    seat.need(Right.CHECK)
    body = request.POST.get("body", "") or request.POST.get("context", "")
    if len(body) > actions.LONGEST:
        body = body[: actions.LONGEST]
    format_ = request.POST.get("format", "")
    source = clean(source_of(body, format_))
    read = read_source(seat.course, source)
    cards = cards_of(read, source, None if format_ == "html" else body)
    outside = [bare(one) for one in quietly(read.outside, read.quotations)]
    return render(
        request,
        "discussions/check_panel.html",
        {"cards": cards, "outside": outside, "course": seat.course},
    )


KINDS = {"respond", "reply", "edit", "pose", "revise"}


@require_POST
def draft(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Keep what is being typed. Answers JSON: the draft's version, or 409 with the newer text."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("You have been signed out.")}, status=401)
    if kind not in KINDS:
        raise Http404
    try:
        seat = draft_seat(request, kind, public_id)
    except (PermissionDenied, Http404) as gone:
        said = _("You can no longer write here. Your text is kept in this browser; copy it.")
        status = 403 if isinstance(gone, PermissionDenied) else 404
        return JsonResponse({"error": said}, status=status)
    me = seat.enrollment
    if me is None:
        raise PermissionDenied
    form = WriteForm(request.POST)
    form.is_valid()
    typed = typed_fields(request.POST)
    body = str(typed.get("body", "") or typed.get("context", ""))
    source = source_of(body, str(typed.get("format", "")))
    if actions.is_posted(person=me, key=form.cleaned_data.get("key"), source=source):
        return JsonResponse({"version": 0})
    version = request.POST.get("draft_version", "")
    try:
        saved = actions.save_draft(
            person=me,
            target=f"{kind}:{public_id}",
            fields=typed,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        )
    except EditConflict as conflict:
        newer: Draft = conflict.current
        body = newer.fields.get("body") or newer.fields.get("context", "")
        plain, html = as_shown(body, newer.fields.get("format", ""))
        compared = side_by_side(flat(source_of(body, newer.fields.get("format", ""))), flat(source))
        shown = render_to_string(
            "web/parts/both_texts.html",
            {
                "parts": [("", compared)],
                "theirs": _("The other version"),
                "mine": _("The text above"),
            },
        )
        return JsonResponse(
            {"version": newer.version, "body": plain, "html": html, "compared": shown}, status=409
        )
    except PostRefused as refused:
        return JsonResponse({"error": refused.sentence}, status=413)
    local = timezone.localtime(saved.updated_at)
    return JsonResponse({"version": saved.version, "saved_at": local.strftime("%H:%M")})


def draft_seat(request: HttpRequest, kind: str, public_id: str) -> Seat:
    """The door that the finished thing would go through."""
    user: Any = request.user
    if kind == "pose":
        seat = course_for(user, public_id)
        if not can_ask(seat):
            raise PermissionDenied
        return seat
    if kind == "revise":
        seat, found = discussion_for(user, public_id)
        if not can_edit_discussion(seat, found):
            raise PermissionDenied
        return seat
    if kind == "respond":
        return discussion_for(user, public_id, Right.WRITE)[0]
    seat, about = post_for(user, public_id, Right.WRITE)
    readable = can_read(seat, about)
    if not readable:
        raise Http404
    if kind == "edit" and not can_withdraw(seat, about):
        raise PermissionDenied
    return seat
