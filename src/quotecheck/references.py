"""Finds every place of a post where it says whose words it gives, and resolves them in order.

Brackets ("(Jones 42)", "(43)", "(ibid.)"), notes ("[3]") and names in the sentence ("Jones writes
that") are gathered, sorted, and what is left out in one is taken from those before it; where
that is not certain the citation stays open, with its candidates.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from quotecheck.citing import (
    LONGEST,
    Read,
    find_locators,
    has_year,
    is_a_work,
    read_citation,
    read_note,
)
from quotecheck.names import Shelf, plain, title_words
from quotecheck.signatures import signatures, signed
from quotecheck.surroundings import Reference, Surroundings, citation_of
from quotecheck.types import Citation, Span
from quotecheck.vocabulary import (
    ADDRESSES,
    NOT_NAMES,
    OWN_WORDS,
    RELATIVES,
    REPORTING,
    SAYING,
    SKIPPED_BEFORE_VERB,
)

# As many readings can be offered when a page is given and nothing says of which.
MOST_CANDIDATES = 12
# Words in a bracket before a year that may name an author: "Orlova and Berg", not "Oxford: Berg".
MOST_NAMES = 3

# A year in square brackets may stand in it: "(2004 [1974], 18)".
_BRACKET = re.compile(rf"[(（\[]((?:[^()（）\[\]\n]|(?<=[\w ])\[\d{{4}}\]){{1,{LONGEST}}}+)[)）\]]")
_POINT = re.compile(r"\((\d{1,2})\)")
_NOTE_CALL = re.compile(
    r"[.,;:!?]?\s?(?:\[\^?(?P<a>\d{1,3})\]|(?P<b>[¹²³⁰⁴-⁹]{1,3})|(?P<c>\d{1,2})(?!\w))"
)
_NOTE_TEXT = re.compile(
    r"^[ \t]*(?:\[\^?(?P<a>\d{1,3})\]:?|\^?(?P<b>\d{1,3})[.)]?(?=\s)|(?P<c>[¹²³⁰⁴-⁹]{1,3}))"
    r"[ \t]*(?P<text>\S.*)$",
    re.MULTILINE,
)
# The call of a note at the end of the sentence, some words behind the quotation.
_LATE_CALL = re.compile(
    r"(?:\[\^?(?P<a>\d{1,3})\]|(?P<b>[¹²³⁰⁴-⁹]{1,3}+)|(?<=[^\W\d_][.,;])(?P<c>\d{1,2}+)(?=\s|\Z))"
)
LONGEST_TO_CALL = 160
_NAME_BEFORE = re.compile(
    r"(?<!\w)(?P<name>[^\W\d_a-z][^\W\d_]++(?:[-’'][^\W\d_]++)?)(?: et al\.)? \Z"
)
# Longer than this no writer counts points in a sentence.
MOST_POINTS = 20
_SUPERSCRIPTS = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")
_WORD = re.compile(r"[^\W_]+(?:['’\-‐‑][^\W_]+)*['’]?")

_INTRODUCING = {
    "laut": 0, "selon": 0, "según": 0, "secondo": 0, "d'après": 0, "according": 1, "gemäß": 0,
    "zufolge": 0, "словам": 0, "мнению": 0,
}  # fmt: skip


def find_references(around: Surroundings, shelf: Shelf) -> list[Reference]:
    """Every citation of a post, in order, each as far resolved as is certain."""
    found = [*_brackets(around, shelf), *signatures(around, shelf), *_notes(around, shelf)]
    found += signed(around, shelf, found)
    named = list(_names(around, shelf))
    found += _without_overlap(named, found)
    found.sort(key=lambda reference: (reference.citation.span.start, reference.citation.span.end))
    return _Resolver(around, shelf).resolve(found)


def find_asides(
    around: Surroundings, shelf: Shelf, known: Sequence[Reference]
) -> Iterator[Citation]:
    """Works that are named by author and year alone, where nothing is quoted from them and they are
    none of the readings: beside another work in the bracket, of which the post cites a page
    elsewhere, or said as is said of works only. Anything else may be an event, and is a work
    "perhaps".
    """
    sure = [one.citation for one in known if one.kind in ("bracket", "note")]
    sure = [one for one in sure if one.reading or (one.author and one.year and one.pages)]
    works = {(plain(one.author), one.year) for one in sure}
    sure_starts = sorted(one.span.start for one in sure)
    taken = sorted(one.citation.span for one in known)
    ends = list(accumulate((span.end for span in taken), max))
    for match in _BRACKET.finditer(around.text):
        if not has_year(match[1]) or around.quoted_around(match.start()) is not None:
            continue
        beside = bisect_left(sure_starts, match.start()) < bisect_left(sure_starts, match.end())
        for part, span in _parts_of(match):
            before = bisect_left(taken, (span.end,))
            if before and ends[before - 1] > span.start:
                continue
            read = read_citation(part, shelf)
            if read is None or read.matched or read.title or read.pages or read.again:
                continue
            if not (read.author and read.year):
                continue
            is_sure = beside or is_a_work(part) or (plain(read.author), read.year) in works
            if is_sure or (len(read.author.split()) <= MOST_NAMES and ":" not in read.author):
                yield citation_of(around, span, read, "bracket" if is_sure else "perhaps")


def _parts_of(match: re.Match[str]) -> Iterator[tuple[str, Span]]:
    """What semicolons part in a bracket, and where it stands; the whole bracket where it is one."""
    parts, position = match[1].split(";"), match.start(1)
    for part in parts:
        span = Span(position, position + len(part))
        position += len(part) + 1
        yield part, span if len(parts) > 1 else Span(match.start(), match.end())


# Brackets


def _brackets(around: Surroundings, shelf: Shelf) -> Iterator[Reference]:
    memory: dict[str, Read | None] = {}
    points = _points(around)
    for match in _BRACKET.finditer(around.text):
        if match.start() in points:
            continue
        inside = around.quoted_around(match.start())
        if inside is not None and not _closes_quotation(around, inside, match.end()):
            continue
        if match.group()[0] == "[" and match[1].strip("^ ").isdigit():
            continue
        found: list[Reference] = []
        for part, span in _parts_of(match):
            if part not in memory:
                memory[part] = read_citation(part, shelf)
            read = memory[part]
            direct = None if found else around.quoted_before(match.start())
            if read is not None:
                found += _bracket(around, read, span, direct, inside)
        yield from found if len(found) < 2 else [_with_others(found), *found[1:]]


def _points(around: Surroundings) -> set[int]:
    """Where brackets count points instead of citing pages: (1) and after it (2), (3) …"""
    found: set[int] = set()
    start, last = 0, 0
    for match in _POINT.finditer(around.text):
        number = int(match[1])
        if number == 1 and around.quoted_before(match.start()) is None:
            start, last = match.start(), 1
        elif last and number == last + 1 and number <= MOST_POINTS:
            found |= {start, match.start()}
            last = number
    return found


def _with_others(found: list[Reference]) -> Reference:
    """The first citation of several in one bracket, which knows the readings of all."""
    readings = [reference.citation.reading for reference in found]
    return replace(found[0], among=tuple(dict.fromkeys(key for key in readings if key)))


def _closes_quotation(around: Surroundings, inside: int, end: int) -> bool:
    """Whether nothing but a stop stands between the bracket and the closing mark."""
    last = around.marked[inside].span.end - 1
    return last - end <= 3 and not around.text[end:last].strip(" .,;!?'’")


def _bracket(
    around: Surroundings, read: Read, span: Span, direct: int | None, inside: int | None
) -> Iterator[Reference]:
    if inside is not None and not (read.stands_alone and read.names_work):
        return
    block = around.block_ended_by(span)
    if read.is_line and direct is None and block is None:
        return
    how = "again" if read.again else "bracket" if read.names_work else "pages"
    if direct is None and block is None and how == "bracket" and not read.stands_alone:
        return
    citation = citation_of(around, span, read, how)
    yield Reference(citation, direct, inside, block, stands_alone=read.stands_alone)


# Notes


def _notes(around: Surroundings, shelf: Shelf) -> Iterator[Reference]:
    calls = list(_note_calls(around))
    if not calls:
        return
    texts = _note_texts(around.text, calls)
    for number, span, name in calls:
        read = read_note(texts[name], shelf) if name in texts else None
        if read is None and not around.text[span.start : span.end].strip(".,;:!? ").startswith("["):
            continue
        read = read or Read()
        how = "again" if read.again else "note"
        yield Reference(citation_of(around, span, read, how), number)


def _note_calls(around: Surroundings) -> Iterator[tuple[int, Span, str]]:
    """Note marks that follow a quotation: its number, where the mark stands, the note's name."""
    for number, mark in enumerate(around.marked):
        match = _NOTE_CALL.match(around.text, mark.span.end)
        if match is not None and match["c"] and around.text[match.start("c") - 1].isspace():
            match = None
        match = match or _late_call(around, number)
        if match is None:
            continue
        group = next(name for name in ("a", "b", "c") if match[name])
        start = around.text.rindex("[", 0, match.end()) if group == "a" else match.start(group)
        yield number, Span(start, match.end()), match[group].translate(_SUPERSCRIPTS)


def _late_call(around: Surroundings, number: int) -> re.Match[str] | None:
    """The call of a note behind the last words of the sentence, when nothing else is quoted in it
    after this.
    """
    start = around.marked[number].span.end
    end = min(around.sentence_span(start - 1).end, start + LONGEST_TO_CALL)
    if number + 1 < len(around.marked):
        end = min(end, around.marked[number + 1].span.start)
    return _LATE_CALL.search(around.masked, start, end)


def _note_texts(text: str, calls: Sequence[tuple[int, Span, str]]) -> dict[str, str]:
    """The text of each note called, from the lines after the first call."""
    wanted = {name for _, _, name in calls}
    found: dict[str, str] = {}
    for match in _NOTE_TEXT.finditer(text, calls[0][1].end):
        name = (match["a"] or match["b"] or match["c"]).translate(_SUPERSCRIPTS)
        if name in wanted:
            found[name] = match["text"][:2000]
    return found


# Names in the sentence


class _Token(NamedTuple):
    start: int
    end: int
    text: str


def _names(around: Surroundings, shelf: Shelf) -> Iterator[Reference]:
    """Authors named with a verb of reporting, and titles of readings."""
    for span in _telling_sentences(around):
        words = _WORD.finditer(around.masked, span.start, span.end)
        tokens = [_Token(*match.span(), match.group()) for match in words]
        yield from _names_among(around, shelf, tokens)
    yield from _titles(around, shelf)


def _telling_sentences(around: Surroundings) -> Iterator[Span]:
    """The sentences in which a name can matter: with a quotation, a bracket, or before a block."""
    told = {around.sentence(mark.span.start) for mark in around.marked}
    told |= {around.sentence(match.start()) for match in _BRACKET.finditer(around.text)}
    told |= {around.sentence(block.start - 1) for block in around.paragraphs if block.block}
    for number in sorted(told - {0}):
        yield around.sentence_span(around.sentence_starts[number - 1])


def _names_among(around: Surroundings, shelf: Shelf, tokens: list[_Token]) -> Iterator[Reference]:
    for index, token in enumerate(tokens):
        lowered = token.text.lower().replace("’", "'")
        if lowered == token.text and lowered not in REPORTING and lowered not in _INTRODUCING:
            continue  # most words are neither names nor verbs that lead to one
        if lowered in REPORTING:
            yield from _around_verb(around, shelf, tokens, index)
        elif lowered in _INTRODUCING:
            named = _capitals_after(around, tokens, index + 1 + _INTRODUCING[lowered])
            yield from _named(around, shelf, named, token.start, says=False)
        elif lowered.endswith(("'s", "s'")) and token.text[:1].isupper():
            yield from _possessive(around, shelf, tokens, index)
        elif token.text[:1].isupper() and _leads_in(around, token):
            named = _capitals_before(around, tokens, index)
            if named and shelf.knows_author(named[-1].text):
                yield from _named(around, shelf, named, named[0].start, says=False)


def _leads_in(around: Surroundings, token: _Token) -> bool:
    """Whether a colon and a quotation follow the word."""
    if not around.text.startswith(":", token.end):
        return False
    after = token.end + 1
    while after < len(around.text) and around.text[after].isspace() and after - token.end < 4:
        after += 1
    return around.quoted_around(after) is not None


def _around_verb(
    around: Surroundings, shelf: Shelf, tokens: list[_Token], index: int
) -> Iterator[Reference]:
    verb = tokens[index]
    says = verb.text.lower() in SAYING
    last = index - 1
    for _ in range(5):
        if last < 0 or tokens[last].start < around.sentence_span(verb.start).start:
            break
        word = tokens[last].text
        passes = word.lower() in SKIPPED_BEFORE_VERB or word.isdigit() or word.endswith("ly")
        if word[:1].isupper() or not passes:
            break
        last -= 1
    named = _capitals_before(around, tokens, last) if last >= 0 else []
    if named and named[0].start >= around.sentence_span(verb.start).start:
        yield from _named(around, shelf, named, verb.end, says=says)
        return
    if around.quoted_before(verb.start) is not None or _after_small_word(around, tokens, index):
        named = _capitals_after(around, tokens, index + 1)
        yield from _named(around, shelf, named, verb.start, says=says)


def _after_small_word(around: Surroundings, tokens: list[_Token], index: int) -> bool:
    """Whether "so", "as" or "wie" alone parts the verb from the quotation before it."""
    before = tokens[index - 1] if index else None
    if before is None or before.text.lower() not in ("so", "as", "wie", "comme", "как"):
        return False
    return around.quoted_before(before.start) is not None


def _possessive(
    around: Surroundings, shelf: Shelf, tokens: list[_Token], index: int
) -> Iterator[Reference]:
    """ "in Jones's words", "Khrushchev's account"."""
    token = tokens[index]
    stem = re.sub(r"['’]s?$", "", token.text)
    after = [following.text.lower() for following in tokens[index + 1 : index + 4]]
    if not shelf.knows_author(stem) or not any(word in OWN_WORDS for word in after):
        return
    named = [*_capitals_before(around, tokens, index - 1), token._replace(text=stem)]
    own = next(number for number, word in enumerate(after) if word in OWN_WORDS)
    verb = own + 1 < len(after) and after[own + 1] in REPORTING
    end = tokens[index + own + 2].end if verb else token.end
    yield from _named(around, shelf, named, end, says=False)


def _capitals_before(around: Surroundings, tokens: list[_Token], last: int) -> list[_Token]:
    """The run of words with capitals that ends with this word, four at most."""
    found: list[_Token] = []
    position = last
    while position >= 0 and len(found) < 4 and _may_be_name(tokens[position]):
        if found:
            between = around.masked[tokens[position].end : found[0].start]
            if between.strip(" \u00a0.") or len(between) > 2:
                break
        found.insert(0, tokens[position])
        position -= 1
    return found


def _capitals_after(around: Surroundings, tokens: list[_Token], first: int) -> list[_Token]:
    found: list[_Token] = []
    position = first
    while position < len(tokens) and len(found) < 4 and _may_be_name(tokens[position]):
        if found:
            between = around.masked[found[-1].end : tokens[position].start]
            if between.strip(" \u00a0.") or len(between) > 2:
                break
        found.append(tokens[position])
        position += 1
    return found


def _may_be_name(token: _Token) -> bool:
    return token.text[:1].isupper() and _stem(token.text).lower() not in NOT_NAMES


def _stem(word: str) -> str:
    """A name without its 's; "She's" and "We’ve" without what the apostrophe parts from them."""
    return word.replace("’", "'").partition("'")[0] or word


def _named(
    around: Surroundings, shelf: Shelf, named: list[_Token], other: int, *, says: bool
) -> Iterator[Reference]:
    while named and named[0].text.lower() in ADDRESSES:
        named = named[1:]
    if not named:
        return
    start, end = named[0].start, named[-1].end
    span = Span(min(start, other), max(end, other))
    surname = re.sub(r"['’]s?$", "", named[-1].text)
    if surname.lower() in RELATIVES:
        return
    author = around.text[start : named[-1].start] + surname
    match = shelf.match(surname)
    citation = Citation(
        span,
        around.text[span.start : span.end],
        author,
        reading=match.reading,
        candidates=match.candidates,
        how="named",
    )
    yield Reference(citation, says=says)


def _titles(around: Surroundings, shelf: Shelf) -> Iterator[Reference]:
    """Titles of readings, in quotation marks, or spelled out in the sentence."""
    for mark in around.marked:
        inner = Span(mark.pieces[0].start, mark.pieces[-1].end)
        if inner.end - inner.start <= 200:
            title = around.text[inner.start : inner.end].strip(" ,.")
            if keys := exact_title(title, shelf):
                yield _title_reference(around, mark.span, title, keys)
    wanted = _title_pattern(shelf)
    if wanted is None:
        return
    for match in wanted.finditer(around.masked):
        keys = exact_title(match.group(), shelf)
        # "in cold rooms" is not Cold Rooms.
        if keys and (len(title_words(match.group())) > 2 or match.group()[:1].isupper()):
            yield _title_reference(around, Span(match.start(), match.end()), match.group(), keys)


def exact_title(title: str, shelf: Shelf) -> tuple[str, ...]:
    """The readings that bear this title; a single everyday word is none."""
    words = title_words(title)
    if len(words) < 2 and len(title) < 12:
        return ()
    return shelf.with_title(words)


@lru_cache(maxsize=16)
def _title_pattern(shelf: Shelf) -> re.Pattern[str] | None:
    titles = {
        part.strip()
        for reading in shelf.readings
        for part in (reading.title, reading.title.split(":")[0])
        if len(title_words(part)) >= 2
    }
    if not titles:
        return None
    longest_first = sorted(titles, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _title_reference(
    around: Surroundings, span: Span, title: str, keys: tuple[str, ...]
) -> Reference:
    one = keys[0] if len(keys) == 1 else None
    raw = around.text[span.start : span.end]
    others = () if one else keys
    return Reference(Citation(span, raw, title=title, reading=one, candidates=others, how="named"))


def _without_overlap(named: list[Reference], brackets: list[Reference]) -> list[Reference]:
    """Names that stand inside a bracket belong to it; of two overlapping names the first stays."""
    taken = sorted(reference.citation.span for reference in brackets)
    starts = [span.start for span in taken]
    kept: list[Reference] = []
    position = -1
    for reference in sorted(named, key=lambda each: each.citation.span):
        span = reference.citation.span
        before = bisect_right(starts, span.start) - 1
        in_bracket = before >= 0 and taken[before].end > span.start
        if not in_bracket and span.start >= position:
            kept.append(reference)
            position = span.end
    return kept


# What one citation takes from those before it


class _Resolver:
    def __init__(self, around: Surroundings, shelf: Shelf) -> None:
        self.around = around
        self.shelf = shelf
        self.last: Citation | None = None
        self.named: Reference | None = None
        self.since: list[str] = []  # readings named since the last citation that said of which
        self.bare = _BareNames(around, shelf)

    def resolve(self, found: list[Reference]) -> list[Reference]:
        resolved: list[Reference] = []
        for reference in found:
            settled = self._one(reference)
            if settled is None:
                continue
            resolved.append(settled)
            citation = settled.citation
            if settled.kind == "named":
                self.named = settled
                self.since += [citation.reading] if citation.reading else citation.candidates
            elif citation.author or citation.title or citation.reading or citation.candidates:
                self.last = citation
                self.since = []
        return resolved

    def _one(self, reference: Reference) -> Reference | None:
        if reference.kind == "again":
            return replace(reference, citation=self._repeated(reference.citation))
        if reference.kind == "pages":
            return self._page_alone(reference)
        return reference

    def _repeated(self, citation: Citation) -> Citation:
        before = self.last
        if before is None:
            return citation
        # "ibid., ch. 4" is not on the page cited before.
        pages = citation.pages or (() if find_locators(citation.raw) else before.pages)
        return _borrowed(citation, before, pages)

    def _page_alone(self, reference: Reference) -> Reference | None:
        if author := self.bare.right_before(reference.citation.span.start):
            match = self.shelf.match(author, year=reference.citation.year)
            source = replace(reference.citation, author=author, year="")
            return replace(
                reference,
                citation=replace(source, reading=match.reading, candidates=match.candidates),
            )
        named = self._named_here(reference)
        attached = reference.direct is not None or reference.block is not None
        if not reference.stands_alone and not attached and named is None:
            return None
        citation = reference.citation
        if _is_year_alone(citation) and not reference.stands_alone:
            return None
        if named is not None:
            nearer = self.bare.between(named.citation.span.end, citation.span.start)
            theirs = (
                [named.citation.reading] if named.citation.reading else named.citation.candidates
            )
            if not set(nearer) <= set(theirs):
                meant = tuple(dict.fromkeys([*theirs, *nearer]))
                return replace(reference, citation=replace(citation, candidates=meant))
            return replace(reference, citation=self._from_name(citation, named))
        since = self.last.span.end if self.last is not None else 0
        others = self.bare.before(citation.span.start, since)
        others = tuple(dict.fromkeys([*others, *self.since]))
        if self.last is not None and _fits(self.last, others):
            return replace(reference, citation=_borrowed(citation, self.last, citation.pages))
        return replace(reference, citation=self._open(citation, others))

    def _named_here(self, reference: Reference) -> Reference | None:
        """The author or title named before it in the same sentence, or before the block."""
        named = self.named
        if named is None:
            return None
        position = reference.citation.span.start
        if reference.block is not None:
            position = self.around.paragraphs[reference.block].start - 1
        same = self.around.sentence(named.citation.span.start)
        return named if same == self.around.sentence(position) else None

    def _from_name(self, citation: Citation, named: Reference) -> Citation:
        """A page after "Jones writes". After "Khrushchev said" it may be a page of Jones's."""
        last, source = self.last, named.citation
        if named.says and last is not None and last.reading and last.reading != source.reading:
            both = tuple(dict.fromkeys(key for key in (source.reading, last.reading) if key))
            if source.reading:
                return replace(citation, author=source.author, candidates=both)
            return replace(citation, candidates=both)
        return _borrowed(citation, source, citation.pages)

    def _open(self, citation: Citation, others: tuple[str, ...]) -> Citation:
        keys = tuple(reading.key for reading in self.shelf.readings)
        if len(keys) == 1:
            return replace(citation, reading=keys[0])
        last = (self.last.reading,) if self.last is not None and self.last.reading else ()
        if others or last:
            return replace(citation, candidates=tuple(dict.fromkeys([*last, *others])))
        return replace(citation, candidates=keys if len(keys) <= MOST_CANDIDATES else ())


def _borrowed(citation: Citation, source: Citation, pages: tuple[str, ...]) -> Citation:
    return replace(
        citation,
        author=source.author,
        title=source.title,
        year=source.year,
        pages=pages,
        reading=source.reading,
        candidates=source.candidates,
    )


def _fits(last: Citation, others: tuple[str, ...]) -> bool:
    """Whether nobody else is named who could be meant."""
    return not others or last.reading in others


def _is_year_alone(citation: Citation) -> bool:
    return len(citation.pages) >= 1 and all(
        len(page) == 4 and page.isdigit() and "1400" <= page <= "2099" for page in citation.pages
    )


class _BareNames:
    """Authors of readings that a sentence mentions, whatever it says of them."""

    def __init__(self, around: Surroundings, shelf: Shelf) -> None:
        self.around = around
        self.shelf = shelf

    def before(self, position: int, since: int) -> tuple[str, ...]:
        """The readings by those whom the text names before a position, in its sentence or, where
        that is more, since the last citation; not much is looked through.
        """
        start = min(self.around.sentence_span(position).start, max(since, position - 400))
        return self.between(start, position)

    def right_before(self, position: int) -> str:
        """The author of a reading whose name stands right before: "Jones (2013: 42)"."""
        match = _NAME_BEFORE.search(self.around.masked, max(0, position - 40), position)
        known = match is not None and self.shelf.knows_author(match["name"])
        return match["name"] if match is not None and known else ""

    def between(self, start: int, position: int) -> tuple[str, ...]:
        found: list[str] = []
        for match in _WORD.finditer(self.around.masked, max(start, position - 400), position):
            word = re.sub(r"['’]s?$", "", match.group())
            if word[:1].isupper() and plain(word) not in NOT_NAMES:
                found += self.shelf.by_author(word)
        return tuple(dict.fromkeys(found))
