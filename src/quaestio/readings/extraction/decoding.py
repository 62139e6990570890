"""From bytes to letters, for files that do not say how they were written."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from .types import Refused
from .types import Sentence as _

_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins the same
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_WESTERN = ("cp1252", "mac-roman", "cp1250", "latin-1")
_COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпу")
_TYPOGRAPHY = frozenset("–—‘’“”„…«»•·°§©®£€ \xa0")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 200_000
_HIGH = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z]")


def decode(data: bytes, declared: str = "") -> str:
    """The text, or ``Refused`` for what is no text at all or in no encoding we can make out."""
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    wide = _unmarked_utf16(data)
    if wide:
        text = _strictly(data, wide)
        _refuse_binary(text.encode("utf-8", "replace"))
        return text
    _refuse_binary(data)
    if declared:
        said = _as_declared(data, declared)
        if said is not None:
            return said
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _mostly_utf8(data) or data.decode(_guess(data))


def _strictly(data: bytes, encoding: str) -> str:
    """By its mark, which leaves nothing to guess; a cut last letter is forgiven."""
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") > 1 + len(text) // 1000:
        raise _unknown_encoding()
    return text.rstrip("\ufffd")


def _unmarked_utf16(data: bytes) -> str:
    """Latin letters in UTF-16 have a zero in every other byte."""
    sample = data[:4096]
    if len(sample) < 8:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.35 and even * 20 < odd:
        return "utf-16-le"
    if even > len(sample) * 0.35 and odd * 20 < even:
        return "utf-16-be"
    return ""


def _refuse_binary(data: bytes) -> None:
    sample = data[:_SAMPLE]
    if 0 in sample or 200 * len(_CONTROLS.findall(sample)) > len(sample):
        raise Refused(
            "unknown_type",
            _(
                "This is not a kind of file that can be read here. "
                "Upload a PDF, a Word file (.docx), an EPUB, a web page or plain text."
            ),
        )


def _as_declared(data: bytes, declared: str) -> str | None:
    """What a web page says of itself, if it can be true."""
    name = declared.strip().lower()
    # As browsers do: whoever says Latin-1 means what Windows makes of it.
    if name in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}:
        name = "cp1252"
    try:
        text = data.decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    return text if text.count("\ufffd") <= len(text) // 1000 else None


def _mostly_utf8(data: bytes) -> str:
    """UTF-8 with a few bytes gone wrong, as after a careless search and replace."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for sign in text[:_SAMPLE] if sign > "\x7f") - wrong
    return text if wrong <= 3 + len(text) // 2000 and right > 10 * wrong else ""


def _guess(data: bytes) -> str:
    sample = data[:_SAMPLE]
    high, plain = len(_HIGH.findall(sample)), len(_LETTER.findall(sample))
    if high > plain / 2:
        best = max(_CYRILLIC, key=_scorer(sample, _cyrillic_score))
        if _scorer(sample, _cyrillic_score)(best) > 0.5 * high:
            return _decodable(data, best)
        raise _unknown_encoding()
    best = max(_WESTERN, key=_scorer(sample, _western_score))
    if _scorer(sample, _western_score)(best) < 0.5 * high:
        raise _unknown_encoding()
    return _decodable(data, best)


def _decodable(data: bytes, encoding: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _unknown_encoding() from error
    return encoding


def _scorer(sample: bytes, score: Callable[[str], float]) -> Callable[[str], float]:
    return lambda encoding: score(sample.decode(encoding, "replace"))


def _cyrillic_score(text: str) -> float:
    """Common small letters speak for it; a capital after a small letter, or a sign, against."""
    total = 0.0
    before = " "
    for sign in text:
        if sign > "\x7f":
            if "а" <= sign <= "я" or sign == "ё":
                total += 1.5 if sign in _COMMON_CYRILLIC else 0.5
            elif "А" <= sign <= "Я" or sign == "Ё":
                total += -2 if before.islower() else 0.3
            elif sign not in _TYPOGRAPHY:
                total -= 2
        before = sign
    return total


def _western_score(text: str) -> float:
    """Letters inside words and quotation marks beside them speak for it, odd signs against."""
    total = 0.0
    before = " "
    for sign in text:
        if sign > "\x7f":
            if sign.isalpha():
                total += -1 if sign.isupper() and before.islower() else 1
            elif sign in _TYPOGRAPHY:
                total += 0.9
            else:
                total -= 1
        before = sign
    return total


def _unknown_encoding() -> Refused:
    return Refused(
        "encoding",
        _(
            "The letters of this file are stored in a way (an encoding) that could not be made "
            "out. Open it in an editor, save it as UTF-8, and upload that."
        ),
    )
