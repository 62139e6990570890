"""The number a heading bears, where it says one: chapters are cited by it ("ch. 3")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .labels import as_number

_NAMED = re.compile(
    r"(?:chapter|chap\.|kapitel|chapitre|cap[íi]tulo|capitolo|глава|hoofdstuk|rozdział)\s+"
    r"(?P<number>\w+)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?P<number>\d{1,3}|[IVXLC]{1,7})(?:[.:)]\s|[.:)]?$|\s?[—–])")
_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip


def chapter_numbers(headings: Sequence[str]) -> list[str]:
    """For each heading the number of the chapter it begins, as figures; "" where it says none.

    Where some heading says "Chapter", a bare "2. Method" is a section of one and does not count.
    """
    named = [_figures(match["number"]) if (match := _NAMED.match(one)) else "" for one in headings]
    if any(named):
        return named
    return [
        _figures(match["number"]) if (match := _NUMBERED.match(one)) else "" for one in headings
    ]


def _figures(text: str) -> str:
    if text.casefold() in _WORDS:
        return str(_WORDS.index(text.casefold()) + 1)
    number = as_number(text)
    return str(number.value) if number else ""
