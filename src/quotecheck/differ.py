"""Alignment -> the differences between a quotation and its source, each with its place on both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from .align import Step
from .grave import gravity, has_negation, negations
from .index import IndexedReading
from .lexicon import Lexicon
from .marks import Gap, Marked
from .normalize import APOSTROPHES, Word, fold
from .spelling import are_one_word
from .types import Change, Span

_FAR = 6000  # characters an ellipsis may swallow before it joins what stands far apart
_FAR_PAGES = 3
_SELDOM = 3  # times that a scan may misread a word the same way
_COMMON = 50  # times that a word occurs for a misreading to be thought its own
_LETTERS_THAT_ARE_WORDS = frozenset(
    "aeiouy\u00e0\u00e9\u00e8\u00ea\u00ec\u00f2\u00f3\u0432\u043a\u0441\u0443\u043e\u0438\u0430\u044f"
)
_UNLIKE = 0.5  # share of its letters in which a word differs that is hardly a misreading
_VERY_COMMON = 100  # times as frequent as its misreading
_SENTENCE_END = re.compile(r"[.!?\u3002\uff01\uff1f]['\"\u2019\u201d)\]]*\s|\n\s*\n")
_CLAUSE_END = re.compile(r"[.!?,;:()\u2013\u2014\u3002\uff01\uff1f\uff0c\uff1b]|\n\s*\n")
_NO_WORD = re.compile(r"\W*+")
_NO_WORD_AT_END = re.compile(r"(?<!\W)\W*+\Z")
_LONGEST_CUT_IN = 12  # words
_SPEECH_STOPS = re.compile(
    "[,.!?;:\u2026\u2014\u2013-][\"'\u2019\u201d\u201c\u00bb\u00ab]\\Z|[\"'\u2019\u201d\u201c\u00bb\u00ab],\\Z"
)
_SPEECH_OPENS = tuple("\"'\u2018\u201c\u201e\u00ab\u00bb")
_ONE_LETTER = str.maketrans("vj", "ui")  # once two shapes of one letter each
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_ODD_CAPITAL = re.compile("[^\\W\\d_A-Z\u00c0-\u00de][A-Z\u00c0-\u00de]")
# The same where there are no other letters, more quickly: there are few capitals to look behind.
_ODD_ASCII = re.compile("[A-Z](?<=[a-z][A-Z])")
_APOSTROPHED = re.compile(f"[^\\W\\d_]+[{APOSTROPHES}][^\\W\\d_]+")
_SHORTENED = re.compile(f"[{APOSTROPHES}](?:s|t|d|m|re|ve|ll)$", re.IGNORECASE)
_APOSTROPHES = frozenset(APOSTROPHES)
_ELLIPSIS = re.compile(r"\u2026|\.\s?\.\s?\.")
_DIVIDING = re.compile("[-\u2010\u00ac]\\s+")
# Words that are others without their apostrophe.
_CONFUSED = frozenset(("its", "were", "well", "ill", "hell", "shell", "wed", "cant", "wont", "id"))


class Differences(NamedTuple):
    """``misread`` are pairs (as quoted, as the scan of the reading has it) that are no fault."""

    changes: tuple[Change, ...]
    misread: tuple[tuple[str, str], ...]

    def with_joints(self, joints: tuple[int, ...]) -> Differences:
        """The same where the writer cut in: what is left out there is not unmarked.

        "It was not hunger," she says, "but rumour" claims no words between. A negation is not to
        be lost there all the same.
        """
        changes = [
            replace(change, op="mark")
            if change.op == "delete" and change.quote.start in joints and change.grave != "negation"
            else change
            for change in self.changes
        ]
        return Differences(tuple(changes), self.misread)


@dataclass(frozen=True, slots=True)
class Pair:
    """A quotation beside the part of a reading it was aligned with.

    ``source`` are the reading's words from number ``base`` on, ``whole`` is where they stand.
    """

    marked: Marked
    source: Sequence[Word]
    base: int
    whole: Span
    reading: IndexedReading
    lexicon: Lexicon

    def ours(self, a: int, b: int) -> Span:
        return _span(self.marked.words, a, b)

    def theirs(self, a: int, b: int) -> Span:
        return _span(self.source, a - self.base, b - self.base)

    def quoted(self, start: int, end: int) -> str:
        """Some of the quotation as it was written."""
        return self.marked.text[start:end]

    def written(self, word: Word) -> str:
        """A word of the reading as it stands there, without what a page break put into it."""
        raw = self.reading.text(word.start, word.end)
        if "\n" in raw:
            first, *_, last = raw.split("\n")
            return first + last
        return raw

    def source_words(self, step: Step) -> Sequence[Word]:
        return self.source[step.sa - self.base : step.sb - self.base]


def differences(pair: Pair, steps: Sequence[Step], *, unfinished: bool = False) -> Differences:
    """Every difference; with ``unfinished`` the last word may be cut short."""
    found: list[Change] = []
    misread: list[tuple[str, str]] = []
    apostrophes = _typed_otherwise(pair.marked, pair.reading, pair.whole)
    hidden = apostrophes or _levelled(pair.marked)
    for step in steps:
        if step.op == "equal":
            found += _in_equal_words(pair, step, apostrophes) if hidden else []
        elif (
            (unfinished and _goes_on(pair, step))
            or _written_otherwise(pair, step)
            or _own_ellipsis(pair, step)
        ):
            continue
        else:
            change = _change(pair, step)
            if step.gap is None and _is_misread(pair, step):
                misread.append((change.quote_text, change.source_text))
            else:
                found.append(change)
    found += [
        Change("mark", gap.span, Span(0, 0), gap.text, "")
        for gap in pair.marked.gaps
        if gap.kind == "note"
    ]
    found.sort(key=lambda c: (c.quote, c.source))
    return Differences(tuple(found), tuple(misread))


def _span(words: Sequence[Word], a: int, b: int) -> Span:
    """The span of words[a:b]; where there are none, the point where they would stand."""
    if b > a:
        return Span(words[a].start, words[b - 1].end)
    if 0 < a <= len(words):
        return Span(words[a - 1].end, words[a - 1].end)
    at = words[0].start if words else 0
    return Span(at, at)


def _own_ellipsis(pair: Pair, step: Step) -> bool:
    """Whether an ellipsis is the author's own, and nothing is left out at it."""
    if step.gap is None or step.gap.kind != "ellipsis" or step.sa < step.sb:
        return False
    at = step.sa - pair.base
    if not 0 < at < len(pair.source):
        return False
    between = pair.reading.text(pair.source[at - 1].end, pair.source[at].start)
    return bool(_ELLIPSIS.search(between))


def _goes_on(pair: Pair, step: Step) -> bool:
    """Whether the step is only the last word, not yet typed to its end."""
    if step.op != "replace" or step.qb != len(pair.marked.folds) or step.qb - step.qa != 1:
        return False
    words = pair.source_words(step)
    return len(words) == 1 and words[0].fold.startswith(pair.marked.folds[step.qa])


def _written_otherwise(pair: Pair, step: Step) -> bool:
    """Whether the words are the same letters, written as another keyboard or press has them.

    "fuehrte" for führte, "urbem" for vrbem.
    """
    if step.op != "replace":
        return False
    if step.qb - step.qa != step.sb - step.sa:
        return _divided(pair, step)
    pairs = zip(pair.marked.words[step.qa : step.qb], pair.source_words(step), strict=True)
    return all(_same_letters(pair, ours, theirs) for ours, theirs in pairs)


def _divided(pair: Pair, step: Step) -> bool:
    """Whether one side has the word of the other cut at a line end that has become a space.

    "be- lieve", as it comes out of a PDF; but not "Vor- und".
    """
    ours, theirs = pair.marked.words[step.qa : step.qb], pair.source_words(step)
    if min(len(ours), len(theirs)) != 1:
        return False
    if "".join(w.fold for w in ours) != "".join(w.fold for w in theirs):
        return False
    pieces, text = (ours, pair.quoted) if len(ours) > 1 else (theirs, pair.reading.text)
    return all(_DIVIDING.fullmatch(text(a.end, b.start)) for a, b in pairwise(pieces))


def _same_letters(pair: Pair, ours: Word, theirs: Word) -> bool:
    if ours.fold.translate(_ONE_LETTER) == theirs.fold.translate(_ONE_LETTER):
        return True
    mine = pair.marked.text[ours.start : ours.end]
    his = pair.reading.text(theirs.start, theirs.end)
    if mine.isascii() == his.isascii():
        return False
    return fold(mine.casefold().translate(_WRITTEN_OUT)) == fold(
        his.casefold().translate(_WRITTEN_OUT)
    )


def _change(pair: Pair, step: Step) -> Change:
    there = pair.theirs(step.sa, step.sb)
    theirs = pair.reading.text(*there) if step.sb > step.sa else ""
    if step.gap is not None:
        here = step.gap.span
        op = "mark" if _keeps_stem(pair, step, step.gap) else "replace"
        ours = pair.marked.text[here.start : here.end]
        return Change(op, here, there, ours, theirs, unfair=_unfair(pair, step.gap, there, theirs))
    here = pair.ours(step.qa, step.qb)
    ours = pair.marked.text[here.start : here.end] if step.qb > step.qa else ""
    before = pair.reading.text(max(0, there.start - 3), there.start)
    opens = not before.strip() or before.rstrip()[-1:] in ".?!:"
    grave = _gravity(pair, ours, theirs, opens)
    if step.op == "delete" and grave != "negation" and _cuts_into_speech(pair, step, there):
        return Change("mark", here, there, ours, theirs)
    return Change(step.op, here, there, ours, theirs, grave)


def _cuts_into_speech(pair: Pair, step: Step, there: Span) -> bool:
    """Whether words of the reading stand between two parts of a speech, "said he": whoever quotes
    the speech alone leaves nothing of it out.
    """
    if step.sb - step.sa > _LONGEST_CUT_IN:
        return False
    before = pair.reading.text(max(0, there.start - 4), there.start).rstrip(" \n")
    after = pair.reading.text(there.end, there.end + 4).lstrip(" \n,.;:–—-")
    return bool(_SPEECH_STOPS.search(before)) and after[:1] in _SPEECH_OPENS


def _gravity(pair: Pair, ours: str, theirs: str, opens: bool) -> str:
    return gravity(ours, theirs, opens=opens, language=pair.reading.language)


def _keeps_stem(pair: Pair, step: Step, gap: Gap) -> bool:
    """Whether what stands outside the bracket of "suffer[s]" is in the source's word."""
    if gap.kind != "stem" or step.sa == step.sb:
        return True
    words = pair.source_words(step)
    kept = max(2, len(gap.stem) - 2)
    return gap.stem[:kept] == words[0].fold[:kept] or gap.stem[-kept:] == words[-1].fold[-kept:]


def _unfair(pair: Pair, gap: Gap, there: Span, theirs: str) -> str:
    reading = pair.reading
    if gap.kind == "bracket" and there.start == there.end:
        theirs = _beside(pair, gap)
    if gap.kind != "ellipsis":
        swallows = has_negation(theirs, reading.language) != has_negation(
            gap.text, reading.language
        )
        return "swallows_negation" if swallows else ""
    pages = reading.page_of(there.end) - reading.page_of(there.start)
    if there.end - there.start > _FAR or pages >= _FAR_PAGES:
        return "far_apart"
    # With the stops around it: whole sentences may be left out.
    before = reading.text(max(0, there.start - 6), there.start)
    after = reading.text(there.end, there.end + 6)
    first, last = _NO_WORD_AT_END.search(before), _NO_WORD.match(after)
    if first and last:
        theirs = first.group() + theirs + last.group()
    swallows = has_negation(_joined_on(theirs), reading.language)
    return "swallows_negation" if swallows else ""


def _beside(pair: Pair, gap: Gap) -> str:
    """The words of the same clause that a bracket at an edge of the quotation may stand for: two
    before it, "[The men] knew" for: No man knew; one after it.

    But not "[And] they went" for: She said no, they went.
    """
    reading, last = pair.reading, pair.base + len(pair.source)
    if gap.at == 0 and pair.base:
        before = reading.words(max(0, pair.base - 2), pair.base + 1)
        there: list[Word] = []
        for word, following in reversed([*pairwise(before)]):
            if _CLAUSE_END.search(reading.text(word.end, following.start)):
                break
            there.append(word)
        return " ".join(map(pair.written, there))
    if gap.at == len(pair.marked.folds) and last < reading.word_count:
        word, following = reading.words(last - 1, last + 1)
        parted = _CLAUSE_END.search(reading.text(word.end, following.start))
        return "" if parted else pair.written(following)
    return ""


def _joined_on(swallowed: str) -> str:
    """What an ellipsis took out of the sentences that the quotation keeps parts of."""
    ends = list(_SENTENCE_END.finditer(swallowed))
    if not ends:
        return swallowed
    return swallowed[: ends[0].start()] + " " + swallowed[ends[-1].end() :]


# -- words that are equal when levelled -------------------------------------------------------


def hides_differences(marked: Marked, reading: IndexedReading, place: Span) -> bool:
    """Whether words may be equal to those of a place only because they were levelled."""
    return _levelled(marked) or _typed_otherwise(marked, reading, place)


def _levelled(marked: Marked) -> bool:
    text = marked.text
    return bool(marked.initials or not text.isascii() or _ODD_ASCII.search(text))


def _typed_otherwise(marked: Marked, reading: IndexedReading, place: Span) -> bool:
    """Whether the writer types apostrophes, and in other words than the reading has them.

    A scan is not asked.
    """
    text = marked.text
    if reading.scanned or ("'" not in text and "`" not in text and text.isascii()):
        return False
    ours = _APOSTROPHED.findall(text)
    if not ours:
        return False
    theirs = _APOSTROPHED.findall(reading.text(*place))
    return ours != theirs and [*map(fold, ours)] != [*map(fold, theirs)]


def _in_equal_words(pair: Pair, step: Step, apostrophes: bool) -> list[Change]:
    """What levelling has hidden: a marked first letter, other accents, capitals gone astray.

    With ``apostrophes`` also an apostrophe more or less.
    """
    if step.qb - step.qa != step.sb - step.sa:
        return []
    text, initials = pair.marked.text, pair.marked.initials
    accented = _has_accents(text)
    words, ahead = pair.marked.words, step.sa - step.qa - pair.base
    found = []
    for i in range(step.qa, step.qb):
        word = words[i]
        if i in initials:
            other = pair.source[i + ahead]
            here, there = Span(word.start, word.start + 3), Span(other.start, other.start + 1)
            found.append(Change("mark", here, there, text[slice(*here)], pair.reading.text(*there)))
            continue
        ours = text[word.start : word.end]
        plain = ours.isascii() and not accented and not _ODD_CAPITAL.search(ours)
        if plain and not apostrophes:
            continue
        other = pair.source[i + ahead]
        theirs = pair.written(other)
        if (
            (apostrophes and _differs_in_apostrophe(pair, word, other))
            or (not plain and _differs_in_accents(ours, theirs, accented, pair.reading.scanned))
            or _differs_in_capitals(ours, theirs)
        ):
            here, there = Span(word.start, word.end), Span(other.start, other.end)
            found.append(Change("replace", here, there, ours, pair.reading.text(*there)))
    return found


def _differs_in_apostrophe(pair: Pair, word: Word, other: Word) -> bool:
    """Whether one word has an apostrophe inside that the other has not: "it's" for its.

    One that is missing is held against nobody, for it may have been lost on the way, unless the
    writer types others, and the word without it is another: "were" for we're.
    """
    mine = pair.quoted(word.start, word.end)
    ours = not _APOSTROPHES.isdisjoint(mine)
    theirs = not _APOSTROPHES.isdisjoint(pair.written(other))
    if ours or not theirs:
        # Elsewhere in a word it may be what has become of an accent: "Pense'es".
        told = ours and not theirs and bool(_SHORTENED.search(mine))
        # And "wit's end" has moved the apostrophe of wits' end.
        return told and pair.reading.text(other.end, other.end + 1) not in _APOSTROPHES
    return word.fold in _CONFUSED and bool(_APOSTROPHED.search(pair.marked.text))


def _has_accents(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.combining(c) for c in unicodedata.normalize("NFD", text)
    )


def _differs_in_accents(ours: str, theirs: str, accented: bool, scanned: bool) -> bool:
    """Whether the accents differ, and not only because one side has none at all.

    A writer who types accents elsewhere means their absence too. A scan may have lost some.
    """
    mine, his = _accents(ours), _accents(theirs)
    if mine == his or not his or (scanned and len(his) < len(mine)):
        return False
    return bool(mine) or accented


def _accents(word: str) -> str:
    """The accents of Latin letters, in order, each with its letter."""
    found = []
    letter = ""
    for char in unicodedata.normalize("NFD", word.casefold()):
        if not unicodedata.combining(char):
            letter = char
        elif "a" <= letter <= "z":
            found.append(letter + char)
    return "".join(found)


def _differs_in_capitals(ours: str, theirs: str) -> bool:
    return bool(_ODD_CAPITAL.search(ours)) and theirs[1:].islower()


# -- scans -------------------------------------------------------------------------------------


def _is_misread(pair: Pair, step: Step) -> bool:
    """Whether a scanned reading has nonsense where the quotation has a like word that it knows.

    Then the scan is at fault, not the writer.
    """
    if not pair.reading.scanned:
        return False
    words = pair.source_words(step)
    theirs = "".join(w.fold for w in words)
    mine = pair.marked.words[step.qa : step.qb]
    ours = "".join(w.fold for w in mine)
    if not theirs or not ours:
        return not ours and len(theirs) <= 4 and any(c.isdigit() for c in theirs)
    if ours == theirs and len(words) != len(mine):
        return _is_spaced_by_scan(pair, [w.fold for w in mine], [w.fold for w in words])
    rarest = min(_count(pair, w.fold) for w in mine)
    least = 0.6 if len(words) == len(mine) == 1 else 0.75
    if len(ours) <= 4 and rarest > _VERY_COMMON * max(_count(pair, w.fold) for w in words):
        least = 0.3  # "tbo" for "the", "ot" for "of"
    if Levenshtein.normalized_similarity(ours, theirs) < least:
        return False
    if any(w.fold in negations(pair.reading.language) for w in words) or _is_habit(
        pair, ours, theirs
    ):
        return False
    strange = [w for w in words if _is_nonsense(pair, w.fold, rarest)]
    if not strange or any(w not in strange and w.fold not in ours for w in words):
        return False
    return not _read_nearer(pair, ours, theirs, rarest)


def _is_spaced_by_scan(pair: Pair, mine: Sequence[str], words: Sequence[str]) -> bool:
    """Whether words are hardly words, so that a scan has torn them or run them together.

    "ano ther", "ofmoney"; but not "any one", which a book may well have, nor "not able" that was
    quoted as notable.
    """
    known = negations(pair.reading.language)
    lost = [] if known.intersection(mine) else [word for word in words if word in known]
    if len(words) > len(mine):
        rare = _SELDOM if lost else _COMMON
        return any(
            _count(pair, word) <= rare or (len(word) == 1 and word not in _LETTERS_THAT_ARE_WORDS)
            for word in words
            if word not in lost
        )
    return not lost and all(_count(pair, word) <= _SELDOM for word in words)


def _read_nearer(pair: Pair, ours: str, theirs: str, count: int) -> bool:
    """Whether what the scan has is nearer to another common word than to the one quoted.

    "thoir" is a misreading of their, not of his.
    """
    far = Levenshtein.distance(ours, theirs)
    if far < _UNLIKE * max(len(ours), len(theirs)):
        return False
    for entry in pair.lexicon.alike(theirs):
        if entry.total > _COMMON and 20 * entry.total > count:
            number, word, _, _ = next(entry.rows())
            other = pair.lexicon.readings[number].spelling(word)
            if other != ours and Levenshtein.distance(other, theirs) < far:
                return True
    return False


def _count(pair: Pair, word: str) -> int:
    """How often a word occurs in all the readings."""
    return pair.lexicon.entry(word).total


def _here(pair: Pair, word: str) -> int:
    """How often a word occurs in the reading."""
    number = pair.lexicon.readings.index(pair.reading)
    spot = pair.lexicon.entry(word).spot(number)
    return spot[1] if spot else 0


def _is_habit(pair: Pair, ours: str, theirs: str) -> bool:
    """Whether the book spells a word so: too often, beside the word quoted, for a scan's mistake.

    What is surely another spelling or form of the word is believed more readily.
    """
    if ours == theirs:
        return False  # only torn apart
    here, own = _here(pair, theirs), _here(pair, ours)
    if are_one_word(ours, theirs):
        return 10 * here > own
    return here > _SELDOM and 2 * here > own


def _is_nonsense(pair: Pair, word: str, rival: int) -> bool:
    """Whether a word is much rarer in readings that are no scans than in this one.

    ``rival`` is how often the word occurs that it may have been misread from.
    """
    if not word.isalpha() and not word.isdigit() and word.isalnum():
        return True  # "5omething"
    entry = pair.lexicon.entry(word)
    if not rival or entry.total > max(1, rival // 2):
        return False
    clean = [i for i, r in enumerate(pair.lexicon.readings) if not r.scanned]
    total = sum(pair.lexicon.readings[i].word_count for i in clean)
    counts = {number: times for number, _, _, times in entry.rows()}
    here = counts.get(pair.lexicon.readings.index(pair.reading), 0)
    if total < 100_000:
        return here <= 2
    elsewhere = sum(counts.get(i, 0) for i in clean)
    return here / pair.reading.word_count > 8 * elsewhere / total
