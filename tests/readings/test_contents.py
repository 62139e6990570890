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
    contents = shown.split('<ol class="contents">', 1)[1].split("</nav>")[0]
    assert f'<li><p><a href="/r/{reading.public_id}/p/3">Chapter 2. Mud</a>' in contents
    inner = contents.split("<details open>")[1].split("</details>")[0]
    assert "1 section<" in inner
    assert "Pipes &amp; drains" in inner
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


def levels_of(document: Document) -> list[tuple[int, str]]:
    document.refresh_from_db()
    return [(level, title) for level, title, _number in document.contents]


BODY = (
    "<h1>Frost</h1><p>Words.</p><h2>1. Pipes</h2><p>More.</p><h3>Lead</h3><p>Less.</p>"
    "<h2>2. Drains</h2><p>Some.</p>"
)


def test_a_text_without_printed_pages_has_them_too(maya: Enrollment, tmp_path: Path) -> None:
    reading = cast.reading(maya.course, "Frost")
    file = f"<html><body><article>{BODY}</article></body></html>".encode()
    # What stands once over all others is the title, and no chapter with all of them in it.
    assert levels_of(kept(reading, tmp_path, file)) == [
        (0, "Frost"),
        (0, "1. Pipes"),
        (1, "Lead"),
        (0, "2. Drains"),
    ]
    shown = cast.sign_in(maya).get(f"/r/{reading.public_id}/").content.decode()
    contents = shown.split('<ol class="contents">', 1)[1].split("</nav>")[0]
    assert "¶¶ 1–4" in contents
    assert "Lead" in contents.split("<details open>")[1]
    assert "¶¶ 1–4</a> Frost</p>" in shown


def test_a_word_document_has_the_levels_of_its_headings(maya: Enrollment, tmp_path: Path) -> None:
    text = "".join(
        paragraph(title, style=style) + paragraph("Words.")
        for title, style in (
            ("A Book", "titel"),
            ("Chapter 1. Frost", "berschrift1"),
            ("Pipes", "berschrift2"),
            ("Lead", "berschrift3"),
            ("Chapter 2. Mud", "berschrift1"),
        )
    )
    assert levels_of(kept(cast.reading(maya.course, "Frost"), tmp_path, docx(text))) == [
        (0, "A Book"),
        (0, "Chapter 1. Frost"),
        (1, "Pipes"),
        (2, "Lead"),
        (0, "Chapter 2. Mud"),
    ]


NAV = (
    '<nav epub:type="toc"><ol><li><a href="text/c1.xhtml">Part One</a><ol>'
    '<li><a href="text/c1.xhtml#frost">Chapter 1. Frost</a><ol>'
    '<li><a href="text/c1.xhtml#pipes">§ 1. Pipes</a></li></ol></li>'
    '<li><a href="text/c2.xhtml#gone">Chapter 2. Mud</a></li></ol></li>'
    '<li><a href="text/c3.xhtml">Notes</a></li></ol></nav>'
)
NCX = (
    "<ncx><navMap><navPoint><navLabel><text>Part One</text></navLabel>"
    '<content src="text/c1.xhtml"/>'
    "<navPoint><navLabel><text>Chapter 1. Frost</text></navLabel>"
    '<content src="text/c1.xhtml#frost"/><navPoint><navLabel><text>§ 1. Pipes</text></navLabel>'
    '<content src="text/c1.xhtml#pipes"/></navPoint></navPoint>'
    "<navPoint><navLabel><text>Chapter 2. Mud</text></navLabel>"
    '<content src="text/c2.xhtml#gone"/></navPoint></navPoint>'
    "<navPoint><navLabel><text>Notes</text></navLabel>"
    '<content src="text/c3.xhtml"/></navPoint></navMap></ncx>'
)
CHAPTERS_OF_A_BOOK = (
    '<h1>Part One</h1><h1 id="frost">Chapter 1. Frost</h1><h1>In which it is cold</h1>'
    '<p>The pipes had burst in every house.</p><p id="pipes">§ 1. Pipes</p><p>They were of lead.</p>',
    f"<p>Chapter 2. Mud</p><p>{MUD}</p><h4>A drain</h4><p>It was full.</p>",
    "<h1>Notes</h1><p>None.</p>",
)


@pytest.mark.parametrize("table", [{"nav": NAV}, {"ncx": NCX}])
def test_an_electronic_book_has_the_levels_of_its_own_table(
    maya: Enrollment, tmp_path: Path, table: dict[str, str]
) -> None:
    reading = cast.reading(maya.course, "Thaw", author="Rosalind Teague")
    document = kept(reading, tmp_path, epub(CHAPTERS_OF_A_BOOK, **table))
    assert levels_of(document) == [
        (0, "Part One"),
        (1, "Chapter 1. Frost"),
        (2, "§ 1. Pipes"),
        (1, "Chapter 2. Mud"),
        (2, "A drain"),
        (0, "Notes"),
    ]
    places = [part for page in document.pages.all() for part in page.parts or [["", ""]]]
    assert places[-1] == ["", ""]
    assert ["1", "1"] in places
    assert ["2", ""] in places
    for locator, verdict in (("ch. 2", "verbatim"), ("ch. 1, § 1", "misplaced")):
        (found,) = read_source(maya.course, f"<p>“{MUD[:-1]}” (Teague, {locator}).</p>").quotations
        assert found.verdict == verdict


def test_the_page_of_the_reader_shows_where_in_the_contents_one_is(
    maya: Enrollment, reading: Reading
) -> None:
    client = cast.sign_in(maya)
    shown = client.get(f"/r/{reading.public_id}/p/3").content.decode()
    contents = shown.split('class="reader-contents"')[1].split("</nav>")[0]
    (here,) = [one for one in contents.split("<a ") if "aria-current" in one]
    assert "Chapter 2. Mud</a>" in here
    assert "<details>" in contents
    shown = client.get(f"/r/{reading.public_id}/p/2").content.decode()
    assert "<details open>" in shown.split('class="reader-contents"')[1]


def test_long_contents_fold_what_is_inside(maya: Enrollment, reading: Reading) -> None:
    document = reading.documents.get()
    pages = list(document.pages.all())
    document.contents = [[n % 4, f"Heading {n}", 1] for n in range(2 * FEW_ROWS)]
    rows = contents_of(document, pages)
    assert len(rows) == FEW_ROWS // 2
    assert not rows[0].is_open
    assert [one.title for one in rows[0].within[0].within] == ["Heading 2"]
    assert rows[0].within[0].within[0].within == []
    document.contents = [[0, "The whole", 1], [0, "A page that is none", 9]]
    assert contents_of(document, pages) == []
    assert contents_of(None, []) == []
