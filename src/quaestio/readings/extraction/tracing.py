"""Back from the text a reader sees to the place on the page it was printed at.

The text was levelled on the way: hyphens joined, ligatures opened, footnote marks left out. So
letters and digits alone are compared, and up to three digits between two words are passed over.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from .hocr import Box, words_seen
from .types import Limits, Seen

Pixels = tuple[int, int, int, int]  # left, top, right, bottom

_LONGEST = 8000
_WORD = re.compile(r"[^\W_]+")


def boxes_of(page: pdfium.PdfPage, words: str, width: int, height: int) -> list[Pixels]:
    """Where ``words`` stand on a picture of the page of that size, a box for each line or part of
    one; none where they are not found.
    """
    pattern = _pattern(words[:_LONGEST])
    if pattern is None:
        return []
    text_page = page.get_textpage()
    letters, origins = _letters(text_page.raw)
    match = pattern.search(letters)
    boxes = (
        _merged(
            [
                box
                for at in dict.fromkeys(origins[match.start() : match.end()])
                if (box := _pixels(page.raw, text_page.raw, at, width, height))
            ]
        )
        if match
        else []
    )
    text_page.close()
    return boxes


def boxes_seen(seen: Seen, words: str, width: int, height: int, limits: Limits) -> list[Pixels]:
    """The same of a page whose text was recognised, word by word."""
    pattern = _pattern(words[:_LONGEST])
    if pattern is None:
        return []
    there = words_seen(seen.hocr, limits)
    letters, origins = "", list[int]()
    for number, (text, _place) in enumerate(there):
        signs = "".join(sign for sign in _level(text) if sign.isalnum())
        letters += signs
        origins += [number] * len(signs)
    match = pattern.search(letters)
    if match is None:
        return []
    numbers = dict.fromkeys(origins[match.start() : match.end()])
    boxes = [_turned_back(there[number][1], seen.turned, width, height) for number in numbers]
    return boxes if seen.turned else _merged(boxes)


def _turned_back(place: Box, degrees: float, width: int, height: int) -> Pixels:
    """A box on the straightened picture as one on the page as it lies."""
    left, top, right, bottom = (
        place[0] * width, place[1] * height, place[2] * width, place[3] * height
    )  # fmt: skip
    across, down = (left + right - width) / 2, (top + bottom - height) / 2
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x = width / 2 + cosine * across + sine * down
    y = height / 2 - sine * across + cosine * down
    wide, tall = (right - left) / 2, (bottom - top) / 2
    return (
        max(round(x - wide), 0), max(round(y - tall), 0),
        min(round(x + wide), width), min(round(y + tall), height),
    )  # fmt: skip


def _pattern(words: str) -> re.Pattern[str] | None:
    parts = _WORD.findall(_level(words))
    return re.compile("[0-9]{0,3}".join(map(re.escape, parts))) if parts else None


def _level(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _letters(handle: raw.FPDF_TEXTPAGE) -> tuple[str, list[int]]:
    """The letters and digits of the page, and for each the sign it comes from."""
    letters: list[str] = []
    origins: list[int] = []
    for at in range(raw.FPDFText_CountChars(handle)):
        for sign in _level(chr(raw.FPDFText_GetUnicode(handle, at))):
            if sign.isalnum():
                letters.append(sign)
                origins.append(at)
    return "".join(letters), origins


def _pixels(
    page: raw.FPDF_PAGE, handle: raw.FPDF_TEXTPAGE, at: int, width: int, height: int
) -> Pixels | None:
    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(handle, at, ctypes.byref(box)):
        return None
    corners = []
    for x, y in ((box.left, box.bottom), (box.right, box.top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(
            page, 0, 0, width, height, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        corners.append((across.value, down.value))
    (first, second), (third, fourth) = corners
    left, right = sorted((first, third))
    top, bottom = sorted((second, fourth))
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _merged(boxes: list[Pixels]) -> list[Pixels]:
    """Letters that stand beside one another in one box."""
    merged: list[Pixels] = []
    for left, top, right, bottom in boxes:
        tall = bottom - top
        if merged:
            before = merged[-1]
            if abs(before[1] - top) < 0.5 * tall and -tall < left - before[2] < 2 * tall:
                merged[-1] = (
                    before[0], min(before[1], top), max(before[2], right), max(before[3], bottom)
                )  # fmt: skip
                continue
        merged.append((left, top, right, bottom))
    return merged


_TINTS = tuple(
    bytes(int(value * share) for value in range(256)) for share in (1.0, 0.93, 0.55)
)  # of red, green, blue: a text marker


def tinted(pixels: bytes, stride: int, channels: int, boxes: list[Pixels]) -> bytes:
    """The picture with the boxes marked; one without colours stays as it is."""
    if channels < 3:
        return pixels
    made = bytearray(pixels)
    for left, top, right, bottom in boxes:
        for row in range(top, bottom):
            start, end = row * stride + left * channels, row * stride + right * channels
            for channel, tint in enumerate(_TINTS):
                part = slice(start + channel, end, channels)
                made[part] = made[part].translate(tint)
    return bytes(made)
