"""The one place where people's text becomes HTML, and the one sanitizer.

What is stored as a post's ``source`` has been through ``clean``; what is shown has been through
``clean_rendered`` as the very last step. Nothing else in the site may mark text as safe that
came from a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from unicodedata import category

import nh3
from lxml import html as lxml_html
from lxml.etree import ParserError
from markdown_it import MarkdownIt

# No svg, math, style, raw-text tags, id, name or class from people: see reliability X2.
TAGS = {"p", "br", "em", "strong", "blockquote", "ul", "ol", "li", "a", "h3", "hr", "s", "sup"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
LINK_REL = "nofollow noopener noreferrer ugc"

# What our own marking adds to a rendered post: fixed classes, nothing free.
VERDICTS = {"verbatim", "edited", "altered", "misplaced", "elsewhere", "not-found", "unchecked"}
RENDERED_TAGS = TAGS | {
    *("aside", "div", "details", "summary", "span", "dl", "dt", "dd", "mark"),
}
RENDERED_ATTRIBUTES = {**ATTRIBUTES, "aside": {"aria-label", "role"}}
RENDERED_CLASSES = {
    "a": {"quote", "answered-by", *VERDICTS},
    "aside": {"notes"},
    "div": {"para", "note"},
    "dl": {"compare"},
    "span": {"quote", "answered", "lemma", "verdict", "place", "gap", "vh", *VERDICTS},
}

BLOCKS = {"p", "h3", "li", "blockquote"}
DEEPEST = 40  # levels of nesting; a word processor's paste stays under ten
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
CELL = re.compile(r"</t[dhr]\s*>", re.I)  # a table is not kept; its words stay apart
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Accents that stand by themselves, and joiners, part no word.
WITHIN_WORDS = dict.fromkeys(
    [code for code in range(0x20000) if category(chr(code)).startswith("M")]
    + [0xAD, 0x200C, 0x200D, 0x2060]
)

_markdown = MarkdownIt("zero").enable(
    ["emphasis", "blockquote", "list", "newline", "link", "autolink", "escape", "hr"]
)


def clean(source: str, base: str = "") -> str:
    """A person's HTML, reduced to what a post may hold. With a ``base``, for reading elsewhere,
    its links are whole addresses.
    """
    cleaned = nh3.clean(
        CELL.sub(" ", CONTROL.sub("", source)),
        tags=TAGS,
        clean_content_tags={"script", "style", "textarea", "title", "template"},
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=LINK_REL,
        url_relative=("rewrite_with_base", base) if base else None,
    )
    if _depth(cleaned) > DEEPEST:
        # Nobody writes this by hand; keep the words, drop the nesting.
        return paragraphs(unescape(nh3.clean(cleaned, tags=set())).split("\n"))
    return cleaned


def _depth(cleaned: str) -> int:
    depth = deepest = 0
    for tag in TAG.finditer(cleaned):
        if tag[2] not in {"br", "hr"}:
            depth += -1 if tag[1] else 1
            deepest = max(deepest, depth)
    return deepest


def clean_rendered(rendered: str) -> str:
    """The last step before a post is stored for showing."""
    return nh3.clean(
        rendered,
        tags=RENDERED_TAGS,
        attributes=RENDERED_ATTRIBUTES,
        allowed_classes=RENDERED_CLASSES,
        url_schemes=SCHEMES,
        link_rel=LINK_REL,
    )


def from_plain(text: str) -> str:
    """Plain text as typed into a bare text field: blank lines part paragraphs, ``> `` block
    quotations, ``*emphasis*``, ``- `` lists. Anything else is kept as the characters it is.
    """
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean(_markdown.render(text))


def to_plain(source: str) -> str:
    """Clean HTML back into what ``from_plain`` would read, for a text field without script."""
    wanted = flatten(source).text
    # Emphasis within emphasis, or text between list items, has no plain form: words come first.
    plainer = nh3.clean(source, tags=TAGS - {"em", "strong"}, attributes=ATTRIBUTES)
    for attempt in (source, plainer):
        text = "\n\n".join(_plain_blocks(_tree(attempt))).strip()
        if flatten(from_plain(text)).text == wanted:
            return text
    return "\n\n".join(_not_a_block(literal(one)) for one in wanted.split("\n\n"))


def paragraphs(lines: Sequence[str]) -> str:
    """Plain paragraphs, nothing in them read as markup."""
    return clean("".join(f"<p>{escape(line)}</p>" for line in lines if line.strip()))


def escape(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def is_empty(source: str) -> bool:
    """Whether nothing readable is left of clean HTML."""
    return not flatten(source).text.strip("\u200b\u200c\u200d\u2060\ufeff \n\t\xa0")


def count_words(text: str) -> int:
    """Words as a reader counts them; a run of Han or Kana characters counts one by one."""
    if not text.isascii():
        text = text.translate(WITHIN_WORDS)
    return len(CJK.findall(text)) + len(re.findall(r"\w[\w’'\-]*", CJK.sub(" ", text)))


# -- The plain text of a post, and back ---------------------------------------------------------


@dataclass(slots=True)
class Flat:
    """A post's text as plain paragraphs, with block quotations as spans into it."""

    text: str
    block_quotes: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mark:
    """Wrap ``text[start:end]`` into a link (or a span, without ``href``). Without ``css`` the text
    stays as it is; then the mark only says where its note belongs.
    """

    start: int
    end: int
    css: str
    href: str = ""


def flatten(source: str) -> Flat:
    """The text that offsets of quotations point into: paragraphs parted by blank lines."""
    walker = Walker()
    walker.walk(_tree(source))
    return Flat("".join(walker.out), walker.block_quotes)


def annotate(source: str, marks: Sequence[Mark], notes: Sequence[str], label: str = "") -> str:
    """Clean HTML with ``marks`` set in it and ``notes`` (our own HTML, one for each mark) put
    beside the block in which their mark ends; ``label`` names the notes to a screen reader.
    The result is sanitized.
    """
    root = _tree(source)
    pieces: list[tuple[TextNode, int, str]] = []
    ends: list[tuple[int, int]] = []  # (end offset, top-level block number)
    walker = Walker(pieces, ends)
    walker.walk(root)
    for node, start, text in reversed(pieces):
        wrap(node, start, text, marks)
    beside: dict[int, list[str]] = {}
    for mark, note in zip(marks, notes, strict=True):
        block = next((number for end, number in ends if end >= mark.end), len(ends) - 1)
        beside.setdefault(block, []).append(note)
    html = []
    for number, block in enumerate(root):
        text = lxml_html.tostring(block, encoding="unicode")
        if number in beside:
            text = (
                f'<div class="para">{text}'
                f'<aside class="notes" role="note" aria-label="{escape(label)}">'
                f"{''.join(beside[number])}</aside></div>"
            )
        html.append(text)
    return clean_rendered("".join(html))


@dataclass(frozen=True, slots=True)
class TextNode:
    """A text node: the ``text`` of an element, or the ``tail`` after it."""

    element: lxml_html.HtmlElement
    is_tail: bool


class Walker:
    """Walks clean HTML in reading order and lays its text out as plain paragraphs."""

    def __init__(
        self,
        pieces: list[tuple[TextNode, int, str]] | None = None,
        ends: list[tuple[int, int]] | None = None,
    ) -> None:
        self.out: list[str] = []
        self.length = 0
        self.block_quotes: list[tuple[int, int]] = []
        self.pieces = pieces
        self.ends = ends
        self.parting = False  # whether a blank line stands before the next text

    def walk(self, root: lxml_html.HtmlElement) -> None:
        self.take(TextNode(root, False), root.text)
        for number, block in enumerate(root):
            self.element(block)
            self.take(TextNode(block, True), block.tail)
            if self.ends is not None:
                self.ends.append((self.length, number))

    def element(self, element: lxml_html.HtmlElement) -> None:
        if element.tag == "br":
            self.add("\n")
            return
        if element.tag in BLOCKS:
            self.part()
        before = len(self.out)
        self.take(TextNode(element, False), element.text)
        for child in element:
            self.element(child)
            self.take(TextNode(child, True), child.tail)
        if element.tag == "blockquote" and len(self.out) > before:
            start = self.length - sum(map(len, self.out[before:]))
            blank = 2 if self.out[before] == "\n\n" else 0
            self.block_quotes.append((start + blank, self.length))
        if element.tag in BLOCKS:
            self.part()

    def part(self) -> None:
        self.parting = self.length > 0

    def take(self, node: TextNode, text: str | None) -> None:
        if not text or (not text.strip() and (self.parting or not self.length or "\n" in text)):
            return
        if self.parting:
            self.parting = False
            self.add("\n\n")
        if self.pieces is not None:
            self.pieces.append((node, self.length, text))
        self.add(text)

    def add(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)


def _tree(source: str) -> lxml_html.HtmlElement:
    """Clean HTML as a tree under one ``div``; stray text at the top becomes a paragraph."""
    try:
        root = lxml_html.fragment_fromstring(source, create_parent="div")
    except ParserError:
        root = lxml_html.fragment_fromstring("", create_parent="div")
    tree = lxml_html.fragment_fromstring("", create_parent="div")
    loose: lxml_html.HtmlElement | None = None

    def into_loose(text: str | None, element: lxml_html.HtmlElement | None = None) -> None:
        nonlocal loose
        if element is None and not (text and text.strip()):
            return
        if loose is None:
            loose = lxml_html.Element("p")
            tree.append(loose)
        if element is not None:
            loose.append(element)
        elif len(loose):
            loose[-1].tail = (loose[-1].tail or "") + (text or "")
        else:
            loose.text = (loose.text or "") + (text or "")

    into_loose(root.text)
    for child in list(root):
        tail, child.tail = child.tail, None
        if child.tag in BLOCKS | {"ul", "ol", "hr"}:
            loose = None
            tree.append(child)
        else:
            into_loose(None, child)
        into_loose(tail)
    return tree


def wrap(node: TextNode, start: int, text: str, marks: Sequence[Mark]) -> None:
    """Put the marks that fall into one text node around their part of it."""
    inside = [
        mark for mark in marks if mark.css and mark.start < start + len(text) and mark.end > start
    ]
    if not inside:
        return
    host = node.element.getparent() if node.is_tail else node.element
    in_link = any(parent.tag == "a" for parent in [host, *host.iterancestors()])
    elements: list[lxml_html.HtmlElement] = []
    before, at = "", 0
    for mark in sorted(inside, key=lambda mark: mark.start):
        left, right = max(mark.start - start, at), min(mark.end - start, len(text))
        if right <= left:
            continue
        gap = text[at:left]
        if elements:
            elements[-1].tail = gap
        else:
            before = gap
        link = bool(mark.href) and not in_link
        element = lxml_html.Element("a" if link else "span", {"class": mark.css})
        if link:
            element.set("href", mark.href)
        element.text = text[left:right]
        elements.append(element)
        at = right
    if not elements:
        return
    elements[-1].tail = text[at:]
    if node.is_tail:
        node.element.tail = before
        place = host.index(node.element) + 1
    else:
        node.element.text = before
        place = 0
    for offset, element in enumerate(elements):
        host.insert(place + offset, element)


# -- HTML back to typed text --------------------------------------------------------------------


def _plain_blocks(parent: lxml_html.HtmlElement) -> list[str]:
    blocks: list[str] = []
    for block in parent:
        if block.tag == "blockquote":
            inner = _plain_blocks(_tree(_inner(block)))
            blocks.append("\n>\n".join(_prefix(text, "> ") for text in inner))
        elif block.tag in {"ul", "ol"}:
            blocks.append("\n".join(_items(block)))
        elif block.tag == "hr":
            blocks.append("---")
        else:
            text = _inline(block).strip()
            if text:
                blocks.append(_not_a_block(text))
    return blocks


def _items(block: lxml_html.HtmlElement) -> list[str]:
    first = int(block.get("start") or 1) if block.tag == "ol" else 0
    return [
        (f"{first + number}. " if block.tag == "ol" else "- ")
        + " ".join(_plain_blocks(_tree(_inner(item))))
        for number, item in enumerate(block)
    ]


def _prefix(text: str, prefix: str) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


def _inner(element: lxml_html.HtmlElement) -> str:
    return escape(element.text or "") + "".join(
        lxml_html.tostring(child, encoding="unicode") for child in element
    )


def _inline(element: lxml_html.HtmlElement) -> str:
    out = [literal(element.text or "")]
    for child in element:
        inner = _inline(child)
        if child.tag == "br":
            out.append("\n")
        elif child.tag == "em":
            out.append(f"*{inner}*")
        elif child.tag == "strong":
            out.append(f"**{inner}**")
        elif child.tag == "a" and child.get("href"):
            out.append(f"[{inner}]({child.get('href')})")
        else:
            out.append(inner)
        out.append(literal(child.tail or ""))
    return "".join(out)


def _not_a_block(text: str) -> str:
    """Lines that would start a list, a quotation or a rule, escaped."""
    text = re.sub(r"(?m)^([ \t]*)([>+-])", r"\1\\\2", text)
    return re.sub(r"(?m)^([ \t]*[0-9]+)([.)])(?=\s|$)", r"\1\\\2", text)


def literal(text: str) -> str:
    """Characters that ``from_plain`` would read as markup, escaped."""
    return re.sub(r"([\\*_\[\]<])", r"\\\1", text)
