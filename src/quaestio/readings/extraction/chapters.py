"""The number a heading bears, where it says one: chapters and sections are cited by it ("ch. 3",
"§ 4.2").
"""

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
_SECTION = re.compile(
    r"(?:§+|section|sec\.|abschnitt|раздел)\s*(?P<named>\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?|[IVXLC]{1,7})\b"
    r"|(?P<decimal>\d{1,3}(?:\.\d{1,3}){1,3})(?:[.:)]?\s|[.:)]?$)"
    r"|(?P<bare>\d{1,3}|[IVXLC]{1,7})(?:[.:)]\s|[.:)]?$|\s?[—–])",
    re.IGNORECASE,
)
_OPENS_SECTION = re.compile(r"§\s*(?P<number>\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?)(?!\w)")
_AFTER_THE_CHAPTERS = re.compile(
    r"(?:end)?(?:notes|bibliography|references|works cited|index|conclusions?|epilogue|appendix|"
    r"afterword|postscript|acknowledge?ments|glossary|chronology|anmerkungen|literatur|nachwort|"
    r"anhang|schluss|примечания|заключение|послесловие|bibliographie|postface|annexe)\b",
    re.IGNORECASE,
)
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


def section_numbers(headings: Sequence[str]) -> list[str]:
    """For each heading the number of the section it begins: "4", "4.2"; "" where it says none."""
    found = []
    for heading in headings:
        match = _SECTION.match(heading)
        number = match and (match["named"] or match["decimal"] or match["bare"])
        found.append((_figures(number) or number.lower()) if number else "")
    return found


def named_sections(headings: Sequence[str]) -> list[str]:
    """As ``section_numbers``, without those that could as well be a chapter's: "2. Method"."""
    matches = [_SECTION.match(heading) for heading in headings]
    numbers = [match and (match["named"] or match["decimal"]) for match in matches]
    return [(_figures(number) or number.lower()) if number else "" for number in numbers]


def opens_section(paragraph: str) -> str:
    """The number of a section that begins with a paragraph, without a heading: "§ 12. It is …"."""
    match = _OPENS_SECTION.match(paragraph)
    return match["number"] if match else ""


def are_named(headings: Sequence[str]) -> bool:
    """Whether some heading says that it is a chapter's."""
    return any(map(_NAMED.match, headings))


def ends_chapters(heading: str) -> bool:
    """Whether what follows is of no chapter: notes, a conclusion."""
    return bool(_AFTER_THE_CHAPTERS.match(heading))


def _figures(text: str) -> str:
    if text.casefold() in _WORDS:
        return str(_WORDS.index(text.casefold()) + 1)
    number = as_number(text)
    return str(number.value) if number else ""
