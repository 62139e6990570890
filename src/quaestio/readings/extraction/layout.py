"""Words with places on the page, gathered into lines and columns in the order they are read.

The units are points; the origin is the lower left corner, so a line further down has a smaller
``base``. The order a PDF gives its text in is kept unless the page shows that it cannot be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median


@dataclass(slots=True)
class Word:
    """``base`` is how low the letters of the font reach, ``size`` how tall it is."""

    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(slots=True)
class Line:
    """One line of print. ``cut`` says that the last word goes on in the next line, its hyphen
    already taken off. ``column`` is 0 for a line across the page, else 1 and 2 from the left."""

    words: list[Word]
    cut: bool = False
    sideways: bool = False
    column: int = 0
    text: str = field(init=False)
    left: float = field(init=False)
    right: float = field(init=False)
    base: float = field(init=False)
    size: float = field(init=False)

    def __post_init__(self) -> None:
        self.text = " ".join([word.text for word in self.words])
        self.left = min([word.left for word in self.words])
        self.right = max([word.right for word in self.words])
        self.base = median([word.base for word in self.words])
        self.size = median([word.size for word in self.words])

    def forget_words(self) -> None:
        """All but the first, which is all that is asked for once the lines are in order."""
        self.words = self.words[:1]


@dataclass(slots=True)
class Sheet:
    """One page of print: its lines in reading order, and how high its middle is."""

    lines: list[Line]
    middle: float = 0.0


# A gap this many font sizes wide is no space between words.
_GUTTER = 1.5
# So many lines must show it, and be so much of the page, before it is a gutter between columns.
_FEWEST_ROWS = 4


def in_reading_order(lines: list[Line]) -> list[Line]:
    """The same words, columns told apart.

    Some programs write a page row by row across both columns, and PDFium then makes one line of
    two. Such rows are cut at the gutter, and each column is read to its end.
    """
    gutter = gutter_of(lines)
    if gutter is None:
        return lines
    parts = [part for line in lines for part in cut_at(line, gutter)]
    if _alternates(parts):
        return _column_by_column(parts)
    return parts


def gutter_of(lines: list[Line]) -> float | None:
    """Where the white stripe between two columns of prose runs, if there is one.

    Both sides must be about as wide as text is set: the gaps of a table do not count.
    """
    upright = [line for line in lines if not line.sideways]
    if len(upright) < _FEWEST_ROWS:
        return None
    left = min(line.left for line in upright)
    right = max(line.right for line in upright)
    inked = [stretch for line in upright for stretch in _inked(line)]
    if all(first < left + 0.35 * (right - left) for first, _ in inked):
        return None
    places = [left + (right - left) * share / 100 for share in range(35, 66)]
    crossed = [sum(first < at < last for first, last in inked) for at in places]
    crossings, _, at = min(
        (times, abs(at - (left + right) / 2), at) for times, at in zip(crossed, places, strict=True)
    )
    lefts = [part for line in upright for part in cut_at(line, at) if part.right <= at]
    rights = [part for line in upright for part in cut_at(line, at) if part.left >= at]
    if min(len(lefts), len(rights)) < _FEWEST_ROWS or crossings > (len(lefts) + len(rights)) / 4:
        return None
    narrowest = (right - left) / 4
    return at if _is_prose(lefts, narrowest) and _is_prose(rights, narrowest) else None


def _inked(line: Line) -> Iterator[tuple[float, float]]:
    """From where to where the line has no gap wider than a space between words."""
    first = line.words[0].left
    for before, after in pairwise(line.words):
        if after.left - before.right >= _GUTTER * min(before.size, after.size):
            yield first, before.right
            first = after.left
    yield first, line.words[-1].right


def _gap_at(line: Line, at: float) -> int | None:
    """The index of the first word right of a gutter at ``at``; None where there is no gap."""
    for index in range(1, len(line.words)):
        before, after = line.words[index - 1], line.words[index]
        if before.right <= at <= after.left:
            wide = after.left - before.right >= _GUTTER * min(before.size, after.size)
            return index if wide else None
    return None


def _is_prose(parts: list[Line], narrowest: float) -> bool:
    """Lines that mostly fill their column, of several words each."""
    width = max(part.right for part in parts) - min(part.left for part in parts)
    if width < narrowest:
        return False
    filled = [part for part in parts if part.right - part.left > 0.6 * width]
    return 2 * len(filled) >= len(parts) and median(len(part.words) for part in parts) >= 3


def cut_at(line: Line, gutter: float) -> list[Line]:
    if line.right <= gutter:
        return [Line(line.words, line.cut, line.sideways, 1)]
    if line.left >= gutter:
        return [Line(line.words, line.cut, line.sideways, 2)]
    index = _gap_at(line, gutter)
    if index is None:
        return [Line(line.words, line.cut, line.sideways, 0)]
    return [
        Line(line.words[:index], False, line.sideways, 1),
        Line(line.words[index:], line.cut, line.sideways, 2),
    ]


def _alternates(parts: list[Line]) -> bool:
    """Whether the text jumps between the columns more often than their bands explain."""
    sides = [part.column for part in parts if part.column]
    jumps = sum(1 for before, after in pairwise(sides) if before != after)
    return jumps > len(sides) / 4


def _column_by_column(parts: list[Line]) -> list[Line]:
    """Top to bottom; a line across both columns ends a band, in which left comes before right."""
    ordered: list[Line] = []
    band: list[Line] = []
    for part in sorted(parts, key=lambda part: -part.base):
        if part.column == 0:
            ordered += sorted(band, key=lambda line: line.column)
            ordered.append(part)
            band = []
        else:
            band.append(part)
    return ordered + sorted(band, key=lambda line: line.column)
