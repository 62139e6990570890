"""Paragraphs without printed pages, put together into pages of a bearable length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .types import ExtractedPage

_WORDS = 600
_FEWEST_BEFORE_HEADING = 300
_LONGEST_PARAGRAPH = 12_000  # characters; more is no paragraph but a file without line breaks


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading. ``continues`` says that it began on the page before."""

    text: str
    is_heading: bool = False
    continues: bool = False


@dataclass(frozen=True, slots=True)
class PageBreak:
    """Here a printed page begins; ``label`` is its number."""

    label: str


@dataclass(frozen=True, slots=True)
class SectionBreak:
    """Here a chapter or another part of a book begins."""


Piece = Block | PageBreak | SectionBreak


def pages_of(pieces: Iterable[Piece]) -> tuple[ExtractedPage, ...]:
    """By the printed pages where the file marks them, else some 600 words of a section each."""
    pieces = list(pieces)
    if sum(1 for piece in pieces if isinstance(piece, PageBreak)) >= 2:
        return tuple(_pages(_by_breaks(pieces)))
    sections: list[list[Block]] = [[]]
    for piece in pieces:
        if isinstance(piece, Block):
            sections[-1].append(piece)
        else:
            sections.append([])
    parts = (part for section in sections for part in _by_length(_bearable(section)))
    return tuple(_pages(("", part) for part in parts))


def _by_breaks(pieces: list[Piece]) -> Iterator[tuple[str, list[Block]]]:
    label, blocks = "", list[Block]()
    for piece in pieces:
        if isinstance(piece, Block):
            blocks.append(piece)
        elif isinstance(piece, PageBreak):
            if blocks or label:
                yield label, blocks
            label, blocks = piece.label, []
    yield label, blocks


def _bearable(blocks: list[Block]) -> Iterator[Block]:
    """A block without end is cut between words."""
    for block in blocks:
        text, continues = block.text, block.continues
        while len(text) > _LONGEST_PARAGRAPH:
            cut = text.rfind(" ", _LONGEST_PARAGRAPH // 2, _LONGEST_PARAGRAPH) + 1
            cut = cut or _LONGEST_PARAGRAPH
            yield replace(block, text=text[:cut].strip(), continues=continues)
            text, continues = text[cut:], True
        yield replace(block, text=text, continues=continues)


def _by_length(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    page, words = list[Block](), 0
    for block in blocks:
        length = _length(block)
        full = words + length / 2 > _WORDS or (block.is_heading and words >= _FEWEST_BEFORE_HEADING)
        if page and full:
            # A heading belongs to what follows it.
            carried = [page.pop()] if page[-1].is_heading and len(page) > 1 else []
            yield page
            page, words = carried, sum(_length(one) for one in carried)
        page.append(block)
        words += length
    if page:
        yield page


def _length(block: Block) -> int:
    """In words; a text without spaces counts as well."""
    return max(block.text.count(" ") + 1, len(block.text) // 12)


def _pages(parts: Iterable[tuple[str, list[Block]]]) -> Iterator[ExtractedPage]:
    heading, paragraph = "", 0
    for number, (label, blocks) in enumerate(parts, 1):
        numbers: list[int] = []
        at_top = heading
        for block in blocks:
            if block.is_heading:
                heading = block.text
            else:
                paragraph += 0 if block.continues and paragraph else 1
            numbers.append(0 if block.is_heading else paragraph)
        begins = blocks[0].text if blocks and blocks[0].is_heading else ""
        yield ExtractedPage(
            number=number,
            label=label,
            text="\n\n".join(block.text for block in blocks),
            heading=(begins or at_top or heading)[:300],
            paragraphs=tuple(numbers),
        )
