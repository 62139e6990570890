"""A sound SQLite under Django.

SQLite before 3.51.3 (3.50.7, 3.44.6 in the older branches) can lose committed transactions or
damage the file in WAL mode when two connections meet at a log reset. ``pysqlite3`` brings a newer
engine than most distributions do; it is put in the place of the standard module before Django
loads it. ``web.checks`` refuses what is still unsound; ``journal_mode`` falls back to DELETE.
"""

from __future__ import annotations

import sys

Version = tuple[int, ...]


def use_bundled_engine() -> None:
    """Let ``import sqlite3`` mean pysqlite3, where that is installed."""
    try:
        import pysqlite3
        import pysqlite3.dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def wal_is_sound(version: Version) -> bool:
    """Whether this SQLite has the fix of the WAL-reset bug.

    >>> wal_is_sound((3, 51, 3)), wal_is_sound((3, 51, 2)), wal_is_sound((3, 50, 7))
    (True, False, True)
    """
    return (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51)
        or (3, 44, 6) <= version < (3, 45)
        or version < (3, 7, 0)
    )


def engine_version() -> Version:
    """The version of the SQLite that Django will use, e.g. ``(3, 53, 4)``."""
    import sqlite3

    return tuple(int(part) for part in sqlite3.sqlite_version.split("."))


def journal_mode() -> str:
    """WAL where that is sound, else the rollback journal, which the bug does not touch."""
    return "WAL" if wal_is_sound(engine_version()) else "DELETE"
