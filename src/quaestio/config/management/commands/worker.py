"""The worker: does what the pages have put into the queue, and keeps the clock."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import DatabaseError, InterfaceError, connections
from django_tasks_db.management.commands import db_worker

from quaestio.config import clock
from quaestio.config.leftovers import alive, take_up
from quaestio.web.outage import in_a_line, is_outage

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0  # seconds between two tries to reach a database that is away


class Command(db_worker.Command):
    help = "Do the work behind the pages, beginning with what a worker that died left undone."
    requires_system_checks = ()  # they ask the database, which may be away: “work” has them made

    def handle(self, **options: Any) -> None:
        """Until it is told to stop. A database that is away, or room on the disk, is waited for;
        then the work goes on under another name, so that the task in hand is found as one whose
        worker died.
        """
        pause = 1.0
        while True:
            began = time.monotonic()
            try:
                return self.work(**options)
            except (DatabaseError, InterfaceError, OSError) as error:
                if not is_outage(error):
                    raise
                log.warning("The worker waits for the database: %s", in_a_line(error))
            connections.close_all()
            if time.monotonic() - began > LONGEST_PAUSE:  # it had come back meanwhile
                pause = 1.0
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def work(self, **options: Any) -> None:
        self.check()
        with alive() as name:
            take_up()
            with clock.running(name):
                super().handle(**{**options, "worker_id": name})
