"""The text of one PDF page as PDFium finds it, with the place of every word.

Asking for a place costs a call into PDFium, so only the ends of words are asked for.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from .layout import Line, Word
from .prose import clean

_HYPHEN = "\x02"  # PDFium's sign for a hyphen at the end of a line
_PARTING = frozenset(" \r\n\t\xa0" + _HYPHEN)
_MARKS = frozenset("0123456789*†‡§¶¹²³")


class Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float

    def turned(self, quarters: int) -> Box:
        """As it stands when the sheet is turned clockwise."""
        left, bottom, right, top = self
        match quarters % 4:
            case 1:
                return Box(bottom, -right, top, -left)
            case 2:
                return Box(-right, -top, -left, -bottom)
            case 3:
                return Box(-top, left, -bottom, right)
        return self


def lines_of(page: pdfium.PdfPage) -> tuple[list[Line], Box]:
    """The lines in PDFium's order, and the page as it is seen."""
    quarters = page.get_rotation() // 90
    text_page = page.get_textpage()
    seen = Box(*page.get_bbox()).turned(quarters)
    lines = list(_PageText(text_page.raw, quarters).lines())
    text_page.close()
    return lines, seen


class _PageText:
    def __init__(self, handle: raw.FPDF_TEXTPAGE, quarters: int) -> None:
        self._handle = handle
        self._quarters = quarters
        self._box = raw.FS_RECTF()
        self._pointer = ctypes.byref(self._box)
        self._signs = self._all_signs(raw.FPDFText_CountChars(handle))

    def _all_signs(self, count: int) -> str:
        """In one call if PDFium then gives one sign for each place, as it nearly always does."""
        buffer = (ctypes.c_ushort * (count + 1))()
        given = raw.FPDFText_GetText(self._handle, 0, count, buffer) - 1
        at_once = bytes(buffer)[: 2 * given].decode("utf-16-le", "replace")
        at_once = at_once.replace("\ufffe", _HYPHEN)  # the same hyphen goes by two names
        probes = {*range(0, count, max(1, count // 16)), count - 1}
        if len(at_once) == count > 0 and all(at_once[at] == self._sign(at) for at in probes):
            return at_once
        return "".join([self._sign(at) for at in range(count)])

    def _sign(self, index: int) -> str:
        return chr(raw.FPDFText_GetUnicode(self._handle, index))

    def lines(self) -> Iterator[Line]:
        """PDFium begins a new line for a raised mark, too; such lines are put together again."""
        words: list[Word] = []
        start = 0
        for index, sign in enumerate(self._signs + "\n"):
            if sign not in _PARTING:
                continue
            if index > start:
                words += self._word(start, index)
            start = index + 1
            if sign == _HYPHEN and words:
                yield self._line(words, index, cut=True)
                words = []
            elif sign in "\r\n" and words and not self._goes_on(words[-1], index):
                yield self._line(words, index, cut=False)
                words = []

    def _goes_on(self, word: Word, end: int) -> bool:
        """Whether what follows the line break stands right beside the word before it."""
        following = end
        while following < len(self._signs) and self._signs[following] in "\r\n ":
            following += 1
        if following == len(self._signs):
            return False
        box = self._box_of(following)
        size = max(word.size, box.top - box.bottom)
        beside = -0.2 * size < box.left - word.right < size
        return beside and abs(box.bottom - word.base) < 0.8 * size

    def _line(self, words: list[Word], end: int, *, cut: bool) -> Line:
        angle = raw.FPDFText_GetCharAngle(self._handle, max(0, end - 1))
        # Turned one way by the writer and back by the sheet, it stands upright.
        off = (angle - self._quarters * math.pi / 2) % math.pi
        sideways = math.pi / 4 < off < 3 * math.pi / 4
        return Line(words if sideways else _with_raised_settled(words), cut, sideways)

    def _word(self, start: int, end: int) -> list[Word]:
        """The word and its place, without a footnote mark; none if nothing of it can be seen."""
        first = self._box_of(start)
        base, height = first.bottom, first.top - first.bottom
        while end - start > 1 and self._signs[end - 1] in _MARKS:
            stays = _may_have_exponent(self._signs[start : end - 1])
            if stays and self._signs[end - 2] not in _MARKS:
                break
            if not self._is_raised(end - 1, base, height):
                break
            end -= 1
        text = self._signs[start:end]
        if not (text.isascii() and text.isprintable()):
            text = clean(_whole(text))
        if not text.strip():
            return []
        last = self._box_of(end - 1) if end - start > 1 else first
        return [Word(text, min(first.left, last.left), max(first.right, last.right), base, height)]

    def _is_raised(self, index: int, base: float, height: float) -> bool:
        box = self._box_of(index)
        return box.top - box.bottom < 0.85 * height and box.bottom > base + 0.1 * height

    def _box_of(self, index: int) -> Box:
        box = self._box
        raw.FPDFText_GetLooseCharBox(self._handle, index, self._pointer)
        found = Box(box.left, box.bottom, box.right, box.top)
        return found.turned(self._quarters) if self._quarters else found


def _whole(signs: str) -> str:
    """Two halves of a surrogate pair made one; a half alone becomes the sign for "unknown"."""
    return signs.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _with_raised_settled(words: list[Word]) -> list[Word]:
    """Footnote marks that stand as words of their own go, raised letters (19th) are joined on.

    The first word of a line stays: there a mark begins a note.
    """
    height = max(word.size for word in words)
    if all(word.size > 0.85 * height for word in words):
        return words
    base = min(word.base for word in words if word.size > 0.85 * height)
    kept = words[:1]
    for word in words[1:]:
        before = kept[-1]
        if word.size > 0.85 * height or word.base < base + 0.1 * height:
            kept.append(word)
        elif set(word.text) <= _MARKS and not _may_have_exponent(before.text):
            continue
        elif word.left - before.right < 0.15 * height:
            kept[-1] = Word(
                before.text + word.text, before.left, word.right, before.base, before.size
            )
        else:
            kept.append(word)
    return kept


def _may_have_exponent(text: str) -> bool:
    """``x`` and ``10`` may; a word carries a footnote mark."""
    return len(text) == 1 or text[-1:].isdigit()
