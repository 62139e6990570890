"""What is done without anybody asking: the mail, what happens at an hour of the day, and what an
upgrade leaves to be brought up to date.

The worker keeps this clock in a thread of its own, so a mail does not wait behind a long check of
quotations, nor an uploaded file behind a slow mail server. ``quaestio tick`` is one turn of it, for
a site whose work is done by cron.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from quaestio.config.clearing import clear_old
from quaestio.discussions.actions import purge_entries
from quaestio.discussions.emails import tell_what_is_due
from quaestio.notifications import actions
from quaestio.notifications.sending import Sent, send_letters
from quaestio.readings import rereading
from quaestio.search import index
from quaestio.web.outage import in_a_line, is_outage

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds
LONGEST_PAUSE = 300.0  # seconds between two tries to reach a mail server that is away
GOODBYE = 12.0  # seconds for the letter in hand when the worker is stopped
FRESHEN = 1.0  # seconds of a turn for the search index after an upgrade
DAILY = "daily"


def tick(*, worker: str, stop: threading.Event | None = None) -> Sent:
    """One turn: what the hour asks for, then the mail that is due, then a little of what an
    upgrade has left to do.
    """
    now = timezone.now()
    once_a_day(now)
    actions.write_letters(now=now)
    stopped = stop.is_set if stop is not None else lambda: False
    sent = send_letters(worker=worker, stop=stopped)
    if not stopped():
        catch_up(stopped)
    return sent


def catch_up(stopped: Callable[[], bool] = lambda: False) -> None:
    """What an older version read or put into the search index is brought up to date: one file in
    hand at a time, behind all other work, and the index for a second in each turn.
    """
    if settings.CATCH_UP:
        rereading.reread_next()
        index.freshen_some(seconds=FRESHEN, stopped=stopped)


def once_a_day(now: datetime) -> bool:
    """From the settled hour on, once: who is to answer by tomorrow is told, the mail of the day is
    written, and what has served its time is cleared away. A day without a worker is made up for by
    the next one. Whether it was done now.
    """
    today = timezone.localtime(now)
    if today.hour < settings.DIGEST_HOUR or actions.was_done(DAILY, today.date()):
        return False
    tell_what_is_due(today.date() + timedelta(days=1))
    actions.write_digests(day=today.date(), now=now)
    purge_entries(now=now)
    clear_old(now)
    # Last: whoever dies before has done nothing that is harmed by being done again.
    actions.note_round(name=DAILY, day=today.date())
    return True


@contextmanager
def running(worker: str) -> Iterator[None]:
    """The clock runs until the block is left; then the letter in hand is finished."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(worker, stop), name="clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(GOODBYE)


def run(worker: str, stop: threading.Event) -> None:
    pause = 0.0
    while not stop.wait(pause):
        went_well = False
        try:
            close_old_connections()
            went_well = not tick(worker=worker, stop=stop).server_away
        except Exception as error:
            # Whatever it was, the next turn may go well; the mail waits in the database.
            if is_outage(error):
                log.warning("The clock waits for the database: %s", in_a_line(error))
            else:
                log.exception("A turn of the clock failed.")
        pause = EVERY if went_well else min(max(pause, EVERY) * 2, LONGEST_PAUSE)
    connections.close_all()
