"""Bytes of a file in, text out: plain text, Markdown, HTML and Word, none of them trusted.

No file is opened here. What cannot be read raises ``Unreadable`` with a sentence for people.
Plain text and Markdown keep their lines, so that line numbers stay those of the file.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from quotecheck.types import PageMark, Post, Span

LARGEST_POST = 20 * 2**20
LARGEST_READING = 200 * 2**20
LARGEST_PART = 100 * 2**20

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a packed file (ZIP, Word, EPUB)"),
    (b"\xd0\xcf\x11\xe0", "an old Word file (.doc)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "an RTF file"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"SQLite format 3", "a database"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class Unreadable(Exception):
    """A file that cannot be read; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class ReadingText:
    """The text of a reading and the offsets at which its pages start; none when it has none."""

    text: str
    page_starts: tuple[int, ...] = ()


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16, UTF-32 or a Windows code page, lines ended by \\n."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise Unreadable(f"This is {kind}, not text.")
    text = _decode(data)
    if len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) // 100:
        raise Unreadable("This is not text: it has too many control characters.")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def _decode(data: bytes) -> str:
    marks = (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    for mark, encoding in marks:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if wide := _wide_encoding(data[:4000]):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_code_page(data)


def _wide_encoding(start: bytes) -> str:
    """UTF-16 without a mark gives itself away: every other byte of Western text is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > len(start) * 0.3 and even < len(start) * 0.05:
        return "utf-16-le"
    if even > len(start) * 0.3 and odd < len(start) * 0.05:
        return "utf-16-be"
    return ""


def _decode_code_page(data: bytes) -> str:
    """Windows-1252, or 1251 where most letters would be accented ones: that is Russian."""
    western = data.decode("cp1252", "replace")
    letters = [char for char in western[:20_000] if char.isalpha()]
    if letters and sum(char >= "À" for char in letters) > len(letters) * 0.6:
        return data.decode("cp1251", "replace")
    return western


# What a file is


def read_post(data: bytes, name: str) -> Post:
    """A post from a file, told by its name; ``Unreadable`` when it is none."""
    _check_size(data, LARGEST_POST)
    suffix = suffix_of(name)
    if suffix == ".docx" or data.startswith(b"PK\x03\x04"):
        return _post_of(_docx_paragraphs(data))
    if suffix in (".html", ".htm", ".xhtml"):
        return _post_of(_html_paragraphs(decode(data)))
    if suffix in (".md", ".markdown"):
        return markdown_post(decode(data))
    return text_post(decode(data))


def read_reading(data: bytes, name: str) -> ReadingText:
    """A reading from a file, told by its name; form feeds start new pages."""
    _check_size(data, LARGEST_READING)
    suffix = suffix_of(name)
    if suffix == ".docx" or data.startswith(b"PK\x03\x04"):
        return _with_pages(re.sub(r"\f[\s\f]*\f", "\f", _joined(_docx_paragraphs(data))))
    if suffix in (".html", ".htm", ".xhtml"):
        return _with_pages(_joined(_html_paragraphs(decode(data))))
    if suffix in (".md", ".markdown"):
        return _with_pages(markdown_post(decode(data)).text)
    return _with_pages(decode(data))


def suffix_of(name: str) -> str:
    """The suffix of a file name, in lower case, with its dot."""
    return "." + name.rpartition(".")[2].lower() if "." in name else ""


def page_marks(starts: tuple[int, ...], first_label: str) -> tuple[PageMark, ...]:
    """The pages with their labels, counted up from the first ("1", "41" or "ix")."""
    labels = _count_from(first_label)
    return tuple(PageMark(start, next(labels)) for start in starts)


def _check_size(data: bytes, most: int) -> None:
    if not data.strip():
        raise Unreadable("The file is empty.")
    if len(data) > most:
        raise Unreadable(f"The file is larger than {most // 2**20} MB.")


def _with_pages(text: str) -> ReadingText:
    if "\f" not in text:
        return ReadingText(text)
    starts = [0] if text.split("\f", 1)[0].strip() else []
    starts += [match.end() for match in re.finditer("\f", text)]
    if starts and not text[starts[-1] :].strip():
        starts.pop()
    return ReadingText(text, tuple(starts))


def _count_from(first: str) -> Iterator[str]:
    roman = from_roman(first)
    number = roman or (int(first) if first.isdigit() else 1)
    while True:
        yield to_roman(number) if roman else str(number)
        number += 1


_ROMAN = tuple(
    zip(
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        strict=True,
    )
)


def to_roman(number: int) -> str:
    """12 as "xii"."""
    found = ""
    for sign, value in _ROMAN:
        found += sign * (number // value)
        number %= value
    return found


def from_roman(text: str) -> int:
    """ "xii" as 12; 0 for what is no roman number."""
    lowered = text.lower()
    rest, number = lowered, 0
    for sign, value in _ROMAN:
        while rest.startswith(sign):
            rest, number = rest[len(sign) :], number + value
    return number if text and not rest and to_roman(number) == lowered else 0


# Plain text and Markdown


def text_post(text: str) -> Post:
    """Plain text; lines that start with ">" are block quotations."""
    return _marked_up(text, lambda line: line)


def markdown_post(text: str) -> Post:
    """Markdown without its signs, line by line, so that lines keep their numbers."""
    return _marked_up(_without_code(text), _plain_line)


def _marked_up(text: str, plain: Callable[[str], str]) -> Post:
    lines: list[str] = []
    blocks: list[Span] = []
    position, start = 0, -1
    for line in text.split("\n"):
        quoted = line.lstrip().startswith(">")
        line = plain(re.sub(r"^\s*>[>\s]*", "", line, count=1) if quoted else line)
        if quoted and line.strip():
            start = position if start < 0 else start
            end = position + len(line)
        elif start >= 0:
            blocks.append(Span(start, end))
            start = -1
        lines.append(line)
        position += len(line) + 1
    if start >= 0:
        blocks.append(Span(start, end))
    return Post("\n".join(lines), tuple(blocks))


_HEADING = re.compile(r"^ {0,3}#{1,6}\s+")
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,200}\")?\)")
_LINK = re.compile(r"\[([^\[\]]{1,1000})\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,200}\")?\)")
_STRONG = re.compile(r"(?<![\w*_\\])(\*\*|__)(?=\S)([^*_]{1,2000})(?<=\S)\1(?![\w*_])")
_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=\S)([^*_]{1,2000})(?<=\S)\1(?![\w*_])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>\"'|~])")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def _plain_line(line: str) -> str:
    line = _HEADING.sub("", line)
    line = _IMAGE.sub("", line)
    line = _LINK.sub(r"\1", line)
    line = _STRONG.sub(r"\2", line)
    line = _EMPHASIS.sub(r"\2", line)
    return html.unescape(_ESCAPED.sub(r"\1", line)).replace("\n", " ")


def _without_code(text: str) -> str:
    """Fenced code as empty lines."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            lines.append("")
            fence = "" if match and match[1] == fence else fence
        elif match:
            lines.append("")
            fence = match[1]
        else:
            lines.append(line)
    return "\n".join(lines)


# Paragraphs, as HTML and Word have them


@dataclass(slots=True)
class _Written:
    """A paragraph: its text, and whether it is set as a block quotation."""

    parts: list[str] = field(default_factory=list)
    block: bool = False

    @property
    def text(self) -> str:
        return "".join(self.parts)


def _post_of(written: list[_Written]) -> Post:
    parts: list[str] = []
    blocks: list[Span] = []
    position = 0
    for paragraph in written:
        text = re.sub(r"\n\s*\n", "\n", paragraph.text.replace("\f", "")).strip()
        if not text:
            continue
        if paragraph.block:
            blocks.append(Span(position, position + len(text)))
        parts.append(text)
        position += len(text) + 2
    if not parts:
        raise Unreadable("There is no text in this file.")
    return Post("\n\n".join(parts), tuple(blocks))


def _joined(written: list[_Written]) -> str:
    text = "\n\n".join(part for paragraph in written if (part := paragraph.text.strip(" \n\t")))
    if not text.strip():
        raise Unreadable("There is no text in this file.")
    return text


# HTML

_RAW = frozenset(("script", "style", "template", "noscript", "svg", "math", "iframe", "textarea"))
_LEFT_OUT = frozenset(("head", "nav", "form", "select", "button", "aside"))
_PARAGRAPHS = frozenset(
    ("p", "div", "blockquote", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr")
) | frozenset(
    ("td", "th", "section", "article", "main", "header", "footer", "pre", "hr", "dl", "dt")
)
_PARAGRAPHS |= frozenset(("dd", "figure", "figcaption", "address", "aside", "nav", "form", "body"))
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")


def _html_paragraphs(text: str) -> list[_Written]:
    reader = _HtmlReader()
    for kind, value in _html_tokens(text):
        reader.take(kind, value)
    return reader.written


def _html_tokens(text: str) -> Iterator[tuple[str, str]]:
    """ "text", "open" and "close" tokens; each character is looked at a few times at most."""
    position, length = 0, len(text)
    while position < length:
        start = text.find("<", position)
        if start < 0:
            yield "text", text[position:]
            return
        yield "text", text[position:start]
        name = _TAG_NAME.match(text, start)
        if name is None and text[start + 1 : start + 2] not in ("!", "?"):
            yield "text", "<"
            position = start + 1
            continue
        end = _tag_end(text, start)
        if end < 0:
            yield "text", text[start:]
            return
        position = end
        if name is None:
            continue
        tag = name[1].lower()
        if text[start + 1] == "/":
            yield "close", tag
        elif tag in _RAW:
            position = _after_raw(text, tag, end)
        else:
            yield "open", tag


def _tag_end(text: str, start: int) -> int:
    """Where the tag, comment or declaration ends; -1 when it never does."""
    if text.startswith("<!--", start):
        end = text.find("-->", start + 4)
        return end + 3 if end >= 0 else -1
    end = text.find(">", start)
    for _ in range(8):  # ">" in an attribute
        if end < 0 or text.count('"', start, end) % 2 == 0:
            break
        quote = text.find('"', end)
        end = text.find(">", quote) if quote >= 0 else end
        if quote < 0:
            break
    return end + 1 if end >= 0 else -1


def _after_raw(text: str, tag: str, start: int) -> int:
    match = re.compile(f"</{tag}[^>]{{0,100}}>", re.IGNORECASE).search(text, start)
    return match.end() if match else len(text)


class _HtmlReader:
    def __init__(self) -> None:
        self.written = [_Written()]
        self.left_out = 0
        self.quoted = 0

    def take(self, kind: str, value: str) -> None:
        if kind == "text":
            self._text(value)
        elif kind == "open":
            self._open(value)
        else:
            self._close(value)

    def _text(self, value: str) -> None:
        if not self.left_out and value:
            self.written[-1].parts.append(re.sub(r"\s+", " ", html.unescape(value)))

    def _open(self, tag: str) -> None:
        self.left_out += tag in _LEFT_OUT
        self.quoted += tag == "blockquote"
        if tag in _PARAGRAPHS:
            self._new_paragraph()
        elif tag == "br":
            self.written[-1].parts.append("\n")
        elif tag == "q":
            self.written[-1].parts.append("“")

    def _close(self, tag: str) -> None:
        self.left_out = max(0, self.left_out - (tag in _LEFT_OUT))
        self.quoted = max(0, self.quoted - (tag == "blockquote"))
        if tag in _PARAGRAPHS:
            self._new_paragraph()
        elif tag == "q":
            self.written[-1].parts.append("”")

    def _new_paragraph(self) -> None:
        if self.written[-1].parts:
            self.written.append(_Written(block=self.quoted > 0))
        else:
            self.written[-1].block = self.quoted > 0


# Word

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_QUOTE_STYLE = re.compile(r"quot|zitat|citat|citaz|cita\b|block", re.IGNORECASE)


def _docx_paragraphs(data: bytes) -> list[_Written]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _part(archive, "word/document.xml")
            notes = _part(archive, "word/footnotes.xml", needed=False)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("This Word file is damaged or locked with a password.") from error
    written = [_docx_paragraph(each) for each in _xml(body).iter(f"{_W}p")]
    if notes:
        written += _docx_notes(_xml(notes))
    return written


def _part(archive: zipfile.ZipFile, name: str, *, needed: bool = True) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        if needed:
            raise Unreadable("This is a packed file, but not a Word file (.docx).") from None
        return b""
    with archive.open(info) as file:
        data = file.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise Unreadable(f"This Word file unpacks to more than {LARGEST_PART // 2**20} MB.")
    return data


def _xml(data: bytes) -> ElementTree.Element:
    """The tree; entities and document types are refused, since Word writes none."""
    if b"\x00" in data[:200] or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Unreadable("This Word file has parts that Word does not write, so it is not read.")
    try:
        return ElementTree.fromstring(data)  # noqa: S314  (no entities left to expand)
    except ElementTree.ParseError as error:
        raise Unreadable("This Word file is damaged.") from error


def _docx_paragraph(element: ElementTree.Element) -> _Written:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = style.get(f"{_W}val", "") if style is not None else ""
    return _Written(list(_docx_text(element)), bool(_QUOTE_STYLE.search(name)))


def _docx_text(element: ElementTree.Element) -> Iterator[str]:
    """The text of a paragraph as it stands, without what was struck out."""
    waiting = [element]
    while waiting:
        each = waiting.pop()
        tag = each.tag.removeprefix(_W) if isinstance(each.tag, str) else ""
        inner_paragraph = tag == "p" and each is not element  # a text box: it has its own turn
        if inner_paragraph or tag in ("del", "moveFrom", "instrText", "pPr", "rPr"):
            continue
        if tag == "t":
            yield each.text or ""
        elif tag in ("tab", "br", "cr", "lastRenderedPageBreak", "noBreakHyphen"):
            yield _docx_sign(each, tag)
        elif tag in ("footnoteReference", "endnoteReference"):
            yield f"[{each.get(f'{_W}id', '')}]"
        waiting += reversed(list(each))


def _docx_sign(each: ElementTree.Element, tag: str) -> str:
    if tag == "br" and each.get(f"{_W}type") == "page":
        return "\f"
    return {"tab": "\t", "noBreakHyphen": "-", "lastRenderedPageBreak": "\f"}.get(tag, "\n")


def _docx_notes(tree: ElementTree.Element) -> list[_Written]:
    found: list[_Written] = []
    for note in tree.iter(f"{_W}footnote"):
        if note.get(f"{_W}type"):
            continue  # the lines that part the notes from the text
        text = " ".join("".join(_docx_text(each)) for each in note.iter(f"{_W}p")).strip()
        found.append(_Written([f"[{note.get(f'{_W}id', '')}] {text}"]))
    return found
