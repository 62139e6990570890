"""Word files and electronic books."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.readings.extraction.makezip import docx, epub, packed, paragraph

from quaestio.readings.extraction import Refused, extract

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(data: bytes) -> Path:
        path = tmp_path / "upload.bin"
        path.write_bytes(data)
        return path

    return _write


def test_a_word_file_gives_its_paragraphs_headings_and_notes(write: Write) -> None:
    body = (
        paragraph("The Speech", style="berschrift1")
        + "<w:p><w:r><w:t>He spoke</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"
        "<w:r><w:t xml:space='preserve"
        "'> for four</w:t><w:tab/><w:t>hours</w:t><w:br/><w:t>or more.</w:t></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>Taken out.</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>Put in.</w:t></w:r></w:ins></w:p>"
        "<w:tbl><w:tr><w:tc>" + paragraph("A cell.") + "</w:tc></w:tr></w:tbl>"
    )
    notes = (
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="2">' + paragraph("He said so.") + "</w:footnote>"
    )
    extracted = extract(write(docx(body, title="On a Speech", author="Jones", footnotes=notes)))
    (page,) = extracted.pages
    assert page.text.split("\n\n") == [
        "The Speech",
        "He spoke for four hours\nor more.",
        "Put in.",
        "A cell.",
        "He said so.",
    ]
    assert page.paragraphs == (0, 1, 2, 3, 4)
    assert (extracted.title, extracted.author, page.heading) == (
        "On a Speech",
        "Jones",
        "The Speech",
    )
    assert extracted.media_type.endswith("wordprocessingml.document")


BROKEN_IN_TWO = (
    paragraph("One.")
    + "<w:p><w:r><w:t xml:space='preserve'>Two begins </w:t><w:lastRenderedPageBreak/>"
    "<w:t>and ends.</w:t></w:r></w:p>" + paragraph("Three.")
)


def test_the_pages_word_counted_are_kept_and_numbered_on(write: Write) -> None:
    pages = extract(write(docx(BROKEN_IN_TWO, pages=2)), first_label="9").pages
    assert [(page.label, page.text, page.paragraphs) for page in pages] == [
        ("9", "One.\n\nTwo begins", (1, 2)),
        ("10", "and ends.\n\nThree.", (2, 3)),
    ]


def test_page_breaks_that_contradict_the_page_count_are_no_pages(write: Write) -> None:
    (page,) = extract(write(docx(BROKEN_IN_TWO, pages=9))).pages
    assert (page.kind, page.label) == ("paragraph", "1–3")


CHAPTERS = (
    "<h1>One</h1><p>It began<a epub:type='noteref' href='#n'>1</a> here&nbsp;and "
    "<span id='p42'/>went on.</p>",
    "<h1>Two</h1><p id='p43'>It ended.</p><aside epub:type='footnote' id='n'>A note.</aside>",
)


def test_a_book_without_printed_pages_begins_a_page_with_each_chapter(write: Write) -> None:
    extracted = extract(write(epub(CHAPTERS)))
    assert [(page.heading, page.label, page.text) for page in extracted.pages] == [
        ("One", "1", "One\n\nIt began here and went on."),
        ("Two", "2–3", "Two\n\nIt ended.\n\nA note."),
    ]
    assert [page.paragraphs for page in extracted.pages] == [(0, 1), (0, 2, 3)]
    assert (extracted.title, extracted.author) == ("A Book", "A. Author")
    assert extracted.media_type == "application/epub+zip"


NAV = (
    "<nav epub:type='page-list'><ol><li><a href='text/c1.xhtml#p42'>42</a></li>"
    "<li><a href='text/c2.xhtml#p43'>43</a></li></ol></nav>"
)
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><pageList>'
    "<pageTarget><navLabel><text>42</text></navLabel><content src='text/c1.xhtml#p42'/></pageTarget>"
    "<pageTarget><navLabel><text>43</text></navLabel><content src='text/c2.xhtml#p43'/></pageTarget>"
    "</pageList></ncx>"
)


@pytest.mark.parametrize("lists", [{"nav": NAV}, {"ncx": NCX}], ids=["EPUB 3", "EPUB 2"])
def test_a_page_list_gives_the_printed_pages(write: Write, lists: dict[str, str]) -> None:
    pages = extract(write(epub(CHAPTERS, **lists))).pages
    assert [(page.label, page.text, page.paragraphs) for page in pages] == [
        ("", "One\n\nIt began here and", (0, 1)),
        ("42", "went on.", (1,)),
        ("43", "Two\n\nIt ended.\n\nA note.", (0, 2, 3)),
    ]


def test_page_breaks_in_the_text_serve_where_there_is_no_page_list(write: Write) -> None:
    chapter = (
        "<p><span epub:type='pagebreak' title='7'/>Seven.</p>"
        "<div role='doc-pagebreak' aria-label='8'>8</div><p>Eight.</p>"
    )
    pages = extract(write(epub([chapter]))).pages
    assert [(page.label, page.text) for page in pages] == [("7", "Seven."), ("8", "Eight.")]


def test_a_chapter_that_is_not_well_formed_is_read_all_the_same(write: Write) -> None:
    (page,) = extract(write(epub(["<p>One<br>two &mdash; three.<p>Four."]))).pages
    assert page.text == "One\ntwo — three.\n\nFour."


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (docx(""), "no_text"),
        (docx(paragraph("x"))[:-300], "damaged"),
        (packed({"word/document.xml": b"<w:document"}), "damaged"),
        (packed({"xl/workbook.xml": b"<x/>"}), "unknown_type"),
        (packed({"photo.jpg": b"x"}), "unknown_type"),
        (packed({}), "empty"),
        (epub(["<p>x</p>"], extra={"META-INF/rights.xml": b"<r/>"}), "encrypted"),
        (epub(["<img src='a.png'/>"]), "no_text"),
        (packed({"META-INF/container.xml": b"<container/>"}), "damaged"),
    ],
    ids=[
        "no words", "cut off", "broken inside", "a table", "an archive", "nothing inside",
        "copy protection", "only pictures", "no book in it",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(write: Write, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(write(data))
    assert caught.value.code == code


def test_scrambled_fonts_do_not_make_a_book_unreadable(write: Write) -> None:
    scrambled = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        '<enc:EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
        "</enc:EncryptedData></encryption>"
    )
    book = epub(["<p>Text.</p>"], extra={"META-INF/encryption.xml": scrambled})
    assert extract(write(book)).pages[0].text == "Text."
