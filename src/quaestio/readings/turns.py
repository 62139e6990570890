"""Where a text goes on overleaf: the end of one page and the beginning of the next as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from quaestio.search.finding import Span

_CUT_WORD = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]$")
_REST = re.compile(r"\w+")

Finder = Callable[[str], Iterable[Span]]


def run_on(texts: Iterable[str]) -> str:
    """Texts of pages in a row as one; a word that was cut at the end of a page is whole again."""
    whole = ""
    for text in texts:
        before, text = whole.rstrip(), text.strip() if whole else text
        cut = _CUT_WORD.search(before)
        if cut and text[:1].islower():
            whole = before[: cut.start()] + text
        else:
            whole = f"{before} {text}" if before else text
    return whole


def over_the_turn(text: str, following: str, find: Finder) -> Iterator[tuple[Span, Span]]:
    """Which of what ``find`` finds begins in the text of a page and ends in that of the one after
    it: its span in the one and in the other.
    """
    seam = text.rstrip()
    joined = run_on([seam, following])
    # A cut word loses its hyphen; between pages there is a space else.
    turn = len(seam) if joined.startswith(f"{seam} ") else len(seam) - 1
    begins = turn + 1 if turn == len(seam) else turn
    indent = len(following) - len(following.lstrip())
    for start, end in find(joined):
        if start < turn and end > begins:
            yield (start, len(seam)), (indent, end - begins + indent)


def parted(text: str, following: str) -> tuple[str, str]:
    """The end of a page and the beginning of the next, parted between words: one that was cut is
    whole, and the last of the first.
    """
    seam, rest = text.rstrip(), following.lstrip()
    cut = _CUT_WORD.search(seam)
    if not (cut and rest[:1].islower()):
        return seam, rest
    end = _REST.match(rest)
    at = end.end() if end else 0
    return seam[: cut.start()] + rest[:at], rest[at:]
