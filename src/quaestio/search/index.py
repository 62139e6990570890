"""The index of what people can search: what goes in, and which rows hold what is looked for.

A model that can be searched derives from ``Searchable`` and says in ``search_text`` what is in it,
and in ``search_course`` whose course it is. Its actions call ``put`` in their transaction: an
engine inside the database then finds what is posted as soon as it is posted. Another one is told
by a task after the commit.

``matching`` narrows a query to the rows that hold what is looked for; who may see which row is not
known here: the query comes from a door (``readable_posts``, …) and stays one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from modelsearch import index
from modelsearch.backends import get_search_backend
from modelsearch.index import get_indexed_models
from modelsearch.query import And, Or, Phrase, PlainText, SearchQuery

from quaestio.search.words import Term, Wanted, words_of

LONGEST_TEXT = 200_000  # characters of one row that are put into the index
MOST_ELSEWHERE = 1000  # rows that an engine outside the database is asked for
AT_ONCE = 500

Row = TypeVar("Row", bound=Model)


def is_inside() -> bool:
    """Whether the index is in the database, and so in its transactions."""
    return bool(settings.SEARCH_INSIDE)


if TYPE_CHECKING:
    from quaestio.search.engines import Scoring

    Indexed = object  # modelsearch brings no types; the models are not to lose theirs
else:
    Indexed = index.Indexed


class Searchable(Indexed):
    """A model whose rows are in the index."""

    search_auto_update = False  # the actions do it; no signal goes behind their backs
    search_fields = [
        # Inside the database a word may be the beginning of a longer one; OpenSearch would index
        # every beginning for that.
        index.AutocompleteField("search_words")
        if settings.SEARCH_INSIDE
        else index.SearchField("search_words"),
        index.FilterField("id"),
    ]

    @property
    def search_text(self) -> str:
        """What a reader of this row can read."""
        raise NotImplementedError

    @property
    def search_course(self) -> str:
        """The public id of its course."""
        raise NotImplementedError

    @property
    def search_words(self) -> str:
        """The words that are put into the index, after the one that stands for the course."""
        return " ".join(
            [course_word(self.search_course), *words_of(self.search_text[:LONGEST_TEXT])]
        )


def course_word(public_id: str) -> str:
    """A word that all rows of a course share, so that a search never looks into another's."""
    return f"incourse{public_id}"


# -- What goes in -------------------------------------------------------------------------------


def put(rows: Sequence[Any]) -> None:
    """Rows of one model that are new or have another text. One query inside the database."""
    if not rows:
        return
    model = type(rows[0])
    if is_inside():
        get_search_backend().add_bulk(model, rows)
        return
    ids = [row.pk for row in rows]
    transaction.on_commit(partial(put_later, model._meta.label, ids))


def put_later(label: str, ids: Sequence[int]) -> None:
    from quaestio.search.tasks import put_rows

    for start in range(0, len(ids), AT_ONCE):
        put_rows.enqueue(label, list(ids[start : start + AT_ONCE]))


def drop(rows: QuerySet[Any]) -> None:
    """Rows that nobody is to find any more. What is deleted goes out of the index by itself."""
    if is_inside():
        from django.contrib.contenttypes.models import ContentType
        from django.db.models import CharField
        from django.db.models.functions import Cast
        from modelsearch.models import IndexEntry

        kind = ContentType.objects.get_for_model(rows.model)
        ids = rows.annotate(as_text=Cast("pk", CharField())).values("as_text")
        IndexEntry.objects.filter(content_type=kind, object_id__in=ids).delete()
        return
    for row in rows.iterator():
        get_search_backend().delete(row)


def is_unfilled() -> bool:
    """Whether nothing is in the index though there is something to find: the site is older than
    its search.
    """
    if not is_inside():
        return False
    from modelsearch.models import IndexEntry

    return not IndexEntry.objects.exists() and any(
        model.get_indexed_objects().exists() for model in get_indexed_models()
    )


def rebuild() -> Iterator[tuple[str, int]]:
    """Make the index anew from what is stored; yields each model with its number of rows."""
    backend = get_search_backend()
    if is_inside():
        with transaction.atomic():
            backend.reset_indexes()
            yield from _fill(backend)
        return
    backend.reset_indexes()
    yield from _fill(backend)


def _fill(backend: Any) -> Iterator[tuple[str, int]]:
    for model in get_indexed_models():
        if not is_inside():
            backend.get_index_for_model(model).add_model(model)
        done = 0
        for rows in in_lots(model.get_indexed_objects()):
            backend.add_bulk(model, rows)
            done += len(rows)
        yield str(model._meta.verbose_name_plural), done
    backend.refresh_indexes()


def in_lots(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    lot: list[Any] = []
    for row in rows.order_by("pk").iterator(chunk_size=AT_ONCE):
        lot.append(row)
        if len(lot) == AT_ONCE:
            yield lot
            lot = []
    if lot:
        yield lot


# -- What is found ------------------------------------------------------------------------------


def matching(rows: QuerySet[Row], wanted: Wanted, courses: Iterable[str]) -> QuerySet[Row]:
    """Those of these rows that hold all that is looked for and nothing that is left out.

    ``courses`` are the public ids of the courses the rows are of: only their part of the index is
    looked into. Inside the database it stays one query.
    """
    here = places_in(courses)
    if not wanted.terms or here is None:
        return rows.none()
    found = rows.filter(pk__in=_holding(rows, [here, *map(asked, wanted.terms)]))
    for term in wanted.without:
        found = found.exclude(pk__in=_holding(rows, [here, asked(term)]))
    return found


def scores(rows: QuerySet[Row], wanted: Wanted, courses: Iterable[str]) -> dict[Any, float]:
    """How well rows of this model hold what is looked for, by their key: the larger the better.
    Not all of them may be seen: these numbers put others in order and are never shown. One query.
    """
    here = places_in(courses)
    if not wanted.terms or here is None:
        return {}
    terms = [asked(term) for term in wanted.terms]
    if is_inside():
        engine: Scoring = get_search_backend()
        return dict(engine.scores(rows.model, here, terms))
    best = _holding(rows, [here, *terms])
    return {key: -place for place, key in enumerate(best)}


def places_in(courses: Iterable[str]) -> SearchQuery | None:
    """The courses whose part of the index is looked into; None for no course."""
    places = [Phrase(course_word(one)) for one in courses]
    return Or(places) if len(places) > 1 else next(iter(places), None)


def asked(term: Term) -> SearchQuery:
    """A term in the engine's words. A phrase is taken as it stands; a plain word is a beginning."""
    if len(term.words) == 1 and not term.whole:
        return PlainText(term.words[0], operator="and")
    return Phrase(" ".join(term.words))


def _holding(rows: QuerySet[Row], parts: list[SearchQuery]) -> Any:
    """The keys of the model's rows that hold all these parts."""
    backend = get_search_backend()
    if is_inside():
        everything = rows.model._default_manager.all()
        hits = backend.autocomplete(And(parts), everything, order_by_relevance=False)
        return hits.get_queryset().order_by().values("pk")
    # Elsewhere the rows that may be seen are part of the question.
    may_be_seen = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    hits = backend.search(And(parts), may_be_seen)
    return [row.pk for row in hits[:MOST_ELSEWHERE]]
