"""The page on which a teacher puts right which number is printed on which page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions.models import Quotation
from quaestio.readings.models import Document

pytestmark = pytest.mark.django_db

QUOTED = "the winter ended in a single afternoon and nobody noticed it"


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def document(teacher: Enrollment) -> Document:
    return cast.document(
        cast.reading(teacher.course),
        "A first page of no great interest to anybody.",
        f"They said that {QUOTED}, least of all the town.",
        "A third page, on which the town wakes up again.",
    )


def labels(document: Document) -> list[str]:
    return list(document.pages.values_list("label", flat=True))


def test_a_page_is_put_right_and_those_after_it_count_on(
    teacher: Enrollment, document: Document
) -> None:
    client = cast.sign_in(teacher)
    address = f"/document/{document.public_id}/numbers"
    told = client.post(address, {"number": 2, "label": "9", "counts_on": "on"}, follow=True)
    assert "2 pages have other numbers now" in told.content.decode()
    assert labels(document) == ["41", "9", "10"]
    client.post(address, {"number": 3, "label": "plate 1"})
    assert labels(document) == ["41", "9", "plate 1"]


def test_a_correction_can_be_taken_back(teacher: Enrollment, document: Document) -> None:
    client = cast.sign_in(teacher)
    address = f"/document/{document.public_id}/numbers"
    client.post(address, {"number": 1, "label": "7", "counts_on": "on"})
    client.post(address, {"take_back": "1"})
    assert labels(document) == ["41", "42", "43"]


def test_quotations_are_checked_against_the_new_numbers(
    teacher: Enrollment, document: Document, django_capture_on_commit_callbacks: object
) -> None:
    maya = cast.student(teacher.course)
    cast.response(maya, cast.discussion(teacher), f"She writes that “{QUOTED}” (Jones 9).")
    assert Quotation.objects.get().verdict == "misplaced"
    client = cast.sign_in(teacher)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client.post(
            f"/document/{document.public_id}/numbers",
            {"number": 2, "label": "9", "counts_on": "on"},
        )
    found = Quotation.objects.get()
    assert (found.verdict, found.page_label) == ("verbatim", "9")


def test_a_page_that_the_file_does_not_have_is_told(
    teacher: Enrollment, document: Document
) -> None:
    answer = cast.sign_in(teacher).post(
        f"/document/{document.public_id}/numbers", {"number": 4, "label": "9"}
    )
    assert answer.status_code == 422
    assert "The file has 3 pages." in answer.content.decode()
    assert labels(document) == ["41", "42", "43"]


def test_the_same_number_again_changes_nothing(teacher: Enrollment, document: Document) -> None:
    before = document.text_sha256
    told = cast.sign_in(teacher).post(
        f"/document/{document.public_id}/numbers",
        {"number": 1, "label": "41", "counts_on": "on"},
        follow=True,
    )
    assert "nothing has changed" in told.content.decode()
    document.refresh_from_db()
    assert document.text_sha256 == before


def test_the_table_costs_the_same_for_one_page_and_for_three(teacher: Enrollment) -> None:
    client = cast.sign_in(teacher)
    counts = []
    for texts in (("One.",), ("One.", "Two.", "Three.")):
        made = cast.document(cast.reading(teacher.course), *texts)
        client.get(f"/document/{made.public_id}/numbers")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/document/{made.public_id}/numbers")
        counts.append(len(queries))
    assert counts[0] == counts[1]
