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


_OFFICE = (
    (
        _(
            "These are slides (PowerPoint), which cannot be read here. Export them as a PDF and "
            "upload that."
        ),
        "ppt/",
    ),
    (
        _(
            "This is a spreadsheet (Excel), which cannot be read here. Save it as a PDF and upload "
            "that."
        ),
        "xl/",
    ),
    (
        _(
            "This is a Pages document, which cannot be read here. In Pages choose File, Export To, "
            "then Word or PDF, and upload that."
        ),
        "Index/",
    ),
    (
        _(
            "This is an OpenDocument file (LibreOffice), which cannot be read here. Save it as "
            "Word (.docx) or export it as PDF, and upload that."
        ),
        "content.xml",
    ),
)


def _other_kind(archive: Archive) -> Refused:
    names = archive.names()
    for sentence, known in _OFFICE:
        if any(name.startswith(known) for name in names):
            return Refused("unknown_type", sentence)
    return Refused(
        "unknown_type", _("This is an archive. Unpack it and upload what is inside, one by one.")
    )
