"""Notes in files that are only letters: Markdown's ``[^1]``, and the clear cases of plain text.

A mark in the text becomes a sign that nobody types, which stays with its word until the pages are
made; then the note stands at the end of the page, as a footnote in print does. What is not clear
stays in the text as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .paging import Block, Piece

_FIRST = 0x10F000  # of the signs, in the last of the planes for private use
_MOST = 0x0F00
_SIGNS = f"{chr(_FIRST)}-{chr(_FIRST + _MOST)}"
_SIGN = re.compile(rf" ?([{_SIGNS}])(?=[\s.,;:!?{_SIGNS}]|$)|([{_SIGNS}])")

Taken = tuple[str, list[str]]  # a text without its notes, and the notes, each by its sign's number


def with_notes(pieces: Iterable[Piece], notes: Sequence[str]) -> list[Piece]:
    """The pieces with each note at the block that has its sign."""
    if not notes:
        return list(pieces)
    return [_noted(piece, notes) if isinstance(piece, Block) else piece for piece in pieces]


def _noted(block: Block, notes: Sequence[str]) -> Block:
    numbers = [ord(one[1] or one[2]) - _FIRST for one in _SIGN.finditer(block.text)]
    if not numbers:
        return block
    told = tuple(notes[number] for number in numbers if number < len(notes))
    return replace(block, text=_SIGN.sub("", block.text).strip(), notes=told)


def _is_free(text: str) -> bool:
    return re.search(f"[{_SIGNS}]", text) is None


# -- Markdown -----------------------------------------------------------------------------------

_DEFINED = re.compile(r" {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*(.*)")
_CALLED = re.compile(r"(`+).*?\1|\[\^([^\]\s]{1,40})\](?!:)")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_BEGINS = re.compile(r" {0,3}(?:[#>|]|[-*+] |\d{1,9}[.)] |\[)")


def take_from_markdown(text: str) -> Taken:
    """Notes that are defined once and called in the text; others stay as they are."""
    if not _is_free(text):
        return text, []
    rows = text.split("\n")
    called = {name for _row, found in _outside_code(rows) for name in found}
    defined = Counter(match[1] for row in rows if (match := _DEFINED.match(row)))
    wanted = {name for name in called if defined[name] == 1}
    if not wanted or len(wanted) > _MOST:
        return text, []
    kept, bodies = _without_definitions(rows, wanted)
    notes: dict[str, int] = {}

    def sign(match: re.Match[str]) -> str:
        name = match[2]
        if name is None or name not in bodies:
            return match[0]
        if name in notes:
            return ""
        notes[name] = len(notes)
        return chr(_FIRST + notes[name])

    out = [
        row if is_code else _CALLED.sub(sign, row)
        for row, is_code in zip(kept, _are_code(kept), strict=True)
    ]
    return "\n".join(out), [bodies[name] for name in notes]


def _outside_code(rows: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The rows of running text, with the notes they call."""
    for row, is_code in zip(rows, _are_code(rows), strict=True):
        if not is_code and not _DEFINED.match(row):
            yield row, [name for _code, name in _CALLED.findall(row) if name]


def _are_code(rows: Sequence[str]) -> list[bool]:
    out, fence = [], ""
    for row in rows:
        match = _FENCE.match(row)
        if match and not fence:
            fence = match[1]
            out.append(True)
        elif match and match[1] == fence:
            fence = ""
            out.append(True)
        else:
            out.append(bool(fence))
    return out


def _without_definitions(rows: Sequence[str], wanted: set[str]) -> tuple[list[str], dict[str, str]]:
    kept: list[str] = []
    bodies: dict[str, list[str]] = {}
    name, blank = "", False
    for row, is_code in zip(rows, _are_code(rows), strict=True):
        match = None if is_code else _DEFINED.match(row)
        if match and match[1] in wanted and match[1] not in bodies:
            name, blank = match[1], False
            bodies[name] = [match[2]]
        elif name and not row.strip():
            blank = True
            kept.append(row)
        elif name and row.startswith(("    ", "\t")):
            bodies[name].append(row.strip())
            blank = False
        elif name and not blank and not is_code and not _BEGINS.match(row):
            bodies[name].append(row.strip())  # it goes on without being set in
        else:
            name = ""
            kept.append(row)
    return kept, {key: "\n".join(filter(None, body)) for key, body in bodies.items()}


# -- Plain text ---------------------------------------------------------------------------------

_ITEM = re.compile(r"\s{0,8}(?:\[(\d{1,3})\]|(\d{1,3})[.)])\s+(?=\S)")
_GUTENBERG = re.compile(r"\s*\[Footnote (\d{1,4}|[A-Z]): ?(.*)\]\s*", re.DOTALL)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_GAP = re.compile(r"(\n[^\S\n]*\n\s*)")

Note = tuple[str, str]  # how it is called, and what it says


def take_from_text(text: str) -> Taken:
    """Notes that stand in paragraphs of their own, each called once in the text before them, in
    their order: ``[1] …`` and ``1. …``, or as Project Gutenberg writes them, ``[Footnote 1: …]``.
    """
    if not _is_free(text):
        return text, []
    parts = _GAP.split(text)  # paragraphs, and the gaps between them
    paragraphs, gaps = parts[::2], [*parts[1::2], ""]
    notes: list[str] = []
    since = at = last = 0
    while at < len(paragraphs):
        run, length = _run_at(paragraphs, at)
        signed = None
        if run and (not run[0][0].isdecimal() or int(run[0][0]) in (1, last + 1) or length > 1):
            signed = _signed(paragraphs[since:at], [name for name, _note in run], len(notes))
        if signed is None or len(notes) + len(run) > _MOST:
            at += max(length, 1)
            continue
        notes += [note for _name, note in run]
        last = int(run[-1][0]) if run[-1][0].isdecimal() else last
        paragraphs[since:at] = signed
        del paragraphs[at : at + length], gaps[at : at + length]
        since = at
    whole = (part for pair in zip(paragraphs, gaps, strict=True) for part in pair)
    return ("".join(whole), notes) if notes else (text, [])


def _run_at(paragraphs: Sequence[str], at: int) -> tuple[list[Note], int]:
    """The notes that follow one another from a paragraph on, and in how many paragraphs."""
    run: list[Note] = []
    length = 0
    for paragraph in paragraphs[at:]:
        found = list(_notes_in(paragraph))
        goes_on = run and found and found[0][0].isdecimal() and run[-1][0].isdecimal()
        follows = bool(goes_on) and int(found[0][0]) == int(run[-1][0]) + 1
        if not found or (run and not follows):
            break
        run += found
        length += 1
    return run, length


def _notes_in(paragraph: str) -> Iterator[Note]:
    """A paragraph that is a note, or several that are counted on line by line."""
    whole = _GUTENBERG.fullmatch(paragraph)
    if whole:
        yield whole[1], " ".join(whole[2].split())
        return
    first = _ITEM.match(paragraph)
    if first is None:
        return
    number = int(first[1] or first[2])
    told: list[str] = []
    for row in paragraph.split("\n"):
        match = _ITEM.match(row)
        counts_on = match and int(match[1] or match[2]) == number + 1
        if told and match and counts_on and bool(match[1]) == bool(first[1]):
            yield str(number), " ".join(told)
            number, told = number + 1, []
        told.append(row[match.end() :].strip() if match and not told else row.strip())
    yield str(number), " ".join(filter(None, told))


def _signed(paragraphs: Sequence[str], names: Sequence[str], first: int) -> list[str] | None:
    """The paragraphs with a sign for each mark; None unless each is there once, in their order."""
    text = "\x00".join(paragraphs)
    places = []
    for name in names:
        raised = name.translate(_RAISED)
        mark = rf"\[{name}\]|(?<=[^\s⁰¹²³⁴-⁹]){raised}(?![⁰¹²³⁴-⁹])"
        found = list(re.finditer(mark, text))
        if len(found) != 1:
            return None
        places.append(found[0].span())
    if places != sorted(places):
        return None
    for number, (start, end) in reversed(list(enumerate(places, first))):
        text = text[:start] + chr(_FIRST + number) + text[end:]
    return text.split("\x00")
