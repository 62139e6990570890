"""The slow, obvious way to place a quotation: look at every word of every reading.

The tests hold the fast way to it.
"""

from __future__ import annotations

import bisect

from rapidfuzz import fuzz

from .index import IndexedReading
from .library import Library
from .marks import Marked
from .probe import Located

CLOSE_ENOUGH = 75.0
FEWEST_WORDS = 4


def locate(marked: Marked, library: Library, *, limit: int = 100) -> list[Located]:
    """Every place where the words stand; the nearest one where they stand nowhere."""
    runs = [" ".join(w.fold for w in marked.words[a:b]) for a, b in marked.segments()]
    readings = [r for r in library.readings() if r.searchable and r.word_count]
    if not runs:
        return []
    found: list[Located] = []
    for reading in readings:
        found += _exact(runs, reading, limit)
    if found:
        return found
    best: Located | None = None
    for reading in readings:
        near = _near(runs, reading, best.score if best else CLOSE_ENOUGH / 100)
        best = near or best
    return [best] if best else []


def _stream(reading: IndexedReading) -> tuple[str, list[int]]:
    folds = [w.fold for w in reading.words(0, reading.word_count)]
    at, starts = 1, []
    for word in folds:
        starts.append(at)
        at += len(word) + 1
    return " " + " ".join(folds) + " ", starts


def _exact(runs: list[str], reading: IndexedReading, limit: int) -> list[Located]:
    text, starts = _stream(reading)
    number = {start: i for i, start in enumerate(starts)}
    anchor = max(range(len(runs)), key=lambda i: len(runs[i]))
    found: list[Located] = []
    at = text.find(f" {runs[anchor]} ")
    while at >= 0 and len(found) < limit:
        places = [at + 1]
        end = at + len(runs[anchor])
        for run in runs[anchor + 1 :]:
            nxt = text.find(f" {run} ", end)
            if nxt < 0 or nxt - end > 20_000:
                break
            places.append(nxt + 1)
            end = nxt + len(run)
        begin = at
        for run in reversed(runs[:anchor]):
            prior = text.rfind(f" {run} ", max(0, begin - 20_000), begin + 1)
            if prior < 0:
                break
            places.insert(0, prior + 1)
            begin = prior
        if len(places) == len(runs):
            ranges = tuple(
                (number[p], number[p] + run.count(" ") + 1)
                for p, run in zip(places, runs, strict=True)
            )
            found.append(Located(reading, ranges, 1.0, True))
        at = text.find(f" {runs[anchor]} ", at + 1)
    return found


def _near(runs: list[str], reading: IndexedReading, floor: float) -> Located | None:
    text, starts = _stream(reading)
    if not starts:
        return None
    ranges: list[tuple[int, int]] = []
    total = weight = 0.0
    low = 0
    for run in runs:
        if run.count(" ") + 1 < FEWEST_WORDS and len(runs) == 1:
            return None
        hit = fuzz.partial_ratio_alignment(run, text[low:])
        if hit is None or hit.dest_end <= hit.dest_start:
            return None
        total += hit.score * len(run)
        weight += len(run)
        a = _number(starts, low + hit.dest_start)
        b = max(a + 1, _number(starts, low + hit.dest_end - 1) + 1)
        ranges.append((a, b))
        low = starts[b - 1]
    score = total / weight / 100
    return Located(reading, tuple(ranges), score) if score > floor else None


def _number(starts: list[int], at: int) -> int:
    return max(0, bisect.bisect_right(starts, at) - 1)
