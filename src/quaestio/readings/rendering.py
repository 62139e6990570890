"""A page of a reading as HTML: paragraphs, with the passage asked for and those quoted marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

Span = tuple[int, int]
Beside = Callable[[Span], SafeString]

OFTEN = 3  # quoted so many times, a passage is underlined more firmly


def page_html(
    text: str,
    passage: Span | None = None,
    quoted: Sequence[Span] = (),
    numbers: Sequence[int] = (),
    beside: Beside | None = None,
    notes_at: int | None = None,
) -> SafeString:
    """``text`` in paragraphs. The first part of ``passage`` gets the id that links lead to.

    ``numbers`` has one for each paragraph, which it then shows and can be linked to by; 0 is for
    a heading. They are no part of the text of the page, so that offsets in it hold.

    ``beside`` answers, for a paragraph's span, what is to stand in the margin next to it: our own
    HTML, or "". Each paragraph says in ``data-at`` where in the page's text it begins, so that
    what somebody selects can be told in offsets. From ``notes_at`` on they are footnotes.
    """
    out = []
    first = True
    for place, (start, end) in enumerate(paragraphs(text)):
        cuts = {start, end}
        for span in [*quoted, *([passage] if passage else [])]:
            cuts |= {min(max(offset, start), end) for offset in span}
        edges = sorted(cuts)
        pieces = []
        for left, right in pairwise(edges):
            piece = escape(text[left:right])
            times = sum(1 for one in quoted if one[0] <= left and right <= one[1])
            if times:
                css = "quoted often" if times >= OFTEN else "quoted"
                piece = f'<span class="{css}">{piece}</span>'
            if passage and passage[0] <= left and right <= passage[1]:
                anchor = ' id="passage"' if first else ""
                piece = f"<mark{anchor}>{piece}</mark>"
                first = False
            pieces.append(piece)
        number = numbers[place] if place < len(numbers) else None
        is_note = notes_at is not None and start >= notes_at
        paragraph = _paragraph("".join(pieces), number, start, is_note=is_note)
        notes = beside((start, end)) if beside else ""
        out.append(f'<div class="para">{paragraph}{notes}</div>' if notes else paragraph)
    return mark_safe("\n".join(out))  # noqa: S308  every piece is escaped above


def _paragraph(html: str, number: int | None, at: int, *, is_note: bool = False) -> str:
    if number is None or is_note:
        css = ' class="footnote"' if is_note else ""
        return f'<p{css} data-at="{at}">{html}</p>'
    if number == 0:
        return f'<p class="heading" data-at="{at}">{html}</p>'
    return f'<p id="par-{number}" data-paragraph="{number}" data-at="{at}">{html}</p>'


def paragraphs(text: str) -> Iterator[Span]:
    """Where the paragraphs stand: what blank lines part."""
    start = 0
    for gap in re.finditer(r"\n[^\S\n]*\n\s*", text):
        if text[start : gap.start()].strip():
            yield start, gap.start()
        start = gap.end()
    if text[start:].strip():
        yield start, len(text)
