"""Places of a quotation in which brackets stand for words, and all the other words as quoted."""

from __future__ import annotations

import math
from typing import NamedTuple

from .ballot import rarity
from .exact import NEAR
from .index import IndexedReading
from .lexicon import Lexicon
from .marks import Gap, Marked
from .probe import Cited, Located, Probe, find, last_in, matches_in, on_pages

_FOLLOWED = 60  # places of the longest run from which the others are sought
# A quotation in two parts: how many words it may have, how many may be left out between, the bits
# that each part and (beside those that tell its place) the whole must be worth, and how near a
# match it is.
_FEWEST, _MOST, _CLAUSE = 4, 60, 15
_LEAST_OF_PART, _MARGIN, _SCORE = 9.0, 8.0, 0.7
_MOST_CITED = 5000  # words of cited pages that are read through
_BITS_OF_ONE = 6.0  # how much less is needed where no bracket stands for more than one word
_BITS_OF_PAGES = 10.0  # what the words must be worth to be believed on the cited pages


class _Joint(NamedTuple):
    """What stands between two runs of words: how many words of the source it may stand for."""

    least: int
    most: int
    within: bool  # whether both runs belong to one segment


def bracketed(marked: Marked, lexicon: Lexicon, limit: int, cited: Cited | None) -> list[Located]:
    """The places where the brackets stand for the fewest words.

    The more words a bracket must stand for, the more the others must be worth: two common words
    stand some words apart in any text.
    """
    ranges = marked.runs()
    runs = [Probe(marked.folds[a:b], lexicon) for a, b in ranges]
    joints = [_joint([gap for gap in marked.gaps if gap.at == a]) for a, _ in ranges[1:]]
    anchor = max(runs, key=lambda run: run.letters)
    found: list[tuple[int, Located]] = []
    for which, places in find(anchor, limit, cited):
        packed = [run.packed(which) for run in runs]
        reading = lexicon.readings[which]
        for place in places[:_FOLLOWED] if None not in packed else ():
            starts = _chained(
                reading, [p or b"" for p in packed], joints, runs.index(anchor), place
            )
            if not starts:
                continue
            ends = [start + len(run.folds) for start, run in zip(starts, runs, strict=True)]
            skipped = [
                start - end if joint.within else 0
                for end, start, joint in zip(ends, starts[1:], joints, strict=False)
            ]
            near = cited is not None and on_pages(cited, reading, starts[0], ends[-1])
            needed = _BITS_OF_PAGES if near else math.log2(lexicon.total + 1000)
            needed += sum(math.log2(1 + words) for words in skipped)
            if max(skipped) <= 1:
                needed -= _BITS_OF_ONE
            if sum(_worth(run, which) for run in runs) >= needed:
                spread = _by_segment(starts, ends, joints)
                found.append((sum(skipped), Located(reading, spread, 1.0, True)))
    fewest = min((words for words, _ in found), default=0)
    return [place for words, place in found if words == fewest]


def in_two(marked: Marked, lexicon: Lexicon, cited: Cited | None) -> list[Located]:
    """The place on the cited pages where a quotation stands in two parts, a clause between them.

    So a writer leaves out a clause without a mark.
    """
    if marked.gaps or cited is None or cited[0] not in lexicon.readings:
        return []
    reading, low, high = cited
    which = lexicon.readings.index(reading)
    whole = Probe(marked.folds, lexicon)
    packed, size = whole.packed(which), len(whole.folds)
    if packed is None or not _FEWEST <= size <= _MOST or high - low > _MOST_CITED:
        return []
    width = reading.id_bytes
    worth = [_worth(whole.part(i, i + 1), which) for i in range(size)]
    found: list[tuple[int, Located]] = []
    for cut in range(1, size):
        if min(sum(worth[:cut]), sum(worth[cut:])) < _LEAST_OF_PART:
            continue
        first, second = packed[: cut * width], packed[cut * width :]
        for start in matches_in(reading, first, low - size, high + size, _FOLLOWED):
            end = start + cut
            for other in matches_in(reading, second, end + 1, end + _CLAUSE + size - cut, 1):
                needed = _MARGIN + math.log2(high - low + 2 * size) + math.log2(1 + other - end)
                if sum(worth) >= needed:
                    place = Located(reading, ((start, other + size - cut),), _SCORE)
                    found.append((other - end, place))
    return [min(found, key=lambda item: item[0])[1]] if found else []


def _joint(gaps: list[Gap]) -> _Joint:
    if any(gap.kind == "ellipsis" for gap in gaps):
        return _Joint(0, NEAR, within=False)
    stems = sum(gap.kind == "stem" for gap in gaps)
    return _Joint(stems, stems + sum(g.most_words for g in gaps if g.kind == "bracket"), True)


def _chained(
    reading: IndexedReading, packed: list[bytes], joints: list[_Joint], anchor: int, place: int
) -> list[int]:
    """Where each run begins, from the place of one of them on; nothing where one is missing."""
    sizes = [len(run) // reading.id_bytes for run in packed]
    starts = [place]
    for i in range(anchor + 1, len(packed)):
        least, most, _ = joints[i - 1]
        end = starts[-1] + sizes[i - 1]
        nearest = matches_in(reading, packed[i], end + least, end + most + sizes[i], 1)
        if not nearest:
            return []
        starts += nearest
    for i in range(anchor - 1, -1, -1):
        least, most, _ = joints[i]
        high = starts[0] - least
        before = last_in(reading, packed[i], starts[0] - most - sizes[i], high) if high > 0 else -1
        if before < 0:
            return []
        starts.insert(0, before)
    return starts


def _worth(run: Probe, which: int) -> float:
    """The bits of its words."""
    reading, bits = run.lexicon.readings[which], 0.0
    for word, entry in zip(run.folds, run.entries, strict=True):
        spot = entry.spot(which)
        bits += rarity(word, spot[1] if spot else 0, reading)
    return bits


def _by_segment(
    starts: list[int], ends: list[int], joints: list[_Joint]
) -> tuple[tuple[int, int], ...]:
    """The runs as one range for each segment between ellipses."""
    ranges = [(starts[0], ends[0])]
    for start, end, joint in zip(starts[1:], ends[1:], joints, strict=True):
        if joint.within:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
    return tuple(ranges)
