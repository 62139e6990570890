"""Sentences that go on overleaf, with footnotes at the foot of the page they begin on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import Line, Sheet, pdf
from tests.support import cast

from quaestio.citations.checking import Checked, read_source
from quaestio.courses.models import Course
from quaestio.discussions.quoting import citation_of
from quaestio.readings import actions
from quaestio.readings.extraction import Extracted, extract
from quaestio.readings.models import Document, Page
from quaestio.readings.passages import place_over

pytestmark = pytest.mark.django_db

FILL = [f"Line {n} of the page says what all of the others say, and no more." for n in range(24)]
LAST = ["Most did so, the secretary said much later, because", "they believed that the"]
NEXT = ["party had learned its lesson, and that forgetting was", "the price of it."]
OVER = "because they believed that the party had learned its lesson"
NOTE = [
    "1 See the letters of M. Orlova, now in the city archive,",
    "where she says as much to her sister.",
]


def printed(body: list[str], notes: list[str], number: str, size: float = 8.5) -> Sheet:
    lines = [Line(text, 72, 700 - 14 * row, 12) for row, text in enumerate(body)]
    lines += [Line(text, 72, 110 - 10 * row, size) for row, text in enumerate(notes)]
    return Sheet([*lines, Line(number, 300, 40, 10)])


def read(folder: Path, *sheets: Sheet) -> Extracted:
    path = folder / "file.pdf"
    path.write_bytes(pdf(sheets))
    return extract(path)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = cast.instructor().course
    document = Document.objects.create(reading=cast.reading(made), name="a.pdf", size=1)
    extracted = read(
        tmp_path,
        printed([*FILL, *LAST], NOTE, "41"),
        printed([*NEXT, *FILL], ["2 Ibid., box 12, among the letters of that year."], "42"),
        printed(FILL, ["3 Another note, on another matter."], "43"),
    )
    actions.keep_pages(document, extracted)
    return made


def check(course: Course, words: str, cited: str) -> Checked:
    (found,) = read_source(course, f"<p>He says “{words}” (Jones {cited}).</p>").quotations
    return found


def test_the_notes_of_a_page_stand_last_and_apart(course: Course) -> None:
    first = Page.objects.get(number=1)
    assert first.body.strip().endswith("they believed that the")
    assert first.notes.startswith("1 See the letters")
    assert first.text == first.body + first.notes


def test_the_reader_sets_them_apart(course: Course) -> None:
    client = cast.sign_in(cast.student(course))
    reading = course.readings.get()
    for address in ("p/1", "pages?from=41&to=41"):
        page = client.get(f"/r/{reading.public_id}/{address}").content.decode()
        assert page.count('<p class="footnote"') == 1
        assert page.index("they believed that the") < page.index('<p class="footnote"')


@pytest.mark.parametrize("cited", ["41", "42", "41-42"])
def test_a_sentence_that_goes_on_overleaf_does_not_stumble_over_them(
    course: Course, cited: str
) -> None:
    found = check(course, OVER, cited)
    assert (found.verdict, found.page_label, found.page_number) == ("verbatim", "41–42", 1)
    first, second = Page.objects.filter(number__lt=3)
    assert first.text[found.page_start : found.page_end].endswith("they believed that the")
    ((number, start, end),) = found.further
    assert second.text[start:end] == "party had learned its lesson"
    assert number == 2


@pytest.mark.parametrize(("cited", "verdict"), [("41", "verbatim"), ("43", "misplaced")])
def test_words_of_a_note_are_found_on_its_page(course: Course, cited: str, verdict: str) -> None:
    words = "now in the city archive, where she says as much"
    found = check(course, words, cited)
    assert (found.verdict, found.page_label, found.page_number) == (verdict, "41", 1)
    page = Page.objects.get(number=1)
    assert " ".join(page.text[found.page_start : found.page_end].split()) == words


def test_what_stands_behind_many_notes_is_marked_at_its_place(course: Course) -> None:
    found = check(course, "Another note, on another matter", "43")
    page = Page.objects.get(number=3)
    assert page.text[found.page_start : found.page_end] == "Another note, on another matter"
    found = check(course, "the price of it. Line 0 of the page", "42")
    assert (found.verdict, found.page_number) == ("verbatim", 2)


def test_it_is_quoted_over_them_too(course: Course) -> None:
    first, second = Page.objects.filter(number__lt=3)
    place = place_over(first, second, OVER)
    assert place
    assert " ".join(place.words.split()) == OVER
    assert citation_of(first.document.reading, place) == "(Jones 41–42)"


def test_a_long_quotation_in_small_print_that_goes_on_overleaf_is_no_note(tmp_path: Path) -> None:
    small = [
        "We were told nothing of the kind, and went on",
        "to do as we had done before, without",
    ]
    rest = [Line("a word, until the winter came.", 72, 700, 9.5)]
    rest += [Line(text, 72, 680 - 14 * row, 12) for row, text in enumerate(FILL)]
    found = read(
        tmp_path, printed([*FILL, *LAST], small, "41", 9.5), Sheet([*rest, Line("42", 300, 40, 10)])
    )
    assert [page.notes_at for page in found.pages] == [0, 0]


def test_a_last_line_that_only_looks_smaller_is_no_note(tmp_path: Path) -> None:
    # So a text recogniser may measure a line without tall letters.
    lines = [Line(text, 72, 700 - 14 * row, 12) for row, text in enumerate(FILL)]
    lines.append(Line("as we saw once over an acre or more", 72, 700 - 14 * len(FILL), 10))
    found = read(tmp_path, Sheet(lines), printed(FILL, [], "42"))
    assert found.pages[0].notes_at == 0


def test_print_that_is_small_throughout_has_no_notes(tmp_path: Path) -> None:
    small = [Line(text, 72, 700 - 10 * row, 8) for row, text in enumerate(FILL)]
    found = read(tmp_path, printed(FILL, [], "41"), Sheet(small), printed(FILL, [], "43"))
    assert [page.notes_at for page in found.pages] == [0, 0, 0]


def test_notes_below_two_columns_and_in_each_are_found(tmp_path: Path) -> None:
    def column(x: float, note: str) -> list[Line]:
        body = [Line(f"Row {row} of this column", x, 700 - 14 * row, 11) for row in range(20)]
        return [*body, Line(note, x, 300, 8.5)]

    columns = Sheet([*column(60, "1 The left note."), *column(320, "2 The right note.")])
    (page,) = read(tmp_path, columns).pages
    assert page.text[page.notes_at :].split("\n\n") == ["1 The left note.", "2 The right note."]
