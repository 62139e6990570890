"""Checks quotations against the texts they come from.

A library is a directory with one file for each reading:

    >>> import tempfile
    >>> from quotecheck import Library, Reading, check_quotation
    >>> library = Library.open(tempfile.mkdtemp())
    >>> library.put(Reading("plague", "The town was shut, and no one\\nwas let out."))
    True

Typography is levelled, so that a line break is no difference:

    >>> check_quotation("no one was let out", library).verdict.value
    'verbatim'

A changed word is always told:

    >>> finding = check_quotation("The town was shut, and every one was let out", library)
    >>> finding.verdict.value, finding.changes[0].source_text, finding.changes[0].grave
    ('altered', 'no', 'negation')

Read ``check.py`` first.
"""

from typing import TYPE_CHECKING, Any

from .check import check, check_quotation
from .index import IndexDamaged, IndexedReading
from .library import Library
from .types import (
    Change,
    Citation,
    Finding,
    Locator,
    PageMark,
    Place,
    Placing,
    Post,
    Quotation,
    Reading,
    ReadingInfo,
    Span,
    Verdict,
    Wording,
)

if TYPE_CHECKING:
    from .citing import find_locators
    from .extract import find_citations, find_quotations

__all__ = [
    "Change",
    "Citation",
    "Finding",
    "IndexDamaged",
    "IndexedReading",
    "Library",
    "Locator",
    "PageMark",
    "Place",
    "Placing",
    "Post",
    "Quotation",
    "Reading",
    "ReadingInfo",
    "Span",
    "Verdict",
    "Wording",
    "check",
    "check_quotation",
    "find_citations",
    "find_locators",
    "find_quotations",
]


def __getattr__(name: str) -> Any:
    """What takes posts apart is loaded when first used: single quotations need none of it."""
    if name in ("find_citations", "find_quotations"):
        from . import extract

        return getattr(extract, name)
    if name == "find_locators":
        from . import citing

        return citing.find_locators
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
