"""How far the site has come with what an upgrade left to do (``clock.catch_up``), in sentences for
whoever looks after it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from quaestio.readings.models import Document
from quaestio.readings.rereading import outdated, untried
from quaestio.search import index


def sentences() -> Iterator[str]:
    """A dozen queries, some of which count whole tables."""
    yield from about_files()
    yield from about_index()
    waiting = DBTaskResult.objects.filter(status="READY").count()
    if waiting:
        yield f"{told(waiting, 'piece')} of work in the queue."


def about_files() -> Iterator[str]:
    in_use = Document.objects.filter(is_current=True)
    in_hand = in_use.filter(rereading=True).first()
    to_do, failed = untried().count(), outdated().count() - untried().count()
    if in_hand is not None:
        pages = f"{in_hand.pages_done} of {in_hand.pages_total} pages"
        yield f"Being read again: {in_hand.name} ({pages})."
    if to_do:
        how = "in the background" if settings.CATCH_UP else "by “quaestio reread”"
        yield f"{told(to_do, 'file')} of {in_use.count()} to be read again, {how}."
    elif in_hand is None:
        yield f"Nothing is to be read again; {told(in_use.count(), 'file')} in use."
    if failed:
        yield f"{told(failed, 'file')} could not be read again and kept the pages: {WHERE}."


WHERE = "the page of the reading says why"


def about_index() -> Iterator[str]:
    if not index.behind():
        yield "The search index is up to date."
        return
    done, total = index.how_far()
    how = "in the background" if settings.CATCH_UP else "by “quaestio reindex”"
    yield f"The search index: {done} of {total} rows brought up to date, {how}."


def told(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
