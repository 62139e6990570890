"""What is found by the readings as they were looked up last is found by the readings as they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.citations.checking import read_source
from quaestio.citations.shelf import MOST_PAGES, shelf_with_pages, shelves
from quaestio.courses.models import Course
from quaestio.readings.models import Document, Page, Reading

pytestmark = pytest.mark.django_db

WORDS = "Nobody had planned the silence that followed it."
SOURCE = f"<p>“{WORDS}” (Jones 41)</p>"


def verdicts(course: Course) -> list[tuple[str, str]]:
    return [(one.verdict, one.page_label) for one in read_source(course, SOURCE).quotations]


def elsewhere(change: Callable[[], object]) -> None:
    """As another process does it: nothing here is told."""
    kept = dict(shelves.kept)
    change()
    shelves.kept.clear()
    shelves.kept.update(kept)


def queries(course: Course) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert verdicts(course)
    return len(asked)


def test_the_second_text_takes_one_query() -> None:
    anna = cast.instructor()
    cast.document(cast.reading(anna.course), f"It began. {WORDS}")
    assert verdicts(anna.course) == [("verbatim", "41")]
    assert queries(anna.course) == 1


def test_a_file_that_has_come_elsewhere_is_searched() -> None:
    anna = cast.instructor()
    reading = cast.reading(anna.course)
    old = cast.document(reading, "Something else altogether.")
    assert verdicts(anna.course)[0][0] == "not_found"
    Document.objects.filter(pk=old.pk).update(is_current=False)
    elsewhere(lambda: cast.document(reading, f"It began. {WORDS}"))
    assert verdicts(anna.course) == [("verbatim", "41")]


def test_a_file_that_has_gone_elsewhere_is_searched_no_more() -> None:
    anna = cast.instructor()
    reading = cast.reading(anna.course)
    document = cast.document(reading, f"It began. {WORDS}")
    assert verdicts(anna.course) == [("verbatim", "41")]
    elsewhere(lambda: Document.objects.filter(pk=document.pk).update(is_current=False))
    assert verdicts(anna.course)[0][0] == "not_found"
    elsewhere(lambda: Document.objects.filter(pk=document.pk).update(is_current=True))
    assert verdicts(anna.course) == [("verbatim", "41")]
    elsewhere(document.delete)
    assert verdicts(anna.course)[0][0] == "not_found"


def test_a_record_that_was_corrected_elsewhere_counts() -> None:
    anna = cast.instructor()
    reading = cast.reading(anna.course)
    cast.document(reading, f"It began. {WORDS}")
    assert verdicts(anna.course)[0][0] == "verbatim"
    names = read_source(anna.course, SOURCE).names
    elsewhere(lambda: Reading.objects.filter(pk=reading.pk).update(author="Vera Pavlova"))
    assert read_source(anna.course, SOURCE).names != names


def test_a_page_called_otherwise_elsewhere_is_called_so() -> None:
    """The name of a page is no part of the shelf: it comes with the page."""
    anna = cast.instructor()
    document = cast.document(cast.reading(anna.course), f"It began. {WORDS}")
    verdicts(anna.course)
    page = Page.objects.filter(document=document).order_by("number").first()
    assert page is not None
    _shelf, (fetched,) = shelf_with_pages(anna.course, [(document.pk, page.number)])
    assert (fetched.text, fetched.label, fetched.paragraphs) == (
        page.text,
        page.label,
        page.paragraphs,
    )


def test_many_pages_are_fetched_by_a_query_of_their_own() -> None:
    anna = cast.instructor()
    texts = [f"Page of number {n}." for n in range(MOST_PAGES + 3)]
    document = cast.document(cast.reading(anna.course), *texts)
    for count in (0, 1, MOST_PAGES, MOST_PAGES + 2):
        wanted = [(document.pk, n + 1) for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            shelf, pages = shelf_with_pages(anna.course, wanted)
        assert len(asked) == (2 if count > MOST_PAGES else 1)
        assert sorted((page.document_id, page.number) for page in pages) == wanted
        assert [one.current for one in shelf] == [document]
