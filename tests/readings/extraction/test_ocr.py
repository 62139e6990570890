"""Text recognition: what holds for Tesseract, and for what stands in for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from tests.readings.extraction.makepdf import Sheet, open_book, pdf, scanned, sheet, two_columns
from tests.support import tesseract
from tests.support.tesseract import SEEN

from quaestio.readings.extraction import (
    Engine,
    Refused,
    extract,
    find_engine,
    recognise_page,
    render_page_png,
    render_straight_png,
    write_recognised,
)
from quaestio.readings.extraction.ocr import PageLimits

REAL = shutil.which("tesseract")
needs_tesseract = pytest.mark.skipif(not REAL, reason="no Tesseract on this machine")


@pytest.fixture(params=["stand-in", pytest.param("real", marks=needs_tesseract)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    path = REAL if request.param == "real" else str(tesseract.fake(tmp_path))
    found = find_engine(str(path))
    assert found is not None
    return found


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([sheet(SEEN), sheet(SEEN)])))
    return path


def recognised(path: Path, pages: list[int], engine: Engine) -> Path:
    seen = [(n, recognise_page(render_straight_png(path, n, 300)[0], engine, "eng")) for n in pages]
    target = path.with_suffix(".seen")
    write_recognised(seen, target)
    return target


def test_what_stands_on_the_picture_becomes_the_text_of_the_page(
    engine: Engine, scan: Path
) -> None:
    with pytest.raises(Refused) as refused:
        extract(scan)
    assert refused.value.code == "scan"
    found = extract(scan, recognised=recognised(scan, [1, 2], engine))
    assert [page.text for page in found.pages] == [SEEN, SEEN]
    assert "recognised from their pictures (OCR): 1–2." in found.warnings[0]


def test_a_page_that_was_not_recognised_stays_without_text_and_is_named(
    engine: Engine, scan: Path
) -> None:
    found = extract(scan, recognised=recognised(scan, [2], engine))
    assert [bool(page.text) for page in found.pages] == [False, True]
    assert any("1. Quotations from them cannot be checked" in one for one in found.warnings)


def test_english_is_known_and_what_only_finds_directions_is_no_language(engine: Engine) -> None:
    assert "eng" in engine.languages
    assert "osd" not in engine.languages
    with pytest.raises(ValueError, match="not a language"):
        recognise_page(b"", engine, "--user-words=/etc/passwd")


def test_a_page_that_fails_or_takes_too_long_is_given_up_with_a_sentence(
    tmp_path: Path, scan: Path
) -> None:
    picture = render_page_png(scan, 1, dpi=72)
    failing = find_engine(str(tesseract.broken(tmp_path)))
    assert failing is not None
    with pytest.raises(Refused, match="could not be recognised"):
        recognise_page(picture, failing, "eng")
    slow = find_engine(str(tesseract.fake(tmp_path)))
    assert slow is not None
    with pytest.raises(Refused, match="could not be recognised"):
        recognise_page(picture, slow, "eng", PageLimits(wall_seconds=0))


def test_without_the_program_there_is_no_engine(tmp_path: Path) -> None:
    assert find_engine(str(tmp_path / "tesseract")) is None
    assert find_engine("/bin/false") is None


LEAF = """It was in the spring of that year that the com-
mittee first met, in a room above the post office
whose windows would not open. Nobody had brought
a pencil. The secretary wrote with a burnt match
on the back of an envelope, and what he wrote was
lost when the stove was lit again in October."""


@needs_tesseract
def test_a_book_scanned_open_is_read_page_by_page_with_its_numbers(tmp_path: Path) -> None:
    assert REAL
    engine = find_engine(REAL)
    assert engine is not None
    leaves = [sheet(f"Leaf {n} of the committee.\n{LEAF}", foot=str(n)) for n in range(42, 46)]
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([open_book(*leaves[:2]), open_book(*leaves[2:])])))
    found = extract(path, recognised=recognised(path, [1, 2], engine))
    assert [(page.label, page.side) for page in found.pages] == [
        ("42", "left"), ("43", "right"), ("44", "left"), ("45", "right"),
    ]  # fmt: skip
    assert "the committee first met, in a room above" in found.pages[2].text


# -- Pages that lie askew -----------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [-6.0, -3.0, -1.0, 0.0, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("columns", [1, 2])
def test_a_page_that_lies_askew_is_straightened(
    tmp_path: Path, degrees: float, columns: int
) -> None:
    lines = LEAF.split("\n") * 4
    page = sheet("\n".join(lines)) if columns == 1 else two_columns(lines, lines)
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([page]), turned=degrees))
    _png, turned = render_straight_png(path, 1, 100)
    assert abs(turned - degrees) < 0.25


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_a_page_that_lies_on_its_side_is_straightened_too(tmp_path: Path, degrees: float) -> None:
    path = tmp_path / "scan.pdf"
    page = sheet("\n".join(LEAF.split("\n") * 4))
    page.extra = "/Rotate 90"
    path.write_bytes(scanned(pdf([page]), turned=degrees))
    _png, turned = render_straight_png(path, 1, 100)
    assert abs(turned - degrees) < 0.25


def test_a_scan_that_tells_no_resolution_is_straightened_like_any_other(tmp_path: Path) -> None:
    path, large = tmp_path / "scan.pdf", tmp_path / "large.pdf"
    page = sheet("\n".join(LEAF.split("\n") * 4))
    path.write_bytes(scanned(pdf([page]), turned=2.0))
    enlarge(path, large, 20)  # four and a half metres wide
    _png, turned = render_straight_png(large, 1, 100)
    assert abs(turned - 2.0) < 0.25


def enlarge(path: Path, to: Path, times: int) -> None:
    """The same page, so many times as wide and as high."""
    document = pdfium.PdfDocument(path)
    page = document[0]
    for one in page.get_objects():
        one.set_matrix(one.get_matrix().scale(times, times))
    width, height = page.get_size()
    page.set_mediabox(0, 0, width * times, height * times)
    page.gen_content()
    document.save(to)
    document.close()


@pytest.mark.parametrize("page", [sheet(""), sheet("A title")], ids=["nothing", "two words"])
def test_what_has_no_lines_stays_as_it_lies(tmp_path: Path, page: Sheet) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([page]), turned=3))
    assert render_straight_png(path, 1, 100)[1] == 0


@pytest.mark.parametrize("box", ["0 0 612 792", "0 0 792 612"], ids=["upright", "across"])
@pytest.mark.parametrize("rotate", [0, 90])
def test_a_straight_page_is_drawn_as_ever(tmp_path: Path, box: str, rotate: int) -> None:
    path = tmp_path / "a.pdf"
    page = sheet(LEAF)
    page.box, page.extra = box, f"/Rotate {rotate}"
    path.write_bytes(pdf([page]))
    straight, turned = render_straight_png(path, 1, 72)
    assert turned == 0
    assert straight[16:24] == render_page_png(path, 1, dpi=72)[16:24]  # width and height


@needs_tesseract
@pytest.mark.parametrize("degrees", [-3.0, 4.0])
def test_the_text_of_a_page_askew_is_as_good_as_that_of_a_straight_one(
    tmp_path: Path, degrees: float
) -> None:
    engine = find_engine(str(REAL))
    assert engine is not None
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(pdf([sheet(f"{LEAF}\n{LEAF}")]), turned=degrees))
    (page,) = extract(path, recognised=recognised(path, [1], engine)).pages
    whole = " ".join(LEAF.replace("com-\nmittee", "committee").split())
    assert " ".join(page.text.split()) == f"{whole} {whole}"
