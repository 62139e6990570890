"""Places where every word stands as quoted, or as good as that."""

from __future__ import annotations

from .index import IndexedReading
from .probe import Cited, Located, Probe, find, last_in, matches_in, on_pages

_CHAINS = 60  # places from which a quotation with ellipses is followed
_LEAST_OF_HEAD = 3  # letters of a word cut at its beginning
_COMMON, _VERY_COMMON = 200, 2000  # places of a word
_SURE = 5  # words of a quotation whose middle part is sought before its edges
NEAR = 3000  # words an ellipsis may swallow before it is looked for elsewhere


def as_quoted(segments: list[Probe], limit: int, cited: Cited | None) -> list[Located]:
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
            nxt = matches_in(reading, packed[i] or b"", low, low + NEAR, 1)
            if not nxt:
                break
            ranges.append((nxt[0], nxt[0] + sizes[i]))
        for i in range(anchor - 1, -1, -1):
            high = ranges[0][0]
            before = last_in(reading, packed[i] or b"", high - NEAR, high)
            if before < 0:
                break
            ranges.insert(0, (before, before + sizes[i]))
        if len(ranges) == len(segments):
            found.append((ranges[-1][1] - ranges[0][0], Located(reading, tuple(ranges), 1.0, True)))
    found.sort(key=lambda item: item[0])
    return [item for _, item in found]


def cut_short(segments: list[Probe], limit: int, cited: Cited | None) -> list[Located]:
    """Places where the first or the last word is only a part of the reading's."""
    if (
        len(segments) == 1
        and len(segments[0].folds) > _SURE
        and not find(segments[0].part(1, -1), 1)
    ):
        return []  # what is between the edges is not there: no need to ask for more of it
    edges = _Edges(segments)
    # A common word at the beginning is hardly the end of another one.
    heads = segments[0].entries[0].total <= _COMMON
    for head, tail in ((0, 1), (1, 0), (1, 1)) if heads else ((0, 1),):
        shorter = list(segments)
        shorter[0] = shorter[0].part(head, len(shorter[0].folds))
        shorter[-1] = shorter[-1].part(0, len(shorter[-1].folds) - tail)
        left = sum(len(segment.folds) for segment in shorter)
        if not shorter[0].folds or not shorter[-1].folds:
            continue
        if left == 1 and (cited is None or not edges.long_enough(head, tail)):
            continue
        places = as_quoted(shorter, limit, cited)
        if left == 1 or (left < _SURE and tail and edges.ends_in_common_word()):
            places = [p for p in places if cited and _is_on(cited, p)]
        found = [whole for place in places if (whole := edges.grown(place, head, tail))]
        if found:
            return found
    return []


def _is_on(cited: Cited, place: Located) -> bool:
    first, last = place.ranges[0], place.ranges[-1]
    return bool(first and last and on_pages(cited, place.reading, first[0], last[1]))


class _Edges:
    """The words at the ends of a quotation as parts of those that stand in a reading."""

    def __init__(self, segments: list[Probe]) -> None:
        self.first, self.last = segments[0].folds[0], segments[-1].folds[-1]
        self.letters = sum(segment.letters for segment in segments)
        self._last = segments[-1].entries[-1]
        # For each word of a reading how many letters more it has; None when it does not fit.
        self.heads: dict[tuple[str, int], int | None] = {}
        self.tails: dict[tuple[str, int], int | None] = {}

    def long_enough(self, head: int, tail: int) -> bool:
        """Whether the parts are long enough to be believed beside a single word."""
        cut = [self.first] * head + [self.last] * tail
        return all(len(part) >= _LEAST_OF_HEAD for part in cut)

    def ends_in_common_word(self) -> bool:
        """Whether the last word is hardly the beginning of another: "and in", not "instead"."""
        return self._last.total > _VERY_COMMON

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
            ends = len(self.first) >= _LEAST_OF_HEAD and word.endswith(self.first)
            self.heads[key] = len(word) - len(self.first) if ends or word == self.first else None
        return self.heads[key]

    def _tail(self, reading: IndexedReading, place: int) -> int | None:
        key = reading.key, reading.ids[place]
        if key not in self.tails:
            word = reading.spelling(key[1])
            self.tails[key] = len(word) - len(self.last) if word.startswith(self.last) else None
        return self.tails[key]
