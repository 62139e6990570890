"""A stretch of a quotation made ready to be looked up, and its words sought as they stand."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import pairwise
from typing import NamedTuple

from .index import IndexedReading
from .lexicon import Entry, Lexicon, numbers_of

_FEW = 24  # places of a pair of words that are compared one by one
SELDOM = 4  # places, in all readings, of a word that may be a misspelling
_CODES = {2: "H", 4: "I"}

# A reading that is cited, and from which of its words to which.
Cited = tuple[IndexedReading, int, int]


def on_pages(cited: Cited, reading: IndexedReading, start: int, end: int) -> bool:
    """Whether words of a reading touch those cited."""
    return cited[0] is reading and start < cited[2] and cited[1] < end


class Located(NamedTuple):
    """A place: for each segment of the quotation a range of the reading's words.

    A range is None where the segment stands nowhere near. ``whole`` says that every word stands
    as quoted; ``score`` is then 1.0.
    """

    reading: IndexedReading
    ranges: tuple[tuple[int, int] | None, ...]
    score: float
    whole: bool = False


class Probe:
    """A stretch of a quotation made ready to be looked up in some readings."""

    def __init__(self, folds: list[str], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.folds = folds
        self.letters = sum(map(len, folds))
        self._entries: list[Entry] | None = None
        self._words: dict[int, list[int]] = {}

    def part(self, start: int, end: int) -> Probe:
        """Some of its words."""
        probe = Probe.__new__(Probe)
        probe.lexicon, probe.folds = self.lexicon, self.folds[start:end]
        probe.letters = sum(map(len, probe.folds))
        probe._entries = self._entries and self._entries[start:end]
        probe._words = {}
        return probe

    @property
    def entries(self) -> list[Entry]:
        """Where each word occurs."""
        if self._entries is None:
            self._entries = self.lexicon.entries(self.folds)
        return self._entries

    @property
    def odd(self) -> int:
        """How many words occur nowhere or nearly so, and may be misspelled."""
        return sum(entry.total <= SELDOM for entry in self.entries)

    def where(self) -> int:
        """The readings in which every word occurs, as bits."""
        where = self.lexicon.everywhere
        for entry in self.entries:
            where &= entry.where
        return where

    def words(self, number: int) -> list[int]:
        """The words as numbers of a reading, -1 for those that do not occur there."""
        found = self._words.get(number)
        if found is None:
            found = self._words[number] = numbers_of(self.entries, number)
        return found

    def packed(self, number: int) -> bytes | None:
        """The words as numbers of a reading; None when one of them does not occur there."""
        ids = self.words(number)
        if -1 in ids:
            return None
        return array(_CODES[self.lexicon.readings[number].id_bytes], ids).tobytes()


def find(probe: Probe, limit: int, cited: Cited | None = None) -> list[tuple[int, list[int]]]:
    """For each reading (by its place in the lexicon) the numbers of the words where it begins."""
    where = probe.where()
    if not where:
        return []
    entries, readings = probe.entries, probe.lexicon.readings
    totals = [entry.total for entry in entries]
    seed = min(totals.index(min(totals)), max(0, len(totals) - 2))
    follower = entries[seed + 1].hashed if len(totals) > 1 else -1
    found = []
    for number, _, low, times in entries[seed].rows():
        if not where >> number & 1:
            continue
        reading, high = readings[number], low + times
        if follower >= 0:
            low, high = pair_range(reading, low, high, follower)
            if low == high:
                continue
        near = cited[1:] if cited is not None and cited[0] is reading else None
        places = _matches(probe, number, (seed, low, high), limit, near)
        if places:
            found.append((number, places))
    return found


def _matches(
    probe: Probe,
    number: int,
    seeds: tuple[int, int, int],
    limit: int,
    near: tuple[int, int] | None,
) -> list[int]:
    """Where a sequence of words stands in a reading, sought from the postings of one of them."""
    reading = probe.lexicon.readings[number]
    seed, low, high = seeds
    if high - low > _FEW:
        for i, (entry, following) in enumerate(pairwise(probe.entries)):
            a, times = entry.spot(number) or (0, 0)
            a, b = pair_range(reading, a, a + times, following.hashed)
            if b - a < high - low:
                seed, low, high = i, a, b
    wanted = probe.packed(number) or b""
    if near is not None and high - low > limit:
        found = matches_in(reading, wanted, *near, limit)
        if found:
            return found
    found = []
    width, size, data, mask = reading.id_bytes, len(wanted), reading.map, reading.mask
    at = reading.ids_at - seed * width
    for posting in reading.postings[low:high]:
        start = at + (posting & mask) * width
        if data[start : start + size] == wanted and start >= reading.ids_at:
            found.append((start - reading.ids_at) // width)
            if len(found) >= limit:
                break
    return found


def pair_range(reading: IndexedReading, low: int, high: int, follower: int) -> tuple[int, int]:
    """Of the postings of a word those that another word follows (and a few by chance)."""
    bits, postings = reading.bits, reading.postings
    wanted = follower >> bits
    low = bisect_left(postings, wanted << bits, low, high)
    if low == high or postings[low] >> bits != wanted:
        return low, low
    return low, bisect_left(postings, (wanted + 1) << bits, low, high)


def matches_in(
    reading: IndexedReading, wanted: bytes, low: int, high: int, limit: int
) -> list[int]:
    """Places of a sequence of word numbers between two words, read through."""
    width, at, data = reading.id_bytes, reading.ids_at, reading.map
    found: list[int] = []
    stop = at + min(high, reading.word_count) * width
    here = data.find(wanted, at + max(0, low) * width, stop)
    while here >= 0 and len(found) < limit:
        if (here - at) % width == 0:
            found.append((here - at) // width)
            here = data.find(wanted, here + width, stop)
        else:
            here = data.find(wanted, here + 1, stop)
    return found


def last_in(reading: IndexedReading, wanted: bytes, low: int, high: int) -> int:
    width, at, data = reading.id_bytes, reading.ids_at, reading.map
    start, stop = at + max(0, low) * width, at + high * width
    here = data.rfind(wanted, start, stop)
    while here >= 0 and (here - at) % width:
        here = data.rfind(wanted, start, here + len(wanted) - 1)
    return (here - at) // width if here >= 0 else -1
