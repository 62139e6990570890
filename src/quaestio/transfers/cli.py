"""``quaestio import``: a class blog page from a file into a course. ``quaestio export``: a course
into a file.
"""

from __future__ import annotations

import argparse
import sys
import uuid
from hashlib import sha256
from pathlib import Path

from quaestio.transfers.classblog import ClassBlogPage, PageRefused, decode, describe, parse

# So that the same file imported twice into one course stays one discussion.
NAMESPACE = uuid.UUID("5b0c5b7e-6a55-4c0e-9d39-4a3f0f8d7b21")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the page: text copied from a browser, or HTML")
    parser.add_argument(
        "--dry-run", action="store_true", help="print what was understood and store nothing"
    )
    parser.add_argument("--course", metavar="ID", help="the course's id, as in its address /c/ID/")
    parser.add_argument("--by", metavar="E-MAIL", help="the teacher in whose name it is stored")


def run(options: argparse.Namespace) -> int:
    """0 when it was understood (and stored), 1 when lines were left over, 2 when refused."""
    try:
        page = parse(decode(options.file.read_bytes()))
    except OSError as error:
        return complain(f"{options.file} cannot be read: {error.strerror}.")
    except PageRefused as refused:
        return complain(refused.sentence)
    sys.stdout.write(describe(page) + "\n")
    if not options.dry_run:
        return store(page, options)
    return 1 if page.left_over else 0


def store(page: ClassBlogPage, options: argparse.Namespace) -> int:
    from quaestio.courses.access import rights_of
    from quaestio.courses.models import Course, Enrollment
    from quaestio.courses.roles import Right
    from quaestio.discussions.actions import PostRefused
    from quaestio.transfers.actions import import_discussion
    from quaestio.transfers.forms import plan_of

    if not options.course or not options.by:
        return complain("Say where to and in whose name: --course ID --by E-MAIL (or --dry-run).")
    course = Course.objects.filter(public_id=options.course).first()
    if course is None:
        return complain(f"There is no course with the id {options.course}.")
    me = Enrollment.objects.filter(
        course=course, user__email__iexact=options.by, removed_at__isnull=True
    ).first()
    if me is None or Right.IMPORT not in rights_of(course, me):
        return complain(f"{options.by} does not teach this course.")
    key = uuid.uuid5(NAMESPACE, course.public_id + sha256(options.file.read_bytes()).hexdigest())
    try:
        made = import_discussion(by=me, plan=plan_of(page), key=key)
    except PostRefused as refused:
        return complain(refused.sentence)
    sys.stdout.write(f"Stored: /d/{made.public_id}/\n")
    return 1 if page.left_over else 0


def complain(sentence: str) -> int:
    sys.stderr.write(f"quaestio import: {sentence}\n")
    return 2


class CannotExport(Exception):
    """A course cannot be written into a file; the text says why."""


def export_course(public_id: str, to: Path, *, readings: bool, made_up_names: bool) -> int:
    """Write the archive of a course to a new file, and that it was taken into its record. Its size
    in bytes.
    """
    from quaestio.courses.models import Course
    from quaestio.transfers.actions.archives import note_taking_out
    from quaestio.transfers.archive.data import Wanted
    from quaestio.transfers.archive.writing import write_archive

    course = Course.objects.filter(public_id=public_id).first()
    if course is None:
        raise CannotExport(f"There is no course with the id {public_id}.")
    if to.exists():
        raise CannotExport(f"{to} is there already. Name a file that is new.")
    wanted = Wanted(readings=readings, made_up_names=made_up_names)
    try:
        write_archive(to, course, wanted)
    except OSError as error:
        raise CannotExport(f"The file could not be written: {error}.") from error
    note_taking_out(course, wanted, by=None)
    return to.stat().st_size
