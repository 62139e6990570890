"""System checks: what would lose or leak something later is refused at the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from quaestio.config import sqlite


@register(Tags.database)
def database_keeps_what_it_acknowledged(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The engine must not forget a committed post: see ``config/sqlite.py``."""
    if connection.vendor == "sqlite":
        return sqlite_problems(
            sqlite.engine_version(), pragma("journal_mode"), pragma("synchronous")
        )
    if connection.vendor == "postgresql":
        return postgresql_problems(show("fsync"), show("synchronous_commit"))
    return [Error("Quaestio runs on SQLite or PostgreSQL.", id="quaestio.E004")]


def sqlite_problems(version: sqlite.Version, journal: str, synchronous: str) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if journal == "wal" and not sqlite.wal_is_sound(version):
        number = ".".join(map(str, version))
        problems.append(
            Error(
                f"SQLite {number} can lose committed posts in WAL mode.",
                hint="Install pysqlite3, or a Python with SQLite 3.51.3 or later.",
                id="quaestio.E001",
            )
        )
    if synchronous not in {"2", "3"}:
        problems.append(Error("SQLite must run with synchronous=FULL.", id="quaestio.E002"))
    return problems


def postgresql_problems(fsync: str, commit: str) -> list[CheckMessage]:
    if settings.DEBUG or (fsync == "on" and commit not in {"off", "local"}):
        return []
    return [
        Error(
            f"PostgreSQL runs with fsync={fsync}, synchronous_commit={commit}: "
            "a post could be lost in a power cut after it was acknowledged.",
            hint="Turn both on, or set QUAESTIO_DEBUG=yes on a machine for trying out.",
            id="quaestio.E003",
        )
    ]


def pragma(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return str(cursor.fetchone()[0])


def show(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])
