"""The frozen dataclasses that flow between the stages of the pipeline.

Every offset is a count of Unicode code points into the *original* text it belongs to: a post's
offsets point into ``Post.text``, a reading's into ``Reading.text``. Spans are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """``text[start:end]``."""

    start: int
    end: int


class PageMark(NamedTuple):
    """Where a page starts in a reading's text, and the label printed on it ("42", "xiv", "")."""

    start: int
    label: str


class Locator(NamedTuple):
    """A place that is no page, as a citation names it: "ch. 3", "§§ 4.1–4.2", "par. 12".

    ``kind``: "chapter", "section" or "paragraph". ``first`` and ``last`` in figures, whatever was
    written ("iii", "three"); ``span`` is where the number stands in the citation.
    """

    kind: str
    first: str
    last: str
    span: Span


class Wording(StrEnum):
    """What became of the words, whatever was cited."""

    VERBATIM = "verbatim"
    EDITED = "edited"
    ALTERED = "altered"
    NOT_FOUND = "not_found"


class Placing(StrEnum):
    """What became of the citation, where the words were found."""

    RIGHT = "right"
    WRONG_PAGE = "wrong_page"
    WRONG_READING = "wrong_reading"
    UNCITED = "uncited"
    UNKNOWN_WORK = "unknown_work"


class Verdict(StrEnum):
    """One word for a quotation, as people see it (docs/words.md)."""

    VERBATIM = "verbatim"
    EDITED = "edited"
    ALTERED = "altered"
    MISPLACED = "misplaced"
    ELSEWHERE = "elsewhere"
    NOT_FOUND = "not_found"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Reading:
    """One text of a course.

    ``key`` is the caller's own id. ``searchable`` is False for a reading whose words are not
    known (no file, a scan without text); ``why_not`` then says so in a sentence.
    ``aliases`` are other names under which the author or the title is cited.
    """

    key: str
    text: str
    title: str = ""
    author: str = ""
    year: str = ""
    pages: tuple[PageMark, ...] = ()
    aliases: tuple[str, ...] = ()
    searchable: bool = True
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ReadingInfo:
    """What is known of a reading besides its text: enough to match a citation to it."""

    key: str
    title: str = ""
    author: str = ""
    year: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote: paragraphs separated by blank lines.

    ``block_quotes`` are the spans of paragraphs set as block quotations. ``people`` are the names
    of others in the discussion: what they are said to write is in no reading.
    """

    text: str
    block_quotes: tuple[Span, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the writer says a quotation comes from.

    ``reading`` is the key it was matched to; None when unmatched, with ``candidates`` when several
    readings fit equally. ``pages`` are the labels cited, in order, a range given by its two ends.
    ``how`` it is said: "bracket", "pages" (a page alone), "again" (ibid.), "note", or "named": the
    sentence names somebody. Whoever is named may be quoted from another one's reading, so this
    is no claim about where the words stand. "perhaps" is a name and a year in a bracket that are no
    reading's and belong to no quotation: a work or an event.
    """

    span: Span
    raw: str
    author: str = ""
    title: str = ""
    year: str = ""
    pages: tuple[str, ...] = ()
    reading: str | None = None
    candidates: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of a post in quotation marks (or a block quotation).

    ``span`` includes the marks; ``pieces`` are the quoted words without them, several when the
    writer cut in ("the party", he wrote, "learned its lesson").
    ``term`` says why it quotes nobody ("" when it does quote): "title", "scare", "speech", ...
    ``perhaps`` says why it may quote nobody, where it is found nowhere ("" when nothing says so).
    ``translated``: the writer says that it is a translation, "here" or of all in the post; then
    ``into`` is the language of the post, "en", where it leaves no doubt.
    """

    span: Span
    pieces: tuple[Span, ...]
    text: str
    block: bool = False
    citation: Citation | None = None
    term: str = ""
    translated: Literal["", "here", "all"] = ""
    into: str = ""
    perhaps: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the quotation and its source.

    ``op``: "replace", "delete" (the writer dropped source words), "insert" (the writer added),
    "mark" (a change the writer marked: ellipsis, brackets, sic).
    ``quote`` points into ``Quotation.text``, ``source`` into ``Reading.text``.
    ``grave``: "" or "negation", "number", "name", "date".
    ``unfair``: "" or why a marked change misleads ("swallows_negation", "far_apart", ...).
    """

    op: str
    quote: Span
    source: Span
    quote_text: str
    source_text: str
    grave: str = ""
    unfair: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands: a reading, the spans there (one per ellipsis piece), its pages."""

    reading: str
    spans: tuple[Span, ...]
    pages: tuple[str, ...]
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer about one quotation, with the steps that led to it.

    ``sentence`` is for a student, in English; ``reasons`` are the same as (code, parameters) for
    callers that speak other languages. ``others`` are further places, best first.
    ``unsearched`` are keys of readings that could not be searched, when that may matter.
    ``ambiguous`` are keys of the readings that the citation may name, where neither it nor the
    words decide which: to be asked about. A work cited that is none of the readings is told by
    ``placing``, ``Placing.UNKNOWN_WORK``; how it was written, by ``quotation.citation.raw``.
    ``translated``: it was not found, and is, or may be, a translation, which cannot be compared.
    """

    quotation: Quotation
    verdict: Verdict
    wording: Wording | None = None
    placing: Placing | None = None
    place: Place | None = None
    others: tuple[Place, ...] = ()
    changes: tuple[Change, ...] = ()
    reasons: tuple[tuple[str, dict[str, str]], ...] = field(default=())
    sentence: str = ""
    unsearched: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    translated: bool = False
