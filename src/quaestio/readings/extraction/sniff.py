"""What a file is, by its first bytes. Neither its name nor what the browser claimed is believed."""

from __future__ import annotations

from .types import Refused
from .types import Sentence as _

SNIFFED_BYTES = 4096

_REFUSED_TYPES: tuple[tuple[int, bytes, _], ...] = (
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        _(
            "This is a Word file in the old format, or one protected with a password. "
            "Save it as .docx or PDF without a password and upload that."
        ),
    ),
    (
        0,
        b"{\\rtf",
        _(
            "This is an RTF file, which cannot be read here. Open it in Word or LibreOffice, save "
            "it as .docx or PDF and upload that."
        ),
    ),
    (0, b"%!PS", _("This is a PostScript file. Convert it to PDF and upload that.")),
    (
        0,
        b"AT&TFORM",
        _("This is a DjVu file. Convert it to a PDF with a text layer and upload that."),
    ),
    (60, b"BOOKMOBI", _("This is a Kindle book. Upload it as EPUB or PDF instead.")),
    (0, b"\x1f\x8b", _("This is a compressed file. Unpack it and upload what is inside.")),
    (0, b"7z\xbc\xaf\x27\x1c", _("This is an archive. Unpack it and upload what is inside.")),
    (0, b"Rar!\x1a\x07", _("This is an archive. Unpack it and upload what is inside.")),
    (257, b"ustar", _("This is an archive. Unpack it and upload what is inside.")),
)

_PICTURE = _(
    "This is a picture. Its words cannot be searched or checked. "
    "Upload a PDF whose text can be selected with the mouse."
)
_PICTURES: tuple[tuple[int, bytes], ...] = (
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (0, b"II*\x00"),
    (0, b"MM\x00*"),
    (0, b"BM"),
    (8, b"WEBP"),
    (4, b"ftypheic"),
    (4, b"ftypavif"),
)


def coarse_kind(start: bytes) -> str:
    """``pdf``, ``zip`` or ``text``; the child finds out which sort of zip or text it is.

    Raises ``Refused`` for the types people try and that we can name.
    """
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    for offset, magic, sentence in _REFUSED_TYPES:
        if start[offset : offset + len(magic)] == magic:
            raise Refused("unknown_type", sentence)
    # "BM" may begin an honest text ("BMW"): a bitmap has zero bytes soon after.
    for offset, magic in _PICTURES:
        if start[offset : offset + len(magic)] == magic and (magic != b"BM" or 0 in start[:32]):
            raise Refused("unknown_type", _PICTURE)
    return "text"
