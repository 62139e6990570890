"""What can be done to readings. Extraction runs in a fenced process, outside any transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.readings.extraction import Extracted, Refused, extract
from quaestio.readings.locators import Correction, corrected
from quaestio.readings.models import (
    PAGE_BREAK,
    AssignedReading,
    Document,
    LabelCorrection,
    Page,
    Reading,
)
from quaestio.web.queue import enqueue_once
from quaestio.web.sentences import translated

log = logging.getLogger(__name__)


class UploadRefused(Exception):
    """A file cannot be taken. ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@transaction.atomic
def add_reading(
    *,
    by: Enrollment,
    title: str,
    author: str = "",
    year: str = "",
    also_cited_as: str = "",
) -> Reading:
    """A bibliographic record; its file comes with ``upload``."""
    reading = Reading.objects.create(
        course=by.course,
        title=title,
        author=author,
        year=year,
        also_cited_as=also_cited_as,
        added_by=by,
    )
    after_change(by.course)
    return reading


@transaction.atomic
def change_reading(
    *, reading: Reading, title: str, author: str, year: str, also_cited_as: str
) -> Reading:
    reading.title, reading.author = title, author
    reading.year, reading.also_cited_as = year, also_cited_as
    reading.save(update_fields=["title", "author", "year", "also_cited_as"])
    after_change(reading.course)
    return reading


@transaction.atomic
def remove_reading(*, reading: Reading) -> Reading:
    """Take a reading out of the course. Its record is kept for what quotes it."""
    reading.removed_at = timezone.now()
    reading.save(update_fields=["removed_at"])
    after_change(reading.course)
    return reading


def upload(
    *, by: Enrollment, reading: Reading, file: File[bytes], name: str, first_label: str = ""
) -> Document:
    """Keep an uploaded file and have its pages read in the background."""
    problem = problem_with(file)
    if problem:
        raise UploadRefused(problem)
    with transaction.atomic():
        document = Document(
            reading=reading,
            name=Path(name).name[:255] or "file",
            size=file.size or 0,
            first_label=first_label,
            uploaded_by=by,
        )
        document.file.save(document.name, file, save=False)
        document.save()
        transaction.on_commit(lambda: enqueue(document.public_id))
    return document


def problem_with(file: File[bytes]) -> str:
    """Why a file cannot be taken, in a sentence; "" when it can."""
    size = file.size or 0
    if size == 0:
        return _("This file is empty. Please choose another one.")
    if size > settings.UPLOAD_LIMIT:
        return _("This file has %(size)s MB; at most %(most)s MB can be uploaded.") % {
            "size": size // 2**20,
            "most": settings.UPLOAD_LIMIT // 2**20,
        }
    return ""


def enqueue(document_public_id: str) -> None:
    from quaestio.readings.tasks import read_document

    read_document.enqueue(document_public_id)


def read_document(*, document: Document) -> Document:
    """Turn a document into pages. What goes wrong becomes a sentence on the reading's page."""
    taken = Document.objects.filter(pk=document.pk).exclude(status=Document.Status.READY)
    if not taken.update(status=Document.Status.READING, message="", pages_done=0):
        return document

    def progress(done: int, total: int) -> None:
        Document.objects.filter(pk=document.pk).update(pages_done=done, pages_total=total)

    try:
        extracted = extract(
            Path(document.file.path), first_label=document.first_label, on_progress=progress
        )
        return keep_pages(document, extracted)
    except Refused as refused:
        return refuse(document, translated(refused.sentence))
    except Exception:
        log.exception("Reading document %s failed", document.public_id)
        return refuse(
            document,
            _("This file could not be read. Please try another copy, or another format."),
        )


def take_up_documents(attempts: Mapping[str, tuple[int, bool]], *, tries: int) -> int:
    """Have documents read that wait for it and that nobody is going to read: the worker died, or
    the queue never heard of them. ``attempts`` says by public id how often it was tried and
    whether it is queued. One that nobody survives is refused.
    """
    taken = 0
    unread = Document.objects.filter(
        status__in=[Document.Status.WAITING, Document.Status.READING]
    ).select_related("reading__course")
    for document in unread:
        tried, is_queued = attempts.get(document.public_id, (0, False))
        if is_queued:
            continue
        if tried >= tries:
            refuse(
                document,
                _("This file could not be read. Please try another copy, or another format."),
            )
            continue
        enqueue(document.public_id)
        taken += 1
    return taken


@transaction.atomic
def refuse(document: Document, sentence: str) -> Document:
    document.status, document.message = Document.Status.REFUSED, sentence
    document.save(update_fields=["status", "message"])
    after_change(document.reading.course)
    return document


@transaction.atomic
def keep_pages(document: Document, extracted: Extracted) -> Document:
    """Store the pages of a document and make it the reading's current one."""
    start = 0
    pages = []
    for number, page in enumerate(extracted.pages, start=1):
        text = page.text.replace(PAGE_BREAK, "\n").replace("\x00", "")
        pages.append(
            Page(
                document=document,
                number=number,
                kind=page.kind,
                found_label=page.label[:20],
                heading=page.heading[:300],
                chapter=page.chapter[:20],
                paragraphs=list(page.paragraphs),
                sheet=page.sheet,
                side=page.side,
                furniture=page.furniture.replace("\x00", ""),
                text=text,
                start=start,
            )
        )
        start += len(text) + len(PAGE_BREAK)
    put_labels(document, pages)
    document.pages.all().delete()
    Page.objects.bulk_create(pages, batch_size=200)
    Document.objects.filter(reading=document.reading, is_current=True).update(is_current=False)
    document.status, document.is_current = Document.Status.READY, True
    document.media_type = extracted.media_type
    document.message = " ".join(translated(warning) for warning in extracted.warnings)
    document.pages_done = document.pages_total = len(pages)
    document.labels_from = extracted.labels_from
    document.text_sha256 = print_of(pages)
    document.save()
    after_change(document.reading.course)
    return document


def put_labels(document: Document, pages: Sequence[Page]) -> None:
    """Give the pages, which are all of the document, the labels that hold for them."""
    corrections = [
        Correction(one.number, one.label, one.counts_on)
        for one in document.label_corrections.all()
        if one.number <= len(pages)
    ]
    labels = corrected([page.found_label for page in pages], corrections)
    for page, label in zip(pages, labels, strict=True):
        page.label = label[:20]


def print_of(pages: Iterable[Page]) -> str:
    """What changes when a text or the number of a page does."""
    digest = sha256()
    for page in pages:
        told = f"{page.kind} {page.label}\0{page.paragraphs}\0{page.text}\0"
        digest.update(told.encode("utf-8", "replace"))
    return digest.hexdigest()


@transaction.atomic
def correct_label(*, document: Document, number: int, label: str, counts_on: bool) -> int:
    """Say what is printed on page ``number``, and whether the pages after it count on from it.

    The file is not read again; quotations are checked against the new numbers. How many pages
    changed.
    """
    LabelCorrection.objects.update_or_create(
        document=document, number=number, defaults={"label": label, "counts_on": counts_on}
    )
    return relabel(document)


@transaction.atomic
def take_back_correction(*, document: Document, number: int) -> int:
    """The page gets the number that was found in the file. How many pages changed."""
    document.label_corrections.filter(number=number).delete()
    return relabel(document)


def relabel(document: Document) -> int:
    pages = list(document.pages.all())
    before = [page.label for page in pages]
    put_labels(document, pages)
    changed = [page for page, label in zip(pages, before, strict=True) if page.label != label]
    if changed:
        Page.objects.bulk_update(changed, ["label"], batch_size=200)
        document.text_sha256 = print_of(pages)
        document.save(update_fields=["text_sha256"])
        after_change(document.reading.course)
    return len(changed)


def after_change(course: Course) -> None:
    """Tell the apps above that a course's readings are no longer what they were.

    They are named in ``settings.AFTER_READINGS_CHANGED``, because an app may not import one that
    stands above it.
    """
    for name in settings.AFTER_READINGS_CHANGED:
        transaction.on_commit(partial(enqueue_once, import_string(name), course.public_id))


@transaction.atomic
def assign_reading(*, meeting: Meeting, reading: Reading, pages: str = "") -> AssignedReading:
    """What is to be read for a meeting; assigning again changes the pages."""
    assigned, _made = AssignedReading.objects.update_or_create(
        meeting=meeting, reading=reading, defaults={"pages": pages}
    )
    return assigned
