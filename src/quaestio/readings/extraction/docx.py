"""Word files: the paragraphs as they stand, changes accepted, notes at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from . import labels
from .archive import Archive
from .paging import Block, PageBreak, Piece, contents_of, pages_of
from .prose import clean
from .trees import Element, attribute, parse_xml
from .types import DOCX, Extracted, Limits, Order

_MAIN = "word/document.xml"
_LEVELS = frozenset("123456789")
_SKIPPED = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr", "sectPr"}
)


def read_docx(archive: Archive, order: Order, limits: Limits) -> Extracted:
    main = _main_part(archive, limits)
    body = parse_xml(archive.read(main), limits)
    headings = _heading_styles(archive, main, limits)
    reader = _Reader(headings)
    reader.read(body)
    notes = _Reader(headings)
    for name in ("footnotes.xml", "endnotes.xml"):
        part = main.rpartition("/")[0] + "/" + name
        if part in archive:
            notes.read(parse_xml(archive.read(part), limits))
    title, author = _properties(archive, limits)
    pieces = _with_pages(reader, order, _pages_counted_by_word(archive, limits))
    pages = pages_of(pieces + notes.blocks())
    source = "given" if order.first_label and pages and pages[0].kind == "page" else "counted"
    return Extracted(DOCX, title, author, pages, labels_from=source, contents=contents_of(pieces))


def _main_part(archive: Archive, limits: Limits) -> str:
    """Where the text is, as the package says; nearly always in the same place."""
    if _MAIN in archive or "_rels/.rels" not in archive:
        return _MAIN
    for relation in parse_xml(archive.read("_rels/.rels"), limits).iter("Relationship"):
        if attribute(relation, "Type").endswith("/officeDocument"):
            return attribute(relation, "Target").lstrip("/")
    return _MAIN


def _heading_styles(archive: Archive, main: str, limits: Limits) -> dict[str, int]:
    """The ids of the styles that Word itself calls headings, whatever language it speaks, each
    with its level; the title stands above them all, at 0.
    """
    name = main.rpartition("/")[0] + "/styles.xml"
    if name not in archive:
        return {"Title": 0, **{f"Heading{level}": level for level in range(1, 7)}}
    found = {}
    for style in parse_xml(archive.read(name), limits).iter("style"):
        named = style.find("name")
        known = attribute(named, "val").casefold() if named is not None else ""
        if known == "title":
            found[attribute(style, "styleId")] = 0
        elif known.startswith("heading "):
            level = known.removeprefix("heading ").strip()
            found[attribute(style, "styleId")] = int(level) if level in _LEVELS else 1
    return found


def _properties(archive: Archive, limits: Limits) -> tuple[str, str]:
    if "docProps/core.xml" not in archive:
        return "", ""
    root = parse_xml(archive.read("docProps/core.xml"), limits)
    found = [next(iter(root.iter(name)), None) for name in ("title", "creator")]
    title, author = (
        " ".join(clean(one.text or "").split())[:300] if one is not None else "" for one in found
    )
    return title, author


def _pages_counted_by_word(archive: Archive, limits: Limits) -> int:
    if "docProps/app.xml" not in archive:
        return 0
    pages = next(iter(parse_xml(archive.read("docProps/app.xml"), limits).iter("Pages")), None)
    text = (pages.text or "").strip() if pages is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _with_pages(reader: _Reader, order: Order, counted: int) -> list[Piece]:
    """With the pages Word last saw, if its own two accounts of them agree.

    Other programs write such files without page breaks, or with stale ones; paragraph numbers
    are the better locator then.
    """
    found = sum(1 for piece in reader.pieces if isinstance(piece, PageBreak))
    if not found or abs(found + 1 - counted) > counted // 20:
        return list(reader.blocks())
    names = labels.counted(order.first_label or "1", order.first_page, found + 1)
    pieces: list[Piece] = [PageBreak(names[0])]
    number = 0
    for piece in reader.pieces:
        if isinstance(piece, PageBreak):
            number += 1
            pieces.append(PageBreak(names[number]))
        else:
            pieces.append(piece)
    return pieces


@dataclass
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    is_heading: bool = False
    continues: bool = False
    level: int = 1


class _Reader:
    """Walks a part by events. Paragraphs may stand in one another: a text box in a paragraph."""

    def __init__(self, heading_styles: dict[str, int]) -> None:
        self.pieces: list[Piece] = []
        self._heading_styles = heading_styles
        self._open: list[_Paragraph] = []

    def blocks(self) -> list[Piece]:
        return [piece for piece in self.pieces if isinstance(piece, Block)]

    def read(self, root: Element) -> None:
        skipped: Element | None = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if skipped is not None:
                skipped = None if event == "end" and element is skipped else skipped
            elif event == "end":
                if element.tag == "p":
                    self._close()
            elif self._is_skipped(element):
                skipped = element
            else:
                self._start(element)

    def _is_skipped(self, element: Element) -> bool:
        if element.tag == "pPr":
            self._note_style(element)
        separator = element.tag in ("footnote", "endnote") and attribute(element, "type") != ""
        return separator or element.tag in _SKIPPED

    def _note_style(self, properties: Element) -> None:
        style = properties.find("pStyle")
        if style is not None and self._open:
            level = self._heading_styles.get(attribute(style, "val"))
            self._open[-1].is_heading = level is not None
            self._open[-1].level = 1 if level is None else level
        if properties.find("pageBreakBefore") is not None:
            self._break_page()

    def _start(self, element: Element) -> None:
        match element.tag:
            case "p":
                self._open.append(_Paragraph())
            case "t":
                self._add(element.text or "")
            case "tab" | "ptab":
                self._add(" ")
            case "noBreakHyphen":
                self._add("-")
            case "cr":
                self._add("\n")
            case "br" if attribute(element, "type") in ("", "textWrapping"):
                self._add("\n")
            case "lastRenderedPageBreak":
                self._break_page()

    def _add(self, text: str) -> None:
        if self._open:
            self._open[-1].parts.append(text)

    def _break_page(self) -> None:
        """In the midst of a paragraph, it goes on after the break."""
        if not self._open:
            self.pieces.append(PageBreak(""))
            return
        paragraph = self._open[-1]
        began = self._flush(paragraph)
        self.pieces.append(PageBreak(""))
        paragraph.continues = paragraph.continues or began

    def _close(self) -> None:
        if self._open:
            self._flush(self._open.pop())

    def _flush(self, paragraph: _Paragraph) -> bool:
        text = clean("".join(paragraph.parts))
        text = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        paragraph.parts = []
        if text:
            self.pieces.append(
                Block(text, paragraph.is_heading, paragraph.continues, level=paragraph.level)
            )
        return bool(text)
