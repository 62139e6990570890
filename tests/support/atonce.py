"""Two transactions at once, in an order that is certain (PostgreSQL alone: SQLite has one writer).

with meanwhile(partial(actions.hide, post=post, by=anna)) as hiding:
    actions.merge(…)            # this transaction is still open when the other begins to wait for it
hiding.result()

The verb begins when the block is through, and the block is committed once the verb waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep
from typing import TypeVar

from django.db import connection, transaction

PATIENCE = 60.0  # seconds
Made = TypeVar("Made")

WAITING_FOR_ME = """
    SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


@contextmanager
def meanwhile(verb: Callable[[], Made]) -> Iterator[Future[Made]]:
    """Does the block in a transaction that ends when ``verb``, on a connection of its own, waits
    for it; and waits until ``verb`` has ended, well or badly.
    """
    future: Future[Made] = Future()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            yield future
            running = pool.submit(alone, verb)
            until_one_waits(running)
        error = running.exception(PATIENCE)
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(running.result())


def alone(verb: Callable[[], Made]) -> Made:
    try:
        return verb()
    finally:
        connection.close()


def until_one_waits(running: Future[Made]) -> None:
    for _ in range(int(PATIENCE / 0.01)):
        with connection.cursor() as cursor:
            cursor.execute(WAITING_FOR_ME)
            if cursor.fetchone():
                return
        if running.done():
            running.result()
            raise AssertionError("it did not wait")
        sleep(0.01)
    raise AssertionError("it neither waits nor ends")
