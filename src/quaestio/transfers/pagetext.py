"""Bytes to text, and text to the numbered lines a page is read from.

A saved page source (HTML) comes out as the lines a browser would have copied, so that everything
after this module reads one kind of page. What only the source knows (this is the title, this is a
menu, here a comment begins) travels along as ``Line.hint``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from lxml import etree

MAX_BYTES = 5_000_000
MAX_LINES = 30_000


def _(message: str) -> str:
    """Marks a sentence for translation; whoever shows a `Sentence` translates its template."""
    return message


class Sentence(str):
    """A sentence for people that still knows its template, so that a page can translate it."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Sentence:
        made = super().__new__(cls, template % values if values else template)
        made.template = template
        made.values = values
        return made


class PageRefused(ValueError):
    """This cannot be a page of text. ``sentence`` says why, and what to do."""

    def __init__(self, template: str, **values: object) -> None:
        self.sentence = Sentence(template, **values)
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that has something on it.

    ``numbers`` are the lines of the input it stands on: several where hard-wrapped lines were
    joined. ``text`` has its white space levelled; ``indent`` counts columns.
    """

    numbers: tuple[int, ...]
    text: str
    indent: int = 0
    blank_before: bool = False
    hint: str = ""

    @property
    def number(self) -> int:
        return self.numbers[0]


# --- bytes to text -----------------------------------------------------------------------------

_KNOWN_FILES = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP or Word"),
    (b"\xd0\xcf\x11\xe0", "Word"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.I
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def decode(raw: bytes) -> str:
    """The text of an uploaded file, or `PageRefused` with a sentence."""
    if len(raw) > MAX_BYTES:
        raise _too_big(len(raw))
    if not raw.strip():
        raise PageRefused(_("The file is empty."))
    _refuse_known_files(raw)
    text = _decode_marked(raw)
    if text is None:
        text = _decode_unmarked(raw)
    return check(text)


def check(text: str) -> str:
    """The text itself, if it can be a page: not empty, not huge, not binary."""
    if len(text) > MAX_BYTES:
        raise _too_big(len(text))
    if not text.strip("\ufeff \t\r\n\xa0"):
        raise PageRefused(_("There is no text here. Copy the whole page and paste it again."))
    if "\x00" in text or len(_CONTROL.findall(text)) > len(text) // 100:
        raise _binary()
    return text


def _too_big(size: int) -> PageRefused:
    return PageRefused(
        _("This is %(size)s MB long; a class blog page of more than %(limit)s MB is not read."),
        size=f"{size / 1_000_000:.1f}",
        limit=f"{MAX_BYTES / 1_000_000:.0f}",
    )


def _binary() -> PageRefused:
    return PageRefused(
        _("This is not text. Copy the page from the browser, or save it as a web page or as text.")
    )


def _refuse_known_files(raw: bytes) -> None:
    for magic, name in _KNOWN_FILES:
        if raw.startswith(magic):
            raise PageRefused(
                _("This is a %(name)s file. Copy the page from the browser, or save it as text."),
                name=name,
            )


def _decode_marked(raw: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            try:
                return raw[len(bom) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise _wrong_encoding() from error
    return None


def _decode_unmarked(raw: bytes) -> str:
    if b"\x00" in raw:
        raise _binary()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_declared(raw) or _decode_western(raw)


def _decode_declared(raw: bytes) -> str | None:
    declared = _CHARSET.search(raw[:4096])
    if declared is None:
        return None
    try:
        return raw.decode(declared[1].decode("ascii"))
    except (LookupError, UnicodeDecodeError):
        return None


def _decode_western(raw: bytes) -> str:
    """Windows-1252, the one old encoding worth a guess: only where few letters depend on it."""
    high = sum(byte >= 0x80 for byte in raw)
    if high * 6 > len(raw):
        raise _wrong_encoding()
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _wrong_encoding() from error


def _wrong_encoding() -> PageRefused:
    return PageRefused(
        _("The letters of this file cannot be read for certain. Save it again as UTF-8.")
    )


# --- text to lines -----------------------------------------------------------------------------

_BREAK = re.compile(r"\r\n|\r|\n")
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
_LOOKS_LIKE_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|main|article|section|div|p|ol|ul|h[1-3])\b", re.I
)


def lines_of(text: str) -> list[Line]:
    """The lines that have something on them; HTML is rendered to lines first."""
    text = check(text).encode("utf-8", "replace").decode("utf-8")
    lines = _html_lines(text) if looks_like_html(text) else unwrap(_text_lines(text))
    if len(lines) > MAX_LINES:
        raise PageRefused(
            _("This has %(count)s lines; a class blog page of more than %(limit)s is not read."),
            count=len(lines),
            limit=MAX_LINES,
        )
    return lines


def looks_like_html(text: str) -> bool:
    start = text.lstrip("\ufeff \t\r\n")[:4000]
    return start.startswith("<") and _LOOKS_LIKE_HTML.search(start) is not None


def level(text: str) -> str:
    """White space made single spaces, invisible marks at the ends taken off."""
    return " ".join(_CONTROL.sub(" ", text).split()).strip(_INVISIBLE).strip()


def letters_of(text: str) -> str:
    """What is left of a heading when it is compared: its letters and digits."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _text_lines(text: str) -> list[Line]:
    lines, blank = [], True
    for number, raw in enumerate(_BREAK.split(text), 1):
        words = level(raw)
        if words:
            lines.append(Line((number,), words, _indent(raw), blank))
        blank = not words
    return lines


def _indent(raw: str) -> int:
    columns = 0
    for char in raw:
        if char == "\t":
            columns += 4 - columns % 4
        elif char.isspace():
            columns += 1
        elif char not in _INVISIBLE:
            break
    return columns


def unwrap(lines: list[Line]) -> list[Line]:
    """Joins the lines of a page that was hard-wrapped (a text-mode browser, a mail).

    A page counts as hard-wrapped when no line is long and most lines that have a line below them
    are full: the next word would not have fitted.
    """
    width = max((line.indent + len(line.text) for line in lines), default=0)
    if not 60 <= width <= 100:
        return lines
    pairs = [(a, b) for a, b in pairwise(lines) if not b.blank_before]
    full = sum(_is_full(a, b, width) and not _ends(a) for a, b in pairs)
    if full < 3 or full * 2 < len(pairs):
        return lines
    return _join_full(lines, width)


def _is_full(line: Line, after: Line, width: int) -> bool:
    return line.indent + len(line.text) + 1 + len(after.text.split(" ", 1)[0]) > width - 2


def _ends(line: Line) -> bool:
    return line.text.endswith((".", "?", "!", ":", "”", '"'))


def _join_full(lines: list[Line], width: int) -> list[Line]:
    joined: list[Line] = []
    parts: list[str] = []
    last: Line | None = None
    for line in lines:
        if last and not line.blank_before and _is_full(last, line, width):
            parts.append(line.text)
            joined[-1] = replace(joined[-1], numbers=(*joined[-1].numbers, *line.numbers))
        else:
            _close(joined, parts)
            joined.append(line)
            parts = [line.text]
        last = line
    _close(joined, parts)
    return joined


def _close(joined: list[Line], parts: list[str]) -> None:
    if len(parts) > 1:
        joined[-1] = replace(joined[-1], text=" ".join(parts))


# --- HTML to lines -----------------------------------------------------------------------------

_SKIPPED = frozenset({"head", "script", "style", "template", "noscript", "svg", "iframe", "object"})
_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i img input ins kbd label mark q ruby "
    "rp rt s samp small span strike strong sub sup time tt u var wbr select button"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ol", "ul", "pre"})
_COMMENT_ID = re.compile(r"(?:li-|div-)?comment-\d+")
_HINTS = (
    ("title", re.compile(r"\b(?:entry-title|post-title|wp-block-post-title)\b")),
    ("reply form", re.compile(r"\b(?:comment-respond|commentform|respond)\b")),
    ("widget", re.compile(r"\b(?:widget|widget-area|sidebar|secondary)\b")),
    (
        "navigation",
        re.compile(
            r"\b(?:navigation|nav-links|nav-menu|menu|breadcrumbs?|nav-above|nav-below|nav-single"
            r"|site-navigation|skip-link|pagination|wp-block-navigation|wp-block-page-list)\b"
        ),
    ),
    ("site header", re.compile(r"\b(?:site-header|site-branding|masthead|branding|site-title)\b")),
    ("page footer", re.compile(r"\b(?:site-footer|colophon|site-info|site-generator)\b")),
)
_TAG_HINTS = {"nav": "navigation", "form": "reply form"}


def _html_lines(text: str) -> list[Line]:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise _unreadable_html() from error
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise _unreadable_html()
    if root is None:
        raise _unreadable_html()
    lines = _Renderer().render(root)
    if not lines:
        raise PageRefused(_("There is no text on this web page."))
    return lines


def _unreadable_html() -> PageRefused:
    return PageRefused(
        _("This web page cannot be read. Open it in the browser, copy all of it and paste it.")
    )


@dataclass
class _Open:
    """What is known about an element while its end tag has not come."""

    tag: str
    hint: str
    skipped: bool
    comments: int
    begins_comment: bool
    items: int = 0


@dataclass
class _Renderer:
    """Walks the tree once, without recursion, and writes the lines a browser would copy."""

    lines: list[Line] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    source: int = 0
    hint: str = ""
    blank: bool = True
    marker: str = ""
    head: bool = False

    def render(self, root: etree._Element) -> list[Line]:
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                self._open(element)
            elif event == "end":
                self._shut(element)
            self._tail(event, element)
        self._flush()
        return self.lines

    def _open(self, element: etree._Element) -> None:
        tag = str(element.tag)
        above = self.stack[-1] if self.stack else _Open("", "", False, 0, False)
        if tag not in _INLINE:
            self._flush()
        if tag in _SPACED:
            self.blank = True
        here = _opened(tag, element, above)
        self.stack.append(here)
        self._mark(here, above)
        if tag == "br":
            self._flush()
        if not here.skipped:
            self._say(element.text, element)

    def _mark(self, here: _Open, above: _Open) -> None:
        if here.begins_comment:
            self.head = self.blank = True
            self.marker = ""
        elif here.tag == "li" and above.tag == "ol":
            above.items += 1
            self.marker = f"{above.items}."

    def _shut(self, element: etree._Element) -> None:
        here = self.stack[-1]
        if here.tag not in _INLINE:
            self._flush()
        if here.tag in _SPACED or here.begins_comment:
            self.blank = True
        self.stack.pop()

    def _tail(self, event: str, element: etree._Element) -> None:
        inside_skipped = bool(self.stack) and self.stack[-1].skipped
        if event != "start" and self.stack and not inside_skipped:
            self._say(element.tail, element)

    def _say(self, text: str | None, element: etree._Element) -> None:
        if text and not self.stack[-1].skipped:
            if not self.words:
                lead = text[: len(text) - len(text.lstrip())]
                self.source = (element.sourceline or 1) + lead.count("\n")
                self.hint = self.stack[-1].hint
            self.words.append(text)

    def _flush(self) -> None:
        text = level("".join(self.words))
        self.words.clear()
        if not text:
            return
        here = self.stack[-1] if self.stack else _Open("", "", False, 0, False)
        hint = "head" if self.head else self.hint
        if self.marker:
            text = f"{self.marker} {text}"
        self.lines.append(Line((self.source,), text, 4 * here.comments, self.blank, hint))
        self.blank = self.head = False
        self.marker = ""


def _opened(tag: str, element: etree._Element, above: _Open) -> _Open:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    begins = _begins_comment(element, names)
    return _Open(
        tag=tag,
        hint=_hint(tag, names, above.hint),
        skipped=above.skipped or tag in _SKIPPED,
        comments=above.comments + (begins and not _same_comment(element)),
        begins_comment=begins,
    )


def _begins_comment(element: etree._Element, names: str) -> bool:
    if _COMMENT_ID.fullmatch(element.get("id") or "") is None:
        return False
    return element.tag in {"li", "div", "article", "section"} and "respond" not in names


def _same_comment(element: Any) -> bool:
    """Whether this is the inner box of the comment just begun: `li-comment-7` holds `comment-7`."""
    number = (element.get("id") or "").rpartition("-")[2]
    parent = element.getparent()
    for _step in range(3):
        if parent is None:
            return False
        outer = parent.get("id") or ""
        if _COMMENT_ID.fullmatch(outer):
            return bool(outer.rpartition("-")[2] == number)
        parent = parent.getparent()
    return False


def _hint(tag: str, names: str, inherited: str) -> str:
    if inherited and inherited != "site header":
        return inherited
    if tag in _TAG_HINTS:
        return _TAG_HINTS[tag]
    for hint, pattern in _HINTS:
        if pattern.search(names) and tag not in {"body", "html"}:
            return hint
    return inherited
