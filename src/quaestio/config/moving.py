"""All rows of the site into another, empty database: a department that grows goes from SQLite to
PostgreSQL.

The tables over there are made by the site itself, run with the other address. Then each row goes
over as it is, with its number and times, in one transaction on both sides: it is all there
afterwards, or nothing. The search index is made anew, since each engine has its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.models import Model
from django.db.models.sql import InsertQuery

from quaestio.config import sqlite
from quaestio.config.env import database
from quaestio.config.leftovers import is_dead, locks
from quaestio.config.serving import Refused
from quaestio.web.lots import in_lots

HERE, THERE = "default", "there"
AT_ONCE = 200  # rows
# Made anew over there: what is searched, and how far that has come.
NOT_COPIED = {"modelsearch", "search"}


def move(url: str) -> int:
    """Copy all rows into the database at ``url``. How many."""
    if any(is_dead(path.name) is False for path in locks().glob("[!.]*")):
        raise Refused("The site is running: stop it first, or what is posted meanwhile is lost.")
    with connected(url):
        run_there("migrate", url)
        try:
            number = copy_rows()
        except DatabaseError as error:
            raise Refused(f"Nothing was copied: {error}") from error
    run_there("reindex", url)
    return number


@contextmanager
def connected(url: str) -> Iterator[None]:
    """The database at ``url`` is the other one until the block is left."""
    given = {HERE: database(url, sqlite_journal=sqlite.journal_mode())}
    there = connections.configure_settings(given)[HERE]
    here = connections.databases[HERE]
    if all(there[part] == here[part] for part in ("ENGINE", "NAME", "HOST", "PORT")):
        raise Refused("That is the database which the site has now.")
    connections.databases[THERE] = there
    try:
        yield
    finally:
        connections[THERE].close()
        del connections[THERE]
        del connections.databases[THERE]


def run_there(command: str, url: str) -> None:
    """A command of the site, with the other database."""
    done = subprocess.run(
        [sys.executable, "-m", "quaestio", command],
        env={**os.environ, "QUAESTIO_DATABASE_URL": url, "QUAESTIO_DATA": str(settings.DATA)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"“quaestio {command}” failed over there: {done.stderr.strip()}")


def copied() -> list[type[Model]]:
    """The models whose rows go over, those of links between others among them."""
    models = apps.get_models(include_auto_created=True)
    return [
        one
        for one in models
        if one._meta.managed and not one._meta.proxy and one._meta.app_label not in NOT_COPIED
    ]


def copy_rows() -> int:
    models = copied()
    with transaction.atomic(HERE), transaction.atomic(THERE):
        for model in models:
            if model._meta.label == "accounts.User" and rows(model, THERE).exists():
                raise Refused("There is a site in that database already. It was left as it is.")
        for model in models:  # what “migrate” has put there, which has the same here
            rows(model, THERE)._raw_delete(THERE)
        number = sum(copy_table(model) for model in models)
        connections[THERE].check_constraints()
        with connections[THERE].cursor() as cursor:
            for line in connections[THERE].ops.sequence_reset_sql(no_style(), models):
                cursor.execute(line)
    return number


def copy_table(model: type[Model]) -> int:
    number = 0
    fields = model._meta.local_concrete_fields
    for lot in in_lots(rows(model, HERE).order_by("pk"), AT_ONCE):
        query = InsertQuery(model)
        query.insert_values(fields, lot, raw=True)  # as they are: no field makes its value anew
        try:
            query.get_compiler(using=THERE).execute_sql()
        except (DatabaseError, ValueError) as error:
            of = f"{model._meta.verbose_name_plural} {lot[0].pk} to {lot[-1].pk}"
            raise Refused(f"Nothing was copied. What stopped it is among {of}: {error}") from error
        number += len(lot)
    if rows(model, THERE).count() != number:
        raise Refused(f"Nothing was copied: of {model._meta.verbose_name_plural} not all arrived.")
    return number


def rows(model: type[Model], using: str) -> Any:
    return model._base_manager.using(using)
