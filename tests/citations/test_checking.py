"""A course's readings and a text: what the site makes of its quotations."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.citations.checking import Checked, read_source
from quaestio.courses.models import Course
from quaestio.readings import actions
from quaestio.readings.extraction import Extracted, ExtractedPage
from quaestio.readings.models import Document, Reading

pytestmark = pytest.mark.django_db

PAGES = (
    "The delegates had not been told why the evening session was closed to the guests.",
    "When the lights came up nobody applauded, and nobody asked for the floor that night.",
    "The booklet was numbered, and it had to be given back before the spring was over.",
)


def reading(
    course: Course, author: str = "Jones, Polly", pages: tuple[str, ...] = PAGES
) -> Reading:
    """A reading whose document has been read, its pages labelled from 41."""
    made = cast.reading(course, f"A book by {author}", author=author)
    document = Document.objects.create(reading=made, name="book.txt", size=1)
    actions.keep_pages(
        document,
        Extracted(
            "text/plain",
            "",
            "",
            tuple(
                ExtractedPage(number, str(40 + number), text)
                for number, text in enumerate(pages, start=1)
            ),
            (),
        ),
    )
    return made


def verdicts(course: Course, text: str) -> list[str]:
    return [one.verdict for one in read_source(course, f"<p>{text}</p>").quotations]


def one(course: Course, text: str) -> Checked:
    (found,) = read_source(course, f"<p>{text}</p>").quotations
    return found


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("“nobody applauded, and nobody asked for the floor” (Jones 42)", "verbatim"),
        ("“nobody applauded … and nobody asked for the floor” (Jones 42)", "edited"),
        ("“everybody applauded, and nobody asked for the floor” (Jones 42)", "altered"),
        ("“nobody applauded, and nobody asked for the floor” (Jones 43)", "misplaced"),
        ("“nobody applauded, and nobody asked for the floor” (Smith 42)", "elsewhere"),
        ("“the orchestra played until the small hours of the morning” (Jones 42)", "not_found"),
    ],
)
def test_each_verdict_is_reached(text: str, verdict: str) -> None:
    anna = cast.instructor()
    reading(anna.course)
    reading(anna.course, "Smith, Ada", ("An entirely different book about the price of bread.",))
    assert verdicts(anna.course, f"She writes {text}.") == [verdict]


def test_the_passage_is_where_the_finding_says() -> None:
    anna = cast.instructor()
    book = reading(anna.course)
    found = one(anna.course, "“nobody applauded, and nobody asked for the floor” (Jones 42)")
    page = book.documents.get().pages.get(number=found.page_number)
    assert (found.page_number, found.page_label) == (2, "42")
    assert page.text[found.page_start : found.page_end] == (
        "nobody applauded, and nobody asked for the floor"
    )


def test_the_difference_is_shown_from_the_readings_side() -> None:
    anna = cast.instructor()
    reading(anna.course)
    found = one(anna.course, "“everybody applauded, and nobody asked for the floor” (Jones 42)")
    kinds = [kind for kind, _text in found.detail["passage"]]
    assert kinds[:2] == ["dropped", "written"]
    assert found.detail["passage"][0][1] == "nobody"
    assert found.detail["passage"][1][1] == "everybody"
    assert found.detail["sentence"]


def test_words_that_quote_nobody_are_left_in_peace() -> None:
    anna = cast.instructor()
    reading(anna.course)
    assert verdicts(anna.course, "The so-called “thaw” was cold.") == []


def test_another_courses_readings_are_never_searched() -> None:
    anna, berta = cast.instructor(), cast.instructor()
    reading(berta.course)
    text = "“nobody applauded, and nobody asked for the floor” (Jones 42)"
    assert verdicts(anna.course, text) == ["not_found"]


def test_a_reading_taken_out_is_no_longer_searched() -> None:
    anna = cast.instructor()
    book = reading(anna.course)
    text = "“nobody applauded, and nobody asked for the floor” (Jones 42)"
    assert verdicts(anna.course, text) == ["verbatim"]
    actions.remove_reading(reading=book)
    assert verdicts(anna.course, text) == ["not_found"]


def test_a_damaged_index_is_made_again_from_the_pages() -> None:
    anna = cast.instructor()
    reading(anna.course)
    text = "“nobody applauded, and nobody asked for the floor” (Jones 42)"
    assert verdicts(anna.course, text) == ["verbatim"]
    files = list((Path(settings.INDEX_ROOT) / anna.course.public_id).glob("*.reading"))
    assert files
    for file in files:
        half = file.read_bytes()[: file.stat().st_size // 2]
        file.unlink()
        file.write_bytes(half)
    assert verdicts(anna.course, text) == ["verbatim"]


def test_checking_costs_the_same_queries_for_one_quotation_and_for_many() -> None:
    anna = cast.instructor()
    reading(anna.course)
    reading(anna.course, "Smith, Ada", ("An entirely different book about the price of bread.",))

    def cost(text: str) -> int:
        read_source(anna.course, text)
        with CaptureQueriesContext(connection) as queries:
            read_source(anna.course, text)
        return len(queries)

    single = "<p>“nobody applauded, and nobody asked for the floor” (Jones 42)</p>"
    other = "<p>“different book about the price of bread” (Smith 41)</p>"
    assert cost(single) == cost(single * 5 + other * 5) <= 5


def test_readings_that_could_not_be_searched_are_named() -> None:
    anna = cast.instructor()
    reading(anna.course)
    cast.reading(anna.course, "Ledgers of Return", author="Wendt, Casimir")
    found = one(
        anna.course, "“the orchestra played until the small hours of the morning” (Jones 42)"
    )
    assert found.verdict == "not_found"
    assert "Wendt, Casimir, Ledgers of Return" in found.detail["sentence"]
