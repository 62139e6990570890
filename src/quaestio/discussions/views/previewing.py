"""A post as it would read, before it is posted; with it comes what the check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from quaestio.courses.access import Seat
from quaestio.courses.models import Enrollment
from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import Bylines, guest_name
from quaestio.discussions.actions import EditConflict, PostRefused, Relation
from quaestio.discussions.actions.relating import changed_relation, relation_fields
from quaestio.discussions.forms import WriteForm, source_of, typed_fields
from quaestio.discussions.lengths import is_outside, length_told
from quaestio.discussions.models import Discussion, Post
from quaestio.discussions.pieces import Posts, Rights
from quaestio.discussions.queries import PostRow, QuestionRow, Stand
from quaestio.discussions.rendering import render, set_notes


@dataclass(frozen=True, slots=True)
class Preview:
    """``post`` is the HTML that the post would get; ``length`` says how long it is. The text is
    kept as a draft of version ``draft_version``. ``ticks_nothing``: of several questions none is
    said to be answered.
    """

    post: SafeString
    length: str
    is_outside: bool
    draft_version: int
    ticks_nothing: bool = False


def is_asked(request: HttpRequest) -> bool:
    return request.method == "POST" and "preview" in request.POST


def preview_of(
    request: HttpRequest,
    seat: Seat,
    discussion: Discussion,
    target: str,
    *,
    source: str,
    stands: list[Stand] | None = None,
    answered: tuple[Post, Relation] | None = None,
    was: Post | None = None,
) -> Preview:
    """What is being written for ``target``, as it would read. A reply says what it has ``answered``
    and how; ``was`` is the post being changed. ``PostRefused`` where it could not be posted.
    """
    me = seat.need(Right.WRITE)
    if not discussion.is_open:
        raise PostRefused(actions.closed_sentence(discussion))
    text = actions.take_source(source)
    related = {}
    if answered is not None:
        parent, relation = answered
        related = changed_relation(was, relation) if was else relation_fields(parent, relation)
    rendered = render(
        discussion.course, text, (discussion, was) if was else None, edited=was is not None
    )
    shown = post_shown(
        Bylines(seat, [discussion]).by(discussion.pk, me),
        rendered.html,
        stands or [],
        related.get("quotes_text", was.quotes_text if was else ""),
    )
    asked = discussion if answered is None else Discussion()
    return Preview(
        shown,
        length_told(rendered.words, asked),
        is_outside(rendered.words, asked),
        keep_draft(request, me, target),
    )


def preview_for_guest(
    *,
    source: str,
    name: str,
    stands: list[Stand] | None = None,
    answered: tuple[Post, Relation] | None = None,
    was: Post | None = None,
) -> Preview:
    """What a guest is about to send; ``was`` is the post being changed. Nothing is looked up in the
    readings, which are the members' own: by trying, a guest could find out what they say
    (docs/decisions/0009). Nothing is kept. ``PostRefused`` where it could not be sent.
    """
    text = actions.take_source(source)
    related = relation_fields(*answered) if answered else {}
    byline = guest_name(name) if name else gettext("Your name")
    body = set_notes(text, [], {})
    quotes = related.get("quotes_text", was.quotes_text if was else "")
    shown = post_shown(byline, body, stands or [], quotes)
    return Preview(shown, "", False, 0)


def post_shown(byline: str, body: str, stands: list[Stand], quotes: str) -> SafeString:
    now = timezone.now()
    row = PostRow(
        public_id="",
        number=0,
        label="",
        parent_label="",
        byline=byline,
        author_id=0,
        state=Post.State.POSTED,
        body=body,
        because="",
        created_at=now,
        shown_at=now,
        edited_at=None,
        answers=stands,
        is_new=False,
        is_mine=True,
        quotes=quotes,
    )
    return mark_safe(Posts(Rights()).preview(row))  # noqa: S308 - escaped there, body sanitized


def stands_of(
    questions: Sequence[QuestionRow], answers: set[int], positions: dict[int, int]
) -> list[Stand]:
    """What was ticked, as the post's head would show it."""
    return [
        Stand(
            row.number,
            next((one.label for one in row.stances if one.number == positions.get(row.number)), ""),
        )
        for row in questions
        if row.number in answers | set(positions)
    ]


def keep_draft(request: HttpRequest, me: Enrollment, target: str) -> int:
    """What is previewed is kept as a draft, also where no script does it. The draft's version;
    a newer text from elsewhere is left as it is, and what is posted already is not kept.
    """
    sent = request.POST.get("draft_version", "")
    version = int(sent) if sent.isdecimal() and len(sent) < 9 else 0
    fields: dict[str, Any] = typed_fields(request.POST)
    form = WriteForm(request.POST)
    form.is_valid()
    body = str(fields.get("body", "") or fields.get("context", ""))
    source = source_of(body, str(fields.get("format", "")))
    if actions.is_posted(person=me, key=form.cleaned_data.get("key"), source=source):
        return 0  # the browser went back to the preview; a draft of it would ask to be posted again
    try:
        return actions.save_draft(person=me, target=target, fields=fields, version=version).version
    except (EditConflict, PostRefused):
        return version
