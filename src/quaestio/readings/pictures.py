"""How a page looks: drawn by PDFium in the fenced process, once, and kept on disk for a while.

The folder holds nothing that could not be drawn again; when it has grown too large, the pictures
that nobody has asked for the longest go.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings

from quaestio.readings.extraction import Refused, render_page_png
from quaestio.readings.extraction.types import PDF
from quaestio.readings.models import Document, Page
from quaestio.readings.rendering import Span
from quaestio.readings.scans import seen_path

log = logging.getLogger(__name__)

WIDTH = 1200  # pixels
LONGEST = 8000  # signs of a passage that is marked
# Drawing costs a process and some memory: a class that turns to pictures at once waits its turn.
drawing = BoundedSemaphore(2)


def has_picture(document: Document) -> bool:
    return document.media_type == PDF


def picture_of(page: Page, span: Span | None = None) -> Path | None:
    """A file with the picture of a page's sheet, as PNG; None where there is none to be had.

    The words of ``span`` are marked on it, so that one sees what the text was made from.
    """
    document = page.document
    if not has_picture(document):
        return None
    sheet = page.sheet or page.number
    words = page.text[span[0] : span[1]] if span else ""
    marked = f"-{sha256(words.encode('utf-8', 'replace')).hexdigest()[:16]}" if words else ""
    path = Path(settings.PICTURES) / f"{document.public_id}-{sheet}{marked}.png"
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)
        return path
    with drawing:
        if path.exists():  # drawn while we waited
            return path
        try:
            seen = seen_path(document, sheet)
            png = render_page_png(
                Path(document.file.path),
                sheet,
                WIDTH,
                mark=words[:LONGEST],
                seen=seen if seen.exists() else None,
            )
        except Refused as refused:
            log.warning("Sheet %s of %s: %s", sheet, document.public_id, refused.detail or refused)
            return None
        keep(path, png)
    return path


def keep(path: Path, png: bytes) -> None:
    """Whole or not at all: another process may be reading the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_suffix(f".{secrets.token_hex(4)}")
    begun.write_bytes(png)
    begun.replace(path)
    make_room(path.parent, settings.PICTURES_LIMIT, but=path)


def make_room(folder: Path, limit: int, but: Path) -> None:
    """Delete the pictures asked for the longest ago until the rest is within the limit."""
    there = []
    for one in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            stat = one.stat()
            there.append((stat.st_mtime, stat.st_size, one))
    total = sum(size for _at, size, _path in there)
    for _at, size, one in sorted(there):
        if total <= limit:
            break
        if one != but:
            one.unlink(missing_ok=True)
            total -= size
