"""What comes out of a file of records."""

from __future__ import annotations

from dataclasses import dataclass

from .records import Csl


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, the line it begins in and the key it was called by."""

    line: int
    key: str
    csl: Csl


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be read, where, and why. ``is_line`` says that ``line`` counts lines."""

    line: int
    sentence: str
    is_line: bool = True


@dataclass(frozen=True, slots=True)
class Parsed:
    entries: list[Entry]
    faults: list[Fault]
