"""Word files and electronic books written by hand, sound ones and others."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_STYLES = (
    f'<w:styles xmlns:w="{_W}">'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{called}"><w:name w:val="{name}"/></w:style>'
        for called, name in (
            ("titel", "Title"),
            *((f"berschrift{level}", f"heading {level}") for level in (1, 2, 3)),
        )
    )
    + "</w:styles>"
)


def packed(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(
    body: str, *, title: str = "", author: str = "", pages: int = 0, footnotes: str = ""
) -> bytes:
    """``body`` is what stands inside ``w:body``."""
    core = (
        '<p:coreProperties xmlns:p="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator></p:coreProperties>"
    )
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": _STYLES,
        "docProps/core.xml": core,
        "docProps/app.xml": f"<Properties><Pages>{pages}</Pages></Properties>",
    }
    if footnotes:
        files["word/footnotes.xml"] = f'<w:footnotes xmlns:w="{_W}">{footnotes}</w:footnotes>'
    return packed(files)


def paragraph(text: str, *, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def epub(
    chapters: Sequence[str],
    *,
    title: str = "A Book",
    author: str = "A. Author",
    nav: str = "",
    ncx: str = "",
    extra: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """Chapters are what stands inside ``body``; they are called ``c1.xhtml`` and so on."""
    items = "".join(
        f'<item id="c{n}" href="text/c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(1, len(chapters) + 1)
    )
    if nav:
        items += (
            '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        )
    if ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(1, len(chapters) + 1))
    files: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
        ),
        "OEBPS/book.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator></metadata>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
        ),
    }
    for number, chapter in enumerate(chapters, 1):
        files[f"OEBPS/text/c{number}.xhtml"] = xhtml(chapter)
    if nav:
        files["OEBPS/nav.xhtml"] = xhtml(nav)
    if ncx:
        files["OEBPS/toc.ncx"] = ncx
    return packed({**files, **(extra or {})})


def xhtml(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>x</title></head><body>{body}</body></html>"
    )


def overlapping(entries: int, size: int) -> bytes:
    """Many names for one and the same packed data: a few kilobytes that unpack to anything."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b" " * size
    data = squeezer.compress(plain) + squeezer.flush()
    check = zlib.crc32(plain)
    name = b"word/a.xml"
    local = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, check, len(data), size, len(name), 0
    )
    directory = b""
    for number in range(entries):
        entry = b"word/%d.xml" % number
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, check, len(data), size,
            len(entry), 0, 0, 0, 0, 0, 0,
        ) + entry  # fmt: skip
    body = local + name + data
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), len(body), 0
    )
    return body + directory + end
