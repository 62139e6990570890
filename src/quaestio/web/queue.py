"""The queue of work behind the pages."""

from __future__ import annotations

from typing import Any

from django_tasks_db.models import DBTaskResult


def enqueue_once(task: Any, *args: str) -> None:
    """Queue a task, unless the same one waits there already. To be called after the commit: then
    the one that waits will see what was changed.
    """
    waiting = DBTaskResult.objects.filter(
        status="READY", task_path=task.module_path, args_kwargs={"args": list(args), "kwargs": {}}
    )
    if not waiting.exists():
        task.enqueue(*args)
