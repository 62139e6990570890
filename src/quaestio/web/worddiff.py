"""Two texts compared word by word: what went, what came, what stayed.

Formatting plays no part: what is compared is the flattened text of posts. Two texts of ten
thousand words take a tenth of a second.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import LCSseq

TOKEN = re.compile(r"\n\n|\w+(?:[’'\-]\w+)*|[^\w\s]|\n")
BREAK = "\n\n"
MOST_COMPARED = 25_000 * 25_000  # words of one text times words of the other
SHORT = 2  # so few words that stayed between two changes are told as part of them


@dataclass(frozen=True, slots=True)
class Piece:
    """``kind``: "same", "gone" (in the older text alone) or "new" (in the newer alone)."""

    kind: str
    text: str


@dataclass(slots=True)
class Row:
    """A stretch of both texts between two paragraph breaks that they share."""

    before: list[Piece] = field(default_factory=list)
    now: list[Piece] = field(default_factory=list)

    def end_paragraph(self, kind: str) -> None:
        """A paragraph ends that goes on in the other text."""
        side = self.before if kind == "gone" else self.now
        if side:
            side.append(Piece(kind, BREAK))

    @property
    def differs(self) -> bool:
        return any(piece.kind != "same" for piece in (*self.before, *self.now))


@dataclass(frozen=True, slots=True)
class _Word:
    """What is compared, and the same with the white space behind it."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class _Run:
    """``before`` are the same words with the white space of the older text."""

    kind: str
    words: tuple[_Word, ...]
    before: tuple[_Word, ...] = ()


def changes(before: str, now: str) -> list[list[Piece]]:
    """Both texts as one, in paragraphs; [] where no word differs."""
    runs = _runs(before, now)
    if all(run.kind == "same" for run in runs):
        return []
    paragraphs: list[list[Piece]] = [[]]
    for run in runs:
        for text, ends in _stretches(run.words):
            if text:
                paragraphs[-1].append(Piece(run.kind, text))
            if ends and run.kind != "gone":
                paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def side_by_side(before: str, now: str) -> list[Row]:
    """Both texts in rows, each with its own words and what is not in the other marked."""
    rows = [Row()]
    for run in _runs(before, now):
        kind = run.kind
        both = zip(_stretches(run.before or run.words), _stretches(run.words), strict=True)
        for (old, ends), (new, _) in both:
            if old and kind != "new":
                rows[-1].before.append(Piece(kind, old))
            if new and kind != "gone":
                rows[-1].now.append(Piece(kind, new))
            if ends and kind == "same":
                rows.append(Row())
            elif ends:
                rows[-1].end_paragraph(kind)
    return [row for row in rows if row.before or row.now]


def _runs(before: str, now: str) -> list[_Run]:
    old, new = _words(before), _words(now)
    runs: list[_Run] = []
    for is_same, here, there in _steps([one.key for one in old], [one.key for one in new]):
        went, came = old[here], new[there]
        if is_same:
            runs.append(_Run("same", came, went))
            continue
        runs += [_Run(kind, words) for kind, words in (("gone", went), ("new", came)) if words]
    return _joined(runs)


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, slice, slice]]:
    """What is the same and what is not, as parts of both. What differs in more words than anybody
    writes is told as having gone and come whole: to compare it would take a gigabyte.
    """
    least = min(len(old), len(new))
    first = next((n for n in range(least) if old[n] != new[n]), least)
    least -= first
    last = next((n for n in range(least) if old[-1 - n] != new[-1 - n]), least)
    end_old, end_new = len(old) - last, len(new) - last
    if (end_old - first) * (end_new - first) <= MOST_COMPARED:
        return [
            (
                step.tag == "equal",
                slice(step.src_start, step.src_end),
                slice(step.dest_start, step.dest_end),
            )
            for step in LCSseq.opcodes(old, new)
        ]
    steps = [
        (True, slice(0, first), slice(0, first)),
        (False, slice(first, end_old), slice(first, end_new)),
        (True, slice(end_old, len(old)), slice(end_new, len(new))),
    ]
    return [step for step in steps if not step[0] or step[1].start < step[1].stop]


def _words(text: str) -> tuple[_Word, ...]:
    found = list(TOKEN.finditer(text))
    ends = [*(one.start() for one in found[1:]), len(text)][: len(found)]
    return tuple(
        _Word(one.group(), BREAK if one.group() == BREAK else text[one.start() : end])
        for one, end in zip(found, ends, strict=True)
    )


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    """A word or two that stayed by chance between changes make them harder to read: they are told
    as having gone and come again. What went comes before what came.
    """
    out: list[_Run] = []
    gone: list[_Word] = []
    new: list[_Word] = []

    def close() -> None:
        out.extend(
            _Run(kind, tuple(words)) for kind, words in (("gone", gone), ("new", new)) if words
        )
        gone.clear()
        new.clear()

    for number, run in enumerate(runs):
        if run.kind == "gone":
            gone.extend(run.words)
        elif run.kind == "new":
            new.extend(run.words)
        elif _is_chance(runs, number):
            gone.extend(run.before)
            new.extend(run.words)
        else:
            close()
            out.append(run)
    close()
    return out


def _is_chance(runs: Sequence[_Run], number: int) -> bool:
    run = runs[number]
    if not 0 < number < len(runs) - 1 or len(run.words) > SHORT:
        return False
    if any(word.key == BREAK for word in run.words):
        return False
    around = len(runs[number - 1].words) + len(runs[number + 1].words)
    return around > 2 * SHORT + len(run.words)


def _stretches(words: Sequence[_Word]) -> list[tuple[str, bool]]:
    """Words in parts of one paragraph: the text, and whether a paragraph ends with it."""
    out: list[tuple[str, bool]] = []
    text = ""
    for word in words:
        if word.key == BREAK:
            out.append((text, True))
            text = ""
        else:
            text += word.text
    return [*out, (text, False)] if text else out
