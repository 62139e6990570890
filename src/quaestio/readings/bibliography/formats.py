"""The three formats, and telling them apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from . import bibtex, ris
from .entries import Entry, Fault, Parsed
from .records import Csl, record

MOST = 2000
LONGEST = 1_000_000
_BEGINS = re.compile(r"@\w+\s*[{(]|^TY  -", re.MULTILINE)

FORMATS = ("bibtex", "ris", "csl-json")


def parse(text: str) -> Parsed:
    """The records of a file or a pasted text in any of the formats, and what is wrong with it."""
    if len(text) > LONGEST:
        return Parsed([], [Fault(1, _("This is too long. Bring it in parts."))])
    reader = _reader_of(text)
    if reader is None:
        told = _("This is neither BibTeX nor RIS nor CSL-JSON.")
        return Parsed([], [Fault(1, told)])
    begun = sum(1 for _match in _BEGINS.finditer(text))
    parsed = reader(text) if begun <= MOST else Parsed([], [])
    if max(begun, len(parsed.entries)) > MOST:
        told = _("There are more than %s records in this. Bring it in parts.") % MOST
        return Parsed([], [Fault(1, told)])
    return parsed


def write(name: str, records: Sequence[tuple[str, Csl]]) -> str:
    """Records, each with its key, in one of ``FORMATS``."""
    writers: dict[str, Callable[[Sequence[tuple[str, Csl]]], str]] = {
        "bibtex": bibtex.write,
        "ris": ris.write,
        "csl-json": _write_json,
    }
    return writers[name](records)


def _reader_of(text: str) -> Callable[[str], Parsed] | None:
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("[", "{")):
        return _parse_json
    if ris.looks_like(start):
        return ris.parse
    return bibtex.parse if "@" in start else None


def _parse_json(text: str) -> Parsed:
    try:
        data: Any = json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        return Parsed([], [Fault(error.lineno, _("Here the JSON breaks off or goes wrong."))])
    except RecursionError:
        return Parsed([], [Fault(1, _("This JSON is nested too deeply."))])
    items = data.get("items", [data]) if isinstance(data, dict) else data
    parsed = Parsed([], [])
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        try:
            key = str(item.get("id") or item.get("citation-key") or "")[:60]
            parsed.entries.append(Entry(number, key, record(item)))
        except (AttributeError, ValueError):
            told = _("Record %s has no title.") % number
            parsed.faults.append(Fault(number, told, is_line=False))
    return parsed


def _write_json(records: Sequence[tuple[str, Csl]]) -> str:
    items = [{"id": key, **csl} for key, csl in records]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


__all__ = ["FORMATS", "Entry", "Fault", "Parsed", "parse", "write"]
