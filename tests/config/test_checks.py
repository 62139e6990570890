"""A database that could forget an acknowledged post is refused at the start."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from pytest_django import Settings

from quaestio.config import sqlite
from quaestio.config.checks import postgresql_problems, sqlite_problems

VERSIONS = [
    ("3.6.23", True),
    ("3.7.0", False),
    ("3.40.1", False),
    ("3.44.5", False),
    ("3.44.6", True),
    ("3.45.0", False),
    ("3.46.1", False),
    ("3.50.4", False),
    ("3.50.7", True),
    ("3.51.2", False),
    ("3.51.3", True),
    ("3.53.4", True),
]


@pytest.mark.parametrize(("version", "sound"), VERSIONS)
def test_the_wal_reset_bug_is_known_by_version(version: str, sound: bool) -> None:
    number = tuple(int(part) for part in version.split("."))
    assert sqlite.wal_is_sound(number) is sound
    found = {problem.id for problem in sqlite_problems(number, "wal", "2")}
    assert found == (set() if sound else {"quaestio.E001"})


def test_an_unsound_sqlite_may_run_with_a_rollback_journal() -> None:
    assert sqlite_problems((3, 40, 1), "delete", "2") == []


@pytest.mark.parametrize("synchronous", ["0", "1"])
def test_sqlite_must_wait_for_the_disk(synchronous: str) -> None:
    assert [one.id for one in sqlite_problems((3, 53, 4), "wal", synchronous)] == ["quaestio.E002"]


@pytest.mark.parametrize(
    ("fsync", "commit", "sound"),
    [("on", "on", True), ("off", "on", False), ("on", "off", False), ("on", "remote_write", True)],
)
def test_postgresql_must_wait_for_the_disk(fsync: str, commit: str, sound: bool) -> None:
    assert (postgresql_problems(fsync, commit) == []) is sound


@pytest.mark.django_db
@pytest.mark.sqlite
def test_the_site_runs_on_a_sound_sqlite_and_waits_for_the_disk() -> None:
    with connection.cursor() as cursor:
        pragmas = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size"):
            cursor.execute(f"PRAGMA {name}")
            row = cursor.fetchone()
            pragmas[name] = row[0] if row else 0
    assert pragmas["journal_mode"] == sqlite.journal_mode().lower()
    assert pragmas["synchronous"] == 2
    assert pragmas["foreign_keys"] == 1
    assert pragmas["mmap_size"] == 0


@pytest.mark.django_db
def test_the_site_has_no_problem_of_its_own() -> None:
    assert run_checks(databases=["default"]) == []


@pytest.mark.django_db
def test_health_is_told_without_https_and_everything_else_is_led_to_it(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health").status_code == 200
    assert client.get("/")["Location"] == "https://testserver/"
