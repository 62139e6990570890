"""Finds what stands in quotation marks, in any of the habits of marking that writers have.

One pass over each paragraph, a stack for what is open; nothing here knows what a quotation means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from quotecheck.types import Span
from quotecheck.vocabulary import ELISIONS

# Longest stretch of text that single marks may enclose: beyond it they are apostrophes.
LONGEST_SINGLE = 4000
# So many double quotations may stand inside one in single marks.
MOST_INSIDE_SINGLE = 4
# A quotation may run over so many paragraphs.
MOST_PARAGRAPHS = 40

_MARK = re.compile("``|''|,,(?=\\S)|<[<‹]|‹[<‹]|>[>›]|›[>›]|[\"“”„‟«»‹›「」『』﹁﹂﹃﹄〝〞〟｢｣＂]")
_SINGLE = re.compile("[‘’'‚‛´`]")
_WORD = re.compile(r"\w")
_PARENTHESIS_WITH_NUMBER = re.compile(r"[(（][^()（）\n]{0,120}\d[^()（）\n]{0,40}[)）]")
_FEET = re.compile(r"\d\s?['’′]\s?\d{1,2}$")
_YEARS_CUT_SHORT = re.compile(r"['’‘]\d\d(?!\d)")

# Guillemets as they are typed where the keyboard has none.
_TYPED = {"<<": "«", "<‹": "«", "‹<": "«", "‹‹": "«", ">>": "»", ">›": "»", "›>": "»", "››": "»"}
_BRACKET_PAIRS = {"「": "」", "『": "』", "﹁": "﹂", "﹃": "﹄", "〝": "〞", "｢": "｣"}
_BRACKET_CLOSERS = {closer: opener for opener, closer in _BRACKET_PAIRS.items()} | {"〟": "〝"}
_BEFORE_OPENING = frozenset("([{（［—–‒―-/¿¡") | frozenset("\"“”„‟«»‹›‘’'‚‛「『")
_AFTER_CLOSING = frozenset(".,;:!?)]}）］—–‒―-…/。，、；：！？¹²³⁰⁴⁵⁶⁷⁸⁹†‡*[\"“”„‟«»‹›‘’'」』")
_NEVER_OPENED_BEFORE = frozenset(",;:!?)]}）］。，、；：！？")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of text between blank lines; ``block`` when set as a block quotation."""

    start: int
    end: int
    block: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """Words in quotation marks: the span with the marks, and the spans of the words within.

    Several pieces where a quotation runs over paragraphs, each opened anew.
    """

    span: Span
    pieces: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """All that a text has in quotation marks, and the marks that were opened and never closed.

    ``unclosed`` spans reach from the opening mark to the end of the paragraph or the next mark.
    """

    marked: tuple[Marked, ...]
    unclosed: tuple[Span, ...]


@dataclass(slots=True)
class _Open:
    family: str
    char: str
    start: int
    inner: int
    pieces: list[Span] = field(default_factory=list)


def paragraphs(text: str, blocks: Sequence[Span] = ()) -> list[Paragraph]:
    """The paragraphs in order; a block quotation is a paragraph of its own."""
    found: list[Paragraph] = []
    position = 0
    for block in _sound_spans(blocks, len(text)):
        found += _between_blank_lines(text, position, block.start)
        found.append(Paragraph(block.start, block.end, block=True))
        position = block.end
    return found + _between_blank_lines(text, position, len(text))


def find_marks(text: str, within: Iterable[Paragraph]) -> Marks:
    """Everything in quotation marks, outermost marks only, block quotations left out."""
    marked: list[Marked] = []
    unclosed: list[Span] = []
    pending: _Open | None = None
    within = [*within]
    for paragraph in within:
        if paragraph.block:
            pending = None
            continue
        scan = _Scan(text, paragraph, pending)
        found = scan.run()
        marked += _with_single_marks(text, paragraph, found)
        unclosed += scan.unclosed
        pending = scan.pending
    marked = _outermost(marked)
    for longer in _single_over_paragraphs(text, within):
        marked = _with_longer(marked, longer)
    return Marks(tuple(marked), tuple(unclosed))


def after_mark(text: str, start: int) -> int:
    """Where the words begin behind the mark that stands here, which may be of two signs."""
    mark = _MARK.match(text, start)
    return mark.end() if mark is not None else start + 1


def _outermost(marked: list[Marked]) -> list[Marked]:
    """In order, without those in a quotation that was opened in an earlier paragraph."""
    found: list[Marked] = []
    for mark in sorted(marked, key=lambda mark: mark.span):
        if not found or mark.span.start >= found[-1].span.end:
            found.append(mark)
    return found


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def has_words(text: str, span: Span) -> bool:
    """Whether there is a letter or figure in the span."""
    return _WORD.search(text, span.start, span.end) is not None


def _sound_spans(spans: Sequence[Span], length: int) -> Iterator[Span]:
    """The spans in order, those that overlap an earlier one or lie outside the text left out."""
    position = 0
    for start, end in sorted(spans):
        if position <= start < end <= length:
            yield Span(start, end)
            position = end


def _between_blank_lines(text: str, start: int, end: int) -> list[Paragraph]:
    found: list[Paragraph] = []
    first: int | None = None
    position = start
    while position < end:
        line_end = text.find("\n", position, end)
        line_end = end if line_end < 0 else line_end
        if text[position:line_end].strip():
            first = position if first is None else first
            last = line_end
        elif first is not None:
            found.append(Paragraph(first, last))
            first = None
        position = line_end + 1
    if first is not None:
        found.append(Paragraph(first, last))
    return found


class _Scan:
    """One paragraph's double marks, guillemets and corner brackets."""

    def __init__(self, text: str, paragraph: Paragraph, pending: _Open | None) -> None:
        self.text = text
        self.start, self.end = trimmed(text, paragraph.start, paragraph.end)
        self.carried = pending
        self.stack: list[_Open] = []
        self.open_count: dict[str, int] = {}
        self.closed: list[Marked] = []
        self.unclosed: list[Span] = []
        self.barren: Span | None = None  # the last marks that had no words between them
        self.pending: _Open | None = None
        self.inches = self._inch_marks()

    def run(self) -> list[Marked]:
        for match in _MARK.finditer(self.text, self.start, self.end):
            self._take(match.group(), match.start(), match.end())
        self._finish()
        return self.closed

    # What one mark does

    def _take(self, char: str, start: int, end: int) -> None:
        if start == self.start and self._reopens(char):
            self._continue(char, start, end)
            return
        self._pick(char)(char, start, end)

    def _pick(self, char: str) -> Callable[[str, int, int], None]:
        if char in _TYPED:
            return self._typed_guillemet
        if char in "«»":
            return self._guillemet
        if char in "‹›":
            return self._single_guillemet
        if char in _BRACKET_PAIRS or char in _BRACKET_CLOSERS:
            return self._bracket
        return self._double

    def _double(self, char: str, start: int, end: int) -> None:
        if start in self.inches or self._inside_hebrew_word(start, end):
            return
        opens, closes = self._context(start, end)
        if self._double_opens(char, opens, closes):
            self._push("double", char, start, end)
        else:
            self._pop("double", start, end)

    def _double_opens(self, char: str, opens: bool, closes: bool) -> bool:
        inside = self.open_count.get("double", 0) > 0
        top = self._top_char("double")
        only_opens, only_closes = opens and not closes, closes and not opens
        if char in "„‟":
            return True
        if char == "``":
            return not (inside and only_closes)
        if char == ",,":
            return only_opens
        if char == "“":
            return only_opens if top in ("„", "‟", ",,") else not (inside and only_closes)
        if char == "”":
            return only_opens and (not inside or top == "”")
        if char == "''":
            return only_opens and not inside
        if inside:
            return only_opens
        return not only_closes

    def _guillemet(self, char: str, start: int, end: int) -> None:
        top = self._top_char("guillemet")
        opens, closes = self._context(start, end)
        if not top:
            if char == "«" or (opens and not closes):
                self._push("guillemet", char, start, end)
            else:
                self._pop("guillemet", start, end)
        elif char == top and char == "«":
            self._push("guillemet", char, start, end)
        else:
            self._pop("guillemet", start, end)

    def _typed_guillemet(self, char: str, start: int, end: int) -> None:
        """``<<`` opens and ``>>`` closes, or does nothing: mail has ``>>`` before quoted lines."""
        if _TYPED[char] == "«":
            if not self.text[end : end + 1].isspace():
                self._push("guillemet", "«", start, end)
        elif self._top_char("guillemet") == "«":
            self._pop("guillemet", start, end)

    def _single_guillemet(self, char: str, start: int, end: int) -> None:
        opens, closes = self._context(start, end)
        if not self._top_char("angle") and (char == "‹" or (opens and not closes)):
            self._push("angle", char, start, end)
        else:
            self._pop("angle", start, end)

    def _bracket(self, char: str, start: int, end: int) -> None:
        if char in _BRACKET_PAIRS:
            self._push(char, char, start, end)
        else:
            self._pop(_BRACKET_CLOSERS[char], start, end)

    # The stack

    def _push(self, family: str, char: str, start: int, end: int) -> None:
        self.stack.append(_Open(family, char, start, end))
        self.open_count[family] = self.open_count.get(family, 0) + 1

    def _pop(self, family: str, start: int, end: int) -> None:
        if not self.open_count.get(family, 0):
            self._close_carried(family, start, end)
            return
        while True:
            opened = self.stack.pop()
            self.open_count[opened.family] -= 1
            if opened.family == family:
                break
        self._close(opened, start, end)

    def _close(self, opened: _Open, start: int, end: int) -> None:
        pieces = [piece for piece in opened.pieces if has_words(self.text, piece)]
        if self._has_words(opened, start):
            pieces.append(trimmed(self.text, opened.inner, start))
        if not pieces:
            self.barren = Span(opened.start, end)
            return
        while self.closed and self.closed[-1].span.start > opened.start:
            self.closed.pop()
        self.closed.append(Marked(Span(opened.start, end), tuple(pieces)))

    def _has_words(self, opened: _Open, end: int) -> bool:
        """Whether words stand behind an opening mark; what was looked through is not again."""
        if self.closed and self.closed[-1].span.start > opened.start:
            return True
        barren = self.barren
        if barren is None or barren.start < opened.inner:
            return has_words(self.text, Span(opened.inner, end))
        before, after = Span(opened.inner, barren.start), Span(barren.end, end)
        return has_words(self.text, before) or has_words(self.text, after)

    def _top_char(self, family: str) -> str:
        """The mark that opened the innermost open one of this family, "" when none is open."""
        if not self.open_count.get(family, 0):
            return ""
        for opened in reversed(self.stack[-8:]):
            if opened.family == family:
                return opened.char
        return ""

    # Quotations over several paragraphs

    def _reopens(self, char: str) -> bool:
        carried = self.carried
        if carried is None:
            return False
        if carried.family == "guillemet":
            return char in "«»"
        return char == carried.char or {char, carried.char} <= {'"', "“"}

    def _continue(self, char: str, start: int, end: int) -> None:
        carried = self.carried
        assert carried is not None
        self.carried = None
        self._push(carried.family, carried.char, carried.start, end)
        self.stack[-1].pieces = carried.pieces

    def _close_carried(self, family: str, start: int, end: int) -> None:
        """A closing mark with nothing open here ends what the paragraph before left open."""
        carried = self.carried
        if carried is None or carried.family != family or self.closed or self.stack:
            return
        self.carried = None
        opened = _Open(family, carried.char, carried.start, self.start, carried.pieces)
        self._close(opened, start, end)

    def _finish(self) -> None:
        ends = [opened.start for opened in self.stack[1:]] + [self.end]
        for opened, end in zip(self.stack, ends, strict=False):
            self.unclosed.append(Span(opened.start, end))
        if not self.stack:
            return
        last = self.stack[-1]
        if len(last.pieces) < MOST_PARAGRAPHS and (last.pieces or self._may_run_on(last)):
            last.pieces.append(trimmed(self.text, last.inner, self.end))
            self.pending = last
            self.unclosed.pop()

    def _may_run_on(self, opened: _Open) -> bool:
        """Whether the quotation left open here can go on in the next paragraph.

        The opening mark must stand where long quotations begin, and no citation may follow it:
        otherwise the closing mark has just been forgotten.
        """
        before = self.text[max(self.start, opened.start - 3) : opened.start].strip()
        if before and before[-1] not in ":,：，—–":
            return False
        return _PARENTHESIS_WITH_NUMBER.search(self.text, opened.inner, self.end) is None

    # What stands around a mark

    def _context(self, start: int, end: int) -> tuple[bool, bool]:
        """Whether the mark can open, and whether it can close, by its neighbours alone."""
        before = self.text[start - 1] if start > self.start else ""
        after = self.text[end] if end < self.end else ""
        return _can_open(before, after, self.text, end), _can_close(before, after)

    def _inside_hebrew_word(self, start: int, end: int) -> bool:
        around = self.text[max(start - 1, self.start) : start] + self.text[end : end + 1]
        return len(around) == 2 and all("א" <= letter <= "ת" for letter in around)

    def _inch_marks(self) -> frozenset[int]:
        """Marks after a figure that measure something."""
        text, inches, after_figure = self.text, set(), []
        balance = 0
        for match in _MARK.finditer(text, self.start, self.end):
            char, start = match.group(), match.start()
            if char not in '"“”„':
                continue
            balance += _weight(char)
            if char in '"”' and start > self.start and text[start - 1].isdigit():
                if _FEET.search(text, max(self.start, start - 8), start):
                    inches.add(start)
                    balance -= _weight(char)
                else:
                    after_figure.append((start, char))
        return frozenset(inches | _superfluous(text, balance, after_figure))


def _weight(char: str) -> int:
    """Straight marks count as one each, curly ones up and down (see ``_superfluous``)."""
    return {'"': 1, "“": 1000, "„": 1000, "”": -1000}[char]


def _superfluous(text: str, balance: int, after_figure: list[tuple[int, str]]) -> set[int]:
    """Of the marks that follow a figure, those without which the marks come out even."""
    straight_odd = balance % 1000 % 2 == 1
    curly_surplus = -((balance - balance % 1000) // 1000)
    found: set[int] = set()
    for start, char in after_figure:
        if char == '"' and straight_odd:
            found.add(start)
            straight_odd = False
        elif char == "”" and curly_surplus > 0:
            found.add(start)
            curly_surplus -= 1
    return found


def _can_open(before: str, after: str, text: str, end: int) -> bool:
    if not after or after.isspace() or after in _NEVER_OPENED_BEFORE:
        return False
    if after == "." and not text.startswith("..", end):
        return False
    return not before or before.isspace() or before in _BEFORE_OPENING


def _can_close(before: str, after: str) -> bool:
    if not before or before.isspace() or before in "([{（":
        return False
    return not after or after.isspace() or after in _AFTER_CLOSING


# Single marks, which are apostrophes more often than not


@dataclass(frozen=True, slots=True)
class _Single:
    position: int
    char: str
    opens: bool
    closes: bool
    doubtful: bool


def _with_single_marks(text: str, paragraph: Paragraph, found: list[Marked]) -> list[Marked]:
    """The quotations found, and those in single marks that do not lie inside them."""
    singles = list(_single_quotations(text, paragraph))
    if not singles:
        return found
    kept: list[Marked] = []
    rest = iter([*found, None])
    current = next(rest)
    for single in singles:
        while current is not None and current.span.end <= single.span.start:
            kept.append(current)
            current = next(rest)
        inside: list[Marked] = []
        while current is not None and _encloses(single.span, current.span):
            inside.append(current)
            current = next(rest)
        clash = current is not None and current.span.start < single.span.end
        if clash or len(inside) > MOST_INSIDE_SINGLE:
            kept += inside
        else:
            kept.append(single)
    while current is not None:
        kept.append(current)
        current = next(rest)
    return kept


def _encloses(outer: Span, inner: Span) -> bool:
    return outer.start < inner.start and inner.end < outer.end


def _single_quotations(text: str, paragraph: Paragraph) -> Iterator[Marked]:
    marks = _single_marks(text, paragraph)
    index = 0
    while index < len(marks):
        if not marks[index].opens:
            index += 1
            continue
        partner = _partner(marks, index)
        if partner is None:
            index += 1
            continue
        piece = trimmed(text, marks[index].position + 1, marks[partner].position)
        if has_words(text, piece):
            yield Marked(Span(marks[index].position, marks[partner].position + 1), (piece,))
        index = partner + 1


def _partner(marks: list[_Single], index: int) -> int | None:
    """The mark that closes this one: the first sure one, else the first doubtful one.

    The search ends at the next mark that opens, so each mark is looked at once.
    """
    doubtful: int | None = None
    for candidate in range(index + 1, len(marks)):
        mark = marks[candidate]
        if mark.opens and not mark.closes:
            break
        if mark.position - marks[index].position > LONGEST_SINGLE:
            break
        if not mark.closes or (mark.char == "‘" and marks[index].char != "‚"):
            continue
        if mark.char == "`" == marks[index].char:  # code
            continue
        if not mark.doubtful:
            return candidate
        if doubtful is None:
            doubtful = candidate
    return doubtful


def _single_over_paragraphs(text: str, within: Sequence[Paragraph]) -> Iterator[Marked]:
    """Quotations in single marks, opened anew with each paragraph and closed in the last."""
    start = 0
    pieces: list[Span] = []
    for before, paragraph in pairwise(within):
        marks = _opening_marks(text, paragraph)
        if not marks or before.block or len(pieces) > MOST_PARAGRAPHS:
            pieces = []
            continue
        if not pieces and (opened := _left_open(text, before)) is not None:
            start = opened
            pieces = [trimmed(text, opened + 1, before.end)]
        partner = _partner(marks, 0)
        if pieces and partner is not None:
            piece = trimmed(text, marks[0].position + 1, marks[partner].position)
            yield Marked(Span(start, marks[partner].position + 1), (*pieces, piece))
            pieces = []
        elif pieces:
            pieces.append(trimmed(text, marks[0].position + 1, paragraph.end))


def _single_marks(text: str, paragraph: Paragraph) -> list[_Single]:
    return [
        mark
        for match in _SINGLE.finditer(text, paragraph.start, paragraph.end)
        if (mark := _single_mark(text, paragraph, match.start())) is not None
    ]


def _opening_marks(text: str, paragraph: Paragraph) -> list[_Single]:
    """The single marks of a paragraph that begins with one; none where it does not."""
    start = trimmed(text, paragraph.start, paragraph.end).start
    if paragraph.block or text[start : start + 1] not in ("‘", "'", "‚"):
        return []
    marks = _single_marks(text, paragraph)
    return marks if marks and marks[0].position == start and marks[0].opens else []


def _left_open(text: str, paragraph: Paragraph) -> int | None:
    """Where the last single mark opens that nothing in the paragraph closes for certain, if it
    stands where long quotations begin.
    """
    marks = _single_marks(text, paragraph)
    last = next((at for at in reversed(range(len(marks))) if marks[at].opens), None)
    if last is None:
        return None
    partner = _partner(marks, last)
    before = text[paragraph.start : marks[last].position].rstrip()[-1:]
    if (partner is None or marks[partner].doubtful) and (not before or before in ":,：，—–"):
        return marks[last].position
    return None


def _with_longer(marked: list[Marked], longer: Marked) -> list[Marked]:
    """The quotations with one over several paragraphs, in the place of those that lie in it."""
    start, end = longer.span
    others = [mark for mark in marked if mark.span.end <= start or end <= mark.span.start]
    inside = [mark for mark in marked if start <= mark.span.start and mark.span.end <= end]
    if len(others) + len(inside) < len(marked):
        return marked
    return sorted([*others, longer], key=lambda mark: mark.span)


def _single_mark(text: str, paragraph: Paragraph, position: int) -> _Single | None:
    """What a single mark can be here; None for an apostrophe inside a word or feet."""
    before = text[position - 1] if position > paragraph.start else ""
    after = text[position + 1] if position + 1 < paragraph.end else ""
    if before.isalnum() and after.isalnum():
        return None
    char = text[position]
    opens = char == "‚" and not after.isspace()
    closes = False
    if char != "‚":
        opens = _can_open(before, after, text, position + 1) and not _elided(text, position)
        closes = _can_close(before, after) and not (char == "‘" and opens)
    if not opens and not closes:
        return None
    return _Single(position, char, opens, closes, _maybe_possessive(text, position, after))


def _elided(text: str, position: int) -> bool:
    """Whether the mark stands for letters left out at the start of a word ('tis, the '60s)."""
    if _YEARS_CUT_SHORT.match(text, position):
        return True
    end = position + 1
    while end < len(text) and text[end].isalpha() and end - position < 8:
        end += 1
    return text[position + 1 : end].lower() in ELISIONS


def _maybe_possessive(text: str, position: int, after: str) -> bool:
    """Whether the mark may belong to "the students' books" or "walkin' home"."""
    if not after.isspace():
        return False
    follows = text[position + 1 : position + 3].strip()
    before = text[max(0, position - 2) : position].lower()
    return follows[:1].isalpha() and (before[-1:] in ("s", "z", "x") or before == "in")
