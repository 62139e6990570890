"""The engines behind the search: what modelsearch brings, without what costs more with every other
course of the site.

``QUAESTIO_SEARCH`` chooses: by default the full text search of the database itself, SQLite's FTS5
or PostgreSQL's; else an OpenSearch server (``config.settings.MODELSEARCH_BACKENDS``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from modelsearch.backends.base import BaseSearchBackend
from modelsearch.models import IndexEntry
from modelsearch.query import And, SearchQuery

Scores = Iterable[tuple[int, float]]


class Scoring(Protocol):
    """An engine in the database that says how well rows hold what is looked for."""

    def scores(self, model: type[Model], here: SearchQuery, terms: list[SearchQuery]) -> Scores:
        """For each row of the model that holds all the terms and ``here``, which stands for the
        courses: its key, and a number that is larger the more the row is about the terms. One
        query.
        """


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """The full text search of the database, by its kind; modelsearch asks for this name."""
    if connection.vendor == "postgresql":
        return postgresql(params)
    return sqlite(params)


def sqlite(params: dict[str, Any]) -> BaseSearchBackend:
    from modelsearch.backends.database.sqlite.query import BM25, MatchExpression
    from modelsearch.backends.database.sqlite.sqlite import SQLiteIndex, SQLiteSearchBackend
    from modelsearch.models import SQLiteFTSIndexEntry

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

        def scores(self, model: type[Model], here: SearchQuery, terms: list[SearchQuery]) -> Scores:
            """BM25 of the whole question. The word for the course stands once in each of its rows,
            so it adds about the same to all.
            """
            rows = model._default_manager.all()
            compiler = self.autocomplete_query_compiler_class(rows, And([here, *terms]))
            asked = compiler.build_search_query(compiler.query)
            entries = SQLiteFTSIndexEntry.objects.filter(
                MatchExpression(compiler.FTS_TABLE_FIELDS, asked),
                index_entry__content_type=ContentType.objects.get_for_model(model),
            )
            found = entries.annotate(score=BM25())
            for key, score in found.values_list("index_entry__object_id", "score"):
                yield int(key), -score

    return Backend(params)


def postgresql(params: dict[str, Any]) -> BaseSearchBackend:
    from django.contrib.postgres.search import SearchRank
    from django.db.models import F, Value
    from modelsearch.backends.database.postgres.postgres import PostgresIndex, PostgresSearchBackend

    class Index(PostgresIndex):  # type: ignore[misc]
        def _refresh_title_norms(self, full: bool = False) -> None:
            """As above."""

    class Backend(PostgresSearchBackend):  # type: ignore[misc]
        index_class = Index

        def scores(self, model: type[Model], here: SearchQuery, terms: list[SearchQuery]) -> Scores:
            """ts_rank of the terms, lowered for long texts by the logarithm of their length."""
            rows = model._default_manager.order_by()
            compiler = self.autocomplete_query_compiler_class(rows, And([here, *terms]))
            config = compiler.get_config(self)
            words = F("index_entries__autocomplete")
            found = rows.annotate(
                _words=words,
                _score=SearchRank(
                    words,
                    compiler.build_tsquery(And(terms), config=config),
                    normalization=Value(1),
                ),
            ).filter(_words=compiler.build_tsquery(compiler.query, config=config))
            yield from found.values_list("pk", "_score")

    return Backend(params)
