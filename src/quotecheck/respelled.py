"""Short quotations that stand as quoted but for the spelling of a word.

Run together ("kill-joy", killjoy) or torn apart, by the habits of another time or country
(favour, favor), or misread in a scan (sheltor). Such a word says as much as the word itself, so
that a few words are enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

from .exact import as_quoted
from .lexicon import Entry
from .normalize import SHORTEST_SPELLED
from .probe import Cited, Located, Probe

_MOST_WORDS = 8  # longer quotations have enough other words
_MOST_MISREAD = 4
_LONGEST_WORD = 80  # letters; in a longer one nobody has run two words together
_MOST_PLACES = 400  # of a word that is followed in a reading
_SELDOM = 3  # times a misread word may occur in a reading, and the tenth of the word itself


def respelled(probe: Probe, limit: int, cited: Cited | None) -> list[Located]:
    """Places of a quotation of a few words, some of them spelled another way there."""
    if not 1 < len(probe.folds) <= _MOST_WORDS:
        return []
    for other in _rejoined(probe):
        found = as_quoted([other], limit, cited)
        if found:
            return [place._replace(score=0.99, whole=False) for place in found]
    return _otherwise(probe)


def _rejoined(probe: Probe) -> Iterator[Probe]:
    """The words with two of them as one, or one of them as two, where that is a word."""
    folds, lexicon = probe.folds, probe.lexicon
    for i in range(len(folds) - 1):
        joined = folds[i] + folds[i + 1]
        if lexicon.entry(joined).where:
            yield Probe([*folds[:i], joined, *folds[i + 2 :]], lexicon)
    for i, entry in enumerate(probe.entries):
        if entry.where or not 2 * SHORTEST_SPELLED <= len(folds[i]) <= _LONGEST_WORD:
            continue
        for cut in range(2, len(folds[i]) - 1):
            parts = folds[i][:cut], folds[i][cut:]
            if lexicon.entry(parts[0]).where & lexicon.entry(parts[1]).where:
                yield Probe([*folds[:i], *parts, *folds[i + 1 :]], lexicon)


def _otherwise(probe: Probe) -> list[Located]:
    """Places where every word stands, or one that may well stand for it."""
    others = [_others(probe, i) for i in range(len(probe.folds))]
    if not any(others):
        return []
    # The readings that have, for each word but those at the edges, it or one that stands for it.
    where = probe.lexicon.everywhere
    for entry, more in list(zip(probe.entries, others, strict=True))[1:-1]:
        where &= reduce(or_, (other.where for other, _ in more), entry.where)
    found: list[Located] = []
    for number in range(len(probe.lexicon.readings)):
        if where >> number & 1:
            found += _in_reading(probe, others, number)
    return found


def _others(probe: Probe, i: int) -> list[tuple[Entry, bool]]:
    """Words that may stand for a word, and whether only a scan has them."""
    word, lexicon = probe.folds[i], probe.lexicon
    found = [(entry, False) for entry in lexicon.respelled(word)]
    scans = lexicon.scans
    if scans and len(probe.folds) <= _MOST_MISREAD:
        found += [(e, True) for e in lexicon.alike(word) if e.where and not e.where & ~scans]
    return found


def _in_reading(probe: Probe, others: list[list[tuple[Entry, bool]]], number: int) -> list[Located]:
    reading, size = probe.lexicon.readings[number], len(probe.folds)
    fitting: list[dict[int, tuple[int, int]]] = []
    for entry, more in zip(probe.entries, others, strict=True):
        own = entry.spot(number)
        words = {entry.word(number): own} if own else {}
        seldom = max(_SELDOM, own[1] // 10) if own else _SELDOM
        for other, misread in more:
            spot = other.spot(number)
            if spot is not None and (not misread or (reading.scanned and spot[1] <= seldom)):
                words.setdefault(other.word(number), spot)
        fitting.append(words)
    if not all(fitting[1:-1]) or not any(fitting):
        return []
    totals = [sum(times for _, times in words.values()) for words in fitting]
    anchor = min((i for i in range(size) if totals[i]), key=totals.__getitem__)
    if totals[anchor] > _MOST_PLACES:
        return []
    # A word besides the anchor that must fit, being none of those at the edges.
    inner = [i for i in range(1, size - 1) if i != anchor]
    near = min(inner, key=totals.__getitem__) if inner else anchor
    away, wanted, ids, mask = near - anchor, fitting[near], reading.ids, reading.mask
    found = []
    for low, times in fitting[anchor].values():
        for posting in reading.postings[low : low + times]:
            at = posting & mask
            if not 0 <= at + away < len(ids) or ids[at + away] not in wanted:
                continue
            if _fits(probe, fitting, number, at - anchor):
                found.append(Located(reading, ((at - anchor, at - anchor + size),), 0.99))
    return found


def _fits(probe: Probe, fitting: list[dict[int, tuple[int, int]]], number: int, start: int) -> bool:
    """Whether all words from here on fit; those at the edges may be parts of the reading's."""
    reading, size = probe.lexicon.readings[number], len(probe.folds)
    if start < 0 or start + size > reading.word_count:
        return False
    words = reading.ids[start : start + size]
    unlike = [i for i in range(size) if words[i] not in fitting[i]]
    if 2 * len(unlike) >= size or any(0 < i < size - 1 for i in unlike):
        return False
    return all(
        reading.spelling(words[i]).startswith(probe.folds[i])
        if i
        else reading.spelling(words[i]).endswith(probe.folds[i])
        for i in unlike
    )
