"""Quotation + library -> the places where it may stand.

First the words are looked for as they are: the rarest word (or pair of words) of the quotation
gives the few places to compare. Only when they stand nowhere are places gathered that share many
rare words in about the right order, and the quotation is laid into the best of them.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from .align import Fit, fit
from .index import Entry, IndexedReading, Lexicon
from .marks import Marked
from .normalize import SHORTEST_SPELLED, Word, hash_word

_NEAR = 3000  # words an ellipsis may swallow before it is looked for elsewhere
_FEW = 24  # places of a word that are followed one by one
_MORE = 120  # the same, when nothing was found at first
_RESPELLED = 8  # words no reading has whose other spellings are looked for
_RESPELLED_KNOWN = 3  # and words that only this reading lacks
_SELDOM = 4  # places, in all readings, of a word that may be a misspelling
_LEAST_LETTERS, _LEAST_OF_LONG = 0.35, 0.42  # share of the letters in words that stand in a window
_LONG = 12
_LOGS = [0.0, *(math.log2(n) for n in range(1, 601))]
_RARE = 60  # places of a word that is rare enough to be followed at once
_FOLLOWED = 120  # places followed at once
_CLOSE = 0.06  # how much worse a place may fit to be told beside the best
_NEARLY = 0.8  # share of the best window's words that another must have
_CHAINS = 60  # places from which a quotation with ellipses is followed
_WINDOWS = 16  # windows that are weighed
_LAID = 3  # windows the quotation is laid into
_MOST_WORDS = 5000  # of a quotation that is looked for in other wording
_LONGEST_DIVIDED = 30  # letters of a word that may be two written together
_SEEDS = 64  # words of a long quotation that vote
_HELP = 10_000  # words of ordinary text added to a reading when rarity is reckoned
_USUAL = (0.05, 0.03, 0.02, 0.02, 0.005, 0.002, 0.001, 0.0005, 0.0003)  # by letters
_BRACKET = 12  # words a bracket may stand for while a place is sought

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
    source: tuple[Word, ...] = ()  # the words of the place, where they have been read already


class Probe:
    """A stretch of a quotation made ready to be looked up in some readings."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon) -> None:
        self._set([w.fold for w in words], lexicon)

    @classmethod
    def of(cls, folds: list[str], lexicon: Lexicon) -> Probe:
        """A probe of levelled words."""
        probe = cls.__new__(cls)
        probe._set(folds, lexicon)
        return probe

    def _set(self, folds: list[str], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.folds = folds
        self.hashes = [hash_word(fold) for fold in folds]
        self.letters = sum(map(len, folds))

    def entries(self) -> list[Entry]:
        """Where each word occurs."""
        return list(map(self.lexicon.entry, self.hashes))

    def packed(self, reading: IndexedReading) -> bytes | None:
        """The words as numbers of a reading; None when one of them does not occur there."""
        ids = [reading.word_id(h) for h in self.hashes]
        return _packed(reading, ids) if min(ids) >= 0 else None


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
    segments = [Probe(marked.words[a:b], lexicon) for a, b in marked.segments()]
    if not segments or not lexicon.readings:
        return []
    if len(marked.runs()) == len(segments):
        found = _exact(segments, limit, cited) or _cut_short(segments, limit, cited)
        if found:
            return found
    if len(marked.words) > _MOST_WORDS:
        return []
    return _approximate(marked, segments, cited)


# -- every word as quoted ---------------------------------------------------------------------


def _exact(segments: list[Probe], limit: int, cited: Cited | None) -> list[Located]:
    anchor = max(segments, key=lambda s: s.letters)
    number, size = segments.index(anchor), len(anchor.folds)
    found: list[Located] = []
    for reading, places in find(anchor, limit, cited):
        if len(segments) == 1:
            found += [Located(reading, ((p, p + size),), 1.0, True) for p in places]
        else:
            found += _chains(reading, segments, number, places[:_CHAINS])
    return found


def find(
    probe: Probe, limit: int, cited: Cited | None = None
) -> list[tuple[IndexedReading, list[int]]]:
    """For each reading the numbers of the words where the probe begins."""
    entries = probe.entries()
    where = probe.lexicon.everywhere
    for entry in entries:
        where &= entry.where
        if not where:
            return []
    found = []
    for number, reading in enumerate(probe.lexicon.readings):
        if where >> number & 1:
            ids = [entry.ids[number] for entry in entries]
            counts = [entry.counts[number] for entry in entries]
            near = cited[1:] if cited is not None and cited[0] is reading else None
            places = _matches(reading, probe.hashes, ids, counts, limit, near)
            if places:
                found.append((reading, places))
    return found


def _matches(
    reading: IndexedReading,
    hashes: list[int],
    ids: list[int],
    counts: list[int],
    limit: int,
    near: tuple[int, int] | None,
) -> list[int]:
    """Where a sequence of words stands, sought from the rarest word or pair of words."""
    fewest = min(counts)
    seed = rarest = counts.index(fewest)
    low = reading.firsts[ids[rarest]]
    high = low + fewest
    if fewest > _FEW and len(ids) > 1:
        for i in (rarest - 1, rarest):
            if 0 <= i < len(ids) - 1:
                a, b = pair_range(reading, ids[i], hashes[i + 1])
                if b - a < high - low:
                    seed, low, high = i, a, b
    wanted = _packed(reading, ids)
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


def _packed(reading: IndexedReading, ids: list[int]) -> bytes:
    return array("H" if reading.id_bytes == 2 else "I", ids).tobytes()


def pair_range(reading: IndexedReading, first: int, second_hash: int) -> tuple[int, int]:
    """The range of postings of a word that is followed by another (and a few by chance)."""
    bits = reading.bits
    wanted = second_hash >> bits
    low, high = reading.firsts[first], reading.firsts[first + 1]
    a = bisect_left(reading.postings, wanted << bits, low, high)
    return a, bisect_left(reading.postings, (wanted + 1) << bits, a, high)


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


def _chains(
    reading: IndexedReading, segments: list[Probe], anchor: int, places: list[int]
) -> list[Located]:
    """From each place of the longest segment to the nearest places of the others."""
    packed = [segment.packed(reading) for segment in segments]
    if None in packed:
        return []
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
    found = []
    for head, tail in ((1, 1), (0, 1), (1, 0)):
        first = Probe.of(segments[0].folds[head:], segments[0].lexicon)
        shorter = [first, *segments[1:]]
        last = shorter[-1]
        if len(last.folds) <= tail or not first.folds:
            continue
        shorter[-1] = Probe.of(last.folds[: len(last.folds) - tail], last.lexicon)
        if sum(len(s.folds) for s in shorter) < 2:
            continue
        places = _exact(shorter, limit, cited)
        if not places and head and tail:
            break  # what is between is not there: no need to ask for more of it
        for place in places:
            whole = _grown(place, segments, head, tail)
            if whole is not None:
                found.append(whole)
        if found:
            break
    return found


def _grown(place: Located, segments: list[Probe], head: int, tail: int) -> Located | None:
    """The place with the words at its edges that the quotation has parts of."""
    ranges = [r for r in place.ranges if r is not None]
    reading, letters, more = place.reading, 0, 0
    if head:
        a, b = ranges[0]
        part = segments[0].folds[0]
        if not a or not reading.spelled(a - 1).endswith(part):
            return None
        before = reading.words(a - 1, a)
        if not before or not before[0].fold.endswith(part):
            return None
        ranges[0] = (a - 1, b)
        more += len(before[0].fold) - len(part)
    if tail:
        a, b = ranges[-1]
        part = segments[-1].folds[-1]
        if b >= reading.word_count or not reading.spelled(b).startswith(part):
            return None
        after = reading.words(b, b + 1)
        if not after or not after[0].fold.startswith(part):
            return None
        ranges[-1] = (a, b + 1)
        more += len(after[0].fold) - len(part)
    letters = sum(s.letters for s in segments)
    return Located(reading, tuple(ranges), 1.0 - min(0.3, more / (letters + more)))


# -- nearly as quoted -------------------------------------------------------------------------


class Window(NamedTuple):
    """Words of a reading where a segment may begin, and how much speaks for it."""

    weight: float
    number: int
    low: int
    high: int


class Laid(NamedTuple):
    """A segment laid into a reading."""

    reading: IndexedReading
    start: int
    end: int
    cost: float
    evidence: float
    words: tuple[Word, ...] = ()


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
        laid = _lay_near(hit.reading, segments[i], free[i], low, low + _NEAR, forward=True)
        letters += segments[i].letters
        cost += segments[i].letters if laid is None else laid.cost
        if laid is not None:
            ranges[i] = (laid.start, laid.end)
            low = laid.end
    high = hit.start
    for i in range(anchor - 1, -1, -1):
        laid = _lay_near(hit.reading, segments[i], free[i], high - _NEAR, high, forward=False)
        letters += segments[i].letters
        cost += segments[i].letters if laid is None else laid.cost
        if laid is not None:
            ranges[i] = (laid.start, laid.end)
            high = laid.start
    source = hit.words if len(segments) == 1 else ()
    return Located(hit.reading, tuple(ranges), 1.0 - cost / max(1.0, letters), source=source)


def _lay_near(
    reading: IndexedReading,
    probe: Probe,
    free: frozenset[int],
    low: int,
    high: int,
    *,
    forward: bool,
) -> Laid | None:
    """A segment placed between two words: as it stands, else as nearly as may be."""
    low, high = max(0, low), min(high, reading.word_count)
    packed = None if free else probe.packed(reading)
    if packed is not None:
        if forward:
            place = (matches_in(reading, packed, low, high, 1) or [-1])[0]
        else:
            place = _last_in(reading, packed, low, high)
        if place >= 0:
            return Laid(reading, place, place + len(probe.folds), 0.0, 0.0)
    number = probe.lexicon.readings.index(reading)
    windows = votes(probe, patient=True, within=(number, low, high))
    laid = [lay(w, probe, free) for w in windows[:2]]
    good = [
        x
        for x in laid
        if x is not None and x.cost < 0.35 * probe.letters + 1 and low <= x.start and x.end <= high
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
    if len(probe.folds) < 3:
        return _laid(probe, free, votes(probe, patient=True, cited=cited), cited)
    best = _laid(probe, free, around_rare_words(probe), cited)
    return best or _laid(probe, free, votes(probe, patient=True, cited=cited), cited)


def around_rare_words(probe: Probe) -> list[Window]:
    """Windows around the rarest words in which most of the other words stand too."""
    entries = probe.entries()
    rare = [i for i, entry in enumerate(entries) if 0 < entry.total <= _RARE]
    rare.sort(key=lambda i: entries[i].total)
    size = len(entries)
    wanted: dict[int, set[int]] = {}
    found: list[Window] = []
    seen: set[tuple[int, int]] = set()
    followed = best = 0
    for i in rare:
        if followed > _FOLLOWED:
            break
        followed += entries[i].total
        for number, count in enumerate(entries[i].counts):
            if not count:
                continue
            reading = probe.lexicon.readings[number]
            if number not in wanted:
                wanted[number] = {entry.ids[number] for entry in entries}
            numbers, least = wanted[number], max(3, int(0.45 * len(wanted[number])))
            if len(numbers) - (-1 in numbers) < max(least, _NEARLY * best):
                continue  # not even all its words would come up to the best window
            first = reading.firsts[entries[i].ids[number]]
            for posting in reading.postings[first : first + count]:
                place = max(0, (posting & reading.mask) - i)
                if (number, place >> 3) in seen:
                    continue
                seen.add((number, place >> 3))
                shared = numbers.intersection(reading.ids[max(0, place - 2) : place + size + 2])
                if len(shared) >= least:
                    found.append(Window(float(len(shared)), number, place, place))
                    best = max(best, len(shared))
    found.sort(key=lambda w: -w.weight)
    return [w for w in found if w.weight >= _NEARLY * found[0].weight]


def _laid(
    probe: Probe, free: frozenset[int], windows: list[Window], cited: Cited | None
) -> list[Laid]:
    found: list[Laid] = []
    for window in windows[:_LAID]:
        laid = lay(window, probe, free)
        if laid is not None and good_enough(laid, probe, cited):
            found.append(laid)
    if not found:
        return []
    found.sort(key=lambda x: x.cost)
    return [x for x in found if x.cost <= found[0].cost + _CLOSE * probe.letters]


def good_enough(laid: Laid, probe: Probe, cited: Cited | None) -> bool:
    """Whether what fits can hardly be chance.

    The shorter a quotation and the more of it differs, the more must speak for the place.
    """
    share = laid.cost / max(1, probe.letters)
    bits = (
        laid.evidence
        + _citation_bits(laid, cited, probe.lexicon.total)
        - math.log2(probe.lexicon.total + 1000)
    )
    if len(probe.folds) > 6:
        return share <= 0.5 and bits >= 60 * share - 4
    return share <= 0.35 and bits >= 36 * share + 10


def _citation_bits(laid: Laid, cited: Cited | None, total: int) -> float:
    """How much less a place surprises when it is the one cited; most citations are right."""
    if cited is None or cited[0] is not laid.reading:
        return 0.0
    words, trust = laid.reading.word_count, 3.0
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
    found = reading.words(low, high)
    if not found:
        return None
    folds = [w.fold for w in found]
    fitted = fit(probe.folds, folds, free)
    used = [m for m in fitted.moves if m.sb > m.sa]
    if not used:
        return None
    a, b = used[0].sa, used[-1].sb
    bits = _evidence(window, probe, fitted, folds)
    return Laid(reading, low + a, low + b, fitted.cost, bits, tuple(found[a:b]))


def _evidence(window: Window, probe: Probe, fitted: Fit, folds: list[str]) -> float:
    """Bits that speak for a place: rare words that fit, less what must be explained away."""
    bits = 0.0
    reading = probe.lexicon.readings[window.number]
    for move in fitted.moves:
        if move.equal:
            for i in range(move.qa, move.qb):
                count = probe.lexicon.entry(probe.hashes[i]).counts[window.number]
                bits += rarity(probe.folds[i], count, reading)
        elif move.qa == move.qb or move.sa == move.sb:
            bits -= 2.0
        else:
            ours = "".join(probe.folds[move.qa : move.qb])
            bits += _likeness_bits(ours, "".join(folds[move.sa : move.sb]), reading)
    return bits


def rarity(word: str, count: int, reading: IndexedReading) -> float:
    """How many bits a word is worth, short readings helped out by what is usual for its length."""
    usual = _USUAL[min(len(word), len(_USUAL) - 1)]
    return math.log2((reading.word_count + _HELP) / (count + _HELP * usual))


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
    patient: bool = False,
    within: tuple[int, int, int] | None = None,
    cited: Cited | None = None,
) -> list[Window]:
    """Windows in which many words stand in about the right order, best first.

    ``patient`` follows more frequent words as well, and words spelled a little differently.
    ``within`` names one reading (by its place in the lexicon) and a range of its words.
    """
    chosen = list(range(len(probe.folds)))
    if len(chosen) > _SEEDS:
        longest = sorted(chosen, key=lambda i: -len(probe.folds[i]))
        chosen = sorted(longest[:_SEEDS])
    entries = {i: probe.lexicon.entry(probe.hashes[i]) for i in chosen}
    gathered = _Votes(probe, chosen, entries, patient, cited[0] if cited else None)
    for number in range(len(probe.lexicon.readings)):
        if within is None or within[0] == number:
            gathered.gather(number)
    return gathered.windows(within)


def _divided(probe: Probe, entries: dict[int, Entry]) -> list[tuple[int, Entry, int]]:
    """Unknown words taken together with the next, or divided in two, where that gives known ones.

    Each as the word's number, where the word (or its first half) occurs, and the hash of the
    second half (0 when words were joined).
    """
    found: list[tuple[int, Entry, int]] = []
    lexicon, folds = probe.lexicon, probe.folds
    unknown = [i for i in entries if not entries[i].where]
    beside = {j for k in unknown[:12] for j in (k - 1, k) if 0 <= j < len(folds) - 1}
    for i in sorted(beside):
        joined = lexicon.entry(hash_word(folds[i] + folds[i + 1]))
        if joined.where:
            found.append((i, joined, 0))
    for i in [i for i in unknown if 5 < len(folds[i]) <= _LONGEST_DIVIDED][:4]:
        for cut in range(2, len(folds[i]) - 1):
            first = lexicon.entry(hash_word(folds[i][:cut]))
            if first.where:
                second = hash_word(folds[i][cut:])
                if first.where & lexicon.entry(second).where:
                    found.append((i, first, second))
    return found


class _Votes:
    """Where the rare words and pairs of a probe stand, as places where the probe would begin."""

    def __init__(
        self,
        probe: Probe,
        chosen: list[int],
        entries: dict[int, Entry],
        patient: bool,
        cited: IndexedReading | None,
    ) -> None:
        self.cited = cited
        self.probe, self.chosen, self.entries, self.patient = probe, chosen, entries, patient
        self.few, self.pairs = (_MORE, 600) if patient else (_FEW, 64)
        self.most = _WINDOWS * (1 + patient)
        self.base = 0
        self.bases: list[int] = []
        self.numbers: list[int] = []
        self.seeds: list[bytes] = []
        self.masks: list[int] = []
        self.offsets: list[int] = []
        self.weights: list[float] = []
        self.sizes: list[int] = []
        self.akin: dict[int, dict[int, list[int]]] = {}
        self.divided = _divided(probe, entries) if patient else []
        self.enough = 3 + len(chosen) // 4
        self.letters = sum(len(probe.folds[i]) for i in chosen)
        self.worth: dict[int, list[tuple[int, int, float, int]]] = {}

    def gather(self, number: int) -> None:
        reading = self.probe.lexicon.readings[number]
        self.bases.append(self.base)
        self.numbers.append(number)
        firsts, few = reading.firsts, self.few
        bits = math.log2(reading.word_count)
        rare = 0
        frequent: list[tuple[int, int]] = []
        missing: list[int] = []
        for i, entry in self.entries.items():
            count = entry.counts[number]
            if not count:
                missing.append(i)
                continue
            known = entry.ids[number]
            if count > few:
                frequent.append((i, known))
                continue
            rare += 1
            self._add(reading, i, firsts[known], count, bits - _LOGS[count])
        if self.patient:
            self.akin[number] = self._akin_words(reading, missing, bits)
            self._gather_divided(reading, number, bits)
        if self.patient or rare < self.enough:
            self._gather_pairs(reading, number, frequent, bits)
        self.base += reading.word_count + 1000

    def _gather_pairs(
        self, reading: IndexedReading, number: int, frequent: list[tuple[int, int]], bits: float
    ) -> None:
        entries, hashes = self.entries, self.probe.hashes
        for i, known in frequent:
            following = entries.get(i + 1)
            if following is not None and following.counts[number]:
                low, high = pair_range(reading, known, hashes[i + 1])
                if 0 < high - low <= self.pairs:
                    self._add(reading, i, low, high - low, bits - _LOGS[high - low])

    def _gather_divided(self, reading: IndexedReading, number: int, bits: float) -> None:
        for i, entry, following in self.divided:
            count = entry.counts[number]
            if not count:
                continue
            known = entry.ids[number]
            low, high = reading.firsts[known], reading.firsts[known] + count
            if following:
                low, high = pair_range(reading, known, following)
            if 0 < high - low <= self.few:
                self._add(reading, i, low, high - low, bits - _LOGS[high - low])
                akin = self.akin[number]
                akin[i] = [*akin.get(i, ()), known]
                if not following:
                    akin[i + 1] = [*akin.get(i + 1, ()), known]

    def _akin_words(
        self, reading: IndexedReading, missing: list[int], bits: float
    ) -> dict[int, list[int]]:
        """Other spellings of words that do not occur in the reading.

        Words that occur often elsewhere are hardly misspelled: they are looked for in the cited
        reading only.
        """
        most = 1 << 30 if reading is self.cited else _SELDOM
        folds, entries = self.probe.folds, self.entries
        missing = [i for i in missing if len(folds[i]) >= SHORTEST_SPELLED]
        unknown = [i for i in missing if not entries[i].where]
        elsewhere = [i for i in missing if 0 < entries[i].total <= most]
        elsewhere.sort(key=lambda i: -len(folds[i]))
        found: dict[int, list[int]] = {}
        for i in unknown[:_RESPELLED] + elsewhere[:_RESPELLED_KNOWN]:
            found[i] = reading.akin(folds[i])
            for word in found[i]:
                low, high = reading.firsts[word], reading.firsts[word + 1]
                if high - low <= self.few:
                    self._add(reading, i, low, high - low, 0.6 * (bits - _LOGS[high - low]))
        return found

    def _add(self, reading: IndexedReading, i: int, low: int, count: int, weight: float) -> None:
        at = reading.postings_at
        self.seeds.append(reading.map[at + 4 * low : at + 4 * (low + count)])
        self.masks.append(reading.mask)
        self.offsets.append(self.base - i)
        self.weights.append(weight)
        self.sizes.append(count)

    def windows(self, within: tuple[int, int, int] | None) -> list[Window]:
        """The best windows, weighed by the words that stand in them."""
        import numpy as np

        if not self.seeds:
            return []
        size = len(self.probe.folds)
        postings = np.frombuffer(b"".join(self.seeds), dtype=np.uint32)
        places = postings & np.repeat(np.array(self.masks, dtype=np.uint32), self.sizes)
        diagonals = places + np.repeat(np.array(self.offsets, dtype=np.int64), self.sizes)
        weight = np.repeat(np.array(self.weights), self.sizes)
        if within is not None:
            keep = (diagonals >= within[1] - size) & (diagonals < within[2])
            diagonals, weight = diagonals[keep], weight[keep]
            if not len(diagonals):
                return []
        order = np.argsort(diagonals)
        diagonals, weight = diagonals[order], weight[order]
        reach = 3 + size // 6
        sums = np.concatenate(([0.0], np.cumsum(weight)))
        ends = np.searchsorted(diagonals, diagonals + reach, "right")
        score = sums[ends] - sums[:-1]
        count = min(len(score), 4 * self.most)
        top = np.argpartition(-score, count - 1)[:count]
        top = top[np.argsort(-score[top], kind="stable")]
        found: list[Window] = []
        taken: list[int] = []
        for k in top.tolist():
            here = int(diagonals[k])
            if any(abs(here - other) <= reach for other in taken):
                continue
            taken.append(here)
            window = self._weighed(here, int(diagonals[ends[k] - 1]))
            if window is not None:
                found.append(window)
            if len(taken) >= self.most:
                break
        found.sort(key=lambda w: -w.weight)
        return found

    def _weighed(self, here: int, last: int) -> Window | None:
        """A window with the bits of all the chosen words that stand in it, frequent ones too.

        None when so few of the letters stand there that it cannot be the place.
        """
        folds = self.probe.folds
        place = max(0, bisect_left(self.bases, here + len(folds) + 1) - 1)
        number, base = self.numbers[place], self.bases[place]
        reading = self.probe.lexicon.readings[number]
        low, high = here - base, last - base
        present = set(reading.ids[max(0, low - 2) : max(0, high + len(folds) + 2)])
        akin = self.akin.get(number, {})
        bits = 0.0
        letters = 0
        for i, known, worth, size in self._worth(number):
            if known in present:
                bits += worth
                letters += size
            elif i in akin and not present.isdisjoint(akin[i]):
                bits += 0.6 * math.log2(reading.word_count)
                letters += size
        if letters < (_LEAST_OF_LONG if len(folds) > _LONG else _LEAST_LETTERS) * self.letters:
            return None
        return Window(bits, number, low, high)

    def _worth(self, number: int) -> list[tuple[int, int, float, int]]:
        """For each chosen word its place, its number in a reading, its bits there, its letters."""
        worth = self.worth.get(number)
        if worth is None:
            reading, folds = self.probe.lexicon.readings[number], self.probe.folds
            akin = self.akin.get(number, {})
            worth = self.worth[number] = [
                (i, known, rarity(folds[i], entry.counts[number], reading), len(folds[i]))
                for i, entry in self.entries.items()
                if (known := entry.ids[number]) >= 0 or i in akin
            ]
        return worth
