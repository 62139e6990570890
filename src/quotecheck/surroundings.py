"""A post taken apart: its sentences, what of it is the writer's own, what stands beside what.

``references``, ``signatures`` and ``extract`` all look at a post through this.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from quotecheck.citing import Read
from quotecheck.quotemarks import Marked, Paragraph
from quotecheck.types import Citation, Span
from quotecheck.vocabulary import ABBREVIATIONS

_SENTENCE_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'“”‘’»«)\]]*+(?:[¹²³⁰⁴-⁹]{1,3}+|\[\^?\d{1,3}\])?+\s++(?![(（\[])"
    r"|(?<![。！？])[。！？]++|\n(?=[ \t]*+(?:[-*•–—]|\d{1,2}[.)])[ \t])"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that says where words come from.

    ``direct``: number of the quotation that it follows at once; ``inside``: of the one at whose end
    it stands, before the closing mark; ``block``: number of the paragraph, a block quotation, that
    it ends or follows. ``says``: the verb tells of speech, so the person may be quoted from
    somebody else's reading. ``stands_alone``: it is a citation wherever it stands.
    ``among``: the readings of all citations in its bracket, where there are several.
    """

    citation: Citation
    direct: int | None = None
    inside: int | None = None
    block: int | None = None
    says: bool = False
    stands_alone: bool = True
    among: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """How it is said, see ``Citation.how``."""
        return self.citation.how


@dataclass(slots=True)
class Surroundings:
    """A post taken apart: what the search for citations and for quotations both need."""

    text: str
    paragraphs: Sequence[Paragraph]
    marked: Sequence[Marked]
    masked: str = ""
    sentence_starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _paragraph_starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.masked = _mask(self.text, self.marked)
        self.sentence_starts = _sentence_starts(self.masked, self.paragraphs)
        self._ends = [mark.span.end for mark in self.marked]
        self._starts = [mark.span.start for mark in self.marked]
        self._paragraph_starts = [paragraph.start for paragraph in self.paragraphs]

    def sentence(self, position: int) -> int:
        """The number of the sentence that a position lies in."""
        return bisect_right(self.sentence_starts, position)

    def sentence_span(self, position: int) -> Span:
        """Where that sentence starts and ends."""
        number = self.sentence(position)
        start = self.sentence_starts[number - 1] if number else 0
        last = number >= len(self.sentence_starts)
        return Span(start, len(self.text) if last else self.sentence_starts[number])

    def quoted_before(self, position: int) -> int | None:
        """The quotation that ends right before a position, but for blanks and a stop."""
        number = bisect_right(self._ends, position) - 1
        if number < 0:
            return None
        between = self.text[self._ends[number] : position]
        if len(between) <= 4 and not between.strip(" \u00a0\t.,;:!?"):
            return number
        return None

    def quoted_shortly_before(self, position: int) -> int | None:
        """The quotation that ends before a position, at most a verb parting them."""
        number = bisect_right(self._ends, position) - 1
        if number < 0 or position - self._ends[number] > 16:
            return None
        between = self.text[self._ends[number] : position]
        return None if re.search(r"[.!?;:(\n]", between) else number

    def quoted_around(self, position: int) -> int | None:
        """The quotation that a position lies in."""
        number = bisect_right(self._starts, position) - 1
        if number >= 0 and position < self._ends[number]:
            return number
        return None

    def block_ended_by(self, span: Span) -> int | None:
        """The block quotation that the span ends, or that it alone follows."""
        number = bisect_right(self._paragraph_starts, span.start) - 1
        if number < 0:
            return None
        paragraph = self.paragraphs[number]
        rest = paragraph.end - span.end
        if paragraph.block:
            return number if rest <= 4 and not self._between(span.end, paragraph.end) else None
        if number and self.paragraphs[number - 1].block and span.start - paragraph.start <= 4:
            alone = not self._between(paragraph.start, span.start)
            return number - 1 if alone else None
        return None

    def _between(self, start: int, end: int) -> str:
        return self.text[start:end].strip(' \u00a0\t\n.,;:!?"”’»“')

    def marks_between(self, start: int, end: int) -> bool:
        """Whether a quotation starts between two positions."""
        return bisect_left(self._starts, start) < bisect_left(self._starts, end)


def citation_of(around: Surroundings, span: Span, read: Read, how: str) -> Citation:
    return Citation(
        span,
        around.text[span.start : span.end].strip(),
        read.author,
        read.title,
        read.year,
        read.pages,
        read.match.reading,
        read.match.candidates,
        how,
    )


def _mask(text: str, marked: Sequence[Marked]) -> str:
    """The text with all that is quoted blotted out, so that only the writer's words remain; but
    for the stop before a closing mark, which ends the writer's sentence too.
    """
    parts: list[str] = []
    position = 0
    for mark in marked:
        start, end = mark.span.start + 1, mark.span.end - 1
        end -= text[end - 1] == "." and end - start > 8 and text[end - 2].isalpha()
        parts += [text[position:start], "¤" * (end - start)]
        position = end
    return "".join([*parts, text[position:]])


def _sentence_starts(masked: str, within: Sequence[Paragraph]) -> list[int]:
    starts: list[int] = []
    for paragraph in within:
        starts.append(paragraph.start)
        for match in _SENTENCE_END.finditer(masked, paragraph.start, paragraph.end):
            if _ends_sentence(masked, match):
                starts.append(match.end())
    return starts


def _ends_sentence(masked: str, match: re.Match[str]) -> bool:
    after = masked[match.end() : match.end() + 1]
    if after.islower():
        return False
    if match.group()[0] != ".":
        return True
    start = match.start()
    while start > 0 and match.start() - start < 6 and not masked[start - 1].isspace():
        start -= 1
    word = masked[start : match.start()].lstrip("(").lower()
    return word not in ABBREVIATIONS and not (len(word) == 1 and word.isalpha() and word != "i")
