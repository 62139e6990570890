"""The stages in order: read this first.

A post's quotations are found (``extract``), taken apart (``marks``), placed in the readings
(``locate``), laid against their source (``align``) and judged (``verdict``).
"""

from __future__ import annotations

from dataclasses import replace

from .align import Step, align_ranges
from .differ import Differences, Pair, differences, hides_differences
from .index import IndexedReading
from .library import Library, Look
from .locate import locate
from .marks import Marked, read_marks
from .probe import Located, on_pages
from .tongues import LOOKED_THROUGH, is_foreign, language_of
from .types import (
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
from .verdict import Reason, explain, say, verdict, wording

MOST_PLACES = 100  # followed for one quotation
_PAGE_WEIGHS = 0.05
KEPT_ANSWERS = 512
LONGEST_KEPT = 5000  # characters of a quotation whose answer is kept
TOLD_PLACES = 20  # told in a finding
LONGEST_UNCITED_TERM = 4  # words


def check(post: Post, library: Library) -> list[Finding]:
    """Finds the quotations of a post and checks each against the library."""
    from .extract import find_quotations

    infos = [reading.info for reading in library.readings()]
    found = [check_found(quotation, library) for quotation in find_quotations(post, infos)]
    return [_term_after_all(finding) for finding in found]


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
    """Checks a quotation that has been found in a post.

    The answer is kept for as long as the readings are the same: a draft that is checked again
    after a keystroke costs only what has changed in it.
    """
    if quotation.term:
        return Finding(quotation, Verdict.TERM, reasons=(("term", {"why": quotation.term}),))
    citation = quotation.citation
    cited = citation and (
        *(citation.raw, citation.how, citation.author, citation.title),
        *(citation.reading, citation.pages, citation.candidates),
    )
    look = library.look()
    joints = _joints(quotation)
    translated = quotation.translated, quotation.into
    key = (look.state, quotation.text, joints, cited, translated, unfinished)
    known: Finding | None = library.answers.get(key)
    if known is not None:
        return replace(known, quotation=quotation)
    finding = _check(quotation, joints, look, unfinished)
    if len(library.answers) >= KEPT_ANSWERS:
        library.answers.clear()
    if len(quotation.text) <= LONGEST_KEPT:
        library.answers[key] = finding
    return finding


def _joints(quotation: Quotation) -> tuple[int, ...]:
    """Where in its text a quotation goes on after the writer cut in."""
    found: list[int] = []
    at = 0
    for piece in quotation.pieces[:-1]:
        at += piece.end - piece.start
        paragraph = quotation.text.startswith("\n\n", at)
        if not paragraph:
            found.append(at)
        at += 2 if paragraph else 1
    return tuple(found)


def _check(quotation: Quotation, joints: tuple[int, ...], look: Look, unfinished: bool) -> Finding:
    readings = look.readings
    citation = quotation.citation
    cited = _cited(citation, readings)
    meant = [cited] if cited else _candidates(citation, readings)
    marked = read_marks(quotation.text)
    located = locate(
        marked,
        look.lexicon,
        limit=MOST_PLACES,
        cited=cited.window() if cited else None,
    )
    if not located:
        return _not_found(quotation, look)
    located.sort(key=lambda item: min((_rank(item, one) for one in meant), default=_rank(item)))
    best = located[0]
    place = _place(best)
    found = _compared(marked, best, place, look, unfinished)
    if joints:
        found = found.with_joints(joints)
    words = wording(found.changes)
    if words is Wording.ALTERED and quotation.translated == "here":
        asked = [one.reading for one in meant] or [best.reading]
        if _may_be_translated(quotation, asked):
            return _not_found(quotation, look)
    cited = cited or next((one for one in meant if one.has(place)), None)
    placing = _placing(place, citation, cited, look)
    if placing is Placing.WRONG_READING and _on_same_page(citation, best.reading, place):
        placing = Placing.RIGHT
    among = _asked_about(citation, meant) if cited is None else []
    closed = [cited.reading] if cited and not cited.reading.searchable else []
    reasons, sentence = explain(
        words,
        placing,
        found.changes,
        title=_title(best.reading),
        pages=place.pages,
        others=len(located) - 1,
        misread=found.misread,
        cited=citation.raw if citation else "",
        among=[_title(reading) for reading in among],
        closed=_title(closed[0]) if closed else "",
        author=_named(citation),
    )
    return Finding(
        quotation,
        verdict(words, placing),
        words,
        placing,
        place,
        tuple(_place(other) for other in located[1 : TOLD_PLACES + 1]),
        found.changes,
        reasons,
        sentence,
        tuple(reading.key for reading in closed),
        ambiguous=tuple(reading.key for reading in among),
    )


def _named(citation: Citation | None) -> str:
    """Whom the sentence names, where the citation itself names nobody."""
    is_bare = citation is not None and citation.how in ("named", "pages", "again")
    return citation.author if citation is not None and is_bare else ""


def _title(reading: IndexedReading) -> str:
    return reading.title or reading.key


def _compared(
    marked: Marked, located: Located, place: Place, look: Look, unfinished: bool
) -> Differences:
    """What differs between a quotation and the place found for it."""
    plain = located.whole and not marked.gaps
    whole = Span(place.spans[0].start, place.spans[-1].end)
    if plain and not hides_differences(marked, located.reading, whole):
        return Differences((), ())
    ranges = [r for r in located.ranges if r is not None]
    base, end = ranges[0][0], ranges[-1][1]
    source = located.reading.stretch(base, end)
    if plain:
        steps = [Step("equal", 0, len(marked.folds), base, end)]
    else:
        steps = align_ranges(marked, located.ranges, source, base)
    pair = Pair(marked, source, base, whole, located.reading, look.lexicon)
    return differences(pair, steps, unfinished=unfinished)


class Cited:
    """A cited reading, with the pages cited as a range of its pages."""

    def __init__(self, reading: IndexedReading, labels: tuple[str, ...]) -> None:
        self.reading = reading
        self.low = self.high = -1
        self.known = True
        if labels and any(reading.labels):
            order = reading.page_order()
            numbers = [order[label] for label in labels if label in order]
            self.known = bool(numbers)
            if numbers:
                self.low, self.high = min(numbers), max(numbers)

    def window(self) -> tuple[IndexedReading, int, int] | None:
        """The words that stand on the cited pages."""
        if self.low < 0:
            return None
        firsts = self.reading.page_words
        last = firsts[self.high + 1] if self.high + 1 < len(firsts) else self.reading.word_count
        return self.reading, firsts[self.low], last

    def has(self, place: Place) -> bool:
        """Whether a place is in this reading and touches the cited pages."""
        return self.reading.key == place.reading and self.covers(place)

    def covers(self, place: Place) -> bool:
        """Whether a place touches the cited pages; true when none were cited or are known."""
        if not self.known:
            return False
        if self.low < 0:
            return True
        first = self.reading.page_of(place.spans[0].start)
        last = self.reading.page_of(place.spans[-1].end - 1)
        if first <= self.high and self.low <= last:
            return True
        # Footnotes may stand behind all pages, under the label of their own.
        order = self.reading.page_order()
        return any(self.low <= order.get(label, -1) <= self.high for label in place.pages if label)


def _cited(citation: Citation | None, readings: list[IndexedReading]) -> Cited | None:
    if citation is None or citation.reading is None:
        return None
    for reading in readings:
        if reading.key == citation.reading:
            return Cited(reading, citation.pages)
    return None


def _candidates(citation: Citation | None, readings: list[IndexedReading]) -> list[Cited]:
    """The readings that a citation may name, where it fits several."""
    if citation is None or citation.reading is not None:
        return []
    return [Cited(r, citation.pages) for r in readings if r.key in citation.candidates]


def _asked_about(citation: Citation | None, meant: list[Cited]) -> list[IndexedReading]:
    """The readings among which the writer is asked to choose: where nobody but one is named, and
    only in passing, there is nothing to ask.
    """
    if len(meant) == 1 and citation is not None and citation.how not in ("bracket", "note"):
        return []
    return [one.reading for one in meant]


def _on_same_page(citation: Citation | None, reading: IndexedReading, place: Place) -> bool:
    """Whether a page alone was cited, and the words stand on it in another reading than the one
    mentioned last: then that other one is meant.
    """
    if citation is None or citation.how != "pages" or not citation.pages:
        return False
    there = Cited(reading, citation.pages)
    return there.low >= 0 and there.covers(place)


def _rank(item: Located, cited: Cited | None = None) -> tuple[float, int]:
    """Best first: the nearest wording, then the cited page, then the cited reading.

    Among places that only come near, the cited page makes up for a little.
    """
    if cited is None or item.reading is not cited.reading:
        return (-item.score, 2)
    window = cited.window()
    if window is None:
        return (-item.score, 1 if not cited.known else 0)
    ranges = [r for r in item.ranges if r is not None]
    if not on_pages(window, item.reading, ranges[0][0], ranges[-1][1]):
        return (-item.score, 1)
    return (-item.score if item.whole else -item.score - _PAGE_WEIGHS, 0)


def _term_after_all(finding: Finding) -> Finding:
    """A short phrase that stands nowhere and for which nobody is cited accuses nobody; nor do
    words of which the sentence says that they may be anybody's.
    """
    quotation = finding.quotation
    is_term = (
        finding.verdict is Verdict.NOT_FOUND
        and not quotation.block
        and (quotation.perhaps or _is_short_and_uncited(quotation))
    )
    if not is_term:
        return finding
    why = quotation.perhaps or "short"
    return Finding(quotation, Verdict.TERM, reasons=(("term", {"why": why}),))


def _is_short_and_uncited(quotation: Quotation) -> bool:
    from .terms import word_count

    return quotation.citation is None and word_count(quotation.text) <= LONGEST_UNCITED_TERM


def _not_found(quotation: Quotation, look: Look) -> Finding:
    closed = _closed(look)
    citation = quotation.citation
    unknown = _cites_unknown_work(citation, look)
    placing = Placing.UNKNOWN_WORK if unknown else Placing.UNCITED
    among = _asked_about(citation, _candidates(citation, look.readings))
    cited = _cited(citation, look.readings)
    if reason := _why_not_comparable(quotation, [cited.reading] if cited else among, look):
        return Finding(
            quotation,
            Verdict.NOT_FOUND,
            Wording.NOT_FOUND,
            placing,
            reasons=(reason,),
            sentence=say(reason),
            translated=True,
        )
    reasons, sentence = explain(
        Wording.NOT_FOUND,
        placing,
        (),
        unsearched=len(closed),
        cited=citation.raw if citation else "",
        among=[_title(reading) for reading in among],
        closed=_title(cited.reading) if cited and not cited.reading.searchable else "",
        author=_named(citation),
    )
    return Finding(
        quotation,
        Verdict.NOT_FOUND,
        Wording.NOT_FOUND,
        placing,
        reasons=reasons,
        sentence=sentence,
        unsearched=closed,
        ambiguous=tuple(reading.key for reading in among),
    )


def _why_not_comparable(
    quotation: Quotation, cited: list[IndexedReading], look: Look
) -> Reason | None:
    """The reason why words that were not found could not be: they are translated, as the writer
    says or as the languages tell.
    """
    if quotation.translated and _may_be_translated(quotation, cited or look.readings):
        return ("translated", {})
    if cited and all(_is_foreign(quotation, reading) for reading in cited):
        return ("other_language", {"title": "; ".join(map(_title, cited[:4]))})
    return None


def _may_be_translated(quotation: Quotation, readings: list[IndexedReading]) -> bool:
    """Whether what its writer calls a translation may be one of some of these readings: nobody
    translates a text into its own language.
    """
    into = language_of(quotation.text) or quotation.into
    return not into or not readings or any(one.language != into for one in readings)


def _is_foreign(quotation: Quotation, reading: IndexedReading) -> bool:
    if not reading.searchable:
        return False
    return is_foreign(quotation.text, reading.text(0, LOOKED_THROUGH), reading.language)


def _closed(look: Look) -> tuple[str, ...]:
    """The keys of readings whose words cannot be searched."""
    return tuple(r.key for r in look.readings if not r.searchable) + look.broken


def _place(located: Located) -> Place:
    reading = located.reading
    spans = tuple(reading.span(*place) for place in located.ranges if place is not None)
    labels = reading.page_labels(spans[0].start, spans[-1].end)
    return Place(reading.key, spans, labels, located.score)


def _cites_unknown_work(citation: Citation | None, look: Look) -> bool:
    """Whether a work is cited that is none of the readings; where several fit, it is one."""
    if citation is None:
        return False
    if citation.reading is not None:
        known = {reading.key for reading in look.readings}
        return citation.reading not in known.union(look.broken)
    return not citation.candidates and bool(citation.author or citation.title)


def _placing(place: Place, citation: Citation | None, cited: Cited | None, look: Look) -> Placing:
    if citation is None:
        return Placing.UNCITED
    merely_named = citation.how == "named"  # and may be quoted from somebody else's reading
    if cited is None:
        unknown = not merely_named and _cites_unknown_work(citation, look)
        return Placing.UNKNOWN_WORK if unknown else Placing.UNCITED
    if cited.reading.key != place.reading:
        # Of what cannot be searched nobody knows whether the words stand there too.
        may_be_there = merely_named or not cited.reading.searchable
        return Placing.UNCITED if may_be_there else Placing.WRONG_READING
    return Placing.RIGHT if cited.covers(place) else Placing.WRONG_PAGE
