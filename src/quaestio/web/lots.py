"""Many rows, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def in_lots(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """The rows in their order, at most ``size`` of them in memory at once. One query."""
    lot: list[Any] = []
    for row in rows.iterator(chunk_size=size):
        lot.append(row)
        if len(lot) == size:
            yield lot
            lot = []
    if lot:
        yield lot
