"""What stands on every page and belongs to none of its sentences: running heads, page numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from itertools import islice, pairwise
from statistics import median

from .labels import as_number
from .layout import Line, Sheet

_EDGE_LINES = 3
_LONGEST_HEAD = 160
_NEIGHBOURHOOD = 12  # pages: a chapter's running head need not last longer
_SAME_HEIGHT = 9.0  # points
_EXACT_HEIGHT = 1.0
_SAME_LINE = 2.0

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\b(?:\d{1,5}|[ivxlcdm]{1,9})\b")


def find_furniture(sheets: list[Sheet], labels: list[str]) -> list[set[int]]:
    """For each sheet, the indexes of the lines that are no part of the text.

    Only lines at the outer edge are considered, from the edge inwards, and only when their like
    stands at the same height on pages near by, or when they bear the page's number. Print set
    across the page (a library's stamp in the margin) goes as well.
    """
    repeated = _Repeated(sheets)
    found = []
    for number, sheet in enumerate(sheets):
        gone = _sideways(sheet) | {
            index
            for edge in _edges(sheet)
            for index in _from_the_edge(sheet, edge, number, repeated, labels[number])
        }
        found.append(gone if len(gone) < len(sheet.lines) else _numbers(sheet, labels[number]))
    return found


def key_of(text: str) -> str:
    """The same for the heads of two pages that differ in their numbers only."""
    return " ".join(_WORD.findall(_NUMBER.sub("0", text.casefold())))


class _Repeated:
    """Which lines have their like at the same height on pages near by."""

    def __init__(self, sheets: list[Sheet]) -> None:
        self._needed = 2 if len(sheets) <= 4 else 3
        self._keys: dict[str, str] = {}
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, sheet in enumerate(sheets):
            for line in sheet.lines:
                if len(line.text) <= _LONGEST_HEAD:
                    key = self._keys.setdefault(line.text, key_of(line.text))
                    self._places[key].append((number, line.base))
        # Slides and tickets repeat every line they have, which then says nothing.
        self._says_nothing = {
            number
            for number, sheet in enumerate(sheets)
            if all(self._stands_nearby(line, number) for line in sheet.lines)
        }

    def has(self, line: Line, number: int) -> bool:
        return number not in self._says_nothing and self._stands_nearby(line, number)

    def _stands_nearby(self, line: Line, number: int) -> bool:
        if len(line.text) > _LONGEST_HEAD:
            return False
        places = self._places[self._keys[line.text]]
        near: set[int] = set()
        same_side: set[int] = set()  # of the open book, where a short essay has a head but twice
        first = bisect_left(places, (number - _NEIGHBOURHOOD, float("-inf")))
        for other, base in islice(places, first, None):
            if other > number + _NEIGHBOURHOOD or len(near) >= self._needed:
                break
            if abs(base - line.base) <= _SAME_HEIGHT:
                near.add(other)
            if abs(base - line.base) <= _EXACT_HEIGHT and (other - number) % 2 == 0:
                same_side.add(other)
        return len(near) >= self._needed or len(same_side) >= 2


def _sideways(sheet: Sheet) -> set[int]:
    found = {index for index, line in enumerate(sheet.lines) if line.sideways}
    return found if 2 * len(found) < len(sheet.lines) else set()


def _numbers(sheet: Sheet, label: str) -> set[int]:
    """On a page with nothing but furniture, only the outermost line with the number goes."""
    found = {
        index
        for edge in _edges(sheet)
        for index in edge[:1]
        if _is_number(sheet.lines[index], label) or _has_number_at_end(sheet.lines[index], label)
    }
    return found if len(found) < len(sheet.lines) else set()


def _edges(sheet: Sheet) -> tuple[list[int], list[int]]:
    """The outermost lines, top and bottom, as they lie on the page, whatever the text order."""
    upright = [index for index, line in enumerate(sheet.lines) if not line.sideways]
    by_height = sorted(upright, key=lambda index: -sheet.lines[index].base)
    top = [index for index in by_height if sheet.lines[index].base > sheet.middle]
    bottom = [index for index in reversed(by_height) if sheet.lines[index].base < sheet.middle]
    return top, bottom


def _from_the_edge(
    sheet: Sheet, edge: list[int], number: int, repeated: _Repeated, label: str
) -> list[int]:
    """The lines from the edge inwards that may be furniture, as far as they stand off the text.

    A line set as close to the next as the lines of the text may be a refrain.
    """
    found: list[int] = []
    for index in edge[:_EDGE_LINES]:
        line = sheet.lines[index]
        bears_number = _is_number(line, label) or _has_number_at_end(line, label)
        if not bears_number and not repeated.has(line, number):
            break
        found.append(index)
    while found:
        line = sheet.lines[found[-1]]
        inner = _next_line(sheet, edge, len(found) - 1)
        if _is_number(line, label) or _stands_off(line, inner, sheet):
            break
        found.pop()
    return found


def _is_number(line: Line, label: str) -> bool:
    number = as_number(line.text.strip("-–—[]()| "))
    return number is not None and number == as_number(label)


def _has_number_at_end(line: Line, label: str) -> bool:
    """``41 JONES``, ``The Cult 42``; a roman numeral might be a word."""
    words = line.text.split()
    return label.isdigit() and len(line.text) < _LONGEST_HEAD / 2 and label in (words[0], words[-1])


def _next_line(sheet: Sheet, edge: list[int], position: int) -> Line | None:
    """The next line inwards that does not stand beside this one."""
    line = sheet.lines[edge[position]]
    for index in edge[position + 1 :]:
        if abs(sheet.lines[index].base - line.base) >= _SAME_LINE:
            return sheet.lines[index]
    return None


def _stands_off(line: Line, inner: Line | None, sheet: Sheet) -> bool:
    """More white below it than between the lines of the text, or print of another size."""
    if inner is None:
        return True
    far = abs(inner.base - line.base) >= 1.2 * _leading(sheet)
    return far or abs(inner.size - line.size) >= 0.05 * line.size


def _leading(sheet: Sheet) -> float:
    """The usual distance from one line to the next."""
    steps = [
        before.base - after.base
        for before, after in pairwise(sheet.lines)
        if _SAME_LINE < before.base - after.base < 60
    ]
    return median(steps) if steps else 0.0
