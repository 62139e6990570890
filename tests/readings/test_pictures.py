"""The pictures of pages: drawn when asked for, kept within bounds, for members alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test.utils import override_settings
from tests.support import cast

from quaestio.readings.models import Document, Page, Reading
from quaestio.readings.pictures import keep, picture_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    with override_settings(PICTURES=tmp_path / "pictures"):
        yield tmp_path / "pictures"


@pytest.fixture
def reading() -> Reading:
    made = cast.reading(cast.instructor().course)
    cast.printed(made)
    return made


def test_a_picture_is_drawn_once_and_kept(reading: Reading, folder: Path) -> None:
    client = cast.sign_in(cast.student(reading.course))
    address = f"/r/{reading.public_id}/p/1/picture"
    answer = client.get(address)
    drawn = b"".join(answer.streaming_content)
    assert drawn.startswith(b"\x89PNG")
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, max-age=86400"
    assert "sandbox" in answer["Content-Security-Policy"]
    (kept,) = folder.iterdir()
    kept.write_bytes(b"\x89PNG as it was kept")
    assert b"".join(client.get(address).streaming_content) == b"\x89PNG as it was kept"


def test_a_better_file_has_pictures_of_its_own(reading: Reading, folder: Path) -> None:
    picture_of(Page.objects.get())
    Document.objects.update(is_current=False)
    better = cast.printed(reading)
    assert picture_of(better.pages.get())
    assert len(list(folder.iterdir())) == 2


def test_a_file_that_was_read_again_has_pictures_of_another_address(reading: Reading) -> None:
    client = cast.sign_in(cast.student(reading.course))

    def address() -> str:
        page = client.get(f"/r/{reading.public_id}/p/1?picture").content.decode()
        return page.split('<img src="')[1].split('"')[0]

    before = address()
    assert address() == before
    Document.objects.update(text_sha256="another text")
    assert address() != before


def test_what_is_no_pdf_has_no_picture(folder: Path) -> None:
    plain = cast.reading(cast.instructor().course)
    cast.document(plain)
    client = cast.sign_in(cast.student(plain.course))
    assert client.get(f"/r/{plain.public_id}/p/1/picture").status_code == 404
    assert "page’s image" not in client.get(f"/r/{plain.public_id}/p/1").content.decode()
    assert "<img" not in client.get(f"/r/{plain.public_id}/p/1?picture").content.decode()


def test_a_file_that_cannot_be_drawn_is_no_error(reading: Reading, folder: Path) -> None:
    Path(Document.objects.get().file.path).write_bytes(b"%PDF-1.4 nothing more")
    client = cast.sign_in(cast.student(reading.course))
    assert client.get(f"/r/{reading.public_id}/p/1/picture").status_code == 404


def test_half_a_sheet_is_shown_as_its_sheet(reading: Reading, folder: Path) -> None:
    Page.objects.update(number=2, sheet=1, side="right")
    assert picture_of(Page.objects.get())
    client = cast.sign_in(cast.student(reading.course))
    page = client.get(f"/r/{reading.public_id}/p/2?picture").content.decode()
    assert "right half of the sheet" in page


def test_the_pictures_asked_for_the_longest_ago_go_first(folder: Path) -> None:
    with override_settings(PICTURES_LIMIT=250):
        for age, name in ((30, "old"), (20, "middle"), (10, "new")):
            keep(folder / f"{name}.png", b"x" * 100)
            os.utime(folder / f"{name}.png", (1_000_000 - age, 1_000_000 - age))
        keep(folder / "newest.png", b"x" * 100)
    assert sorted(one.name for one in folder.iterdir()) == ["new.png", "newest.png"]


def test_the_words_of_a_passage_are_marked_on_a_picture_of_their_own(
    reading: Reading, folder: Path
) -> None:
    client = cast.sign_in(cast.student(reading.course))
    page = client.get(f"/r/{reading.public_id}/p/1?picture&from=0&to=9").content.decode()
    assert "&amp;from=0&amp;to=9" in page
    plain = b"".join(client.get(f"/r/{reading.public_id}/p/1/picture").streaming_content)
    address = f"/r/{reading.public_id}/p/1/picture?from=0&to=9"
    assert b"".join(client.get(address).streaming_content) != plain
    assert len(list(folder.iterdir())) == 2
