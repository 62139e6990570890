"""Plain text, Markdown and web pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quaestio.readings.extraction import Refused, extract

Write = Callable[[bytes], Path]

GERMAN = "„Das ist schön“, sagte er – und fügte hinzu: „Über Größe läßt sich streiten.“"
FRENCH = "« L'été dernier, à Genève, déjà », dit-elle ; puis : « Où ça ? »"
RUSSIAN = (
    "Товарищи! В отчетном докладе Центрального Комитета партии было сказано о культе личности."
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(data: bytes) -> Path:
        path = tmp_path / "upload.bin"
        path.write_bytes(data)
        return path

    return _write


def text_of(path: Path) -> str:
    return "\n\n".join(page.text for page in extract(path).pages)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (FRENCH, "latin-1"),
        (FRENCH, "mac-roman"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "iso8859-5"),
        (RUSSIAN, "utf-16"),
    ],
)
def test_letters_come_out_whole_whatever_the_encoding(
    write: Write, text: str, encoding: str
) -> None:
    assert text_of(write(text.encode(encoding))) == text


def test_one_wrong_byte_does_not_change_all_the_others(write: Write) -> None:
    data = (GERMAN * 20).encode() + b" caf\xe9."
    assert text_of(write(data)).startswith(GERMAN)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"  \n\n \t ", "empty"),
        (bytes(range(256)) * 40, "unknown_type"),
        (b"\x00\x01" * 500, "unknown_type"),
        (b"MZ\x90\x00\x03" + b"\x00" * 300, "unknown_type"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "unknown_type"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00", "unknown_type"),
        (b"{\\rtf1 hello}", "unknown_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504, "unknown_type"),
        (b"\x1f\x8b\x08" + b"\x00" * 50, "unknown_type"),
        (b"\xa4\xa6\xb1\xd7\xf7\xac" * 200, "encoding"),
    ],
    ids=[
        "white space", "every byte", "zeros", "program", "picture", "bitmap", "RTF", "old Word",
        "gzip", "no encoding fits",
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused(write: Write, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(write(data))
    assert caught.value.code == code


def test_the_claimed_type_is_not_believed(write: Write) -> None:
    path = write(b"Only a few words.")
    assert extract(path, media_type="application/pdf").media_type == "text/plain"


def test_lines_of_a_fixed_width_are_joined(write: Write) -> None:
    data = (
        b"Some text that was wrapped at a\nfixed width of thirty-two char-\n"
        b"acters or so. And goes on here.\n\nAnother paragraph is here for\nus to read it.\n"
    )
    assert text_of(write(data)) == (
        "Some text that was wrapped at a fixed width of thirty-two characters or so. "
        "And goes on here.\n\nAnother paragraph is here for us to read it."
    )


def test_long_lines_are_paragraphs(write: Write) -> None:
    paragraphs = [f"Paragraph {n} " + "goes on and on " * 15 + "." for n in range(3)]
    assert text_of(write("\n".join(paragraphs).encode())) == "\n\n".join(paragraphs)


def test_a_form_feed_ends_a_page(write: Write) -> None:
    extracted = extract(write(b"The first page.\n\f\nThe second page.\n\f"), first_label="7")
    assert [(page.label, page.text) for page in extracted.pages] == [
        ("7", "The first page."),
        ("8", "The second page."),
    ]


def test_text_without_pages_is_cut_between_paragraphs_and_those_are_numbered(write: Write) -> None:
    paragraphs = [f"Number {n}: " + "word " * 118 + "end." for n in range(1, 13)]
    pages = extract(write("\n\n".join(paragraphs).encode())).pages
    assert [page.paragraphs for page in pages] == [
        (1, 2, 3, 4, 5),
        (6, 7, 8, 9, 10),
        (11, 12),
    ]
    assert [page.label for page in pages] == ["1–5", "6–10", "11–12"]
    assert "\n\n".join(page.text for page in pages) == "\n\n".join(paragraphs)


def test_ten_megabytes_on_one_line_become_pages_one_can_show(write: Write) -> None:
    pages = extract(write(b"word " * 2_000_000)).pages
    assert max(len(page.text) for page in pages) <= 12_000
    assert sum(page.text.count("word") for page in pages) == 2_000_000
    assert {page.paragraphs for page in pages} == {(1,)}


def test_markdown_is_read_without_its_signs(write: Write) -> None:
    data = (
        b"# The *Speech*\n\nSome **strong** words, [linked](http://x.test).\n\n> Quoted.\n\n- one\n"
    )
    (page,) = extract(write(data), media_type="text/markdown").pages
    assert page.text == "The Speech\n\nSome strong words, linked.\n\nQuoted.\n\none"
    assert page.paragraphs == (0, 1, 2, 3)
    assert page.heading == "The Speech"


PAGE = b"""<!DOCTYPE html><html><head><meta charset="windows-1251"><title>Blog | Speech</title>
<meta name="author" content="A. Jones"><style>p{}</style></head><body>
<header><h1>A Blog</h1><nav><ul><li>Home</li><li>About</li></ul></nav></header>
<article><header><h1>The Speech</h1></header>
<p>He <em>spoke</em><sup><a href="#n1">1</a></sup> for
four   hours.</p><p>Water is H<sub>2</sub>O, x<sup>2</sup>.</p>
<aside><p>Buy now!</p></aside><script>alert("hello")</script>
<h2>Afterwards</h2><ul><li>\xd1\xf2\xe0\xeb\xe8\xed</li></ul>line one<br>line two
<div class="share buttons">Tweet this</div></article>
<form><input value="x">Reply</form><footer>Copyright</footer></body></html>"""


def test_a_web_page_is_read_without_its_furniture(write: Write) -> None:
    extracted = extract(write(PAGE))
    (page,) = extracted.pages
    assert page.text.split("\n\n") == [
        "The Speech",
        "He spoke for four hours.",
        "Water is H2O, x2.",
        "Afterwards",
        "Сталин",
        "line one\nline two",
    ]
    assert page.paragraphs == (0, 1, 2, 0, 3, 4)
    assert (extracted.title, extracted.author) == ("The Speech", "A. Jones")
    assert extracted.media_type == "text/html"


def test_page_numbers_inside_a_web_page_make_its_pages(write: Write) -> None:
    data = (
        b"<html><body><p><span class='pagenum'>[Pg 41]</span>Here is the first</p>"
        b"<p>and this goes <span class='pagenum'>[Pg 42]</span>over the page.</p>"
        b"<p><span class='pagenum'>[Pg 43]</span>Last.</p></body></html>"
    )
    pages = extract(write(data)).pages
    assert [(page.label, page.text, page.paragraphs) for page in pages] == [
        ("41", "Here is the first\n\nand this goes", (1, 2)),
        ("42", "over the page.", (2,)),
        ("43", "Last.", (3,)),
    ]


def test_a_web_page_without_words_is_refused(write: Write) -> None:
    with pytest.raises(Refused) as caught:
        extract(write(b"<html><body><div id='root'></div><script>app()</script></body></html>"))
    assert caught.value.code == "no_text"
