"""Where a finding stands: from offsets in the whole text of a reading to its pages, and whether the
chapter, section or paragraph that was cited is the right one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from quaestio.citations.mending import Mend, locator_of
from quaestio.citations.shelf import pages_at, public_id_of
from quaestio.readings.locators import called, paragraph_at, part_at
from quaestio.readings.models import Document, Page, Reading
from quaestio.readings.passages import Place as PlaceOnPages
from quaestio.readings.wholetext import Part, layouts
from quotecheck import Citation, Finding, Locator, Place, Span, Verdict, find_locators


def places_in_question(finding: Finding) -> Iterator[Place]:
    """Where its words stand; where a citation names a chapter or the like, all places in question:
    the library knows of pages only.
    """
    if finding.place is None:
        return
    yield finding.place
    if cites_part(finding):
        for other in finding.others:
            if other.reading == finding.place.reading and other.score >= finding.place.score:
                yield other


def cites_part(finding: Finding) -> bool:
    citation, right = finding.quotation.citation, {Verdict.VERBATIM, Verdict.EDITED}
    return finding.verdict in right and citation is not None and bool(find_locators(citation.raw))


def place_of(reading: Reading, spans: Sequence[Span]) -> PlaceOnPages | None:
    """A place in the whole text of a reading as one on its pages. Two queries, three at most."""
    in_use = reading.documents.filter(is_current=True)
    documents = {document.reading_id: document for document in in_use}
    pages = Pages([(reading, span) for span in spans], documents)
    by_number = {page.number: page for page in pages.pages.values()}
    parts = [
        PlaceOnPages(by_number[number], start, end)
        for number, start, end in pages.stretches(reading, spans)
    ]
    return replace(parts[0], rest=tuple(parts[1:])) if parts else None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A chapter, section or paragraph that is cited, and the ``right`` number in its place."""

    citation: Citation
    cited: Locator
    right: str

    def mend(self, text: str) -> Mend:
        return locator_of(self.citation, text, self.cited, self.right)

    @property
    def sentence(self) -> str:
        sentences = {
            "chapter": gettext("It stands in chapter %s, not in the one cited."),
            "section": gettext("It stands in section %s, not in the one cited."),
            "paragraph": gettext("It stands in paragraph %s, not in the one cited."),
        }
        return sentences[self.cited.kind] % self.right


def _numbers(label: str) -> tuple[int, ...]:
    return tuple(int(figures) for figures in re.findall(r"\d+", label))


def _within(cited: Locator, label: str) -> bool:
    """Whether something numbered ``label`` is what is cited, or in it, or around it: § 4.2 is in
    § 4, and who cites § 4.2 of a text that counts to § 4 may be right.
    """
    first, last, there = _numbers(cited.first), _numbers(cited.last), _numbers(label)
    return first <= there[: len(first)] <= last or first[: len(there)] <= there <= last


def _ends_of(place: Place) -> tuple[int, int]:
    return place.spans[0].start, place.spans[-1].end - 1


class Pages:
    """The pages on which some passages stand, looked up by offset. ``documents`` are the files in
    use, by the key of their reading. One query, and one for each file whose layout is not kept.
    ``fetch`` gets the pages, each wanted by its document and number.
    """

    def __init__(
        self,
        passages: Sequence[tuple[Reading, Span]],
        documents: Mapping[int, Document],
        fetch: Callable[[list[tuple[int, int]]], Iterable[Page]] = pages_at,
    ) -> None:
        self.documents = documents
        self.parts = {
            reading.pk: layouts.of(documents[reading.pk])
            for reading, _span in passages
            if reading.pk in documents
        }
        wanted = {
            (documents[reading.pk].pk, part.number)
            for reading, span in passages
            for part, _end in self.parts_in(reading, span)
        }
        self.pages = {(page.document_id, page.number): page for page in fetch(sorted(wanted))}

    def page(self, reading: Reading, part: Part) -> Page:
        return self.pages[self.documents[reading.pk].pk, part.number]

    def parts_in(self, reading: Reading, span: Span) -> Iterator[tuple[Part, int]]:
        """The parts of the whole text that a span touches, each with where the next begins."""
        parts = self.parts.get(reading.pk, [])
        for index in range(max(self._index(parts, span.start), 0), len(parts)):
            if parts[index].start > span.end:
                break
            following = parts[index + 1].start if index + 1 < len(parts) else span.end + 1
            yield parts[index], following

    @staticmethod
    def _index(parts: Sequence[Part], offset: int) -> int:
        return bisect_right(parts, offset, key=lambda part: part.start) - 1

    def at(self, reading: Reading, offset: int) -> tuple[Page, int]:
        """The page on which an offset of the whole text stands, and the offset on it."""
        parts = self.parts[reading.pk]
        part = parts[max(self._index(parts, offset), 0)]
        return self.page(reading, part), offset - part.start + part.at

    def places(self, reading: Reading, span: Span) -> Iterator[tuple[Page, int, int]]:
        """What of a span stands where: pages, and from where to where on each."""
        for part, following in self.parts_in(reading, span):
            page = self.page(reading, part)
            left = max(span.start - part.start, 0) + part.at
            right = min(span.end, following) - part.start + part.at
            right = min(right, len(page.text) if part.at else len(page.body.rstrip()))
            if left < right:
                yield page, left, right

    def stretches(self, reading: Reading, spans: Sequence[Span]) -> list[tuple[int, int, int]]:
        """Where a passage stands, page by page: the number of each, and from where to where on it,
        what an ellipsis leaves out on the same page included.
        """
        found: dict[int, tuple[int, int]] = {}
        for span in spans:
            for page, left, right in self.places(reading, span):
                known = found.get(page.number, (left, right))
                found[page.number] = (min(known[0], left), max(known[1], right))
        return [(number, *ends) for number, ends in found.items()]

    def called(self, reading: Reading, finding: Finding) -> str:
        """ "42", "42–43", "¶ 12": what the writer would cite."""
        assert finding.place is not None
        start = finding.place.spans[0].start
        page, at = self.at(reading, start)
        if page.kind == Page.Kind.PARAGRAPH:
            number = paragraph_at(page.text, page.paragraphs, at)
            return called(page.kind, str(number or page.label), page.number)
        labels = finding.place.pages[:1] + finding.place.pages[-1:]
        return "–".join(dict.fromkeys(label for label in labels if label))

    def located(
        self, finding: Finding, readings: dict[str, Reading]
    ) -> tuple[Finding, Elsewhere | None]:
        """The finding with that of its places which is in the chapter, section or paragraph cited,
        and what is wrong with these where none is.
        """
        citation = finding.quotation.citation
        public_id = public_id_of(finding.place.reading) if finding.place else ""
        if citation is None or public_id not in readings or not cites_part(finding):
            return finding, None
        locators = find_locators(citation.raw)
        first = None
        for place in places_in_question(finding):
            wrong = self.elsewhere(readings[public_id], place, locators)
            if wrong is None:
                return replace(finding, place=place), None
            first = first or Elsewhere(citation, *wrong)
        return finding, first

    def elsewhere(
        self, reading: Reading, place: Place, locators: Sequence[Locator]
    ) -> tuple[Locator, str] | None:
        """What a citation names wrongly, and the right number; None where all is well, or cannot be
        known. Paragraphs of a chapter or section may be counted from its beginning.
        """
        known = [self.numbers_at(reading, offset) for offset in _ends_of(place)]
        kinds = {one.kind for one in locators}
        for cited in locators:
            if cited.kind == "paragraph" and len(kinds) > 1:
                continue
            labels = [numbers[cited.kind] for numbers in known]
            if all(labels) and not any(_within(cited, label) for label in labels):
                return cited, "–".join(dict.fromkeys(labels))
        return None

    def numbers_at(self, reading: Reading, offset: int) -> dict[str, str]:
        """The chapter, the section and the paragraph at an offset; "" where they are not known.
        Those of a book with printed pages are counted nowhere.
        """
        page, at = self.at(reading, offset)
        chapter, section = part_at(page.text, page.parts, at)
        is_counted = page.kind == Page.Kind.PARAGRAPH
        paragraph = paragraph_at(page.text, page.paragraphs, at) if is_counted else 0
        return {
            "chapter": chapter,
            "section": section,
            "paragraph": str(paragraph or ""),
        }

    def text(self, reading: Reading, start: int, end: int) -> str:
        places = self.places(reading, Span(start, end))
        return " ".join(page.text[left:right] for page, left, right in places)

    def passage(self, reading: Reading, finding: Finding) -> list[list[str]]:
        """The words of the reading as ``[kind, text]``: kept, dropped (by the writer) or
        changed; ``written`` is what the writer has instead, ``gap`` what an ellipsis leaves out.
        """
        assert finding.place is not None
        changes = sorted(
            (change for change in finding.changes if change.op != "mark"),
            key=lambda change: change.source,
        )
        out: list[list[str]] = []
        for number, span in enumerate(finding.place.spans):
            if number:
                out.append(["gap", "…"])
            at = span.start
            for change in changes:
                if not span.start <= change.source.start <= span.end:
                    continue
                if change.source.start < at:
                    continue
                out.append(["kept", self.text(reading, at, change.source.start)])
                if change.source.end > change.source.start:
                    out.append(["dropped", self.text(reading, *change.source)])
                if change.quote_text:
                    out.append(["written", change.quote_text])
                at = change.source.end
            out.append(["kept", self.text(reading, at, span.end)])
        return [piece for piece in out if piece[1]]
