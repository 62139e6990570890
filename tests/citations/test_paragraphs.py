"""Quotations from readings without pages: their paragraphs are what is cited, and checked."""

from __future__ import annotations

import pytest
from tests.support import cast

from quaestio.citations.checking import Checked, check_source
from quaestio.courses.models import Course
from quaestio.readings import actions
from quaestio.readings.extraction import Extracted, ExtractedPage
from quaestio.readings.models import Document

pytestmark = pytest.mark.django_db

PARTS = (
    "Mud\n\nThe winter ended in a single afternoon and nobody noticed it.\n\nThere was a second one.",
    "After that the snow came back, as it does in those parts of the country.",
)


@pytest.fixture
def course() -> Course:
    made = cast.instructor().course
    reading = cast.reading(made, "Thaw Is a Word for Mud", author="Rosalind Teague")
    document = Document.objects.create(reading=reading, name="mud.html", size=1)
    pages = (
        ExtractedPage(1, "1–2", PARTS[0], "Mud", (0, 1, 2), kind="paragraph"),
        ExtractedPage(2, "3", PARTS[1], "Mud", (3,), kind="paragraph"),
    )
    actions.keep_pages(document, Extracted("text/html", "", "", pages))
    return made


def checked(course: Course, citation: str) -> Checked:
    text = f"She says that “the winter ended in a single afternoon and nobody noticed” {citation}."
    (found,) = check_source(course, f"<p>{text}</p>")
    return found


@pytest.mark.parametrize(
    "citation",
    [
        "(Teague, par. 1)",
        "(Teague ¶ 1)",
        "(Teague, paras. 1–2)",
        "(Teague)",
        # A page is one of the printed book, which nobody here has.
        "(Teague 42)",
        "(Teague, p. 42)",
    ],
)
def test_a_quotation_is_right_where_its_paragraph_is_or_none_is_named(
    course: Course, citation: str
) -> None:
    found = checked(course, citation)
    assert (found.verdict, found.page_label) == ("verbatim", "¶ 1")


@pytest.mark.parametrize("citation", ["(Teague, par. 3)", "(Teague, ¶¶ 2–3)", "(Teague, para. 12)"])
def test_another_paragraph_than_the_one_cited_is_told(course: Course, citation: str) -> None:
    found = checked(course, citation)
    assert found.verdict == "misplaced"
    assert found.detail["sentence"] == "It stands in paragraph 1, not in the one cited."
