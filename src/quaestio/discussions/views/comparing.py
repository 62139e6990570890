"""Two versions of a text, compared: what an edit changed, what two writers have each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from quaestio.discussions.actions import QuestionInput
from quaestio.discussions.models import Discussion, Post
from quaestio.discussions.queries import questions_of
from quaestio.web.richtext import flatten
from quaestio.web.worddiff import Piece, Row, changes, side_by_side

Parts = list[tuple[str, list[Row]]]  # headings with rows, for web/parts/both_texts.html


@dataclass(frozen=True, slots=True)
class Version:
    """What a post said, since and until when, and what was changed in it; ``html`` is clean."""

    html: str
    since: datetime
    until: datetime | None
    changes: list[list[Piece]]
    is_first: bool


def versions_of(post: Post) -> list[Version]:
    """All versions, newest first. One query."""
    now = (post.source, post.edited_at or post.created_at, None, post.body_html)
    before = [
        (one.source, one.written_at, one.replaced_at, one.source) for one in post.revisions.all()
    ]
    texts = [now, *before]
    versions = []
    for number, (source, since, until, html) in enumerate(texts):
        is_first = number == len(texts) - 1
        changed = [] if is_first else changes(flat(texts[number + 1][0]), flat(source))
        versions.append(Version(html, since, until, changed, is_first))
    return versions


def flat(source: str) -> str:
    return flatten(source).text


def both_discussions(
    current: Discussion,
    title: str,
    source: str,
    questions: Sequence[tuple[int | None, QuestionInput]],
) -> Parts:
    """A discussion as it stands now beside what a writer has: whatever of it differs."""
    there = [
        asked(one.text, [choice.label for choice in one.choices.all()])
        for one in questions_of(current)
    ]
    mine = [asked(one.text, one.choices) for _number, one in questions]
    parts = [
        (_("Title"), current.title, title),
        (_("Context"), flat(current.context), flat(source)),
        (_("Questions"), numbered(there), numbered(mine)),
    ]
    return [(name, side_by_side(theirs, ours)) for name, theirs, ours in parts if theirs != ours]


def asked(text: str, labels: Sequence[str]) -> str:
    return f"{text} ({' / '.join(labels)})" if labels else text


def numbered(questions: Sequence[str]) -> str:
    return "\n\n".join(f"{number}. {text}" for number, text in enumerate(questions, start=1))
