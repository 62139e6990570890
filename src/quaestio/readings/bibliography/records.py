"""What a record may hold, and what is made of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from .names import Name, name_from

Csl = dict[str, Any]

TYPES = {
    "book": _("book"),
    "chapter": _("chapter in a book"),
    "article-journal": _("article in a journal"),
    "article-magazine": _("article in a magazine"),
    "article-newspaper": _("article in a newspaper"),
    "webpage": _("web page"),
    "thesis": _("thesis"),
    "report": _("report"),
    "paper-conference": _("conference paper"),
    "manuscript": _("manuscript or archival source"),
    "speech": _("speech"),
    "motion_picture": _("film"),
    "personal_communication": _("letter"),
    "document": _("other"),
}

# Variables of one line each, as CSL calls them.
FIELDS = (
    "container-title", "collection-title", "publisher", "publisher-place", "edition", "volume",
    "issue", "page", "archive", "event-title", "genre", "language", "URL", "DOI", "ISBN", "ISSN",
    "note", "title-short", "number",
)  # fmt: skip
NAMES = ("author", "editor", "translator", "container-author", "collection-editor")
LONGEST = {"title": 300, "URL": 500, "note": 1000}
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_OTHER_TYPES = {
    "article": "article-journal", "broadcast": "document", "entry-encyclopedia": "chapter",
    "entry-dictionary": "chapter", "entry": "chapter", "post-weblog": "webpage", "post": "webpage",
    "interview": "document", "pamphlet": "book", "collection": "book", "periodical": "book",
}  # fmt: skip


def record(data: Mapping[str, Any]) -> Csl:
    """CSL-JSON of whatever origin, reduced to what is known here, each value of the right shape.

    ``ValueError`` where there is no title.
    """
    title = _line(data.get("title"), LONGEST["title"])
    if not title:
        raise ValueError("no title")
    kind = str(data.get("type") or "")
    made: Csl = {
        "type": kind if kind in TYPES else _OTHER_TYPES.get(kind, "document"),
        "title": title,
    }
    for key in FIELDS:
        text = _line(data.get(key), LONGEST.get(key, 300))
        if text:
            made[key] = text
    for key in NAMES:
        names = [name for one in _list(data.get(key))[:60] if (name := _name(one))]
        if names:
            made[key] = names
    for key in ("issued", "accessed"):
        date = _date(data.get(key))
        if date:
            made[key] = date
    return made


def issued_from(text: str) -> Csl:
    """ "2006", "March 2006", "2006-03-14", "c. 1953" as a date; {} for nothing."""
    text = text.strip()
    if not text:
        return {}
    iso = re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?/*", text)
    if iso:
        parts = [int(part) for part in iso.groups() if part]
        return {"date-parts": [parts]} if 1 <= parts[1] <= 12 else {"date-parts": [parts[:1]]}
    year = _YEAR.search(text)
    if year and text == year[1]:
        return {"date-parts": [[int(year[1])]]}
    if year:
        month = next(
            (n for n, name in enumerate(MONTHS, 1) if re.search(rf"\b{name}", text.lower())), 0
        )
        if month and not re.search(r"[–/]|\bc\b", text):
            return {"date-parts": [[int(year[1]), month]]}
    return {"literal": text[:40]}


def year_of(csl: Mapping[str, Any]) -> str:
    """What stands for the year: "2006", or the words of a date that is none."""
    date = csl.get("issued") or {}
    parts = date.get("date-parts") or []
    if parts and parts[0]:
        return str(parts[0][0])
    return str(date.get("literal") or "")[:20]


def _line(value: Any, longest: int) -> str:
    if isinstance(value, list):  # as Crossref has titles
        value = value[0] if value else ""
    if not isinstance(value, str | int | float):
        return ""
    text = re.sub(r"</?(?:i|b|em|strong|sc|sup|sub|span)\b[^>]{0,80}>", "", str(value))
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())[
        :longest
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _name(value: Any) -> Name:
    if isinstance(value, str):
        text = _line(value, 200)
        return name_from(text) if text else {}
    if not isinstance(value, Mapping):
        return {}
    keys = (
        "family", "given", "literal", "suffix", "dropping-particle", "non-dropping-particle"
    )  # fmt: skip
    name = {key: text for key in keys if (text := _line(value.get(key), 200))}
    if "family" not in name and "literal" not in name:
        return {"literal": name["given"]} if name.get("given") else {}
    return name


def _date(value: Any) -> Csl:
    if isinstance(value, str | int):
        return issued_from(str(value))
    if not isinstance(value, Mapping):
        return {}
    parts = value.get("date-parts")
    try:
        numbers = [int(part) for part in parts[0][:3]] if parts else []
    except (TypeError, ValueError, IndexError, KeyError):
        numbers = []
    if numbers and -9999 < numbers[0] <= 9999:
        return {"date-parts": [numbers]}
    return issued_from(_line(value.get("literal") or value.get("raw"), 40))
