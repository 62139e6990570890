"""The library of a course: its readings as ``quotecheck`` takes them, one index file for each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from hashlib import sha256
from itertools import chain
from operator import or_
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.db.models import Q, QuerySet

import quotecheck
from quaestio.courses.models import Course
from quaestio.readings.models import Document, Page, Reading
from quaestio.readings.wholetext import whole_text
from quaestio.web.rows import Joined
from quotecheck import Library

# A key in the library is the reading's public id and a print of all that was put in with it,
# so that a changed reading is a new key and an unchanged one costs no look at its text.
PRINT = 16


@dataclass(slots=True)
class Filed:
    """A reading with the file whose text counts, and the one that was uploaded last."""

    reading: Reading
    current: Document | None = None
    newest: Document | None = None


MOST_PAGES = 24  # that are fetched beside the shelf
OF_A_DOCUMENT = ["id", "reading_id", "is_current", "status", "message", "text_sha256"]


@cache
def shelf_beside(pages: int) -> Joined:
    """The query for a shelf, and for so many pages of its files with it."""
    wanted = " OR ".join(["page.document_id = %s AND page.number = %s"] * pages) or "FALSE"
    return Joined(
        f"""
        SELECT {{reading}}, {{document}}, {{page}} FROM readings_reading reading
        LEFT JOIN readings_document document ON document.reading_id = reading.id
        LEFT JOIN readings_page page ON page.document_id = document.id AND ({wanted})
        WHERE reading.course_id = %s AND reading.removed_at IS NULL
        ORDER BY reading.id, document.uploaded_at, document.id
        """,  # noqa: S608 - nothing but marks for parameters goes in
        reading=Reading,
        document=(Document, OF_A_DOCUMENT),
        page=Page,
    )


def course_shelf(course: Course) -> list[Filed]:
    """The readings of a course, with their files. One query."""
    return shelf_with_pages(course, [])[0]


def shelf_with_pages(
    course: Course, wanted: Sequence[tuple[int, int]]
) -> tuple[list[Filed], list[Page]]:
    """The same, and the pages wanted, each by its document and number. One query; two where many
    pages are wanted.
    """
    beside = [] if len(wanted) > MOST_PAGES else wanted
    shelf: dict[int, Filed] = {}
    pages = []
    params = [*chain.from_iterable(beside), course.pk]
    for reading, document, page in shelf_beside(len(beside)).rows(params):
        filed = shelf.setdefault(reading.pk, Filed(reading))
        filed.newest = document
        if document is not None and document.is_current:
            filed.current = document
        if page is not None:
            pages.append(page)
    shelves.keep(course, found := list(shelf.values()))
    return found, pages if beside else list(pages_at(wanted))


def pages_at(wanted: Sequence[tuple[int, int]]) -> QuerySet[Page]:
    """Pages by their document and number. One query, none where none is wanted."""
    if not wanted:
        return Page.objects.none()
    return Page.objects.filter(reduce(or_, (Q(document=pk, number=n) for pk, n in wanted)))


class Shelves:
    """The shelves that were looked up last. What stands in one may have changed since, in another
    process or in this one: it serves as a guess, and whoever goes by it looks afterwards.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[str, list[Filed]] = OrderedDict()
        self.lock = Lock()

    def keep(self, course: Course, shelf: list[Filed]) -> None:
        with self.lock:
            self.kept[course.public_id] = shelf
            self.kept.move_to_end(course.public_id)
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)

    def last(self, course: Course) -> list[Filed] | None:
        with self.lock:
            return self.kept.get(course.public_id)


shelves = Shelves(most=64)


def is_as_before(shelf: Sequence[Filed], now: Sequence[Filed]) -> bool:
    """Whether whatever was found by the one shelf is found by the other."""
    return [what_counts(one) for one in shelf] == [what_counts(one) for one in now]


def what_counts(filed: Filed) -> tuple[str, int | None]:
    return library_key(filed), filed.current.pk if filed.current else None


def library_as_it_is(course: Course, shelf: Sequence[Filed]) -> Library | None:
    """The course's library, where it holds just this shelf; nothing is changed in it."""
    directory = Path(settings.INDEX_ROOT) / course.public_id
    if not directory.exists():
        return None
    library = _open(directory)
    wanted = {library_key(filed) for filed in shelf}
    return library if set(library.keys()) == wanted and not library.broken() else None


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
