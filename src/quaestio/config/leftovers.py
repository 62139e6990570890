"""What a worker that died has left undone.

A task that a killed worker had begun stays “running” in the queue for ever. Every worker holds a
lock on a file of its own for as long as it lives; the system lets go of it however the worker
ends. Whoever starts next finds the locks that nobody holds.
"""

from __future__ import annotations

import fcntl
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from quaestio.notifications.actions import release
from quaestio.readings.actions import take_up_documents
from quaestio.readings.rereading import take_up_rereading
from quaestio.transfers.actions import take_up_archives

log = logging.getLogger(__name__)

TRIES = 3  # a task that has ended so many workers is not given to another
READING_TASKS = (
    "quaestio.readings.tasks.read_document",
    "quaestio.readings.tasks.recognise_document",
    "quaestio.readings.tasks.reread_document",
)
ARCHIVING = "quaestio.transfers.tasks.make_archive"
LONGEST = timedelta(hours=1)  # of a worker whose lock is not here, perhaps on another machine


def locks() -> Path:
    folder = Path(settings.DATA) / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alive() -> Iterator[str]:
    """The name of a new worker, which is known to be alive until the block is left. One that ends
    by an error leaves its lock: whoever comes next finds what it had begun.
    """
    name = secrets.token_hex(8)
    path = locks() / name
    making = path.with_name(f".{name}")
    with making.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        making.rename(path)  # nobody has seen it without its lock
        try:
            yield name
        except Exception:
            raise
        except BaseException:  # it was told to stop
            path.unlink(missing_ok=True)
            raise
        path.unlink(missing_ok=True)


def is_gone(task: DBTaskResult[Any, Any]) -> bool:
    """Whether the worker that has begun a task will never end it."""
    dead = is_dead(str(task.worker_ids[-1] if task.worker_ids else "none"))
    if dead is None:
        return task.started_at is None or task.started_at < timezone.now() - LONGEST
    return dead


def is_dead(worker: str) -> bool | None:
    """Whether nobody holds a worker's lock any more; None where there is none."""
    path = locks() / worker
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return False


def give_back_letters() -> list[Path]:
    """The letters that dead workers had in hand are due again at once. The dead ones' locks."""
    dead = [path for path in locks().glob("[!.]*") if is_dead(path.name)]
    for path in dead:
        release(worker=path.name)
    return dead


def take_up() -> int:
    """Put what dead workers had begun back into the queue. How many tasks."""
    taken = 0
    for task in DBTaskResult.objects.running():
        if not is_gone(task):
            continue
        if len(task.worker_ids) >= TRIES:
            task.set_failed(RuntimeError(f"{TRIES} workers died over this task"))
            continue
        log.warning("A worker died over %s; it is done again.", task.task_path)
        begun = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
        taken += begun.update(status="READY", started_at=None)
    attempts = attempts_at()
    taken += take_up_documents(attempts, tries=TRIES)
    taken += take_up_rereading(attempts, tries=TRIES)
    taken += take_up_archives(attempts, tries=TRIES)
    for lock in give_back_letters():
        lock.unlink(missing_ok=True)
    return taken


def attempts_at() -> dict[str, tuple[int, bool]]:
    """By document, or archive: how many workers have tried to read or make it, and whether one is
    to or does.
    """
    attempts: dict[str, tuple[int, bool]] = {}
    reading = DBTaskResult.objects.filter(task_path__in=[*READING_TASKS, ARCHIVING])
    for task in reading.only("task_path", "args_kwargs", "worker_ids", "status"):
        name = str(task.args_kwargs["args"][0])
        before, is_queued = attempts.get(name, (0, False))
        tries = len(task.worker_ids)
        attempts[name] = (
            # Recognition is one task after another, and a file may be read again more than once:
            # each has its own tries.
            before + tries if task.task_path == READING_TASKS[0] else max(before, tries),
            is_queued or task.status in {"READY", "RUNNING"},
        )
    return attempts
