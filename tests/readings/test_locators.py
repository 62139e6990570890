from __future__ import annotations

from pathlib import Path

import pytest
from tests.readings.extraction.makezip import epub

from quaestio.readings.extraction import extract
from quaestio.readings.extraction.chapters import chapter_numbers
from quaestio.readings.locators import (
    Correction,
    asked_chapter,
    called,
    corrected,
    holds,
    paragraph_at,
)

PLACES = {
    ("page", "42", 3): "p. 42",
    ("page", "42–43", 3): "pp. 42–43",
    ("page", "xiv", 3): "p. xiv",
    ("page", "", 3): "[3]",
    ("paragraph", "12", 3): "¶ 12",
    ("paragraph", "12–19", 3): "¶¶ 12–19",
    ("paragraph", "", 3): "[3]",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_called_as_it_is_cited(place: tuple[str, str, int]) -> None:
    assert called(*place) == PLACES[place]


def test_the_paragraph_of_a_place_is_found_by_counting_the_gaps_before_it() -> None:
    text = "A heading\n\nOne.\n\nTwo."
    assert paragraph_at(text, [0, 7, 8], text.index("One")) == 7
    assert paragraph_at(text, [0, 7, 8], text.index("Two")) == 8
    assert paragraph_at(text, [0, 7, 8], 0) == 0
    assert paragraph_at(text, [], 5) == 0


HELD = {
    ("page", "42", "42"): True,
    ("page", "xiv", "XIV"): True,
    ("page", "42", "¶ 42"): False,
    ("page", "", ""): False,
    ("paragraph", "12–19", "15"): True,
    ("paragraph", "12–19", "¶ 19"): True,
    ("paragraph", "12–19", "par. 20"): False,
    ("paragraph", "12", "12"): True,
    ("paragraph", "", "12"): False,
    ("paragraph", "12–19", "9" * 30): False,
    ("paragraph", "12–19", "12–19"): True,
    ("page", "41", "41-42"): True,
    ("page", "42", "41-42"): False,
    ("page", "41–42", "42"): True,
    ("page", "A-9", "A-9"): True,
    ("page", "9", "A-9"): False,
}


@pytest.mark.parametrize("case", HELD)
def test_a_page_is_found_by_its_number_and_a_part_by_any_of_its_paragraphs(
    case: tuple[str, str, str],
) -> None:
    assert holds(*case) is HELD[case]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("ch. 3", "3"),
        ("Chapter IV", "4"),
        ("chap 2", "2"),
        ("chapters", ""),
        ("3", ""),
        ("ch. x1", ""),
    ],
)
def test_a_chapter_can_be_asked_for(wanted: str, number: str) -> None:
    assert asked_chapter(wanted) == number


CORRECTED = {
    "nothing to correct": ([], ["", "1", "2", "3"]),
    "from a page on": ([(2, "41", True)], ["", "41", "42", "43"]),
    "one page alone": ([(3, "2a", False)], ["", "1", "2a", "3"]),
    "one page alone inside a count": ([(2, "41", True), (3, "plate", False)], ["", "41", "plate", "43"]),
    "two counts, the second from its page": ([(1, "xi", True), (3, "1", True)], ["xi", "xii", "1", "2"]),
    "with something in front": ([(1, "A-9", True)], ["A-9", "A-10", "A-11", "A-12"]),
    "no number from here on": ([(3, "", True)], ["", "1", "", ""]),
    "a word that cannot count": ([(1, "cover", True)], ["cover", "1", "2", "3"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CORRECTED)
def test_corrections_count_on_up_to_the_next(case: str) -> None:
    said, labels = CORRECTED[case]
    found = ["", "1", "2", "3"]
    assert corrected(found, [Correction(*one) for one in said]) == labels


CHAPTERS = {
    ("Chapter 3", "The Frost"): ["3", ""],
    ("Chapter Three: The Thaw", "4. Method"): ["3", ""],
    ("1. Beginnings", "II. The Middle", "Appendix"): ["1", "2", ""],
    ("Глава 5", "Kapitel IV"): ["5", "4"],
    ("1984 was a bad year", "Introduction", "I said so"): ["", "", ""],
    ("XII", "7"): ["12", "7"],
}


@pytest.mark.parametrize("headings", CHAPTERS)
def test_a_heading_that_says_its_number_begins_a_chapter(headings: tuple[str, ...]) -> None:
    assert chapter_numbers(headings) == CHAPTERS[headings]


def test_a_book_without_page_numbers_has_paragraphs_and_chapters(tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(
        epub(
            [
                "<h1>Chapter 1</h1><p>First.</p><p>Second.</p>",
                "<h1>Chapter Two</h1><p>Third.</p>",
            ]
        )
    )
    pages = extract(path).pages
    assert [(page.kind, page.label, page.chapter) for page in pages] == [
        ("paragraph", "1–2", "1"),
        ("paragraph", "3", "2"),
    ]
    assert [page.paragraphs for page in pages] == [(0, 1, 2), (0, 3)]
    assert pages[1].heading == "Chapter Two"
