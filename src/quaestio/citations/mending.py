"""What would put a quotation right, as changes to the text it stands in: the reading's wording, the
page it stands on, the citation it lacks. Offered to the writer, never done unasked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quaestio.readings.citing import citation
from quaestio.readings.models import Reading
from quaestio.web.richtext import flatten
from quotecheck import Change, Citation, Finding, Locator, Placing, Quotation, Span, Wording

HYPHENATED = re.compile(r"(?<=\w)[-\u00ad\u2010][ \t]*\n\s*(?=\w)")
MARKED_OFF = {"bracket", "pages"}  # citations that stand by themselves and may be exchanged


@dataclass(frozen=True, slots=True)
class Edit:
    """``text`` in the place of ``start`` to ``end`` of the post's flattened text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mend:
    """Edits that belong together, in order. ``kind``: "wording", "page", "chapter", "section",
    "paragraph", "reading", "cite" or "which"; ``shown`` is the number or the citation put in.
    """

    kind: str
    edits: tuple[Edit, ...]
    shown: str = ""


def mends_of(
    finding: Finding,
    text: str,
    reading: Reading,
    label: str,
    others: Iterable[Reading],
    style: str = "mla",
) -> tuple[Mend, ...]:
    """What would put this right. ``text`` is the post's, ``label`` how the page is called on which
    the words stand, ``others`` the course's readings, ``style`` how it cites.
    """
    if finding.place is None:
        return ()
    mends = [wording_of(finding, text)]
    if not finding.ambiguous:
        mends.append(place_of(finding, text, reading, label, others, style))
    return tuple(mend for mend in mends if mend is not None and mend.edits)


# -- The wording --------------------------------------------------------------------------------


def wording_of(finding: Finding, text: str) -> Mend | None:
    if finding.wording is not Wording.ALTERED:
        return None
    places = _Places(finding.quotation, text)
    edits = []
    for change in finding.changes:
        if change.op == "mark":
            continue
        edit = _undo(change, places, text)
        if edit is None:
            return None
        edits.append(edit)
    edits.sort(key=lambda edit: (edit.start, edit.end))
    if any(one.end > after.start for one, after in pairwise(edits)):
        return None
    return Mend("wording", tuple(edits))


def _undo(change: Change, places: _Places, text: str) -> Edit | None:
    """The edit that puts the reading's words back; None where they lie across two pieces."""
    span = places.span(change.quote)
    if span is None:
        return None
    start, end = span
    words = " ".join(HYPHENATED.sub("", change.source_text).split())
    if end > start and not words:  # with the space that parted it from the word before
        while start > places.first and text[start - 1].isspace():
            start -= 1
        if start == places.first:
            while end < len(text) and text[end].isspace():
                end += 1
    elif end == start and words:
        words = f" {words}" if start > places.first else f"{words} "
        if start > places.first and text[end : end + 1] in {",", ";"}:
            end += 1  # the writer's joint over what was left out
    return Edit(start, end, words)


class _Places:
    """Offsets in a quotation's words, as offsets in the post."""

    def __init__(self, quotation: Quotation, text: str) -> None:
        self.pieces: list[tuple[int, Span]] = []  # (offset in the words, span in the post)
        at = 0
        for piece in quotation.pieces:
            words = text[piece.start : piece.end]
            at = quotation.text.find(words, at)
            if at < 0:
                break
            self.pieces.append((at, piece))
            at += len(words)
        self.first = quotation.pieces[0].start if quotation.pieces else quotation.span.start

    def span(self, quote: Span) -> tuple[int, int] | None:
        for at, piece in self.pieces:
            if at <= quote.start and quote.end <= at + (piece.end - piece.start):
                return piece.start + quote.start - at, piece.start + quote.end - at
        return None


# -- The citation -------------------------------------------------------------------------------


def place_of(
    finding: Finding,
    text: str,
    reading: Reading,
    label: str,
    others: Iterable[Reading],
    style: str = "mla",
) -> Mend | None:
    citation = finding.quotation.citation
    if finding.placing is Placing.UNCITED:
        cite = cited(reading, label, others, style)
        end = finding.quotation.span.end
        return Mend("cite", (Edit(end, end, f" {cite}"),), cite)
    if citation is None:
        return None
    if finding.placing is Placing.WRONG_PAGE and label:
        found = _page_in(text, citation.span, citation.pages)
        return Mend("page", (Edit(*found, label),), label) if found else None
    if finding.placing is Placing.WRONG_READING and citation.how in MARKED_OFF:
        cite = cited(reading, label, others, style)
        start, end = citation.span
        if not text[start:end].startswith("("):
            return None
        return Mend("reading", (Edit(start, end, cite),), cite)
    return None


def _page_in(text: str, span: Span, pages: Sequence[str]) -> tuple[int, int] | None:
    """Where in a citation its page stands: the last place that reads so."""
    if not pages:
        return None
    ends = r"\s*[-–—]\s*".join(re.escape(page) for page in dict.fromkeys((pages[0], pages[-1])))
    wanted = re.compile(rf"(?<!\w){ends}(?!\w)", re.I)
    found = list(wanted.finditer(text, span.start, span.end))
    return found[-1].span() if found else None


def locator_of(citation: Citation, text: str, wrong: Locator, right: str) -> Mend:
    """The right chapter, section or paragraph in the place of the one cited."""
    at = text.find(citation.raw, citation.span.start)
    edit = Edit(at + wrong.span.start, at + wrong.span.end, right)
    return Mend(wrong.kind, (edit,), right)


def cited(reading: Reading, label: str, others: Iterable[Reading], style: str = "mla") -> str:
    """“(Jones 42)”, in the course's style; as text, since a citation is typed."""
    return flatten(citation(reading, label, others, style)).text


def which_of(finding: Finding, choices: Sequence[str]) -> tuple[Mend, ...]:
    """Where a citation fits several readings: the same citation past doubt, once for each."""
    citation = finding.quotation.citation
    if citation is None or citation.how != "bracket":
        return ()
    return tuple(Mend("which", (Edit(*citation.span, choice),), choice) for choice in choices)
