"""RIS: two letters, a hyphen, a value; a record from TY to ER."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from .entries import Entry, Fault, Parsed
from .names import sorting_text
from .records import Csl, record, year_of

_LINE = re.compile(r"([A-Z][A-Z0-9])  ?- ?(.*)")
_TYPES = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "ABST": "article-journal",
    "MGZN": "article-magazine", "NEWS": "article-newspaper", "BOOK": "book", "EBOOK": "book",
    "EDBOOK": "book", "CHAP": "chapter", "ECHAP": "chapter", "CONF": "paper-conference",
    "CPAPER": "paper-conference", "THES": "thesis", "RPRT": "report", "GOVDOC": "report",
    "ELEC": "webpage", "WEB": "webpage", "BLOG": "webpage", "UNPB": "manuscript",
    "MANSCPT": "manuscript", "PCOMM": "personal_communication", "VIDEO": "motion_picture",
    "MPCT": "motion_picture", "GEN": "document",
}  # fmt: skip
_WRITTEN = {
    "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS",
    "book": "BOOK", "chapter": "CHAP", "paper-conference": "CPAPER", "thesis": "THES",
    "report": "RPRT", "webpage": "ELEC", "manuscript": "MANSCPT", "motion_picture": "MPCT",
    "personal_communication": "PCOMM",
}  # fmt: skip
_ONE = {  # the first tag that has something
    "title": ("TI", "T1", "CT", "BT"), "publisher": ("PB",), "publisher-place": ("CY", "PP"),
    "volume": ("VL",), "issue": ("IS",), "edition": ("ET",), "URL": ("UR", "L2"), "DOI": ("DO",),
    "language": ("LA",), "title-short": ("ST",), "collection-title": ("T3",), "note": ("N1",),
}  # fmt: skip
_WRITE = (
    ("T2", "container-title"), ("PB", "publisher"), ("CY", "publisher-place"), ("VL", "volume"),
    ("IS", "issue"), ("ET", "edition"), ("T3", "collection-title"), ("UR", "URL"), ("DO", "DOI"),
    ("LA", "language"), ("N1", "note"), ("ST", "title-short"),
)  # fmt: skip


def looks_like(text: str) -> bool:
    first = text.split("\n", 1)[0].strip()
    match = _LINE.fullmatch(first + " " if first.endswith("-") else first)
    return bool(match) and match is not None and match[1] in ("TY", "ID", "PR", "Y1", "AU", "TI")


def parse(text: str) -> Parsed:
    parsed = Parsed([], [])
    tags: dict[str, list[str]] = defaultdict(list)
    begun = 0
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        match = _LINE.fullmatch(line.strip() + (" " if line.strip().endswith("-") else ""))
        tag, value = (match[1], match[2].strip()) if match else ("", line.strip())
        if tag == "TY":
            if begun:
                told = _("The record that begins here has no end (ER).")
                parsed.faults.append(Fault(begun, told))
            tags, begun = defaultdict(list), number
            tags["TY"].append(value)
        elif tag == "ER":
            if begun:
                _take(parsed, begun, tags)
            begun = 0
        elif tag:
            tags[tag].append(value)
            last = tag
        elif value and begun:
            last_values = tags.get(last) if len(tags) > 1 else None
            if last_values:
                last_values[-1] += " " + value
    if begun:
        _take(parsed, begun, tags)  # many programs forget the last ER
    return parsed


def _take(parsed: Parsed, line: int, tags: dict[str, list[str]]) -> None:
    try:
        key = next(iter(tags.get("ID", [])), "")[:60]
        parsed.entries.append(Entry(line, key, record(_csl(tags))))
    except ValueError:
        parsed.faults.append(Fault(line, _("The record that begins here has no title.")))


def _csl(tags: dict[str, list[str]]) -> dict[str, Any]:
    def first(*names: str) -> str:
        return next((value for name in names for value in tags.get(name, []) if value), "")

    kind = _TYPES.get(first("TY").upper(), "document")
    data: dict[str, Any] = {"type": kind}
    for variable, names in _ONE.items():
        data[variable] = first(*names)
    data["container-title"] = first("T2", "JO", "JF", "JA", "J2", "BT")
    data["author"] = tags.get("AU") or tags.get("A1") or []
    editors = [*tags.get("ED", []), *tags.get("A2", [])]
    data["editor"] = editors
    data["translator"] = tags.get("A4", [])
    pages = [page for page in (first("SP"), first("EP")) if page]
    data["page"] = "-".join(dict.fromkeys(pages)).replace("--", "-").replace("–", "-")
    data["issued"] = first("DA", "PY", "Y1").rstrip("/") or first("PY", "Y1")
    data["accessed"] = first("Y2").rstrip("/")
    number = first("SN")
    data["ISSN" if kind.startswith("article") else "ISBN"] = number
    return data


def write(records: Sequence[tuple[str, Csl]]) -> str:
    return "".join(_written(key, csl) for key, csl in records)


def _written(key: str, csl: Csl) -> str:
    lines = [("TY", _WRITTEN.get(csl["type"], "GEN")), ("ID", key), ("TI", csl["title"])]
    for tag, variable in (("AU", "author"), ("ED", "editor"), ("A4", "translator")):
        lines += [(tag, sorting_text(name)) for name in csl.get(variable, [])]
    lines += [(tag, csl[variable]) for tag, variable in _WRITE if csl.get(variable)]
    date = (csl.get("issued") or {}).get("date-parts")
    if year_of(csl):
        lines.append(("PY", year_of(csl)))
    if date and len(date[0]) > 1:
        lines.append(("DA", "/".join(f"{part:02}" for part in date[0])))
    first, _dash, last = csl.get("page", "").replace("–", "-").partition("-")
    lines += [(tag, page.strip()) for tag, page in (("SP", first), ("EP", last)) if page]
    number = csl.get("ISBN") or csl.get("ISSN")
    lines += [("SN", number)] if number else []
    return "".join(f"{tag}  - {value}\r\n" for tag, value in [*lines, ("ER", "")]) + "\r\n"
