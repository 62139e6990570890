"""Finds the questions in the text of a discussion, to offer them as numbered questions.

Nothing is decided here: every question comes with its place in the text and with how likely it is
meant for the class. The writer ticks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

OFFERED_FROM = 0.5
LONGEST = 2000  # what is longer asks nobody


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """A question as it would be numbered, and where it stands.

    ``paragraph`` is None for a question of the title; ``start`` and ``end`` are offsets into that
    paragraph (or the title). ``text`` is tidied, so it may differ from the words at the span.
    """

    text: str
    paragraph: int | None
    start: int
    end: int
    confidence: float

    @property
    def offered(self) -> bool:
        """Whether its box is ticked when the form opens."""
        return self.confidence >= OFFERED_FROM


def find_questions(paragraphs: Sequence[str], title: str = "") -> list[FoundQuestion]:
    """The questions of title and paragraphs, in reading order."""
    found = [
        FoundQuestion(_tidy(title[a:b]), None, a, b, 0.9) for a, b in _questions(_split(title))
    ]
    announced = False
    last = _last_asking(paragraphs)
    for index, text in enumerate(paragraphs):
        announced = _continues(text, announced)
        inside, announced = _in_paragraph(text, index, announced, index >= last)
        found.extend(inside)
    return _without_repeats(found)


# --- one paragraph -----------------------------------------------------------------------------

_ANNOUNCES = re.compile(
    r"\b(?:questions?|ask(?:ing)?|wonder(?:ing)?|consider|discuss|think about|respond to|answer"
    r"|fragen?|pr?eguntas?|domande)\b[^.:?!]{0,80}:\s*",
    re.I,
)
_FOR_THE_CLASS = re.compile(
    r"\b(?:my|our|following|these|some|discussion|here|two|three|four|five|several|please|meine"
    r"|unsere|mes|nos|mis|nuestras)\b",
    re.I,
)
_LIST_ITEM = re.compile(r"\s*(?:[(\[]?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)\]:]|[-–•*◦])\s+")


def _in_paragraph(
    text: str, index: int, announced: bool, closing: bool
) -> tuple[list[FoundQuestion], bool]:
    """The questions of a paragraph, and whether it announces those of the next."""
    announcement = _announcement(text, closing)
    from_here = announcement if announcement is not None else (0 if announced else len(text) + 1)
    sentences = list(_split(text, announcement))
    spans = list(_questions(sentences))
    only_questions = _covers(spans, text)
    found = []
    for start, end in spans:
        confidence = _confidence(start >= from_here, closing, only_questions, text)
        found.append(FoundQuestion(_tidy(text[start:end]), index, start, end, confidence))
    found += _unmarked(text, index, sentences, from_here)
    opens_list = announcement is not None and not text[announcement:].strip()
    return sorted(found, key=lambda q: q.start), opens_list or (announced and bool(found))


def _announcement(text: str, closing: bool) -> int | None:
    """Where the text after "my questions are:" begins.

    In the middle of the context "historians ask the question: …" announces nothing.
    """
    found = _ANNOUNCES.search(text)
    if found is None:
        return None
    meant = not text[found.end() :].strip() or closing
    lead = text[max(0, found.start() - 60) : found.end()]
    return found.end() if meant or _FOR_THE_CLASS.search(lead) else None


def _continues(text: str, announced: bool) -> bool:
    """An announced list continues only as long as its paragraphs ask."""
    return announced and ("?" in text or _LIST_ITEM.match(text) is not None)


def _confidence(announced: bool, closing: bool, only_questions: bool, text: str) -> float:
    if announced:
        return 0.95
    if only_questions and _LIST_ITEM.match(text):
        return 0.85
    if closing:
        return 0.8 if only_questions else 0.6
    return 0.4 if only_questions else 0.2


def _last_asking(paragraphs: Sequence[str]) -> int:
    """Where the closing questions begin: the last paragraph and all-question ones right above."""
    last = len(paragraphs) - 1
    while last > 0 and _all_questions(paragraphs[last]) and _all_questions(paragraphs[last - 1]):
        last -= 1
    return last


def _all_questions(text: str) -> bool:
    return "?" in text and _covers(list(_questions(_split(text))), text)


def _covers(spans: list[tuple[int, int]], text: str) -> bool:
    asked = sum(end - start for start, end in spans)
    return bool(spans) and asked >= 0.75 * len(text.strip())


def _unmarked(
    text: str, index: int, sentences: list[_Sentence], from_here: int
) -> Iterator[FoundQuestion]:
    """After an announcement, a sentence may ask without a question mark."""
    for sentence in sentences:
        words = _trim(text, sentence.start, sentence.end)
        if sentence.asks or sentence.start < from_here or words is None:
            continue
        if _INTERROGATIVE.match(text, words[0]) and 8 < words[1] - words[0] <= LONGEST:
            tidied = _tidy(text[words[0] : words[1]].rstrip(".!;, ") + "?")
            yield FoundQuestion(tidied, index, words[0], words[1], 0.6)


# --- sentences ---------------------------------------------------------------------------------

_MARKS = "?？؟"
_STOP = re.compile(rf"[.!{_MARKS}…]+")
_CLOSERS = '"”’»)]*_'
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|vs|etc|cf|ca|c|p|pp|ch|vol|no|ed|eds|trans|fig|e\.g|i\.e|z\.b"
    r"|bzw|al)|(?:^|[\s(\[.])[A-Za-z])$",
    re.I,
)


def sentences_of(text: str) -> list[str]:
    """The sentences of a paragraph, in order."""
    return [found for one in _split(text) if (found := text[one.start : one.end].strip())]


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    asks: bool
    text: str


def _split(text: str, announcement: int | None = None) -> Iterator[_Sentence]:
    """The sentences of a text; those inside quotation marks belong to the one around them."""
    quoted = _quoted(text)
    start = 0
    if announcement:
        yield _Sentence(0, announcement, False, text)
        start = announcement
    for stop in _STOP.finditer(text, start):
        inside = quoted[stop.start()]
        end = _past_closers(text, stop.end())
        asks = any(mark in stop.group() for mark in _MARKS)
        if inside and not (asks and _quotation_ends(text, quoted, stop, start)):
            continue
        if stop.start() < start or not (asks or _is_end(text, stop, end)):
            continue
        if inside and not _INTERROGATIVE.match(text, _first_word(text, start, end)):
            asks = False
        yield _Sentence(start, end, asks, text)
        start = end
    if text[start:].strip():
        yield _Sentence(start, len(text), False, text)


def _quotation_ends(text: str, quoted: list[int], stop: re.Match[str], start: int) -> bool:
    """`What is meant by “Who, whom?” Next`: the mark inside also ends the sentence outside."""
    while text[start].isspace():
        start += 1
    end = _past_closers(text, stop.end())
    after = text[end : end + 2].strip()
    return quoted[start] == 0 and quoted[end] == 0 and (not after or after[0].isupper())


def _past_closers(text: str, end: int) -> int:
    while end < len(text) and text[end] in _CLOSERS:
        end += 1
    return end


def _is_end(text: str, stop: re.Match[str], end: int) -> bool:
    if end < len(text) and not text[end].isspace():
        return False
    after = text[end : end + 3].strip()
    if after[:1].islower():
        return False
    before = text[max(0, stop.start() - 12) : stop.start()]
    return not (stop.group() == "." and end < len(text) and _ABBREVIATION.search(before))


_PAIRS = {"“": "”", "„": "“”", "«": "»", "»": "«", '"': '"', "‘": "’"}
_OPENING = re.compile("[" + "".join(_PAIRS) + "]")
# An apostrophe inside a word closes no quotation.
_CLOSING = {
    marks: re.compile(r"’(?!\w)" if marks == "’" else f"[{marks}]") for marks in _PAIRS.values()
}


def _quoted(text: str) -> list[int]:
    """For each offset: 0 outside quotation marks, 2 on the opening mark, 1 inside.

    A mark that is never closed opens nothing.
    """
    state = [0] * (len(text) + 1)
    closings = _Closings(text)
    done = 0
    for mark in _OPENING.finditer(text):
        at = mark.start()
        if at < done or (at and text[at - 1].isalnum()):
            continue
        close = closings.after(at, _PAIRS[mark.group()])
        if close > 0:
            state[at : close + 1] = [2] + [1] * (close - at)
            done = close + 1
    return state


@dataclass(slots=True)
class _Closings:
    """The next closing mark from a place on; each kind is searched for only once per stretch."""

    text: str
    known: dict[str, int] = field(default_factory=dict)

    def after(self, at: int, closers: str) -> int:
        if self.known.get(closers, 0) <= at:
            found = _CLOSING[closers].search(self.text, at + 1)
            self.known[closers] = found.start() if found else len(self.text)
        place = self.known[closers]
        return place if place < len(self.text) else -1


# --- the words of a question -------------------------------------------------------------------

_INTERROGATIVE = re.compile(
    r"(?:and |but |or |so )?(?:what|who|whom|whose|which|when|where|why|how|was|were|is|are|am|did"
    r"|do|does|can|could|should|would|will|may|might|must|has|have|had|to what|in what|in which"
    r"|from what|if so|if not|was|wer|wie|warum|wann|wo|welche[rsnm]?|inwiefern|ist|sind|hat"
    r"|waren|war|que|quel(?:le)?s?|qui|pourquoi|comment|où|quand|est-ce|¿|qué|cómo|por qué"
    r"|cuál(?:es)?|quién)\b",
    re.I,
)
_LEAD_IN = re.compile(
    r"(?:(?:most |more |just as |equally |perhaps most )?importantly|also|finally|lastly"
    r"|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|in addition|additionally"
    r"|furthermore|moreover|further|last but not least|ultimately)\s*[,:]\s*",
    re.I,
)
_SPACE_OR_BULLET = re.compile(r"\s+|[-–—•*◦]\s+")
_NUMBERED = re.compile(
    r"(?:(?:Q(?:uestion)?\s*\d{0,2}\s*[.:)]|[(\[]?\d{1,2}[.)\]:])\s*|[(\[]?[a-z][.)\]]\s+)",
    re.I,
)
_ADDENDUM = re.compile(
    r"\s*(?:why(?: or why not| not)?|how so|in what way|if so,? (?:why|how)|if not,? why(?: not)?"
    r"|or not|how|pourquoi|warum|por qué)\s*[?.]+",
    re.I,
)
_FOLLOW_UP = re.compile(r"\(\s*(?:and\s+)?(if\s+(?:not|so|yes)\b)", re.I)


def _questions(sentences: Iterator[_Sentence] | list[_Sentence]) -> Iterator[tuple[int, int]]:
    """The spans of the sentences that ask; "Why or why not?" stays with the one before it."""
    held: tuple[int, int] | None = None
    text = ""
    for sentence in sentences:
        text = sentence.text
        joined = held and sentence.start == _skip_space(text, held[1], back=sentence.start)
        if held and joined and _ADDENDUM.fullmatch(text, sentence.start, sentence.end):
            held = (held[0], sentence.end)
            continue
        if held:
            yield from _parts(text, *held)
        held = _trim(text, sentence.start, sentence.end) if sentence.asks else None
        if held and held[1] - held[0] > LONGEST:
            held = None
    if held:
        yield from _parts(text, *held)


def _skip_space(text: str, at: int, back: int) -> int:
    """``back`` when only white space lies between."""
    return back if not text[at:back].strip() else -1


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """ "… (and if not, how should it have been handled?" asks twice."""
    inner = _FOLLOW_UP.search(text, start, end)
    if inner and inner.start() - start > 15 and len(text[inner.start(1) : end].split()) > 5:
        yield start, inner.start()
        yield inner.start(1), end
    else:
        yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without space, numbering and "Most importantly,"; None if no words are left."""
    start = _first_word(text, start, end)
    end = start + len(text[start:end].rstrip())
    return (start, end) if any(char.isalpha() for char in text[start:end]) else None


def _first_word(text: str, start: int, end: int) -> int:
    opening = text.find("¿", start, end)
    if opening > start and not text[start:opening].strip(" ,;:-—–\n"):
        start = opening
    moved = True
    while moved:
        moved = False
        for pattern in (_SPACE_OR_BULLET, _NUMBERED, _LEAD_IN):
            lead = pattern.match(text, start, end)
            if lead and lead.end() > start:
                start, moved = lead.end(), True
    return start


def _tidy(words: str) -> str:
    """One line, closed brackets, one question mark, a capital first."""
    text = " ".join(words.split()).rstrip(",;: ")
    text = re.sub(r"^\(([^()]*)\)$", r"\1", text)
    text = re.sub(r"^[(\[]+(?=[^)\]]*$)", "", text)
    text = re.sub(r"[?？]{2,}", "?", text).strip()
    for opening, closing in ("()", "[]"):
        surplus = text.count(closing) - text.count(opening)
        if surplus > 0 and text.endswith(closing):
            text = text[: -min(surplus, len(text) - len(text.rstrip(closing)))]
        elif surplus < 0:
            text = _closed(text, closing * -surplus)
    if not re.search(rf"[{_MARKS}][!?]*[{re.escape(_CLOSERS)}]*$", text):
        text = text.rstrip(".") + "?"
    return text[:1].upper() + text[1:]


def _closed(text: str, closing: str) -> str:
    """ "A (if so, B?" becomes "A (if so, B)?"."""
    mark = re.search(r"\s?[?!]+$", text)
    return text[: mark.start()] + closing + mark.group() if mark else text + closing


def _without_repeats(found: list[FoundQuestion]) -> list[FoundQuestion]:
    """A question that was asked before is listed again, but not ticked again."""
    seen: set[str] = set()
    kept = []
    for question in found:
        key = re.sub(r"\W+", " ", question.text).strip().casefold()
        again = key in seen
        kept.append(replace(question, confidence=0.1) if again else question)
        seen.add(key)
    return kept
