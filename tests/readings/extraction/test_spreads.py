"""A book scanned open: two printed pages on one sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import Line, Sheet, open_book, pdf, sheet

from quaestio.readings.extraction import Extracted, extract
from quaestio.readings.extraction.spreads import two_labels

TEXT = """The committee met in spring in a room above the
post office, where nobody had brought a pencil.
The secretary wrote with a burnt match on the back
of an envelope, and what he wrote was lost again.
The chairman spoke for an hour and said that all
had been decided long ago, in another room."""


def page(number: int, *, numbered: bool = True) -> Sheet:
    return sheet(
        f"This is leaf {number * 7} of them.\n{TEXT}", foot=str(number) if numbered else ""
    )


def read(path: Path, sheets: list[Sheet], **options: str) -> Extracted:
    file = path / "book.pdf"
    labels = options.pop("labels", "")
    file.write_bytes(pdf(sheets, labels=labels))
    return extract(file, **options)  # type: ignore[arg-type]


def test_each_half_becomes_a_page_with_its_number(tmp_path: Path) -> None:
    found = read(tmp_path, [open_book(page(n), page(n + 1)) for n in (42, 44, 46)])
    assert [(one.label, one.sheet, one.side) for one in found.pages] == [
        ("42", 1, "left"), ("43", 1, "right"), ("44", 2, "left"),
        ("45", 2, "right"), ("46", 3, "left"), ("47", 3, "right"),
    ]  # fmt: skip
    assert "leaf 301" in found.pages[1].text
    assert "leaf 294" not in found.pages[1].text
    assert found.labels_from == "printed"


def test_a_single_cover_before_them_stays_whole(tmp_path: Path) -> None:
    cover = Sheet([Line("The Committee", 200, 500, 24)])
    sheets = [cover, *(open_book(page(n), page(n + 1)) for n in range(42, 52, 2))]
    found = read(tmp_path, sheets)
    assert [one.sheet for one in found.pages[:4]] == [1, 2, 2, 3]
    assert [one.label for one in found.pages[1:3]] == ["42", "43"]


def test_a_sheet_whose_label_names_two_pages_gives_one_to_each(tmp_path: Path) -> None:
    labels = " ".join(f"{n} << /P (4{2 * n}-4{2 * n + 1}) >>" for n in range(3))
    sheets = [open_book(page(n), page(n + 1)) for n in (1, 3, 5)]
    found = read(tmp_path, sheets, labels=labels)
    assert [one.label for one in found.pages] == ["40", "41", "42", "43", "44", "45"]
    assert found.labels_from == "carried"


def test_the_first_number_the_teacher_gives_is_that_of_the_first_half(tmp_path: Path) -> None:
    long = "\n".join(f"Line {n} of a page that says nothing at all, at length." for n in range(18))
    bare = [open_book(sheet(long), sheet(long)) for _ in range(3)]
    found = read(tmp_path, bare, first_label="112")
    assert [one.label for one in found.pages] == [str(n) for n in range(112, 118)]


def test_slides_with_two_columns_stay_whole(tmp_path: Path) -> None:
    slides = [
        Sheet(
            [
                Line(f"Where slide {n} comes from", 72, 480, 30),
                *(Line(f"point {row} of it", 72, 400 - 40 * row, 20) for row in range(5)),
                *(Line(f"and {row} against", 420, 400 - 40 * row, 20) for row in range(5)),
            ],
            box="0 0 720 540",
        )
        for n in range(4)
    ]
    assert [one.side for one in read(tmp_path, slides).pages] == [""] * 4


@pytest.mark.parametrize(
    ("label", "two"),
    [("42–43", ("42", "43")), ("xii-xiii", ("xii", "xiii")), ("42", ("", "")), ("A-12", ("", ""))],
)
def test_a_label_of_two_numbers_is_told_from_others(label: str, two: tuple[str, str]) -> None:
    assert two_labels(label) == two
