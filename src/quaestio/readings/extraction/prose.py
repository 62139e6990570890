"""From lines of print to paragraphs as a reader means them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

from .layout import Line

_LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st",
}  # fmt: skip
_SPACES = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_NOTHING = dict.fromkeys(
    {0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, 0x7F, *range(0x80, 0xA0), *range(0x20)}
    - {0x09, 0x0A}
)
_LEVELLED = {**_LIGATURES, **_SPACES, **_NOTHING}

# TeX and old converters set the accent as a sign of its own before its letter.
_LOOSE_ACCENTS = {
    "´": "\u0301", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¸": "\u0327", "ˇ": "\u030c",
    "˚": "\u030a",
}  # fmt: skip
_LOOSE_ACCENT = re.compile(r"([´¨ˆ˜¸ˇ˚]) ?([A-Za-zı])")

# Chinese and Japanese put no space between words.
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_HYPHENS = "-\u2010\u00ad"
_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'”’»)\]]*$")
_WORDS = re.compile(r"\w+(?:[-\u2010]\w+)*")
_ROOM_BY_CHANCE = 0.12
# First parts that mostly keep their hyphen ("self-made"), where the text itself gives no example.
_KEEP_HYPHEN = frozenset(
    [
        "all", "anti", "cross", "eighty", "ever", "ex", "fifty", "forty", "great", "half", "high",
        "ill", "long", "low", "mid", "much", "neo", "new", "ninety", "non", "old", "one", "open",
        "post", "pre", "pro", "quasi", "second", "self", "semi", "seventy", "short", "sixty", "so",
        "third", "thirty", "twenty", "two", "well",
    ]
)  # fmt: skip


def clean(text: str) -> str:
    """Letters whole, ligatures opened, no sign that cannot be seen; spaces are plain spaces."""
    text = text.translate(_LEVELLED)
    if _LOOSE_ACCENT.search(text):
        text = _LOOSE_ACCENT.sub(_compose, text)
    return unicodedata.normalize("NFC", text)


def _compose(match: re.Match[str]) -> str:
    """The letter with its accent, if there is such a letter; else all as it was."""
    letter = "i" if match[2] == "ı" else match[2]
    whole = unicodedata.normalize("NFC", letter + _LOOSE_ACCENTS[match[1]])
    return whole if len(whole) == 1 else match[0]


class Vocabulary:
    """The words of the whole document: the best witness for what a hyphen at a line end meant."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        for line in lines:
            # The first and the last word of a line may be halves.
            self._words.update(word.casefold() for word in _WORDS.findall(line)[1:-1])

    def join(self, first: str, second: str) -> str:
        """What ``first-`` at the end of a line and ``second`` at the start of the next make."""
        before = (_WORDS.findall(first) or [""])[-1].casefold()
        after = (_WORDS.findall(second) or [""])[0].casefold()
        whole, parted = self._words[before + after], self._words[f"{before}-{after}"]
        if whole != parted:
            return first + second if whole > parted else f"{first}-{second}"
        if not second[:1].islower() or not first[-1:].islower() or before in _KEEP_HYPHEN:
            return f"{first}-{second}"
        return first + second

    def begin(self, letter: str, rest: str) -> str:
        """``T`` and ``hought is free``, but also ``A`` and ``nation``."""
        word = (_WORDS.findall(rest) or [""])[0].casefold()
        apart = self._words[word] > self._words[letter.casefold() + word]
        return f"{letter} {rest}" if apart and letter in "AIO" else letter + rest


def paragraphs(lines: list[Line], vocabulary: Vocabulary, right: float = 0.0) -> list[str]:
    """The text of one page, without its furniture, paragraph by paragraph.

    ``right`` is where lines usually end, if that is known from elsewhere.
    """
    lines = _with_drop_caps(lines, vocabulary)
    measures = _Measures(lines, right)
    texts: list[str] = []
    for block in _blocks(lines, measures):
        texts += _block_texts(block, measures, vocabulary)
    return [text for text in texts if text]


def _with_drop_caps(lines: list[Line], vocabulary: Vocabulary) -> list[Line]:
    """A large first letter that stands by itself, put before the line it begins."""
    for cap in lines:
        if len(cap.text) != 1 or not cap.text.isupper():
            continue
        line = next((line for line in lines if _is_begun_by(line, cap)), None)
        if line is not None:
            line.text = vocabulary.begin(cap.text, line.text)
            return _with_drop_caps([one for one in lines if one is not cap], vocabulary)
    return lines


def _is_begun_by(line: Line, cap: Line) -> bool:
    """To the right of the letter and level with its head, in ordinary print."""
    beside = -0.3 * line.size < line.left - cap.right < line.size
    level = cap.base < line.base and line.base < cap.base + cap.size
    return cap.size > 1.7 * line.size and beside and level


class _Measures:
    """What is usual on this page: the leading, and where each column begins and ends."""

    def __init__(self, lines: list[Line], right: float) -> None:
        steps = [
            before.base - after.base
            for before, after in pairwise(lines)
            if before.column == after.column and 0 < before.base - after.base < 4 * after.size
        ]
        self.leading = median(steps) if steps else 0.0
        self._left: dict[int, float] = {}
        self._right: dict[int, float] = {}
        for column in {line.column for line in lines}:
            inside = [line for line in lines if line.column == column]
            # The commonest left edge: indents are fewer than lines.
            edges = Counter(round(line.left / 3) for line in inside)
            commonest = min(edge for edge, times in edges.items() if times == max(edges.values()))
            self._left[column] = commonest * 3.0
            self._right[column] = max(right, *(line.right for line in inside))

    def is_indented(self, line: Line) -> bool:
        return line.left - self._left[line.column] > 0.6 * line.size

    def room_left(self, line: Line, following: Line) -> float:
        """What would still be free if the next word stood on this line, in widths of the column.

        Above 0, the line's end is meant, not forced; a text that was not set to a measure (by
        counting letters, say) may leave a little.
        """
        if line.cut:
            return 0.0
        word = following.words[0]
        left, right = self._left[line.column], self._right[line.column]
        room = right - line.right - (word.right - word.left) - 0.5 * line.size
        return room / max(right - left, 1.0)

    def is_apart(self, before: Line, after: Line) -> bool:
        """White space between the two; less will do where the size of print changes as well.

        The size alone says little: PDFium measures one font a bit taller on one line than on
        the next.
        """
        step = before.base - after.base
        if abs(before.size - after.size) > 0.12 * max(before.size, after.size):
            return not before.cut and (step <= 0 or step > 1.1 * self.leading)
        return before.column == after.column and step > 1.4 * self.leading > 0


def _blocks(lines: list[Line], measures: _Measures) -> list[list[Line]]:
    """Lines that stand together."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and not measures.is_apart(blocks[-1][-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks


def _block_texts(block: list[Line], measures: _Measures, vocabulary: Vocabulary) -> list[str]:
    pairs = list(pairwise(block))
    rooms = [measures.room_left(before, after) for before, after in pairs]
    meant = [room > _ROOM_BY_CHANCE for room in rooms]
    is_verse = _is_verse(block, rooms)
    texts = [block[0].text]
    for (before, after), end_is_meant in zip(pairs, meant, strict=True):
        if is_verse:
            texts[-1] += "\n" + after.text
        elif _begins_paragraph(before, after, end_is_meant, measures):
            texts.append(after.text)
        elif end_is_meant and not _ENDS_SENTENCE.search(before.text):
            texts[-1] += "\n" + after.text
        else:
            texts[-1] = _joined(texts[-1], before, after, vocabulary)
    return texts


def _is_verse(block: list[Line], rooms: list[float]) -> bool:
    """Lines that end before they must, and either clearly so or each with a capital to begin."""
    if len(block) < 3:
        return False
    enough = 0.6 * len(rooms)
    capitals = sum(1 for line in block if line.text.lstrip("\"'“‘«([—…. ")[:1].isupper())
    return sum(room > _ROOM_BY_CHANCE for room in rooms) >= enough or (
        sum(room > 0 for room in rooms) >= enough and capitals >= 0.8 * len(block)
    )


def _begins_paragraph(before: Line, after: Line, end_is_meant: bool, measures: _Measures) -> bool:
    if before.cut:
        return False
    if end_is_meant and _ENDS_SENTENCE.search(before.text):
        return True
    return measures.is_indented(after) and not measures.is_indented(before)


def _joined(text: str, before: Line, after: Line, vocabulary: Vocabulary) -> str:
    """One line after another, the word between them made whole."""
    if before.cut or (text[-1:] in _HYPHENS and text[-2:-1].isalpha()):
        head, _, last = text.rstrip(_HYPHENS).rpartition(" ")
        first, _, tail = after.text.partition(" ")
        whole = vocabulary.join(last, first)
        return " ".join(part for part in (head, whole, tail) if part)
    if text.endswith("—") or (_UNSPACED.match(text[-1:]) and _UNSPACED.match(after.text)):
        return text + after.text
    return f"{text} {after.text}"
