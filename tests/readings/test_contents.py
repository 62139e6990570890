"""A reading with chapters on printed pages: its table of contents, and citations of its chapters."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import outline, sheet
from tests.readings.extraction.makezip import docx, epub, paragraph
from tests.support import cast

from quaestio.citations.checking import read_source
from quaestio.courses.models import Enrollment
from quaestio.readings import actions
from quaestio.readings.extraction import extract
from quaestio.readings.models import Document, Reading
from quaestio.readings.queries import FEW_ROWS, contents_of

pytestmark = pytest.mark.django_db

MUD = "The winter ended in a single afternoon and nobody noticed it."
PAGES = (
    "Thaw Is a Word for Mud",
    "Chapter 1. Frost\n\n\nThe pipes had burst in every\nhouse along the northern\nroad to the sea.",
    f"Chapter 2. Mud\n\n\n{MUD}",
)
CHAPTERS = ((0, "Chapter 1. Frost", 2), (1, "Pipes & drains", 2), (0, "Chapter 2. Mud", 3))


@pytest.fixture
def maya() -> Enrollment:
    return cast.student(cast.instructor().course)


@pytest.fixture
def reading(maya: Enrollment, tmp_path: Path) -> Reading:
    made = cast.reading(maya.course, "Thaw Is a Word for Mud", author="Rosalind Teague")
    kept(made, tmp_path, outline([sheet(text) for text in PAGES], CHAPTERS))
    return made


def kept(of: Reading, folder: Path, file: bytes) -> Document:
    path = folder / "file"
    path.write_bytes(file)
    document = Document.objects.create(reading=of, name="mud", size=1)
    return actions.keep_pages(document, extract(path, first_label="11"))


def test_the_contents_of_a_pdf_lead_to_its_chapters(maya: Enrollment, reading: Reading) -> None:
    client = cast.sign_in(maya)
    shown = client.get(f"/r/{reading.public_id}/").content.decode()
    contents = shown.split('<ol class="contents">')[1].split("</ol>")[0]
    assert f'<li><a href="/r/{reading.public_id}/p/3">Chapter 2. Mud</a>' in contents
    assert '<li class="inner">' in contents
    assert "Pipes &amp; drains" in contents
    assert "p. 13" in contents
    answer = client.get(f"/r/{reading.public_id}/go", {"label": "ch. 2"})
    assert answer["Location"] == f"/r/{reading.public_id}/p/3"
    assert "Chapter 2. Mud</span>" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("citation", "verdict"),
    [("Teague, ch. 2", "verbatim"), ("Teague 13", "verbatim"), ("Teague, ch. 1", "misplaced")],
)
def test_a_chapter_that_is_cited_is_checked(
    maya: Enrollment, reading: Reading, citation: str, verdict: str
) -> None:
    (found,) = read_source(maya.course, f"<p>“{MUD[:-1]}” ({citation}).</p>").quotations
    assert found.verdict == verdict


def test_an_electronic_book_with_printed_pages_has_contents_too(
    maya: Enrollment, tmp_path: Path
) -> None:
    reading = cast.reading(maya.course, "Frost")
    pages = [
        f'<p><span epub:type="pagebreak" id="p{n}" title="{n}"/></p><h1>Chapter {n}</h1><p>Words.</p>'
        for n in (1, 2, 3)
    ]
    document = kept(reading, tmp_path, epub(pages))
    document.refresh_from_db()
    assert document.contents == [[0, f"Chapter {n}", n] for n in (1, 2, 3)]


def test_a_word_document_has_them_where_its_pages_are_known(
    maya: Enrollment, tmp_path: Path
) -> None:
    turn = "<w:p><w:r><w:lastRenderedPageBreak/><w:t>Words.</w:t></w:r></w:p>"
    text = "".join(
        paragraph(f"Chapter {n}", style="berschrift1") + paragraph("Words.") + turn
        for n in (1, 2, 3)
    )
    document = kept(cast.reading(maya.course, "Frost"), tmp_path, docx(text, pages=4))
    document.refresh_from_db()
    assert document.contents == [[0, f"Chapter {n}", n] for n in (1, 2, 3)]


def test_a_part_without_printed_pages_says_which_headings_are_in_it(
    maya: Enrollment, tmp_path: Path
) -> None:
    reading = cast.reading(maya.course, "Frost")
    body = "<h1>Frost</h1><p>Words.</p><h2>1. Pipes</h2><p>More.</p><h2>2. Drains</h2><p>Less.</p>"
    kept(reading, tmp_path, f"<html><body><article>{body}</article></body></html>".encode())
    shown = cast.sign_in(maya).get(f"/r/{reading.public_id}/").content.decode()
    assert "¶¶ 1–3</a> Frost</p>" in shown
    assert '<p class="meta"><span>1. Pipes · 2. Drains</span></p>' in shown
    assert "contents-head" not in shown


def test_long_contents_show_fewer_levels(maya: Enrollment, reading: Reading) -> None:
    document = reading.documents.get()
    pages = list(document.pages.all())
    document.contents = [[n % 4, f"Heading {n}", 1] for n in range(2 * FEW_ROWS)]
    assert {row.level for row in contents_of(document, pages)} == {0, 1}
    document.contents = [[n % 2, f"Heading {n}", 1] for n in range(2 * FEW_ROWS)]
    assert {row.level for row in contents_of(document, pages)} == {0}
    document.contents = [[0, "The whole", 1], [0, "A page that is none", 9]]
    assert contents_of(document, pages) == []
    assert contents_of(None, []) == []
