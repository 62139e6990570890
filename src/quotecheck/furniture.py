"""What stands on a page without belonging to its running text: heads, page numbers, notes.

A sentence that goes over a page break is quoted without the running head between its halves, so
the running text is put together from what is left when the furniture is taken out. Notes are kept
as texts of their own, for they may be quoted too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from .types import PageMark, Span

_NOTE_LINE = re.compile(
    "[ \\t]*([0-9]{1,3}(?![0-9])|[*\u2020\u2021\u00a7]{1,3}(?=[ \\t]))[.)]?[ \\t]*"
    "(?=[^\\W\\d_]|[\"'\u201c\u2018(])"
)
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_ROMAN = re.compile(r"[ivxlcdm]{1,8}", re.I)
_MAX_LINE = 120
_NOTE_LINES = 14
_PAGES_WITHOUT_NOTE = 6


class Layout(NamedTuple):
    """The running text and the notes, as spans of the original."""

    body: list[Span]
    notes: list[Span]


class _Line(NamedTuple):
    start: int
    end: int  # without the line break
    text: str


def layout(text: str, pages: Sequence[PageMark]) -> Layout:
    """Takes running heads, page numbers and notes out of a text whose pages are known."""
    starts = _page_starts(text, pages)
    if len(starts) < 3:
        return Layout([Span(0, len(text))], [])
    ends = [*(start for start, _ in starts[1:]), len(text)]
    heads = _running_lines(text, starts, ends)
    cuts: list[Span] = []
    notes: list[Span] = []
    last_note, since = 0, 0
    for (start, label), end in zip(starts, ends, strict=True):
        top = _top(text, start, end, label, heads)
        bottom = _bottom(text, max(start, top), end, label, heads)
        since += 1
        note = _notes(
            text, max(start, top), bottom, last_note if since <= _PAGES_WITHOUT_NOTE else 0
        )
        if note is not None:
            notes.append(Span(note[0], bottom))
            last_note, since = note[1], 0
        if top > start:
            cuts.append(Span(start, top))
        low = bottom if note is None else note[0]
        if low < end:
            cuts.append(Span(low, end))
    return Layout(_rest(cuts, len(text)), notes)


def _page_starts(text: str, pages: Sequence[PageMark]) -> list[tuple[int, str]]:
    """Pages that begin with a line: only there can furniture be told from text."""
    marks = [(m.start, m.label) for m in pages]
    if not marks and "\f" in text:
        marks = [(0, ""), *((m.end(), "") for m in re.finditer("\f", text))]
    kept: list[tuple[int, str]] = []
    for start, label in marks:
        at_line = start == 0 or text[start - 1 : start] in ("\n", "\f", "\r")
        if at_line and start < len(text) and (not kept or start > kept[-1][0]):
            kept.append((start, label))
    return kept


def _first_lines(text: str, start: int, end: int, count: int) -> list[_Line]:
    lines: list[_Line] = []
    while start < end and len(lines) < count:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        line = text[start : min(stop, start + _MAX_LINE + 1)].strip()
        if line:
            lines.append(_Line(start, stop, line))
        start = stop + 1
    return lines


def _last_lines(text: str, start: int, end: int, count: int) -> list[_Line]:
    lines: list[_Line] = []
    while end > start and len(lines) < count:
        begin = text.rfind("\n", start, end) + 1
        begin = max(begin, start)
        line = text[begin:end].strip()
        if line:
            lines.append(_Line(begin, end, line))
        end = begin - 1
    return lines


def _letters(line: str) -> str:
    return _NOT_LETTERS.sub("", line).casefold()


def _running_lines(text: str, starts: list[tuple[int, str]], ends: list[int]) -> list[str]:
    """The letters of lines that come back at the top or bottom of page after page."""
    seen: Counter[str] = Counter()
    for (start, label), end in zip(starts, ends, strict=True):
        edge = {_letters(line.text) for line in _first_lines(text, start, end, 1)}
        for line in _last_lines(text, start, end, 2):
            note = _NOTE_LINE.match(line.text)
            if not note or note.group(1) == label:
                edge.add(_letters(line.text))
        seen.update(edge)
    return [key for key, times in seen.most_common(40) if times >= 3 and len(key) >= 3]


def _is_furniture(line: str, label: str, heads: list[str]) -> bool:
    if len(line) > _MAX_LINE:
        return False
    key = _letters(line)
    if not key:
        return len(line) <= 8 and any(c.isdigit() for c in line)
    if label and _is_number(line.strip(" -\u2013\u2014[]().|"), label):
        return True
    return any(key == head for head in heads) or any(
        abs(len(head) - len(key)) <= 2 + len(head) // 5 and fuzz.ratio(head, key) >= 80
        for head in heads
    )


def _is_number(line: str, label: str) -> bool:
    """The page's own number, as printed or a little misread."""
    if line.casefold() == label.casefold():
        return True
    if len(line) > len(label) + 1 or _ROMAN.fullmatch(label):
        return False
    if len(label) == 1:
        return len(line) == 1 and line in "lIi|!OoSsZzBbgqT"
    return Levenshtein.distance(line, label, score_cutoff=2) <= 1 + (len(label) > 2)


def _top(text: str, start: int, end: int, label: str, heads: list[str]) -> int:
    at = start
    for line in _first_lines(text, start, end, 2):
        if not _is_furniture(line.text, label, heads):
            break
        at = min(line.end + 1, end)
    return at


def _bottom(text: str, start: int, end: int, label: str, heads: list[str]) -> int:
    at = end
    for line in _last_lines(text, start, end, 2):
        note = _NOTE_LINE.match(line.text)
        if note and note.group(1) != label:
            break
        if not _is_furniture(line.text, label, heads):
            break
        at = line.start
    return at


def _notes(text: str, start: int, end: int, last: int) -> tuple[int, int] | None:
    """Where the notes at the foot of a page begin, and the number of the last of them."""
    found: int | None = None
    number = last
    highest: int | None = None
    for line in _last_lines(text, start, end, _NOTE_LINES):
        match = _NOTE_LINE.match(line.text)
        if not match:
            continue
        mark = match.group(1)
        value = int(mark) if mark.isdigit() else None
        if highest is not None and value is not None and value != highest - 1:
            continue
        follows = last > 0 and value == last + 1 and highest is None
        if not follows and not _is_called(text, start, line.start, mark):
            continue
        found = line.start
        if value is not None:
            number = max(number, value) if highest is not None else value
            highest = value
    return None if found is None else (found, number)


def _is_called(text: str, start: int, end: int, mark: str) -> bool:
    """Whether the mark is stuck to a word of the page."""
    pattern = "[^\\W\\d_][^\\w\\s]{0,3}" + re.escape(mark) + "(?![\\w])"
    return re.search(pattern, text[start:end]) is not None


def _rest(cuts: list[Span], length: int) -> list[Span]:
    body: list[Span] = []
    at = 0
    for cut in cuts:
        if cut.start > at:
            body.append(Span(at, cut.start))
        at = max(at, cut.end)
    if at < length:
        body.append(Span(at, length))
    return body
