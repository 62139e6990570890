"""What a reply does to the post it answers: the choice on the page where it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from quaestio.discussions.asking import sentences_of
from quaestio.discussions.forms import relation_of
from quaestio.discussions.models import Post
from quaestio.web.richtext import flatten
from quaestio.web.spans import Span, find_words, span_of_signs

KINDS = [
    (Post.Kind.PLAIN, _("reply")),
    (Post.Kind.AGREE, _("agree")),
    (Post.Kind.DISAGREE, _("disagree")),
    (Post.Kind.QUALIFY, _("qualify")),
    (Post.Kind.ASK, _("ask")),
    (Post.Kind.SOURCE, _("add a source")),
]
MOST_SENTENCES = 60  # a longer post is offered by paragraphs


@dataclass(frozen=True, slots=True)
class Pick:
    """Words that may be answered, as a radio button."""

    value: str
    words: str
    is_chosen: bool


def relation_shown(
    request: HttpRequest, parent: Post, fields: dict[str, Any], *, readable: bool
) -> dict[str, Any]:
    """The kinds, and the words of ``parent`` to choose from: its sentences, and whatever was
    selected on the page before (``?from=…&to=…``, in signs) or chosen in a draft.
    """
    wanted = relation_of(fields)
    shown: dict[str, Any] = {
        "kinds": [(value, label, value == wanted.kind) for value, label in KINDS],
        "typed": str(fields.get("quotes_typed", "")),
        "picks": [],
        "is_whole": not wanted.words,
    }
    if not readable:
        return shown
    text = flatten(parent.source).text
    chosen = selected(request, text)
    if chosen is None and wanted.words and not shown["typed"]:
        # What does not stand there any more is shown all the same, and refused with a sentence.
        chosen = find_words(text, wanted.words, wanted.near) or Span(0, 0, wanted.words)
    if chosen is not None:
        shown["typed"] = ""
    offered = [Pick(value(one), one.words, one == chosen) for one in parts_of(text)]
    if chosen is not None and not any(pick.is_chosen for pick in offered):
        offered.insert(0, Pick(value(chosen), chosen.words, True))
    return {**shown, "picks": offered, "is_whole": chosen is None}


def selected(request: HttpRequest, text: str) -> Span | None:
    first, last = request.GET.get("from", ""), request.GET.get("to", "")
    if request.method == "POST" or not (
        first.isdecimal() and last.isdecimal() and len(first + last) < 16
    ):
        return None
    return span_of_signs(text, int(first), int(last))


def value(span: Span) -> str:
    return f"{span.start}:{span.words}"


def parts_of(text: str) -> list[Span]:
    """The sentences of a post, its paragraphs where these are many."""
    paragraphs = [one for one in text.split("\n\n") if one.strip()]
    parts = [sentence for one in paragraphs for sentence in sentences_of(one)]
    if len(parts) > MOST_SENTENCES:
        parts = paragraphs
    spans, at = [], 0
    for words in parts:
        at = text.index(words, at)
        spans.append(Span(at, at + len(words), words))
        at += len(words)
    return spans
