"""Quotation and source, word against word: what was kept, dropped, changed, marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from .index import Stretch
from .marks import Gap, Marked
from .normalize import Word

_CELLS = 3000  # the largest table of words against words that is filled in
_EDGE = 6  # words of the source looked at beyond a doubtful edge
# What a step costs. A word put for an unlike one costs a little more than one left out beside an
# equal one, a little less than one put in.
_LEFT_OUT = 5  # letters that a word left out counts as at most
_MOVED, _NEAR_BY = 2, 3  # letters that a word counts as that stands so many words away
_SKIP, _ADD, _SWAP, _UNLIKE, _FREE = 2.0, 2.05, 0.45, 1.59, 0.05


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


class Move(NamedTuple):
    """A step between two lists of words, before marks are looked at."""

    qa: int
    qb: int
    sa: int
    sb: int
    equal: bool


class Fit(NamedTuple):
    """How a list of words lies best in a longer one.

    ``cost`` counts letters that differ, a word left out as a few at most. ``moved`` are words of
    the quotation that stand one or two words away from where they should.
    """

    moves: list[Move]
    cost: float
    moved: Sequence[int] = ()


def fit(quote: Sequence[str], source: Sequence[str], free: Collection[int] = ()) -> Fit:
    """Lays the quotation into a window of the source, whose ends need not be used.

    ``free`` are places between quote words where source words may be missing at no cost.
    """
    firm = _firm(quote, source)
    if not firm:
        moves = _table(quote, source, free, open_start=True, open_end=True)
        return _weighed(moves, quote, source, free)
    moves = []
    qa, sa, _ = firm[0]
    if qa:
        low = max(0, sa - qa - _EDGE - qa // 3)
        head = _table(quote[:qa], source[low:sa], free, open_start=True)
        moves += _shifted(head, 0, low)
    for number, (q, s, n) in enumerate(firm):
        moves.append(Move(q, q + n, s, s + n, True))
        if number + 1 < len(firm):
            q2, s2, _ = firm[number + 1]
            moves += _between(quote, source, free, q + n, q2, s + n, s2)
    q, s, n = firm[-1]
    q, s = q + n, s + n
    rest = len(quote) - q
    if rest:
        high = s + rest + _EDGE + rest // 3
        local = [i - q for i in free]
        tail = _table(quote[q:], source[s:high], local, open_end=True)
        moves += _shifted(tail, q, s)
    return _weighed(moves, quote, source, free)


def _firm(quote: Sequence[str], source: Sequence[str]) -> list[tuple[int, int, int]]:
    """Equal stretches that are no accident, as (place in quote, place in source, length)."""
    blocks = [
        (op.dest_start, op.src_start, op.dest_end - op.dest_start)
        for op in Levenshtein.opcodes(source, quote)
        if op.tag == "equal"
    ]
    firm = [b for b in blocks if b[2] > 1 or len(quote[b[0]]) > 4]
    weights = [sum(map(len, quote[q : q + n])) for q, _, n in firm]
    while len(firm) > 1 and _loose(firm[0], firm[1], quote, source):
        # Of two sides that stand apart, the lighter one is there by chance.
        heavier = 2 * weights[0] > sum(weights)
        at = len(firm) - 1 if heavier else 0
        del firm[at], weights[at]
    while len(firm) > 1 and _loose(firm[-1], firm[-2], quote, source):
        heavier = 2 * weights[-1] > sum(weights)
        at = 0 if heavier else len(firm) - 1
        del firm[at], weights[at]
    if len(firm) > 1:
        _slide(firm, quote, source)
    return firm


def _slide(firm: list[tuple[int, int, int]], quote: Sequence[str], source: Sequence[str]) -> None:
    """Where the words at an edge stand twice, the nearer ones are meant."""
    (q, s, n), (q2, s2, _) = firm[0], firm[1]
    if q + n == q2 and s + n < s2 and source[s2 - n : s2] == quote[q : q + n]:
        firm[0] = (q, s2 - n, n)
    (q, s, n), (q2, s2, n2) = firm[-1], firm[-2]
    near = s2 + n2
    if q2 + n2 == q and near < s and source[near : near + n] == quote[q : q + n]:
        firm[-1] = (q, near, n)


def _loose(
    edge: tuple[int, int, int],
    inner: tuple[int, int, int],
    quote: Sequence[str],
    source: Sequence[str],
) -> bool:
    """Whether an outer stretch is bought with more skipped source than it matches."""
    first, second = (edge, inner) if edge < inner else (inner, edge)
    skipped = sum(map(len, source[first[1] + first[2] : second[1]]))
    added = sum(map(len, quote[first[0] + first[2] : second[0]]))
    return skipped - added > 6 + 1.5 * sum(map(len, quote[edge[0] : edge[0] + edge[2]]))


def _between(
    quote: Sequence[str],
    source: Sequence[str],
    free: Collection[int],
    qa: int,
    qb: int,
    sa: int,
    sb: int,
) -> list[Move]:
    if qa == qb and sa == sb:
        return []
    if qa == qb or sa == sb:
        return [Move(qa, qb, sa, sb, False)]
    local = [i - qa for i in free]
    return _shifted(_table(quote[qa:qb], source[sa:sb], local), qa, sa)


def _shifted(moves: list[Move], q: int, s: int) -> list[Move]:
    return [Move(m.qa + q, m.qb + q, m.sa + s, m.sb + s, m.equal) for m in moves]


def _table(
    quote: Sequence[str],
    source: Sequence[str],
    free: Collection[int],
    *,
    open_start: bool = False,
    open_end: bool = False,
) -> list[Move]:
    """The cheapest way from source words to quote words, letters counted."""
    rows, columns = len(quote), len(source)
    if rows * columns > _CELLS:
        return _coarse(quote, source)
    if not columns or not rows:
        return [Move(0, rows, 0, 0, False)] if rows else _dropped(columns, open_start or open_end)
    above = [0.0] * (columns + 1)
    if not open_start:
        skip = _FREE if 0 in free else _SKIP
        above = [skip * j for j in range(columns + 1)]
    back: list[list[int]] = [[1] * (columns + 1)]
    lines = [above]
    # Of each word of the source its letters, and those of it and the one before; how many of them
    # may differ from words that were written together or apart.
    sizes = [len(word) for word in source]
    slack = [min(2, size // 4) for size in sizes]
    both = [99, *(a + b for a, b in pairwise(sizes))]
    loose = [-1, *(min(2, size // 4) for size in both[1:])]
    for i in range(1, rows + 1):
        word = quote[i - 1]
        size = len(word)
        pair = quote[i - 2] + word if i > 1 else ""
        paired = len(pair) or -99
        left = above[0] + _ADD
        line, step = [left], [2]
        skip = _FREE if i in free else _SKIP
        last = open_end and i == rows
        for j, other in enumerate(source):
            width = sizes[j]
            best, how = above[j], 0
            if word != other:
                best += _SWAP + _UNLIKE * _unlike(word, other, size, width)
            cost = left + skip
            if cost < best and not last:
                best, how = cost, 1
            cost = above[j + 1] + _ADD
            if cost < best:
                best, how = cost, 2
            if abs(paired - width) <= slack[j]:
                cost = lines[i - 2][j] + _rejoined(pair, other)
                if cost < best:
                    best, how = cost, 3
            if abs(size - both[j]) <= loose[j]:
                cost = above[j - 1] + _rejoined(word, source[j - 1] + other)
                if cost < best:
                    best, how = cost, 4
            line.append(best)
            step.append(how)
            left = best
        lines.append(line)
        back.append(step)
        above = line
    j = min(range(columns + 1), key=above.__getitem__) if open_end else columns
    return _traced(quote, source, back, j, open_start)


def _unlike(word: str, other: str, size: int, width: int) -> float:
    """The share of the letters in which words of so many letters differ; all, if most do."""
    longer = size if size > width else width
    if 2 * abs(size - width) > longer:
        return 1.0  # so many letters more that there is no need to compare them
    unlike = Levenshtein.distance(word, other) / longer
    return unlike if unlike <= 0.5 else 1.0


def _rejoined(word: str, other: str) -> float:
    """What it costs to take one word for two that were written together, or apart."""
    wrong = Levenshtein.distance(word, other)
    return _SWAP + wrong if wrong <= min(2, len(other) // 4) else 99.0


def _dropped(columns: int, is_open: bool) -> list[Move]:
    return [] if is_open or not columns else [Move(0, 0, 0, columns, False)]


def _traced(
    quote: Sequence[str], source: Sequence[str], back: list[list[int]], j: int, open_start: bool
) -> list[Move]:
    moves: list[Move] = []
    i = len(quote)
    while i or (j and not open_start):
        how = back[i][j] if i else 1
        di, dj = ((1, 1), (0, 1), (1, 0), (2, 1), (1, 2))[how if j else 2]
        equal = di == dj == 1 and quote[i - 1] == source[j - 1]
        moves.append(Move(i - di, i, j - dj, j, equal))
        i, j = i - di, j - dj
    moves.reverse()
    return moves


def _coarse(quote: Sequence[str], source: Sequence[str]) -> list[Move]:
    return [
        Move(op.dest_start, op.dest_end, op.src_start, op.src_end, op.tag == "equal")
        for op in Levenshtein.opcodes(source, quote)
    ]


def _weighed(
    moves: list[Move], quote: Sequence[str], source: Sequence[str], free: Collection[int]
) -> Fit:
    cost = 0.0
    lost: list[int] = []  # words of the source left out, and of the quotation put in
    new: list[int] = []
    for qa, qb, sa, sb, equal in moves:
        if equal:
            continue
        if qa == qb:
            if qa not in free:
                lost += range(sa, sb)
                cost += sum(min(len(word), _LEFT_OUT) for word in source[sa:sb])
        else:
            if sa == sb:
                new += range(qa, qb)
            cost += Levenshtein.distance("".join(quote[qa:qb]), "".join(source[sa:sb]))
    if not lost or not new:
        return Fit(moves, cost)
    moved = _moved(moves, quote, source, lost, new)
    for i in moved:
        cost += _MOVED - len(quote[i]) - min(len(quote[i]), _LEFT_OUT)
    return Fit(moves, cost, moved)


def _moved(
    moves: list[Move],
    quote: Sequence[str],
    source: Sequence[str],
    lost: list[int],
    new: list[int],
) -> list[int]:
    """Words put in that are left out a word or two away: "a private more place"."""
    # Of each place in the quotation that in the source beside it.
    beside = {move.qa: move.sa for move in moves if move.qb > move.qa}
    found = []
    for i in new:
        for j in lost:
            if quote[i] == source[j] and abs(j - beside.get(i, j + 9)) <= _NEAR_BY:
                lost.remove(j)
                found.append(i)
                break
    return found


def align_ranges(
    marked: Marked, ranges: Sequence[tuple[int, int] | None], source: Stretch, base: int
) -> list[Step]:
    """Aligns each segment with its range of source words and puts the ellipses between them.

    ``ranges`` are word numbers of the reading (None for a segment that stands nowhere),
    ``source`` its words from number ``base`` on. The steps speak of word numbers of the quotation
    and of the reading.
    """
    steps: list[Step] = []
    before: int | None = None
    for (qa, qb), place in zip(marked.segments(), ranges, strict=True):
        if place is None:
            at = before if before is not None else base
            steps.append(Step("insert", qa, qb, at, at))
            continue
        sa, sb = place
        if before is not None:
            steps += [
                Step("gap", qa, qa, min(before, sa), sa, gap)
                for gap in marked.gaps
                if gap.at == qa and gap.kind == "ellipsis"
            ][:1]
        steps += align_segment(marked, qa, qb, source.part(sa - base, sb - base), sa)
        before = sb
    return steps


def align_segment(marked: Marked, qa: int, qb: int, source: Stretch, base: int) -> list[Step]:
    """The steps between quote words [qa, qb) and all the source words given."""
    ours, theirs = marked.folds[qa:qb], source.folds()
    gaps = [g for g in marked.gaps if g.kind in ("bracket", "stem") and qa <= g.at <= qb]
    if ours == theirs:
        steps = [Step("equal", qa, qb, base, base + len(theirs))]
    else:
        free = {g.at - qa for g in gaps}
        steps = _merged(_closed(ours, theirs, free), ours, theirs, source, qa, base)
    return _with_gaps(steps, gaps, base) if gaps else steps


def _closed(ours: list[str], theirs: list[str], free: set[int]) -> list[Move]:
    """Moves that use up both lists to their ends."""
    firm = _firm(ours, theirs)
    edges = [(0, 0, 0), *firm, (len(ours), len(theirs), 0)]
    moves: list[Move] = []
    for (q, s, n), (q2, s2, _) in pairwise(edges):
        if n:
            moves.append(Move(q, q + n, s, s + n, True))
        moves += _between(ours, theirs, free, q + n, q2, s + n, s2)
    return moves


def _merged(
    moves: list[Move],
    ours: list[str],
    theirs: list[str],
    source: Sequence[Word],
    q: int,
    s: int,
) -> list[Step]:
    """Neighbouring moves of a kind taken together; divided words called equal."""
    steps: list[Step] = []
    for move in moves:
        equal = move.equal or (
            _same_letters(ours[move.qa : move.qb], theirs[move.sa : move.sb])
            and _is_divided(source[move.sa : move.sb])
        )
        op = "equal" if equal else _op(move)
        step = Step(op, move.qa + q, move.qb + q, move.sa + s, move.sb + s)
        last = steps[-1] if steps else None
        if last and last.op == op and (op == "equal" or op in ("delete", "insert")):
            plain = last.qb - last.qa == last.sb - last.sa and move.equal
            if op != "equal" or plain:
                steps[-1] = Step(op, last.qa, step.qb, last.sa, step.sb)
                continue
        steps.append(step)
    return steps


def _op(move: Move) -> str:
    if move.qa == move.qb:
        return "delete"
    return "insert" if move.sa == move.sb else "replace"


def _same_letters(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return bool(ours) and bool(theirs) and "".join(ours) == "".join(theirs)


def _is_divided(words: Sequence[Word]) -> bool:
    """Whether there is more to a word than its letters: a line end, where a hyphen says nothing."""
    return any(word.end - word.start > len(word.fold) for word in words)


def _with_gaps(steps: list[Step], gaps: list[Gap], base: int) -> list[Step]:
    """Source words missing at a bracket are what the bracket stands for, within reason."""
    out: list[Step] = []
    left = {gap.at: gap for gap in gaps}
    for step in steps:
        gap = left.get(step.qa) if step.op == "delete" else None
        if gap is not None and step.sb - step.sa <= gap.most_words:
            del left[step.qa]
            out.append(Step("gap", step.qa, step.qb, step.sa, step.sb, gap))
        else:
            out.append(step)
    for at, gap in left.items():
        out.append(Step("gap", at, at, _source_at(out, at, base), _source_at(out, at, base), gap))
    out.sort(key=lambda s: (s.qa, s.sa, s.op != "gap"))
    return out


def _source_at(steps: list[Step], at: int, base: int) -> int:
    for step in steps:
        if step.qa <= at <= step.qb:
            return step.sa if at == step.qa else step.sb - (step.qb - at)
    return steps[-1].sb if steps else base
