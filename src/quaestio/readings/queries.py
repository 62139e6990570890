"""Reads made for pages."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from quaestio.courses.access import Seat
from quaestio.courses.roles import Right
from quaestio.readings.access import visible_readings
from quaestio.readings.bibliography.records import year_of
from quaestio.readings.bibliography.styles import Set, in_text, set_in
from quaestio.readings.citing import label_of
from quaestio.readings.locators import (
    PARAGRAPH,
    asked_chapter,
    asked_section,
    called,
    holds,
    paragraph_at,
)
from quaestio.readings.models import (
    AssignedReading,
    Bookmark,
    Document,
    LabelCorrection,
    Page,
    Passage,
    Reading,
)
from quaestio.readings.names import short_name
from quaestio.readings.passages import Place, Stretch
from quaestio.readings.turns import over_the_turn, run_on
from quaestio.search.finding import level, places_of

NEWS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of a file that was read again, for teachers: the number of its pages before, if
    it is another one now, and how many linked passages are not in it any more.
    """

    document: Document
    lost: int

    def is_worth_telling(self, since: datetime) -> bool:
        one = self.document
        is_other = one.pages_before is not None and (one.reread_at or since) > since
        return bool(one.rereading or one.not_reread or is_other or self.lost)


def reread_among(documents: Iterable[Document]) -> dict[int, Reread]:
    """By reading, of files in use: what is to be told of those that are being read again, could not
    be, or were in the last two weeks and are not what they were. One query.
    """
    since = timezone.now() - NEWS
    in_use = [one for one in documents if one.is_current]
    times = ((one.reading_id, one.reread_at) for one in in_use)
    fresh = {key: at for key, at in times if at is not None and at > since}
    lost = dict.fromkeys(fresh, 0)
    orphans = Passage.objects.filter(reading__in=fresh, orphaned_at__gt=since)
    for one in orphans:
        lost[one.reading_id] += (one.orphaned_at or since) >= fresh[one.reading_id]
    told = {one.reading_id: Reread(one, lost.get(one.reading_id, 0)) for one in in_use}
    return {key: one for key, one in told.items() if one.is_worth_telling(since)}


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading in a list, with the document that is read from or, without one, the newest, and
    where this person stopped reading.
    """

    reading: Reading
    document: Document | None
    bookmark: Bookmark | None = None
    reread: Reread | None = None

    @property
    def is_ready(self) -> bool:
        return self.document is not None and self.document.is_current


def by_name(readings: Iterable[Reading]) -> list[Reading]:
    """As a shelf has them: by the name of the author, as in the bibliography, then by title."""
    return sorted(readings, key=lambda one: (level(short_name(one)), level(one.title), one.pk))


def readings_of(seat: Seat) -> list[ReadingRow]:
    """A course's readings with their documents, in three queries; for teachers, one more."""
    readings = by_name(visible_readings(seat))
    documents: dict[int, Document] = {}
    uploaded = Document.objects.filter(reading__in=readings).defer("contents")
    for document in uploaded.order_by("uploaded_at", "pk"):
        there = documents.get(document.reading_id)
        if there is None or not there.is_current:
            documents[document.reading_id] = document
    bookmarks = bookmarks_of(seat)
    reread = reread_among(documents.values()) if seat.can(Right.READINGS) else {}
    return [
        ReadingRow(
            reading, documents.get(reading.pk), bookmarks.get(reading.pk), reread.get(reading.pk)
        )
        for reading in readings
    ]


def assigned_next(reading: Reading) -> AssignedReading | None:
    """What the next meeting that has this reading asks of it; None if none has. One query."""
    coming = reading.assigned.filter(meeting__date__gte=timezone.localdate())
    return coming.order_by("meeting__date").first()


@dataclass(frozen=True, slots=True)
class BibliographyRow:
    """A reading as it stands in the bibliography, and how it is cited in a sentence."""

    reading: Reading
    entry: Set
    in_text: str


def row_of(style: str, reading: Reading) -> BibliographyRow:
    told = reading.record
    return BibliographyRow(reading, set_in(style, told), in_text(style, told))


def bibliography_of(seat: Seat) -> list[BibliographyRow]:
    """A course's readings in its citation style, in the order of the alphabet. One query."""
    rows = [row_of(seat.course.citation_style, one) for one in visible_readings(seat)]
    return sorted(rows, key=lambda row: level(row.entry.text.lstrip("“")))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that somebody brings, how it would look, and the reading it seems to be already."""

    number: int
    told: dict[str, Any]
    entry: Set
    known: Reading | None
    twice: bool


def candidates(seat: Seat, records: Sequence[dict[str, Any]]) -> list[Candidate]:
    """Which of the records are new. One query."""
    known: dict[str, Reading] = {}
    for reading in visible_readings(seat):
        for key in keys_of(reading.record):
            known.setdefault(key, reading)
    met: set[str] = set()
    found = []
    for number, told in enumerate(records):
        keys = keys_of(told)
        there = next((known[key] for key in keys if key in known), None)
        entry = set_in(seat.course.citation_style, told)
        found.append(Candidate(number, told, entry, there, not met.isdisjoint(keys)))
        met.update(keys)
    return found


def keys_of(told: dict[str, Any]) -> list[str]:
    """What two records of one work have in common: the DOI, or first author, year and title."""
    names = told.get("author") or told.get("editor") or [{}]
    who = names[0].get("family") or names[0].get("literal") or ""
    title = re.sub(r"[^\w ]", "", level(told["title"].partition(":")[0]))
    keys = [f"{level(who)} {year_of(told)} {title}"]
    doi = told.get("DOI", "").lower()
    return [*keys, f"doi {doi}"] if doi else keys


def citation_keys(records: Sequence[dict[str, Any]]) -> list[str]:
    """A key for each record, as BibTeX needs it, none twice: ``jones2006``, ``jones2006b``."""
    met: dict[str, int] = {}
    keys = []
    for told in records:
        names = told.get("author") or told.get("editor") or [{}]
        who = names[0].get("family") or names[0].get("literal") or told["title"]
        key = re.sub(r"[^a-z]", "", level(who))[:20] + re.sub(r"\D", "", year_of(told))[:4]
        key = key or "work"
        met[key] = met.get(key, 0) + 1
        keys.append(key if met[key] == 1 else f"{key}-{met[key]}")
    return keys


def documents_of(reading: Reading) -> list[Document]:
    """Newest first."""
    return list(Document.objects.filter(reading=reading))


def pages_of(document: Document | None) -> list[Page]:
    """All pages without their text."""
    return list(document.pages.defer("text", "furniture")) if document else []


def pages_between(reading: Reading, first: int, last: int) -> list[Page]:
    """Pages of the current document in a row, with their text. One query."""
    pages = Page.objects.filter(document__reading=reading, document__is_current=True)
    return list(pages.filter(number__range=(first, last)).order_by("number"))


@dataclass(frozen=True, slots=True)
class ContentsRow:
    """A line of a table of contents: its title, the page it leads to and how that is called, the
    lines ``within`` it, and whether it is where one is (``is_here``), or has that line in it
    (``is_open``).
    """

    title: str
    number: int
    locator: str = ""
    is_here: bool = False
    is_open: bool = False
    within: list[ContentsRow] = field(default_factory=list)


FEW_ROWS = 60  # of a table of contents; in a longer one what is inside the chapters is folded
DEEPEST = 2  # levels below the first that are shown


def contents_of(document: Document | None, pages: Sequence[Page]) -> list[ContentsRow]:
    """The table of contents of a document. No query."""
    locators = {page.number: page.locator for page in pages}
    told = _told(document, locators)
    rows = [
        ContentsRow(title, number, locators[number], is_open=len(told) <= FEW_ROWS)
        for _level, title, number in told
    ]
    return _tree([one[0] for one in told], rows)


def contents_around(page: Page) -> list[ContentsRow]:
    """The table of contents of a page's document, unfolded where the page stands. One query."""
    told = _told(page.document)
    before = [at for at, (_level, _title, number) in enumerate(told) if number <= page.number]
    named = [at for at in before if told[at][1] == page.heading]
    here = max(named or before, default=-1)
    within = set[int]()
    depth = DEEPEST + 1
    for at in range(here, -1, -1):
        if at == here or told[at][0] < depth:
            within.add(at)
            depth = told[at][0]
    rows = [
        ContentsRow(title, number, is_here=at == here, is_open=at in within)
        for at, (_level, title, number) in enumerate(told)
    ]
    return _tree([one[0] for one in told], rows)


def _told(
    document: Document | None, there: Container[int] | None = None
) -> list[tuple[int, str, int]]:
    """The headings of a document that are shown; none where it is but one."""
    told = [
        (depth, title, number)
        for depth, title, number in (document.contents if document else [])
        if depth <= DEEPEST and (there is None or number in there)
    ]
    return told if len(told) > 1 else []


def _tree(levels: Sequence[int], rows: Sequence[ContentsRow]) -> list[ContentsRow]:
    """Each row within the last one that stands higher."""
    top: list[ContentsRow] = []
    above: list[tuple[int, ContentsRow]] = []
    for depth, row in zip(levels, rows, strict=True):
        while above and above[-1][0] >= depth:
            above.pop()
        (above[-1][1].within if above else top).append(row)
        above.append((depth, row))
    return top


@dataclass(frozen=True, slots=True)
class NumberedPage:
    """A page with the number printed on it, and what a teacher said about that, if anything."""

    page: Page
    correction: LabelCorrection | None


def numbered_pages_of(document: Document) -> list[NumberedPage]:
    """All pages without their text. Two queries."""
    corrections = {one.number: one for one in document.label_corrections.all()}
    return [
        NumberedPage(page, corrections.get(page.number))
        for page in document.pages.defer("text", "furniture")
    ]


@dataclass(frozen=True, slots=True)
class Neighbours:
    before: Page | None
    after: Page | None
    total: int


def neighbours_of(page: Page) -> Neighbours:
    near = {
        one.number: one
        for one in Page.objects.filter(
            document_id=page.document_id, number__in=[page.number - 1, page.number + 1]
        ).defer("text")
    }
    total = Page.objects.filter(document_id=page.document_id).count()
    return Neighbours(near.get(page.number - 1), near.get(page.number + 1), total)


def page_after(page: Page) -> Page | None:
    """With its text. One query."""
    return Page.objects.filter(document_id=page.document_id, number=page.number + 1).first()


def pages_after(pages: Iterable[Page]) -> dict[int, Page]:
    """By page, by primary key, the one after it, with its text. One query at most."""
    wanted = {(page.document_id, page.number + 1): page.pk for page in pages}
    if not wanted:
        return {}
    places = (Q(document=document, number=number) for document, number in wanted)
    there = Page.objects.filter(reduce(or_, places))
    return {wanted[page.document_id, page.number]: page for page in there}


def bookmark_of(seat: Seat, reading: Reading) -> Bookmark | None:
    """Where this person stopped reading."""
    return Bookmark.objects.filter(person=seat.enrollment, reading=reading).first()


def page_of(reading: Reading, bookmark: Bookmark) -> Page | None:
    """The page that a bookmark means in the current document, else the last one before it."""
    pages = Page.objects.filter(document__reading=reading, document__is_current=True).defer("text")
    there = pages.filter(number=bookmark.page_number).first()
    known = {there.label, there.locator} if there else set()
    if bookmark.page_label and bookmark.page_label not in known:
        there = page_with_label(reading, bookmark.page_label.partition("–")[0]) or there
    return there or pages.filter(number__lt=bookmark.page_number).last()


def bookmarks_of(seat: Seat) -> dict[int, Bookmark]:
    """By reading, where this person stopped. One query."""
    mine = Bookmark.objects.filter(person=seat.enrollment, reading__removed_at=None)
    return {bookmark.reading_id: bookmark for bookmark in mine}


def orphaned_in(seat: Seat, reading: Reading) -> list[Passage]:
    """Links whose words are in no page of the file now in use: for those who look after it."""
    if not seat.can(Right.READINGS):
        return []
    return list(Passage.objects.filter(reading=reading, orphaned_at__isnull=False))


def page_with_label(reading: Reading, label: str) -> Page | None:
    """The page on which this number is printed, this paragraph stands, this chapter or section
    begins; else, for a number, that page of the file.
    """
    pages = Page.objects.filter(document__reading=reading, document__is_current=True).defer("text")
    wanted = label.strip()
    chapter = asked_chapter(wanted)
    if chapter:
        return pages.filter(chapter=chapter).order_by("number").first()
    section = asked_section(wanted)
    if section:
        return page_with_section(pages, section)
    for number, kind, there in pages.order_by("number").values_list("number", "kind", "label"):
        if holds(kind, there, wanted):
            return pages.get(number=number)
    if wanted.isdecimal() and len(wanted) < 7:
        return pages.filter(number=int(wanted), label="").first()
    return None


def page_with_section(pages: QuerySet[Page], section: str) -> Page | None:
    """The page on which a section begins. Two queries."""
    for number, parts in pages.order_by("number").values_list("number", "parts"):
        if any(there == section for _chapter, there in parts):
            return pages.get(number=number)
    return None


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the words stand, how it is called, and what is around it. Words that run over
    the end of page ``number`` end on the next one, at ``end`` there.
    """

    number: int
    locator: str
    start: int
    end: int
    before: str
    found: str
    after: str
    is_over: bool = False

    @property
    def query(self) -> str:
        """What marks the words, in the address of their page."""
        last = self.number + 1 if self.is_over else self.number
        return Stretch(self.number, self.start, last, self.end).query(self.number)


@dataclass(frozen=True, slots=True)
class Search:
    """``more`` says that there are further places than those in ``hits``."""

    hits: list[Hit]
    more: bool


MOST_HITS = 100
AROUND = 70  # characters on either side of a hit


def search_in(reading: Reading, words: str, most: int = MOST_HITS) -> Search:
    """The first places of ``words`` in the reading, in the order of its pages. One query."""
    wanted = level(words)
    if not wanted:
        return Search([], False)
    pages = Page.objects.filter(document__reading=reading, document__is_current=True)
    columns = ("number", "kind", "label", "paragraphs", "text", "notes_at")
    hits: list[Hit] = []
    last: Page | None = None
    for page in pages.order_by("number").only("document", *columns).iterator(chunk_size=100):
        for hit in (*hits_over(last, page, wanted), *hits_on(page, wanted)):
            if len(hits) == most:
                return Search(hits, True)
            hits.append(hit)
        last = page
    return Search(hits, False)


def hits_on(page: Page, wanted: str) -> Iterator[Hit]:
    text = page.text
    for start, end in places_of(wanted, text):
        before, after = surroundings(text, start, end)
        label = page.label
        if page.kind == PARAGRAPH:
            label = str(paragraph_at(text, page.paragraphs, start) or label)
        locator = called(page.kind, label, page.number)
        yield Hit(page.number, locator, start, end, before, text[start:end], after)


def hits_over(page: Page | None, following: Page, wanted: str) -> Iterator[Hit]:
    """Where the words begin at the end of a page and end on the next one."""
    if page is None or page.number + 1 != following.number or " " not in wanted:
        return
    near = 4 * len(wanted) + 40  # no need to look at all of both pages again
    skipped = max(0, len(page.body.rstrip()) - near)
    first, second = page.body[skipped:], following.body[:near]
    for (start, end), (begin, until) in over_the_turn(first, second, partial(places_of, wanted)):
        found = run_on([first[start:end], second[begin:until]])
        before, _ = surroundings(page.body, skipped + start, skipped + end)
        _, after = surroundings(following.body, begin, until)
        place = Place(page, skipped + start, skipped + end, (Place(following, begin, until),))
        label = label_of(place)
        locator = label if "¶" in label else called(page.kind, label, page.number)
        yield Hit(page.number, locator, skipped + start, until, before, found, after, is_over=True)


def surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    """The text on either side of a place, cut between words, with dots where it was cut."""
    left, right = max(0, start - AROUND), min(len(text), end + AROUND)
    before, after = text[left:start], text[end:right]
    if left and " " in before:
        before = "… " + before.partition(" ")[2]
    if right < len(text) and " " in after:
        after = after.rpartition(" ")[0] + " …"
    return before, after
