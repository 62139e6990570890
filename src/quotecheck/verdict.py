"""Alignment -> verdict, with reasons that a student can read."""

from __future__ import annotations

from collections.abc import Sequence

from .align import Step
from .grave import gravity, has_negation
from .index import IndexedReading
from .marks import Marked
from .normalize import Word
from .types import Change, Placing, Span, Verdict, Wording

Reason = tuple[str, dict[str, str]]
BRACKET_WORDS = 12


def changes(
    marked: Marked,
    steps: Sequence[Step],
    source: Sequence[Word],
    base: int,
    reading: IndexedReading,
    *,
    unfinished: bool = False,
) -> tuple[Change, ...]:
    """Every difference between quotation and source, with its place on both sides."""
    found = [
        _change(marked, step, source, base, reading)
        for step in steps
        if step.op != "equal" and not (unfinished and _goes_on(marked, step, source, base))
    ]
    found += _initials(marked, steps, source, base, reading)
    found += _notes(marked)
    return tuple(sorted(found, key=lambda c: (c.quote, c.source)))


def _goes_on(marked: Marked, step: Step, source: Sequence[Word], base: int) -> bool:
    """Whether the step is only the last word, not yet typed to its end."""
    if step.op != "replace" or step.qb != len(marked.words) or step.qb - step.qa != 1:
        return False
    return step.sb - step.sa == 1 and source[step.sa - base].fold.startswith(
        marked.words[step.qa].fold
    )


def _change(
    marked: Marked, step: Step, source: Sequence[Word], base: int, reading: IndexedReading
) -> Change:
    there = _span(source, step.sa - base, step.sb - base)
    theirs = reading.text(there.start, there.end) if step.sb > step.sa else ""
    if step.gap is not None:
        here = step.gap.span
        ours = marked.text[here.start : here.end]
        return Change(
            "mark", here, there, ours, theirs, unfair=_unfair(step, theirs, reading, there)
        )
    here = _span(marked.words, step.qa, step.qb)
    ours = marked.text[here.start : here.end] if step.qb > step.qa else ""
    before = reading.text(max(0, there.start - 3), there.start)
    grave = gravity(ours, theirs, opens=not before.strip() or before.rstrip()[-1:] in ".?!:")
    return Change(step.op, here, there, ours, theirs, grave)


def _span(words: Sequence[Word], a: int, b: int) -> Span:
    """The span of words[a:b]; where there are none, the point where they would stand."""
    if b > a:
        return Span(words[a].start, words[b - 1].end)
    if 0 < a <= len(words):
        return Span(words[a - 1].end, words[a - 1].end)
    at = words[0].start if words else 0
    return Span(at, at)


def _initials(
    marked: Marked,
    steps: Sequence[Step],
    source: Sequence[Word],
    base: int,
    reading: IndexedReading,
) -> list[Change]:
    found = []
    for step in steps:
        if step.op != "equal" or step.qb - step.qa != step.sb - step.sa:
            continue
        for i in range(step.qa, step.qb):
            if i in marked.initials:
                word = source[step.sa + i - step.qa - base]
                here = Span(marked.words[i].start, marked.words[i].start + 3)
                there = Span(word.start, word.start + 1)
                ours = marked.text[here.start : here.end]
                found.append(Change("mark", here, there, ours, reading.text(*there)))
    return found


def _notes(marked: Marked) -> list[Change]:
    """[sic] and the like: marks that stand for nothing in the source."""
    return [
        Change("mark", gap.span, Span(0, 0), gap.text, "")
        for gap in marked.gaps
        if gap.kind == "note"
    ]


def _unfair(step: Step, theirs: str, reading: IndexedReading, there: Span) -> str:
    if step.gap is None:
        return ""
    if step.gap.kind == "ellipsis":
        if there.end - there.start > 6000:
            return "far_apart"
        if theirs and len(theirs) < 2000 and has_negation(theirs):
            return "swallows_negation"
    elif has_negation(theirs) != has_negation(step.gap.text):
        return "swallows_negation"
    return ""


def wording(found: Sequence[Change]) -> Wording:
    """Verbatim, edited or altered."""
    if any(change.op != "mark" for change in found):
        return Wording.ALTERED
    return Wording.EDITED if found else Wording.VERBATIM


def verdict(words: Wording, placing: Placing) -> Verdict:
    """One word for both: wrong words weigh more than a wrong page."""
    if words is Wording.NOT_FOUND:
        return Verdict.NOT_FOUND
    if words is Wording.ALTERED:
        return Verdict.ALTERED
    if placing is Placing.WRONG_PAGE:
        return Verdict.MISPLACED
    if placing is Placing.WRONG_READING:
        return Verdict.ELSEWHERE
    return Verdict.VERBATIM if words is Wording.VERBATIM else Verdict.EDITED


def explain(
    words: Wording,
    placing: Placing,
    found: Sequence[Change],
    *,
    title: str = "",
    pages: Sequence[str] = (),
    unsearched: int = 0,
    others: int = 0,
) -> tuple[tuple[Reason, ...], str]:
    """The reasons as data, and the sentence that says them."""
    reasons: list[Reason] = []
    says: list[str] = []

    def add(code: str, sentence: str, **parameters: str) -> None:
        reasons.append((code, parameters))
        says.append(sentence.format(**parameters))

    if words is Wording.NOT_FOUND:
        add("not_found", "These words were not found in the readings of this course.")
        if unsearched:
            add(
                "unsearched",
                "Readings that could not be searched: {count}.",
                count=str(unsearched),
            )
    if words is Wording.VERBATIM:
        add("verbatim", "Word for word as in the reading.")
    if words is Wording.EDITED:
        add("edited", "As in the reading, but for the changes that are marked.")
    if words is Wording.ALTERED:
        add("altered", "The wording differs from the reading.")
        for change in [c for c in found if c.op != "mark"][:5]:
            _tell(change, add)
    for change in found:
        if change.unfair == "swallows_negation":
            add(
                "swallows_negation",
                "What is left out at \u201c{mark}\u201d holds a negation.",
                mark=change.quote_text,
            )
        elif change.unfair == "far_apart":
            add(
                "far_apart",
                "The passages joined by \u201c{mark}\u201d stand far apart.",
                mark=change.quote_text,
            )
    where = {"title": title, "page": "\u2013".join(dict.fromkeys([*pages[:1], *pages[-1:]]))}
    if placing is Placing.WRONG_PAGE:
        add("wrong_page", "It stands on page {page}, not on the page cited.", **where)
    elif placing is Placing.WRONG_READING:
        if where["page"]:
            add(
                "wrong_reading",
                "It stands in {title}, page {page}, not in the reading cited.",
                **where,
            )
        else:
            add("wrong_reading", "It stands in {title}, not in the reading cited.", **where)
    if others:
        add("several_places", "The same words stand in {count} more places.", count=str(others))
    return tuple(reasons), " ".join(says)


def _tell(change: Change, add: object) -> None:
    assert callable(add)
    grave = {
        "negation": " This changes a negation.",
        "number": " This changes a number.",
        "name": " This changes a name.",
        "date": " This changes a date.",
        "": "",
    }[change.grave]
    if change.op == "delete":
        add(
            "dropped",
            "Left out without a mark: \u201c{source}\u201d." + grave,
            source=change.source_text,
            grave=change.grave,
        )
    elif change.op == "insert":
        add(
            "added",
            "Not in the reading: \u201c{quote}\u201d." + grave,
            quote=change.quote_text,
            grave=change.grave,
        )
    else:
        add(
            "changed",
            "\u201c{quote}\u201d stands for \u201c{source}\u201d in the reading." + grave,
            quote=change.quote_text,
            source=change.source_text,
            grave=change.grave,
        )
