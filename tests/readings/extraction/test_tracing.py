"""From the text a reader sees back to the place on the page."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import Line, Sheet, pdf, scanned, sheet

from quaestio.readings.extraction import Seen, extract, render_page_png, write_seen

TEXT = """It is known that the com-
mittee met in a room above the post office
and that nobody had brought a pencil."""


def rows_marked(png: bytes) -> set[int]:
    """The rows of the picture on which something is marked: less blue than red."""
    width, height = struct.unpack(">II", png[16:24])
    channels = {0: 1, 2: 3, 6: 4}[png[25]]
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    pixels = zlib.decompress(data)
    stride = width * channels + 1
    found = set()
    for row in range(height):
        line = pixels[row * stride + 1 : (row + 1) * stride]
        if any(line[n] > line[n + 2] for n in range(0, len(line), channels)):
            found.add(row)
    return found


def marked(tmp_path: Path, page: Sheet, words: str) -> list[float]:
    """The middles of the marked stripes, in points from the top."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([page]))
    rows = sorted(rows_marked(render_page_png(path, 1, 612, mark=words)))
    stripes: list[list[int]] = []
    for row in rows:
        if stripes and row - stripes[-1][-1] == 1:
            stripes[-1].append(row)
        else:
            stripes.append([row])
    return [sum(stripe) / len(stripe) for stripe in stripes]


def test_words_divided_at_a_line_end_are_marked_on_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "b.pdf"
    path.write_bytes(pdf([sheet(TEXT)]))
    text = extract(path).pages[0].text
    words = text[text.index("committee") : text.index(" met")]
    assert words == "committee"
    rows = rows_marked(render_page_png(path, 1, 612, mark=words))
    # Two lines of twelve points, fourteen apart, the upper one 92 from the top.
    assert min(rows) < 90
    assert max(rows) > 102


def test_a_footnote_mark_that_was_left_out_is_passed_over(tmp_path: Path) -> None:
    page = Sheet(
        [
            Line("They had been told to wait", 72, 700, 12),
            Line("3", 214, 705, 7),
            Line("until the spring.", 222, 700, 12),
        ]
    )
    (stripe,) = marked(tmp_path, page, "told to wait until the spring")
    assert 80 < stripe < 104


@pytest.mark.parametrize("words", ["words that stand nowhere", "", "…", "(" * 9000])
def test_what_is_not_there_marks_nothing(tmp_path: Path, words: str) -> None:
    assert marked(tmp_path, sheet(TEXT), words) == []


def test_a_sheet_that_lies_on_its_side_is_marked_as_it_is_seen(tmp_path: Path) -> None:
    page = sheet(TEXT)
    page.extra = "/Rotate 90"
    stripes = marked(tmp_path, page, "post office")
    assert stripes


WORD = "<span class='ocrx_word' title='bbox {box}; x_wconf 90'>{text}</span> "


def seen_on(path: Path, turned: float) -> Path:
    """Two words on one line at the left and the right of a straightened page of 612 by 792."""
    words = WORD.format(box="72 90 130 102", text="com-") + WORD.format(
        box="480 90 540 102", text="mittee"
    )
    hocr = f"<html><body><div class='ocr_page' title='bbox 0 0 612 792'>{words}</div></body></html>"
    write_seen(Seen(hocr, turned), path)
    return path


@pytest.mark.parametrize("turned", [0.0, 4.0, -4.0])
def test_words_that_were_recognised_are_marked_where_they_lie_on_the_page(
    tmp_path: Path, turned: float
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([sheet(TEXT)]), turned=turned))
    seen = seen_on(tmp_path / "1.seen", turned)
    rows = rows_marked(render_page_png(path, 1, 612, mark="committee", seen=seen))
    sine = math.sin(math.radians(turned))
    # Lines that rise to the right lie lower on the left, about the middle of the page.
    middles = [
        96 + (306 - x) * sine + 300 * (1 - math.cos(math.radians(turned))) for x in (101, 510)
    ]
    assert abs(min(rows) - (min(middles) - 6)) <= 2
    assert abs(max(rows) - (max(middles) + 6)) <= 2


def test_damaged_notes_of_what_was_seen_mark_nothing(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([sheet(TEXT)])))
    write_seen(Seen("<html><body>no page"), tmp_path / "1.seen")
    assert not rows_marked(render_page_png(path, 1, 612, mark="met", seen=tmp_path / "1.seen"))
