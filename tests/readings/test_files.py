"""The files of a reading: a better scan, an earlier one again, a text that was pasted, OCR."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from django.test import Client
from tests.readings.extraction.makepdf import pdf, scanned, sheet
from tests.readings.extraction.test_tracing import rows_marked
from tests.support import cast, tesseract
from tests.support.tesseract import SEEN

from quaestio.courses.models import Enrollment
from quaestio.readings import actions
from quaestio.readings.models import Document, Reading
from quaestio.readings.pictures import picture_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def reading(teacher: Enrollment) -> Reading:
    return cast.reading(teacher.course)


@pytest.fixture
def client(teacher: Enrollment) -> Client:
    return cast.sign_in(teacher)


def upload(
    client: Client, reading: Reading, content: bytes, capture: Any, name: str = "a.pdf"
) -> Document:
    with capture(execute=True):
        client.post(f"/r/{reading.public_id}/upload", {"file": SimpleUploadedFile(name, content)})
    newest = Document.objects.aggregate(Max("pk"))["pk__max"]
    return Document.objects.get(pk=newest)


def current(reading: Reading) -> Document:
    return reading.documents.get(is_current=True)


def test_the_newest_good_file_is_in_use_and_an_earlier_one_can_be_again(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    capture = django_capture_on_commit_callbacks
    first = upload(client, reading, pdf([sheet("A poor copy.")]), capture)
    second = upload(client, reading, pdf([sheet("A better copy.")]), capture)
    upload(client, reading, b"%PDF-1.7 cut off", capture)
    assert current(reading) == second
    page = client.get(f"/r/{reading.public_id}/").content.decode()
    assert "The earlier file is still in use." in page
    assert "use this one" in page
    client.post(f"/document/{first.public_id}/use")
    assert current(reading) == first


def test_a_file_that_was_refused_is_not_said_to_be_being_read(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    upload(client, reading, b"%PDF-1.7 cut off", django_capture_on_commit_callbacks)
    page = client.get(f"/r/{reading.public_id}/").content.decode()
    assert "Uploaded." in page
    assert "notice error" in page
    assert "being read" not in page


def test_what_is_refreshed_while_a_file_is_read_says_in_the_list_of_files_too_what_became_of_it(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    upload(client, reading, pdf([sheet("A copy.")]), django_capture_on_commit_callbacks)
    address = f"/r/{reading.public_id}/"
    for headers in ({}, {"X-Requested-With": "fetch"}):
        page = client.get(address, headers=headers).content.decode()
        files = page.split('<section id="files">')[1]
        assert "in use" in files
        assert "page numbers" in files
        assert "Begin to read" in page.split('<div id="going-on">')[1]
    assert "<html" not in page


def test_a_file_that_was_refused_cannot_be_put_to_use(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    bad = upload(client, reading, b"%PDF-1.7 cut off", django_capture_on_commit_callbacks)
    client.post(f"/document/{bad.public_id}/use")
    assert not reading.documents.filter(is_current=True).exists()


def test_a_removed_file_is_gone_from_the_disk_and_the_one_before_takes_its_place(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    capture = django_capture_on_commit_callbacks
    first = upload(client, reading, pdf([sheet("A poor copy.")]), capture)
    second = upload(client, reading, pdf([sheet("A better copy.")]), capture)
    assert "deleted for good" in client.get(f"/document/{second.public_id}/remove").content.decode()
    with capture(execute=True):
        client.post(f"/document/{second.public_id}/remove")
    assert current(reading) == first
    assert not default_storage.exists(str(second.file.name))
    assert default_storage.exists(str(first.file.name))


def test_a_text_without_a_file_is_pasted_and_its_paragraphs_are_numbered(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"/r/{reading.public_id}/paste",
            {"body": "First of all, this.\n\nThen that.\n\nThen <b>nothing</b>."},
        )
    document = current(reading)
    assert (document.name, document.media_type) == ("Pasted text", "text/html")
    page = document.pages.get()
    assert (page.kind, page.label, page.paragraphs) == ("paragraph", "1–3", [1, 2, 3])
    assert page.text.endswith("Then <b>nothing</b>.")


def test_the_source_of_a_web_page_is_taken_for_what_it_shows(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    body = "<article><h3>Mud</h3><p>It thawed.</p><script>alert(1)</script><p>It froze.</p>"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/r/{reading.public_id}/paste", {"body": body})
    assert current(reading).pages.get().text == "Mud\n\nIt thawed.\n\nIt froze."


@pytest.mark.parametrize("body", ["", "   ", "<p> </p>"])
def test_nothing_pasted_is_told_and_changes_nothing(
    client: Client, reading: Reading, body: str
) -> None:
    answer = client.post(f"/r/{reading.public_id}/paste", {"body": body})
    assert answer.status_code == 422
    assert not reading.documents.exists()


def test_the_name_of_a_file_tells_markdown_from_plain_text(
    client: Client, reading: Reading, django_capture_on_commit_callbacks: Any
) -> None:
    content = b"# Mud\n\nThe *thaw* came late.\n"
    for name, text in (("a.md", "Mud\n\nThe thaw came late."), ("a.txt", content.decode().strip())):
        document = upload(client, reading, content, django_capture_on_commit_callbacks, name)
        assert document.pages.get().text == text


# -- A scan -------------------------------------------------------------------------------------


@pytest.fixture
def scan(client: Client, reading: Reading, django_capture_on_commit_callbacks: Any) -> Document:
    content = scanned(pdf([sheet(SEEN), sheet(SEEN)]), dpi=100)
    return upload(client, reading, content, django_capture_on_commit_callbacks)


def test_the_text_of_a_scan_is_recognised_on_demand(
    client: Client,
    reading: Reading,
    scan: Document,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    assert (scan.status, scan.refused_as, scan.pages_total) == ("refused", "scan", 2)
    assert "Recognise the text (OCR)" in client.get(f"/r/{reading.public_id}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/document/{scan.public_id}/recognise", {"language": "eng"})
    found = current(reading)
    assert found == scan
    assert [page.text for page in found.pages.all()] == [SEEN, SEEN]
    assert sorted(one.name for one in actions.ocr_folder(scan).iterdir()) == ["1.seen", "2.seen"]
    page = client.get(f"/r/{reading.public_id}/").content.decode()
    assert "text recognised (OCR)" in page
    assert "Recognise the text (OCR)" not in page


def test_words_of_a_recognised_page_are_marked_on_its_picture(
    client: Client, reading: Reading, scan: Document, settings: Any, tmp_path: Path
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    settings.PICTURES = tmp_path / "pictures"
    actions.recognise(document=scan, language="eng")
    actions.recognise_some(document=scan, seconds=60)
    page = scan.pages.get(number=2)
    start = SEEN.index("single")
    drawn = picture_of(page, (start, start + len("single afternoon")))
    plain = picture_of(page)
    assert drawn
    assert plain
    assert not rows_marked(plain.read_bytes())
    # Two words in one line, three hundred dots from the top at three hundred to the inch.
    rows = rows_marked(drawn.read_bytes())
    assert min(rows) == round(300 / 2550 * 1200)
    assert max(rows) - min(rows) < 30
    shutil.rmtree(actions.ocr_folder(scan))  # then the words cannot be marked, and no more
    shutil.rmtree(settings.PICTURES)
    drawn = picture_of(page, (start, start + 6))
    assert drawn
    assert not rows_marked(drawn.read_bytes())


def test_while_it_goes_on_the_page_shows_how_far_it_has_come(
    client: Client, reading: Reading, scan: Document, settings: Any, tmp_path: Path
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    actions.recognise(document=scan, language="eng")
    assert actions.recognise_some(document=scan, seconds=-1) is False
    assert "page by page" in client.get(f"/r/{reading.public_id}/").content.decode()
    assert actions.recognise_some(document=scan, seconds=60) is True
    assert current(reading) == scan


def test_where_it_is_not_installed_the_page_says_so_and_what_to_do(
    client: Client, reading: Reading, scan: Document, settings: Any
) -> None:
    settings.TESSERACT = "/nowhere/tesseract"
    page = client.get(f"/r/{reading.public_id}/").content.decode()
    assert "is not installed on this site" in page
    assert "installing Tesseract" in page
    told = client.post(
        f"/document/{scan.public_id}/recognise", {"language": "eng"}, follow=True
    ).content.decode()
    assert "not installed here" in told


def test_pages_that_cannot_be_recognised_end_in_a_sentence(
    client: Client,
    reading: Reading,
    scan: Document,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.TESSERACT = str(tesseract.broken(tmp_path))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/document/{scan.public_id}/recognise", {"language": "eng"})
    scan.refresh_from_db()
    assert not scan.recognising
    assert not actions.ocr_folder(scan).exists()
    assert "No text could be recognised" in scan.message


def test_a_scan_that_is_too_long_is_told_before_anything_begins(
    scan: Document, settings: Any, tmp_path: Path
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    settings.OCR_PAGES = 1
    with pytest.raises(actions.UploadRefused, match="at most 1"):
        actions.recognise(document=scan, language="eng")


def test_students_are_not_offered_recognition(
    teacher: Enrollment, reading: Reading, scan: Document, settings: Any, tmp_path: Path
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))
    maya = cast.sign_in(cast.student(teacher.course))
    page = maya.get(f"/r/{reading.public_id}/").content.decode()
    assert "made of pictures" in page
    assert "Recognise the text" not in page
    assert maya.post(f"/document/{scan.public_id}/recognise").status_code == 403
