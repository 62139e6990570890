"""A site goes over into another database whole, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from pytest_django import Settings
from tests.config.access_matrix import build
from tests.config.test_cli import PATIENCE, quaestio
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.config import moving
from quaestio.config.leftovers import alive
from quaestio.config.serving import Refused
from quaestio.discussions.models import Post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data(
    transactional_db: None,
    django_db_blocker: Any,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A site with somebody of each kind and what they wrote. A test may open other databases than
    those that Django made for it.
    """
    opened = django_db_blocker._real_ensure_connection
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", opened)
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    build()
    Client().get("/accounts/login/")
    return tmp_path / "data"


def stored(using: str) -> dict[str, list[Any]]:
    """Every row that goes over, by its table."""
    return {
        model._meta.label: list(moving.rows(model, using).order_by("pk").values())
        for model in moving.copied()
    }


def test_every_row_goes_over_as_it_is(data: Path) -> None:
    other = f"sqlite:///{data.parent}/other/site.db"
    here = stored(moving.HERE)
    assert moving.move(other) == sum(map(len, here.values()))
    with moving.connected(other):
        assert stored(moving.THERE) == here
        last = Post.objects.using(moving.THERE).latest("pk").pk
        made = User.objects.db_manager(moving.THERE).create_user("new@example.edu", name="New")
        assert made.pk > User.objects.latest("pk").pk and last == Post.objects.latest("pk").pk
    assert stored(moving.HERE) == here

    with pytest.raises(Refused, match="There is a site in that database already"):
        moving.move(other)


@pytest.fixture
def third() -> Iterator[str]:
    """The address of a new database on the tests' PostgreSQL."""
    given = connection.settings_dict
    address = f"{given['USER']}@{given['HOST']}:{given['PORT']}"
    with psycopg.connect(f"postgres://{address}/postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE third")
        yield f"postgres://{address}/third"
        server.execute("DROP DATABASE third WITH (FORCE)")


@pytest.mark.postgresql
def test_from_sqlite_to_postgresql_with_a_search_index_of_its_own(data: Path, third: str) -> None:
    other = f"sqlite:///{data.parent}/other/site.db"
    moving.move(other)
    # Three processes one after another, and every migration among them.
    code, said, complaints = quaestio(
        data, "movedatabase", third, patience=4 * PATIENCE, QUAESTIO_DATABASE_URL=other
    )
    assert (code, complaints) == (0, "")
    here = stored(moving.HERE)
    assert said.startswith(f"{sum(map(len, here.values()))} rows are in the other database.")
    with moving.connected(third):
        assert stored(moving.THERE) == here
        made = User.objects.db_manager(moving.THERE).create_user("new@example.edu", name="New")
        assert made.pk > User.objects.latest("pk").pk  # its numbers go on where they were
    with psycopg.connect(third) as server:
        (indexed,) = server.execute("SELECT count(*) FROM modelsearch_indexentry").fetchone() or [0]
    assert indexed >= Post.objects.count()


def test_what_does_not_fit_is_named_and_nothing_goes_over(data: Path) -> None:
    with pytest.raises(Refused, match="failed over there"):
        moving.move("postgres://nobody@127.0.0.1:9/nowhere")


def test_a_site_that_runs_is_not_moved(data: Path) -> None:
    with alive(), pytest.raises(Refused, match="The site is running"):
        moving.move(f"sqlite:///{data.parent}/other.db")


@pytest.mark.sqlite
def test_nor_is_it_moved_into_itself(data: Path) -> None:
    cast.person()
    with pytest.raises(Refused, match="which the site has now"):
        moving.move(f"sqlite:///{connection.settings_dict['NAME']}")
    assert User.objects.exists()
