"""The adapter: a course's readings go into a quotecheck library, a text's quotations come back.

This app alone talks to ``quotecheck`` in the site. It sits below discussions, so that a
draft can be checked while it is typed. Nothing here writes to the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

import quotecheck
from quaestio.citations.mending import Mend, mends_of, which_of
from quaestio.citations.placing import Pages, places_in_question
from quaestio.citations.shelf import (
    Filed,
    course_library,
    course_shelf,
    is_as_before,
    library_as_it_is,
    pages_at,
    public_id_of,
    shelf_with_pages,
    shelves,
)
from quaestio.courses.models import Course, Enrollment
from quaestio.readings.models import Page, Reading
from quaestio.readings.names import short_name
from quaestio.web.richtext import flatten
from quotecheck import (
    Citation,
    Finding,
    Library,
    Placing,
    Post,
    Span,
    Verdict,
)
from quotecheck.verdict import say

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
    where: offsets in ``flatten(source).text``. One that is not ``is_sure`` may name an event.
    """

    start: int
    end: int
    raw: str
    author: str = ""
    title: str = ""
    year: str = ""
    is_sure: bool = True


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

    Terms (words in quotation marks that quote nobody) are left out. One query, where the readings
    are as they were when they were last looked up; else three more where something is quoted.
    """
    flat = flatten(source)
    post = Post(
        flat.text,
        tuple(Span(*span) for span in flat.block_quotes),
        # What a classmate is said to have written stands in no reading.
        cast("tuple[str, ...]", SimpleLazyObject(lambda: names_in(course))),
    )
    looked = quick_look(course, post) or look(course, post)
    checked = _as_checked(looked, flat.text, course.citation_style)
    names = {public_id: short_name(reading) for public_id, reading in looked.readings.items()}
    return Read(list(checked), list(_outside(looked.cited)), names)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a text's quotations, which works it cites, and the readings and pages this
    is about.
    """

    findings: list[Finding]
    cited: list[Citation]
    readings: dict[str, Reading]
    pages: Pages


def look(course: Course, post: Post) -> Looked:
    """By the readings as they are: first these, then what is found, then its pages."""
    for last in (False, True):
        shelf = course_shelf(course)
        library = course_library(course, shelf)
        try:
            findings, cited = found_in(library, post)
            break
        except GONE:
            if last:
                raise
    return Looked(findings, cited, by_public_id(shelf), pages_of(findings, shelf))


def quick_look(course: Course, post: Post) -> Looked | None:
    """The same with one query less: by the readings as they were when they were last looked up,
    whose pages are then fetched together with the readings as they are. None where these are not
    the same, or nothing is known of them.
    """
    shelf = shelves.last(course)
    library = library_as_it_is(course, shelf) if shelf is not None else None
    if shelf is None or library is None:
        return None
    now: list[Filed] = []

    def fetch(wanted: list[tuple[int, int]]) -> list[Page]:
        now[:], pages = shelf_with_pages(course, wanted)
        return pages

    try:
        findings, cited = found_in(library, post)
    except GONE:
        return None
    pages = pages_of(findings, shelf, fetch)
    return Looked(findings, cited, by_public_id(now), pages) if is_as_before(shelf, now) else None


# Another process has just put a newer index in the place of one we were reading.
GONE = (FileNotFoundError, KeyError, quotecheck.IndexDamaged)


def found_in(library: Library, post: Post) -> tuple[list[Finding], list[Citation]]:
    found = quotecheck.check(post, library)
    cited = quotecheck.find_citations(post, [one.info for one in library.readings()])
    return [finding for finding in found if finding.verdict is not Verdict.TERM], list(cited)


def by_public_id(shelf: Iterable[Filed]) -> dict[str, Reading]:
    return {filed.reading.public_id: filed.reading for filed in shelf}


def pages_of(
    findings: Sequence[Finding],
    shelf: Iterable[Filed],
    fetch: Callable[[list[tuple[int, int]]], Iterable[Page]] = pages_at,
) -> Pages:
    """The pages on which stands what was found."""
    readings = by_public_id(shelf)
    passages = [
        (readings[public_id], span)
        for finding in findings
        for place in places_in_question(finding)
        if (public_id := public_id_of(place.reading)) in readings
        for span in place.spans
    ]
    documents = {filed.reading.pk: filed.current for filed in shelf if filed.current}
    return Pages(passages, documents, fetch)


def names_in(course: Course) -> tuple[str, ...]:
    people = Enrollment.objects.filter(course=course).order_by()
    return tuple(people.values_list("byline", flat=True))


def _outside(cited: Iterable[Citation]) -> Iterable[Outside]:
    for citation in cited:
        known = citation.reading is not None or citation.candidates
        # Whom a sentence merely names is not cited.
        if known or citation.how not in {"bracket", "note", "perhaps"}:
            continue
        if citation.author or citation.title:
            yield Outside(
                *citation.span,
                " ".join(citation.raw.split())[:300],
                citation.author[:300],
                citation.title[:300],
                citation.year[:20],
                citation.how != "perhaps",
            )


# -- Findings as the site keeps them -------------------------------------------------------------


def _as_checked(looked: Looked, text: str, style: str) -> Iterable[Checked]:
    readings, pages = looked.readings, looked.pages
    for finding in looked.findings:
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
            "author": _merely_named(finding),
            "closed": _closed(finding, readings),
            "translated": finding.translated,
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


def _merely_named(finding: Finding) -> str:
    """Whom the sentence names, where the citation itself names nobody; "" for nobody."""
    citation = finding.quotation.citation
    is_bare = citation is not None and citation.how in {"named", "pages", "again"}
    return citation.author if citation is not None and is_bare else ""


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
