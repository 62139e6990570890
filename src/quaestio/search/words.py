"""What counts as a word, the same for texts that are put into the index and for what is looked for.

Words are levelled (``finding.level``): capitals, accents, kinds of quotes do not count. In scripts
without spaces between words every character is a word of its own, so any run of them is found.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from quaestio.search.finding import Span, level, with_its_accents, with_origins

# Han, Kana; Thai, Lao, Myanmar, Khmer: written without spaces.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNSPACED += "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
WORD = re.compile(rf"(?=[^\W_])[{UNSPACED}]|[^\W_{UNSPACED}]+")
LONGEST_WORD = 100  # characters; an engine may refuse much longer ones

LONGEST_SEARCH = 200  # characters that are looked at
MOST_TERMS = 20
SHORTEST_BEGINNING = 3  # shorter words stand for themselves alone

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
TYPED = re.compile(r'(-?)"([^"]*)(?:"|$)|([^\s"]+)')


def words_of(text: str) -> list[str]:
    """The words of a text, levelled, in order."""
    return [word[:LONGEST_WORD] for word in WORD.findall(level(text))]


@dataclass(frozen=True, slots=True)
class Term:
    """One or more words in a row. One that is not ``whole`` also stands for longer words that
    begin like it.
    """

    words: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: all of ``terms``, none of ``without``."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()


def wanted(typed: str) -> Wanted:
    """What was typed: words, “words in a row”, and with a minus before it what is to be left out.
    Nothing that can be typed is an error.

    >>> wanted('butter "in the kitchen" -price')
    Wanted(terms=(Term(words=('butter',), whole=False), \
Term(words=('in', 'the', 'kitchen'), whole=True)), \
without=(Term(words=('price',), whole=False),))
    """
    terms: list[Term] = []
    without: list[Term] = []
    for found in TYPED.finditer(typed[:LONGEST_SEARCH].translate(QUOTES)):
        minus, quoted, bare = found.groups()
        if bare is None:
            term = Term(tuple(words_of(quoted)), whole=True)
        else:
            minus, bare = ("-", bare[1:]) if bare.startswith("-") else ("", bare)
            words = tuple(words_of(bare))
            term = Term(words, whole=len(words) != 1 or len(words[0]) < SHORTEST_BEGINNING)
        if term.words:
            (without if minus else terms).append(term)
    return Wanted(tuple(terms[:MOST_TERMS]), tuple(without[:MOST_TERMS]))


# -- Where the words stand ----------------------------------------------------------------------


def places_of_terms(terms: Sequence[Term], text: str) -> list[Span]:
    """Where the terms stand in a text that is not levelled, in order; none overlap."""
    found = sorted(_places(terms, text), key=lambda span: (span[0], -span[1]))
    places: list[Span] = []
    for start, end in found:
        if not places or start >= places[-1][1]:
            places.append((start, end))
    return places


def _places(terms: Iterable[Term], text: str) -> Iterator[Span]:
    levelled, origins = with_origins(text)
    there = [(one[0], one.start(), one.end()) for one in WORD.finditer(levelled)]
    for term in terms:
        length = len(term.words)
        for at in range(len(there) - length + 1):
            if all(
                _is(term, word, there[at + number][0]) for number, word in enumerate(term.words)
            ):
                start, last = there[at][1], there[at + length - 1][2] - 1
                yield origins[start], with_its_accents(text, origins[last] + 1)


def stands_among(term: Term, words: Sequence[str]) -> bool:
    """Whether a term stands in a text of these words."""
    length = len(term.words)
    return any(
        all(_is(term, word, words[at + number]) for number, word in enumerate(term.words))
        for at in range(len(words) - length + 1)
    )


def _is(term: Term, word: str, there: str) -> bool:
    there = there[:LONGEST_WORD]
    return there == word if term.whole else there.startswith(word)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it is shown; ``is_found`` where it is what was looked for."""

    text: str
    is_found: bool


LONGEST_SNIPPET = 240  # characters
BEFORE = 70  # of them before the first place


def marked(text: str, places: Sequence[Span]) -> list[Piece]:
    """The whole text in pieces."""
    pieces, at = [], 0
    for start, end in places:
        pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
        at = end
    pieces.append(Piece(text[at:], False))
    return [piece for piece in pieces if piece.text]


def snippet(text: str, places: Sequence[Span]) -> list[Piece]:
    """The part of a text that shows most of the places, in pieces; its beginning if there is no
    place. Cut between words, with dots where it was cut.
    """
    first = _best(places)
    start = max(0, first - BEFORE)
    end = min(len(text), start + LONGEST_SNIPPET)
    start, end = _between_words(text, start, end, first)
    shown = [
        (left - start, min(right, end) - start) for left, right in places if start <= left < end
    ]
    before = [Piece("… ", False)] if start else []
    after = [Piece(" …", False)] if end < len(text.rstrip()) else []
    return [*before, *marked(text[start:end], shown), *after]


def _best(places: Sequence[Span]) -> int:
    """Where to begin so that most places are shown; the first of the best."""
    reach = LONGEST_SNIPPET - BEFORE
    starts = [start for start, _end in places]
    best, most = 0, 0
    for number, start in enumerate(starts):
        shown = bisect_left(starts, start + reach) - number
        if shown > most:
            best, most = start, shown
    return best


def _between_words(text: str, start: int, end: int, keep: int) -> Span:
    """Both ends moved to a space, if there is one near; ``keep`` stays inside."""
    if start:
        space = text.find(" ", start, keep)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", max(keep, start) + 1, end)
        end = space if space > end - 40 else end
    return start, end
