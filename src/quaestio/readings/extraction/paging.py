"""Paragraphs without printed pages, put together into pages of a bearable length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .chapters import (
    are_named,
    chapter_numbers,
    ends_chapters,
    opens_section,
    section_numbers,
)
from .types import ExtractedPage, Heading

_WORDS = 600
_FEWEST_BEFORE_HEADING = 300
_LONGEST_PARAGRAPH = 12_000  # characters; more is no paragraph but a file without line breaks
_MOST_HEADINGS = 1_000
_LONGEST_TITLE = 300
_DEEPEST = 5
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading. ``continues`` says that it began on the page before. ``chapter``
    and ``section`` are the numbers of those it stands in, as far as that is certain. ``level``
    is a heading's: the smaller the higher. ``entries`` are those of the file's own table of
    contents that begin here, how deep and how called, and ``is_told`` says of a heading that such
    an entry has it. ``notes`` are the footnotes that are called in it.
    """

    text: str
    is_heading: bool = False
    continues: bool = False
    chapter: str = ""
    section: str = ""
    level: int = 1
    entries: tuple[tuple[int, str], ...] = ()
    is_told: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBreak:
    """Here a printed page begins; ``label`` is its number."""

    label: str


@dataclass(frozen=True, slots=True)
class SectionBreak:
    """Here a chapter or another part of a book begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Here begins what an entry of the file's own table of contents leads to; 0 is the top."""

    level: int
    title: str


Piece = Block | PageBreak | SectionBreak | Entry


def pages_of(pieces: Iterable[Piece]) -> tuple[ExtractedPage, ...]:
    """By the printed pages where the file marks them, else some 600 words of a section each."""
    pieces = list(_in_parts(with_entries(pieces)))
    return tuple(_pages(_parted(pieces), "page" if _are_printed(pieces) else "paragraph"))


def contents_of(pieces: Iterable[Piece]) -> tuple[Heading, ...]:
    """The headings, each with the page on which it stands: those of the file's own table of
    contents, and under each the headings in the text that it does not tell; without one all.
    """
    pieces = with_entries(pieces)
    has_entries = any(isinstance(piece, Block) and piece.entries for piece in pieces)
    found: list[tuple[int, Heading]] = []  # how high it stands, by whatever measure
    below: int | None = None
    for number, (_label, blocks) in enumerate(_parted(pieces), 1):
        for block in blocks:
            for level, title in block.entries if not block.continues else ():
                found.append((level, Heading(level, title[:_LONGEST_TITLE], number)))
                below = level + 1
            if block.is_heading and not block.is_told and (below is not None or not has_entries):
                title = " ".join(block.text.split())[:_LONGEST_TITLE]
                found.append(((below or 0) + block.level, Heading(0, title, number)))
    return nested(found[:_MOST_HEADINGS])


def nested(found: Sequence[tuple[int, Heading]]) -> tuple[Heading, ...]:
    """Each as deep as there are higher ones above it. What stands once over all others at the
    beginning is the title of the whole and no chapter of it.
    """
    heights = [height for height, _heading in found]
    if len(heights) > 1 and heights[0] < min(heights[1:]):
        heights[0] = min(heights[1:])
    above: list[int] = []
    rows = []
    for height, (_height, heading) in zip(heights, found, strict=True):
        while above and above[-1] >= height:
            above.pop()
        rows.append(heading._replace(level=min(len(above), _DEEPEST)))
        above.append(height)
    return tuple(rows)


def with_entries(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces without ``Entry``: the block after it has it. A paragraph that says no more than
    the title is a heading, and the headings that follow without any text are of it.
    """
    out: list[Piece] = []
    waiting: list[tuple[int, str]] = []
    follows = False
    for piece in pieces:
        if isinstance(piece, Entry):
            waiting.append((piece.level, piece.title))
            continue
        if isinstance(piece, Block):
            follows = bool(waiting) or (follows and piece.is_heading)
            if waiting:
                says = [level for level, title in waiting if _same(title, piece.text)]
                is_heading = piece.is_heading or bool(says)
                level = piece.level if piece.is_heading or not says else says[-1] + 1
                piece = replace(piece, is_heading=is_heading, level=level, entries=tuple(waiting))
                waiting = []
            if follows and piece.is_heading:
                piece = replace(piece, is_told=True)
        out.append(piece)
    return out


def _same(title: str, text: str) -> bool:
    return len(text) < 2 * _LONGEST_TITLE and _letters(title) == _letters(text) != ""


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _are_printed(pieces: Iterable[Piece]) -> bool:
    return sum(1 for piece in pieces if isinstance(piece, PageBreak)) >= 2


def _parted(pieces: list[Piece]) -> Iterator[tuple[str, list[Block]]]:
    """The label of each page, if it is a printed one, and what stands on it."""
    if _are_printed(pieces):
        yield from _by_breaks(pieces)
        return
    sections: list[list[Block]] = [[]]
    for piece in pieces:
        if isinstance(piece, Block):
            sections[-1].append(piece)
        elif not isinstance(piece, Entry):
            sections.append([])
    for section in sections:
        for part in _by_length(_bearable(section)):
            yield "", part


def labels_from(pages: Iterable[ExtractedPage]) -> str:
    """Where the labels of such pages come from."""
    return "carried" if any(page.label and page.kind == "page" for page in pages) else "counted"


def _in_parts(pieces: list[Piece]) -> Iterator[Piece]:
    """Each block with the chapter and the section it stands in.

    Who cites these is told where they are wrong, so what is doubtful stays open: a number without
    the word is a chapter's at the head of a part of a book alone, and such a part without a number
    is in no chapter.
    """
    headings = [piece.text for piece in pieces if isinstance(piece, Block) and piece.is_heading]
    named = are_named(headings)
    numbers = iter(zip(chapter_numbers(headings), section_numbers(headings), strict=True))
    chapter = section = ""
    chapter_level = section_level = 0
    begins = False
    for piece in pieces:
        if isinstance(piece, SectionBreak):
            begins = True
        elif isinstance(piece, Block):
            if piece.is_heading:
                number, part = next(numbers)
                if part or begins or piece.level <= section_level:
                    section, section_level = part, piece.level
                if number and (named or begins):
                    chapter, chapter_level = number, piece.level
                    section, section_level = part, piece.level
                elif number or begins or ends_chapters(piece.text) or piece.level < chapter_level:
                    chapter, chapter_level = "", 0
            section = opens_section(piece.text) or section
            begins = False
            piece = replace(piece, chapter=chapter, section=section)
        yield piece


def _by_breaks(pieces: list[Piece]) -> Iterator[tuple[str, list[Block]]]:
    label, blocks = "", list[Block]()
    for piece in pieces:
        if isinstance(piece, Block):
            blocks.append(piece)
        elif isinstance(piece, PageBreak):
            # A heading belongs to what follows it; but a page may hold nothing else.
            carried = list[Block]()
            while blocks and blocks[-1].is_heading and not (label and len(blocks) == 1):
                carried.insert(0, blocks.pop())
            if blocks or label:
                yield label, blocks
            label, blocks = piece.label, carried
    yield label, blocks


def _bearable(blocks: list[Block]) -> Iterator[Block]:
    """A block without end is cut between words."""
    for block in blocks:
        text, continues = block.text, block.continues
        while len(text) > _LONGEST_PARAGRAPH:
            cut = text.rfind(" ", _LONGEST_PARAGRAPH // 2, _LONGEST_PARAGRAPH) + 1
            cut = cut or _LONGEST_PARAGRAPH
            # Its notes stand where it ends.
            yield replace(block, text=text[:cut].strip(), continues=continues, notes=())
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


def _pages(parts: Iterable[tuple[str, list[Block]]], kind: str) -> Iterator[ExtractedPage]:
    whole = list(parts)
    headings = [block.text for _, blocks in whole for block in blocks if block.is_heading]
    chapters = iter(chapter_numbers(headings))
    heading = chapter = ""
    paragraph = 0
    for number, (label, blocks) in enumerate(whole, 1):
        numbers: list[int] = []
        at_top, chapter_at_top, begun = heading, chapter, ""
        for block in blocks:
            if block.is_heading:
                heading, chapter = block.text, next(chapters) or chapter
                begun = begun or chapter
            else:
                paragraph += 0 if block.continues and paragraph else 1
            numbers.append(0 if block.is_heading else paragraph)
        begins = bool(blocks) and blocks[0].is_heading
        # A blank line is what parts paragraphs, so there is none inside one.
        text = "\n\n".join(_BLANK_LINES.sub("\n", block.text) for block in blocks)
        notes = [_BLANK_LINES.sub("\n", note) for block in blocks for note in block.notes if note]
        in_parts = parts_of(blocks)
        yield ExtractedPage(
            number=number,
            label=label if kind == "page" else span_of(numbers),
            text="\n\n".join([text, *notes]),
            heading=((blocks[0].text if begins else at_top) or heading)[:300],
            paragraphs=(*numbers, *(0 for _note in notes)),
            kind=kind,
            chapter=(begun if begins else chapter_at_top) or begun,
            # Nobody cites a note by the section of the words it belongs to.
            parts=(*in_parts, *(("", "") for _note in notes)) if in_parts else (),
            notes_at=len(text) + 2 if notes else 0,
        )


def parts_of(blocks: Iterable[Block]) -> tuple[tuple[str, str], ...]:
    """Chapter and section of each paragraph; nothing where none is in any."""
    parts = tuple((block.chapter, block.section) for block in blocks)
    return parts if any(map(any, parts)) else ()


def span_of(numbers: Iterable[int]) -> str:
    """ "12–19" for the paragraphs from 12 to 19; "" where there is none but headings."""
    counted = [number for number in numbers if number]
    if not counted:
        return ""
    first, last = counted[0], counted[-1]
    return str(first) if first == last else f"{first}–{last}"
