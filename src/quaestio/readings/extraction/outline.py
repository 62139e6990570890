"""The chapters of a PDF, from its outline: the bookmarks that a viewer shows beside the pages.

An outline names the page on which a chapter begins and no paragraph; that is where the title stands
in the text. What cannot be told apart stays open, because who cites a wrong chapter is told so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import pypdfium2 as pdfium

from .chapters import are_named, chapter_numbers, named_sections
from .prose import clean
from .types import ExtractedPage, Heading

_MOST = 1_000  # entries; more is an index of something
_DEEPEST = 5
_LONGEST = 300  # characters of a title
_MOST_CHARACTERS = 500_000  # of all titles as they stand in the file; more is no table of contents
_LINES = 8  # in which a title may be set
_TELLING = 4  # letters of a title without its number that are enough to know it by
_BOOK = 100  # pages; "2. Mud" in fewer may be a section of an article, itself chapter 7 of a book
_NO_TITLE = re.compile(
    r".*\.(?:pdf|docx?|indd|tex|tiff?|jpe?g|png)|blank(?: page)?|untitled.*|_+\w*", re.IGNORECASE
)
_PAGE = re.compile(
    r"(?:(?:page|p\.|pp\.|seite|s\.|scan|image|img|bild|folio|f\.)[\s_-]*)?"
    r"(?:\d{1,5}|[ivxlc]{1,7})[rv]?",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:(?:chapter|chap\.|kapitel|chapitre|cap[íi]tulo|capitolo|глава|hoofdstuk|rozdział)\s+\w+"
    r"|\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,7}\b)[\s.:)—–-]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """``sheet`` is the page of the file on which it begins, from 1. ``chapter`` and ``section`` are
    the numbers of those one is in from there on, "" where that is not known.
    """

    title: str
    level: int
    sheet: int
    chapter: str = ""
    section: str = ""


def outline_of(document: pdfium.PdfDocument) -> list[Entry]:
    """The entries with a title and a page, in the order of their pages; none of an outline that
    says no more than the pages do.
    """
    found: list[Entry] = []
    characters = 0
    # PDFium tells of an outline that leads back into itself no end; pypdfium2 has seen it by then.
    for bookmark in islice(document.get_toc(max_depth=_DEEPEST), _MOST + 1):
        try:
            told = bookmark.get_title()
            characters += len(told)
            if characters > _MOST_CHARACTERS:
                return []
            title = " ".join(clean(told[: 4 * _LONGEST]).split())[:_LONGEST]
            dest = bookmark.get_dest()
            index = dest.get_index() if dest else None
        except (pdfium.PdfiumError, UnicodeError, ValueError):
            continue
        if title and index is not None and 0 <= index < len(document):
            found.append(Entry(title, bookmark.level, index + 1))
    named = [one for one in found if not _NO_TITLE.fullmatch(one.title)]
    if 4 * sum(1 for one in named if _PAGE.fullmatch(one.title)) > len(document):
        named = [one for one in named if not _PAGE.fullmatch(one.title)]
    if len(found) > _MOST or len(named) < 2 or 2 * len(named) < len(found):
        return []
    return _numbered(sorted(named, key=lambda one: one.sheet), is_book=len(document) >= _BOOK)


def _numbered(entries: list[Entry], *, is_book: bool) -> list[Entry]:
    chapters, sections = _numbers(entries, is_book=is_book)
    numbered = []
    chapter, chapter_level = "", -1
    section, section_level = "", -1
    for entry, begun, part in zip(entries, chapters, sections, strict=True):
        if begun:
            chapter, chapter_level, section = begun, entry.level, ""
        elif entry.level <= chapter_level:
            chapter, chapter_level, section = "", -1, ""
        if part:
            section, section_level = part, entry.level
        elif entry.level <= section_level:
            section = ""
        numbered.append(replace(entry, chapter=chapter, section=section))
    return numbered


def _numbers(entries: Sequence[Entry], *, is_book: bool) -> tuple[list[str], list[str]]:
    """For each entry the number of the chapter and of the section it begins; "" for none.

    Numbers without a word may be those of parts, chapters or sections. They are a chapter's, or in
    an article a section's, on the one level where they are counted through.
    """
    titles = [one.title for one in entries]
    numbers, sections = chapter_numbers(titles), named_sections(titles)
    if are_named(titles):
        return numbers, sections
    through = [level for level in range(_DEEPEST) if _counts_through(entries, numbers, level)]
    bare = [
        number if [entry.level] == through else ""
        for entry, number in zip(entries, numbers, strict=True)
    ]
    if is_book:
        return bare, sections
    return [""] * len(entries), [one or other for one, other in zip(sections, bare, strict=True)]


def _counts_through(entries: Sequence[Entry], numbers: Sequence[str], level: int) -> bool:
    """Whether on this level each number is one more than that before it, two at least."""
    told = zip(entries, numbers, strict=True)
    counted = [int(number) for entry, number in told if number and entry.level == level]
    return len(counted) > 1 and counted == list(range(counted[0], counted[0] + len(counted)))


def headings_of(entries: Sequence[Entry], pages: Sequence[ExtractedPage]) -> list[Heading]:
    """The entries with the page on which each begins."""
    return [
        Heading(entry.level, entry.title, pages[at].number)
        for entry, at, _place in _placed(entries, pages)
    ]


def in_chapters(entries: Sequence[Entry], pages: Sequence[ExtractedPage]) -> list[ExtractedPage]:
    """The pages, each with its heading, and its paragraphs with the chapter they stand in."""
    begun: dict[int, list[tuple[Entry, int | None]]] = {}
    for entry, at, place in _placed(entries, pages):
        begun.setdefault(at, []).append((entry, place))
    out = []
    now = Entry("", 0, 0)
    for number, page in enumerate(pages):
        here = begun.get(number, [])
        parts = _parts(now, here, page)
        # What begins further down has a page before it that it goes on from.
        goes_on = not here or bool(here[0][1] and now.title)
        first = now if goes_on else here[0][0]
        chapters = [entry.chapter for entry, _place in here if entry.chapter != now.chapter]
        out.append(
            replace(
                page,
                heading=first.title,
                chapter=next(filter(None, chapters), first.chapter),
                parts=parts if any(map(any, parts)) else (),
            )
        )
        now = here[-1][0] if here else now
    return out


def _parts(
    now: Entry, begun: Sequence[tuple[Entry, int | None]], page: ExtractedPage
) -> tuple[tuple[str, str], ...]:
    """Chapter and section of each paragraph of a page; of all of them, if one begins nobody knows
    where, only what is the same before and after it.
    """
    paragraphs = page.text.split("\n\n")
    in_text = len((page.text[: page.notes_at - 2] if page.notes_at else page.text).split("\n\n"))
    states = [now, *(entry for entry, _place in begun)]
    chapters, sections = ({one.chapter for one in states}, {one.section for one in states})
    shared = (
        now.chapter if len(chapters) == 1 else "",
        now.section if len(sections) == 1 else "",
    )
    if any(place is None for _entry, place in begun):
        return (shared,) * len(paragraphs)
    parts = []
    for number in range(len(paragraphs)):
        there = [entry for entry, place in begun if place is not None and place <= number]
        last = there[-1] if there else now
        # Nobody knows to which of the texts above a note belongs.
        parts.append((last.chapter, last.section) if number < in_text else shared)
    return tuple(parts)


def _placed(
    entries: Sequence[Entry], pages: Sequence[ExtractedPage]
) -> Iterator[tuple[Entry, int, int | None]]:
    """Each entry with the index of the page on which it begins and of the paragraph that is its
    title; None for that where the title stands nowhere.
    """
    sheets: dict[int, list[int]] = {}
    for index, page in enumerate(pages):
        sheets.setdefault(page.sheet, []).append(index)
    lines: dict[int, list[_Line]] = {}
    after = (-1, 0)
    for entry in entries:
        there = sheets.get(entry.sheet, [])
        if not there:
            continue
        for at in there:
            lines[at] = lines.get(at) or _lines_of(pages[at])
        titles = [(at, *found) for at in there if (found := _title_on(entry, lines[at]))]
        later = [one for one in titles if one[:2] >= after]
        if later:
            at, place, words = later[0]
            after = at, place
            yield replace(entry, title=_spaced(entry.title, words)), at, place
        else:
            yield entry, max(there[0], after[0]) if after[0] in there else there[0], None


# The number of its paragraph, whether it is the first of that, its words, and what of them counts.
_Line = tuple[int, bool, str, str]


def _lines_of(page: ExtractedPage) -> list[_Line]:
    """Those of a page; first those kept out of its text: at the head of the first page of a chapter
    its title may have been taken for a running head.
    """
    head = [(0, True, line, _key(line)) for line in page.furniture.split("\n") if line]
    return head + [
        (number, place == 0, line, _key(line))
        for number, paragraph in enumerate(page.text.split("\n\n"))
        for place, line in enumerate(paragraph.split("\n"))
    ]


def _title_on(entry: Entry, lines: Sequence[_Line]) -> tuple[int, str] | None:
    """The paragraph that begins with the title, be it set in several lines or paragraphs, and the
    title as it stands there.
    """
    bare = _key(_NUMBER.sub("", entry.title, count=1))
    known = {_key(entry.title), bare if len(bare) >= _TELLING else ""} - {""}
    longest = 2 * len(entry.title) + 20
    for at, (number, is_first, line, _own) in enumerate(lines):
        if not is_first or len(line) > longest:
            continue
        words = told = ""
        for _number, _is_first, more, key in lines[at : at + _LINES]:
            words, told = f"{words} {more}".lstrip(), told + key
            if not any(one.startswith(told) for one in known):
                break
            if told in known and len(words) <= longest:
                return number, words
    return None


def _spaced(title: str, words: str) -> str:
    """The title with the spaces at the ends of its lines, which some programs leave out."""
    return words if "".join(words.split()) == "".join(title.split()) else title


def _key(text: str) -> str:
    """What of a text counts: its letters and figures."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
