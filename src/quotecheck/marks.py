"""What a writer marks inside a quotation: ellipses, brackets, [sic].

A quotation becomes words to look for and gaps between them. An ellipsis may have swallowed any
stretch of the source, a bracket stands for a few words of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from .normalize import APOSTROPHES, Word, levelled, words
from .types import Span

# What a writer says of the quotation: "emphasis added". Words of an author that begin like it,
# "(my emphasis)" apart, are not taken for it: "(my brother came too)".
_ASIDE = (
    "(?:my |the |all )?(?:emphas[ie]s|italics|underlining|bold)"
    "(?: (?:added|mine|ours|his|hers|theirs|original|in (?:the )?original|removed|omitted))?"
    "|(?:my|our) (?:translation|trans\\.|ellips[ie]s|omissions?)"
    "|(?:translation|trans\\.) (?:mine|ours|by me|modified|amended|altered|adapted)"
    "|(?:meine )?hervorhebung(?:en)?(?: (?:von mir|im original|durch .{1,30}|hinzugef\u00fcgt))?"
    "|(?:meine )?\u00fcbersetzung(?: von mir)?|(?:c\u2019est|c'est) moi qui souligne|je souligne"
    "|nous soulignons|soulign\u00e9 par .{1,30}|ma traduction|(?:cursivas?|\u00e9nfasis) .{1,30}"
    "|mi traducci\u00f3n|corsivo (?:mio|nostro|nell'originale)"
    "|\u043a\u0443\u0440\u0441\u0438\u0432 .{1,30}"
)
_MARK = re.compile(
    r"(?P<ellipsis>[\[(][ \t]?(?:\u2026|\.[ \u00a0]?\.[ \u00a0]?\.(?:[ \u00a0]?\.)?)[ \t]?[\])]"
    r"|\u2026+|\.[ \u00a0]?\.[ \u00a0]?\.(?:[ \u00a0]?\.)*|\[\s?\]|\u22ef+|\uff0e{3,6})"
    r"|(?P<bracket>\[[^\[\]]{1,300}\])"
    r"|(?P<aside>\((?:sic\b[^()]{0,20}|" + _ASIDE + r")\))",
    re.IGNORECASE,
)
# Without any of these there is no mark. Each is looked for by itself, which takes a tenth of the
# time that one pattern for all of them takes.
_MAYBE = ("[", "(", "..", ". .", ".\u00a0.", "\u2026", "\u22ef", "\uff0e")
_NOTHING = re.compile(
    r"\s*(?:sic\b.*|recte\b.*|!|\?|(?:my |the )?(?:emphas[ie]s|italics|translation)\b.*"
    r"|\d{1,3}|" + _ASIDE + r")\s*",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = re.compile(f"(?:[^\\W_]+[{APOSTROPHES}])*[^\\W_]*$")
_TAIL = re.compile(f"[^\\W_]*(?:[{APOSTROPHES}][^\\W_]+)*")


@dataclass(frozen=True, slots=True)
class Gap:
    """A mark that stands before ``words[at]``.

    ``kind``: "ellipsis", "bracket" (words put in for others), "stem" (part of one word put in:
    "suffer[s]"; ``stem`` is what is left of the source's word) or "note" ([sic], emphasis added).
    """

    kind: str
    at: int
    span: Span
    text: str
    stem: str = ""

    @property
    def most_words(self) -> int:
        """How many words of the source it may stand for, when it is a bracket."""
        return 1 if self.kind == "stem" else max(4, 2 * self.text.count(" ") + 4)


@dataclass(frozen=True)
class Marked:
    """A quotation taken apart: its words, levelled, and the marks between them.

    ``initials`` are words whose first letter was put in brackets.
    """

    text: str
    folds: list[str]
    gaps: tuple[Gap, ...] = ()
    initials: frozenset[int] = frozenset()
    marked_words: tuple[Word, ...] = ()

    @cached_property
    def words(self) -> Sequence[Word]:
        """The words with their places; where no mark parts them, read when they are asked for."""
        return self.marked_words if self.gaps or self.initials else words(self.text)

    def runs(self) -> list[tuple[int, int]]:
        """The stretches of words with no gap inside, as half-open ranges."""
        return self._cut({g.at for g in self.gaps if g.kind != "note"})

    def segments(self) -> list[tuple[int, int]]:
        """The stretches of words between ellipses."""
        return self._cut({g.at for g in self.gaps if g.kind == "ellipsis"})

    def _cut(self, inner: set[int]) -> list[tuple[int, int]]:
        if not inner:
            return [(0, len(self.folds))] if self.folds else []
        cuts = sorted({0, len(self.folds), *inner})
        return [(a, b) for a, b in pairwise(cuts) if b > a]


def read_marks(text: str) -> Marked:
    """Takes a quotation apart."""
    if not any(map(text.__contains__, _MAYBE)):
        return Marked(text, levelled(text))
    found: list[Word] = []
    gaps: list[Gap] = []
    initials: set[int] = set()
    at = 0
    for match in _MARK.finditer(text):
        start, end = match.span()
        if start < at:
            continue
        inner = match.group("bracket")
        if inner is None:
            found += words(text[at:start], at)
            kind = "note" if match.group("aside") else "ellipsis"
            gaps.append(Gap(kind, len(found), Span(start, end), match.group()))
            at = end
            continue
        content = inner[1:-1]
        head = _HEAD.search(text[max(at, start - 40) : start])
        tail = _TAIL.match(text[end : end + 40])
        before = head.group() if head else ""
        after = tail.group() if tail else ""
        if _NOTHING.fullmatch(content) and not (before and after):
            found += words(text[at:start], at)
            gaps.append(Gap("note", len(found), Span(start, end), inner))
            at = end
        elif after and not before and len(content) <= 2 and content.isalpha():
            found += words(text[at:start], at)
            whole = words(content + after)
            if len(whole) == 1:
                initials.add(len(found))
                found.append(Word(whole[0].fold, start, end + len(after)))
                at = end + len(after)
            else:
                gaps.append(Gap("bracket", len(found), Span(start, end), inner))
                at = end
        elif before or after:
            found += words(text[at : start - len(before)], at)
            stem = words(before + " " + after)
            gaps.append(
                Gap(
                    "stem",
                    len(found),
                    Span(start - len(before), end + len(after)),
                    text[start - len(before) : end + len(after)],
                    max((w.fold for w in stem), key=len, default=""),
                )
            )
            at = end + len(after)
        else:
            found += words(text[at:start], at)
            gaps.append(Gap("bracket", len(found), Span(start, end), inner))
            at = end
    found += words(text[at:], at)
    folds = [word.fold for word in found]
    return Marked(text, folds, tuple(gaps), frozenset(initials), tuple(found))
