"""Quotations from readings without pages: their paragraphs, sections and chapters are cited."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readings.extraction.makezip import epub
from tests.support import cast

from quaestio.citations.checking import Checked, read_source
from quaestio.courses.models import Course
from quaestio.readings import actions
from quaestio.readings.extraction import Extracted, ExtractedPage, extract
from quaestio.readings.models import Document
from quaestio.web.richtext import flatten

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
    (found,) = read_source(course, f"<p>{text}</p>").quotations
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


def test_a_paragraph_alone_is_checked_in_the_reading_just_named(course: Course) -> None:
    words = "the winter ended in a single afternoon and nobody noticed"
    for told, verdict in (("¶ 1", "verbatim"), ("par. 3", "misplaced")):
        (found,) = read_source(course, f"<p>Teague writes that “{words}” ({told}).</p>").quotations
        assert (found.verdict, found.citation) == (verdict, f"({told})")


def test_the_right_paragraph_is_offered(course: Course) -> None:
    found = checked(course, "(Teague, paragraphs 2–3)")
    (mend,) = found.mends
    assert (mend.kind, mend.shown) == ("paragraph", "1")
    text = f"<p>She says that “{found.text.strip('“”')}” (Teague, paragraphs 2–3).</p>"
    edit = mend.edits[0]
    assert flatten(text).text[edit.start : edit.end] == "2–3"


# -- Chapters and sections ----------------------------------------------------------------------

BOOK = (
    ("Chapter 1. Frost", "The pipes had burst in every house along the northern road."),
    ("Chapter 2. Mud", "The winter ended in a single afternoon and nobody noticed it."),
    ("Chapter 3. Dust", "The pipes had burst in every house along the northern road."),
    ("Notes", "The last of the witnesses died before anybody thought of asking her."),
)


@pytest.fixture
def book(tmp_path: Path) -> Course:
    return course_with(
        tmp_path, epub([f"<h1>{heading}</h1><p>{text}</p>" for heading, text in BOOK])
    )


@pytest.fixture
def article(tmp_path: Path) -> Course:
    body = "".join(
        f"<h2>{heading}</h2><p>{text}</p>"
        for heading, text in (
            ("1. Frost", "The pipes had burst in every house along the northern road."),
            ("2.1 Mud", "The winter ended in a single afternoon and nobody noticed it."),
            ("Conclusion", "The last of the witnesses died before anybody thought of asking."),
        )
    )
    return course_with(tmp_path, f"<html><body><article>{body}</article></body></html>".encode())


def course_with(folder: Path, file: bytes) -> Course:
    made = cast.instructor().course
    reading = cast.reading(made, "Thaw Is a Word for Mud", author="Rosalind Teague")
    path = folder / "file"
    path.write_bytes(file)
    actions.keep_pages(Document.objects.create(reading=reading, name="mud", size=1), extract(path))
    return made


@pytest.mark.parametrize(
    "citation",
    [
        "Teague, ch. 2",
        "Teague, Chapter II",
        "chapter two",
        "Teague, chs. 1-2",
        "Teague, ch. 2, ¶ 9",
    ],
)
def test_a_quotation_is_right_in_the_chapter_cited(book: Course, citation: str) -> None:
    assert checked(book, f"({citation})").verdict == "verbatim"


def test_another_chapter_than_the_one_cited_is_told_and_the_right_one_offered(
    book: Course,
) -> None:
    found = checked(book, "(Teague, ch. 3)")
    assert found.verdict == "misplaced"
    assert found.detail["sentence"] == "It stands in chapter 2, not in the one cited."
    assert [(mend.kind, mend.shown) for mend in found.mends] == [("chapter", "2")]


def test_of_two_places_the_one_in_the_chapter_cited_is_meant(book: Course) -> None:
    for chapter, page in ((1, 1), (3, 3)):
        words = "The pipes had burst in every house along the northern road"
        (found,) = read_source(book, f"<p>“{words}” (Teague, ch. {chapter}).</p>").quotations
        assert (found.verdict, found.page_number) == ("verbatim", page)


def test_a_reader_can_jump_to_a_chapter(book: Course) -> None:
    reading = book.readings.get()
    client = cast.sign_in(cast.student(book))
    for asked, page in (("ch. 3", 3), ("Chapter II", 2), ("2", 2)):
        answer = client.get(f"/r/{reading.public_id}/go", {"label": asked})
        assert answer["Location"] == f"/r/{reading.public_id}/p/{page}"
    shown = client.get(f"/r/{reading.public_id}/p/3").content.decode()
    assert '<p class="folio-no">ch. 3</p>' in shown


def test_and_to_a_section_which_stands_above_the_text(article: Course) -> None:
    reading = article.readings.get()
    client = cast.sign_in(cast.student(article))
    for asked in ("§ 2.1", "Section 1", "sec. 1"):
        answer = client.get(f"/r/{reading.public_id}/go", {"label": asked})
        assert answer["Location"] == f"/r/{reading.public_id}/p/1"
    shown = client.get(answer["Location"]).content.decode()
    assert '<p class="folio-no">§ 1</p>' in shown
    answer = client.get(f"/r/{reading.public_id}/go", {"label": "§ 9"}, follow=True)
    assert "No page is numbered" in answer.content.decode()


def test_what_stands_in_no_chapter_is_not_held_against_one(book: Course) -> None:
    words = "The last of the witnesses died before anybody thought of asking her"
    (found,) = read_source(book, f"<p>“{words}” (Teague, ch. 3).</p>").quotations
    assert found.verdict == "verbatim"


@pytest.mark.parametrize(
    ("citation", "verdict"),
    [
        ("§ 2.1", "verbatim"),
        ("§ 2", "verbatim"),
        ("sec. 2.1", "verbatim"),
        ("§§ 1–2", "verbatim"),
        ("§ 1", "misplaced"),
        ("section 3", "misplaced"),
        # An article may be a chapter of a book, and then has the numbers of its own sections.
        ("ch. 7", "verbatim"),
    ],
)
def test_sections_are_checked_where_headings_number_them(
    article: Course, citation: str, verdict: str
) -> None:
    assert checked(article, f"(Teague, {citation})").verdict == verdict


def test_a_heading_without_a_number_leaves_open_in_which_section_it_is(article: Course) -> None:
    words = "The last of the witnesses died before anybody thought of asking"
    (found,) = read_source(article, f"<p>“{words}” (Teague, § 1).</p>").quotations
    assert found.verdict == "verbatim"
