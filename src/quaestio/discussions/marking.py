"""Findings about a text that is being written, at their places in it as it was typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quaestio.citations.checking import Checked, Read
from quaestio.citations.mending import Edit, Mend
from quaestio.discussions.rendering import css, note
from quaestio.web.richtext import flatten, literal

MARKUP = set("*_\\>[]()-+.0123456789<")  # what plain text has and its flattened text has not


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: its words, and the edits it makes as JSON ``[[start, end, text], …]``."""

    label: str
    edits: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is said of one quotation. ``start`` and ``end`` count characters of what was typed (for
    the editor: of the flattened text); both are -1 where the place is not known.
    """

    note: str
    verdict: str
    start: int
    end: int
    words: str
    offers: tuple[Offer, ...]


def cards_of(read: Read, source: str, typed: str | None) -> list[Card]:
    """``typed`` is what stands in a plain text field; None for the editor."""
    text = flatten(source).text
    place = (lambda at: at) if typed is None else places_in(typed, text)
    return [card_of(one, read.names, text, typed, place) for one in read.quotations]


Place = Callable[[int], int | None]


def card_of(
    one: Checked, names: dict[str, str], text: str, typed: str | None, place: Place
) -> Card:
    start, end = place(one.start), place(one.end - 1)
    known = start is not None and end is not None
    offers = []
    for mend in one.mends if known else ():
        edits = [edit_at(edit, typed, place) for edit in mend.edits]
        if None not in edits:
            offers.append(Offer(label_of(mend), json.dumps(edits, ensure_ascii=False)))
    return Card(
        note(one, names, while_typing=True),
        css(one.verdict),
        start if known and start is not None else -1,
        end + 1 if known and end is not None else -1,
        text[one.start : one.end],
        tuple(offers),
    )


def edit_at(edit: Edit, typed: str | None, place: Place) -> tuple[int, int, str] | None:
    """An edit at its place in what was typed; None where that is not known."""
    words = edit.text if typed is None else literal(edit.text)
    if edit.end > edit.start:
        start, last = place(edit.start), place(edit.end - 1)
        return None if start is None or last is None else (start, last + 1, words)
    before = place(edit.start - 1) if edit.start else None
    if before is not None:
        return before + 1, before + 1, words
    after = place(edit.start)
    return None if after is None else (after, after, words)


def label_of(mend: Mend) -> str:
    if mend.kind == "wording":
        return _("Use the reading’s wording")
    if mend.kind == "page":
        return _("Fix the page: %s") % mend.shown
    if mend.kind == "chapter":
        return _("Fix the chapter: %s") % mend.shown
    if mend.kind == "section":
        return _("Fix the section: %s") % mend.shown
    if mend.kind == "paragraph":
        return _("Fix the paragraph: %s") % mend.shown
    if mend.kind == "reading":
        return _("Fix the citation: %s") % mend.shown
    if mend.kind == "which":
        return _("I mean %s") % mend.shown
    return _("Add the citation: %s") % mend.shown


def places_in(typed: str, text: str) -> Place:
    """Where each character of the flattened ``text`` stands in what was ``typed``, which has marks
    of plain text besides: both are walked along together. From the first place where that does
    not fit, nothing is known.
    """
    places: list[int | None] = [None] * len(text)
    at = 0
    for number, sign in enumerate(text):
        if sign.isspace():
            if at < len(typed) and typed[at].isspace():
                places[number] = at
                at += 1
            continue
        while at < len(typed) and typed[at] != sign and passes(typed[at]):
            # The address of a link is passed over whole.
            at = typed.find(")", at) + 1 or len(typed) if typed.startswith("](", at) else at + 1
        if at >= len(typed) or typed[at] != sign:
            break
        places[number] = at
        at += 1
    return lambda number: places[number] if 0 <= number < len(places) else None


def passes(sign: str) -> bool:
    return sign in MARKUP or sign.isspace() or not sign.isprintable()
