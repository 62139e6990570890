"""The words of several readings together: where each occurs, which are spelled alike.

It is put together in memory from the indexes of the readings when they are first searched in
earnest, which takes some hundredths of a second; nothing of it is kept on disk, so that a reading
can come and go without touching the others.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from .index import IndexedReading
from .normalize import SHORTEST_SPELLED, hash_half, hash_word
from .spelling import other_spellings

ROOM = 10_000  # between the numbers of the words of one reading and those of the next
_KEPT_WORDS = 4000  # twice, what was asked for of late and before; a third of a kilobyte each
_KEPT_ALIKE, _KEPT_RESPELLED = 150, 600
_LONGEST_SPELLED = 40
_MASKED = 64  # readings that one number has a bit for
_SOUGHT_SINGLY = 60  # words looked up reading by reading before all are put together
_BUCKET_BITS = 16  # of a hash, that tell where in the table of all words it is sought


class Entry:
    """A word over several readings: in which it occurs (as bits), where, how often in all."""

    __slots__ = ("_start", "_table", "hashed", "total", "where")

    def __init__(self, hashed: int, where: int, total: int, table: _Table, start: int) -> None:
        self.hashed, self.where, self.total = hashed, where, total
        # Its rows in a table, one a reading, in the order of the readings.
        self._table, self._start = table, start

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        """For each reading that has it: the reading's place in the lexicon, the number of the word
        there, its first posting, how often it occurs.
        """
        table, a = self._table, self._start
        b = a + self.where.bit_count()
        return zip(
            table.numbers[a:b].tolist(),
            table.words[a:b].tolist(),
            table.lows[a:b].tolist(),
            table.times[a:b].tolist(),
            strict=True,
        )

    def word(self, number: int) -> int:
        """Its number in a reading, by the reading's place in the lexicon; -1 for none."""
        if not self.where >> number & 1:
            return -1
        return self._table.words[self._row(number)]

    def spot(self, number: int) -> tuple[int, int] | None:
        """Its first posting in a reading, and how often it occurs there."""
        if not self.where >> number & 1:
            return None
        row = self._row(number)
        return self._table.lows[row], self._table.times[row]

    def _row(self, number: int) -> int:
        return self._start + (self.where & ((1 << number) - 1)).bit_count()


def numbers_of(entries: Sequence[Entry], number: int) -> list[int]:
    """The same as ``Entry.word`` of each, in half the time."""
    here = 1 << number
    before = here - 1
    return [
        entry._table.words[entry._start + (entry.where & before).bit_count()]
        if entry.where & here
        else -1
        for entry in entries
    ]


class _Table(NamedTuple):
    """Rows of entries: the reading, the number of the word there, its first posting, how often."""

    numbers: memoryview
    words: memoryview
    lows: memoryview
    times: memoryview


class Lexicon:
    """The words of several readings. What was looked up is kept, for most words come again."""

    def __init__(self, readings: list[IndexedReading]) -> None:
        self.readings = readings
        self.scans = sum(1 << i for i, reading in enumerate(readings) if reading.scanned)  # as bits
        self.everywhere = (1 << len(readings)) - 1
        self.total = sum(reading.word_count for reading in readings)
        # What is added to the numbers of a reading's words so that no two readings share one.
        ends = accumulate((reading.word_count + ROOM for reading in readings), initial=ROOM)
        self.bases = list(ends)[:-1]
        self._known: dict[str, Entry] = {}
        self._before: dict[str, Entry] = {}  # what was known before it became too much
        self._alike: dict[str, list[Entry]] = {}
        self._respelled: dict[str, list[Entry]] = {}
        self._merged: _Merged | None = None

    def entry(self, word: str) -> Entry:
        """Where a levelled word occurs."""
        entry = self._known.get(word)
        if entry is None:
            if len(self._known) >= _KEPT_WORDS:
                self._before, self._known = self._known, {}
            entry = self._before.get(word)
            if entry is None:
                hashed, merged = hash_word(word), self._merged
                entry = self._look_up(hashed) if merged is None else merged.entry(hashed)
            self._known[word] = entry
        return entry

    def respelled(self, word: str) -> list[Entry]:
        """Where a word occurs that is spelled by other habits."""
        found = self._respelled.get(word)
        if found is None:
            if len(self._respelled) >= _KEPT_RESPELLED:
                self._respelled.clear()
            merged = self._together()
            others = (merged.entry(hash_word(other)) for other in other_spellings(word))
            found = self._respelled[word] = [entry for entry in others if entry.where]
        return found

    def entries(self, words: Sequence[str]) -> list[Entry]:
        """The same for several words."""
        known = self._known
        return [known.get(word) or self.entry(word) for word in words]

    def alike(self, word: str) -> list[Entry]:
        """Other words that differ from this one by a letter, or two in a long one."""
        if not SHORTEST_SPELLED <= len(word) <= _LONGEST_SPELLED:
            return []
        found = self._alike.get(word)
        if found is None:
            if len(self._alike) >= _KEPT_ALIKE:
                self._alike.clear()
            merged = self._together()
            found = self._alike[word] = [merged.entry(h) for h in merged.alike(word)]
        return found

    def _look_up(self, hashed: int) -> Entry:
        if len(self._known) < _SOUGHT_SINGLY:
            return self._sought(hashed)
        return self._together().entry(hashed)

    def _together(self) -> _Merged:
        if self._merged is None:
            self._merged = _Merged(self.readings)
        return self._merged

    def _sought(self, hashed: int) -> Entry:
        """The word in each reading's own index: slow, but ready at once."""
        rows, where, total = [], 0, 0
        for number, reading in enumerate(self.readings):
            known = reading.word_id(hashed)
            if known >= 0:
                low, high = reading.firsts[known : known + 2]
                rows.append((number, known, low, high - low))
                where |= 1 << number
                total += high - low
        columns = zip(*rows, strict=True) if rows else ((),) * 4
        table = _Table(*(memoryview(array("I", column)) for column in columns))
        return Entry(hashed, where, total, table, 0)


def _letters(coded: bytes) -> int:
    """Which letters a word has, as bits."""
    found = 0
    for sign in coded:
        found |= 1 << (sign & 31)
    return found


def _masks(numbers: Any, starts: Any) -> memoryview:
    """For each word the readings that have it, as bits."""
    import numpy as np

    bits = np.left_shift(np.uint64(1), numbers, dtype=np.uint64)
    masks: memoryview = np.bitwise_or.reduceat(bits, starts).data if len(starts) else bits.data
    return masks


class _Merged:
    """The sorted words of all readings; for each the readings that have it."""

    def __init__(self, readings: list[IndexedReading]) -> None:
        import numpy as np

        self.readings = readings
        none = np.zeros(0, dtype=np.uint32)
        each = [np.frombuffer(r.hashes, dtype=np.uint32) for r in readings]
        firsts = [np.frombuffer(r.firsts, dtype=np.uint32) for r in readings]
        hashes = np.concatenate([*each, none])
        order = np.argsort(hashes, kind="stable").astype(np.uint32)
        hashes = hashes[order]
        new = np.ones(len(hashes), dtype=bool)
        new[1:] = hashes[1:] != hashes[:-1]
        starts = np.flatnonzero(new)
        sizes = [len(e) for e in each]
        words = np.concatenate([*(np.arange(n, dtype=np.uint32) for n in sizes), none])
        lows = np.concatenate([*(f[:-1] for f in firsts), none])[order]
        times = np.concatenate([*(np.diff(f) for f in firsts), none])[order]
        numbers = np.repeat(np.arange(len(sizes), dtype=np.uint16), sizes)[order]
        self.table = _Table(numbers.data, words[order].data, lows.data, times.data)
        self.hashes = hashes[starts].data
        edges = np.arange((1 << _BUCKET_BITS) + 1, dtype=np.uint64) << (32 - _BUCKET_BITS)
        self.buckets = np.searchsorted(hashes[starts], edges).astype(np.uint32).data
        self.starts = np.append(starts, len(hashes)).astype(np.uint32).data
        self.totals = (
            np.add.reduceat(times, starts, dtype=np.uint32).data if len(starts) else times.data
        )
        self.places = np.empty(len(hashes), dtype=np.uint32)
        self.places[order] = np.cumsum(new) - 1
        self.sizes = sizes
        self.masks = _masks(numbers, starts) if len(sizes) < _MASKED else None
        self.halves: memoryview | None = None
        self._let_go()

    def entry(self, hashed: int) -> Entry:
        """Where the word with this hash occurs."""
        # Few words share a bucket: to halve all of them until it is found takes four times as long.
        hashes, bucket = self.hashes, hashed >> (32 - _BUCKET_BITS)
        at, end = self.buckets[bucket], self.buckets[bucket + 1]
        while at < end and hashes[at] < hashed:
            at += 1
        if at == end or hashes[at] != hashed:
            return Entry(hashed, 0, 0, self.table, 0)
        start = self.starts[at]
        if self.masks is not None:
            where = self.masks[at]
        else:
            where = sum(1 << number for number in self.table.numbers[start : self.starts[at + 1]])
        return Entry(hashed, where, self.totals[at], self.table, start)

    def alike(self, word: str) -> list[int]:
        """The hashes of words that share a half with this one and are nearly it."""
        import numpy as np

        if self.halves is None:
            self._sort_halves()
        assert self.halves is not None
        ranges = []
        for key in _half_keys(word):
            low = bisect_left(self.halves, key)
            ranges.append(self.owners[low : bisect_right(self.halves, key, low)])
        owners = np.concatenate(ranges)
        far = 1 + (len(word) > 7)
        coded = word.encode("utf-8", "surrogatepass")
        # A letter changed changes two bits at most of those that tell which letters there are.
        apart = np.bitwise_count(self.letters[owners] ^ _letters(coded))
        near = apart <= 2 * far * (1 if coded.isascii() else 4)
        found = []
        for place in set(owners[near].tolist()):
            first = self.starts[place]
            reading = self.readings[self.table.numbers[first]]
            spelled = reading.spelling(self.table.words[first])
            if spelled != word and Levenshtein.distance(word, spelled, score_cutoff=far) <= far:
                found.append(self.hashes[place])
        return found

    def _sort_halves(self) -> None:
        """Which words share a half, over all readings; made when it is first asked."""
        import numpy as np

        self._let_go()  # or the pages read by then would come on top of what is made here
        # One array, filled and sorted where it is: what is let go of again the process keeps.
        key = np.empty(sum(len(reading.halves) for reading in self.readings), dtype=np.uint64)
        filled = base = 0
        letters = np.zeros(len(self.hashes), dtype=np.uint32)
        for reading, size in zip(self.readings, self.sizes, strict=True):
            places = self.places[base : base + size]
            ends = np.frombuffer(reading.spelled_ends, dtype=np.uint32)
            signs = np.frombuffer(reading.spelled_bytes(), dtype=np.uint8) & 31
            bits = np.left_shift(np.uint32(1), signs, dtype=np.uint32)
            letters[places] = np.bitwise_or.reduceat(bits, ends[:-1])
            kind = np.uint16 if reading.id_bytes == 2 else np.uint32
            owners = places[np.frombuffer(reading.half_owners, dtype=kind)]
            here = key[filled : filled + len(owners)]
            here[:] = np.frombuffer(reading.halves, dtype=np.uint32)
            here <<= np.uint64(32)
            here |= owners
            base += size
            filled += len(owners)
        del self.places
        key.sort()
        new = np.ones(len(key), dtype=bool)
        new[1:] = key[1:] != key[:-1]
        self.letters = letters
        self.owners = key.astype(np.uint32)[new]
        key >>= np.uint64(32)
        self.halves = key.astype(np.uint32)[new].data
        self._let_go()

    def _let_go(self) -> None:
        """Gives back what was read through once."""
        for reading in self.readings:
            reading.trim()


@lru_cache(maxsize=64)
def _half_keys(word: str) -> tuple[int, ...]:
    """The numbers of the halves of a word, a letter more or less."""
    size = len(word)
    firsts = {(size - 1) // 2, (size + 1) // 2}
    lasts = {size // 2, (size + 2) // 2}
    return (
        *(hash_half(word[:part], first=True) for part in firsts),
        *(hash_half(word[-part:], first=False) for part in lasts),
    )
