"""The index of what people can search: what goes in, and which rows hold what is looked for.

A model that can be searched derives from ``Searchable`` and says in ``search_text`` what is in it,
and in ``search_course`` whose course it is. Its actions call ``put`` in their transaction: an
engine inside the database then finds what is posted as soon as it is posted. Another one is told
by a task after the commit.

``matching`` narrows a query to the rows that hold what is looked for; who may see which row is not
known here: the query comes from a door (``readable_posts``, …) and stays one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from quaestio.web.lots import in_lots

# To be raised whenever rows come into the index with other words than before: ``freshen_some`` then
# puts them in anew. 1: words that run over the end of a page.
VERSION = 1

LONGEST_TEXT = 200_000  # characters of one row that are put into the index
MOST_ELSEWHERE = 1000  # rows that an engine outside the database is asked for
AT_ONCE = 500
LOT = 50  # rows put in anew at once: nobody waits long who wants to post meanwhile

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

    search_goes_on = False  # the text of a row may go on in another: see ``search_turn``

    @property
    def search_turn(self) -> tuple[str, str]:
        """Where the text goes on in another row: its end, and the beginning there, parted between
        words. A phrase that runs over the turn is found with this row.
        """
        return "", ""

    @property
    def search_words(self) -> str:
        """The words that are put into the index, after the one that stands for the course."""
        words = words_of(self.search_text[:LONGEST_TEXT])
        return " ".join(
            [course_word(self.search_course), *words, *turn_words(*self.search_turn, words)]
        )


COURSE = "incourse"


def course_word(public_id: str) -> str:
    """A word that all rows of a course share, so that a search never looks into another's."""
    return f"{COURSE}{public_id}"


# Before the words at a turn, which are in the index once more. The letter is a Cyrillic one that
# was written in a single psalter, so nobody finds these words but who means to.
ENDS, BEGINS = "\ua66e", "\ua66e\ua66e"
AT_TURN = 12  # words on either side of it that are looked at
_NEAR = 40 * AT_TURN  # characters that these are in


def turn_words(before: str, after: str, known: Sequence[str]) -> list[str]:
    """The words on both sides of a turn, those before it told from those after it, so that what
    stands on one side alone is not found here. A word that the turn cuts in two stands as it is,
    too, unless it is ``known``.
    """
    last, first = words_of(before[-_NEAR:])[-AT_TURN:], words_of(after[:_NEAR])[:AT_TURN]
    if not last or not first:
        return []
    whole = [] if last[-1] in known[-AT_TURN:] else last[-1:]
    return [*whole, *(ENDS + word for word in last), *(BEGINS + word for word in first)]


def over_the_turn(words: Sequence[str]) -> Iterator[SearchQuery]:
    """Words in a row, where so many of them stand before the turn and the others after it."""
    for turn in range(1, len(words) + 1):
        last, first = words[max(0, turn - AT_TURN) : turn], words[turn : turn + AT_TURN]
        yield Phrase(" ".join([*(ENDS + one for one in last), *(BEGINS + one for one in first)]))


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
        for rows in in_lots(model.get_indexed_objects().order_by("pk"), AT_ONCE):
            backend.add_bulk(model, rows)
            done += len(rows)
        stamp(model)
        yield str(model._meta.verbose_name_plural), done
    backend.refresh_indexes()


# -- After an upgrade ---------------------------------------------------------------------------


def stamp(model: Any) -> None:
    """All rows of a model are in the index as this version puts them there."""
    from quaestio.search.models import Stamp

    current = {"version": VERSION, "reached": 0}
    Stamp.objects.update_or_create(kind=model._meta.label, defaults=current)


def behind() -> list[tuple[Any, int]]:
    """The models whose rows an older version put into the index, each with the key up to which
    that has been made good. One query.
    """
    from quaestio.search.models import Stamp

    stamps = {one.kind: one for one in Stamp.objects.all()}
    found = []
    for model in get_indexed_models():
        there = stamps.get(model._meta.label)
        if there is None or there.version < VERSION:
            found.append((model, there.reached if there else 0))
    return found


def freshen_some(*, seconds: float, stopped: Callable[[], bool] = lambda: False) -> int:
    """Put rows that an older version put into the index there anew, in small lots, for about so
    many seconds, one lot at least; the next call goes on from there. How many rows.
    """
    until = time.monotonic() + seconds
    done = 0
    for model, reached in behind():
        at: int | None = reached
        while at is not None:
            rows, at = freshen_lot(model, at)
            done += rows
            if stopped() or time.monotonic() >= until:
                return done
    return done


@transaction.atomic
def freshen_lot(model: Any, after: int) -> tuple[int, int | None]:
    """The next rows after a key: how many, and the last one's key; None when that were all.

    They are held meanwhile, so that none is put in as it was before somebody changed it.
    """
    from quaestio.search.models import Stamp

    rows = model._default_manager.filter(pk__gt=after).order_by("pk")
    keys = list(rows.select_for_update().values_list("pk", flat=True)[:LOT])
    found = list(model.get_indexed_objects().filter(pk__in=keys).order_by("pk"))
    put(found)
    if len(keys) < LOT:
        stamp(model)
        return len(found), None
    Stamp.objects.update_or_create(kind=model._meta.label, defaults={"reached": keys[-1]})
    return len(found), keys[-1]


def how_far() -> tuple[int, int]:
    """Of how many rows the index is up to date, and how many there are to be."""
    done = total = 0
    waiting = dict(behind())
    for model in get_indexed_models():
        rows = model.get_indexed_objects().order_by()
        number = rows.count()
        total += number
        done += rows.filter(pk__lte=waiting[model]).count() if model in waiting else number
    return done, total


# -- What is found ------------------------------------------------------------------------------


def matching(rows: QuerySet[Row], wanted: Wanted, courses: Iterable[str]) -> QuerySet[Row]:
    """Those of these rows that hold all that is looked for and nothing that is left out.

    ``courses`` are the public ids of the courses the rows are of: only their part of the index is
    looked into. Inside the database it stays one query.
    """
    here = places_in(courses)
    if not wanted.terms or here is None:
        return rows.none()
    terms = [asked(term, rows.model) for term in wanted.terms]
    found = rows.filter(pk__in=_holding(rows, [here, *terms]))
    for term in wanted.without:
        found = found.exclude(pk__in=_holding(rows, [here, asked(term, rows.model)]))
    return found


def scores(rows: QuerySet[Row], wanted: Wanted, courses: Iterable[str]) -> dict[Any, float]:
    """How well rows of this model hold what is looked for, by their key: the larger the better.
    Not all of them may be seen: these numbers put others in order and are never shown. One query.
    """
    here = places_in(courses)
    if not wanted.terms or here is None:
        return {}
    terms = [asked(term, rows.model) for term in wanted.terms]
    if is_inside():
        engine: Scoring = get_search_backend()
        return dict(engine.scores(rows.model, here, terms))
    best = _holding(rows, [here, *terms])
    return {key: -place for place, key in enumerate(best)}


def places_in(courses: Iterable[str]) -> SearchQuery | None:
    """The courses whose part of the index is looked into; None for no course."""
    places = [Phrase(course_word(one)) for one in courses]
    return either(places) if places else None


def either(queries: Sequence[SearchQuery]) -> SearchQuery:
    """Any of some, put together in halves: an engine bears only so many brackets in one another."""
    if len(queries) == 1:
        return queries[0]
    half = len(queries) // 2
    return Or([either(queries[:half]), either(queries[half:])])


def asked(term: Term, model: Any) -> SearchQuery:
    """A term in the engine's words. A phrase is taken as it stands; a plain word is a beginning,
    unless the word for the course, which is in each row, begins like it: "inc".
    """
    first = term.words[0]
    if len(term.words) == 1 and not term.whole and not COURSE.startswith(first[: len(COURSE)]):
        return PlainText(first, operator="and")
    here = Phrase(" ".join(term.words))
    if len(term.words) == 1 or not model.search_goes_on:
        return here
    return either([here, *over_the_turn(term.words)])


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
