"""Where a quotation may stand that stands nowhere as quoted: its words vote for places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from math import log2
from typing import NamedTuple

from .index import IndexedReading
from .lexicon import Entry
from .normalize import SHORTEST_SPELLED
from .probe import SELDOM, Cited, Probe, pair_range

# Places of words and of pairs of words that vote, windows that are weighed, and the share of the
# best window's votes that they must have. Short quotations, which give few seeds, have more when
# that was not enough.
_FIRST = (1500, 8, 0.7)
_PATIENT = (5000, 48, 0.5)
_ENOUGH = 8  # words that vote, beside which no pairs need to
_OFTEN = 120  # places of another spelling that may vote
_MOST_CITED = 5000  # words of cited pages that are read through
_CLUSTERS = 8  # places with rare words that are looked at
_RESPELLED = 8  # words no reading has whose other spellings are looked for
_RESPELLED_KNOWN = 3  # and words that only this reading lacks
_LEAST_LETTERS, _LEAST_OF_LONG = 0.35, 0.42  # share of the letters in words that stand in a window
LONG, SHORT = 12, 6  # words
_RARE = 200  # places of a word that is rare enough to be followed at once
_FOLLOWED = (60, 250)  # places followed at once, at first and if that was not enough
_FEWEST = 3  # words of a quotation that is sought around a rare one
_NEARLY = 0.8  # share of the best window's words that another must have
_LONGEST_DIVIDED = 30  # letters of a word that may be two written together
_SEED_BITS = 16  # bits that tell which seed votes
_SEEDS = 64  # words of a long quotation that vote
_HELP = 10_000  # words of ordinary text added to a reading when rarity is reckoned
_USUAL = (0.05, 0.03, 0.02, 0.02, 0.005, 0.002, 0.001, 0.0005, 0.0003)  # by letters
_LONGEST_USUAL = len(_USUAL) - 1


_NONE = frozenset((-1,))  # the number of a word that a reading has not


class Window(NamedTuple):
    """Words of a reading where a segment may begin, and how much speaks for it."""

    weight: float
    number: int
    low: int
    high: int


def around_rare_words(probe: Probe) -> Iterator[list[Window]]:
    """Windows around the rarest words in which most of the other words stand too.

    First around the very rarest; then, if there is reason to, around a few more.
    """
    rare = sorted((e.total, i) for i, e in enumerate(probe.entries) if 0 < e.total <= _RARE)
    diagonals: list[int] = []
    followed = 0
    for most in _FOLLOWED if len(probe.folds) >= _FEWEST else ():
        before = len(diagonals)
        while followed < len(rare) and len(diagonals) < most:
            _follow(probe, rare[followed][1], diagonals)
            followed += 1
        if len(diagonals) > before:
            yield _around(probe, sorted(diagonals))


def on_cited_pages(probe: Probe, cited: Cited | None) -> Iterator[list[Window]]:
    """The two best windows on the cited pages, where so few words stand that all can be asked."""
    if cited is None or cited[0] not in probe.lexicon.readings:
        return
    reading, low, high = cited
    if high - low > _MOST_CITED:
        return
    number = probe.lexicon.readings.index(reading)
    places: dict[int, list[int]] = {}
    for i, word in enumerate(probe.words(number)):
        places.setdefault(word, []).append(i)
    places.pop(-1, None)
    size = len(probe.folds)
    low, high = max(0, low - size), min(reading.word_count, high + size)
    diagonals: dict[int, int] = {}
    for at, word in enumerate(reading.ids[low:high], low):
        if word in places:
            for i in places[word]:
                diagonals[at - i] = diagonals.get(at - i, 0) + len(probe.folds[i])
    if not diagonals:
        return
    reach = 1 + size // 8
    least = _LEAST_LETTERS * probe.letters
    # The letters of all places up to each one: of a place and its neighbours, a difference.
    shift = reach - min(diagonals)
    letters = [0] * (max(diagonals) + shift + reach + 1)
    for place, count in diagonals.items():
        letters[place + shift] = count
    upto = list(accumulate(letters, initial=0))
    found = [
        Window(float(near), number, max(0, place), max(0, place))
        for place in diagonals
        if (near := upto[place + shift + reach + 1] - upto[place + shift - reach]) >= least
    ]
    found.sort(key=lambda w: (-w.weight, -diagonals.get(w.low, 0)))
    if found:
        yield found[:1] + [w for w in found if abs(w.low - found[0].low) > size][:1]


def _around(probe: Probe, diagonals: list[int]) -> list[Window]:
    size, bases = len(probe.folds), probe.lexicon.bases
    wanted: dict[int, frozenset[int]] = {}
    found: list[Window] = []
    best = 0
    least = max(3, int(0.45 * len({*probe.folds})))
    clusters = _clusters(diagonals, 3 + size // 6)[:_CLUSTERS]
    for count, first, last in clusters:
        if 2 * count > clusters[0][0]:
            break
        number = max(0, bisect_left(bases, first + size + 1) - 1)
        low, high = max(0, first - bases[number]), max(0, last - bases[number])
        numbers = wanted.get(number)
        if numbers is None:
            numbers = wanted[number] = frozenset(probe.words(number)) - _NONE
        if len(numbers) < max(least, _NEARLY * best):
            continue  # not even all its words would come up to the best window
        ids = probe.lexicon.readings[number].ids
        shared = len(numbers.intersection(ids[max(0, low - 2) : high + size + 2]))
        if shared >= least:
            found.append(Window(float(shared), number, low, high))
            best = max(best, shared)
    found.sort(key=lambda w: -w.weight)
    return [w for w in found if w.weight >= _NEARLY * found[0].weight]


def _follow(probe: Probe, i: int, diagonals: list[int]) -> None:
    """Adds where the probe would begin if its word stood at each of its places.

    Twice where the next word of the probe follows. As numbers of which each reading has its own.
    """
    follower = probe.entries[i + 1].hashed if i + 1 < len(probe.folds) else -1
    for number, _, low, count in probe.entries[i].rows():
        reading = probe.lexicon.readings[number]
        mask, start = reading.mask, probe.lexicon.bases[number] - i
        postings = reading.postings[low : low + count].tolist()  # a few
        places = [start + (posting & mask) for posting in postings]
        diagonals += places
        if follower >= 0:
            wanted = follower >> reading.bits
            low = bisect_left(postings, wanted << reading.bits)
            high = bisect_left(postings, (wanted + 1) << reading.bits, low)
            diagonals += places[low:high]


def _clusters(diagonals: list[int], reach: int) -> list[tuple[int, int, int]]:
    """Neighbouring places taken together, as (minus how many, first, last), most first."""
    found: list[tuple[int, int, int]] = []
    count, low, high, end = 0, 0, 0, -1
    for place in diagonals:
        if place > end:
            if count:
                found.append((-count, low, high))
            count, low, end = 0, place, place + reach
        count += 1
        high = place
    if count:
        found.append((-count, low, high))
    found.sort()
    return found


def rarity(word: str, count: int, reading: IndexedReading) -> float:
    """How many bits a word is worth, short readings helped out by what is usual for its length."""
    usual = _USUAL[min(len(word), _LONGEST_USUAL)]
    return log2((reading.word_count + _HELP) / (count + _HELP * usual))


def _bits(word: str, count: int, total: int) -> float:
    usual = _USUAL[min(len(word), _LONGEST_USUAL)]
    return log2((total + _HELP) / (count + _HELP * usual))


def votes(
    probe: Probe,
    *,
    within: tuple[int, int, int] | None = None,
    cited: Cited | None = None,
) -> Iterator[list[Window]]:
    """Windows in which many words stand in about the right order, best first; then better ones.

    First the rarer words vote, and pairs of frequent ones; then, if there is reason to, other
    spellings of words that are missing as well. ``within`` names one reading (by its place in the
    lexicon) and a range of its words.
    """
    ballot = _Ballot(probe, within)
    ballot.gather(*_FIRST[:1])
    yield ballot.windows(*_FIRST[1:])
    if within is None and not _may_be_misspelled(probe):
        return
    more = ballot.gather_akin(cited) + ballot.gather_divided()
    if len(ballot.chosen) <= LONG:
        ballot.gather(*_PATIENT[:1])
        yield ballot.windows(*_PATIENT[1:])
    elif more or (ballot.crowded and ballot.pairs is None):
        ballot.gather(*_FIRST[:1])
        yield ballot.windows(*_FIRST[1:])


def _may_be_misspelled(probe: Probe) -> bool:
    """Whether asking for other spellings, and for more, is worth while.

    A tenth of the words occur nowhere or nearly so; or there are enough words for a place to be
    believed, but few to vote.
    """
    return 10 * probe.odd >= len(probe.folds) or SHORT < len(probe.folds) <= LONG


def _divided(probe: Probe, chosen: list[int]) -> list[tuple[int, Entry, int]]:
    """Unknown words taken together with the next, or divided in two, where that gives known ones.

    In a short quotation any two words are taken together: "kill-joy" may be one word.

    Each as the word's number, where the word (or its first half) occurs, and the hash of the
    second half (0 when words were joined).
    """
    found: list[tuple[int, Entry, int]] = []
    lexicon, folds, entries = probe.lexicon, probe.folds, probe.entries
    unknown = [i for i in chosen if not entries[i].where]
    beside = {j for k in unknown[:12] for j in (k - 1, k)}
    if len(chosen) <= LONG:
        beside = set(chosen)
    for i in sorted(j for j in beside if 0 <= j < len(folds) - 1):
        joined = lexicon.entry(folds[i] + folds[i + 1])
        if joined.where:
            found.append((i, joined, 0))
    for i in [i for i in unknown if 5 < len(folds[i]) <= _LONGEST_DIVIDED][:4]:
        for cut in range(2, len(folds[i]) - 1):
            first = lexicon.entry(folds[i][:cut])
            if first.where:
                second = lexicon.entry(folds[i][cut:])
                if first.where & second.where:
                    found.append((i, first, second.hashed))
    return found


class _Ballot:
    """Where the rarer words and pairs of a probe stand, as places where the probe would begin."""

    def __init__(self, probe: Probe, within: tuple[int, int, int] | None) -> None:
        self.probe, self.within = probe, within
        self.only = within[0] if within is not None else -1
        self.seeds: list[bytes] = []
        # Of each seed what takes its posting to a place, its weight, how many places it has.
        self.masks: list[int] = []
        self.offsets: list[int] = []
        self.weights: list[float] = []
        self.sizes: list[int] = []
        # Which numbers of words in a reading stand for a word of the probe in another spelling.
        self.akin: dict[int, dict[int, int]] = {}
        chosen = list(range(len(probe.folds)))
        if len(chosen) > _SEEDS:
            longest = sorted(chosen, key=lambda i: -len(probe.folds[i]))
            chosen = sorted(longest[:_SEEDS])
        self.chosen = chosen
        self.totals = [entry.total for entry in probe.entries]
        self.followed: set[int] = set()  # words
        self.crowded = False  # whether more windows had many votes than could be looked at
        self.pairs: list[tuple[int, int, list[tuple[int, int, int]]]] | None = None

    def _rows(self, entry: Entry) -> Iterable[tuple[int, int, int, int]]:
        if self.only < 0:
            return entry.rows()
        spot = entry.spot(self.only)
        return ((self.only, entry.word(self.only), *spot),) if spot is not None else ()

    def _add(self, i: int, ranges: Iterable[tuple[int, int, int]], weight: float) -> None:
        """Lets postings of some readings vote: each as (reading, low, high)."""
        lexicon = self.probe.lexicon
        for number, low, high in ranges:
            reading = lexicon.readings[number]
            at = reading.postings_at
            self.seeds.append(reading.map[at + 4 * low : at + 4 * high])
            self.masks.append(reading.mask)
            self.offsets.append(lexicon.bases[number] - i)
            self.weights.append(weight)
            self.sizes.append(high - low)

    def gather(self, places: int) -> None:
        """Lets the rarest words and pairs vote, as many as have so many places."""
        self._gather_words(places)
        if self.pairs is None and (self.crowded or len(self.followed) < _ENOUGH):
            self.pairs = self._pairs()
        left = places
        while self.pairs and self.pairs[-1][0] <= left:
            total, i, ranges = self.pairs.pop()
            left -= total
            self._add(i, ranges, self._bits(total))

    def _gather_words(self, left: int) -> None:
        entries = self.probe.entries
        for i in sorted(self.chosen, key=self.totals.__getitem__):
            if not self.totals[i] or i in self.followed:
                continue
            spots = [(n, low, low + times) for n, _, low, times in self._rows(entries[i])]
            left -= sum(high - low for _, low, high in spots) if self.within else self.totals[i]
            if left < 0:
                break
            self.followed.add(i)
            self._add(i, spots, self._bits(self.totals[i]))

    def _pairs(self) -> list[tuple[int, int, list[tuple[int, int, int]]]]:
        """Pairs of words that are too frequent to be followed by themselves, most frequent first.

        In a short quotation, pairs with one such word as well.
        """
        entries = self.probe.entries
        readings = self.probe.lexicon.readings
        long = len(self.chosen) > LONG
        idle = self.followed if long else {i for i in self.followed if self.totals[i] <= _RARE}
        found = []
        for i in self.chosen:
            if i + 1 == len(entries) or (i in idle and (long or i + 1 in idle)):
                continue
            following, follower = entries[i + 1].where, entries[i + 1].hashed
            ranges = []
            for number, _, low, times in self._rows(entries[i]):
                if following >> number & 1:
                    low, high = pair_range(readings[number], low, low + times, follower)
                    if low < high:
                        ranges.append((number, low, high))
            if ranges:
                found.append((sum(high - low for _, low, high in ranges), i, ranges))
        found.sort(reverse=True)
        return found

    def _bits(self, total: int) -> float:
        return log2((self.probe.lexicon.total + 1) / total)

    def gather_akin(self, cited: Cited | None) -> int:
        """Other spellings of words that do not occur; how many were found.

        Words that occur often elsewhere are hardly misspelled: they are looked for in the cited
        reading only.
        """
        folds, entries, lexicon = self.probe.folds, self.probe.entries, self.probe.lexicon
        long = [i for i in self.chosen if len(folds[i]) >= SHORTEST_SPELLED]
        unknown = [i for i in long if not entries[i].where]
        known = [i for i in long if entries[i].where]
        known.sort(key=lambda i: -len(folds[i]))
        seldom = [i for i in known if entries[i].total <= SELDOM][:_RESPELLED_KNOWN]
        found = sum(self._add_akin(i, -1) for i in unknown[:_RESPELLED] + seldom)
        if cited is not None and cited[0] in lexicon.readings:
            here = lexicon.readings.index(cited[0])
            missing = [i for i in known if not entries[i].where >> here & 1 and i not in seldom]
            found += sum(self._add_akin(i, here) for i in missing[:_RESPELLED_KNOWN])
        return found

    def _add_akin(self, i: int, only: int) -> int:
        own = self.probe.entries[i].where
        ranges = []
        for entry in self.probe.lexicon.alike(self.probe.folds[i]):
            for number, word, low, times in self._rows(entry):
                if not own >> number & 1 and only in (-1, number):
                    self.akin.setdefault(number, {})[word] = i
                    if times <= _OFTEN:
                        ranges.append((number, low, low + times))
        if ranges:
            self._add(i, ranges, 0.6 * self._bits(sum(high - low for _, low, high in ranges)))
        return len(ranges)

    def gather_divided(self) -> int:
        """Words run together or torn apart; how many were found."""
        found = 0
        for i, entry, following in _divided(self.probe, self.chosen):
            ranges = []
            for number, word, low, times in self._rows(entry):
                high = low + times
                if following:
                    reading = self.probe.lexicon.readings[number]
                    low, high = pair_range(reading, low, high, following)
                if 0 < high - low <= _OFTEN:
                    ranges.append((number, low, high))
                    self.akin.setdefault(number, {}).setdefault(word, i)
            if ranges:
                self._add(i, ranges, self._bits(sum(high - low for _, low, high in ranges)))
                found += 1
        return found

    def windows(self, most: int, share: float) -> list[Window]:
        """The best windows, weighed by the words that stand in them."""
        import numpy as np

        if not self.seeds:
            return []
        size = len(self.probe.folds)
        step = 2 + size // 8
        # Each place in the upper bits with its seed in the lower ones, from which they are sorted.
        keys = [(offset << _SEED_BITS) + seed for seed, offset in enumerate(self.offsets)]
        postings = np.frombuffer(b"".join(self.seeds), dtype=np.uint32)
        keyed = (postings & np.repeat(np.array(self.masks, dtype=np.uint32), self.sizes)).astype(
            np.int64
        )
        keyed <<= _SEED_BITS
        keyed += np.repeat(np.array(keys, dtype=np.int64), self.sizes)
        if self.within is not None:
            number, low, high = self.within
            base = self.probe.lexicon.bases[number]
            keep = (keyed >= (base + low - size) << _SEED_BITS) & (
                keyed < (base + high) << _SEED_BITS
            )
            keyed = keyed[keep]
            if not len(keyed):
                return []
        keyed.sort()
        # Then the votes of a bin and the next are counted.
        diagonals = keyed >> _SEED_BITS
        weight = np.array(self.weights)[keyed & ((1 << _SEED_BITS) - 1)]
        bins = diagonals // step
        new = np.ones(len(bins), dtype=bool)
        np.not_equal(bins[1:], bins[:-1], out=new[1:])
        first = new.nonzero()[0]
        score = np.add.reduceat(weight, first)
        beside = np.zeros(len(first), dtype=np.int64)
        beside[:-1] = np.diff(bins[first]) == 1
        score[:-1] += score[1:] * beside[:-1]
        top = (score >= share * score.max()).nonzero()[0]
        self.crowded = len(top) > most
        if len(top) > 4 * most:
            top = top[score[top].argpartition(-4 * most)[-4 * most :]]
        top = top[np.argsort(-score[top], kind="stable")]
        ends = np.append(first, len(bins))[top + 1 + beside[top]] - 1
        spans = zip(diagonals[first[top]].tolist(), diagonals[ends].tolist(), strict=True)
        return self._weighed(spans, step, most)

    def _weighed(self, spans: Iterable[tuple[int, int]], step: int, left: int) -> list[Window]:
        weights = _Weights(self.probe, self.chosen, self.akin)
        found: list[Window] = []
        taken: set[int] = set()
        for here, last in spans:
            near = here // step
            if near in taken:
                continue
            taken.update((near - 1, near, near + 1))
            window = weights.window(here, last)
            if window is not None:
                found.append(window)
            left -= 1
            if not left:
                break
        found.sort(key=lambda w: -w.weight)
        return found


class _Weights:
    """Weighs windows by all the chosen words that stand in them, frequent ones too."""

    def __init__(
        self, probe: Probe, chosen: list[int], akin: Mapping[int, Mapping[int, int]]
    ) -> None:
        self.probe, self.akin = probe, akin
        total = probe.lexicon.total
        self.chosen = [
            (entry, _bits(probe.folds[i], entry.total, total), len(probe.folds[i]))
            for i in chosen
            for entry in (probe.entries[i],)
        ]
        size = len(probe.folds)
        letters = sum(len(probe.folds[i]) for i in chosen)
        self.least = (_LEAST_OF_LONG if size > LONG else _LEAST_LETTERS) * letters
        self.worth: dict[int, dict[int, tuple[float, int]]] = {}

    def window(self, here: int, last: int) -> Window | None:
        """The window that begins between two places.

        None when so few of the letters stand there that it cannot be the place.
        """
        size, bases = len(self.probe.folds), self.probe.lexicon.bases
        number = max(0, bisect_left(bases, here + size + 1) - 1)
        low, high = here - bases[number], last - bases[number]
        worth = self.worth.get(number)
        if worth is None:
            worth = self.worth[number] = self._worth(number)
        ids = self.probe.lexicon.readings[number].ids
        bits, letters = 0.0, 0
        for word in worth.keys() & set(ids[max(0, low - 2) : max(0, high + size + 2)]):
            more, long = worth[word]
            bits += more
            letters += long
        return Window(bits, number, low, high) if letters >= self.least else None

    def _worth(self, number: int) -> dict[int, tuple[float, int]]:
        """For each word in a reading that counts its bits and its letters."""
        worth: dict[int, tuple[float, int]] = {}
        for entry, bits, letters in self.chosen:
            word = entry.word(number)
            if word >= 0:
                if word in worth:
                    before = worth[word]
                    worth[word] = before[0] + bits, before[1] + letters
                else:
                    worth[word] = bits, letters
        own = self.probe.lexicon.readings[number].word_bits
        for word, i in self.akin.get(number, {}).items():
            if not self.probe.entries[i].where >> number & 1:
                worth.setdefault(word, (0.6 * own, len(self.probe.folds[i])))
        return worth
