"""Web pages and their like: the words of the article, without what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lxml import etree

from .decoding import decode
from .paging import Block, Entry, PageBreak, Piece, contents_of, labels_from, pages_of
from .prose import clean
from .types import HTML, Extracted, Refused
from .types import Sentence as _

Element = Any  # lxml has no types

_UNSEEN = frozenset(
    [
        "script", "style", "noscript", "template", "head", "title", "iframe", "object", "embed",
        "svg", "canvas", "audio", "video", "button", "select", "textarea", "input", "datalist",
        "dialog", "map", "progress", "meter", "rp", "rt",
    ]
)  # fmt: skip
_FURNITURE = frozenset(["nav", "footer", "aside", "form", "menu"])
_FURNITURE_ROLES = frozenset(
    ["navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "menu"]
)
_FURNITURE_WORDS = frozenset(
    [
        "advert", "advertisement", "ads", "breadcrumb", "breadcrumbs", "comments", "cookie",
        "cookies", "menu", "navbar", "newsletter", "pagination", "popup", "promo", "related",
        "respond", "share", "sharedaddy", "sharing", "sidebar", "site-footer", "site-header",
        "social", "subscribe", "toolbar", "widget", "mw-editsection", "mw-jump-link", "navbox",
        "noprint", "reflist-navigation", "skip-link", "screen-reader-text", "toc",
    ]
)  # fmt: skip
_FURNITURE_PARTS = frozenset(
    [
        "advert", "advertisement", "breadcrumb", "breadcrumbs", "cookie", "cookies", "newsletter",
        "pagination", "paywall", "popup", "promo", "related", "share", "sharing", "signup",
        "social", "subscribe",
    ]
)  # fmt: skip
_SHORT = 600  # characters
_BLOCKS = frozenset(
    [
        "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "header", "hgroup", "hr", "html", "legend",
        "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead",
        "tr", "ul", *_FURNITURE,
    ]
)  # fmt: skip
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_NOTE_MARK = re.compile(r"\W{0,2}(\d{1,3}|[*†‡§¶]{1,3}|[a-z])\W{0,2}")
_PAGE_NUMBER = re.compile(r"\W*(?:p(?:g|age|\.)?\W*)?(\d{1,5}|[ivxlcdm]{1,8})\W*", re.IGNORECASE)
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_TYPE = "{http://www.idpf.org/2007/ops}type"


def read_html(data: bytes) -> Extracted:
    """A saved web page."""
    declared = _CHARSET.search(data[:4096])
    root = parse_html(decode(data, declared[1].decode("ascii", "replace") if declared else ""))
    article = article_of(root)
    pieces = pieces_of(article)
    pages = pages_of(pieces)
    if not any(page.text for page in pages):
        raise Refused(
            "no_text",
            _(
                "No text was found in this web page. "
                "Open it in a browser, print it as a PDF, and upload that."
            ),
        )
    title, author = _title(root, article), _named(root, "author")
    return Extracted(
        HTML, title, author, pages, labels_from=labels_from(pages), contents=contents_of(pieces)
    )


def parse_html(text: str) -> Element:
    """The tree of any text whatever; nothing is fetched and no entity is read from outside."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    text = _XML_DECLARATION.sub("", text).replace("\x00", "")
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise Refused("empty", _("This web page is empty."))
    return root


def article_of(root: Element) -> Element:
    """The element that holds what the page is about: the largest article, else the main part."""
    body = next(root.iter("body"), root)
    whole = _prose_length(body)
    for names in (("article",), ("main",)):
        found = [part for part in body.iter(*names) if _prose_length(part) * 2 > whole]
        if found:
            return found[-1]  # the innermost of those that hold most of the text
    for part in body.iter("div", "section"):
        if part.get("role") == "main" and _prose_length(part) * 2 > whole:
            return part
    return body


def _prose_length(part: Element) -> int:
    return sum(len("".join(one.itertext())) for one in part.iter("p", "li", "blockquote", "pre"))


def pieces_of(
    root: Element,
    *,
    whole: bool = False,
    anchors: Mapping[str, str] = MappingProxyType({}),
    entries: Mapping[str, Sequence[Entry]] = MappingProxyType({}),
) -> list[Piece]:
    """Paragraphs, headings and page breaks, in order.

    ``whole``: this is a book, whose asides and heads belong to it, and no web page. ``anchors``
    are the ids at which printed pages begin, with their labels; they replace any other marks.
    ``entries`` are those of a table of contents, by the ids to which they lead.

    Walks by events, not by calling itself: a page may be nested as deep as it likes.
    """
    collector = _Collector()
    skipped: Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if skipped is not None:
            if event == "end" and element is skipped:
                skipped = None
                collector.add(element.tail or "")
            continue
        if event == "start":
            label = anchors.get(element.get("id") or "")
            if label is None and not anchors:
                label = page_label(element)
            collector.page_break(element, label)
            if _is_left_out(element, root, whole):
                skipped = element
                collector.gap(element)
            else:
                collector.open(element)
            collector.pieces += entries.get(element.get("id") or element.get("name") or "", ())
        else:
            collector.close(element)
            if element is not root:
                collector.add(element.tail or "")
    return collector.finish()


def local_name(element: Element) -> str:
    """The name without its namespace, in small letters; "" for a comment and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _is_left_out(element: Element, root: Element, whole: bool) -> bool:
    if not isinstance(element.tag, str):
        return True
    if element is root:
        return False
    name = local_name(element)
    if name in _UNSEEN or page_label(element) is not None:
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if re.search(r"display\s*:\s*none", element.get("style") or "", re.IGNORECASE):
        return True
    if _is_note_mark(element, name):
        return True
    return name == "nav" if whole else _is_furniture(element, name, root)


def _is_furniture(element: Element, name: str, root: Element) -> bool:
    if name in _FURNITURE or element.get("role") in _FURNITURE_ROLES:
        return True
    if name == "header":
        # The head of the article has its title in it; the head of the site does not.
        return local_name(root) == "body" and next(element.iter("h1"), None) is None
    if name in ("p", "span", "em", "strong", "a", "i", "b", "body"):
        return False
    words = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    if not _FURNITURE_WORDS.isdisjoint(words):
        return True
    # "newsletter-signup", "share_buttons": a short piece only, since a page that "has-related" is
    # the whole page.
    parts = {part for word in words for part in re.split(r"[-_]+", word)}
    return not _FURNITURE_PARTS.isdisjoint(parts) and _is_short(element)


def _is_short(element: Element) -> bool:
    length = 0
    for text in element.itertext():
        length += len(text)
        if length > _SHORT:
            return False
    return True


def _is_note_mark(element: Element, name: str) -> bool:
    """A footnote's mark: what it refers to is not part of the sentence it interrupts."""
    kind = f"{element.get(_TYPE) or element.get('epub:type') or ''} {element.get('role') or ''}"
    if "noteref" in kind:
        return True
    if name != "sup":
        return False
    text = "".join(element.itertext()).strip()
    linked = next(element.iter("a", "{*}a"), None) is not None
    parent = element.getparent()
    linked = linked or (parent is not None and local_name(parent) == "a")
    return bool(_NOTE_MARK.fullmatch(text)) and (linked or len(text) > 1 or text in "*†‡§¶")


def page_label(element: Element) -> str | None:
    """The number of the printed page that begins here, None if none does."""
    kind = f"{element.get(_TYPE) or element.get('epub:type') or ''} {element.get('role') or ''}"
    classes = (element.get("class") or "").lower().split()
    if "pagebreak" in kind:
        named = element.get("title") or element.get("aria-label")
        return _bare_number(named or "".join(element.itertext()) or element.get("id") or "")
    if not {"pagenum", "pageno", "page-number", "pagebreak"}.isdisjoint(classes):
        number = _bare_number("".join(element.itertext()))
        return number if number and len(number) < 9 else None
    return None


def _bare_number(text: str) -> str:
    """``[Pg 42]`` and ``page42`` say 42."""
    text = text.strip()
    match = _PAGE_NUMBER.fullmatch(text) or re.search(r"(\d{1,5})\W*$", text)
    return match[1] if match else text[:20]


@dataclass
class _Collector:
    """The paragraph being put together, and those that are finished."""

    pieces: list[Piece] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    headings: int = 0
    level: int = 1  # of the last heading
    preformatted: int = 0
    began: bool = False
    continues: bool = False

    def open(self, element: Element) -> None:
        name = local_name(element)
        if name == "br":
            self.parts.append("\n")
        elif name in _BLOCKS or name in _HEADINGS:
            self.end_paragraph()
        elif name in ("td", "th"):
            self.parts.append(" ")
        if name in _HEADINGS:
            self.headings += 1
            self.level = int(name[1])
        self.preformatted += name == "pre"
        self.add(element.text or "")

    def close(self, element: Element) -> None:
        name = local_name(element)
        if name in _BLOCKS or name in _HEADINGS:
            self.end_paragraph()
        self.headings -= name in _HEADINGS
        self.preformatted -= name == "pre"

    def gap(self, element: Element) -> None:
        """A block that is left out still ends the paragraph before it."""
        if local_name(element) in _BLOCKS and page_label(element) is None:
            self.end_paragraph()

    def add(self, text: str) -> None:
        if text:
            self.parts.append(text if self.preformatted else re.sub(r"\s+", " ", text))

    def page_break(self, element: Element, label: str | None) -> None:
        """A break in the midst of a paragraph: it goes on after it."""
        if label is None:
            return
        self.flush()
        self.pieces.append(PageBreak(clean(label)[:20]))
        self.continues = self.began and local_name(element) not in _BLOCKS

    def end_paragraph(self) -> None:
        self.flush()
        self.began = self.continues = False

    def flush(self) -> None:
        text, self.parts = "".join(self.parts), []
        keep_lines = bool(self.preformatted)
        for paragraph in _paragraphs(clean(text), keep_lines):
            self.pieces.append(
                Block(paragraph, self.headings > 0, self.continues, level=self.level)
            )
            self.continues = False
            self.began = True

    def finish(self) -> list[Piece]:
        self.end_paragraph()
        return self.pieces


def _paragraphs(text: str, keep_spaces: bool) -> Iterator[str]:
    """Two line breaks in a row are how many pages say "new paragraph"."""
    for part in re.split(r"\n[ \t]*\n\s*", text):
        lines = [
            line.rstrip() if keep_spaces else " ".join(line.split())
            for line in part.strip("\n").split("\n")
        ]
        joined = "\n".join(lines).strip()
        if joined:
            yield joined


def _title(root: Element, article: Element) -> str:
    """As the page names itself for others, else its one main heading, else its window title."""
    for name in ("citation_title", "dc.title", "og:title"):
        found = _named(root, name)
        if found:
            return found
    headings = [_text_of(heading) for heading in article.iter("h1")]
    if len(headings) == 1 and headings[0]:
        return headings[0]
    return next((_text_of(title) for title in root.iter("title")), "")


def _named(root: Element, name: str) -> str:
    names = {name, "citation_" + name, "dc." + name, "dc.creator" if name == "author" else name}
    for meta in root.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() in names:
            content = " ".join(clean(meta.get("content") or "").split())
            if content:
                return content[:300]
    return ""


def _text_of(element: Element) -> str:
    return " ".join(clean("".join(element.itertext())).split())[:300]
