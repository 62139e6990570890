"""Two printed pages on one sheet, as a book lies open on the glass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .labels import as_number
from .layout import Line, Sheet, cut_at, gutter_of, in_reading_order

_WIDER = 1.15  # than tall, at least
_NEAR_MIDDLE = 0.08  # of the width
_FEWEST_LINES = 4
_LINES_OF_PRINT, _WORDS_OF_PRINT = 15, 5
_TWO_NUMBERS = re.compile(r"(\w{1,8})\s*[-–—/]\s*(\w{1,8})")


@dataclass(slots=True)
class Spread:
    """A sheet, and its halves where it may hold two pages.

    ``clear``: a white stripe parts them. ``against``: lines run across the middle.
    """

    sheet: Sheet
    halves: tuple[Sheet, Sheet] | None = None
    clear: bool = False
    against: bool = False
    like_print: bool = False

    @property
    def has_text(self) -> bool:
        return bool(self.sheet.lines)


def spread_of(lines: list[Line], left: float, right: float, height: float, middle: float) -> Spread:
    """A page of the file; its lines are put into reading order, and cut if it is wide."""
    whole = Sheet(in_reading_order(lines), middle)
    width = right - left
    if not lines or width < _WIDER * height:
        return Spread(whole)
    gutter = gutter_of(lines)
    at = _middle(lines, (left + right) / 2, width, gutter)
    parts = [part for line in lines for part in cut_at(line, at)]
    sides = [[part for part in parts if part.column == side] for side in (1, 2)]
    across = [part for part in parts if part.column == 0]
    halves = [Sheet(in_reading_order(_by_itself(side)), middle) for side in sides]
    against = 10 * len(across) > len(parts)
    return Spread(
        whole,
        (halves[0], halves[1]),
        clear=gutter is not None and not against and min(map(len, sides)) >= _FEWEST_LINES,
        against=against,
        like_print=all(map(_is_like_print, sides)),
    )


def _middle(lines: list[Line], centre: float, width: float, gutter: float | None) -> float:
    """Where the two pages meet: in the middle of the sheet, or at the white stripe near it."""
    crossed = any(
        line.left < centre < line.right and len(cut_at(line, centre)) == 1 for line in lines
    )
    if crossed and gutter is not None and abs(gutter - centre) < _NEAR_MIDDLE * width:
        return gutter
    return centre


def _by_itself(side: list[Line]) -> list[Line]:
    return [Line(line.words, line.cut, line.sideways) for line in side]


def _is_like_print(side: list[Line]) -> bool:
    return (
        len(side) >= _LINES_OF_PRINT and median(len(line.words) for line in side) >= _WORDS_OF_PRINT
    )


def are_spreads(spreads: Sequence[Spread], *, numbered: bool) -> bool:
    """Whether the file is a book scanned open: mostly wide sheets with a stripe in the middle.

    ``numbered`` says that the halves, taken as pages, bear numbers that rise; without, the sheets
    must look like print, lest slides with two columns be cut.
    """
    with_text = [one for one in spreads if one.has_text]
    wide = [one for one in with_text if one.halves]
    clear = [one for one in wide if one.clear]
    against = [one for one in wide if one.against]
    if not clear or 10 * len(wide) < 8 * len(with_text) or len(clear) < 2 * len(against):
        return False
    return numbered or 2 * sum(one.like_print for one in clear) > len(clear)


def is_cut(spread: Spread) -> bool:
    return spread.halves is not None and not spread.against


def two_labels(label: str) -> tuple[str, str]:
    """The labels of the halves of a sheet whose own is ``42–43``; "" and "" for any other."""
    match = _TWO_NUMBERS.fullmatch(label.strip())
    if match and as_number(match[1]) and as_number(match[2]):
        return match[1], match[2]
    return "", ""
