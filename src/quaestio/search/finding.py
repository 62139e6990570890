"""Where words stand in a page; capitals, accents, line breaks, kinds of quotes do not count."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

Span = tuple[int, int]

_SAME = {
    **dict.fromkeys("‘’‚‛ʼ`´", "'"),
    **dict.fromkeys("“”„‟«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "\u00ad": "",  # a place where a word may be broken, not a letter
}


class _Levelled(dict[int, str]):
    """What each character is compared as; found out once for each."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _level(chr(code))
        return found


def _level(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    if character.isspace():
        return " "
    apart = unicodedata.normalize("NFKD", character).casefold()
    return "".join(
        one for one in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(one)
    )


_TABLE = _Levelled()


def level(text: str) -> str:
    """``text`` as it is compared: “Élan  vital” and “ELAN VITAL” are alike."""
    return " ".join(text.translate(_TABLE).split())


def places_of(wanted: str, text: str) -> Iterator[Span]:
    """Every place of ``wanted``, which is levelled, in ``text``, which is not; none overlap."""
    if not wanted or wanted not in level(text):
        return
    whole, origins = with_origins(text)
    at = whole.find(wanted)
    while at >= 0:
        start, last = origins[at], origins[at + len(wanted) - 1]
        yield start, with_its_accents(text, last + 1)
        at = whole.find(wanted, at + len(wanted))


def with_origins(text: str) -> tuple[str, list[int]]:
    """``text`` levelled, and for each character of that the one it came from."""
    out: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        for one in _TABLE[ord(character)]:
            if one == " " and (not out or out[-1] == " "):
                continue
            out.append(one)
            origins.append(index)
    return "".join(out), origins


def with_its_accents(text: str, end: int) -> int:
    """``end``, or behind the combining marks that follow there."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end
