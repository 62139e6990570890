"""What a text recogniser saw on a page (hOCR), as lines with places, like those of a text layer."""

from __future__ import annotations

import json
import re
from typing import BinaryIO

from .layout import Line, Word
from .prose import clean
from .trees import Element, parse_xml
from .types import Limits, Refused

_LINES = frozenset({"ocr_line", "ocr_textfloat", "ocr_header", "ocr_caption"})
_LEAST_SURE = 25  # of 100; below that, a word without a letter is dirt on the glass


def read_recognised(file: BinaryIO) -> dict[int, str]:
    """The hOCR by number of the page, as ``ocr.write_recognised`` wrote it."""
    return {int(number): str(hocr) for number, hocr in map(json.loads, file)}


def lines_seen(hocr: str, width: float, height: float, limits: Limits) -> list[Line]:
    """The lines of one page, ``width`` and ``height`` in points; none where nothing was seen."""
    try:
        root = parse_xml(hocr.encode("utf-8", "replace"), limits)
    except Refused:
        return []
    page = next((one for one in root.iter("div") if one.get("class") == "ocr_page"), None)
    box = _numbers(page, "bbox") if page is not None else []
    if page is None or len(box) != 4 or box[2] <= 0:
        return []
    scale = width / box[2]
    return [
        line
        for element in page.iter("span")
        if element.get("class") in _LINES
        for line in _line(element, scale, height)
    ]


def _line(element: Element, scale: float, height: float) -> list[Line]:
    box = _numbers(element, "bbox")
    if len(box) != 4:
        return []
    slope_and_rise = _numbers(element, "baseline")
    rise = slope_and_rise[1] if len(slope_and_rise) == 2 else 0.0
    below = (_numbers(element, "x_descenders") or [0.0])[0]
    size = (_numbers(element, "x_size") or [box[3] - box[1]])[0] * scale
    base = height - (box[3] + rise + below) * scale
    words = [
        word
        for child in element.iter("span")
        if child.get("class") == "ocrx_word"
        for word in _word(child, scale, base, size)
    ]
    sideways = element.get("title", "").find("textangle 90") >= 0
    return [Line(words, sideways=sideways)] if words else []


def _word(element: Element, scale: float, base: float, size: float) -> list[Word]:
    text = clean("".join(element.itertext())).strip()
    box = _numbers(element, "bbox")
    sure = (_numbers(element, "x_wconf") or [100.0])[0]
    is_dirt = sure < _LEAST_SURE and not any(sign.isalnum() for sign in text)
    if not text or len(box) != 4 or is_dirt:
        return []
    return [Word(text, box[0] * scale, box[2] * scale, base, size)]


def _numbers(element: Element, name: str) -> list[float]:
    found = re.search(rf"\b{name}((?: -?\d+(?:\.\d+)?)+)", element.get("title", ""))
    return [float(number) for number in found[1].split()] if found else []
