"""A backup while the site runs: a folder laid out as the data folder, so it can take its place.

The database comes first. What is uploaded while the files are copied stands in the copy without a
row, which does no harm; a row without its file would.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from quaestio.config.serving import Refused


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup holds: the size of the database in bytes (None where it is not in there) and
    how many files.
    """

    database: int | None
    files: int


def backup(to: Path) -> Kept:
    """Copies database, files and key into ``to``, which must be empty or new. The folder gets its
    name only when all is in it.
    """
    to = to.resolve()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Refused(f"{to} is there already. Name a folder that is new or empty.")
    if to.is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise Refused("A backup cannot stand among the files that it copies.")
    unfinished = to.with_name(f"{to.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        kept = Kept(copy_database(unfinished / "quaestio.db"), copy_files(unfinished / "files"))
        key = settings.DATA / "secret-key"
        if key.exists():
            shutil.copy2(key, unfinished / "secret-key")
        if to.exists():
            to.rmdir()
        unfinished.rename(to)
    except OSError as error:
        raise Refused(f"The backup could not be written: {error}.") from error
    return kept


def copy_database(to: Path) -> int | None:
    """SQLite by its own means, with the engine that the site uses. None where it is PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    connection.ensure_connection()
    with closing(sqlite3.connect(to)) as copy:
        connection.connection.backup(copy)
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise Refused(f"The copy of the database is damaged: {found}")
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    return to.stat().st_size


def copy_files(to: Path) -> int:
    """What was uploaded. A file that is removed meanwhile is left out."""
    to.mkdir()
    number = 0
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if path.is_file():
            copy = to / path.relative_to(settings.MEDIA_ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copy2(path, copy)
            except FileNotFoundError:
                continue
            number += 1
    return number
