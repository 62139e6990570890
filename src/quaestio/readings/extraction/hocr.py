"""What a text recogniser saw on a page (hOCR), as lines with places, like those of a text layer."""

from __future__ import annotations

import gzip
import json
import re
from typing import BinaryIO

from .layout import Line, Word
from .prose import clean
from .trees import Element, parse_xml
from .types import Limits, Refused, Seen

_LINES = frozenset({"ocr_line", "ocr_textfloat", "ocr_header", "ocr_caption"})
_LEAST_SURE = 25  # of 100; below that, a word without a letter is dirt on the glass


def read_recognised(file: BinaryIO) -> dict[int, str]:
    """The hOCR by number of the page, as ``ocr.write_recognised`` wrote it."""
    return {int(number): str(hocr) for number, hocr in map(json.loads, file)}


def read_seen(file: BinaryIO, limits: Limits) -> Seen | None:
    """What was seen on one page, as ``ocr.write_seen`` wrote it."""
    with gzip.open(file) as packed:
        hocr, turned = json.loads(packed.read(limits.output_bytes))
    return Seen(str(hocr), float(turned))


Box = tuple[float, float, float, float]  # left, top, right, bottom, as shares of the picture


def words_seen(hocr: str, limits: Limits) -> list[tuple[str, Box]]:
    """The words on a page and where they stand on its picture; none where nothing was seen."""
    page = _page(hocr, limits)
    if page is None:
        return []
    _left, _top, width, height = _numbers(page, "bbox")
    found = []
    for element in page.iter("span"):
        box = _numbers(element, "bbox")
        if element.get("class") == "ocrx_word" and len(box) == 4:
            left, top, right, bottom = box
            place = (left / width, top / height, right / width, bottom / height)
            found.append((clean("".join(element.itertext())), place))
    return found


def lines_seen(hocr: str, width: float, height: float, limits: Limits) -> list[Line]:
    """The lines of one page, ``width`` and ``height`` in points; none where nothing was seen."""
    page = _page(hocr, limits)
    if page is None:
        return []
    scale = width / _numbers(page, "bbox")[2]
    return [
        line
        for element in page.iter("span")
        if element.get("class") in _LINES
        for line in _line(element, scale, height)
    ]


def _page(hocr: str, limits: Limits) -> Element | None:
    """The element of the page, which has a box that is one."""
    try:
        root = parse_xml(hocr.encode("utf-8", "replace"), limits)
    except Refused:
        return None
    page = next((one for one in root.iter("div") if one.get("class") == "ocr_page"), None)
    box = _numbers(page, "bbox") if page is not None else []
    return page if len(box) == 4 and min(box[2:]) > 0 else None


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
