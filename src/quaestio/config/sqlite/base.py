"""Django's engine for SQLite, which remembers how it wrote a query's placeholders.

Django puts ``?`` for ``%s`` anew each time a query is asked, looking at every letter of it; for
the longer ones that takes as long as SQLite needs to answer them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

LONGEST = 10_000  # letters of a query that is worth remembering


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None and len(query) <= LONGEST:
            return with_marks(query)
        return super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=500)
def with_marks(query: str) -> str:
    """
    >>> with_marks("SELECT '5%%' WHERE id = %s")
    "SELECT '5%' WHERE id = ?"
    """
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)
