"""Quotation + library -> the places where it may stand.

First the words are looked for as they are: the rarest word (or pair of words) of the quotation
gives the few places to compare. Only when they stand nowhere are places gathered that share many
rare words in about the right order, and the quotation is laid into the best of them.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from rapidfuzz.distance import LCSseq, Levenshtein

from .align import Fit, fit
from .index import IndexedReading
from .lexicon import Entry, Lexicon, Spot
from .marks import Marked
from .normalize import SHORTEST_SPELLED, hash_word

_NEAR = 3000  # words an ellipsis may swallow before it is looked for elsewhere
_FEW = 24  # places of a pair of words that are compared one by one
# Places of words and of pairs of words that vote, windows that are weighed, and the share of the
# best window's votes that they must have. Short quotations, which give few seeds, have more when
# that was not enough.
_FIRST = (1500, 8, 0.7)
_PATIENT = (5000, 48, 0.5)
_ENOUGH = 8  # words that vote, beside which no pairs need to
_OFTEN = 120  # places of another spelling that may vote
_CLUSTERS = 8  # places with rare words that are looked at
_RESPELLED = 8  # words no reading has whose other spellings are looked for
_RESPELLED_KNOWN = 3  # and words that only this reading lacks
_SELDOM = 4  # places, in all readings, of a word that may be a misspelling
_LEAST_LETTERS, _LEAST_OF_LONG = 0.35, 0.42  # share of the letters in words that stand in a window
_LONG, _SHORT = 12, 6  # words
_IN_ORDER, _IN_ORDER_OF_LONG = 0.25, 0.36  # share of the words in a window in the right order
_RARE = 200  # places of a word that is rare enough to be followed at once
_FOLLOWED = (60, 250)  # places followed at once, at first and if that was not enough
_FEWEST = 3  # words of a quotation that is sought around a rare one
_SURE = 5  # words of a quotation whose middle part is sought before its edges
_CLOSE = 0.06  # how much worse a place may fit to be told beside the best
_CLEAR = 0.2  # share of the letters that may differ for no better place to be sought
_CLOSE_BITS = 4.0  # and how much less may speak for it
_NEARLY = 0.8  # share of the best window's words that another must have
_CHAINS = 60  # places from which a quotation with ellipses is followed
_LAID, _LAID_SHORT = 3, 6  # windows the quotation is laid into
_MOST_WORDS = 5000  # of a quotation that is looked for in other wording
_LONGEST_DIVIDED = 30  # letters of a word that may be two written together
_SEED_BITS = 16  # bits that tell which seed votes
_SEEDS = 64  # words of a long quotation that vote
_HELP = 10_000  # words of ordinary text added to a reading when rarity is reckoned
_USUAL = (0.05, 0.03, 0.02, 0.02, 0.005, 0.002, 0.001, 0.0005, 0.0003)  # by letters
_BRACKET = 12  # words a bracket may stand for while a place is sought

_CODES = {2: "H", 4: "I"}

Cited = tuple[IndexedReading, int, int]


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

    def part(self, start: int, end: int) -> Probe:
        """Some of its words."""
        probe = Probe.__new__(Probe)
        probe.lexicon, probe.folds = self.lexicon, self.folds[start:end]
        probe.letters = sum(map(len, probe.folds))
        probe._entries = self._entries and self._entries[start:end]
        return probe

    @property
    def entries(self) -> list[Entry]:
        """Where each word occurs."""
        if self._entries is None:
            self._entries = self.lexicon.entries(self.folds)
        return self._entries

    def where(self) -> int:
        """The readings in which every word occurs, as bits."""
        where = self.lexicon.everywhere
        for entry in self.entries:
            where &= entry.where
        return where

    def packed(self, number: int) -> bytes | None:
        """The words as numbers of a reading; None when one of them does not occur there."""
        try:
            ids = [entry.spots[number].word for entry in self.entries]
        except KeyError:
            return None
        return array(_CODES[self.lexicon.readings[number].id_bytes], ids).tobytes()


def locate(
    marked: Marked,
    lexicon: Lexicon,
    *,
    limit: int = 100,
    cited: Cited | None = None,
) -> list[Located]:
    """The places of a quotation, in no order; several only when all its words stand there.

    ``cited`` is a range of words of a reading (the cited pages): its places are kept when there
    are too many, and speak for a doubtful place.
    """
    segments = [Probe(marked.folds[a:b], lexicon) for a, b in marked.segments()]
    if not segments or not lexicon.readings:
        return []
    if len(marked.runs()) == len(segments):
        found = _exact(segments, limit, cited) or _cut_short(segments, limit, cited)
        if found:
            return found
    if len(marked.folds) > _MOST_WORDS:
        return []
    return _approximate(marked, segments, cited)


# -- every word as quoted ---------------------------------------------------------------------


def _exact(segments: list[Probe], limit: int, cited: Cited | None) -> list[Located]:
    anchor = max(segments, key=lambda s: s.letters)
    number, size = segments.index(anchor), len(anchor.folds)
    found: list[Located] = []
    for which, places in find(anchor, limit, cited):
        reading = anchor.lexicon.readings[which]
        if len(segments) == 1:
            found += [Located(reading, ((p, p + size),), 1.0, True) for p in places]
        else:
            found += _chains(which, segments, number, places[:_CHAINS])
    return found


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
    for number, (_, low, times) in entries[seed].spots.items():
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
    spots = [entry.spots[number] for entry in probe.entries]
    if high - low > _FEW:
        for i, (_, a, times) in enumerate(spots[:-1]):
            a, b = pair_range(reading, a, a + times, probe.entries[i + 1].hashed)
            if b - a < high - low:
                seed, low, high = i, a, b
    wanted = array(_CODES[reading.id_bytes], [spot.word for spot in spots]).tobytes()
    if near is not None and high - low > limit:
        found = matches_in(reading, wanted, *near, limit)
        if found:
            return found
    found = []
    width, size, data, mask = reading.id_bytes, len(wanted), reading.map, reading.mask
    at = reading.ids_at - seed * width
    for entry in reading.postings[low:high]:
        start = at + (entry & mask) * width
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


def _last_in(reading: IndexedReading, wanted: bytes, low: int, high: int) -> int:
    width, at, data = reading.id_bytes, reading.ids_at, reading.map
    start, stop = at + max(0, low) * width, at + high * width
    here = data.rfind(wanted, start, stop)
    while here >= 0 and (here - at) % width:
        here = data.rfind(wanted, start, here + len(wanted) - 1)
    return (here - at) // width if here >= 0 else -1


def _chains(which: int, segments: list[Probe], anchor: int, places: list[int]) -> list[Located]:
    """From each place of the longest segment to the nearest places of the others."""
    packed = [segment.packed(which) for segment in segments]
    if None in packed:
        return []
    reading = segments[0].lexicon.readings[which]
    sizes = [len(segment.folds) for segment in segments]
    found: list[tuple[int, Located]] = []
    for place in places:
        ranges: list[tuple[int, int]] = [(place, place + sizes[anchor])]
        for i in range(anchor + 1, len(segments)):
            low = ranges[-1][1]
            nxt = matches_in(reading, packed[i] or b"", low, low + _NEAR, 1)
            if not nxt:
                break
            ranges.append((nxt[0], nxt[0] + sizes[i]))
        for i in range(anchor - 1, -1, -1):
            high = ranges[0][0]
            before = _last_in(reading, packed[i] or b"", high - _NEAR, high)
            if before < 0:
                break
            ranges.insert(0, (before, before + sizes[i]))
        if len(ranges) == len(segments):
            found.append((ranges[-1][1] - ranges[0][0], Located(reading, tuple(ranges), 1.0, True)))
    found.sort(key=lambda item: item[0])
    return [item for _, item in found]


def _cut_short(segments: list[Probe], limit: int, cited: Cited | None) -> list[Located]:
    """Places where the first or the last word is only a part of the reading's."""
    if (
        len(segments) == 1
        and len(segments[0].folds) > _SURE
        and not find(segments[0].part(1, -1), 1)
    ):
        return []  # what is between the edges is not there: no need to ask for more of it
    edges = _Edges(segments)
    for head, tail in ((0, 1), (1, 0), (1, 1)):
        shorter = list(segments)
        shorter[0] = shorter[0].part(head, len(shorter[0].folds))
        shorter[-1] = shorter[-1].part(0, len(shorter[-1].folds) - tail)
        if not shorter[0].folds or not shorter[-1].folds or sum(len(s.folds) for s in shorter) < 2:
            continue
        places = _exact(shorter, limit, cited)
        found = [whole for place in places if (whole := edges.grown(place, head, tail))]
        if found:
            return found
    return []


class _Edges:
    """The words at the ends of a quotation as parts of those that stand in a reading."""

    def __init__(self, segments: list[Probe]) -> None:
        self.first, self.last = segments[0].folds[0], segments[-1].folds[-1]
        self.letters = sum(segment.letters for segment in segments)
        # For each word of a reading how many letters more it has; None when it does not fit.
        self.heads: dict[tuple[str, int], int | None] = {}
        self.tails: dict[tuple[str, int], int | None] = {}

    def grown(self, place: Located, head: int, tail: int) -> Located | None:
        """The place with the words at its edges that the quotation has parts of."""
        ranges = [r for r in place.ranges if r is not None]
        reading, more = place.reading, 0
        a, b = ranges[0][0], ranges[-1][1]
        if head:
            longer = self._head(reading, a - 1) if a else None
            if longer is None:
                return None
            ranges[0] = (a - 1, ranges[0][1])
            more += longer
        if tail:
            longer = self._tail(reading, b) if b < reading.word_count else None
            if longer is None:
                return None
            ranges[-1] = (ranges[-1][0], b + 1)
            more += longer
        return Located(reading, tuple(ranges), 1.0 - min(0.3, more / (self.letters + more)))

    def _head(self, reading: IndexedReading, place: int) -> int | None:
        key = reading.key, reading.ids[place]
        if key not in self.heads:
            word = reading.spelling(key[1])
            self.heads[key] = len(word) - len(self.first) if word.endswith(self.first) else None
        return self.heads[key]

    def _tail(self, reading: IndexedReading, place: int) -> int | None:
        key = reading.key, reading.ids[place]
        if key not in self.tails:
            word = reading.spelling(key[1])
            self.tails[key] = len(word) - len(self.last) if word.startswith(self.last) else None
        return self.tails[key]


# -- nearly as quoted -------------------------------------------------------------------------


class Window(NamedTuple):
    """Words of a reading where a segment may begin, and how much speaks for it."""

    weight: float
    number: int
    low: int
    high: int


class Laid(NamedTuple):
    """A segment laid into a reading."""

    number: int
    start: int
    end: int
    cost: float
    evidence: float


def _approximate(marked: Marked, segments: list[Probe], cited: Cited | None) -> list[Located]:
    free = [
        frozenset(g.at - a for g in marked.gaps if g.kind in ("bracket", "stem") and a <= g.at <= b)
        for a, b in marked.segments()
    ]
    order = sorted(range(len(segments)), key=lambda i: -segments[i].letters)
    found: list[Located] = []
    for anchor in order[:3]:
        laid = best_fits(segments[anchor], free[anchor], cited)
        found += [_spread(hit, anchor, segments, free) for hit in laid]
        if any(None not in f.ranges for f in found):
            break
    best = max((f.score for f in found), default=0.0)
    return [f for f in found if f.score > best - _CLOSE]


def _spread(hit: Laid, anchor: int, segments: list[Probe], free: list[frozenset[int]]) -> Located:
    """From one segment that was placed to the others, before and after it."""
    ranges: list[tuple[int, int] | None] = [None] * len(segments)
    ranges[anchor] = (hit.start, hit.end)
    cost, letters = hit.cost, float(segments[anchor].letters)
    low = hit.end
    for i in range(anchor + 1, len(segments)):
        laid = _lay_near(hit.number, segments[i], free[i], low, low + _NEAR, forward=True)
        letters += segments[i].letters
        cost += segments[i].letters if laid is None else laid.cost
        if laid is not None:
            ranges[i] = (laid.start, laid.end)
            low = laid.end
    high = hit.start
    for i in range(anchor - 1, -1, -1):
        laid = _lay_near(hit.number, segments[i], free[i], high - _NEAR, high, forward=False)
        letters += segments[i].letters
        cost += segments[i].letters if laid is None else laid.cost
        if laid is not None:
            ranges[i] = (laid.start, laid.end)
            high = laid.start
    reading = segments[0].lexicon.readings[hit.number]
    return Located(reading, tuple(ranges), 1.0 - cost / max(1.0, letters))


def _lay_near(
    number: int,
    probe: Probe,
    free: frozenset[int],
    low: int,
    high: int,
    *,
    forward: bool,
) -> Laid | None:
    """A segment placed between two words: as it stands, else as nearly as may be."""
    reading = probe.lexicon.readings[number]
    low, high = max(0, low), min(high, reading.word_count)
    packed = None if free else probe.packed(number)
    if packed is not None:
        if forward:
            place = (matches_in(reading, packed, low, high, 1) or [-1])[0]
        else:
            place = _last_in(reading, packed, low, high)
        if place >= 0:
            return Laid(number, place, place + len(probe.folds), 0.0, 0.0)
    for windows in votes(probe, within=(number, low, high)):
        good = [
            x
            for w in windows[:2]
            if (x := lay(w, probe, free)) is not None
            and x.cost < 0.35 * probe.letters + 1
            and low <= x.start
            and x.end <= high
        ]
        if good:
            return min(good, key=lambda x: x.cost)
    reach = 3 * len(probe.folds) + 60
    if forward:
        window = Window(0.0, number, low, min(high, low + reach))
    else:
        window = Window(0.0, number, max(low, high - reach), high)
    found = lay(window, probe, free, whole=True)
    if found is not None and found.cost < 0.3 * probe.letters + 1:
        return found
    return None


def best_fits(probe: Probe, free: frozenset[int], cited: Cited | None) -> list[Laid]:
    """The few best places of a segment that is altered; none when nothing speaks for one."""
    tried: set[tuple[int, int]] = set()
    found: list[Laid] = []
    most = _LAID if len(probe.folds) > _LONG else _LAID_SHORT
    for windows in chain(around_rare_words(probe), votes(probe, cited=cited)):
        for window in windows[:most]:
            if (window.number, window.low) not in tried:
                tried.add((window.number, window.low))
                laid = lay(window, probe, free)
                if laid is not None and good_enough(laid, probe, cited):
                    found.append(laid)
        if found and min(x.cost for x in found) <= _CLEAR * probe.letters:
            break
    found.sort(key=lambda x: -_surplus(x, probe, cited))
    least = _surplus(found[0], probe, cited) - _CLOSE_BITS if found else 0.0
    return [
        x
        for x in found
        if x.cost <= found[0].cost + _CLOSE * probe.letters and _surplus(x, probe, cited) >= least
    ]


def _surplus(laid: Laid, probe: Probe, cited: Cited | None) -> float:
    """Bits by which a place is better than it need be."""
    return laid.evidence + _citation_bits(laid, probe, cited) - 60 * laid.cost / probe.letters


def around_rare_words(probe: Probe) -> Iterator[list[Window]]:
    """Windows around the rarest words in which most of the other words stand too.

    First around the very rarest; then, if there is reason to, around a few more.
    """
    rare = sorted((e.total, i) for i, e in enumerate(probe.entries) if 0 < e.total <= _RARE)
    diagonals: list[tuple[int, int]] = []
    followed = 0
    for most in _FOLLOWED if len(probe.folds) >= _FEWEST else ():
        before = len(diagonals)
        while followed < len(rare) and len(diagonals) < most:
            _follow(probe, rare[followed][1], diagonals)
            followed += 1
        if len(diagonals) > before:
            yield _around(probe, sorted(diagonals))


def _around(probe: Probe, diagonals: list[tuple[int, int]]) -> list[Window]:
    entries, size = probe.entries, len(probe.folds)
    wanted: dict[int, frozenset[int]] = {}
    found: list[Window] = []
    best = 0
    clusters = _clusters(diagonals, 3 + size // 6)[:_CLUSTERS]
    for count, number, low, high in clusters:
        if 2 * count < clusters[0][0]:
            break
        numbers = wanted.get(number)
        if numbers is None:
            numbers = wanted[number] = frozenset(
                entry.spots[number].word for entry in entries if number in entry.spots
            )
        least = max(3, int(0.45 * len({*probe.folds})))
        if len(numbers) < max(least, _NEARLY * best):
            continue  # not even all its words would come up to the best window
        ids = probe.lexicon.readings[number].ids
        shared = len(numbers.intersection(ids[max(0, low - 2) : high + size + 2]))
        if shared >= least:
            found.append(Window(float(shared), number, low, high))
            best = max(best, shared)
    found.sort(key=lambda w: -w.weight)
    return [w for w in found if w.weight >= _NEARLY * found[0].weight]


def _follow(probe: Probe, i: int, diagonals: list[tuple[int, int]]) -> None:
    """Adds where the probe would begin if its word stood at each of its places.

    Twice where the next word of the probe follows.
    """
    following = probe.entries[i + 1].hashed if i + 1 < len(probe.folds) else -1
    for number, (_, low, count) in probe.entries[i].spots.items():
        reading = probe.lexicon.readings[number]
        mask, bits = reading.mask, reading.bits
        next_bits = following >> bits
        for posting in reading.postings[low : low + count]:
            place = (number, max(0, (posting & mask) - i))
            diagonals.append(place)
            if posting >> bits == next_bits:
                diagonals.append(place)


def _clusters(diagonals: list[tuple[int, int]], reach: int) -> list[tuple[int, int, int, int]]:
    """Neighbouring places taken together, as (how many, reading, first, last), most first."""
    found: list[tuple[int, int, int, int]] = []
    count, number, low, high = 0, -1, 0, 0
    for which, place in diagonals:
        if which == number and place - low <= reach:
            count += 1
            high = place
            continue
        if count:
            found.append((count, number, low, high))
        count, number, low, high = 1, which, place, place
    if count:
        found.append((count, number, low, high))
    found.sort(key=lambda cluster: -cluster[0])
    return found


def good_enough(laid: Laid, probe: Probe, cited: Cited | None) -> bool:
    """Whether what fits can hardly be chance.

    The shorter a quotation and the more of it differs, the more must speak for the place.
    """
    share = laid.cost / max(1, probe.letters)
    bits = (
        laid.evidence + _citation_bits(laid, probe, cited) - math.log2(probe.lexicon.total + 1000)
    )
    if len(probe.folds) > _SHORT:
        return share <= 0.5 and bits >= 60 * share - 4
    return share <= 0.35 and bits >= 36 * share + 10


def _citation_bits(laid: Laid, probe: Probe, cited: Cited | None) -> float:
    """How much less a place surprises when it is the one cited; most citations are right."""
    reading, total = probe.lexicon.readings[laid.number], probe.lexicon.total
    if cited is None or cited[0] is not reading:
        return 0.0
    words, trust = reading.word_count, 3.0
    if laid.start < cited[2] and cited[1] < laid.end:
        words, trust = max(1, cited[2] - cited[1]), 6.0
    return min(13.0, trust + math.log2(max(1.0, total / words)))


def lay(window: Window, probe: Probe, free: frozenset[int], *, whole: bool = False) -> Laid | None:
    """Lays a segment into a window and weighs what fits."""
    size = len(probe.folds)
    reading = probe.lexicon.readings[window.number]
    pad = 0 if whole else 3 + size // 5
    low = max(0, window.low - pad)
    high = window.high if whole else window.high + size + pad + _BRACKET * len(free)
    if not whole and not _in_order(probe, window.number, reading.ids[low:high]):
        return None
    folds = reading.spelled(low, high)
    if not folds:
        return None
    fitted = fit(probe.folds, folds, free)
    used = [m for m in fitted.moves if m.sb > m.sa]
    if not used:
        return None
    bits = _evidence(window.number, probe, fitted, folds)
    return Laid(window.number, low + used[0].sa, low + used[-1].sb, fitted.cost, bits)


def _in_order(probe: Probe, number: int, ids: Sequence[int]) -> bool:
    """Whether so many words stand there in the right order that looking closer is worth while."""
    size = len(probe.folds)
    if size <= _SHORT:
        return True
    ours = [
        entry.spots[number].word if number in entry.spots else -1 - i
        for i, entry in enumerate(probe.entries)
    ]
    least = _IN_ORDER_OF_LONG if size > _LONG else _IN_ORDER
    return LCSseq.similarity(ours, list(ids)) >= least * size


def _evidence(number: int, probe: Probe, fitted: Fit, folds: list[str]) -> float:
    """Bits that speak for a place: rare words that fit, less what must be explained away."""
    bits = 0.0
    reading, entries = probe.lexicon.readings[number], probe.entries
    for move in fitted.moves:
        if move.equal:
            for i in range(move.qa, move.qb):
                spot = entries[i].spots.get(number)
                bits += rarity(probe.folds[i], spot.times if spot else 0, reading)
        elif move.qa == move.qb or move.sa == move.sb:
            bits -= 2.0
        else:
            ours = "".join(probe.folds[move.qa : move.qb])
            bits += _likeness_bits(ours, "".join(folds[move.sa : move.sb]), reading)
    return bits


def rarity(word: str, count: int, reading: IndexedReading) -> float:
    """How many bits a word is worth, short readings helped out by what is usual for its length."""
    return _bits(word, count, reading.word_count)


def _bits(word: str, count: int, total: int) -> float:
    usual = _USUAL[min(len(word), len(_USUAL) - 1)]
    return math.log2((total + _HELP) / (count + _HELP * usual))


def _likeness_bits(ours: str, theirs: str, reading: IndexedReading) -> float:
    """What a misread, respelled or divided word is worth."""
    alike = Levenshtein.normalized_similarity(ours, theirs)
    if alike < 0.5 or len(ours) < 3:
        return -2.0
    known = reading.word_id(hash_word(theirs))
    count = reading.firsts[known + 1] - reading.firsts[known] if known >= 0 else 1
    return (2.0 * alike - 1.0) * rarity(theirs, count, reading)


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
    more = ballot.gather_akin(cited) + ballot.gather_divided()
    if len(ballot.chosen) <= _LONG:
        ballot.gather(*_PATIENT[:1])
        yield ballot.windows(*_PATIENT[1:])
    elif more or (ballot.crowded and ballot.pairs is None):
        ballot.gather(*_FIRST[:1])
        yield ballot.windows(*_FIRST[1:])


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
    if len(chosen) <= _LONG:
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

    def _spots(self, entry: Entry) -> Iterable[tuple[int, Spot]]:
        if self.only < 0:
            return entry.spots.items()
        spot = entry.spots.get(self.only)
        return ((self.only, spot),) if spot is not None else ()

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
            spots = [(n, s.low, s.low + s.times) for n, s in self._spots(entries[i])]
            left -= sum(high - low for _, low, high in spots)
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
        long = len(self.chosen) > _LONG
        idle = self.followed if long else {i for i in self.followed if self.totals[i] <= _RARE}
        found = []
        for i in self.chosen:
            if i + 1 == len(entries) or (i in idle and (long or i + 1 in idle)):
                continue
            following, follower = entries[i + 1].spots, entries[i + 1].hashed
            ranges = []
            for number, (_, low, times) in self._spots(entries[i]):
                if number in following:
                    low, high = pair_range(readings[number], low, low + times, follower)
                    if low < high:
                        ranges.append((number, low, high))
            if ranges:
                found.append((sum(high - low for _, low, high in ranges), i, ranges))
        found.sort(reverse=True)
        return found

    def _bits(self, total: int) -> float:
        return math.log2((self.probe.lexicon.total + 1) / total)

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
        seldom = [i for i in known if entries[i].total <= _SELDOM][:_RESPELLED_KNOWN]
        found = sum(self._add_akin(i, -1) for i in unknown[:_RESPELLED] + seldom)
        if cited is not None and cited[0] in lexicon.readings:
            here = lexicon.readings.index(cited[0])
            missing = [i for i in known if here not in entries[i].spots and i not in seldom]
            found += sum(self._add_akin(i, here) for i in missing[:_RESPELLED_KNOWN])
        return found

    def _add_akin(self, i: int, only: int) -> int:
        own = self.probe.entries[i].spots
        ranges = []
        for entry in self.probe.lexicon.alike(self.probe.folds[i]):
            for number, spot in self._spots(entry):
                if number not in own and only in (-1, number):
                    self.akin.setdefault(number, {})[spot.word] = i
                    if spot.times <= _OFTEN:
                        ranges.append((number, spot.low, spot.low + spot.times))
        if ranges:
            self._add(i, ranges, 0.6 * self._bits(sum(high - low for _, low, high in ranges)))
        return len(ranges)

    def gather_divided(self) -> int:
        """Words run together or torn apart; how many were found."""
        found = 0
        for i, entry, following in _divided(self.probe, self.chosen):
            ranges = []
            for number, spot in self._spots(entry):
                low, high = spot.low, spot.low + spot.times
                if following:
                    reading = self.probe.lexicon.readings[number]
                    low, high = pair_range(reading, low, high, following)
                if 0 < high - low <= _OFTEN:
                    ranges.append((number, low, high))
                    self.akin.setdefault(number, {}).setdefault(spot.word, i)
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
        seeds = np.repeat(np.arange(len(self.sizes)), self.sizes)
        postings = np.frombuffer(b"".join(self.seeds), dtype=np.uint32)
        places = postings & np.array(self.masks, dtype=np.uint32)[seeds]
        diagonals = places + np.array(self.offsets, dtype=np.int64)[seeds]
        if self.within is not None:
            number, low, high = self.within
            base = self.probe.lexicon.bases[number]
            keep = (diagonals >= base + low - size) & (diagonals < base + high)
            diagonals, seeds = diagonals[keep], seeds[keep]
            if not len(diagonals):
                return []
        # Sorted by place, each with its seed; then the votes of a bin and the next are counted.
        keyed = np.sort((diagonals << _SEED_BITS) | seeds)
        diagonals = keyed >> _SEED_BITS
        weight = np.array(self.weights)[keyed & ((1 << _SEED_BITS) - 1)]
        bins = diagonals // step
        first = np.concatenate(([0], (bins[1:] != bins[:-1]).nonzero()[0] + 1))
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
            (entry.spots, _bits(probe.folds[i], entry.total, total), len(probe.folds[i]))
            for i in chosen
            for entry in (probe.entries[i],)
        ]
        size = len(probe.folds)
        letters = sum(len(probe.folds[i]) for i in chosen)
        self.least = (_LEAST_OF_LONG if size > _LONG else _LEAST_LETTERS) * letters
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
        for spots, bits, letters in self.chosen:
            spot = spots.get(number)
            if spot is not None:
                if spot.word in worth:
                    before = worth[spot.word]
                    worth[spot.word] = before[0] + bits, before[1] + letters
                else:
                    worth[spot.word] = bits, letters
        own = self.probe.lexicon.readings[number].word_bits
        for word, i in self.akin.get(number, {}).items():
            if number not in self.probe.entries[i].spots:
                worth.setdefault(word, (0.6 * own, len(self.probe.folds[i])))
        return worth
