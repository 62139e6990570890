"""Stored files read again, by a version that reads them better than the one that did: nobody has to
upload them once more.

The pages in use stay until the new ones are there, and for good where there will be none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.readings.actions import (
    after_change,
    bare_sheets,
    enqueue_rereading,
    hint_of,
    put_in_index,
    put_together,
    store_pages,
    take_up,
)
from quaestio.readings.extraction import Extracted, Refused, extract
from quaestio.readings.extraction.types import VERSION
from quaestio.readings.models import Document, LabelCorrection, Page
from quaestio.readings.scans import seen_sheets
from quaestio.web.sentences import translated

log = logging.getLogger(__name__)


def outdated() -> QuerySet[Document]:
    """The files in use that an older version read, newest first. Courses that are finished stay as
    they are.
    """
    return Document.objects.filter(
        is_current=True,
        extractor__lt=VERSION,
        recognising=False,
        rereading=False,
        reading__removed_at=None,
        reading__course__sealed_at=None,
    )


def untried() -> QuerySet[Document]:
    """The outdated ones that this version has not failed to read again already."""
    return outdated().filter(not_reread_by__lt=VERSION)


def reread_next() -> bool:
    """Have one file read again that an older version read, unless one is in hand already: all of
    them come round in the end, and nobody waits for them. Whether there was one.
    """
    if Document.objects.filter(rereading=True).exists():
        return False
    document = untried().first()
    return document is not None and reread(document=document, at_leisure=True)


@transaction.atomic
def reread(*, document: Document, at_leisure: bool = False) -> bool:
    """Have a stored file read again in the background, ``at_leisure`` after all other work. False
    where something is going on with it already.
    """
    idle = Document.objects.filter(
        pk=document.pk, status=Document.Status.READY, recognising=False, rereading=False
    )
    if not idle.update(rereading=True, not_reread="", pages_done=0):
        return False
    transaction.on_commit(partial(enqueue_rereading, document.public_id, at_leisure=at_leisure))
    return True


def read_again(*, document: Document) -> None:
    """Turn the file of a document into pages once more and let them take the place of the old."""

    def progress(done: int, total: int) -> None:
        Document.objects.filter(pk=document.pk).update(pages_done=done, pages_total=total)

    try:
        with recognised_before(document) as seen:
            extracted = extract(
                Path(document.file.path),
                media_type=hint_of(document.name),
                first_label=document.first_label,
                recognised=seen,
                on_progress=progress,
            )
        refuse_what_was_lost(document, extracted)
        put_in_place(document, extracted)
    except Refused as refused:
        leave_as_it_was(document, translated(refused.sentence))
    except NotKept:
        sentence = _(
            "Its text was recognised from pictures, and what was seen on them is no longer kept. "
            "Its text can be recognised anew, below beside the file."
        )
        leave_as_it_was(document, sentence)
    except Exception:
        log.exception("Reading document %s again failed", document.public_id)
        leave_as_it_was(document, _("Something went wrong on the way."))


class NotKept(Exception):
    """What a text recogniser saw on pages of the file is there no more."""


@contextmanager
def recognised_before(document: Document) -> Iterator[Path | None]:
    """What was recognised on the pages of a scan, which takes hours, is used once more."""
    sheets = seen_sheets(document)
    if not document.ocr_language:
        yield None
    elif not sheets:
        raise NotKept
    else:
        with put_together(document, sheets) as whole:
            yield whole


def refuse_what_was_lost(document: Document, extracted: Extracted) -> None:
    """No page that had its text from a recogniser may be without any afterwards."""
    if document.ocr_language and not set(bare_sheets(extracted.pages)) <= set(
        bare_sheets(document.pages.all())
    ):
        raise NotKept


@transaction.atomic
def put_in_place(document: Document, extracted: Extracted) -> None:
    """The new pages for the old, in a file that may meanwhile be in use no more."""
    there = (
        Document.objects.select_for_update(of=("self",), no_key=True)
        .select_related("reading__course")
        .filter(pk=document.pk, rereading=True)
        .first()
    )
    if there is None:  # removed meanwhile, or somebody else was faster
        return
    old = list(there.pages.all())
    move_corrections(there, old, extracted)
    before = there.text_sha256, parts_of(old)
    there.reread_at = timezone.now()
    there.pages_before = len(old) if len(old) != len(extracted.pages) else None
    new = store_pages(there, extracted)
    if there.is_current:
        put_in_index(there)
        if before != (there.text_sha256, parts_of(new)):
            after_change(there.reading.course)


def parts_of(pages: Sequence[Page]) -> list[list[tuple[str, ...]]]:
    """What of chapters and sections a quotation is checked against, whether stored or new."""
    return [[tuple(part) for part in page.parts] for page in pages]


def move_corrections(document: Document, old: Sequence[Page], extracted: Extracted) -> None:
    """A teacher's number stays with its page where the pages are counted otherwise now: two on one
    sheet that were taken for one, or the other way round.
    """
    was = {page.number: (page.sheet, page.side) for page in old if page.sheet}
    now: dict[tuple[int, str], int] = {}
    for number, page in enumerate(extracted.pages, start=1):
        if page.sheet:
            now.setdefault((page.sheet, page.side), number)
            now.setdefault((page.sheet, ""), number)
    corrections = list(document.label_corrections.all())
    moved: dict[int, LabelCorrection] = {}
    for one in corrections:
        sheet, side = was.get(one.number, (0, ""))
        moved.setdefault(now.get((sheet, side)) or now.get((sheet, "")) or one.number, one)
    if [one.number for one in corrections] == list(moved):
        return
    document.label_corrections.all().delete()
    LabelCorrection.objects.bulk_create(
        LabelCorrection(document=document, number=number, label=one.label, counts_on=one.counts_on)
        for number, one in moved.items()
    )


@transaction.atomic
def leave_as_it_was(document: Document, sentence: str) -> None:
    """It could not be read again, and ``sentence`` says why. The pages are what they were."""
    total = document.pages.count()
    Document.objects.filter(pk=document.pk, rereading=True).update(
        rereading=False,
        not_reread=sentence,
        not_reread_by=VERSION,
        pages_done=total,
        pages_total=total,
    )


def take_up_rereading(attempts: Mapping[str, tuple[int, bool]], *, tries: int) -> int:
    """As ``actions.take_up_documents``, for files that are being read again."""
    why = _("Something went wrong on the way.")
    return take_up(
        Document.objects.filter(rereading=True),
        attempts,
        tries,
        again=partial(enqueue_rereading, at_leisure=True),
        give_up=lambda one: leave_as_it_was(one, why),
    )
