"""Spans of a post's text that somebody answers: found by their words, marked where they stand.

Offsets point into ``richtext.flatten(source).text``. A browser and a copied text have other white
space between paragraphs than that, so words are found without regard to white space, to what has
no width, and to the shape of quotation marks and dashes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import html as lxml_html
from lxml.etree import ParserError

from quaestio.web.richtext import Mark, TextNode, Walker, clean_rendered, wrap

# quaestio.js leaves the same signs out when it counts.
UNSEEN = re.compile("[\\s\u0085\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
LEVEL = str.maketrans("“”„‟«»‘’‚‛–—‑−", '""""""\'\'\'\'----')


@dataclass(frozen=True, slots=True)
class Span:
    """``words`` as they stand at ``text[start:end]``."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class AnsweredSpan:
    """Words that a reply answers, as they stood when it was written; ``href`` leads to it."""

    start: int
    end: int
    words: str
    href: str


def squeeze(text: str) -> tuple[str, list[int]]:
    """The signs one sees, levelled, and the offset of each in ``text``."""
    places = [place for place, sign in enumerate(text) if not UNSEEN.match(sign)]
    return "".join(text[place] for place in places).translate(LEVEL), places


def find_words(text: str, words: str, near: int = 0) -> Span | None:
    """Where ``words`` stand in ``text``; the place next to the offset ``near`` if in several."""
    there, places = squeeze(text)
    wanted, _ = squeeze(words)
    if not wanted:
        return None
    here = bisect_left(places, near)
    found = [at for at in (_last(there, wanted, here), there.find(wanted, here)) if at >= 0]
    if not found:
        return None
    best = min(found, key=lambda at: abs(places[at] - near))
    start, end = places[best], places[best + len(wanted) - 1] + 1
    return Span(start, end, text[start:end])


def _last(there: str, wanted: str, before: int) -> int:
    """Where ``wanted`` begins the last time before that place; -1 for nowhere. ``find`` takes its
    time by the length of the text alone; ``rfind``, or looking at every place, would take far
    longer where somebody repeats one letter a hundred thousand times.
    """
    back = there[::-1].find(wanted[::-1], max(0, len(there) - len(wanted) - before + 1))
    return -1 if back < 0 else len(there) - len(wanted) - back


def span_of_signs(text: str, first: int, last: int) -> Span | None:
    """The span from the ``first`` sign one sees up to before the ``last``, as a browser counts."""
    _, places = squeeze(text)
    if not 0 <= first < last <= len(places):
        return None
    start, end = places[first], places[last - 1] + 1
    return Span(start, end, text[start:end])


# -- In the post ----------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def mark_answered(rendered: str, answered: tuple[AnsweredSpan, ...], label: str) -> str:
    """A rendered post with the spans that replies answer marked in its text, each with a link to
    its reply; ``label`` says to a screen reader what the link is.

    A span whose words no longer stand there, because the post was edited, is looked for; where it
    is gone there is no mark. The result is sanitized.
    """
    root = _parse(rendered)
    pieces: list[tuple[TextNode, int, str]] = []
    walker = Walker(pieces)
    for block in root:
        for part in _parts(block):
            walker.element(part)
    text = "".join(walker.out)
    found = []
    for one in answered:
        place = find_words(text, one.words, one.start)
        if place is not None:
            found.append((place, one))
    if not found:
        return rendered
    for place, one in sorted(found, key=lambda pair: (pair[0].end, pair[0].start), reverse=True):
        _put_link(pieces, place.end, one.href, label)
    marks = [Mark(start, end, "answered") for start, end in _joined([place for place, _ in found])]
    for node, start, words in reversed(pieces):
        wrap(node, start, words, marks)
    out = "".join(lxml_html.tostring(block, encoding="unicode") for block in root)
    return clean_rendered(out)


def _parse(rendered: str) -> lxml_html.HtmlElement:
    try:
        return lxml_html.fragment_fromstring(rendered, create_parent="div")
    except ParserError:
        return lxml_html.fragment_fromstring("", create_parent="div")


def _parts(block: lxml_html.HtmlElement) -> Sequence[lxml_html.HtmlElement]:
    """What somebody wrote in a block, without the notes beside it."""
    if block.tag == "div":
        return [part for part in block if part.tag != "aside"]
    return [] if block.tag == "aside" else [block]


def _joined(places: Sequence[Span]) -> list[tuple[int, int]]:
    """Spans that touch or overlap as one."""
    out: list[tuple[int, int]] = []
    for place in sorted(places, key=lambda one: one.start):
        if out and place.start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], place.end))
        else:
            out.append((place.start, place.end))
    return out


def _put_link(pieces: list[tuple[TextNode, int, str]], end: int, href: str, label: str) -> None:
    """A link behind the text that ends at ``end``: behind the quotation's own link, too."""
    number = next(
        index for index, (_, start, text) in enumerate(pieces) if start < end <= start + len(text)
    )
    node, start, text = pieces[number]
    link = lxml_html.Element("a", {"class": "answered-by", "href": href})
    name = lxml_html.Element("span", {"class": "vh"})
    name.text = label
    link.append(name)
    host = node.element.getparent() if node.is_tail else node.element
    around = next((one for one in [host, *host.iterancestors()] if one.tag == "a"), None)
    if around is not None:
        link.tail, around.tail = around.tail, None
        _retarget(pieces, around, link)
        around.addnext(link)
        return
    left, right = text[: end - start], text[end - start :]
    link.tail = right
    if node.is_tail:
        node.element.tail = left
        node.element.addnext(link)
    else:
        node.element.text = left
        node.element.insert(0, link)
    pieces[number] = (node, start, left)
    if right:
        pieces.insert(number + 1, (TextNode(link, True), end, right))


def _retarget(
    pieces: list[tuple[TextNode, int, str]],
    before: lxml_html.HtmlElement,
    now: lxml_html.HtmlElement,
) -> None:
    """The text behind one element stands behind another now."""
    for index, (node, start, text) in enumerate(pieces):
        if node.is_tail and node.element is before:
            pieces[index] = (TextNode(now, True), start, text)
