"""The worker: does what the pages have put into the queue, and keeps the clock."""

from __future__ import annotations

from typing import Any

from django_tasks_db.management.commands import db_worker

from quaestio.config import clock
from quaestio.config.leftovers import alive, take_up


class Command(db_worker.Command):
    help = "Do the work behind the pages, beginning with what a worker that died left undone."

    def handle(self, **options: Any) -> None:
        with alive() as name:
            take_up()
            with clock.running(name):
                super().handle(**{**options, "worker_id": name})
