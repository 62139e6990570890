"""A backup can take the place of the site's folder."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings
from tests.support import cast

from quaestio.config.backup import backup
from quaestio.config.serving import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> Path:
    """A site in a folder of its own, with one uploaded file and a post."""
    data = tmp_path / "site"
    data.mkdir()
    settings.DATA, settings.MEDIA_ROOT = data, data / "files"
    (data / "secret-key").write_text("x" * 40)
    (data / "secret-key").chmod(0o600)
    (data / "files" / "documents").mkdir(parents=True)
    (data / "files" / "documents" / "a").write_text("A reading.")
    (data / "index").mkdir()
    teacher = cast.instructor()
    cast.response(teacher, cast.discussion(teacher), "Words to keep.")
    return data


@pytest.mark.sqlite
def test_it_holds_what_was_posted_the_files_and_the_key(site: Path, tmp_path: Path) -> None:
    to = tmp_path / "backups" / "today"
    kept = backup(to)
    assert sorted(one.name for one in to.iterdir()) == ["files", "quaestio.db", "secret-key"]
    assert (to / "files" / "documents" / "a").read_text() == "A reading."
    assert stat.S_IMODE((to / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(to.stat().st_mode) == 0o700
    assert (kept.database, kept.files) == ((to / "quaestio.db").stat().st_size, 1)
    with closing(sqlite3.connect(to / "quaestio.db")) as copy:
        assert copy.execute("SELECT source FROM discussions_post").fetchall() == [
            ("<p>Words to keep.</p>",)
        ]


@pytest.mark.sqlite
def test_it_holds_every_row_of_every_table(site: Path, tmp_path: Path) -> None:
    backup(tmp_path / "today")
    with closing(sqlite3.connect(tmp_path / "today" / "quaestio.db")) as copy:
        there = rows_of(copy.execute)
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as site_database:
        assert there == rows_of(site_database.execute)


def rows_of(ask: Any) -> dict[str, list[tuple[Any, ...]]]:
    names = ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return {name: ask(f'SELECT * FROM "{name}"').fetchall() for (name,) in names}


def test_what_is_there_is_never_written_over(site: Path, tmp_path: Path) -> None:
    to = tmp_path / "today"
    to.mkdir()
    (to / "yesterday").write_text("kept")
    with pytest.raises(Refused, match="is there already"):
        backup(to)
    assert (to / "yesterday").read_text() == "kept"
    with pytest.raises(Refused, match="among the files"):
        backup(site / "files" / "backup")


@pytest.mark.postgresql
def test_a_postgresql_database_is_left_to_its_own_tools(site: Path, tmp_path: Path) -> None:
    kept = backup(tmp_path / "today")
    assert (kept.database, kept.files) == (None, 1)
    assert not (tmp_path / "today" / "quaestio.db").exists()


def test_a_place_where_nothing_can_be_written_is_said_to_be_so(site: Path) -> None:
    with pytest.raises(Refused, match="could not be written"):
        backup(Path("/proc/nowhere/today"))
