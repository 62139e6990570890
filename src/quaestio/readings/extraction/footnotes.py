"""Footnotes: small print at the foot of a page. The sentence above them goes on overleaf, and who
quotes it leaves them out.
"""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

from .layout import Line

_SMALL = 0.9  # of the usual size of print
_SMALL_WITH_MARK = 0.95
_SAME_SIZE = 0.04
_APART = 1.15  # steps from line to line, between the text and its notes
_MARK = re.compile(r"(?:\d{1,3}|[*†‡§]|[¹²³⁰⁴-⁹]{1,3})[.)\]]?\s*(?=[^\W\d_])")


def footnotes(pages: list[list[Line]]) -> list[set[int]]:
    """For the lines of each page, without its furniture, the indexes of those that are notes.

    Small print that goes on at the head of the next page is no note but a long quotation, unless
    it begins with a mark; a page in small print throughout has none.
    """
    sizes = [line.size for lines in pages for line in lines for _ in range(len(line.text) // 10)]
    usual = median(sizes) if sizes else 0.0
    found = []
    for number, lines in enumerate(pages):
        after = pages[number + 1] if number + 1 < len(pages) else []
        notes = set[int]()
        for column in {line.column for line in lines}:
            notes |= _below(lines, column, usual, after[0].size if after else 0.0)
        found.append(notes if len(notes) < len(lines) else set())
    return found


def _below(lines: list[Line], column: int, usual: float, goes_on: float) -> set[int]:
    """The small print at the foot of a column, or across the page (0) below both."""
    inside = [index for index, line in enumerate(lines) if line.column == column]
    inside.sort(key=lambda index: -lines[index].base)
    run: list[int] = []
    for index in reversed(inside):
        if lines[index].size > _SMALL_WITH_MARK * usual:
            break
        run.insert(0, index)
    if not run:
        return set()
    first = lines[run[0]]
    size = median(lines[index].size for index in run)
    is_marked = _MARK.match(first.text) is not None
    is_quotation = abs(goes_on - size) <= _SAME_SIZE * size
    if not is_marked and (size > _SMALL * usual or is_quotation):
        return set()
    above = [
        line
        for index, line in enumerate(lines)
        if index not in run and (column == 0 or line.column in (0, column))
    ]
    if not above or any(line.base <= first.base for line in above):
        return set()
    lowest = min(line.base for line in above)
    return set(run) if lowest - first.base > _APART * _leading(above) else set()


def _leading(lines: list[Line]) -> float:
    """The usual step from line to line."""
    steps = [
        before.base - after.base
        for before, after in pairwise(lines)
        if before.column == after.column and 0 < before.base - after.base < 4 * after.size
    ]
    return median(steps) if steps else 1.2 * lines[0].size
