"""Matches the names and titles that writers give to the readings of a course.

Names are compared by how they sound once transliterated, so that Khrushchev, Kruschev,
Chruschtschow and Хрущёв are one man. What fits several readings is never decided here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from quotecheck.types import ReadingInfo
from quotecheck.vocabulary import PARTICLES, SMALL_IN_TITLES

_CYRILLIC_SOUNDS = (
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i yi ye g"
)
_GREEK_SOUNDS = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
        _CYRILLIC_SOUNDS.split(),
        strict=True,
    )
)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        _GREEK_SOUNDS.split(),
        strict=True,
    )
)
_LETTERS = str.maketrans(
    {letter: latin.replace("_", "") for letter, latin in (_CYRILLIC | _GREEK).items()}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th", "ð": "d", "ı": "i"}
    | {"č": "ch", "ć": "ch", "š": "sh", "ž": "zh", "ś": "s", "ź": "z"}
)
# One sound, spelled after the habits of several languages; the first that fits is taken.
_SOUNDS = (
    (
        re.compile(r"schtsch|shtsh|shch|chtch|chtsch|sch?t?ch|stch|sc(?=[ei])|szcz|tsch|tch|tsh"),
        "S",
    ),
    (re.compile(r"sch|sh|cz|sz|zh|dsch|dj|(?<=.)ch|(?<=.)kh"), "S"),
    (re.compile(r"^(?:kh|ch|x|h(?=r)|j(?=[bcdfglmnrtvz]))"), "k"),
    (re.compile(r"^(?:ye|je|yo)(?=[a-z]{3})"), "e"),
    (re.compile(r"(?:eff|ieff|yev|jew|iev|ev|ew|ov|ow|off|yov|jow|iov)$"), "0"),
    (re.compile(r"(?:skij|skiy|skyj|skii|sky|ski|skj)$"), "1"),
    (re.compile(r"ou"), "u"),
    (re.compile(r"[wv]|ph"), "v"),
    (re.compile(r"ck|q|c(?![eiy])"), "k"),
    (re.compile(r"[yj]"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_JOINT = re.compile(r"\s*(?:;|&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bи\b)\s*(?!al\b)")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-‐‑][^\W\d_]+)*")
_TITLE_WORD = re.compile(r"\w+(?:['’]\w+)*")
_TITLE_LIKENESS = 0.84
LONGEST_NAME = 60
MOST_NAMES_KEPT = 5000


class Match(NamedTuple):
    """The reading that a citation names, or those it may name."""

    reading: str | None = None
    candidates: tuple[str, ...] = ()


NO_MATCH = Match()


def plain(text: str) -> str:
    """Lower case, Latin letters, no accents."""
    if text.isascii():
        return text.lower()
    lowered = text.casefold().replace("’", "'").translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def sound(name: str) -> str:
    """What a surname sounds like, whichever language spelled it."""
    letters = "".join(char for char in plain(name) if char.isalnum())
    for pattern, replacement in _SOUNDS:
        letters = pattern.sub(replacement, letters)
    return letters


def surnames(author: str) -> tuple[str, ...]:
    """The surnames in an author field: "Jones, Polly", "Polly Jones and Miriam Dobson"."""
    found: list[str] = []
    for person in _JOINT.split(author):
        found += _surnames_of_part(person)
    return tuple(dict.fromkeys(name for name in found if name))


def _surnames_of_part(person: str) -> list[str]:
    parts = [part.strip() for part in person.split(",") if part.strip()]
    if not parts:
        return []
    if len(parts) > 1 and all(len(part.split()) > 1 for part in parts):
        return [_last_name(part) for part in parts]
    if len(parts) > 1:
        return [parts[0]]
    return [_last_name(parts[0])]


def _last_name(person: str) -> str:
    words = [word for word in _NAME_WORD.findall(person) if word.lower() not in ("jr", "sr", "al")]
    if not words:
        return ""
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return " ".join(words[start:])


@lru_cache(maxsize=1024)
def title_words(title: str) -> tuple[str, ...]:
    """The words of a title that carry it."""
    found = tuple(plain(word) for word in _TITLE_WORD.findall(title))
    return tuple(word for word in found if word not in SMALL_IN_TITLES) or found


class _Entry(NamedTuple):
    key: str
    year: str
    titles: tuple[tuple[str, ...], ...]


class Shelf:
    """The readings of a course, to be found by surname and title."""

    def __init__(self, readings: Iterable[ReadingInfo]) -> None:
        self.readings = tuple(readings)
        self._by_name: dict[str, list[str]] = {}
        self._by_sound: dict[str, list[str]] = {}
        self._entries: dict[str, _Entry] = {}
        self._by_words: dict[tuple[str, ...], list[str]] = {}
        self._near: dict[str, tuple[str, ...]] = {}
        for reading in self.readings:
            self._add(reading)

    def _add(self, reading: ReadingInfo) -> None:
        names = list(surnames(reading.author))
        titles = [*_titles_of(reading.title)]
        for alias in reading.aliases:
            titles += _titles_of(alias)
            if _may_be_person(alias):
                names += surnames(alias)
        for name in names:
            for key in {plain(name), plain(name.split()[-1])}:
                _note(self._by_name, key, reading.key)
            for key in {sound(name), sound(name.split()[-1])}:
                _note(self._by_sound, key, reading.key)
        self._entries[reading.key] = _Entry(reading.key, reading.year, tuple(dict.fromkeys(titles)))
        for words in self._entries[reading.key].titles:
            self._by_words.setdefault(words, []).append(reading.key)

    # Authors

    def by_author(self, name: str) -> tuple[str, ...]:
        """The readings whose author this can be, a slip of the pen allowed."""
        wanted = plain(name.strip()) if len(name) <= LONGEST_NAME else ""
        if not wanted:
            return ()
        if len(self._near) > MOST_NAMES_KEPT:
            self._near.clear()
        if wanted not in self._near:
            self._near[wanted] = self._find_author(wanted)
        return self._near[wanted]

    def knows_author(self, name: str) -> bool:
        """Whether a reading is by somebody of this name."""
        return bool(self.by_author(name))

    def has_author(self, name: str) -> bool:
        """Whether a reading is by somebody whose name is spelled just so."""
        return plain(name) in self._by_name

    def _find_author(self, wanted: str) -> tuple[str, ...]:
        exact = self._by_name.get(wanted) or self._by_sound.get(sound(wanted))
        if exact:
            return tuple(exact)
        best, found = 3, list[str]()
        wanted_sound = sound(wanted)
        for table, looked_for in ((self._by_name, wanted), (self._by_sound, wanted_sound)):
            for known, keys in table.items():
                slips = _slips(looked_for, known)
                if slips is not None and slips < best:
                    best, found = slips, list(keys)
                elif slips == best:
                    found += keys
        return tuple(dict.fromkeys(found))

    # Titles

    def by_title(self, title: str) -> tuple[str, ...]:
        """The readings whose title this can be, shortened or misspelled."""
        wanted = title_words(title)
        if not wanted or not any(len(word) > 2 for word in wanted):
            return ()
        likeness = {
            entry.key: max((_title_likeness(wanted, own) for own in entry.titles), default=0.0)
            for entry in self._entries.values()
        }
        best = max(likeness.values(), default=0.0)
        if best < _TITLE_LIKENESS:
            return ()
        return tuple(key for key, value in likeness.items() if value >= best - 0.02)

    def by_abbreviation(self, word: str) -> tuple[str, ...]:
        """The readings whose title begins with this, cut short: "Rep." for the Republic."""
        wanted = plain(word).strip(". ")
        if not 3 <= len(wanted) <= 12 or not wanted.isalpha():
            return ()
        return tuple(
            entry.key
            for entry in self._entries.values()
            if any(title[0].startswith(wanted) for title in entry.titles)
        )

    def with_title(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The readings of exactly this title."""
        return tuple(self._by_words.get(words, ()))

    def shares_title_word(self, key: str, title: str) -> bool:
        """Whether a word that carries the title also stands in the reading's own."""
        own = {word for words in self._entries[key].titles for word in words}
        return any(len(word) > 3 and word in own for word in title_words(title))

    # Both

    def match(self, author: str = "", title: str = "", year: str = "") -> Match:
        """The reading cited; candidates where several fit, or where only the author does."""
        by_author = self.by_author(author) if author else ()
        by_title = self.by_title(title) if title else ()
        both = tuple(key for key in by_author if key in by_title)
        if both:
            return self._decide(both, year)
        if author and by_title and not by_author:
            return self._decide(by_title, year) if not _is_name(author) else Match(None, by_title)
        if by_title and not author:
            return self._decide(by_title, year)
        if by_author and title:
            near = tuple(key for key in by_author if self.shares_title_word(key, title))
            return self._decide(near, year) if near else Match(None, by_author)
        return self._decide(by_author, year)

    def _decide(self, keys: Sequence[str], year: str) -> Match:
        if len(keys) > 1 and year:
            keys = [key for key in keys if self._entries[key].year[:4] == year[:4]] or keys
        if len(keys) == 1:
            return Match(keys[0])
        return Match(None, tuple(keys))


def _note(table: dict[str, list[str]], name: str, key: str) -> None:
    if len(name) > 1 and key not in table.setdefault(name, []):
        table[name].append(key)


def _titles_of(title: str) -> list[tuple[str, ...]]:
    """The title, and what stands before its colon or dash."""
    main = re.split(r"[:.?!]\s|\s[–—-]\s", title, maxsplit=1)[0]
    return [words for text in (title, main) if (words := title_words(text))]


def _may_be_person(alias: str) -> bool:
    words = alias.split()
    if any(word.lower() in SMALL_IN_TITLES - PARTICLES for word in words):
        return False
    return 0 < len(words) <= 3 and all(word[:1].isupper() or not word.isascii() for word in words)


def _is_name(author: str) -> bool:
    return bool(_NAME_WORD.search(author))


def _slips(wanted: str, known: str) -> int | None:
    """How many slips of the pen lie between two spellings; None for two different names.

    Short names are near to other names by chance: there only a letter too many, too few or
    swapped counts as a slip, and the first letter must be right.
    """
    if wanted[:1] != known[:1] or min(len(wanted), len(known)) < 4:
        return None
    longest = max(len(wanted), len(known))
    allowed = 1 if longest < 8 else 2
    distance = OSA.distance(wanted, known, score_cutoff=allowed)
    if distance > allowed:
        return None
    if longest <= 6 and len(wanted) == len(known) and sorted(wanted) != sorted(known):
        return None
    return int(distance)


def _title_likeness(wanted: tuple[str, ...], own: tuple[str, ...]) -> float:
    """1 for the title itself, a little less for its first words, less with each slip."""
    if wanted == own:
        return 1.0
    if len(wanted) < len(own):
        head = own[: len(wanted)]
        exactness = _words_alike(wanted, head)
        if len(wanted) == 1 and len(wanted[0]) < 4:
            return 0.0
        return exactness - 0.05 if len(wanted) > 1 or exactness == 1.0 else 0.0
    return _words_alike(wanted, own)


def _words_alike(wanted: tuple[str, ...], own: tuple[str, ...]) -> float:
    return OSA.normalized_similarity(" ".join(wanted), " ".join(own))


@lru_cache(maxsize=16)
def shelf_of(readings: tuple[ReadingInfo, ...]) -> Shelf:
    """The shelf of these readings; kept, since a post is looked at again with each keystroke."""
    return Shelf(readings)
