"""The library of a course: its readings as ``quotecheck`` takes them, one index file for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

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
