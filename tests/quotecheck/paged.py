"""A library out of readings that are written page by page, as the case files have them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from quotecheck import Library, PageMark, Reading


def shelf_of(readings: Iterable[dict[str, Any]], folder: Path) -> Library:
    shelf = Library.open(folder)
    for reading in readings:
        pages = list(reading["pages"].items())
        starts = [sum(len(text) + 1 for _, text in pages[:i]) for i in range(len(pages))]
        shelf.put(
            Reading(
                reading["key"],
                "\f".join(text for _, text in pages),
                reading["title"],
                reading["author"],
                reading["year"],
                tuple(PageMark(at, label) for at, (label, _) in zip(starts, pages, strict=True)),
                tuple(reading.get("aliases", ())),
            )
        )
    return shelf
