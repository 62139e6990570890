"""Posing a discussion, changing it, opening it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from quaestio.courses.access import Seat, course_for
from quaestio.courses.models import Meeting
from quaestio.courses.queries import next_meeting
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    can_edit_discussion,
    can_open,
    can_pose,
    discussion_for,
    leads_any,
    waits,
)
from quaestio.discussions.actions import EditConflict, PostRefused
from quaestio.discussions.asking import find_questions
from quaestio.discussions.forms import (
    DEFAULT_POSITIONS,
    DiscussionForm,
    QuestionRows,
    initial_of,
    rules_of_course,
    typed_fields,
)
from quaestio.discussions.models import Discussion, Draft
from quaestio.discussions.queries import (
    questions_of,
)
from quaestio.discussions.rendering import render as render_post
from quaestio.discussions.views.comparing import Parts, both_discussions
from quaestio.discussions.views.composing import grown_from, kept, posted
from quaestio.discussions.views.previewing import is_asked, keep_draft
from quaestio.web.rescue import sign_in_keeping
from quaestio.web.richtext import flatten


@require_http_methods(["GET", "HEAD", "POST"])
def pose(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new discussion in a course; ``?meeting=ID`` puts it into a meeting, else the next one is
    chosen in the form.
    """
    target = f"pose:{public_id}"
    if not request.user.is_authenticated:
        back = request.get_full_path()
        return sign_in_keeping(request, target, typed_fields(request.POST), back)
    seat, meeting = poser_seat(request, public_id)
    me = seat.need(Right.WRITE)
    if request.method != "POST":
        fields, draft = kept(request, me, target)
        if not fields:
            fields = rules_of_course(seat.course)
            meeting = meeting or (next_meeting(seat) if seat.can(Right.POSE) else None)
            fields |= {"meeting": meeting.pk} if meeting else {}
        form = DiscussionForm(initial={"key": uuid.uuid4(), **fields}, course=seat.course)
        rows = QuestionRows.posted(fields)
        return pose_page(request, seat, form, rows, draft=draft)
    form = DiscussionForm(request.POST, course=seat.course)
    rows = QuestionRows.posted(request.POST)
    valid = all([form.is_valid(), rows.is_valid()])
    if request.POST.get("do") == "find":
        return pose_page(request, seat, form, offer(form, rows), offered=True)
    if is_asked(request):
        return pose_page(request, seat, form, rows, kept_as=keep_draft(request, me, target))
    if not valid:
        return pose_page(request, seat, form, rows, status=422)
    if not can_pose(seat, form.cleaned_data["meeting"]):
        form.add_error("meeting", _("You pose the question for the meeting that you lead."))
        return pose_page(request, seat, form, rows, status=422)
    open_now = request.POST.get("do") == "open"
    try:
        made = actions.pose(
            by=me,
            title=form.cleaned_data["title"],
            context=form.source,
            questions=[wording for _old, wording in rows.wanted()],
            meeting=form.cleaned_data["meeting"],
            due_at=form.cleaned_data["due_at"],
            rules=form.rules,
            open_now=open_now,
            key=form.cleaned_data.get("key"),
            draft_version=form.cleaned_data.get("draft_version") or 0,
        )
    except PostRefused as refused:
        form.add_error("context", refused.sentence)
        return pose_page(request, seat, form, rows, status=422)
    if made.asked_at is not None:
        posted(request, kept_for_a_teacher(), target)
    elif open_now:
        posted(request, _("The discussion is open."), target)
    else:
        posted(request, _("Kept as a draft. The class sees it once you open it."), target)
    return redirect("discussion", made.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a discussion's title, context, questions."""
    target = f"revise:{public_id}"
    if not request.user.is_authenticated:
        return sign_in_keeping(request, target, typed_fields(request.POST), request.path)
    seat, found = discussion_for(request.user, public_id)
    if not can_edit_discussion(seat, found):
        raise PermissionDenied
    me = seat.enrollment
    assert me is not None
    if request.method != "POST":
        fields, draft = kept(request, me, target)
        initial = fields or initial_of(found)
        form = DiscussionForm(initial={"version": found.version, **initial}, course=seat.course)
        rows = QuestionRows.posted(fields) if fields else QuestionRows.of(questions_of(found))
        return pose_page(request, seat, form, rows, discussion=found, draft=draft)
    form = DiscussionForm(request.POST, course=seat.course)
    rows = QuestionRows.posted(request.POST)
    valid = all([form.is_valid(), rows.is_valid()])
    if request.POST.get("do") == "find":
        return pose_page(request, seat, form, offer(form, rows), discussion=found, offered=True)
    if is_asked(request):
        draft_version = keep_draft(request, me, target)
        return pose_page(request, seat, form, rows, discussion=found, kept_as=draft_version)
    if not valid:
        return pose_page(request, seat, form, rows, discussion=found, status=422)
    if not can_pose(seat, form.cleaned_data["meeting"]):
        form.add_error("meeting", _("You pose the question for the meeting that you lead."))
        return pose_page(request, seat, form, rows, discussion=found, status=422)
    try:
        actions.change_discussion(
            discussion=found,
            by=me,
            title=form.cleaned_data["title"],
            context=form.source,
            questions=rows.wanted(),
            meeting=form.cleaned_data["meeting"],
            due_at=form.cleaned_data["due_at"],
            rules=form.rules,
            version=form.cleaned_data.get("version") or 0,
            draft_version=form.cleaned_data.get("draft_version") or 0,
        )
    except PostRefused as refused:
        form.add_error(None, refused.sentence)
        return pose_page(request, seat, form, rows, discussion=found, status=422)
    except EditConflict as conflict:
        both = both_discussions(
            conflict.current, form.cleaned_data["title"], form.source, rows.wanted()
        )
        return pose_page(
            *(request, seat, form, rows),
            discussion=found,
            other=conflict.current,
            both=both,
            status=409,
        )
    posted(request, _("Saved."), target)
    return redirect("discussion", found.public_id)


def poser_seat(request: HttpRequest, public_id: str) -> tuple[Seat, Meeting | None]:
    """The door for whoever may pose in this course, or for the meeting in the address, which the
    viewer then leads.
    """
    seat = course_for(request.user, public_id)
    named = request.GET.get("meeting") or ""
    meeting = seat.course.meetings.filter(public_id=named).first() if named else None
    if not can_pose(seat, meeting) and not (request.method == "POST" and leads_any(seat)):
        raise PermissionDenied
    return seat, meeting


def offer(form: DiscussionForm, rows: QuestionRows) -> QuestionRows:
    """The questions found in the title and the context, added to the rows that are there."""
    there = {row["text"].casefold() for row in rows.rows}
    flat = flatten(form.source) if form.is_bound and hasattr(form, "cleaned_data") else None
    paragraphs = flat.text.split("\n\n") if flat else []
    title = form.cleaned_data.get("title", "") if hasattr(form, "cleaned_data") else ""
    found = [
        {"old": None, "text": question.text, "positions": "", "offered": True}
        for question in find_questions(paragraphs, title)
        if question.text.casefold() not in there
    ]
    return QuestionRows([row for row in rows.rows if row["text"]] + found)


def context_shown(
    seat: Seat, form: DiscussionForm, was: Discussion | None, status: int
) -> tuple[SafeString | None, int]:
    """The context as it would read, and the answer's status; none where it is too long."""
    try:
        source = actions.take_source(form.source, may_be_empty=True)
    except PostRefused as refused:
        form.add_error("context", refused.sentence)
        return None, 422
    rendered = render_post(
        seat.course, source, (was, None) if was else None, edited=was is not None
    )
    return mark_safe(rendered.html), status  # noqa: S308 - sanitized


def pose_page(
    request: HttpRequest,
    seat: Seat,
    form: DiscussionForm,
    rows: QuestionRows,
    *,
    discussion: Discussion | None = None,
    draft: Draft | None = None,
    offered: bool = False,
    other: Discussion | None = None,
    both: Parts | None = None,
    kept_as: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """``kept_as`` is the version of the draft as which a preview was kept; then it is shown."""
    preview = None
    if kept_as is not None:
        preview, status = context_shown(seat, form, discussion, status)
    if not seat.can(Right.POSE):  # leads some meetings, and poses for these alone
        form.offer_meetings(Q(leaders__person=seat.enrollment))
    # After a conflict the next press of the button means: I have seen the other text.
    form.show(**({"version": str(other.version)} if other else {}))
    form.fields["context"].widget.attrs |= {
        "data-check-url": reverse("check", args=[seat.course.public_id]),
        "data-check-panel": "check-panel",
    }
    return render(
        request,
        "discussions/pose.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": discussion,
            "form": form,
            "rows": rows.with_blanks(),
            "waits": seat.enrollment is not None and waits(seat.enrollment, seat.course),
            "sections": seat.course.sections.exists(),
            "default_positions": DEFAULT_POSITIONS,
            "draft": draft,
            "draft_version": grown_from(request, draft) if kept_as is None else kept_as,
            "preview": preview,
            "offered": offered,
            "other": other,
            "both": both,
        },
        status=status,
    )


@require_POST
@login_required
def open_(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open a draft, or have a teacher open it; or reopen a closed discussion."""
    seat, found = discussion_for(request.user, public_id)
    if can_open(seat, found):
        actions.open_discussion(discussion=found, by=seat.need(Right.SEE))
        messages.success(request, _("The discussion is open."))
    elif found.state == Discussion.State.DRAFT and can_edit_discussion(seat, found):
        actions.ask_to_open(discussion=found)
        messages.success(request, kept_for_a_teacher())
    else:
        raise PermissionDenied
    return redirect("discussion", public_id)


def kept_for_a_teacher() -> str:
    return _("It is kept, and waits for a teacher to open it. Until then you can change it.")
