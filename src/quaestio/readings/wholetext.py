"""The text of a document as one: pages in a row up to their footnotes, then all footnotes. So a
sentence that goes on overleaf is one sentence, and what stands in the notes is found as well.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from quaestio.readings.models import PAGE_BREAK, Document, Page


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
    """A stretch of the whole text that is the text of the page ``number`` from ``at`` on."""

    start: int
    number: int
    at: int


class Layouts:
    """How the last documents asked for are laid out. That is fixed by their text, so it is kept
    under the print of it (``Document.text_sha256``), for the next quotation of the same book.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[tuple[int, str], list[Part]] = OrderedDict()
        self.lock = Lock()

    def of(self, document: Document) -> list[Part]:
        """All parts of a document in order. One query, unless it is kept."""
        key = (document.pk, document.text_sha256)
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        parts, text_now = fetch_parts(document.pk)
        if text_now == document.text_sha256:  # else another text has come since it was looked up
            with self.lock:
                self.kept[key] = parts
                while len(self.kept) > self.most:
                    self.kept.popitem(last=False)
        return parts


layouts = Layouts(most=64)


def fetch_parts(document_pk: int) -> tuple[list[Part], str]:
    """The parts, and the print of the text whose parts they are."""
    columns = ("number", "start", "notes_at", "notes_start", "document__text_sha256")
    rows = list(Page.objects.filter(document=document_pk).values_list(*columns))
    parts = []
    for number, start, notes_at, notes_start, _print in rows:
        parts.append(Part(start, number, 0))
        if notes_at is not None and notes_start is not None:
            parts.append(Part(notes_start, number, notes_at))
    return sorted(parts), rows[0][-1] if rows else ""
