"""Files that are archives inside: Word files and electronic books."""

from __future__ import annotations

from collections.abc import Callable

from .archive import Archive
from .docx import read_docx
from .epub import read_epub
from .types import Extracted, Limits, Order, Refused
from .types import Sentence as _

Progress = Callable[[int, int], None]


def read_packed(data: bytes, order: Order, limits: Limits, progress: Progress) -> Extracted:
    """What is inside decides what it is."""
    archive = Archive(data, limits)
    if "META-INF/container.xml" in archive:
        extracted = read_epub(archive, limits, progress)
    elif any(name.startswith("word/") for name in archive.names()):
        extracted = read_docx(archive, order, limits)
    else:
        raise _other_kind(archive)
    if not any(page.text for page in extracted.pages):
        raise Refused(
            "no_text",
            _("There is no text in this file, only pictures or nothing at all."),
        )
    if sum(len(page.text) for page in extracted.pages) > limits.characters:
        raise Refused(
            "too_big_inside",
            _(
                "This file holds more text than a reading may have, %(limit)d million characters. "
                "Upload the chapters the class reads.",
                limit=limits.characters // 1_000_000,
            ),
        )
    return extracted


def _other_kind(archive: Archive) -> Refused:
    names = archive.names()
    if any(name.startswith(("xl/", "ppt/")) for name in names) or "content.xml" in names:
        return Refused(
            "unknown_type",
            _("This kind of office file cannot be read here. Save it as .docx or PDF."),
        )
    return Refused(
        "unknown_type", _("This is an archive. Unpack it and upload what is inside, one by one.")
    )
