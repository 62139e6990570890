"""Quotation + library -> the places where it may stand."""

from __future__ import annotations

from typing import NamedTuple


class Located(NamedTuple):
    """A place: for each run of the quotation a range of the reading's words.

    ``score`` is 1.0 where every word stands as quoted.
    """

    reading: str
    ranges: tuple[tuple[int, int], ...]
    score: float
