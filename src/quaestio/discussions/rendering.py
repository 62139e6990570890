"""A post's source becomes what readers see: once, when it is written or checked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from quaestio.citations.checking import Checked, Outside, read_source
from quaestio.courses.models import Course
from quaestio.discussions.history import newly_past, past_of, quotations_of, remembering
from quaestio.discussions.models import Discussion, PastVerdict, Post, Quotation
from quaestio.readings.passages import Stretch
from quaestio.search.finding import level
from quaestio.web.richtext import Mark, annotate, count_words, flatten

SHORT = 40  # words of a quotation whose difference is shown while it is typed


@dataclass(frozen=True, slots=True)
class Rendered:
    """``html`` for readers, the quotations in it, and how many words were written."""

    html: str
    quotations: tuple[Checked, ...]
    words: int
    outside: tuple[Outside, ...] = ()
    past: tuple[PastVerdict, ...] = ()


def render(
    course: Course,
    source: str,
    of: tuple[Discussion, Post | None] | None = None,
    *,
    edited: bool = False,
) -> Rendered:
    """Check the quotations of a clean source and set their verdicts in the margin.

    ``of`` is what has been rendered before: then the notes also say what a verdict was until the
    readings changed, and ``past`` has the verdicts that end now.
    """
    read = read_source(course, source)
    checked = read.quotations
    past: list[PastVerdict] = []
    if of is not None and checked:
        before = quotations_of(*of)
        past = newly_past(*of, before, checked, edited=edited)
        checked = remembering(checked, [*past_of(*of, before), *past])
    return Rendered(
        outside=tuple(read.outside),
        past=tuple(past),
        html=set_notes(source, checked, read.names, quietly(read.outside, checked)),
        quotations=tuple(checked),
        words=count_words(flatten(source).text),
    )


def passage_url(checked: Checked) -> str:
    """The place in the reading: the page on which it begins, with the passage marked."""
    return url_in(checked.reading_public_id, checked)


def url_in(reading_public_id: str, found: Checked | Quotation) -> str:
    """The same for what was found in this reading; "" for what was found nowhere."""
    first = found.page_number
    if not reading_public_id or first is None:
        return ""
    last, end = first, found.page_end
    if found.further:
        last, _start, end = found.further[-1]
    query = Stretch(first, found.page_start or 0, last, end or 0).query(first)
    return f"{reverse('page', args=[reading_public_id, first])}?{query}#passage"


def set_notes(
    source: str, checked: Sequence[Checked], names: dict[str, str], outside: Sequence[Outside] = ()
) -> str:
    noted = [
        (
            Mark(one.start, one.end, f"quote {css(shown_verdict(one))}", passage_url(one)),
            note(one, names),
        )
        for one in checked
    ]
    noted += [(Mark(one.start, one.end, ""), outside_note(one)) for one in outside]
    noted.sort(key=lambda one: one[0].start)
    label = gettext("Quotations in this paragraph")
    if not checked:
        label = gettext("Citations in this paragraph")
    return annotate(source, [mark for mark, _ in noted], [html for _, html in noted], label)


def quietly(outside: Sequence[Outside], checked: Sequence[Checked]) -> list[Outside]:
    """The works from outside the course that a margin names: each once in a post, and none that
    stands in the note on a quotation already, or is perhaps no work.
    """
    quoted = {one.citation for one in checked}
    met = {work_of(one) for one in outside if one.raw in quoted}
    told = []
    for one in outside:
        if one.is_sure and work_of(one) not in met:
            met.add(work_of(one))
            told.append(one)
    return told


def work_of(cited: Outside) -> tuple[str, str, str]:
    return level(cited.author), level(cited.title), cited.year


def outside_note(cited: Outside) -> str:
    return render_to_string("discussions/outside_note.html", {"work": bare(cited)}).strip()


def bare(cited: Outside) -> str:
    """A citation without its brackets."""
    return lemma(cited.raw.strip("()[] "))


def shown_verdict(checked: Checked | Quotation) -> str:
    """What was not found, and is cited from a work whose text is not here, was not looked at; nor
    was a translation.
    """
    detail = checked.detail
    is_away = detail.get("outside") or detail.get("closed") or detail.get("translated")
    if checked.verdict == "not_found" and is_away:
        return "unchecked"
    return checked.verdict


def css(verdict: str) -> str:
    return verdict.replace("_", "-")


def note(checked: Checked, names: dict[str, str], *, while_typing: bool = False) -> str:
    """The note in the margin about one quotation. While it is typed, what differs from the reading
    is shown at once, unless it is long.
    """
    is_short = len(checked.text.split()) <= SHORT
    return render_to_string(
        "discussions/note.html",
        {
            "quotation": checked,
            "verdict": css(shown_verdict(checked)),
            "lemma": lemma(checked.text),
            "reading": names.get(checked.reading_public_id, ""),
            "url": passage_url(checked),
            "sides": sides(checked.detail.get("passage", [])),
            "is_open": while_typing and is_short and checked.verdict == "altered",
            "others": [
                {"reading": names.get(other["reading"], ""), "pages": "–".join(other["pages"])}
                for other in checked.detail.get("others", [])
            ],
        },
    )


Pieces = list[tuple[bool, str]]


def sides(passage: Sequence[Sequence[str]]) -> dict[str, Pieces]:
    """What stands here and what in the reading, as ``(differs, text)``; {} where nothing does."""
    kinds = {kind for kind, _text in passage}
    if not kinds & {"dropped", "written"}:
        return {}
    return {
        "here": together(piece for piece in passage if piece[0] != "dropped"),
        "there": together(piece for piece in passage if piece[0] != "written"),
    }


def together(pieces: Iterable[Sequence[str]]) -> Pieces:
    """Pieces in a row, with a space where two words would touch."""
    out: Pieces = []
    for kind, text in pieces:
        touches = out and not out[-1][1][-1:].isspace() and (text[:1].isalnum() or kind == "gap")
        out.append((kind in {"dropped", "written"}, f" {text}" if touches else text))
    return out


def lemma(text: str) -> str:
    """A quotation's first and last words, as an apparatus cites a place: “the party … lesson”."""
    words = text.split()
    return text if len(words) <= 5 else f"{' '.join(words[:2])} … {words[-1]}"
