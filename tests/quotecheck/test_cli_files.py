"""Files in, text out; none of them trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotecheck import files
from quotecheck.files import Unreadable, decode, page_marks, read_post, read_reading
from quotecheck.folder import from_file_name
from quotecheck.types import Post, Span
from tests.quotecheck.wordfile import packed, word_file

WORDS = "„Bestürzung“ – “outrage” café, naïve"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_common_encodings_are_read(encoding: str) -> None:
    text = WORDS if encoding != "utf-16-be" else "plain enough words in two bytes each"
    text = text if encoding != "utf-16-le" else "plain enough words in two bytes each"
    assert decode(text.encode(encoding)) == text


def test_russian_in_an_old_code_page_is_read() -> None:
    text = "Партия усвоила урок, и никто не забыл её страха."
    assert decode(text.encode("cp1251")) == text


def test_lines_end_alike_whatever_the_system() -> None:
    assert decode(b"a\r\nb\rc\nd") == "a\nb\nc\nd"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04rest", "a packed file"),
        (b"\xd0\xcf\x11\xe0rest", "an old Word file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"{\\rtf1 words}", "an RTF file"),
        (bytes(range(1, 30)) * 20, "control characters"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        decode(data)


def quoted_blocks(post: Post) -> list[str]:
    return [post.text[start:end] for start, end in post.block_quotes]


def test_markdown_loses_its_signs_but_no_line() -> None:
    text = (
        '# Title\n\nSome **strong** and _soft_ and snake_case words, a [link](http://x.org "t")\n'
        "and ![a picture](p.png) and 2 * 3 * 4 and \\*this\\* &amp; that.\n\n"
        "> quoted *here*\n> and there\n\n```python\nx = “no”\n```\nend"
    )
    post = read_post(text.encode(), "post.md")
    lines = post.text.split("\n")
    assert len(lines) == text.count("\n") + 1
    assert lines[0] == "Title"
    assert lines[2] == "Some strong and soft and snake_case words, a link"
    assert lines[3] == "and  and 2 * 3 * 4 and *this* & that."
    assert lines[8:11] == ["", "", ""]
    assert quoted_blocks(post) == ["quoted here\nand there"]


def test_plain_text_quotes_with_an_arrow() -> None:
    post = read_post(b"He wrote:\n\n> a line\n> and another\n\nI think a > b.", "post.txt")
    assert quoted_blocks(post) == ["a line\nand another"]
    assert post.text.endswith("I think a > b.")


def test_html_becomes_paragraphs_without_furniture() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>"
        "<nav>Home</nav><!-- “no” --><p>One\n  two<br>three &ldquo;four&rdquo;</p>"
        '<div title="a > b">five</div><blockquote><p>six</p><p>seven</p></blockquote>'
        "<script>if (a < b) '</p>'</script><p>1 < 2 <q>eight</q><form>Reply <input></form>nine"
    )
    post = read_post(page.encode(), "page.html")
    assert post.text.split("\n\n") == [
        "One two\nthree “four”",
        "five",
        "six",
        "seven",
        "1 < 2 “eight”",
        "nine",
    ]
    assert quoted_blocks(post) == ["six", "seven"]


@pytest.mark.parametrize("broken", ["<p", "<!--", "<a href='", "<script>x", "<", "</", "<?", "<!"])
def test_broken_html_keeps_its_words(broken: str) -> None:
    assert "words" in read_post(f"<p>words{broken}".encode(), "page.html").text


def test_word_keeps_what_stands_and_not_what_was_struck_out() -> None:
    body = (
        "<w:p><w:r><w:t>One</w:t></w:r><w:del><w:r><w:delText>no</w:delText><w:t>no</w:t></w:r>"
        "</w:del><w:ins><w:r><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r></w:ins>"
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="IntenseQuote"/></w:pPr><w:r><w:t>four</w:t></w:r></w:p>'
    )
    notes = (
        '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Jones, p. 42.</w:t></w:r></w:p></w:footnote>'
    )
    post = read_post(word_file(body=body, notes=notes), "post.docx")
    assert post.text == "One\ttwo\nthree[2]\n\nfour\n\n[2] Jones, p. 42."
    assert quoted_blocks(post) == ["four"]


def test_word_pages_are_pages() -> None:
    body = (
        '<w:p><w:r><w:t>One</w:t><w:br w:type="page"/></w:r></w:p>'
        "<w:p><w:r><w:lastRenderedPageBreak/><w:t>Two</w:t></w:r></w:p>"
    )
    reading = read_reading(word_file(body=body), "reading.docx")
    assert [reading.text[start:].strip()[:3] for start in reading.page_starts] == ["One", "Two"]


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 but no more", "damaged"),
        (word_file("words")[:-30], "damaged"),
        (packed({"readme.txt": "words"}), "not a Word file"),
        (packed({"word/document.xml": ENTITIES}), "Word does not write"),
        (packed({"word/document.xml": "<w:p"}), "damaged"),
        (word_file(""), "no text"),
    ],
)
def test_bad_word_files_end_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_post(data, "post.docx")


def test_a_word_file_that_unpacks_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "LARGEST_PART", 2**20)
    bomb = packed({"word/document.xml": "<x>" + " " * 2**21 + "</x>"})
    assert len(bomb) < 2**14
    with pytest.raises(Unreadable, match="unpacks to more than 1 MB"):
        read_post(bomb, "post.docx")


def test_form_feeds_start_pages() -> None:
    reading = read_reading(b"one\n\ftwo\n\f\fthree\n\f", "reading.txt")
    pages = page_marks(reading.page_starts, "41")
    assert [page.label for page in pages] == ["41", "42", "43", "44"]
    assert reading.text[pages[3].start :].strip() == "three"
    assert read_reading(b"one", "reading.txt").page_starts == ()


def test_roman_pages_are_counted_on() -> None:
    assert [page.label for page in page_marks((0, 1, 2, 3), "viii")] == ["viii", "ix", "x", "xi"]


@given(st.integers(1, 3000))
def test_roman_numbers_read_back(number: int) -> None:
    assert files.from_roman(files.to_roman(number)) == number


@pytest.mark.parametrize(
    ("name", "author", "title", "year"),
    [
        ("Jones - Myth, Memory, Trauma (2013).txt", "Jones", "Myth, Memory, Trauma", "2013"),
        ("Polly Jones – Myth (2013).pdf", "Polly Jones", "Myth", "2013"),
        ("Jones 2013.txt", "Jones", "", "2013"),
        ("Jones_-_Myth_2013.txt", "Jones", "Myth", "2013"),
        ("Middlemarch.txt", "", "Middlemarch", ""),
        ("1984.txt", "", "1984", ""),
        ("notes", "", "notes", ""),
    ],
)
def test_file_names_tell_author_title_and_year(
    name: str, author: str, title: str, year: str
) -> None:
    found = from_file_name(name)
    assert (found.author, found.title, found.year) == (author, title, year)


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md", "a.html", "a.docx", "a"]))
def test_any_bytes_give_text_or_a_sentence(data: bytes, name: str) -> None:
    try:
        post = read_post(data, name)
    except Unreadable as problem:
        assert str(problem).endswith(".")
    else:
        assert all(Span(*span).end <= len(post.text) for span in post.block_quotes)
        post.text.encode("utf-8")
