"""Quotation + library -> the places where it may stand.

First the words are looked for as they are: the rarest word (or pair of words) of the quotation
gives the few places to compare. Only when they stand nowhere are places gathered that share many
rare words in about the right order, and the quotation is laid into the best of them.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from rapidfuzz.distance import LCSseq, Levenshtein

from .align import Fit, fit
from .ballot import LONG, SHORT, Window, around_rare_words, on_cited_pages, rarity, votes
from .bracketed import bracketed, in_two
from .exact import NEAR, as_quoted, cut_short
from .index import IndexedReading
from .lexicon import Lexicon
from .marks import Marked
from .normalize import hash_word
from .probe import Cited, Located, Probe, last_in, matches_in, on_pages
from .respelled import respelled

# Shares of the words that stand in a window in the right order; and of these and the odd ones,
# which may be misspelled, together.
_IN_ORDER, _IN_ORDER_OF_LONG = 0.25, 0.36
_EXPLAINED, _EXPLAINED_OF_LONG = 0.4, 0.5
_CLOSE = 0.06  # how much worse a place may fit to be told beside the best
_CLEAR = 0.2  # share of the letters that may differ for no better place to be sought
_CERTAIN = 80.0  # bits to spare that do the same
_CLOSE_BITS = 4.0  # and how much less may speak for it
_LAID, _LAID_SHORT = 3, 6  # windows the quotation is laid into
_MOST_WORDS = 5000  # of a quotation that is looked for in other wording
_INNER_MARK = re.compile('["\u201c-\u201f\u00ab\u00bb]')
_LEAST_INSIDE, _FEWEST_INSIDE = 0.6, 2  # share of the letters, and words, in inner marks
_BEFORE_OPENING = " \t\n\u00a0([\u2014-"
_MOVED = 0.7  # share of its bits that a word is worth beside the place where it should stand
_MOST_MARKS = 40
_BRACKET = 12  # words a bracket may stand for while a place is sought


class Laid(NamedTuple):
    """A segment laid into a reading."""

    number: int
    start: int
    end: int
    cost: float
    evidence: float


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
        found = as_quoted(segments, limit, cited) or cut_short(segments, limit, cited)
        if not found and len(segments) == 1:
            found = respelled(segments[0], limit, cited)
    else:
        found = bracketed(marked, lexicon, limit, cited)
    if found:
        return found
    if len(marked.folds) > _MOST_WORDS:
        return []
    return (
        _approximate(marked, segments, cited)
        or in_two(marked, lexicon, cited)
        or _inside_marks(marked, lexicon, limit, cited)
    )


def _inside_marks(
    marked: Marked, lexicon: Lexicon, limit: int, cited: Cited | None
) -> list[Located]:
    """Where the better part of a quotation is in quotation marks again, the places of that part.

    So a slip with the marks has put words of the writer before or behind the author's.
    """
    if marked.gaps or not _INNER_MARK.search(marked.text):
        return []
    a, b = max(_parts(marked), key=lambda part: part[1] - part[0], default=(0, 0))
    inner = Probe(marked.folds[a:b], lexicon)
    share = inner.letters / max(1, sum(map(len, marked.folds)))
    if b - a < _FEWEST_INSIDE or not _LEAST_INSIDE <= share < 1.0:
        return []
    found = as_quoted([inner], limit, cited) or cut_short([inner], limit, cited)
    found = found or respelled(inner, limit, cited)
    return [place._replace(score=share, whole=False) for place in found]


def _parts(marked: Marked) -> Iterator[tuple[int, int]]:
    """The words, as ranges, before which a mark opens or behind which one closes."""
    text, words = marked.text, marked.words
    marks = [match.start() for match in _INNER_MARK.finditer(text)][:_MOST_MARKS]
    for start, end in pairwise([-1, *marks, len(text)]):
        opened = start >= 0 and not text[start - 1 : start].strip(_BEFORE_OPENING)
        closed = end < len(text) and bool(text[end - 1 : end].strip())
        if (opened and text[start + 1 : start + 2].strip()) or closed:
            a = bisect_left(words, start, key=lambda word: word.start)
            yield a, bisect_left(words, end, key=lambda word: word.start)


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
        laid = _lay_near(hit.number, segments[i], free[i], low, low + NEAR, forward=True)
        letters += segments[i].letters
        cost += segments[i].letters if laid is None else laid.cost
        if laid is not None:
            ranges[i] = (laid.start, laid.end)
            low = laid.end
    high = hit.start
    for i in range(anchor - 1, -1, -1):
        laid = _lay_near(hit.number, segments[i], free[i], high - NEAR, high, forward=False)
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
            place = last_in(reading, packed, low, high)
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
    most = _LAID if len(probe.folds) > LONG else _LAID_SHORT
    ways = (around_rare_words(probe), on_cited_pages(probe, cited), votes(probe, cited=cited))
    for windows in chain(*ways):
        for window in windows[:most]:
            if (window.number, window.low) not in tried:
                tried.add((window.number, window.low))
                laid = lay(window, probe, free)
                if laid is not None and good_enough(laid, probe, cited):
                    found.append(laid)
        if any(_settles(laid, probe, cited) for laid in found):
            break
    found.sort(key=lambda x: -_surplus(x, probe, cited))
    least = _surplus(found[0], probe, cited) - _CLOSE_BITS if found else 0.0
    return [
        x
        for x in found
        if x.cost <= found[0].cost + _CLOSE * probe.letters and _surplus(x, probe, cited) >= least
    ]


def _settles(laid: Laid, probe: Probe, cited: Cited | None) -> bool:
    """Whether a place fits so well, or so much speaks for it, that no better one is sought."""
    return laid.cost <= _CLEAR * probe.letters or _surplus(laid, probe, cited) >= _CERTAIN


def _surplus(laid: Laid, probe: Probe, cited: Cited | None) -> float:
    """Bits by which a place is better than it need be."""
    return laid.evidence + _citation_bits(laid, probe, cited) - 60 * laid.cost / probe.letters


def good_enough(laid: Laid, probe: Probe, cited: Cited | None) -> bool:
    """Whether what fits can hardly be chance.

    The shorter a quotation and the more of it differs, the more must speak for the place.
    """
    share = laid.cost / max(1, probe.letters)
    bits = (
        laid.evidence + _citation_bits(laid, probe, cited) - math.log2(probe.lexicon.total + 1000)
    )
    if len(probe.folds) > SHORT:
        return share <= 0.5 and bits >= 60 * share - 4
    margin = 6 if cited is not None and _on_pages(laid, probe, cited) else 10
    return share <= 0.35 and bits >= 36 * share + margin


def _citation_bits(laid: Laid, probe: Probe, cited: Cited | None) -> float:
    """How much less a place surprises when it is the one cited; most citations are right."""
    reading, total = probe.lexicon.readings[laid.number], probe.lexicon.total
    if cited is None or cited[0] is not reading:
        return 0.0
    words, trust = reading.word_count, 3.0
    if _on_pages(laid, probe, cited):
        words, trust = max(1, cited[2] - cited[1]), 6.0
    return min(13.0, trust + math.log2(max(1.0, total / words)))


def _on_pages(laid: Laid, probe: Probe, cited: Cited) -> bool:
    return on_pages(cited, probe.lexicon.readings[laid.number], laid.start, laid.end)


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
    if size <= SHORT:
        return True
    ours = [word if word >= 0 else ~i for i, word in enumerate(probe.words(number))]
    long = size > LONG
    in_order = LCSseq.similarity(ours, list(ids)) / size
    if in_order < (_IN_ORDER_OF_LONG if long else _IN_ORDER):
        return False
    return in_order + probe.odd / size >= (_EXPLAINED_OF_LONG if long else _EXPLAINED)


def _evidence(number: int, probe: Probe, fitted: Fit, folds: list[str]) -> float:
    """Bits that speak for a place: rare words that fit, less what must be explained away."""
    bits = 0.0
    reading, words = probe.lexicon.readings[number], probe.words(number)
    for move in fitted.moves:
        if move.equal:
            for i in range(move.qa, move.qb):
                bits += rarity(probe.folds[i], reading.times(words[i]), reading)
        elif move.qa == move.qb or move.sa == move.sb:
            bits -= 2.0
        else:
            ours = "".join(probe.folds[move.qa : move.qb])
            bits += _likeness_bits(ours, "".join(folds[move.sa : move.sb]), reading)
    for i in fitted.moved:
        bits += _MOVED * rarity(probe.folds[i], reading.times(words[i]), reading)
    return bits


def _likeness_bits(ours: str, theirs: str, reading: IndexedReading) -> float:
    """What a misread, respelled or divided word is worth."""
    alike = Levenshtein.normalized_similarity(ours, theirs)
    if alike < 0.5 or len(ours) < 3:
        return -2.0
    count = reading.times(reading.word_id(hash_word(theirs))) or 1
    return (2.0 * alike - 1.0) * rarity(theirs, count, reading)
