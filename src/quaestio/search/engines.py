"""The engines behind the search: what modelsearch brings, without what costs more with every other
course of the site.

``QUAESTIO_SEARCH`` chooses: by default the full text search of the database itself, SQLite's FTS5
or PostgreSQL's; else an OpenSearch server (``config.settings.MODELSEARCH_BACKENDS``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from modelsearch.backends.base import BaseSearchBackend
from modelsearch.models import IndexEntry


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """The full text search of the database, by its kind; modelsearch asks for this name."""
    if connection.vendor == "postgresql":
        return postgresql(params)
    return sqlite(params)


def sqlite(params: dict[str, Any]) -> BaseSearchBackend:
    from modelsearch.backends.database.sqlite.sqlite import SQLiteIndex, SQLiteSearchBackend

    class Index(SQLiteIndex):  # type: ignore[misc]
        def add_items(self, model: type[Model], objs: Iterable[Any]) -> None:
            """One query, whether the things are new or changed."""
            kind = ContentType.objects.get_for_model(model)
            IndexEntry.objects.bulk_create(
                [
                    IndexEntry(
                        content_type=kind,
                        object_id=str(one.pk),
                        title="",
                        autocomplete=one.search_words,
                    )
                    for one in objs
                ],
                batch_size=200,
                update_conflicts=True,
                unique_fields=["content_type", "object_id"],
                update_fields=["autocomplete"],
            )

        def _refresh_title_norms(self, full: bool = False) -> None:
            """Titles are not weighed: it would look at every text of the site for each new one."""

    class Backend(SQLiteSearchBackend):  # type: ignore[misc]
        index_class = Index

    return Backend(params)


def postgresql(params: dict[str, Any]) -> BaseSearchBackend:
    from modelsearch.backends.database.postgres.postgres import PostgresIndex, PostgresSearchBackend

    class Index(PostgresIndex):  # type: ignore[misc]
        def _refresh_title_norms(self, full: bool = False) -> None:
            """As above."""

    class Backend(PostgresSearchBackend):  # type: ignore[misc]
        index_class = Index

    return Backend(params)
