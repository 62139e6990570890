"""The posts of ``tests/quotecheck/cases/posts.json`` as the site reads them: typed, in a course."""

from __future__ import annotations

import pytest
from tests.quotecheck.posts import PEOPLE, POSTS, READINGS, as_typed, first_words
from tests.support import cast

from quaestio.citations.checking import Checked, read_source
from quaestio.courses.models import Course
from quaestio.discussions.rendering import shown_verdict
from quaestio.readings import actions
from quaestio.readings.extraction import Extracted, ExtractedPage
from quaestio.readings.models import Document
from quaestio.web.richtext import from_plain

pytestmark = pytest.mark.django_db


def seminar() -> tuple[Course, dict[str, str]]:
    """A course with the readings and the people of the posts; and the readings' keys by id."""
    course = cast.instructor().course
    for name in PEOPLE:
        cast.student(course, name)
    keys = {}
    for reading in READINGS:
        made = cast.reading(
            course, reading["title"], author=reading["author"], year=reading["year"]
        )
        keys[made.public_id] = reading["key"]
        document = Document.objects.create(reading=made, name="a.txt", size=1)
        pages = tuple(
            ExtractedPage(number, label, text)
            for number, (label, text) in enumerate(reading["pages"].items(), start=1)
        )
        actions.keep_pages(document, Extracted("text/plain", "", "", pages, ()))
    return course, keys


def told(found: Checked, keys: dict[str, str]) -> dict[str, str]:
    quoted = {
        "words": first_words(found.text),
        "verdict": "not_checked" if shown_verdict(found) == "unchecked" else found.verdict,
    }
    if found.reading_public_id:
        quoted["stands"] = f"{keys[found.reading_public_id]} {found.page_label}"
    return quoted


def test_the_site_says_the_same_of_a_post_as_the_library() -> None:
    course, keys = seminar()
    for case in POSTS["cases"]:
        if "fails" in case:
            continue
        read = read_source(course, from_plain(as_typed(case["text"])))
        wanted = [{k: v for k, v in each.items() if k != "placing"} for each in case["found"]]
        assert [told(each, keys) for each in read.quotations] == wanted, case["text"]
