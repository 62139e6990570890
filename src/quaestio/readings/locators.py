"""Locators: how a place in a reading is called, and which number is printed on which page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quaestio.readings.extraction.labels import as_label, as_number

PAGE, PARAGRAPH = "page", "paragraph"
_SEVERAL = re.compile(r"(?<=\d)\s*[-–—]\s*\d+$")
_ASKED_CHAPTER = re.compile(
    r"(?:ch|chap|chapter|kap|kapitel|гл|глава)\b\.?\s*(\w{1,12})", re.IGNORECASE
)
_ASKED_SECTION = re.compile(
    r"(?:§+|sections?|sect?\.?|abschnitt|abschn\.|раздел)\s*(\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d+)(?:–(\d+))?")
_ASKED_PARAGRAPH = re.compile(r"(?:¶+|paras?\.?|pars?\.?|paragraphs?)\s*(\d+)", re.IGNORECASE)


def called(kind: str, label: str, number: int) -> str:
    """ "p. 42", "¶ 12", "¶¶ 12–19"; "[7]", its place in the file, where it has no number."""
    if not label:
        return f"[{number}]"
    if kind == PARAGRAPH:
        return f"¶¶ {label}" if "–" in label else f"¶ {label}"
    if "–" in label:
        return _("pp. %s") % label
    return _("p. %s") % label


def paragraph_at(text: str, paragraphs: Sequence[int], offset: int) -> int:
    """The number of the paragraph in which ``offset`` stands, 0 for a heading or unknown."""
    place = text.count("\n\n", 0, offset)
    return paragraphs[place] if place < len(paragraphs) else 0


def holds(kind: str, label: str, wanted: str) -> bool:
    """Whether a page is what somebody means who asks for ``wanted``: "42", "¶ 15"; of "15–19", the
    first.
    """
    wanted = wanted.strip()
    if not label or label.casefold() == wanted.casefold():
        return bool(label)
    wanted = _SEVERAL.sub("", wanted)
    asked = _ASKED_PARAGRAPH.fullmatch(wanted)
    if kind != PARAGRAPH:
        return not asked and wanted.casefold() in {label.casefold(), *label.casefold().split("–")}
    number = asked[1] if asked else wanted
    span = _SPAN.fullmatch(label)
    if span is None or not (number.isdecimal() and len(number) < 7):
        return False
    return int(span[1]) <= int(number) <= int(span[2] or span[1])


def asked_chapter(wanted: str) -> str:
    """The number of the chapter that somebody asks for: "ch. 3"; "" where it is none."""
    asked = _ASKED_CHAPTER.fullmatch(wanted.strip())
    if asked is None:
        return ""
    number = as_number(asked[1])
    return str(number.value) if number else ""


def asked_section(wanted: str) -> str:
    """The number of the section that somebody asks for: "§ 4.2"; "" where it is none."""
    asked = _ASKED_SECTION.fullmatch(wanted.strip())
    return asked[1].lower() if asked else ""


def part_at(text: str, parts: Sequence[Sequence[str]], offset: int) -> tuple[str, str]:
    """The numbers of the chapter and the section in which ``offset`` stands, "" where unknown."""
    place = text.count("\n\n", 0, offset)
    return (parts[place][0], parts[place][1]) if place < len(parts) else ("", "")


@dataclass(frozen=True, slots=True)
class Correction:
    """From page ``number`` of a document on (or on it alone) this label is printed; "" for none."""

    number: int
    label: str
    counts_on: bool


def corrected(found: Sequence[str], corrections: Iterable[Correction]) -> list[str]:
    """The labels of all pages: those found in the file, as the teacher corrected them.

    What counts on does so up to the next page that counts on anew; a page put right alone
    interrupts nothing. A label that is no number ("cover") is for its page alone.
    """
    labels = list(found)
    ordered = sorted(corrections, key=lambda one: one.number)
    counting = [one for one in ordered if one.counts_on]
    for place, one in enumerate(counting):
        end = counting[place + 1].number - 1 if place + 1 < len(counting) else len(labels)
        first = as_label(one.label)
        if not one.label:
            labels[one.number - 1 : end] = [""] * (end - one.number + 1)
        elif first is None:
            labels[one.number - 1 : one.number] = [one.label]
        else:
            for page in range(one.number, end + 1):
                labels[page - 1] = str(first.plus(page - one.number))
    for one in ordered:
        if not one.counts_on and one.number <= len(labels):
            labels[one.number - 1] = one.label
    return labels
