"""Stored files read again, after the site has learnt to read better: no upload is needed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.readings.extraction.makepdf import pdf, scanned, sheet
from tests.support import cast, tesseract
from tests.support.tesseract import SEEN

from quaestio.courses.models import Course, Enrollment
from quaestio.discussions.models import Post, Quotation
from quaestio.readings import actions, rereading
from quaestio.readings.extraction.types import VERSION
from quaestio.readings.models import Document, LabelCorrection, Page, Reading
from quaestio.readings.passages import make_passage, place_on
from quaestio.readings.scans import ocr_folder

pytestmark = pytest.mark.django_db

FIRST = "A first page of no great interest to anybody in the town."
SECOND = "They said that the winter ended in a single afternoon and nobody noticed it."


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def reading(teacher: Enrollment) -> Reading:
    return cast.reading(teacher.course)


@pytest.fixture
def client(teacher: Enrollment) -> Client:
    return cast.sign_in(teacher)


def uploaded(by: Enrollment, reading: Reading, content: bytes, name: str = "a.pdf") -> Document:
    document = actions.upload(
        by=by,
        reading=reading,
        file=ContentFile(content, name=name),
        name=name,
        first_label="41",
    )
    actions.read_document(document=document)
    return Document.objects.get(pk=document.pk)


@pytest.fixture
def document(teacher: Enrollment, reading: Reading) -> Document:
    """Read by an older version, which took one word for another."""
    made = uploaded(teacher, reading, pdf([sheet(FIRST), sheet(SECOND)]))
    return grown_old(made)


def grown_old(document: Document) -> Document:
    for page in document.pages.all():
        page.text = page.text.replace("winter", "vvinter")
        page.save(update_fields=["text"])
    document.text_sha256 = actions.print_of(document.pages.all())
    document.extractor = VERSION - 1
    document.save(update_fields=["text_sha256", "extractor"])
    return document


def texts(document: Document) -> list[str]:
    return list(document.pages.values_list("text", flat=True))


def page_of(client: Client, reading: Reading) -> str:
    return client.get(f"/r/{reading.public_id}/").content.decode()


def test_a_teacher_has_it_read_again_where_an_older_version_read_it(
    client: Client, reading: Reading, document: Document, django_capture_on_commit_callbacks: Any
) -> None:
    shown = page_of(client, reading)
    assert "read by an earlier version of this site" in shown
    assert "read this file again" in shown
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/document/{document.public_id}/read-again")
    assert texts(document) == [FIRST, SECOND]
    document.refresh_from_db()
    assert (document.extractor, document.rereading, document.is_current) == (VERSION, False, True)
    assert document.reread_at
    assert "again" not in page_of(client, reading)


def test_meanwhile_the_old_pages_are_read_and_teachers_see_how_far_it_has_come(
    teacher: Enrollment, client: Client, reading: Reading, document: Document
) -> None:
    rereading.reread(document=document)
    Document.objects.update(pages_done=1, pages_total=2)
    shown = page_of(client, reading)
    assert "The file is being read again." in shown
    assert "1 of 2" in shown
    assert "read this file again" not in shown
    maya = cast.sign_in(cast.student(teacher.course))
    assert "being read again" not in page_of(maya, reading)
    assert "vvinter" in maya.get(f"/r/{reading.public_id}/p/2").content.decode()


def test_quotations_are_checked_against_the_new_pages_and_links_find_their_words(
    teacher: Enrollment,
    client: Client,
    reading: Reading,
    document: Document,
    django_capture_on_commit_callbacks: Any,
) -> None:
    maya = cast.student(teacher.course)
    cast.response(
        maya,
        cast.discussion(teacher),
        "It says “the winter ended in a single afternoon and nobody noticed it” (Jones 42).",
    )
    place = place_on(document.pages.get(number=2), "in a single afternoon and nobody")
    assert place
    linked = make_passage(by=maya, reading=reading, place=place)
    assert Quotation.objects.get().verdict == "altered"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/document/{document.public_id}/read-again")
    assert Quotation.objects.get().verdict == "verbatim"
    note = Post.objects.get().body_html
    assert "when the file of Jones was read again." in " ".join(note.split())
    linked.refresh_from_db()
    assert (linked.page_number, linked.orphaned_at) == (2, None)
    assert linked.start == SECOND.index("in a single")


def test_a_file_that_reads_as_before_gives_nobody_anything_to_check(
    client: Client,
    teacher: Enrollment,
    reading: Reading,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    document = uploaded(teacher, reading, pdf([sheet(FIRST)]))
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    rereading.reread(document=document)
    with django_capture_on_commit_callbacks(execute=True):
        rereading.read_again(document=document)
    assert not DBTaskResult.objects.exists()


def test_corrected_numbers_stay_with_their_pages(document: Document) -> None:
    actions.correct_label(document=document, number=2, label="7", counts_on=False)
    rereading.reread(document=document)
    rereading.read_again(document=document)
    assert list(document.pages.values_list("label", flat=True)) == ["41", "7"]


def test_they_stay_with_their_sheets_where_the_pages_are_counted_otherwise_now(
    document: Document,
) -> None:
    """Two pages on the first sheet, which an older version took for one each."""
    second = document.pages.get(number=2)
    Page.objects.filter(pk=second.pk).update(number=3)
    Page.objects.create(
        document=document, number=2, sheet=1, side="right", text="", start=second.start
    )
    document.pages.filter(number=1).update(side="left")
    for number, label in ((1, "x"), (2, "xi"), (3, "7")):
        LabelCorrection.objects.create(
            document=document, number=number, label=label, counts_on=False
        )
    rereading.reread(document=document)
    rereading.read_again(document=document)
    assert list(document.pages.values_list("number", "label")) == [(1, "x"), (2, "7")]


def test_where_it_fails_the_old_pages_stand_and_the_page_says_why(
    teacher: Enrollment,
    client: Client,
    reading: Reading,
    document: Document,
    django_capture_on_commit_callbacks: Any,
) -> None:
    old = texts(document)
    Path(document.file.path).write_bytes(b"%PDF-1.7 cut off")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/document/{document.public_id}/read-again")
    document.refresh_from_db()
    assert texts(document) == old
    assert (document.status, document.is_current, document.rereading) == ("ready", True, False)
    shown = page_of(client, reading)
    assert "could not be read again, so its pages stay as they were. This PDF breaks off" in shown
    assert "read this file again" in shown
    maya = cast.sign_in(cast.student(teacher.course))
    assert "could not be read again" not in page_of(maya, reading)


def test_one_that_is_no_longer_in_use_does_not_come_back_into_it(
    teacher: Enrollment, reading: Reading, document: Document
) -> None:
    rereading.reread(document=document)
    better = uploaded(teacher, reading, pdf([sheet("Another file.")]))
    rereading.read_again(document=document)
    document.refresh_from_db()
    better.refresh_from_db()
    assert texts(document) == [FIRST, SECOND]
    assert (document.is_current, better.is_current) == (False, True)


def test_one_that_was_removed_meanwhile_stays_away(document: Document) -> None:
    rereading.reread(document=document)
    there = Document.objects.get(pk=document.pk)
    actions.remove_document(document=document)
    rereading.read_again(document=there)
    assert not Document.objects.exists()


# -- Scans --------------------------------------------------------------------------------------


@pytest.fixture
def scan(teacher: Enrollment, reading: Reading, settings: Any, tmp_path: Path) -> Document:
    """Two pages, recognised some time ago, on a machine that has no Tesseract any more."""
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    made = uploaded(teacher, reading, scanned(pdf([sheet(SEEN), sheet(SEEN)]), dpi=100))
    actions.recognise(document=made, language="eng")
    assert actions.recognise_some(document=made, seconds=60)
    settings.TESSERACT = "/nowhere/tesseract"
    return grown_old(Document.objects.get(pk=made.pk))


def test_what_was_recognised_on_a_scan_is_not_recognised_again(scan: Document) -> None:
    assert texts(scan)[0].startswith("The vvinter")
    rereading.reread(document=scan)
    rereading.read_again(document=scan)
    assert texts(scan) == [SEEN, SEEN]
    assert sorted(one.name for one in ocr_folder(scan).iterdir()) == ["1.seen", "2.seen"]
    scan.refresh_from_db()
    assert scan.ocr_language == "eng"


@pytest.mark.parametrize("gone", ["1.seen", "."])
def test_where_it_is_no_longer_kept_no_page_loses_its_text(scan: Document, gone: str) -> None:
    old = texts(scan)
    lost = ocr_folder(scan) / gone
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    rereading.reread(document=scan)
    rereading.read_again(document=scan)
    scan.refresh_from_db()
    assert texts(scan) == old
    assert "is no longer kept" in scan.not_reread


@pytest.fixture
def lost(scan: Document, settings: Any, tmp_path: Path) -> Document:
    """What was seen on its pages is there no more, and this machine can look anew."""
    shutil.rmtree(ocr_folder(scan))
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    return scan


def test_where_nothing_is_kept_teachers_are_told_so_and_offered_to_have_it_recognised_anew(
    teacher: Enrollment, client: Client, reading: Reading, lost: Document, settings: Any
) -> None:
    shown = page_of(client, reading)
    assert "what it saw on the pages is no longer kept" in shown
    assert "Recognise the text anew (OCR)" in shown
    assert "read this file again" not in shown
    maya = cast.sign_in(cast.student(teacher.course))
    assert "no longer kept" not in page_of(maya, reading)
    settings.TESSERACT = "/nowhere/tesseract"
    shown = page_of(client, reading)
    assert "Recognise the text anew" not in shown
    assert "is not installed on this site" in shown


def test_its_text_is_recognised_anew_while_the_old_pages_are_read(
    client: Client, reading: Reading, lost: Document, django_capture_on_commit_callbacks: Any
) -> None:
    old = texts(lost)
    with django_capture_on_commit_callbacks():
        client.post(f"/document/{lost.public_id}/recognise", {"language": "eng"})
    lost.refresh_from_db()
    assert (lost.recognising, lost.is_current, texts(lost)) == (True, True, old)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.recognise_some(document=lost, seconds=60)
    lost.refresh_from_db()
    assert texts(lost) == [SEEN, SEEN]
    assert (lost.extractor, lost.recognising, lost.rereading) == (VERSION, False, False)
    assert (lost.ocr_language, lost.anew_sheets, lost.pages_total) == ("eng", None, 2)
    assert "no longer kept" not in page_of(client, reading)


def test_where_recognising_anew_fails_the_old_pages_stand(
    client: Client, reading: Reading, lost: Document, settings: Any
) -> None:
    old = texts(lost)
    actions.recognise(document=lost, language="eng")
    settings.TESSERACT = "/nowhere/tesseract"
    assert actions.recognise_some(document=lost, seconds=60)
    lost.refresh_from_db()
    assert (texts(lost), lost.recognising, lost.ocr_language) == (old, False, "eng")
    assert "is not installed here" in page_of(client, reading)


def test_a_scan_whose_file_is_spoilt_is_left_as_it_was(
    client: Client, reading: Reading, lost: Document
) -> None:
    old = texts(lost)
    actions.recognise(document=lost, language="eng")
    Path(lost.file.path).write_bytes(b"%PDF-1.7 cut off")
    assert actions.recognise_some(document=lost, seconds=60)
    lost.refresh_from_db()
    assert (texts(lost), lost.recognising) == (old, False)
    assert "This PDF breaks off" in page_of(client, reading)


def test_a_scan_that_can_be_read_again_is_not_recognised_anew(
    scan: Document, settings: Any, tmp_path: Path
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    assert not actions.recognise(document=scan, language="eng").recognising


# -- All of them, by the operator ---------------------------------------------------------------


def test_those_are_outdated_that_are_in_use_in_courses_that_go_on(
    teacher: Enrollment, reading: Reading, document: Document
) -> None:
    assert list(rereading.outdated()) == [document]
    finished = cast.course("Last year")
    grown_old(uploaded(cast.teacher(finished), cast.reading(finished), b"An old text.", "c.txt"))
    Course.objects.filter(pk=finished.pk).update(sealed_at=document.uploaded_at)
    uploaded(teacher, cast.reading(teacher.course, title="Another"), b"A new text.", "b.txt")
    assert list(rereading.outdated()) == [document]
    assert rereading.reread(document=document)
    assert not rereading.reread(document=document)
    assert not rereading.outdated().exists()


def test_a_file_that_is_gone_leaves_the_others_alone(
    document: Document, django_capture_on_commit_callbacks: Any
) -> None:
    default_storage.delete(str(document.file.name))
    with django_capture_on_commit_callbacks(execute=True):
        for one in rereading.outdated():
            rereading.reread(document=one, at_leisure=True)
    document.refresh_from_db()
    assert "not where it was stored" in document.not_reread
    assert list(rereading.outdated()) == [document]
