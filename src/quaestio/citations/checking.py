"""The adapter: a course's readings go into a quotecheck library, a text's quotations come back.

The only place in the site that talks to ``quotecheck``. It sits below discussions, so that a
draft can be checked while it is typed. Nothing here writes to the database.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

import quotecheck
from quaestio.citations.mending import Mend, locator_of, mends_of, which_of
from quaestio.courses.models import Course, Enrollment
from quaestio.readings.locators import called, paragraph_at, part_at
from quaestio.readings.models import Document, Page, Reading
from quaestio.readings.names import short_name
from quaestio.readings.passages import Place as PlaceOnPages
from quaestio.readings.wholetext import Part, parts_of, whole_text
from quaestio.web.richtext import flatten
from quaestio.web.rows import Joined
from quotecheck import (
    Citation,
    Finding,
    Library,
    Locator,
    Place,
    Placing,
    Post,
    Span,
    Verdict,
    find_locators,
)
from quotecheck.verdict import say

log = logging.getLogger(__name__)

# A key in the library is the reading's public id and a print of all that was put in with it,
# so that a changed reading is a new key and an unchanged one costs no look at its text.
PRINT = 16
NAMED = 4  # so many readings without text are named in a note


@dataclass(frozen=True, slots=True)
class Checked:
    """One quotation of a text, as the site keeps and shows it.

    ``start`` and ``end`` are offsets in ``flatten(source).text``. The page offsets point into
    ``Page.text`` of page ``page_number`` of the reading's current document. Where the passage runs
    over its end, ``further`` has the rest: page, start and end on each of the pages after it.
    """

    start: int
    end: int
    text: str
    verdict: str
    citation: str = ""
    reading_id: int | None = None
    reading_public_id: str = ""
    page_number: int | None = None
    page_label: str = ""
    page_start: int | None = None
    page_end: int | None = None
    further: tuple[tuple[int, int, int], ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)
    mends: tuple[Mend, ...] = ()  # what would put it right; shown while it is written, not kept


@dataclass(frozen=True, slots=True)
class Outside:
    """A citation of a work that is none of the course's readings, as it was written (``raw``), and
    where: offsets in ``flatten(source).text``.
    """

    start: int
    end: int
    raw: str
    author: str = ""
    title: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """All that is found in a text: its quotations, and the works cited that are no readings.
    ``names`` says how the readings of the course are called for short, by their public id.
    """

    quotations: list[Checked]
    outside: list[Outside]
    names: dict[str, str]


def read_source(course: Course, source: str) -> Read:
    """The quotations of clean HTML, checked, and the citations that lead out of the course.

    Terms (words in quotation marks that quote nobody) are left out. One query; three more where
    something is quoted, at most.
    """
    flat = flatten(source)
    post = Post(
        flat.text,
        tuple(Span(*span) for span in flat.block_quotes),
        # What a classmate is said to have written stands in no reading.
        cast("tuple[str, ...]", SimpleLazyObject(lambda: names_in(course))),
    )
    for last in (False, True):
        shelf = course_shelf(course)
        library = course_library(course, shelf)
        try:
            found = quotecheck.check(post, library)
            cited = quotecheck.find_citations(post, [one.info for one in library.readings()])
            break
        except (FileNotFoundError, KeyError, quotecheck.IndexDamaged):
            # Another process has just put a newer index in the place of one we were reading.
            if last:
                raise
    readings = {filed.reading.public_id: filed.reading for filed in shelf}
    findings = [finding for finding in found if finding.verdict is not Verdict.TERM]
    checked = _as_checked(findings, readings, flat.text, course.citation_style)
    names = {public_id: short_name(reading) for public_id, reading in readings.items()}
    return Read(list(checked), list(_outside(cited)), names)


def names_in(course: Course) -> tuple[str, ...]:
    people = Enrollment.objects.filter(course=course).order_by()
    return tuple(people.values_list("byline", flat=True))


def _outside(cited: Iterable[Citation]) -> Iterable[Outside]:
    for citation in cited:
        known = citation.reading is not None or citation.candidates
        # Whom a sentence merely names is not cited.
        if known or citation.how not in {"bracket", "note"}:
            continue
        if citation.author or citation.title:
            yield Outside(
                *citation.span,
                " ".join(citation.raw.split())[:300],
                citation.author[:300],
                citation.title[:300],
                citation.year[:20],
            )


# -- The library of a course --------------------------------------------------------------------


@dataclass(slots=True)
class Filed:
    """A reading with the file whose text counts, and the one that was uploaded last."""

    reading: Reading
    current: Document | None = None
    newest: Document | None = None


SHELF = Joined(
    """
    SELECT {reading}, {document} FROM readings_reading reading
    LEFT JOIN readings_document document ON document.reading_id = reading.id
    WHERE reading.course_id = %s AND reading.removed_at IS NULL
    ORDER BY reading.id, document.uploaded_at, document.id
    """,
    reading=Reading,
    document=(Document, ["id", "reading_id", "is_current", "status", "message", "text_sha256"]),
)


def course_shelf(course: Course) -> list[Filed]:
    """The readings of a course, with their files. One query."""
    shelf: dict[int, Filed] = {}
    for reading, document in SHELF.rows([course.pk]):
        filed = shelf.setdefault(reading.pk, Filed(reading))
        filed.newest = document
        if document is not None and document.is_current:
            filed.current = document
    return list(shelf.values())


def course_library(course: Course, shelf: Sequence[Filed]) -> Library:
    """The course's library, brought up to date first: what is missing is indexed now."""
    wanted = {library_key(filed): filed for filed in shelf}
    directory = Path(settings.INDEX_ROOT) / course.public_id
    library = _open(directory)
    have = set(library.keys())
    damaged = set(library.broken())
    for key in wanted.keys() - (have - damaged):
        library.put(as_reading(key, wanted[key]))
    for key in have - wanted.keys():
        library.remove(key)
    return library


@lru_cache(maxsize=64)
def _open(directory: Path) -> Library:
    directory.mkdir(parents=True, exist_ok=True)
    return Library.open(directory)


def library_key(filed: Filed) -> str:
    reading, current, newest = filed.reading, filed.current, filed.newest
    parts = [
        reading.title,
        reading.author,
        reading.year,
        reading.also_cited_as,
        current.text_sha256 if current else "",
        "" if current or newest is None else newest.status + newest.message,
    ]
    digest = sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"{reading.public_id}-{digest[:PRINT]}"


def public_id_of(key: str) -> str:
    return key.rsplit("-", 1)[0]


def as_reading(key: str, filed: Filed) -> quotecheck.Reading:
    """A reading as the library takes it, with its text out of the database."""
    reading, current, newest = filed.reading, filed.current, filed.newest
    pages = list(current.pages.order_by("number")) if current else []
    return quotecheck.Reading(
        key=key,
        text=whole_text(pages),
        title=reading.title,
        author=reading.author,
        year=reading.year,
        aliases=tuple(
            alias for part in reading.also_cited_as.split(";") if (alias := part.strip())
        ),
        # Numbers of paragraphs are no pages: who cites page 42 has the printed book.
        pages=tuple(
            quotecheck.PageMark(start, page.label if page.kind == Page.Kind.PAGE else "")
            for start, page in sorted(
                [
                    *((page.start, page) for page in pages),
                    *((page.notes_start, page) for page in pages if page.notes_start is not None),
                ],
                key=lambda mark: mark[0],
            )
        ),
        searchable=current is not None,
        why_not="" if current else (newest.message if newest else ""),
    )


# -- Findings as the site keeps them -------------------------------------------------------------


def _as_checked(
    findings: Sequence[Finding], readings: dict[str, Reading], text: str, style: str
) -> Iterable[Checked]:
    pages = _Pages(
        [
            (readings[public_id], span)
            for finding in findings
            for place in _places(finding)
            if (public_id := public_id_of(place.reading)) in readings
            for span in place.spans
        ]
    )
    for finding in findings:
        finding, wrong = pages.located(finding, readings)
        quotation = finding.quotation
        found = Checked(
            start=quotation.span.start,
            end=quotation.span.end,
            text=quotation.text,
            verdict=finding.verdict.value,
            citation=quotation.citation.raw[:300] if quotation.citation else "",
        )
        detail: dict[str, Any] = {
            "sentence": told(finding, readings),
            "reasons": [[code, params] for code, params in finding.reasons],
            "unsearched": [public_id_of(key) for key in finding.unsearched],
            "choices": _choices(finding, readings),
            "outside": finding.placing is Placing.UNKNOWN_WORK,
            "closed": _closed(finding, readings),
        }
        which = which_of(finding, [choice["cite"] for choice in detail["choices"]])
        reading = readings.get(public_id_of(finding.place.reading)) if finding.place else None
        if finding.place is None or reading is None:
            yield replace(found, detail=detail, mends=which)
            continue
        (number, start, end), *further = pages.stretches(reading, finding.place.spans)
        detail["passage"] = pages.passage(reading, finding)
        detail["others"] = [
            {"reading": public_id_of(place.reading), "pages": list(place.pages)}
            for place in finding.others[:5]
        ]
        label = pages.called(reading, finding)
        mends = mends_of(finding, text, reading, label, readings.values(), style)
        if wrong:
            detail["sentence"] = wrong.sentence
            found = replace(found, verdict=Verdict.MISPLACED.value)
            mends = (wrong.mend(text), *mends)
        yield replace(
            found,
            mends=(*which, *mends),
            reading_id=reading.pk,
            reading_public_id=reading.public_id,
            page_number=number,
            page_label=label,
            page_start=start,
            page_end=end,
            further=tuple(further),
            detail=detail,
        )


def _places(finding: Finding) -> Iterator[Place]:
    """Where its words stand; where a citation names a chapter or the like, all places in question:
    the library knows of pages only.
    """
    if finding.place is None:
        return
    yield finding.place
    if _cites_part(finding):
        for other in finding.others:
            if other.reading == finding.place.reading and other.score >= finding.place.score:
                yield other


def _cites_part(finding: Finding) -> bool:
    citation, right = finding.quotation.citation, {Verdict.VERBATIM, Verdict.EDITED}
    return finding.verdict in right and citation is not None and bool(find_locators(citation.raw))


def _closed(finding: Finding, readings: dict[str, Reading]) -> str:
    """How the reading is called that is cited for words which stand nowhere, and could not be
    searched for them; "" where there is none.
    """
    key = _closed_key(finding)
    return short_name(readings[public_id_of(key)]) if key else ""


def _closed_key(finding: Finding) -> str:
    citation = finding.quotation.citation
    key = (citation.reading if citation else None) or ""
    is_closed = finding.verdict is Verdict.NOT_FOUND and key in finding.unsearched
    return key if is_closed else ""


def _choices(finding: Finding, readings: dict[str, Reading]) -> list[dict[str, str]]:
    """The readings that a citation may mean, each with how it would be cited past doubt."""
    citation = finding.quotation.citation
    meant = [readings[one] for key in finding.ambiguous if (one := public_id_of(key)) in readings]
    if citation is None or not meant:
        return []
    years = [one.year for one in meant]
    told = all(years) and len(set(years)) == len(years)
    pages = "–".join(dict.fromkeys(citation.pages))
    return [
        {
            "title": one.title,
            "year": one.year,
            "cite": f"({citation.author or short_name(one)}"
            f"{f' {one.year}' if told else f', {one.title}'}{f', {pages}' if pages else ''})",
        }
        for one in meant[:NAMED]
    ]


def told(finding: Finding, readings: dict[str, Reading]) -> str:
    """The sentence for the writer; what could not be searched is named, not counted."""
    cited = _closed_key(finding)  # named already, in a sentence of its own
    names = [
        str(readings[public_id])
        for key in finding.unsearched
        if key != cited and (public_id := public_id_of(key)) in readings
    ]
    if not names and not cited:
        return finding.sentence
    parts = [say(reason) for reason in finding.reasons if reason[0] != "unsearched"]
    if not names:
        return " ".join(parts)
    shown = "; ".join(names[:NAMED])
    if len(names) > NAMED:
        shown = gettext("%(names)s and %(more)s more") % {
            "names": shown,
            "more": len(names) - NAMED,
        }
    return " ".join([*parts, gettext("Not searched, for want of their text: %s.") % shown])


def place_of(reading: Reading, spans: Sequence[Span]) -> PlaceOnPages | None:
    """A place in the whole text of a reading as one on its pages. Two queries."""
    pages = _Pages([(reading, span) for span in spans])
    by_number = {page.number: page for page in pages.pages.values()}
    parts = [
        PlaceOnPages(by_number[number], start, end)
        for number, start, end in pages.stretches(reading, spans)
    ]
    return replace(parts[0], rest=tuple(parts[1:])) if parts else None


@dataclass(frozen=True, slots=True)
class _Elsewhere:
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


class _Pages:
    """The pages on which some passages stand, fetched in two queries, looked up by offset."""

    def __init__(self, passages: Sequence[tuple[Reading, Span]]) -> None:
        rows: dict[int, list[tuple[int, int, int | None, int | None]]] = {}
        pages = Page.objects.filter(
            document__reading__in={reading for reading, _ in passages}, document__is_current=True
        )
        columns = ("document__reading_id", "pk", "start", "notes_at", "notes_start")
        for reading_id, *row in pages.values_list(*columns):
            rows.setdefault(reading_id, []).append(tuple(row))
        self.parts = {reading_id: parts_of(of_it) for reading_id, of_it in rows.items()}
        wanted = {
            part.page_id
            for reading, span in passages
            for part, _end in self.parts_in(reading, span)
        }
        self.pages = {page.pk: page for page in Page.objects.filter(pk__in=wanted)}

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
        return self.pages[part.page_id], offset - part.start + part.at

    def places(self, reading: Reading, span: Span) -> Iterator[tuple[Page, int, int]]:
        """What of a span stands where: pages, and from where to where on each."""
        for part, following in self.parts_in(reading, span):
            page = self.pages[part.page_id]
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
    ) -> tuple[Finding, _Elsewhere | None]:
        """The finding with that of its places which is in the chapter, section or paragraph cited,
        and what is wrong with these where none is.
        """
        citation = finding.quotation.citation
        public_id = public_id_of(finding.place.reading) if finding.place else ""
        if citation is None or public_id not in readings or not _cites_part(finding):
            return finding, None
        locators = find_locators(citation.raw)
        first = None
        for place in _places(finding):
            wrong = self.elsewhere(readings[public_id], place, locators)
            if wrong is None:
                return replace(finding, place=place), None
            first = first or _Elsewhere(citation, *wrong)
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
            "section": section or chapter,
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
