"""Quotation and source, word against word: what was kept, dropped, changed, marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from .marks import Gap, Marked
from .normalize import Word


@dataclass(frozen=True, slots=True)
class Step:
    """Quote words [qa, qb) stand for source words [sa, sb).

    ``op``: "equal", "replace", "delete", "insert", or "gap" with the mark that explains it.
    """

    op: str
    qa: int
    qb: int
    sa: int
    sb: int
    gap: Gap | None = None


def align_run(quote: Sequence[Word], source: Sequence[Word]) -> list[Step]:
    """The steps that turn the source's words into the quotation's."""
    ours = [w.fold for w in quote]
    theirs = [w.fold for w in source]
    if ours == theirs:
        return [Step("equal", 0, len(ours), 0, len(ours))]
    steps = []
    for op in Levenshtein.opcodes(theirs, ours):
        steps.append(Step(op.tag, op.dest_start, op.dest_end, op.src_start, op.src_end))
    return _levelled(steps, quote, source)


def _levelled(steps: list[Step], quote: Sequence[Word], source: Sequence[Word]) -> list[Step]:
    """Changed neighbours taken together, and called equal where only a line end divides a word."""
    merged: list[Step] = []
    for step in steps:
        last = merged[-1] if merged else None
        if last and last.op != "equal" and step.op != "equal":
            merged[-1] = Step("replace", last.qa, step.qb, last.sa, step.sb)
        else:
            merged.append(step)
    return [
        Step("equal", s.qa, s.qb, s.sa, s.sb) if _same_letters(s, quote, source) else s
        for s in merged
    ]


def _same_letters(step: Step, quote: Sequence[Word], source: Sequence[Word]) -> bool:
    if step.op != "replace":
        return False
    q, s = quote[step.qa : step.qb], source[step.sa : step.sb]
    if "".join(w.fold for w in q) != "".join(w.fold for w in s):
        return False
    # A word divided at a line end may have a hyphen of its own there.
    return any(w.end - w.start > len(w.fold) for w in s)


def align(
    marked: Marked, ranges: Sequence[tuple[int, int]], source: Sequence[Word], base: int
) -> list[Step]:
    """Aligns each run with its range of source words and puts the gaps between them.

    ``ranges`` are word numbers of the reading, ``source`` its words from number ``base`` on.
    The steps speak of word numbers of the quotation and of the reading.
    """
    steps: list[Step] = []
    runs = marked.runs()
    for number, ((qa, qb), (sa, sb)) in enumerate(zip(runs, ranges, strict=True)):
        if number:
            before = ranges[number - 1][1]
            steps += [
                Step("gap", qa, qa, before, max(before, sa), gap)
                for gap in marked.gaps
                if gap.at == qa and gap.kind != "note"
            ][:1]
        for step in align_run(marked.words[qa:qb], source[sa - base : sb - base]):
            steps.append(
                Step(step.op, step.qa + qa, step.qb + qa, step.sa + sa, step.sb + sa, step.gap)
            )
    return steps
