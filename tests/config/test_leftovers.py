"""A worker that is killed leaves nothing undone for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.support import cast

from quaestio.config.leftovers import TRIES, alive, take_up
from quaestio.courses.models import Enrollment
from quaestio.discussions.tasks import recheck_course
from quaestio.readings import actions
from quaestio.readings.models import Document, Reading
from quaestio.readings.tasks import read_document
from quaestio.web.queue import enqueue_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queue(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def document() -> Document:
    """Uploaded, and in the queue."""
    anna = cast.instructor()
    made = uploaded(anna)
    read_document.enqueue(made.public_id)
    return made


def uploaded(by: Enrollment) -> Document:
    reading = Reading.objects.create(course=by.course, title="Notes", added_by=by)
    file = ContentFile(b"Some words to read. " * 20, "notes.txt")
    return actions.upload(by=by, reading=reading, file=file, name="notes.txt")


def begin(document: Document, worker: str) -> DBTaskResult[Any, Any]:
    """What is left when a worker dies at work."""
    Document.objects.filter(pk=document.pk).update(status=Document.Status.READING)
    task: DBTaskResult[Any, Any] = DBTaskResult.objects.get()
    task.claim(worker)
    return task


def test_a_document_whose_reader_was_killed_is_read_again(
    document: Document, tmp_path: Path
) -> None:
    task = begin(document, "dead")
    (tmp_path / "workers").mkdir()
    (tmp_path / "workers" / "dead").touch()  # its lock, which nobody holds
    assert take_up() == 1
    task.refresh_from_db()
    assert task.status == "READY"
    assert read_document.func(document.public_id) == Document.Status.READY


def test_what_a_living_worker_does_is_left_to_it(document: Document) -> None:
    with alive() as name:
        task = begin(document, name)
        assert take_up() == 0
        task.refresh_from_db()
        assert task.status == "RUNNING"


def test_what_a_worker_had_in_hand_when_an_error_ended_it_is_done_again(
    document: Document, tmp_path: Path
) -> None:
    with pytest.raises(OperationalError), alive() as name:
        begin(document, name)
        raise OperationalError("the database is away")
    assert (tmp_path / "workers" / name).exists()
    assert take_up() == 1
    assert not (tmp_path / "workers" / name).exists()


def test_a_worker_that_is_told_to_stop_leaves_no_lock(tmp_path: Path) -> None:
    with pytest.raises(SystemExit), alive() as name:
        raise SystemExit(0)
    assert not (tmp_path / "workers" / name).exists()


def test_a_worker_of_another_machine_is_given_an_hour(document: Document) -> None:
    task = begin(document, "elsewhere")
    assert take_up() == 0
    DBTaskResult.objects.filter(pk=task.pk).update(started_at=timezone.now() - timedelta(hours=2))
    assert take_up() == 1


def test_a_file_that_ends_every_worker_is_refused_in_the_end(document: Document) -> None:
    task = begin(document, "one")
    old = timezone.now() - timedelta(hours=2)
    DBTaskResult.objects.filter(pk=task.pk).update(
        started_at=old, worker_ids=[f"worker {number}" for number in range(TRIES)]
    )
    assert take_up() == 0
    task.refresh_from_db()
    assert task.status == "FAILED"
    document.refresh_from_db()
    assert document.status == Document.Status.REFUSED
    assert document.message


def test_a_document_the_queue_never_heard_of_is_queued_once() -> None:
    document = uploaded(cast.instructor())
    assert not DBTaskResult.objects.exists()  # the commit never came
    assert take_up() == 1
    assert take_up() == 0
    assert DBTaskResult.objects.get().args_kwargs["args"] == [document.public_id]


def test_a_file_that_was_to_be_read_again_is_queued_and_in_the_end_left_as_it_was() -> None:
    document = cast.document(cast.reading(cast.course()))
    Document.objects.update(rereading=True)
    assert take_up() == 1
    assert take_up() == 0
    DBTaskResult.objects.update(
        status="FAILED", worker_ids=[f"worker {number}" for number in range(TRIES)]
    )
    assert take_up() == 0
    document.refresh_from_db()
    assert (document.status, document.rereading) == (Document.Status.READY, False)
    assert document.not_reread


def test_what_waits_in_the_queue_is_not_queued_twice() -> None:
    enqueue_once(read_document, "x")
    enqueue_once(read_document, "x")
    enqueue_once(read_document, "y")
    assert DBTaskResult.objects.count() == 2
    DBTaskResult.objects.update(status="RUNNING")
    enqueue_once(read_document, "x")
    assert DBTaskResult.objects.count() == 3


def test_a_file_is_read_before_the_checks_that_wait() -> None:
    enqueue_once(recheck_course, "course")
    enqueue_once(read_document, "document")
    first = DBTaskResult.objects.ready().first()
    assert first is not None
    assert first.args_kwargs["args"] == ["document"]
