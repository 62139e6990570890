"""The engine for SQLite is Django's own, but for how it comes to its placeholders."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from quaestio.config.sqlite.base import LONGEST, Cursor, with_marks

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

QUERIES = ["SELECT %s", "SELECT '5%%', %s", "SELECT '%%s', %s", f"SELECT '{'x' * LONGEST}', %s"]


@pytest.mark.parametrize("sql", QUERIES, ids=["one", "percent", "escaped", "long"])
def test_placeholders_are_written_as_django_writes_them(sql: str) -> None:
    with connection.cursor() as cursor:
        assert isinstance(cursor.cursor, Cursor)
        wanted = SQLiteCursorWrapper.convert_query(cursor.cursor, sql)
        for _time in range(2):
            assert cursor.cursor.convert_query(sql) == wanted
            cursor.execute(sql, [7])
            assert cursor.fetchone()[-1] == 7


def test_names_for_values_are_still_taken() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %(one)s + %(two)s", {"one": 1, "two": 2})
        assert cursor.fetchone() == (3,)


def test_a_very_long_query_is_not_remembered() -> None:
    before = with_marks.cache_info().currsize
    with connection.cursor() as cursor:
        for number in range(3):
            cursor.execute(f"SELECT '{'y' * LONGEST}{number}', %s", [number])
    assert with_marks.cache_info().currsize == before
