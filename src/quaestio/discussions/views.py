"""The pages of the conversation: thread, composer, drafts, revisions.

Each view shows its whole path: door, form, action, page.
"""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quaestio.citations.checking import check_source
from quaestio.courses.access import Seat, course_for
from quaestio.courses.models import Meeting
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    Bylines,
    can_edit_discussion,
    can_edit_post,
    can_pose,
    can_read,
    can_see_revisions,
    can_withdraw,
    discussion_for,
    leads_any,
    post_for,
)
from quaestio.discussions.actions import EditConflict, PostedBefore, PostRefused
from quaestio.discussions.asking import find_questions
from quaestio.discussions.forms import (
    DEFAULT_POSITIONS,
    DiscussionForm,
    HideForm,
    QuestionRows,
    WriteForm,
    as_shown,
    initial_of,
    rules_of_course,
    source_of,
    stand_of,
    typed_fields,
)
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.discussions.pieces import Posts, Rights
from quaestio.discussions.queries import (
    Presence,
    Thread,
    draft_of,
    presence_of,
    questions_of,
    thread_key,
    thread_of,
)
from quaestio.discussions.rendering import names_of, note
from quaestio.web.finished import FORM_KEY, TOKEN, Page, Shelf, answer
from quaestio.web.rescue import rescued, sign_in_keeping
from quaestio.web.richtext import clean, flatten

# One person's page is never another's: thread_key names the person.
finished = Shelf(settings.FINISHED_PAGES)


# -- The thread ---------------------------------------------------------------------------------


@require_safe
def discussion(request: HttpRequest, public_id: str) -> HttpResponse:
    """A discussion with its responses; ``?question=2`` shows those that answer question 2."""
    seat, found = discussion_for(request.user, public_id)
    question, position = number_in(request, "question"), number_in(request, "position")
    typed = rescued(request, f"respond:{public_id}") if seat.is_member else None
    presence = presence_of(seat, found)
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


def composer(
    thread: Thread, fields: dict[str, Any], draft: Draft | None, to_keep: bool = False
) -> dict[str, Any]:
    """What the composer shows: the text, the ticks, a fresh key."""
    answers, positions = stand_of(fields)
    plain, html = as_shown(str(fields.get("body", "")), str(fields.get("format", "")))
    return {
        "body": plain,
        "html": html,
        "key": fields.get("key") or (FORM_KEY if to_keep else uuid.uuid4()),
        "draft": draft,
        "questions": [
            {
                "row": row,
                "ticked": row.number in answers,
                "choice": positions.get(row.number),
            }
            for row in thread.questions
        ],
    }


@require_POST
def respond(request: HttpRequest, public_id: str) -> HttpResponse:
    if not request.user.is_authenticated:
        back = reverse("discussion", args=[public_id])
        return sign_in_keeping(
            request, f"respond:{public_id}", typed_fields(request.POST), f"{back}#write"
        )
    seat, found = discussion_for(request.user, public_id, Right.WRITE)
    me = seat.need(Right.WRITE)
    form = WriteForm(request.POST)
    form.is_valid()
    answers, positions = stand_of(request.POST)
    try:
        post = actions.respond(
            by=me,
            discussion=found,
            source=form.source,
            answers=answers,
            positions=positions,
            key=form.submission_key,
        )
    except PostRefused as refused:
        typed = {**typed_fields(request.POST), "key": key_after(refused, form)}
        found.refresh_from_db()
        return thread_page(
            request,
            seat,
            thread_of(seat, found, presence_of(seat, found)),
            typed=typed,
            refused=refused.sentence,
            status=409 if not found.is_open else 422,
        )
    if post.state == Post.State.HELD:
        said = _("Your response is kept. The class sees it once a teacher has let it in.")
    else:
        said = _("Your response is posted.")
    posted(request, said, f"respond:{public_id}")
    return redirect(anchor(post))


def key_after(refused: PostRefused, form: WriteForm) -> uuid.UUID:
    """The key for the next attempt: another one where this one has made a post already."""
    return uuid.uuid4() if isinstance(refused, PostedBefore) else form.submission_key


def posted(request: HttpRequest, sentence: str, key: str) -> None:
    """Say that it is stored; the copy of the text in the browser may go."""
    messages.success(request, sentence, extra_tags=f"draft-done:{key}")


def anchor(post: Post) -> str:
    """Where a post stands in its thread."""
    return f"{reverse('discussion', args=[post.discussion.public_id])}#p-{post.public_id}"


@require_safe
def post(request: HttpRequest, public_id: str) -> HttpResponse:
    """The permanent address of a post."""
    _seat, found = post_for(request.user, public_id)
    return redirect(anchor(found))


# -- Replying, editing, taking back -------------------------------------------------------------


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
        made = actions.reply(by=me, parent=parent, source=form.source, key=form.submission_key)
    except PostRefused as refused:
        fields = {**typed_fields(request.POST), "key": key_after(refused, form)}
        parent.refresh_from_db(fields=["state"])
        return write_page(request, seat, parent, "reply", fields, None, refused.sentence)
    if made.state == Post.State.HELD:
        said = _("Your reply is kept. The class sees it once a teacher has let it in.")
    else:
        said = _("Your reply is posted.")
    posted(request, said, target)
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
        changed = actions.edit_post(
            post=found,
            by=me,
            source=form.source,
            version=form.cleaned_data.get("version") or 0,
            answers=answers,
            positions=positions,
        )
    except PostRefused as refused:
        fields = typed_fields(request.POST)
        return write_page(request, seat, found, "edit", fields, None, refused.sentence)
    except EditConflict as conflict:
        fields = typed_fields(request.POST)
        return write_page(
            request, seat, conflict.current, "edit", fields, None, other=conflict.current.body_html
        )
    posted(request, _("Your post is changed."), target)
    return redirect(anchor(changed))


def kept(request: HttpRequest, me: Any, target: str) -> tuple[dict[str, Any], Draft | None]:
    """What was typed before: saved from an expired session, or the draft."""
    draft = Draft.objects.filter(person=me, target=target).first()
    return rescued(request, target) or (draft.fields if draft else {}), draft


def grown_from(request: HttpRequest, draft: Draft | None) -> int:
    """The version of the draft from which the text on the page has grown."""
    sent = request.POST.get("draft_version", "")
    if sent.isdecimal() and len(sent) < 9:
        return int(sent)
    return draft.version if draft else 0


def as_written(found: Post) -> dict[str, Any]:
    """A post as the fields of the form that changes it."""
    fields: dict[str, Any] = {
        "body": found.source,
        "format": "html",
        "answers": [answer.question.number for answer in found.answers.select_related("question")],
    }
    for position in found.positions.select_related("question", "choice").filter(
        ended_at__isnull=True
    ):
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
    other: str = "",
) -> HttpResponse:
    """The page to write a reply (to ``about``) or to change a post (``about`` itself).

    ``other`` is what the post says by now, when somebody changed it meanwhile.
    """
    thread = thread_of(seat, about.discussion, Presence())
    readable = can_read(seat, about)
    shown = composer(thread, fields, draft)
    if kind == "reply" or about.root_id is not None:
        shown["questions"] = []
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
            "composer": shown,
            "refused": refused,
            "other": other,
            "draft_version": grown_from(request, draft),
        },
        status=status,
    )


def byline_of(seat: Seat, about: Post) -> str:
    """Whose post it is, as this viewer may know it."""
    return Bylines(seat, [about.discussion]).by(about.discussion_id, about.author)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.WRITE)
    if not can_withdraw(seat, found):
        raise PermissionDenied
    if request.method == "POST":
        actions.withdraw(post=found)
        messages.success(request, _("Your post has been withdrawn. Its place is kept."))
        return redirect(anchor(found))
    return render(
        request,
        "discussions/withdraw.html",
        {"seat": seat, "course": seat.course, "discussion": found.discussion, "post": found},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hide(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_read(seat, found):
        raise PermissionDenied
    form = HideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.hide(post=found, because=form.cleaned_data["because"])
        messages.success(request, _("The post is hidden from the class."))
        return redirect(anchor(found))
    return render(
        request,
        "discussions/hide.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found.discussion,
            "post": found,
            "form": form,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_read(seat, found):
        raise PermissionDenied
    if request.method == "POST":
        actions.show(post=found)
        messages.success(request, _("The post can be seen again."))
        return redirect(anchor(found))
    return render(
        request,
        "discussions/show.html",
        {"seat": seat, "course": seat.course, "discussion": found.discussion, "post": found},
    )


@require_safe
def revisions(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a post said before, newest first, for its author and for teachers."""
    seat, found = post_for(request.user, public_id)
    if not can_see_revisions(seat, found):
        raise PermissionDenied if seat.is_member else Http404
    return render(
        request,
        "discussions/revisions.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found.discussion,
            "post": found,
            "byline": byline_of(seat, found),
            "revisions": list(found.revisions.all()),
        },
    )


# -- Posing -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def pose(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new discussion in a course; ``?meeting=ID`` puts it into a meeting."""
    target = f"pose:{public_id}"
    if not request.user.is_authenticated:
        return sign_in_keeping(request, target, typed_fields(request.POST), request.path)
    seat, meeting = poser_seat(request, public_id)
    me = seat.need(Right.WRITE)
    if request.method != "POST":
        fields, draft = kept(request, me, target)
        if not fields:
            fields = rules_of_course(seat.course)
            fields |= {"meeting": meeting.pk} if meeting else {}
        form = DiscussionForm(initial={"key": uuid.uuid4(), **fields}, course=seat.course)
        rows = QuestionRows.posted(fields)
        return pose_page(request, seat, form, rows, draft=draft)
    form = DiscussionForm(request.POST, course=seat.course)
    rows = QuestionRows.posted(request.POST)
    valid = all([form.is_valid(), rows.is_valid()])
    if request.POST.get("do") == "find":
        return pose_page(request, seat, form, offer(form, rows), offered=True)
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
        )
    except PostRefused as refused:
        form.add_error("context", refused.sentence)
        return pose_page(request, seat, form, rows, status=422)
    if open_now:
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
    if not valid:
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
        )
    except PostRefused as refused:
        form.add_error(None, refused.sentence)
        return pose_page(request, seat, form, rows, discussion=found, status=422)
    except EditConflict as conflict:
        return pose_page(
            request, seat, form, rows, discussion=found, other=conflict.current, status=409
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
    status: int = 200,
) -> HttpResponse:
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
            "sections": seat.course.sections.exists(),
            "default_positions": DEFAULT_POSITIONS,
            "draft": draft,
            "draft_version": grown_from(request, draft),
            "offered": offered,
            "other": other,
        },
        status=status,
    )


@require_POST
@login_required
def open_(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open a draft, or reopen a closed discussion."""
    seat, found = discussion_for(request.user, public_id)
    if found.state == Discussion.State.DRAFT:
        allowed = can_edit_discussion(seat, found)
    else:
        allowed = seat.can(Right.MODERATE)
    if not allowed:
        raise PermissionDenied
    actions.open_discussion(discussion=found)
    messages.success(request, _("The discussion is open."))
    return redirect("discussion", public_id)


@require_POST
@login_required
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    _seat, found = discussion_for(request.user, public_id, Right.MODERATE)
    actions.close_discussion(discussion=found)
    messages.success(request, _("The discussion is closed: it can be read, nothing can be added."))
    return redirect("discussion", public_id)


# -- While typing -------------------------------------------------------------------------------


@require_POST
@login_required
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """The quotations of a text being written, each with its verdict: a fragment of a page."""
    seat = course_for(request.user, public_id, Right.CHECK)
    seat.need(Right.CHECK)
    body = request.POST.get("body", "") or request.POST.get("context", "")
    if len(body) > actions.LONGEST:
        body = body[: actions.LONGEST]
    checked = check_source(seat.course, clean(source_of(body, request.POST.get("format", ""))))
    names = names_of(checked)
    return render(
        request,
        "discussions/check_panel.html",
        {"notes": [note(one, names) for one in checked], "course": seat.course},
    )


KINDS = {"respond", "reply", "edit", "pose", "revise"}


@require_POST
def draft(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Keep what is being typed. Answers JSON: the draft's version, or 409 with the newer text."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("You have been signed out.")}, status=401)
    if kind not in KINDS:
        raise Http404
    seat = draft_seat(request, kind, public_id)
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
        return JsonResponse({"version": newer.version, "body": plain, "html": html}, status=409)
    except PostRefused as refused:
        return JsonResponse({"error": refused.sentence}, status=413)
    local = timezone.localtime(saved.updated_at)
    return JsonResponse({"version": saved.version, "saved_at": local.strftime("%H:%M")})


def draft_seat(request: HttpRequest, kind: str, public_id: str) -> Seat:
    """The door that the finished thing would go through."""
    user: Any = request.user
    if kind == "pose":
        seat = course_for(user, public_id)
        if not can_pose(seat) and not leads_any(seat):
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
