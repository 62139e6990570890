"""The chapters of a PDF, from its outline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import Line, Sheet, open_book, outline, pdf, sheet
from tests.readings.extraction.test_spreads import page as leaf

from quaestio.readings.extraction import Extracted, extract
from quaestio.readings.extraction.types import Heading

Entries = Sequence[tuple[int, str, int]]

PAGES = (
    "Thaw Is a Word for Mud",
    "Chapter 1\n\n\nFrost\n\n\nThe pipes had burst in every\nhouse along the northern\nroad to the sea.",
    "Nobody came to mend them\nbefore the spring was there.",
    "It was the end of the frost\nand the middle\nof the thaw.\n\n\n"
    "Chapter 2: Mud\n\n\nThe winter ended in a single\nafternoon and nobody\nsaw it.",
    "The last of the witnesses\ndied before anybody asked.",
)
CHAPTERS: Entries = (
    (0, "Chapter 1 Frost", 2),
    (0, "Chapter 2: Mud", 4),
    (0, "Notes", 5),
)


def read(folder: Path, sheets: Sequence[Sheet], entries: Entries) -> Extracted:
    path = folder / "book.pdf"
    path.write_bytes(outline(sheets, entries))
    return extract(path)


def sheets(*texts: str) -> list[Sheet]:
    return [sheet(text) for text in texts or PAGES]


def many(number: int) -> list[Sheet]:
    return [sheet(f"Words of page {n} that are like no others.") for n in range(1, number + 1)]


def test_the_contents_lead_to_the_pages_on_which_chapters_begin(tmp_path: Path) -> None:
    found = read(tmp_path, sheets(), CHAPTERS)
    assert found.contents == tuple(Heading(*one) for one in CHAPTERS)
    assert [page.heading for page in found.pages] == [
        "",
        "Chapter 1 Frost",
        "Chapter 1 Frost",
        "Chapter 1 Frost",
        "Notes",
    ]
    assert [page.chapter for page in found.pages] == ["", "1", "1", "2", ""]


def test_where_the_title_stands_in_the_text_the_chapter_begins(tmp_path: Path) -> None:
    found = read(tmp_path, sheets(), CHAPTERS)
    assert [[chapter for chapter, _section in page.parts] for page in found.pages] == [
        [],
        ["1", "1", "1"],
        ["1"],
        ["1", "2", "2"],
        [],
    ]


def test_where_the_title_stands_nowhere_its_page_is_of_no_chapter(tmp_path: Path) -> None:
    found = read(tmp_path, sheets(*PAGES[:3], "Something else.", "More."), CHAPTERS[:2])
    assert [page.parts for page in found.pages[3:]] == [(), (("2", ""),)]
    assert found.pages[3].heading == "Chapter 2: Mud"


def test_numbers_without_the_word_are_chapters_of_a_book_and_sections_of_an_article(
    tmp_path: Path,
) -> None:
    entries = ((0, "1. Frost", 1), (0, "2. Mud", 3), (1, "2.1 Drains", 4))
    book, article = (read(tmp_path, many(number), entries) for number in (100, 5))
    assert [page.parts for page in book.pages[1:5]] == [
        (("1", ""),),
        (),
        (("2", ""),),
        (("2", "2.1"),),
    ]
    assert [page.parts for page in article.pages[1:5]] == [
        (("", "1"),),
        (),
        (),
        (("", "2.1"),),
    ]


@pytest.mark.parametrize(
    ("entries", "chapters"),
    [
        # Parts with chapters counted through, where the parts are not counted.
        (((0, "Ice", 1), (1, "1. A", 3), (0, "Water", 5), (1, "2. B", 7)), ["", "1", "", "2"]),
        # Sections that begin anew in each chapter.
        (((0, "1. A", 1), (1, "1. x", 3), (0, "2. B", 5), (1, "1. y", 7)), ["1", "1", "2", "2"]),
        # Both are counted through: nobody knows which is meant by chapter 2.
        (((0, "I. A", 1), (1, "1. x", 3), (0, "II. B", 5), (1, "2. y", 7)), ["", "", "", ""]),
        # What has no number is in no chapter.
        (((0, "1. A", 1), (0, "2. B", 3), (0, "Afterword", 5)), ["1", "2", "", ""]),
    ],
)
def test_what_is_doubtful_stays_open(tmp_path: Path, entries: Entries, chapters: list[str]) -> None:
    found = read(tmp_path, many(100), entries)
    told = [page.parts[0][0] if page.parts else "" for page in found.pages]
    assert [told[at] for at in (1, 3, 5, 7)] == chapters


def test_an_outline_that_only_counts_the_pages_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, many(8), [(0, f"Page {n}", n) for n in range(1, 9)]).contents == ()
    assert read(tmp_path, many(8), [(0, f"{n}", n) for n in range(1, 9)]).contents == ()
    assert read(tmp_path, many(2), [(0, "scan_7.pdf", 1), (0, "scan_8.pdf", 2)]).contents == ()
    assert read(tmp_path, many(2), [(0, "The whole book", 1)]).contents == ()


def test_of_two_pages_on_a_sheet_the_one_with_the_title_is_meant(tmp_path: Path) -> None:
    spreads = []
    for n in (1, 2, 3):
        right = leaf(2 * n + 41)
        right.lines.insert(0, Line(f"Chapter {n}", 72, 740, 14))
        spreads.append(open_book(leaf(2 * n + 40), right))
    found = read(tmp_path, spreads, [(0, f"Chapter {n}", n) for n in (1, 2, 3)])
    assert [one.number for one in found.contents] == [2, 4, 6]
    assert [page.chapter for page in found.pages] == ["", "1", "1", "2", "2", "3"]


# -- Hostile ones -------------------------------------------------------------------------------


def test_an_outline_that_leads_back_into_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "loop.pdf"
    loop = [
        b"<< /Type /Outlines /First 1001 0 R /Last 1002 0 R >>",
        b"<< /Title (One) /Parent 1000 0 R /Dest [10 0 R /Fit] /Next 1002 0 R /First 1001 0 R >>",
        b"<< /Title (Two) /Parent 1000 0 R /Dest [12 0 R /Fit] /Next 1001 0 R /First 1000 0 R >>",
    ]
    path.write_bytes(pdf(sheets("One.", "Two."), catalog="/Outlines 1000 0 R", objects=loop))
    assert [page.text for page in extract(path).pages] == ["One.", "Two."]


def test_one_without_end_and_one_without_a_bottom_are_left_alone(tmp_path: Path) -> None:
    wide = read(tmp_path, sheets(), [(0, f"Entry {n} of far too many", 1) for n in range(3_000)])
    assert wide.contents == ()
    deep = read(tmp_path, sheets(), [(n, f"Level {n}", 2) for n in range(400)])
    assert [one.level for one in deep.contents] == [0, 1, 2, 3, 4]


def test_titles_of_any_length_and_pages_that_are_none_do_no_harm(tmp_path: Path) -> None:
    entries = [(0, "A" * 50_000, 1), (0, "B\\000\\377", 2), (0, "Nowhere", 99), (0, "", 1)]
    found = read(tmp_path, sheets(), entries)
    assert all(0 < len(one.title) <= 300 for one in found.contents)
    assert "Nowhere" not in [one.title for one in found.contents]
