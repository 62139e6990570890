"""Small PDFs written by hand, so that every byte of a test file is ours and can be wrong on demand."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2 as pdfium


@dataclass
class Line:
    """One run of text: where it starts (points from the lower left corner), and how large it is."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 12


@dataclass
class Sheet:
    """One page of a PDF under construction."""

    lines: list[Line] = field(default_factory=list)
    box: str = "0 0 612 792"
    extra: str = ""
    raw: bytes | None = None
    resources: str = ""


def sheet(text: str, *, head: str = "", foot: str = "", size: float = 12) -> Sheet:
    """A page with one line of print for each line of ``text``, twelve on fourteen points."""
    lines = [
        Line(words, 72, 700 - number * size * 7 / 6, size)
        for number, words in enumerate(text.split("\n"))
        if words.strip()
    ]
    if head:
        lines.insert(0, Line(head, 72, 750, 10))
    if foot:
        lines.append(Line(foot, 300, 40, 10))
    return Sheet(lines)


def two_columns(left: Sequence[str], right: Sequence[str], *, by_row: bool = False) -> Sheet:
    """Two columns, set one after the other or, as some programs do, row by row."""
    lefts = [Line(words, 60, 700 - row * 14, 10) for row, words in enumerate(left)]
    rights = [Line(words, 320, 700 - row * 14, 10) for row, words in enumerate(right)]
    if not by_row:
        return Sheet(lefts + rights)
    rows: list[Line] = []
    for row in range(max(len(left), len(right))):
        rows += lefts[row : row + 1] + rights[row : row + 1]
    return Sheet(rows)


def open_book(left: Sheet, right: Sheet) -> Sheet:
    """Two pages side by side on one sheet, as a scanner sees an open book."""
    moved = [Line(one.text, one.x + 612, one.y, one.size) for one in right.lines]
    return Sheet([*left.lines, *moved], box="0 0 1224 792")


def scanned(printed: bytes, dpi: int = 200, *, turned: float = 0.0) -> bytes:
    """The same pages as pictures and nothing else: what a scanner makes of them. ``turned`` is by
    how many degrees they lie askew, their lines rising to the right.
    """
    document = pdfium.PdfDocument(printed)
    sheets, pictures = [], []
    for number, page in enumerate(document):
        width, height = page.get_size()
        bitmap = page.render(scale=dpi / 72, grayscale=True)
        rows = bytes(bitmap.buffer)
        grey = b"".join(
            rows[row * bitmap.stride : row * bitmap.stride + bitmap.width]
            for row in range(bitmap.height)
        )
        pictures.append(
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
            b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
            % (bitmap.width, bitmap.height, len(packed := zlib.compress(grey)), packed)
        )
        sheets.append(
            Sheet(
                box=f"0 0 {width} {height}",
                raw=f"q {_turn(turned, width, height)} cm "
                f"{width} 0 0 {height} 0 0 cm /P Do Q".encode(),
                resources=f"/XObject << /P {1000 + number} 0 R >>",
            )
        )
    document.close()
    return pdf(sheets, objects=pictures)


def _turn(degrees: float, width: float, height: float) -> str:
    """The matrix that turns a page about its middle."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = width / 2, height / 2
    moved = (x - cosine * x + sine * y, y - sine * x - cosine * y)
    return " ".join(f"{value:.5f}" for value in (cosine, sine, -sine, cosine, *moved))


def pdf(
    sheets: Iterable[Sheet],
    *,
    labels: str = "",
    title: str = "",
    author: str = "",
    encrypted: bool = False,
    catalog: str = "",
    objects: Sequence[bytes] = (),
) -> bytes:
    """A whole PDF. ``labels`` is the inside of /Nums, such as ``0 << /S /r >> 4 << /S /D >>``.

    ``catalog`` goes into the catalogue as it is; ``objects`` are appended, numbered from 1000.
    """
    bodies: dict[int, bytes] = {}
    kids: list[int] = []
    number = 10
    for page in sheets:
        content = page.raw if page.raw is not None else _content(page.lines)
        bodies[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{page.box}] /Contents {number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {page.resources} >> {page.extra} >>"
        ).encode()
        bodies[number + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
        kids.append(number)
        number += 2 if number + 2 != 1000 else 1000
    tree = " ".join(f"{kid} 0 R" for kid in kids)
    label_tree = f"/PageLabels << /Nums [{labels}] >>" if labels else ""
    bodies[1] = f"<< /Type /Catalog /Pages 2 0 R {label_tree} {catalog} >>".encode()
    bodies[2] = f"<< /Type /Pages /Kids [{tree}] /Count {len(kids)} >>".encode()
    bodies[3] = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>"
    )
    bodies[4] = f"<< /Title ({_escaped(title)}) /Author ({_escaped(author)}) >>".encode("cp1252")
    for offset, body in enumerate(objects):
        bodies[1000 + offset] = body
    trailer = "/Root 1 0 R /Info 4 0 R"
    if encrypted:
        bodies[5] = (
            b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <" + b"41" * 32 + b"> "
            b"/U <" + b"42" * 32 + b"> >>"
        )
        trailer += " /Encrypt 5 0 R /ID [<" + "00" * 16 + "> <" + "00" * 16 + ">]"
    return assemble(bodies, trailer)


def outline(sheets: Sequence[Sheet], entries: Sequence[tuple[int, str, int]]) -> bytes:
    """A PDF with bookmarks: how deep each stands, its title, and the page of the file it leads to."""
    parents: list[int] = []
    above, children = {}, dict[int, list[int]]()
    for number, (level, _title, _page) in enumerate(entries, 1001):
        parents = parents[:level]
        above[number] = parents[-1] if parents else 1000
        children.setdefault(above[number], []).append(number)
        parents.append(number)
    after = dict(pair for beside in children.values() for pair in pairwise(beside))
    objects = [f"<< /Type /Outlines {_ends(children.get(1000, []))} >>".encode()]
    for number, (_level, title, page) in enumerate(entries, 1001):
        following = f"/Next {after[number]} 0 R" if number in after else ""
        objects.append(
            f"<< /Title ({title}) /Parent {above[number]} 0 R /Dest [{8 + 2 * page} 0 R /Fit] "
            f"{following} {_ends(children.get(number, []))} >>".encode()
        )
    return pdf(sheets, catalog="/Outlines 1000 0 R", objects=objects)


def _ends(children: Sequence[int]) -> str:
    return f"/First {children[0]} 0 R /Last {children[-1]} 0 R" if children else ""


def assemble(bodies: dict[int, bytes], trailer: str) -> bytes:
    """The objects, a cross-reference table and a trailer, with the offsets right."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: dict[int, int] = {}
    for number in sorted(bodies):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, bodies[number])
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in sorted(offsets.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += f"trailer\n<< /Size {max(bodies) + 1} {trailer} >>\n".encode()
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _content(lines: Iterable[Line]) -> bytes:
    parts = [
        f"BT /F1 {line.size} Tf 1 0 0 1 {line.x} {line.y} Tm ({_escaped(line.text)}) Tj ET"
        for line in lines
    ]
    return "\n".join(parts).encode("cp1252")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
