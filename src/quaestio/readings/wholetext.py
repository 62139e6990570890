"""The text of a document as one: pages in a row up to their footnotes, then all footnotes. So a
sentence that goes on overleaf is one sentence, and what stands in the notes is found as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from quaestio.readings.models import PAGE_BREAK, Page


def lay_out(pages: Sequence[Page]) -> None:
    """Say of each page where its text and its notes begin in the whole."""
    at = 0
    for page in pages:
        page.start = at
        at += len(page.body) + len(PAGE_BREAK)
    for page in pages:
        page.notes_start = None if page.notes_at is None else at
        at += len(page.notes) + len(PAGE_BREAK) if page.notes_at is not None else 0


def whole_text(pages: Iterable[Page]) -> str:
    """The pages of a document in order, laid out."""
    pages = list(pages)
    notes = [page.notes for page in pages if page.notes_at is not None]
    return PAGE_BREAK.join([*(page.body for page in pages), *notes])


class Part(NamedTuple):
    """A stretch of the whole text that is the text of a page from ``at`` on."""

    start: int
    page_id: int
    at: int


def parts_of(rows: Iterable[tuple[int, int, int | None, int | None]]) -> list[Part]:
    """All parts of a document in order, from ``pk``, ``start``, ``notes_at``, ``notes_start`` of
    its pages.
    """
    parts = []
    for pk, start, notes_at, notes_start in rows:
        parts.append(Part(start, pk, 0))
        if notes_at is not None and notes_start is not None:
            parts.append(Part(notes_start, pk, notes_at))
    return sorted(parts)
