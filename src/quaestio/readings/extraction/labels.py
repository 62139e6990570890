"""The numbers printed on the pages, which are what people cite.

In the order of trust: the labels a PDF carries (unless they only count its pages), the numbers
found in head or foot rising from page to page, the first number the teacher gave, the page of
the file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

_ROMAN = re.compile(r"m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})", re.IGNORECASE)
_ROMAN_DIGITS = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_HIGHEST = 99_999
_AROUND = "-–—[]()|•· \t"


class Number(NamedTuple):
    """A page number as printed: ``style`` is "1", "i" or "I"; ``before`` stands in front of it."""

    style: str
    value: int
    before: str = ""

    def plus(self, steps: int) -> Number:
        return self._replace(value=self.value + steps)

    def __str__(self) -> str:
        return self.before + (str(self.value) if self.style == "1" else self._roman())

    def _roman(self) -> str:
        left, letters = self.value, ""
        for value, digits in _ROMAN_DIGITS:
            letters += digits * (left // value)
            left %= value
        return letters.upper() if self.style == "I" else letters


def as_number(text: str) -> Number | None:
    """``42``, ``xiv`` or ``XIV``, and nothing else."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return Number("1", int(text)) if int(text) > 0 else None
    if text and (text.islower() or text.isupper()) and _ROMAN.fullmatch(text):
        return Number("i" if text.islower() else "I", _roman_value(text.lower()))
    return None


def as_label(text: str) -> Number | None:
    """As ``as_number``, with anything in front: ``A-12``, ``S. 7``."""
    number = as_number(text)
    if number:
        return number
    ending = re.fullmatch(r"(.{0,20}?[^\d])(\d{1,5})", text.strip())
    if ending and int(ending[2]) > 0:
        return Number("1", int(ending[2]), ending[1])
    return None


def _roman_value(letters: str) -> int:
    value = 0
    for worth, digits in _ROMAN_DIGITS:
        while letters.startswith(digits):
            value += worth
            letters = letters[len(digits) :]
    return value


def choose(
    carried: Sequence[str],
    printed: Sequence[str],
    first_label: str,
    first_page: int,
) -> tuple[list[str], str]:
    """One label for every page, from the best source that has any, and which source it was.

    ``carried`` are the labels inside the file, ``printed`` those found on the pages.
    """
    if any(carried) and not _only_counts(carried):
        return list(carried), "carried"
    if any(printed):
        return list(printed), "printed"
    if first_label:
        return counted(first_label, first_page, len(printed)), "given"
    if any(carried):
        return list(carried), "counted"
    return [str(n + 1) for n in range(len(printed))], "counted"


def counted(first_label: str, first_page: int, pages: int) -> list[str]:
    """On from the teacher's first number; pages before it have none.

    A first label that is no number ("cover") goes to its page alone.
    """
    labels = [""] * pages
    first = as_label(first_label)
    for page in range(first_page - 1, pages):
        labels[page] = str(first.plus(page - first_page + 1)) if first else ""
    if first is None and first_page <= pages:
        labels[first_page - 1] = first_label
    return labels


def _only_counts(labels: Sequence[str]) -> bool:
    return all(label == str(number) for number, label in enumerate(labels, 1))


def printed_numbers(edges: Sequence[Sequence[str]]) -> list[str]:
    """The labels told by the lines in head and foot of each page, "" where they tell nothing.

    A number counts when it rises with the pages: a year in the running head does not. A page
    whose number is missing (the first of a chapter) gets the one its neighbours leave for it.
    """
    runs = _runs(edges)
    labels = [""] * len(edges)
    if not runs:
        return labels
    taken = [False] * len(edges)
    for (style, offset), pages in runs:
        first, last = min(pages), max(pages)
        if any(taken[first : last + 1]):
            continue
        for page in range(first, last + 1):
            taken[page] = True
            labels[page] = str(Number(style, page + offset))
    _stretch(labels)
    return labels


def _runs(edges: Sequence[Sequence[str]]) -> list[tuple[tuple[str, int], set[int]]]:
    """Numberings that hold, the best supported first."""
    support: dict[tuple[str, int], set[int]] = defaultdict(set)
    weight: Counter[tuple[str, int]] = Counter()
    for page, lines in enumerate(edges):
        for line in lines:
            for number in _candidates(line):
                key = number.style, number.value - page
                support[key].add(page)
                # A line that is nothing but a number says more than one that ends in it.
                weight[key] += 2 if as_number(line.strip(_AROUND)) else 1
    needed = 3 if len(edges) > 3 else 2
    held = [
        (key, pages)
        for key, pages in support.items()
        if len(pages) >= 2 and weight[key] >= needed and 2 * len(pages) > max(pages) - min(pages)
    ]
    return sorted(held, key=lambda item: (-len(item[1]), abs(item[0][1])))


def _candidates(line: str) -> list[Number]:
    """The numbers a line may carry: the whole of it, its first word or its last."""
    words = line.strip(_AROUND).split()
    if not words:
        return []
    ends = {words[0], words[-1]} if len(words) > 1 else {words[0]}
    numbers = [as_number(word.strip(_AROUND + ".,")) for word in ends]
    # A roman numeral beside other words is more often "I" or "mix" than a page number.
    return [
        number
        for number in numbers
        if number and number.value <= _HIGHEST and (number.style == "1" or len(words) == 1)
    ]


def _stretch(labels: list[str]) -> None:
    """Carry each numbering on over the pages without, forward first, then back to its one."""
    for page in range(1, len(labels)):
        before = as_number(labels[page - 1])
        if not labels[page] and before:
            labels[page] = str(before.plus(1))
    for page in range(len(labels) - 2, -1, -1):
        after = as_number(labels[page + 1])
        if not labels[page] and after and after.value > 1:
            labels[page] = str(after.plus(-1))
