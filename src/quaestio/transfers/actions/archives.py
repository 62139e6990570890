"""Taking a course out as a file."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import partial

from django.db import transaction
from django.utils import timezone

from quaestio.courses.actions import hold, note_deed
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment
from quaestio.transfers.archive.data import Wanted
from quaestio.transfers.archive.writing import forget_file, write_archive
from quaestio.transfers.models import Archive
from quaestio.transfers.queries import file_of

log = logging.getLogger(__name__)


@transaction.atomic
def ask_for_archive(*, by: Enrollment, wanted: Wanted) -> Archive:
    """Have a copy of the course made in the background. While one of the same kind is being made,
    it is that one.
    """
    course = hold(by.course_id)
    kind = kind_of(wanted)
    waiting = Archive.objects.filter(course=course, state=Archive.State.WAITING, **kind).first()
    if waiting is not None:
        return waiting
    archive = Archive.objects.create(course=course, by=by, **kind)
    note_taking_out(course, wanted, by=by)
    transaction.on_commit(partial(enqueue, archive.public_id))
    return archive


def kind_of(wanted: Wanted) -> dict[str, bool]:
    return {name: getattr(wanted, name) for name in Wanted.__slots__}


def note_taking_out(course: Course, wanted: Wanted, *, by: Enrollment | None) -> None:
    """Write into the record that a copy was taken, and what was in it."""
    note_deed(Deed.TAKEN_OUT, by=by, course=course, detail=kind_of(wanted))


def enqueue(archive_public_id: str) -> None:
    from quaestio.transfers.tasks import make_archive

    make_archive.enqueue(archive_public_id)


def make_archive(*, archive: Archive) -> Archive:
    """Write the file of an archive. Once more, where a worker died over it: from the beginning."""

    def tell(done: int, total: int) -> None:
        Archive.objects.filter(pk=archive.pk).update(done=done, total=total)

    wanted = Wanted(**{name: getattr(archive, name) for name in Wanted.__slots__})
    path = file_of(archive)
    try:
        write_archive(path, archive.course, wanted, tell)
    except Exception:
        log.exception("Archive %s could not be made", archive.public_id)
        return give_up(archive)
    archive.state, archive.made_at = Archive.State.READY, timezone.now()
    archive.size = path.stat().st_size
    waiting = Archive.objects.filter(pk=archive.pk, state=Archive.State.WAITING)
    if not waiting.update(state=archive.state, made_at=archive.made_at, size=archive.size):
        forget_file(path)  # it was deleted meanwhile
    return archive


def give_up(archive: Archive) -> Archive:
    archive.state = Archive.State.FAILED
    Archive.objects.filter(pk=archive.pk).update(state=archive.state)
    forget_file(file_of(archive))
    return archive


@transaction.atomic
def remove_archive(*, archive: Archive) -> None:
    """Delete an archive and its file."""
    path = file_of(archive)
    archive.delete()
    transaction.on_commit(partial(forget_file, path))


def remove_archives_with(*, people: Iterable[Enrollment]) -> None:
    """Delete all archives of the courses that these people are or were in."""
    for archive in Archive.objects.filter(course__in={one.course_id for one in people}):
        remove_archive(archive=archive)


def take_up_archives(attempts: Mapping[str, tuple[int, bool]], *, tries: int) -> int:
    """Queue archives that nobody is going to make; give up one that was tried often enough.
    ``attempts`` as for documents: by public id, how often it was tried and whether it is queued.
    """
    taken = 0
    for archive in Archive.objects.filter(state=Archive.State.WAITING):
        tried, is_queued = attempts.get(archive.public_id, (0, False))
        if is_queued:
            continue
        if tried >= tries:
            give_up(archive)
            continue
        enqueue(archive.public_id)
        taken += 1
    return taken
