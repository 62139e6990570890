"""The pages of the bibliography: the list, the way in, the way out, and the record by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.courses.models import Course, Enrollment
from quaestio.readings.bibliography.formats import parse
from quaestio.readings.models import Reading

pytestmark = pytest.mark.django_db

BROUGHT = r"""@article{jones2006, author = {Polly Jones}, title = {The Burial of Stalin},
  journal = {Slavic Review}, year = 2006, doi = {10.1000/x}}
@book{bad, title = {Oops
@book{kitchen, title = {Inventory of a Kitchen}, author = {Vera Samsonova-Reid}, year = 1988}
@book{again, title = {Inventory of a kitchen}, author = {Samsonova-Reid, Vera}, year = 1988}
"""


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def client(teacher: Enrollment) -> Client:
    return cast.sign_in(teacher)


def address(teacher: Enrollment, end: str = "") -> str:
    return f"/c/{teacher.course.public_id}/bibliography{end}"


def test_the_list_is_set_in_the_style_of_the_course(teacher: Enrollment, client: Client) -> None:
    cast.reading(teacher.course, "The Burial of Stalin", author="Polly Jones", year="2006")
    assert (
        "Jones, Polly. 2006. <i>The Burial of Stalin</i>."
        in client.get(address(teacher)).content.decode()
    )
    Course.objects.update(citation_style="apa")
    page = client.get(address(teacher)).content.decode()
    assert "Jones, P. (2006). <i>The Burial of Stalin</i>." in page
    assert 'data-copy="works-1"' in page


def test_what_would_be_added_is_shown_and_nothing_is_changed(
    teacher: Enrollment, client: Client
) -> None:
    known = cast.reading(teacher.course, "The Burial of Stalin", author="P. Jones", year="2006")
    page = client.post(address(teacher, "/new"), {"text": BROUGHT}).content.decode()
    assert "Line 3:" in page
    assert f"/r/{known.public_id}/" in page
    assert "stands twice" in page
    assert page.count(" checked") == 1
    assert Reading.objects.count() == 1


def test_those_ticked_are_added_with_all_that_was_said_of_them(
    teacher: Enrollment, client: Client
) -> None:
    client.post(address(teacher, "/new"), {"text": BROUGHT, "do": "add", "record": ["0", "1"]})
    article, book = Reading.objects.order_by("pk")
    assert (article.author, article.year, article.csl["DOI"]) == (
        "Polly Jones",
        "2006",
        "10.1000/x",
    )
    assert book.record["author"] == [{"family": "Samsonova-Reid", "given": "Vera"}]


def test_a_file_is_taken_as_well_as_a_pasted_text(teacher: Enrollment, client: Client) -> None:
    file = SimpleUploadedFile("x.ris", b"TY  - BOOK\r\nTI  - Kitchens\r\nER  - \r\n")
    assert "Kitchens" in client.post(address(teacher, "/new"), {"file": file}).content.decode()
    assert client.post(address(teacher, "/new"), {}).status_code == 422


@pytest.mark.parametrize("ending", ["bib", "ris", "json"])
def test_the_list_is_given_out_for_other_programs(
    teacher: Enrollment, client: Client, ending: str
) -> None:
    for title in ("Kitchens", "Kitchens", "Cellars"):
        cast.reading(teacher.course, title, author="Vera Reid", year="1988")
    answer = client.get(address(teacher, f".{ending}"))
    assert answer["Content-Disposition"] == f'attachment; filename="bibliography.{ending}"'
    parsed = parse(answer.content.decode())
    assert parsed.faults == []
    assert len({entry.key for entry in parsed.entries}) == 3
    assert client.get(address(teacher, ".exe")).status_code == 404


def test_the_particulars_are_put_in_by_hand_and_a_change_keeps_what_the_form_does_not_show(
    teacher: Enrollment, client: Client
) -> None:
    csl: dict[str, Any] = {"type": "article-journal", "title": "Mud", "language": "en"}
    reading = cast.reading(teacher.course, "Mud", author="Rosalind Teague", year="2014", csl=csl)
    form = {
        "title": "Mud",
        "author": "Rosalind Teague",
        "year": "2014",
        "kind": "chapter",
        "container": "Thaws",
        "editor": "E. Holt; A. Wendt",
        "pages": "203-208",
        "doi": "https://doi.org/10.1000/y",
    }
    assert client.post(f"/r/{reading.public_id}/edit", form).status_code == 302
    reading.refresh_from_db()
    told = reading.record
    assert (told["type"], told["language"], told["DOI"]) == ("chapter", "en", "10.1000/y")
    assert [name["family"] for name in told["editor"]] == ["Holt", "Wendt"]
    page = client.get(f"/r/{reading.public_id}/").content.decode()
    assert "Teague, Rosalind. 2014. “Mud.” In <i>Thaws</i>" in page


def test_a_wrong_doi_or_address_is_told(teacher: Enrollment, client: Client) -> None:
    reading = cast.reading(teacher.course, "Mud")
    form = {"title": "Mud", "author": "", "year": "", "doi": "ten", "url": "javascript:alert(1)"}
    answer = client.post(f"/r/{reading.public_id}/edit", form)
    assert answer.status_code == 422
    assert "A DOI looks like" in answer.content.decode()
    assert "begins with https://" in answer.content.decode()


def test_the_columns_win_over_an_older_record() -> None:
    reading = Reading(
        title="Mud",
        author="Rosalind Teague",
        year="2015",
        csl={
            "type": "book",
            "title": "Old",
            "author": [{"family": "Other", "given": "An"}],
            "issued": {"date-parts": [[2014, 3]]},
        },
    )
    assert reading.record["title"] == "Mud"
    assert reading.record["author"] == [{"family": "Teague", "given": "Rosalind"}]
    assert reading.record["issued"] == {"date-parts": [[2015]]}


def test_the_list_costs_the_same_for_one_reading_and_for_three(
    teacher: Enrollment, client: Client
) -> None:
    counts = []
    for more in (1, 2):
        for number in range(more):
            cast.reading(teacher.course, f"Title {number}")
        client.get(address(teacher))
        with CaptureQueriesContext(connection) as queries:
            client.get(address(teacher))
        counts.append(len(queries))
    assert counts[0] == counts[1]
