"""Files as people upload them, with every trouble we know of: what a reader should get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import Line, Sheet, pdf, sheet, two_columns
from tests.readings.extraction.makezip import docx, epub, paragraph

from quaestio.readings.extraction import Extracted, extract

Read = Callable[[bytes], Extracted]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def _read(content: bytes) -> Extracted:
        path = tmp_path / "file"
        path.write_bytes(content)
        return extract(path)

    return _read


def text(found: Extracted) -> str:
    return "\n\n".join(page.text for page in found.pages)


BODY = """It is a curious fact that the office of the com-
mittee was known to nobody. The self-
made men of the district found it by the smell of
ink, and the others did not find it at all until the
winter was over and the first ﬂood had come."""


def test_print_words_divided_at_the_line_end_are_whole_and_compounds_keep_their_hyphen(
    read: Read,
) -> None:
    found = text(read(pdf([sheet(BODY.replace("ﬂ", "fl"))])))
    assert "the office of the committee was known" in found
    assert "The self-made men" in found
    assert "first flood had come." in found


def test_running_heads_and_numbers_stay_out_of_a_sentence_that_goes_over_the_page(
    read: Read,
) -> None:
    leaves = (
        "In spring the clerk was\nasked for the list, and he brought",
        "a box of lamps to the\noffice above the post, where nobody",
        "had a key; so the whole\ncompany waited in the yard until",
        "dusk, when a boy came with\nthe bread and told them what",
        "they knew already, that no\nmeeting had been called for that",
        "evening or any other, and\nthat the list was lost.",
    )
    pages = [
        sheet(leaf, head="THE COMMITTEE" if n % 2 else "A. WINTER", foot=str(40 + n))
        for n, leaf in enumerate(leaves)
    ]
    found = read(pdf(pages))
    assert "WINTER" not in text(found)
    assert "COMMITTEE" not in text(found)
    assert [page.label for page in found.pages] == ["40", "41", "42", "43", "44", "45"]
    assert "41" not in found.pages[1].text
    # What was kept out is still told.
    assert "COMMITTEE" in found.pages[1].furniture


def test_footnote_marks_stay_out_of_sentences_and_notes_stay_on_their_page(read: Read) -> None:
    page = Sheet(
        [
            Line("They had been told to wait", 72, 700, 12),
            Line("3", 214, 705, 7),
            Line("until the spring, and they did.", 222, 700, 12),
            Line("3 So the minutes, which are lost.", 72, 80, 9),
        ]
    )
    found = text(read(pdf([page])))
    assert "told to wait until the spring" in found.replace("\n", " ")
    assert "So the minutes, which are lost." in found


LEFT = [f"left column line {n} of many" for n in range(12)]
RIGHT = [f"right column line {n} of many" for n in range(12)]


@pytest.mark.parametrize("by_row", [False, True])
def test_columns_are_read_one_after_the_other(read: Read, by_row: bool) -> None:
    found = text(read(pdf([two_columns(LEFT, RIGHT, by_row=by_row)]))).replace("\n", " ")
    assert found.index("left column line 11") < found.index("right column line 0")


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "mac-roman", "latin-1"]
CYRILLIC = ["utf-8", "utf-16", "cp1251", "koi8-r", "cp866", "iso8859-5"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_accents_are_whole_in_any_common_encoding(read: Read, encoding: str) -> None:
    said = "Le siècle passé, à Genève: élan, façade, naïveté. Das weiß niemand, sagt Jürgen Höß."
    assert text(read((said + "\n").encode(encoding) * 3)).count("Genève: élan, façade") == 3


@pytest.mark.parametrize("encoding", CYRILLIC)
def test_cyrillic_is_whole_in_any_common_encoding(read: Read, encoding: str) -> None:
    said = "В том году снег сошёл рано, и никто этого не заметил. Потом он выпал снова."
    assert "снег сошёл рано" in text(read(said.encode(encoding)))


SAVED = """<!doctype html><html><head><meta charset="windows-1252"><title>Mud – The Desk</title>
<script>var x = "<p>no</p>";</script><style>p { color: red }</style></head><body>
<div class="cookie">We use cookies.</div><header><a href="/">The Desk</a></header>
<nav><ul><li>Home</li><li>About</li></ul></nav>
<article><h1>Mud</h1><p>The thaw came <em>late</em><sup><a href="#n1">1</a></sup> and went early.</p>
<figure><img src="x.png"><figcaption>A street in March.</figcaption></figure>
<p>Nobody minded\xa0it.</p><div class="share">Share this</div></article>
<aside class="related"><p>More about frost.</p></aside>
<div class="comments"><p>First!</p></div><footer>© The Desk</footer></body></html>"""


def test_of_a_saved_web_page_the_article_is_kept_and_its_furniture_is_not(read: Read) -> None:
    found = read(SAVED.encode("cp1252"))
    assert "The thaw came late and went early." in text(found)
    assert "Nobody minded it." in text(found)
    for furniture in ("cookies", "Home", "Share this", "frost", "First!", "©", "red", "no"):
        assert furniture not in text(found).split("\n\n")
        assert furniture == "no" or furniture not in text(found)
    assert found.title == "Mud"


NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><pageList>'
    '<pageTarget value="7" type="normal"><navLabel><text>7</text></navLabel>'
    '<content src="text/c1.xhtml#p7"/></pageTarget>'
    '<pageTarget value="8" type="normal"><navLabel><text>8</text></navLabel>'
    '<content src="text/c1.xhtml#p8"/></pageTarget></pageList></ncx>'
)
NAV = (
    "<nav epub:type='page-list'><ol><li><a href='text/c1.xhtml#p7'>7</a></li>"
    "<li><a href='text/c1.xhtml#p8'>8</a></li></ol></nav>"
)


@pytest.mark.parametrize("pages", [{"ncx": NCX}, {"nav": NAV}], ids=["EPUB 2", "EPUB 3"])
def test_a_book_with_a_page_list_has_the_pages_of_the_printed_one(
    read: Read, pages: dict[str, str]
) -> None:
    chapter = "<p id='p7'>It began on seven and <span id='p8'/>ended on eight.</p>"
    found = read(epub([chapter], **pages))
    assert [(page.kind, page.label, page.text) for page in found.pages] == [
        ("page", "7", "It began on seven and"),
        ("page", "8", "ended on eight."),
    ]
    assert found.labels_from == "carried"


def test_a_word_file_has_its_paragraphs_headings_and_notes(read: Read) -> None:
    note = (
        '<w:footnote w:id="1"><w:p><w:r><w:t>A note of the editor.</w:t></w:r></w:p></w:footnote>'
    )
    body = (
        paragraph("Chapter 2", style="berschrift1") + paragraph("It thawed.") + paragraph("Twice.")
    )
    found = read(docx(body, footnotes=note))
    page = found.pages[0]
    assert (page.heading, page.chapter, page.paragraphs) == ("Chapter 2", "2", (0, 1, 2, 3))
    assert page.text.endswith("A note of the editor.")


def test_markdown_is_read_as_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("# Mud\n\nThe *thaw* came **late**.\n\n> A quotation.\n\n- one\n- two\n")
    found = extract(path, media_type="text/markdown")
    assert text(found) == "Mud\n\nThe thaw came late.\n\nA quotation.\n\none\n\ntwo"
    assert found.pages[0].paragraphs == (0, 1, 2, 3, 4)
