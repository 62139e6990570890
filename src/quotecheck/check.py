"""The stages in order: read this first.

A post's quotations are found (``extract``), taken apart (``marks``), placed in the readings
(``locate``), laid against their source (``align``) and judged (``verdict``).
"""

from __future__ import annotations

from collections.abc import Sequence

from . import reference
from .align import align
from .index import IndexedReading, Library
from .locate import Located
from .marks import Marked, read_marks
from .types import (
    Change,
    Citation,
    Finding,
    Place,
    Placing,
    Post,
    Quotation,
    Span,
    Verdict,
    Wording,
)
from .verdict import changes, explain, verdict, wording

MOST_PLACES = 100


def check(post: Post, library: Library) -> list[Finding]:
    """Finds the quotations of a post and checks each against the library."""
    from .extract import find_quotations

    infos = [reading.info for reading in library.readings()]
    return [check_found(quotation, library) for quotation in find_quotations(post, infos)]


def check_quotation(
    quotation_text: str,
    library: Library,
    *,
    cited: str | None = None,
    pages: tuple[str, ...] = (),
    unfinished: bool = False,
) -> Finding:
    """Checks one quotation, given without its quotation marks.

    ``cited`` is the key of the reading it is said to come from, ``pages`` the page labels given
    for it (a range by its two ends). ``unfinished`` says that the writer is still typing, so
    that the last word may be cut short.
    """
    whole = Span(0, len(quotation_text))
    citation = None
    if cited is not None or pages:
        citation = Citation(Span(whole.end, whole.end), "", pages=tuple(pages), reading=cited)
    quotation = Quotation(whole, (whole,), quotation_text, citation=citation)
    return check_found(quotation, library, unfinished=unfinished)


def check_found(quotation: Quotation, library: Library, *, unfinished: bool = False) -> Finding:
    """Checks a quotation that has been found in a post."""
    if quotation.term:
        return Finding(quotation, Verdict.TERM, reasons=(("term", {"why": quotation.term}),))
    marked = read_marks(quotation.text)
    located = reference.locate(marked, library, limit=MOST_PLACES)
    if not located:
        return _not_found(quotation, library)
    ranked = _ranked(located, quotation.citation, library)
    best = ranked[0]
    reading = library.reading(best.reading)
    found = _changes(marked, best, reading)
    words = wording(found)
    place = _place(best, reading)
    placing = _placing(place, quotation.citation, reading)
    reasons, sentence = explain(
        words, placing, found, title=reading.title or reading.key, pages=place.pages
    )
    return Finding(
        quotation,
        verdict(words, placing),
        words,
        placing,
        place,
        tuple(_place(other, library.reading(other.reading)) for other in ranked[1:]),
        found,
        reasons,
        sentence,
    )


def _not_found(quotation: Quotation, library: Library) -> Finding:
    closed = tuple(r.key for r in library.readings() if not r.searchable)
    citation = quotation.citation
    unknown = citation is not None and citation.reading is None
    placing = Placing.UNKNOWN_WORK if unknown else Placing.UNCITED
    reasons, sentence = explain(Wording.NOT_FOUND, placing, (), unsearched=len(closed))
    return Finding(
        quotation,
        Verdict.NOT_FOUND,
        Wording.NOT_FOUND,
        placing,
        reasons=reasons,
        sentence=sentence,
        unsearched=closed,
    )


def _changes(marked: Marked, located: Located, reading: IndexedReading) -> tuple[Change, ...]:
    base = located.ranges[0][0]
    source = reading.words(base, located.ranges[-1][1])
    steps = align(marked, located.ranges, source, base)
    return changes(marked, steps, source, base, reading)


def _place(located: Located, reading: IndexedReading) -> Place:
    spans = []
    for a, b in located.ranges:
        found = reading.words(a, b)
        spans.append(Span(found[0].start, found[-1].end))
    labels = reading.page_labels(spans[0].start, spans[-1].end)
    return Place(reading.key, tuple(spans), labels, located.score)


def _ranked(
    located: Sequence[Located], citation: Citation | None, library: Library
) -> list[Located]:
    """Best first: the nearest wording, then the cited page, then the cited reading."""

    def rank(item: Located) -> tuple[float, bool, bool]:
        if citation is None or citation.reading != item.reading:
            return (-item.score, True, True)
        reading = library.reading(item.reading)
        on_page = _on_cited_page(_place(item, reading), citation, reading)
        return (-item.score, not on_page, False)

    return sorted(located, key=rank)


def _placing(place: Place, citation: Citation | None, reading: IndexedReading) -> Placing:
    if citation is None:
        return Placing.UNCITED
    if citation.reading is None:
        known = citation.author or citation.title
        return Placing.UNKNOWN_WORK if known else Placing.UNCITED
    if citation.reading != place.reading:
        return Placing.WRONG_READING
    if _on_cited_page(place, citation, reading):
        return Placing.RIGHT
    return Placing.WRONG_PAGE


def _on_cited_page(place: Place, citation: Citation, reading: IndexedReading) -> bool:
    """Whether the place touches a cited page; true where no page is cited or known."""
    labels = [mark.label for mark in reading.pages]
    if not citation.pages or not any(labels):
        return True
    order = {label: i for i, label in reversed(list(enumerate(labels)))}
    cited = [order[p] for p in citation.pages if p in order]
    if not cited:
        return False
    touched = [order[p] for p in place.pages if p in order]
    low, high = min(cited), max(cited)
    return any(low <= page <= high for page in touched)
