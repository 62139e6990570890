"""Plain text, Markdown, and web pages: everything that is letters from the first byte to the last.

Text that was broken into lines of a fixed width goes the same way as print, each letter a small
square of six by twelve points: the same rules then find paragraphs, verse and running heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import labels
from .decoding import decode
from .furniture import find_furniture
from .layout import Line, Sheet, Word
from .markup import article_of, parse_html, pieces_of, read_html
from .notes import take_from_markdown, take_from_text, with_notes
from .paging import Block, Piece, contents_of, pages_of
from .prose import Vocabulary, clean, paragraphs
from .types import MARKDOWN, PLAIN, Extracted, ExtractedPage, Limits, Order, Refused
from .types import Sentence as _

_LETTER_WIDTH, _LINE_HEIGHT = 6.0, 12.0
_LONGEST_SET_LINE = 120  # characters; where lines are longer, each is a paragraph
_BLOCK_LINES = 400
_LOOKS_LIKE_HTML = re.compile(
    rb"(?:\s|<!--[^>]{0,2000}?-->|<\?xml[^>]{0,200}\?>)*"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|article|main|div|p|h1)\b",
    re.IGNORECASE,
)


def read_text(data: bytes, order: Order, limits: Limits) -> Extracted:
    """Whatever the bytes are, if they are letters."""
    if _looks_like_html(data):
        return read_html(data)
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limits.characters:
        raise _too_long(limits)
    if not text.strip():
        raise Refused("empty", _("There is no text in this file, only white space."))
    if order.media_type == MARKDOWN:
        return _read_markdown(text)
    text, title, author = _from_gutenberg(text)
    if "\f" in text.strip("\f\n "):
        pages, labels_from = _printed_pages(text, order, limits)
        return Extracted(PLAIN, title, author, pages, labels_from=labels_from)
    body, notes = take_from_text(text)
    pieces = with_notes((Block(one) for one in _paragraphs(body)), [clean(one) for one in notes])
    return Extracted(PLAIN, title, author, pages_of(pieces))


_GUTENBERG = re.compile(
    r"\A(?P<head>.{0,6000}?)^\*\*\* ?START OF TH(?:E|IS) PROJECT GUTENBERG EBOOK[^\n]*\*\*\*[ \t]*$"
    r"(?P<book>.*)^\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG EBOOK",
    re.DOTALL | re.MULTILINE,
)
_SAID = re.compile(r"^(Title|Author): *(\S[^\n]*)$", re.MULTILINE)
_SLANTED = re.compile(r"(?<![\w_])_(?=[^\s_])((?:(?!\n\s*\n)[^_]){1,400}?)(?<=[^\s_])_(?![\w_])")


def _from_gutenberg(text: str) -> tuple[str, str, str]:
    """A text, its title and its author. Of an electronic book of Project Gutenberg, the book alone,
    without what its publisher says of it and the strokes that stand for italics.
    """
    whole = _GUTENBERG.match(text)
    if whole is None or not whole["book"].strip():
        return text, "", ""
    said = {name: clean(value)[:300].strip() for name, value in _SAID.findall(whole["head"])}
    book = _SLANTED.sub(r"\1", whole["book"]).strip("\n")
    return book, said.get("Title", ""), said.get("Author", "")


def _looks_like_html(data: bytes) -> bool:
    start = data[:8192].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\x00", b"")
    return bool(_LOOKS_LIKE_HTML.match(start))


def _too_long(limits: Limits) -> Refused:
    return Refused(
        "too_big_inside",
        _(
            "This file holds more text than a reading may have, %(limit)d million characters. "
            "Upload the chapters the class reads.",
            limit=limits.characters // 1_000_000,
        ),
    )


def _read_markdown(text: str) -> Extracted:
    """By way of the web page it stands for; HTML inside it is only text."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

    def pieces_in(part: str) -> list[Piece]:
        rendered = markdown.render(part)
        return pieces_of(article_of(parse_html(f"<body>{rendered}</body>")), whole=True)

    body, notes = take_from_markdown(text)
    said = (pieces_in(note) for note in notes)
    told = ["\n".join(one.text for one in note if isinstance(one, Block)) for note in said]
    pieces = with_notes(pieces_in(body), told)
    first = pieces[0] if pieces else None
    title = first.text if isinstance(first, Block) and first.is_heading else ""
    return Extracted(MARKDOWN, title[:300], "", pages_of(pieces), contents=contents_of(pieces))


def _printed_pages(
    text: str, order: Order, limits: Limits
) -> tuple[tuple[ExtractedPage, ...], str]:
    """Text with form feeds: each is the end of a page, as printers have it."""
    count = text.removesuffix("\f").count("\f") + 1
    if count > limits.pages:
        raise Refused(
            "too_many_pages",
            _(
                "This file has %(count)d pages; a reading may have up to %(limit)d. "
                "Upload the chapters the class reads.",
                count=count,
                limit=limits.pages,
            ),
        )
    sheets = [_sheet(page) for page in text.removesuffix("\f").split("\f")]
    edges = [[line.text for line in (*s.lines[:2], *s.lines[2:][-2:])] for s in sheets]
    printed = labels.printed_numbers(edges)
    chosen, labels_from = labels.choose(
        [""] * len(sheets), printed, order.first_label, order.first_page
    )
    furniture = find_furniture(sheets, printed if any(printed) else chosen)
    vocabulary = Vocabulary(line.text for sheet in sheets for line in sheet.lines)
    pages = []
    for index, (sheet, gone) in enumerate(zip(sheets, furniture, strict=True)):
        body = [line for number, line in enumerate(sheet.lines) if number not in gone]
        pages.append(
            ExtractedPage(
                number=index + 1,
                label=chosen[index],
                text="\n\n".join(paragraphs(body, vocabulary)) if body else "",
                furniture="\n".join(sheet.lines[number].text for number in sorted(gone)),
            )
        )
    return tuple(pages), labels_from


def _sheet(page: str) -> Sheet:
    rows = page.split("\n")
    lines = [_line(row, number) for number, row in enumerate(rows) if row.strip()]
    return Sheet(lines, -len(rows) * _LINE_HEIGHT / 2)


def _line(row: str, number: int) -> Line:
    base = -number * _LINE_HEIGHT
    words = [
        Word(
            match[0],
            match.start() * _LETTER_WIDTH,
            match.end() * _LETTER_WIDTH,
            base,
            _LINE_HEIGHT,
        )
        for match in re.finditer(r"\S+", clean(row).expandtabs(4))
    ]
    # Only signs that cannot be seen: the line stays, empty of ink.
    return Line(words or [Word("", 0, 0, base, _LINE_HEIGHT)])


def _paragraphs(text: str) -> Iterator[str]:
    rows = text.split("\n")
    width = _usual_width(rows)
    if width > _LONGEST_SET_LINE:
        yield from _one_a_line(rows)
        return
    vocabulary = Vocabulary(clean(row) for row in rows)
    for block in _blocks(rows):
        if max(len(row) for row in block) > 8 * _LONGEST_SET_LINE:
            yield from _one_a_line(block)
        else:
            lines = [_line(row, number) for number, row in enumerate(block)]
            yield from paragraphs(lines, vocabulary, width * _LETTER_WIDTH)


def _usual_width(rows: list[str]) -> int:
    """As wide as nineteen lines in twenty."""
    widths = sorted(len(row) for row in rows if row.strip())
    return widths[len(widths) * 19 // 20] if widths else 0


def _blocks(rows: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for row in rows:
        if row.strip():
            block.append(row)
        if block and (not row.strip() or len(block) >= _BLOCK_LINES):
            yield block
            block = []
    if block:
        yield block


def _one_a_line(rows: list[str]) -> Iterator[str]:
    for row in rows:
        text = " ".join(clean(row).split())
        if text:
            yield text
