"""How the same word is spelled in other times and countries: honour, honor; publick, public.

General habits only; what is generated need not be a word, for it is looked up in the readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Prefix

_SHORTEST = 4
# What is put for what, either way. Words are levelled: no capitals, no accents, no apostrophes.
_HABITS = (
    ("our", "or"),
    ("ise", "ize"),
    ("isi", "izi"),
    ("isa", "iza"),
    ("yse", "yze"),
    ("xion", "ction"),
    ("dgement", "dgment"),
    ("ence$", "ense"),
    ("ogue$", "og"),
    ("wards$", "ward"),
    ("gst$", "g"),  # amongst
    ("ilst$", "ile"),  # whilst
    ("idst$", "id"),
    ("ck$", "c"),
    ("ick", "ic"),
    ("shew", "show"),
    ("ough$", "o"),  # though, tho
    ("^gaol", "jail"),
    ("grey", "gray"),
    ("tre", "ter"),
    ("tri", "teri"),
    ("bre", "ber"),
    ("ancient", "antient"),
    ("plet", "pleat"),
    ("burden", "burthen"),
    ("murder", "murther"),
    ("llin", "lin"),
    ("lled", "led"),
    ("ller", "ler"),
)
# Habits that look like mistakes of a scan: a word spelled so may be found, and is told.
_LOOSE = (
    ("ph", "f"),
    ("^en", "in"),
    ("^em", "im"),
    ("oo", "u"),  # choose, chuse
    ("ol$", "oul"),  # control, controul
    ("y", "i"),
    ("y$", "ie"),
    ("ae", "a"),  # written out where a keyboard has no ä
    ("oe", "o"),
    ("ue", "u"),
    ("u", "v"),
    ("i", "j"),
    ("ed$", "d"),
    ("ed$", "t"),
)
_DOUBLED = re.compile(r"([bcdfglmnprst])\1")
_INFLECTIONS = frozenset(
    "s es d ed ing ly r er st est n en al ally ness ful less ment ity y".split()  # noqa: SIM905
)
# Endings put for one another: moulders, mouldered; colossus, colossi.
_ENDINGS = {
    "s": {"d", "ed", "ing", "th"},
    "ed": {"es", "ing", "eth"},
    "es": {"ing", "is", "eth"},
    "us": {"i"},
    "a": {"um", "on", "ae"},
    "y": {"ies", "ied"},
    "e": {"ing"},
    "t": {"ce"},
    "nt": {"nce"},
    "er": {"est"},
    "al": {"ally"},
    "ic": {"ical"},
    "man": {"men"},
}


class _Rule(NamedTuple):
    """One string for another, which may be bound to the start of a word or to its end."""

    old: str
    new: str
    start: bool
    end: bool


def _both_ways(habits: Sequence[tuple[str, str]]) -> tuple[_Rule, ...]:
    rules: list[_Rule] = []
    for one, other in habits:
        start, end, plain = one.startswith("^"), one.endswith("$"), one.strip("^$")
        rules += (_Rule(plain, other, start, end), _Rule(other, plain, start, end))
    return tuple(rules)


_FIRM_RULES, _LOOSE_RULES = _both_ways(_HABITS), _both_ways(_LOOSE)


def other_spellings(word: str) -> tuple[str, ...]:
    """Other ways to spell a levelled word; most of what is generated is no word."""
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    found = [*_changed(word, _FIRM_RULES), *_changed(word, _LOOSE_RULES), _DOUBLED.sub(r"\1", word)]
    found += [word.replace("ae", "e"), word.replace("oe", "e")]
    found += [word + "e", word[:-1] if word.endswith("e") else word]
    found += [
        word[: i + 1] + word[i:]
        for i in range(2, len(word))
        if word[i] in "lnpst" and word[i - 1] in "aeiou" and word[i + 1 : i + 2] != word[i]
    ]
    return tuple(dict.fromkeys(other for other in found if other != word and len(other) > 2))


def _changed(word: str, rules: Sequence[_Rule]) -> Iterator[str]:
    for old, new, start, end in rules:
        if old not in word:
            continue
        if start:
            if word.startswith(old):
                yield new + word[len(old) :]
        elif end:
            if word.endswith(old):
                yield word[: -len(old)] + new
        else:
            yield word.replace(old, new)


def are_one_word(ours: str, theirs: str) -> bool:
    """Whether two words are surely one, spelled by other habits or put in another form."""
    if len(ours) >= _SHORTEST and theirs in _changed(ours, _FIRM_RULES):
        return True
    longer, shorter = (ours, theirs) if len(ours) > len(theirs) else (theirs, ours)
    if longer.startswith(shorter):
        return longer[len(shorter) :] in _INFLECTIONS
    stem = Prefix.similarity(longer, shorter)
    one, other = longer[stem:], shorter[stem:]
    return stem >= _SHORTEST and (other in _ENDINGS.get(one, ()) or one in _ENDINGS.get(other, ()))
