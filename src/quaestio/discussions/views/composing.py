"""What pages with a composer share."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from quaestio.courses.access import Seat
from quaestio.discussions.access import Bylines
from quaestio.discussions.actions import PostedBefore, PostRefused
from quaestio.discussions.forms import (
    WriteForm,
    as_shown,
    stand_of,
)
from quaestio.discussions.models import Draft, Post
from quaestio.discussions.queries import QuestionRow
from quaestio.web.finished import FORM_KEY
from quaestio.web.rescue import rescued


def composer(
    questions: Sequence[QuestionRow],
    fields: dict[str, Any],
    draft: Draft | None,
    to_keep: bool = False,
) -> dict[str, Any]:
    """What the composer shows: text, ticks on ``questions`` (none for a reply), a fresh key.
    The only question is the one that is answered, unless somebody says otherwise.
    """
    answers, positions = stand_of(fields)
    if len(questions) == 1 and not fields:
        answers = {questions[0].number}
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
            for row in questions
        ],
    }


def key_after(refused: PostRefused, form: WriteForm) -> uuid.UUID:
    """The key for the next attempt: another one where this one has made a post already."""
    return uuid.uuid4() if isinstance(refused, PostedBefore) else form.submission_key


def posted(request: HttpRequest, sentence: str, key: str) -> None:
    """Say that it is stored; the copy of the text in the browser may go."""
    messages.success(request, sentence, extra_tags=f"draft-done:{key}")


def anchor(post: Post) -> str:
    """Where a post stands in its thread."""
    return f"{reverse('discussion', args=[post.discussion.public_id])}#p-{post.public_id}"


def byline_of(seat: Seat, about: Post) -> str:
    """Whose post it is, as this viewer may know it."""
    return Bylines(seat, [about.discussion]).by(about.discussion_id, about.author)


def page_about(
    request: HttpRequest, template: str, seat: Seat, post: Post, *, status: int = 200, **more: Any
) -> HttpResponse:
    """A page about one post: to confirm what is to be done to it, or to see what it was."""
    context = {"seat": seat, "course": seat.course, "discussion": post.discussion, "post": post}
    return render(request, template, {**context, **more}, status=status)


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
