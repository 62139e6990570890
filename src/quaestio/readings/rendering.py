"""A page of a reading as HTML: paragraphs, with the passage asked for and those quoted marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

Span = tuple[int, int]


def page_html(
    text: str,
    passage: Span | None = None,
    quoted: Sequence[Span] = (),
    numbers: Sequence[int] = (),
) -> SafeString:
    """``text`` in paragraphs. The first part of ``passage`` gets the id that links lead to.

    ``numbers`` has one for each paragraph, which it then shows and can be linked to by; 0 is for
    a heading. They are no part of the text of the page, so that offsets in it hold.
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
            if any(one[0] <= left and right <= one[1] for one in quoted):
                piece = f'<span class="quoted">{piece}</span>'
            if passage and passage[0] <= left and right <= passage[1]:
                anchor = ' id="passage"' if first else ""
                piece = f"<mark{anchor}>{piece}</mark>"
                first = False
            pieces.append(piece)
        if pieces:
            number = numbers[place] if place < len(numbers) else None
            out.append(_paragraph("".join(pieces), number))
    return mark_safe("\n".join(out))  # noqa: S308  every piece is escaped above


def _paragraph(html: str, number: int | None) -> str:
    if number is None:
        return f"<p>{html}</p>"
    if number == 0:
        return f'<p class="heading">{html}</p>'
    return f'<p id="par-{number}" data-paragraph="{number}">{html}</p>'


def paragraphs(text: str) -> Iterator[Span]:
    """Where the paragraphs stand: what blank lines part."""
    start = 0
    for gap in re.finditer(r"\n[^\S\n]*\n\s*", text):
        if text[start : gap.start()].strip():
            yield start, gap.start()
        start = gap.end()
    if text[start:].strip():
        yield start, len(text)
