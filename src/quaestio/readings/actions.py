"""What can be done to readings. Extraction runs in a fenced process, outside any transaction."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.readings.bibliography.names import names_text
from quaestio.readings.bibliography.records import year_of
from quaestio.readings.extraction import (
    OCR_DPI,
    Engine,
    Extracted,
    ExtractedPage,
    Refused,
    Seen,
    extract,
    find_engine,
    read_seen,
    recognise_page,
    render_straight_png,
    write_recognised,
    write_seen,
)
from quaestio.readings.extraction.types import MARKDOWN, VERSION
from quaestio.readings.locators import Correction, corrected
from quaestio.readings.models import (
    PAGE_BREAK,
    AssignedReading,
    Document,
    LabelCorrection,
    Page,
    Reading,
)
from quaestio.readings.scans import ocr_folder, seen_path, seen_sheets
from quaestio.readings.wholetext import lay_out
from quaestio.search import index
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
    csl: Mapping[str, Any] | None = None,
) -> Reading:
    """A bibliographic record; its file comes with ``upload``. ``csl`` is what a bibliography says
    of it besides.
    """
    reading = Reading.objects.create(
        course=by.course,
        title=title,
        author=author,
        year=year,
        also_cited_as=also_cited_as,
        csl=dict(csl or {}),
        added_by=by,
    )
    after_change(by.course)
    return reading


def assign(*, reading: Reading, meeting: Meeting) -> AssignedReading:
    """The whole of it is to be read for the meeting, beside what is already."""
    return AssignedReading.objects.get_or_create(reading=reading, meeting=meeting)[0]


@transaction.atomic
def change_reading(
    *,
    reading: Reading,
    title: str,
    author: str,
    year: str,
    also_cited_as: str,
    csl: Mapping[str, Any] | None = None,
) -> Reading:
    """``csl`` stays as it is where none is given."""
    reading.title, reading.author = title, author
    reading.year, reading.also_cited_as = year, also_cited_as
    reading.csl = reading.csl if csl is None else dict(csl)
    reading.save(update_fields=["title", "author", "year", "also_cited_as", "csl"])
    after_change(reading.course)
    return reading


@transaction.atomic
def add_records(*, by: Enrollment, records: Iterable[Mapping[str, Any]]) -> list[Reading]:
    """Several at once, as CSL-JSON, from somebody's bibliography: all of them or none."""
    return [
        add_reading(
            by=by,
            title=one["title"],
            author=names_text(one.get("author"))[:300],
            year=year_of(one),
            csl=one,
        )
        for one in records
    ]


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


def enqueue_rereading(document_public_id: str, *, at_leisure: bool) -> None:
    from quaestio.readings.tasks import reread_document

    task = reread_document if at_leisure else reread_document.using(priority=0)
    task.enqueue(document_public_id)


def read_document(*, document: Document) -> Document:
    """Turn a document into pages. What goes wrong becomes a sentence on the reading's page."""
    taken = Document.objects.filter(pk=document.pk).exclude(status=Document.Status.READY)
    if not taken.update(status=Document.Status.READING, message="", pages_done=0):
        return document

    def progress(done: int, total: int) -> None:
        Document.objects.filter(pk=document.pk).update(pages_done=done, pages_total=total)

    try:
        extracted = extract(
            Path(document.file.path),
            media_type=hint_of(document.name),
            first_label=document.first_label,
            on_progress=progress,
        )
        return keep_pages(document, extracted)
    except Refused as refused:
        return refuse(document, translated(refused.sentence), refused.code)
    except Exception:
        log.exception("Reading document %s failed", document.public_id)
        return refuse(
            document,
            _("This file could not be read. Please try another copy, or another format."),
        )


def hint_of(name: str) -> str | None:
    """What the bytes of a text cannot say: that its stars and hashes are Markdown."""
    return MARKDOWN if name.lower().endswith((".md", ".markdown", ".mdown")) else None


def take_up_documents(attempts: Mapping[str, tuple[int, bool]], *, tries: int) -> int:
    """Have documents read that wait for it and that nobody is going to read: the worker died, or
    the queue never heard of them. ``attempts`` says by public id how often it was tried and
    whether it is queued. One that nobody survives is refused.
    """
    unread = Document.objects.filter(
        status__in=[Document.Status.WAITING, Document.Status.READING]
    ).select_related("reading__course")
    unreadable = _("This file could not be read. Please try another copy, or another format.")
    return take_up_recognition(attempts, tries=tries) + take_up(
        unread, attempts, tries, again=enqueue, give_up=lambda one: refuse(one, unreadable)
    )


def take_up(
    documents: Iterable[Document],
    attempts: Mapping[str, tuple[int, bool]],
    tries: int,
    *,
    again: Callable[[str], None],
    give_up: Callable[[Document], object],
) -> int:
    """Queue ``again`` those that are not queued, but for those that were tried often enough. How
    many were.
    """
    taken = 0
    for document in documents:
        tried, is_queued = attempts.get(document.public_id, (0, False))
        if is_queued:
            continue
        if tried >= tries:
            give_up(document)
            continue
        again(document.public_id)
        taken += 1
    return taken


@transaction.atomic
def refuse(document: Document, sentence: str, code: str = "") -> Document:
    document.status, document.message = Document.Status.REFUSED, sentence
    document.refused_as, document.recognising = code, False
    if put_fields(document, "status", "message", "refused_as", "recognising"):
        after_change(document.reading.course)
    return document


def put_fields(document: Document, *names: str) -> bool:
    """Store these fields of a document. False where it has been removed meanwhile."""
    fields = {name: getattr(document, name) for name in names}
    return bool(Document.objects.filter(pk=document.pk).update(**fields))


@transaction.atomic
def keep_pages(document: Document, extracted: Extracted) -> Document:
    """Store the pages of a document and make it the reading's current one, unless it has been
    removed while it was read.
    """
    hold_files(document)
    if not hold_still(document):
        return document
    store_pages(document, extracted)
    put_in_use(document)
    after_change(document.reading.course)
    return document


def store_pages(document: Document, extracted: Extracted) -> list[Page]:
    """Put what was read of a file in the place of the pages it had, if it had any."""
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
                parts=page.parts,
                sheet=page.sheet,
                side=page.side,
                furniture=page.furniture.replace("\x00", ""),
                text=text,
                notes_at=page.notes_at or None,
            )
        )
    lay_out(pages)
    put_labels(document, pages)
    document.pages.all().delete()
    Page.objects.bulk_create(pages, batch_size=200)
    document.status, document.extractor = Document.Status.READY, VERSION
    document.media_type = extracted.media_type
    document.message = " ".join(translated(warning) for warning in extracted.warnings)
    document.bare_pages = len(bare_sheets(pages))
    document.refused_as, document.recognising, document.rereading = "", False, False
    document.not_reread = ""
    document.pages_done = document.pages_total = len(pages)
    document.labels_from = extracted.labels_from
    document.contents = extracted.contents
    document.text_sha256 = print_of(pages)
    document.save()
    return pages


def bare_sheets(pages: Iterable[Page | ExtractedPage]) -> list[int]:
    """The pages of the file on which there is no text."""
    with_text: dict[int, bool] = {}
    for page in pages:
        with_text[page.sheet] = with_text.get(page.sheet, False) or bool(page.text)
    return [sheet for sheet, has_text in sorted(with_text.items()) if sheet and not has_text]


def put_in_index(document: Document) -> None:
    """From now on a search finds these pages, and those of the reading's other files no more."""
    index.put(list(Page.get_indexed_objects().filter(document=document).order_by("number")))
    index.drop(Page.objects.filter(document__reading=document.reading).exclude(document=document))


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
        notes_at = "" if page.notes_at is None else page.notes_at
        told = f"{page.kind} {page.label}\0{page.paragraphs}\0{page.text}\0{notes_at}"
        digest.update(told.encode("utf-8", "replace"))
    return digest.hexdigest()


@transaction.atomic
def correct_label(*, document: Document, number: int, label: str, counts_on: bool) -> int:
    """Say what is printed on page ``number``, and whether the pages after it count on from it.

    The file is not read again; quotations are checked against the new numbers. How many pages
    changed.
    """
    if not hold_still(document):
        return 0
    LabelCorrection.objects.update_or_create(
        document=document, number=number, defaults={"label": label, "counts_on": counts_on}
    )
    return relabel(document)


@transaction.atomic
def take_back_correction(*, document: Document, number: int) -> int:
    """The page gets the number that was found in the file. How many pages changed."""
    if not hold_still(document):
        return 0
    document.label_corrections.filter(number=number).delete()
    return relabel(document)


def hold_still(document: Document) -> bool:
    """Until the end of the transaction nobody puts other pages in the place of its own. False
    where it has been removed.
    """
    there = Document.objects.select_for_update(no_key=True).filter(pk=document.pk)
    return bool(there.values_list("pk"))


def hold_files(document: Document) -> None:
    """Until the end of the transaction nobody else chooses the file that its reading uses. To be
    called before one holds any file still, so that nobody waits in a circle.
    """
    Reading.objects.select_for_update(no_key=True).get(pk=document.reading_id)


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


# -- The files of a reading ---------------------------------------------------------------------


def paste(*, by: Enrollment, reading: Reading, html: str) -> Document:
    """The text of a page that has no file, as clean HTML: it becomes one."""
    page = f'<!doctype html><meta charset="utf-8"><body><article>{html}</article></body>'
    file = ContentFile(page.encode("utf-8", "replace"))
    return upload(by=by, reading=reading, file=file, name=_("Pasted text"))


@transaction.atomic
def use_document(*, document: Document) -> Document:
    """Read from this file again, though a newer one is there."""
    if document.status != Document.Status.READY or document.is_current:
        return document
    hold_files(document)
    if not hold_still(document):
        return document
    put_in_use(document)
    after_change(document.reading.course)
    return document


def put_in_use(document: Document) -> None:
    Document.objects.filter(reading=document.reading, is_current=True).update(is_current=False)
    document.is_current = True
    document.save(update_fields=["is_current"])
    put_in_index(document)


@transaction.atomic
def remove_document(*, document: Document) -> None:
    """Take a file and its pages away for good; the newest other one that is good is used then."""
    hold_files(document)
    reading = document.reading
    was_current = Document.objects.filter(pk=document.pk, is_current=True).exists()
    storage, name, folder = document.file.storage, str(document.file.name), ocr_folder(document)
    document.delete()
    other = Document.objects.filter(reading=reading, status=Document.Status.READY).first()
    if was_current and other is not None:
        put_in_use(other)
    after_change(reading.course)

    def forget() -> None:
        storage.delete(name)
        shutil.rmtree(folder, ignore_errors=True)

    transaction.on_commit(forget)


# -- Text recognition ---------------------------------------------------------------------------


def text_recogniser() -> Engine | None:
    """The Tesseract of this machine, if it has one."""
    return find_engine(settings.TESSERACT)


@transaction.atomic
def recognise(*, document: Document, language: str) -> Document:
    """Have the text of a scan recognised in the background."""
    engine = text_recogniser()
    if engine is None or language not in engine.languages:
        raise UploadRefused(_("Text recognition in this language is not installed here."))
    anew = is_lost(document)
    if not (document.is_scan or anew) or document.recognising or document.rereading:
        return document
    total = document.pages_total
    if total > settings.OCR_PAGES:
        raise UploadRefused(
            _(
                "This file has %(n)s pages; the text of at most %(most)s can be recognised. "
                "Upload the part the class reads."
            )
            % {"n": total, "most": settings.OCR_PAGES}
        )
    document.recognising, document.ocr_language = True, language
    document.pages_done, document.anew_sheets = 0, [] if anew else None
    if not put_fields(document, "recognising", "ocr_language", "pages_done", "anew_sheets"):
        return document
    shutil.rmtree(ocr_folder(document), ignore_errors=True)  # of an earlier try, in what language?
    transaction.on_commit(partial(enqueue_recognition, document.public_id))
    return document


def is_lost(document: Document) -> bool:
    """Whether an older version recognised the text of a scan and what it saw is no longer kept, so
    that a newer one can read the file again only when it is recognised anew.
    """
    if not document.ocr_language or not document.is_outdated:
        return False
    return not seen_sheets(document) or document.not_reread_by == VERSION


def enqueue_recognition(document_public_id: str) -> None:
    from quaestio.readings.tasks import recognise_document

    recognise_document.enqueue(document_public_id)


def recognise_some(*, document: Document, seconds: float) -> bool:
    """Recognise pages for so many seconds. True when nothing is left to do: then the pages are
    stored. What was recognised is kept in between, so that an interruption costs one page.
    """
    engine = text_recogniser()
    if engine is None or document.ocr_language not in engine.languages:
        stop_recognising(document, _("Text recognition in this language is not installed here."))
        return True
    path, folder = Path(document.file.path), ocr_folder(document)
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    try:
        wanted = sheets_to_recognise(document)
    except Refused as refused:
        stop_recognising(document, translated(refused.sentence))
        return True
    for done, number in enumerate(wanted, 1):
        target = seen_path(document, number)
        if target.exists():
            continue
        if time.monotonic() > until:
            return False
        write_seen(seen_on(path, number, engine, document.ocr_language), target)
        still_wanted = Document.objects.filter(pk=document.pk, recognising=True)
        if not still_wanted.update(pages_done=done, pages_total=len(wanted)):
            shutil.rmtree(folder, ignore_errors=True)
            return True
    if document.anew_sheets is not None:
        hand_over(document, wanted)
        return True
    keep_recognised(document, wanted)
    if not document.ocr_language:  # nothing came of it
        shutil.rmtree(folder, ignore_errors=True)
    return True


def seen_on(path: Path, number: int, engine: Engine, language: str) -> Seen:
    """Nothing for a page that takes too much: it stays without text."""
    try:
        png, turned = render_straight_png(path, number, OCR_DPI)
        return Seen(recognise_page(png, engine, language), turned)
    except Refused:
        return Seen("")


@transaction.atomic
def hand_over(document: Document, seen: Sequence[int]) -> None:
    """What was recognised anew is there; now the file is read again with it. Its pages stay until
    then.
    """
    Document.objects.filter(pk=document.pk, recognising=True).update(
        recognising=False,
        anew_sheets=None,
        ocr_language=document.ocr_language if seen else "",
        rereading=True,
        not_reread="",
        pages_done=0,
    )
    transaction.on_commit(partial(enqueue_rereading, document.public_id, at_leisure=False))


def keep_recognised(document: Document, numbers: Sequence[int]) -> None:
    try:
        with put_together(document, numbers) as whole:
            extracted = extract(
                Path(document.file.path), first_label=document.first_label, recognised=whole
            )
        keep_pages(document, extracted)
    except Refused as refused:
        stop_recognising(document, translated(refused.sentence))
    except Exception:
        log.exception("Keeping the recognised text of document %s failed", document.public_id)
        stop_recognising(document, _("The text of this file could not be recognised."))


@contextmanager
def put_together(document: Document, numbers: Iterable[int]) -> Iterator[Path]:
    """A file, for as long as the block runs, with what was recognised on these pages."""
    whole = ocr_folder(document) / "whole"
    texts = ((n, read_seen(seen_path(document, n)).hocr) for n in numbers)
    try:
        write_recognised(((number, text) for number, text in texts if text), whole)
        yield whole
    finally:
        whole.unlink(missing_ok=True)


def sheets_to_recognise(document: Document) -> list[int]:
    """The pages of the file without text: all, unless it could be read but for some."""
    if document.anew_sheets is not None:
        return list(document.anew_sheets) or bare_in_file(document)
    if document.status == Document.Status.READY:
        return bare_sheets(document.pages.all())
    return list(range(1, document.pages_total + 1))


def bare_in_file(document: Document) -> list[int]:
    """The pages of the file that have no text of their own. The file is read for it, once."""
    try:
        bare = bare_sheets(extract(Path(document.file.path)).pages)
    except Refused as refused:
        if refused.code != "scan":
            raise
        bare = list(range(1, (document.pages.aggregate(last=Max("sheet"))["last"] or 0) + 1))
    document.anew_sheets = bare
    Document.objects.filter(pk=document.pk, recognising=True).update(anew_sheets=bare)
    return bare


def stop_recognising(document: Document, sentence: str) -> None:
    if document.anew_sheets is not None:  # its pages are as they were
        document.recognising, document.anew_sheets = False, None
        document.not_reread, document.not_reread_by = sentence, VERSION
        document.pages_done = document.pages_total = document.pages.count()
        put_fields(
            document, "recognising", "anew_sheets", "not_reread", "not_reread_by", "pages_done",
            "pages_total",
        )  # fmt: skip
        return
    document.recognising, document.ocr_language, document.message = False, "", sentence
    put_fields(document, "recognising", "ocr_language", "message")


def take_up_recognition(attempts: Mapping[str, tuple[int, bool]], *, tries: int) -> int:
    """As ``take_up_documents``, for scans whose text is being recognised."""
    unseen = Document.objects.filter(recognising=True)
    why = _("The text of this file could not be recognised.")
    return take_up(
        unseen,
        attempts,
        tries,
        again=enqueue_recognition,
        give_up=lambda one: stop_recognising(one, why),
    )


# -- Meetings -----------------------------------------------------------------------------------


@transaction.atomic
def assign_reading(*, meeting: Meeting, reading: Reading, pages: str = "") -> AssignedReading:
    """What is to be read for a meeting; assigning again changes the pages."""
    assigned, _made = AssignedReading.objects.update_or_create(
        meeting=meeting, reading=reading, defaults={"pages": pages}
    )
    return assigned
