"""BibTeX and BibLaTeX."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, DuplicateBlockKeyBlock, ParsingFailedBlock
from bibtexparser.model import Entry as BibEntry
from django.utils.translation import gettext as _
from pylatexenc.latex2text import LatexNodes2Text

from .entries import Entry, Fault, Parsed
from .names import Name, name_from, sorting_text
from .records import MONTHS, Csl, record, year_of

for _talker in ("pylatexenc", "bibtexparser"):
    logging.getLogger(_talker).setLevel(logging.CRITICAL)

_TYPES = {
    "article": "article-journal", "book": "book", "mvbook": "book", "collection": "book",
    "proceedings": "book", "booklet": "book", "manual": "book", "incollection": "chapter",
    "inbook": "chapter", "inreference": "chapter", "inproceedings": "paper-conference",
    "conference": "paper-conference", "phdthesis": "thesis", "mastersthesis": "thesis",
    "thesis": "thesis", "techreport": "report", "report": "report", "online": "webpage",
    "electronic": "webpage", "www": "webpage", "unpublished": "manuscript",
    "letter": "personal_communication", "movie": "motion_picture", "video": "motion_picture",
}  # fmt: skip
_WRITTEN = {
    "article-journal": "article", "article-magazine": "article", "article-newspaper": "article",
    "book": "book", "chapter": "incollection", "paper-conference": "inproceedings",
    "thesis": "phdthesis", "report": "techreport", "webpage": "online",
    "manuscript": "unpublished",
}  # fmt: skip
_ONE = {
    "title": ("title",), "publisher": ("publisher", "school", "institution", "organization"),
    "publisher-place": ("address", "location"), "volume": ("volume",), "issue": ("number", "issue"),
    "edition": ("edition",), "URL": ("url",), "DOI": ("doi",), "ISBN": ("isbn",),
    "ISSN": ("issn",), "language": ("language",), "title-short": ("shorttitle",),
    "collection-title": ("series",), "container-title": ("journal", "journaltitle", "booktitle"),
    "note": ("note",),
}  # fmt: skip
_WRITE = (
    ("publisher", "publisher"), ("address", "publisher-place"), ("volume", "volume"),
    ("number", "issue"), ("edition", "edition"), ("series", "collection-title"), ("url", "URL"),
    ("doi", "DOI"), ("isbn", "ISBN"), ("issn", "ISSN"), ("language", "language"), ("note", "note"),
)  # fmt: skip
_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#",
    "_": r"\_", "$": r"\$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
# What a chapter has from the book that it names under "crossref", and what it has of its own.
_IN_A_BOOK = {"title": "booktitle"}
_ITS_OWN = {"author", "subtitle", "shorttitle", "pages", "doi", "url", "urldate", "note"}
_DEEPEST = 30
LONGEST_VALUE, LONGEST_NAMES = 4000, 20_000


def parse(text: str) -> Parsed:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        return Parsed([], [Fault(1, _("The braces in this are nested too deeply, or left open."))])
    parsed = Parsed([], [])
    blocks = parse_string(text).blocks
    books = {one.key.lower(): _fields(one) for one in blocks if isinstance(one, BibEntry)}
    for block in blocks:
        _take(parsed, block, books)
    if not parsed.entries and not parsed.faults:
        parsed.faults.append(Fault(1, _("There is no record in this.")))
    return parsed


def _fields(entry: BibEntry) -> dict[str, str]:
    return {field.key.lower(): str(field.value) for field in entry.fields}


def _take(parsed: Parsed, block: Block, books: Mapping[str, Mapping[str, str]]) -> None:
    line = (block.start_line or 0) + 1
    if isinstance(block, DuplicateBlockKeyBlock) and block.ignore_error_block is not None:
        block = block.ignore_error_block
    if isinstance(block, ParsingFailedBlock):
        told = _("The record that begins here breaks off or goes wrong: a brace or comma may miss.")
        parsed.faults.append(Fault(line, told))
    elif isinstance(block, BibEntry):
        fields = _fields(block)
        book = books.get(fields.get("crossref", "").lower(), {})
        inherited = {_IN_A_BOOK.get(name, name): value for name, value in book.items()}
        fields = {**{n: v for n, v in inherited.items() if n not in _ITS_OWN}, **fields}
        try:
            csl = record(_csl(block.entry_type.lower(), fields))
            parsed.entries.append(Entry(line, block.key[:60], csl))
        except ValueError:
            parsed.faults.append(Fault(line, _("The record that begins here has no title.")))


def _csl(kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    def first(*names: str) -> str:
        return _plain(next((fields[name] for name in names if fields.get(name)), ""))

    data: dict[str, Any] = {"type": _TYPES.get(kind, "document")}
    for variable, names in _ONE.items():
        data[variable] = first(*names)
    subtitle = first("subtitle")
    if subtitle and data["title"]:
        data["title"] += f": {subtitle}"
    if data["type"] == "document" and fields.get("url"):
        data["type"] = "webpage"
    if data["type"] == "webpage" and not data["URL"]:
        data["URL"] = first("howpublished")
    data["page"] = first("pages").replace("–", "-").replace("--", "-")
    for variable in ("author", "editor", "translator"):
        data[variable] = list(_names(fields.get(variable, "")))
    date = first("date") or " ".join(part for part in (first("month"), first("year")) if part)
    data["issued"], data["accessed"] = date, first("urldate")
    return data


def _plain(text: str) -> str:
    """LaTeX as letters. A value longer than any bibliography has is cut before it costs time."""
    # pylatexenc takes the sign for another one, which only looks alike.
    text = text[:LONGEST_VALUE].replace(_ESCAPED["^"], "^")
    if not any(sign in text for sign in ("\\", "{", "}", "$", "~", "--", "``", "''")):
        return " ".join(text.split())
    try:
        text = LatexNodes2Text(keep_comments=True).latex_to_text(text)
    except Exception:  # broken LaTeX is still mostly text
        text = re.sub(r"\\[a-zA-Z]+|[{}\\$]", "", text)
    return " ".join(text.replace("--", "–").split())


def _names(text: str) -> Iterator[Name]:
    for part in _split_at_and(text[:LONGEST_NAMES]):
        if part.startswith("{") and part.endswith("}") and _is_one_group(part):
            yield {"literal": _plain(part)}
        elif part.lower() != "others":
            yield name_from(_plain(part))


def _split_at_and(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for match in re.finditer(r"[{}]|\s+and\s+", text):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        elif depth == 0:
            yield text[start : match.start()].strip()
            start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def _is_one_group(text: str) -> bool:
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return place == len(text) - 1
    return False


def write(records: Sequence[tuple[str, Csl]]) -> str:
    return "\n".join(_written(key, csl) for key, csl in records)


def _written(key: str, csl: Csl) -> str:
    kind = csl["type"]
    fields = [("title", "{" + _latex(csl["title"]) + "}")]
    for name in ("author", "editor", "translator"):
        people = " and ".join(_written_name(one) for one in csl.get(name, []))
        fields += [(name, people)] if people else []
    container = csl.get("container-title")
    if container:
        where = "booktitle" if kind in ("chapter", "paper-conference") else "journal"
        fields.append((where, _latex(container)))
    fields += [(name, _latex(csl[variable])) for name, variable in _WRITE if csl.get(variable)]
    parts = ((csl.get("issued") or {}).get("date-parts") or [[]])[0]
    if len(parts) > 1 and 1 <= parts[1] <= 12:
        fields.append(("month", MONTHS[parts[1] - 1]))
    if year_of(csl):
        fields.append(("year", _latex(year_of(csl))))
    if csl.get("page"):
        fields.append(("pages", re.sub(r"\s*[-–]\s*", "--", csl["page"])))
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields)
    return f"@{_WRITTEN.get(kind, 'misc')}{{{key},\n{body}}}\n"


def _written_name(name: Name) -> str:
    if name.get("literal"):
        return "{" + _latex(name["literal"]) + "}"
    return _latex(sorting_text(name))


def _latex(text: str) -> str:
    escaped = "".join(_ESCAPED.get(sign, sign) for sign in text)
    return re.sub(r"(['`])(?=\1)", r"\1{}", escaped)  # two of them would be a quotation mark
