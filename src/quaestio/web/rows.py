"""Rows of several tables in one written-out query.

A few questions are asked in every request: whose session is this, where does this person sit, what
may they see here. Django composes a query anew each time it is asked, and reading a raw one looks
up its columns and their conversions anew; both cost several times what the database needs to
answer (docs/speed.md). ``Joined`` does that part once. Everything else is left to the ORM.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState

Convert = Callable[[Any], Any]


class Part:
    """The columns of one table in the row, and how they become a model instance."""

    def __init__(self, model: type[models.Model], alias: str, names: Sequence[str]) -> None:
        fields = [
            field for field in model._meta.concrete_fields if not names or field.attname in names
        ]
        self.model = model
        self.names = [field.attname for field in fields]
        quote = connection.ops.quote_name
        self.columns = ", ".join(f"{alias}.{quote(str(field.column))}" for field in fields)
        self.key = self.names.index(model._meta.pk.attname)
        self.converts = [
            (place, convert) for place, field in enumerate(fields) if (convert := converter(field))
        ]

    def made(self, values: list[Any], alias: str) -> Any:
        """The instance, or None where the join found no row. Made as ``from_db`` makes it, but its
        fields are put in all at once: no model with signals for that, or an ``__init__`` of its
        own, is read here. What was not fetched is deferred.
        """
        if values[self.key] is None:
            return None
        for place, convert in self.converts:
            if values[place] is not None:
                values[place] = convert(values[place])
        one = self.model.__new__(self.model)
        one._state = ModelState()
        one._state.adding, one._state.db = False, alias
        one.__dict__.update(zip(self.names, values, strict=True))
        return one


class Value:
    """A column that is no model's, such as a count: it stands in the query as it is."""

    names = ("",)
    columns = ""

    def made(self, values: list[Any], alias: str) -> Any:
        return values[0]


def converter(field: models.Field[Any, Any]) -> Convert | None:
    """What this engine's value of a field goes through to become Python's; None for nothing."""
    column = field.get_col(field.model._meta.db_table)
    steps = connection.ops.get_db_converters(column) + field.get_db_converters(connection)
    if not steps:
        return None

    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return convert


class Joined:
    """A query whose row holds several models.

        SEAT = Joined("SELECT {seat} FROM courses_enrollment seat WHERE …", seat=Enrollment)

    ``{seat}`` stands for the columns of the model; they come in the order of the keywords, which
    must be the order in the query. A pair of a model and field names fetches those fields alone.
    ``int`` is a number that the query itself reckons.
    """

    def __init__(
        self,
        sql: str,
        **parts: type[models.Model] | tuple[type[models.Model], Sequence[str]] | type[int],
    ) -> None:
        self.sql = sql
        self.wanted = parts
        self.prepared: dict[str, tuple[str, list[Part | Value]]] = {}

    def rows(self, params: Sequence[Any]) -> Iterator[list[Any]]:
        """An instance, or None, for each part. One query."""
        here = connections[DEFAULT_DB_ALIAS]
        sql, parts = self.prepared.get(here.vendor) or self.prepare()
        with here.cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchall()
        for row in found:
            made, at = [], 0
            for part in parts:
                end = at + len(part.names)
                made.append(part.made(list(row[at:end]), here.alias))
                at = end
            yield made

    def first(self, params: Sequence[Any]) -> list[Any] | None:
        return next(self.rows(params), None)

    def prepare(self) -> tuple[str, list[Part | Value]]:
        parts = {alias: prepared(alias, wanted) for alias, wanted in self.wanted.items()}
        sql = self.sql.format(**{alias: part.columns for alias, part in parts.items()})
        self.prepared[connection.vendor] = sql, list(parts.values())
        return self.prepared[connection.vendor]


def without(model: type[models.Model], *names: str) -> tuple[type[models.Model], list[str]]:
    """All fields of a model but these: a pair for ``Joined``."""
    fields = [field.attname for field in model._meta.concrete_fields]
    return model, [name for name in fields if name not in names]


def prepared(alias: str, wanted: Any) -> Part | Value:
    if wanted is int:
        return Value()
    model, names = wanted if isinstance(wanted, tuple) else (wanted, ())
    return Part(model, alias, names)
