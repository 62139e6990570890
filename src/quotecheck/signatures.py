"""Finds who signs a quotation: "…" – Jones, p. 42; the last line of a block, the line after it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from quotecheck.citing import Read, is_signature, read_citation, read_note
from quotecheck.names import Shelf
from quotecheck.quotemarks import trimmed
from quotecheck.surroundings import Reference, Surroundings, citation_of

# What may sign a quotation: a dash, or the end of the line.
_SIGNED = re.compile(
    r"[.,;]?[ \t\u00a0]*+(?P<break>\n[ \t\u00a0]*+(?:\n[ \t\u00a0]*+)?+)?+"
    r"(?P<dash>[—–―~]|--?+(?=[ \t\w]))?+[ \t\u00a0]*+(?P<text>[^\n]{2,240})"
)
_SIGNATURE_END = re.compile(r"[.!] |[)\]]")
_DASH_IN_LINE = re.compile(r"\s(?:[—–―]|--?)\s?(?=\w)|(?<=[.!?…])[—–―]\s?(?=\w)")
LONGEST_SIGNATURE = 160
LONGEST_UNDASHED = 60


def signatures(around: Surroundings, shelf: Shelf) -> Iterator[Reference]:
    """The line that signs a block quotation: a dash, then who and what."""
    for number, paragraph in enumerate(around.paragraphs):
        if not paragraph.block:
            continue
        start = around.text.rfind("\n", paragraph.start, paragraph.end) + 1
        start = max(start, paragraph.start)
        dashes = [*_DASH_IN_LINE.finditer(around.text, start, paragraph.end)]
        line = around.text[start : paragraph.end].strip()
        if line[:1] in "—–-―":
            line = line.lstrip("—–-― ")
            read = read_citation(line, shelf)
            if read is None and (noted := read_note(line, shelf)) and noted.matched:
                read = noted  # "— a woman, in Jones, Myth, 42"
        elif dashes and is_signature(line := around.text[dashes[-1].end() : paragraph.end], shelf):
            start = dashes[-1].start()
            read = read_citation(line.strip(" ."), shelf)
            read = read if read is not None and read.matched else None
        else:
            read = None
        if read is not None:
            span = trimmed(around.text, start, paragraph.end)
            yield Reference(citation_of(around, span, read, _how(read)), block=number)


def signed(around: Surroundings, shelf: Shelf, known: Sequence[Reference]) -> Iterator[Reference]:
    """What is said behind a dash, or in the rest of the line, of the quotation before it:
    "…" – Jones, p. 42; likewise of a block quotation in the paragraph after it.
    """
    taken = sorted(reference.citation.span.start for reference in known)
    for number, mark in enumerate(around.marked):
        match = _SIGNED.match(around.text, mark.span.end)
        if match is not None:
            yield from _signature(around, shelf, match, taken, direct=number)
    for number, (block, after) in enumerate(pairwise(around.paragraphs)):
        if block.block and not after.block:
            match = _SIGNED.match(around.text, after.start)
            alone = match is not None and match.end() >= after.end
            if match is not None and (match["dash"] or alone):
                yield from _signature(around, shelf, match, taken, block=number)


def _signature(
    around: Surroundings,
    shelf: Shelf,
    match: re.Match[str],
    taken: Sequence[int],
    *,
    direct: int | None = None,
    block: int | None = None,
) -> Iterator[Reference]:
    start, whole = match.start("text"), match["text"].rstrip()
    if not match["dash"] and (
        len(whole) > LONGEST_UNDASHED or (match["break"] or "").count("\n") > 1
    ):
        return
    first = bisect_left(taken, match.start())
    if first < len(taken) and taken[first] <= start:
        return
    if not match["dash"] and block is None and whole[:1] in "([¹²³–—":
        return
    for text in _openings(whole) if match["dash"] else (whole,):
        if len(text) > LONGEST_SIGNATURE or not is_signature(text, shelf):
            continue
        read = read_citation(text.strip(" ."), shelf)
        if read is None:
            continue
        sure = read.stands_alone and (read.matched or read.labelled or read.again)
        if not sure and (text != whole or not match["dash"] or not read.names_work):
            continue
        if not match["dash"] and not (
            read.matched and (read.pages or (read.title and block is not None))
        ):
            return
        how = _how(read)
        if how == "bracket" and not (read.matched or read.pages or read.title or read.year):
            how = "named"  # "– Gandhi" tells of no work
        ends_in_figure = text.endswith(".") and text[-2:-1].isdigit()
        span = trimmed(around.text, start, start + len(text) - ends_in_figure)
        yield Reference(citation_of(around, span, read, how), direct, None, block)
        return


def _openings(line: str) -> Iterator[str]:
    """The whole line, and what stands before its first stops."""
    yield line
    at = 0
    for _ in range(4):
        match = _SIGNATURE_END.search(line, at + 1)
        if match is None:
            return
        at = match.start()
        yield line[:at]


def _how(read: Read) -> str:
    return "again" if read.again else "bracket" if read.names_work else "pages"
