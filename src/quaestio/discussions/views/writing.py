"""Responding, replying, editing, taking back, earlier versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from quaestio.courses.access import Seat
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    can_edit_post,
    can_read,
    can_see_revisions,
    can_withdraw,
    enter,
    post_for,
    sight_of,
)
from quaestio.discussions.actions import EditConflict, PostRefused, Relation
from quaestio.discussions.forms import (
    WriteForm,
    stand_of,
    typed_fields,
)
from quaestio.discussions.lengths import is_outside, length_told
from quaestio.discussions.models import Draft, Post
from quaestio.discussions.queries import presence_in, questions_asked, thread_of
from quaestio.discussions.views.comparing import Parts, flat, versions_of
from quaestio.discussions.views.composing import (
    anchor,
    byline_of,
    composer,
    grown_from,
    kept,
    key_after,
    page_about,
    posted,
)
from quaestio.discussions.views.previewing import Preview, is_asked, preview_of, stands_of
from quaestio.discussions.views.relating import relation_shown
from quaestio.discussions.views.thread import thread_page
from quaestio.web.rescue import sign_in_keeping
from quaestio.web.worddiff import side_by_side


@require_http_methods(["GET", "HEAD", "POST"])
def respond(request: HttpRequest, public_id: str) -> HttpResponse:
    if request.method != "POST":
        # A preview stands at this address: a browser that opens its pages anew asks for it.
        entered = enter(request.user, public_id, Right.WRITE)
        return redirect("discussion", entered.discussion.public_id)
    if not request.user.is_authenticated:
        back = reverse("discussion", args=[public_id])
        return sign_in_keeping(
            request, f"respond:{public_id}", typed_fields(request.POST), f"{back}#write"
        )
    entered = enter(request.user, public_id, Right.WRITE)
    seat, found = entered.seat, entered.discussion
    me = seat.need(Right.WRITE)
    form = WriteForm(request.POST)
    form.is_valid()
    answers, positions = stand_of(request.POST)
    try:
        if is_asked(request):
            thread = thread_of(seat, found, presence_in(entered))
            typed = {**typed_fields(request.POST), "key": form.submission_key}
            stands = stands_of(thread.questions, answers, positions)
            target = f"respond:{public_id}"
            shown = preview_of(request, seat, found, target, source=form.source, stands=stands)
            shown = replace(shown, ticks_nothing=not stands and len(thread.questions) > 1)
            return thread_page(request, seat, thread, typed=typed, preview=shown)
        post = actions.respond(
            by=me,
            discussion=found,
            source=form.source,
            answers=answers,
            positions=positions,
            key=form.submission_key,
            draft_version=form.cleaned_data.get("draft_version") or 0,
        )
    except PostRefused as refused:
        typed = {**typed_fields(request.POST), "key": key_after(refused, form)}
        found.refresh_from_db()
        return thread_page(
            request,
            seat,
            thread_of(seat, found, presence_in(entered)),
            typed=typed,
            refused=refused.sentence,
            status=409 if not found.is_open else 422,
        )
    if post.state == Post.State.HELD:
        said = _("Your response is kept. The class sees it once a teacher has let it in.")
    else:
        said = _("Your response is posted.")
    said = f"{said} {after_posting(seat, post)}"
    if not answers and not positions and request.POST.get("asked", "1") not in {"0", "1"}:
        said = format_html("{} {}", said, ticks_nothing(seat, post))
    posted(request, said, f"respond:{public_id}")
    return redirect(anchor(post))


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, public_id: str) -> HttpResponse:
    target = f"reply:{public_id}"
    if not request.user.is_authenticated:
        return sign_in_keeping(request, target, typed_fields(request.POST), request.path)
    seat, parent = post_for(request.user, public_id, Right.WRITE)
    me = seat.need(Right.WRITE)
    fields, draft = kept(request, me, target) if request.method != "POST" else ({}, None)
    if not can_read(seat, parent) and not (draft or request.method == "POST"):
        raise Http404  # but what was being written when it went is given back
    if request.method != "POST":
        gone = "" if parent.state == Post.State.POSTED else actions.taken_back_sentence()
        return write_page(request, seat, parent, "reply", fields, draft, gone)
    form = WriteForm(request.POST)
    form.is_valid()
    try:
        if is_asked(request):
            answered = (parent, form.relation)
            shown = preview_of(
                request, seat, parent.discussion, target, source=form.source, answered=answered
            )
            fields = {**typed_fields(request.POST), "key": form.submission_key}
            return write_page(request, seat, parent, "reply", fields, None, preview=shown)
        made = actions.reply(
            by=me,
            parent=parent,
            source=form.source,
            relation=form.relation,
            key=form.submission_key,
            draft_version=form.cleaned_data.get("draft_version") or 0,
        )
    except PostRefused as refused:
        fields = {**typed_fields(request.POST), "key": key_after(refused, form)}
        parent.refresh_from_db(fields=["state"])
        return write_page(request, seat, parent, "reply", fields, None, refused.sentence)
    if made.state == Post.State.HELD:
        said = _("Your reply is kept. The class sees it once a teacher has let it in.")
    else:
        said = _("Your reply is posted.")
    posted(request, f"{said} {after_posting(seat, made)}", target)
    return redirect(anchor(made))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    target = f"edit:{public_id}"
    if not request.user.is_authenticated:
        return sign_in_keeping(request, target, typed_fields(request.POST), request.path)
    seat, found = post_for(request.user, public_id, Right.WRITE)
    me = seat.need(Right.WRITE)
    if found.author_id != me.pk or (request.method != "POST" and not can_withdraw(seat, found)):
        raise PermissionDenied
    if request.method != "POST":
        fields, draft = kept(request, me, target)
        if not fields:
            fields = as_written(found)
        if not can_edit_post(seat, found):
            why = actions.run_out_sentence()
            if not found.discussion.is_open:
                why = actions.closed_sentence(found.discussion)
            return write_page(request, seat, found, "edit", fields, draft, why)
        return write_page(request, seat, found, "edit", fields, draft)
    form = WriteForm(request.POST)
    form.is_valid()
    answers, positions = stand_of(request.POST)
    try:
        if is_asked(request):
            return preview_edit(request, seat, found, form)
        changed = actions.edit_post(
            post=found,
            by=me,
            source=form.source,
            version=form.cleaned_data.get("version") or 0,
            answers=answers,
            positions=positions,
            relation=relation_asked(seat, found, form),
            draft_version=form.cleaned_data.get("draft_version") or 0,
        )
    except PostRefused as refused:
        fields = typed_fields(request.POST)
        return write_page(request, seat, found, "edit", fields, None, refused.sentence)
    except EditConflict as conflict:
        fields = typed_fields(request.POST)
        other = [("", side_by_side(flat(conflict.current.source), flat(form.source)))]
        return write_page(request, seat, conflict.current, "edit", fields, None, other=other)
    posted(request, f"{_('Your post is changed.')} {after_posting(seat, changed)}", target)
    return redirect(anchor(changed))


def preview_edit(request: HttpRequest, seat: Seat, found: Post, form: WriteForm) -> HttpResponse:
    if not can_edit_post(seat, found):
        raise PostRefused(actions.run_out_sentence())
    stands = []
    if found.root_id is None:
        stands = stands_of(questions_asked(found.discussion), *stand_of(request.POST))
    asked = relation_asked(seat, found, form)
    shown = preview_of(
        request,
        seat,
        found.discussion,
        f"edit:{found.public_id}",
        source=form.source,
        stands=stands,
        answered=(found.parent, asked) if found.parent and asked else None,
        was=found,
    )
    return write_page(request, seat, found, "edit", typed_fields(request.POST), None, preview=shown)


def relation_asked(seat: Seat, found: Post, form: WriteForm) -> Relation | None:
    """What a changed reply is to do; None for a response. Which words it answers can be changed
    only by somebody who may read the other post.
    """
    if found.parent is None:
        return None
    sight = sight_of(seat, found.discussion)
    if sight.reads(found.parent.state, found.parent.author_id):
        return form.relation
    return replace(form.relation, words=found.quotes_text)


def ticks_nothing(seat: Seat, post: Post) -> str:
    """To whoever answers none of several questions, with the way to say which."""
    told = _("No question is ticked.")
    if not can_edit_post(seat, post):
        return told
    way, edit = reverse("post-edit", args=[post.public_id]), _("Tick those you answer")
    return format_html('{} <a href="{}">{}</a>.', told, way, edit)


def after_posting(seat: Seat, post: Post) -> str:
    """What is worth knowing now that it is posted: how long it is beside what was asked for, and
    until when it can be changed.
    """
    told = []
    if post.root_id is None and is_outside(post.words, post.discussion):
        told.append(length_told(post.words, post.discussion))
    told.append(edit_until(seat, post))
    return " ".join(one for one in told if one)


def edit_until(seat: Seat, post: Post) -> str:
    minutes = seat.course.edit_minutes
    if minutes is None:
        return ""
    end = timezone.localtime(post.created_at + timedelta(minutes=minutes))
    shown = "H:i" if end.date() == timezone.localdate() else "j F, H:i"
    return _("You can edit it until %s.") % date_format(end, shown)


def as_written(found: Post) -> dict[str, Any]:
    """A post as the fields of the form that changes it."""
    fields: dict[str, Any] = {
        "body": found.source,
        "format": "html",
        "answers": [answer.question.number for answer in found.answers.select_related("question")],
        "kind": found.kind,
        "quotes": f"{found.quotes_start}:{found.quotes_text}" if found.quotes_text else "",
    }
    positions = found.positions.select_related("question", "choice")
    if found.state != Post.State.HELD:  # what waits takes its positions once it is let in
        positions = positions.filter(ended_at__isnull=True)
    for position in positions:
        fields[f"position-{position.question.number}"] = position.choice.number
    return fields


def write_page(
    request: HttpRequest,
    seat: Seat,
    about: Post,
    kind: str,
    fields: dict[str, Any],
    draft: Draft | None,
    refused: str = "",
    other: Parts | None = None,
    preview: Preview | None = None,
) -> HttpResponse:
    """The page to write a reply (to ``about``) or to change a post (``about`` itself).

    ``other`` is what the post says by now beside the writer's text, when it was changed meanwhile.
    """
    readable = can_read(seat, about)
    answers_questions = kind == "edit" and about.root_id is None
    questions = questions_asked(about.discussion) if answers_questions else []
    answered = about if kind == "reply" else about.parent
    relation = None
    if answered is not None:
        relation = relation_shown(request, answered, fields, readable=can_read(seat, answered))
    status = 409 if other or (refused and not about.discussion.is_open) else 422 if refused else 200
    return render(
        request,
        "discussions/write.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": about.discussion,
            "post": about,
            "byline": byline_of(seat, about),
            "readable": readable,
            # A text grown from an older version must not pass for one grown from the newest.
            "version": about.version if other else fields.get("version") or about.version,
            "kind": kind,
            "composer": composer(questions, fields, draft),
            "relation": relation,
            "refused": refused,
            "other": other,
            "preview": preview,
            "until": edit_until(seat, about) if kind == "edit" and not refused else "",
            "draft_version": preview.draft_version if preview else grown_from(request, draft),
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.WRITE)
    if not can_withdraw(seat, found):
        raise PermissionDenied
    if request.method == "POST":
        actions.withdraw(post=found, by=seat.need(Right.WRITE))
        messages.success(request, _("Your post has been withdrawn. Its place is kept."))
        return redirect(anchor(found))
    return page_about(request, "discussions/withdraw.html", seat, found)


@require_safe
def revisions(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a post said before, newest first, with what each edit changed; for its author and for
    teachers.
    """
    seat, found = post_for(request.user, public_id)
    if not can_see_revisions(seat, found):
        raise PermissionDenied if seat.is_member else Http404
    return page_about(
        *(request, "discussions/revisions.html", seat, found),
        byline=byline_of(seat, found),
        versions=versions_of(found),
    )
