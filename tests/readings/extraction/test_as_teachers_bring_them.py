"""Files as teachers bring them: from Project Gutenberg, from a newspaper's site, in other formats."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.readings.extraction.makezip import epub, packed

from quaestio.readings.extraction import Extracted, Refused, extract

GUTENBERG = """\ufeffThe Project Gutenberg eBook of Frost and Mud

This ebook is for the use of anyone anywhere in the United States.

Title: Frost and Mud

Author: Jane Tarrant

*** START OF THE PROJECT GUTENBERG EBOOK FROST AND MUD ***

The winter ended in a _single_ afternoon, and nobody in _The Morning
Post_ noticed it; a snake_case_word and a __blank__ stay.

It was warm.

*** END OF THE PROJECT GUTENBERG EBOOK FROST AND MUD ***

Updated editions will replace the previous one.
"""
NEWS = """<html><head><title>The thaw | The Courier</title></head><body>
<div class="cookie-consent"><p>We value your privacy.</p></div>
<main><article class="has-related"><h1>The thaw</h1><p>{words}</p>
<div class="newsletter-signup"><p>Sign up to our newsletter</p></div><p>It was warm.</p>
<div class="share_buttons"><p>Share this</p></div></article></main></body></html>"""
WORDS = "Nobody in the street had expected the pipes to burst so early in the year. " * 12


def read(folder: Path, data: bytes) -> Extracted:
    path = folder / "upload.bin"
    path.write_bytes(data)
    return extract(path)


def test_a_book_of_project_gutenberg_is_the_book_alone(tmp_path: Path) -> None:
    found = read(tmp_path, GUTENBERG.encode())
    assert (found.title, found.author) == ("Frost and Mud", "Jane Tarrant")
    assert "\n\n".join(page.text for page in found.pages) == (
        "The winter ended in a single afternoon, and nobody in The Morning Post noticed it; "
        "a snake_case_word and a __blank__ stay.\n\nIt was warm."
    )


def test_strokes_in_another_text_are_left_alone(tmp_path: Path) -> None:
    text = "It ended in a _single_ afternoon."
    assert read(tmp_path, text.encode()).pages[0].text == text


def test_what_a_newspaper_puts_between_its_paragraphs_is_left_out(tmp_path: Path) -> None:
    (page,) = read(tmp_path, NEWS.format(words=WORDS).encode()).pages
    assert page.text == f"The thaw\n\n{WORDS.strip()}\n\nIt was warm."


def test_a_heading_before_the_mark_of_a_page_stands_on_that_page(tmp_path: Path) -> None:
    chapters = [
        f'<h1>Chapter {n}</h1><p><span epub:type="pagebreak" title="{2 * n}"/>Words.</p>'
        f'<p><span epub:type="pagebreak" title="{2 * n + 1}"/>More.</p>'
        for n in (1, 2)
    ]
    found = read(tmp_path, epub(chapters))
    assert [(page.label, page.text) for page in found.pages] == [
        ("2", "Chapter 1\n\nWords."),
        ("3", "More."),
        ("4", "Chapter 2\n\nWords."),
        ("5", "More."),
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"ppt/presentation.xml": "<x/>"}, "slides"),
        ({"xl/workbook.xml": "<x/>"}, "spreadsheet"),
        ({"content.xml": "<x/>", "mimetype": "text"}, "OpenDocument"),
        ({"Index/Document.iwa": "x"}, "Pages document"),
        ({"photo.jpg": "x"}, "archive"),
    ],
)
def test_other_formats_are_named_and_told_how_to_become_one_that_is_read(
    tmp_path: Path, files: dict[str, bytes | str], told: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, packed(files))
    assert told in str(refused.value)
    assert refused.value.code == "unknown_type"


def test_an_rtf_file_is_told_so_too(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"save it as \.docx or PDF"):
        read(tmp_path, rb"{\rtf1\ansi Hello.}")
