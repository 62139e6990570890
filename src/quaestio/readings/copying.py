"""A reading once more, in another course: its record, the file in use, and what was read of it.

The file is not read again. Uploaded files never change, so both readings may have the same one on
the disk, each under a name of its own: whichever is removed first takes its name alone
(docs/decisions/0017).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from quaestio.courses.models import Enrollment
from quaestio.readings.actions import add_reading
from quaestio.readings.models import Document, LabelCorrection, Page, Reading, file_path
from quaestio.readings.scans import ocr_folder
from quaestio.web.lots import in_lots

AT_ONCE = 200  # pages
# What belongs to the file where it is; everything else is as it was.
OF_ITS_PLACE = {"id", "public_id", "reading", "file", "uploaded_by", "uploaded_at"}
UNDER_WAY = {"recognising": False, "rereading": False, "anew_sheets": None}


@contextmanager
def files_made() -> Iterator[list[Path]]:
    """A list of files made on the way: where the block fails, they go."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


@transaction.atomic
def copy_reading(*, by: Enrollment, reading: Reading, made: list[Path]) -> Reading:
    """The reading in the course of ``by``, with the file in use. Files are noted in ``made``."""
    copy = add_reading(
        by=by,
        title=reading.title,
        author=reading.author,
        year=reading.year,
        also_cited_as=reading.also_cited_as,
        csl=reading.csl,
    )
    document = reading.documents.filter(is_current=True).first()
    if document is not None and Path(document.file.path).exists():
        copy_document(document, into=copy, by=by, made=made)
    return copy


def copy_document(
    document: Document, *, into: Reading, by: Enrollment, made: list[Path]
) -> Document:
    names = [one.name for one in Document._meta.concrete_fields if one.name not in OF_ITS_PLACE]
    columns = {name: getattr(document, name) for name in names} | UNDER_WAY
    if document.recognising and document.anew_sheets is None:
        columns["ocr_language"] = ""  # nothing has come of it yet
    copy = Document(reading=into, uploaded_by=by, **columns)
    copy.file.name = file_path(copy, "")
    same_file(Path(document.file.path), Path(copy.file.path), made)
    for seen in ocr_folder(document).glob("*.seen"):
        same_file(seen, ocr_folder(copy) / seen.name, made)
    copy.save()
    copy_pages(document, copy)
    LabelCorrection.objects.bulk_create(
        LabelCorrection(document=copy, number=one.number, label=one.label, counts_on=one.counts_on)
        for one in document.label_corrections.all()
    )
    # A search finds them a moment later: to put a book into the index takes its time, and the
    # transaction that copies a course keeps everybody else waiting.
    transaction.on_commit(partial(enqueue_indexing, copy.public_id))
    return copy


def enqueue_indexing(document_public_id: str) -> None:
    from quaestio.readings.tasks import index_document

    index_document.enqueue(document_public_id)


def copy_pages(document: Document, copy: Document) -> None:
    """A few at a time: a book is not held in memory."""
    for lot in in_lots(document.pages.order_by("number"), AT_ONCE):
        for page in lot:
            page.pk, page.document = None, copy
            page._state.adding = True
        Page.objects.bulk_create(lot)


def same_file(there: Path, here: Path, made: list[Path]) -> None:
    """The same file under another name; a copy where the disk knows no such thing."""
    here.parent.mkdir(parents=True, exist_ok=True)
    made.append(here)
    try:
        os.link(there, here)
    except OSError:
        shutil.copyfile(there, here)
        here.chmod(settings.FILE_UPLOAD_PERMISSIONS)
