"""The pages of an archive from a disk, the page where one asks for it, and teaching it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect
from tests.support import cast
from tests.support.browser import DESKTOP, NARROW, OpenPage, Problems, axe, shoot
from tests.transfers.test_archive import seminar  # noqa: F401  a fixture

from quaestio.courses.models import Enrollment
from quaestio.transfers.archive.data import Wanted
from quaestio.transfers.archive.writing import write_archive

WIDE = "document.documentElement.scrollWidth > innerWidth"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_of_a_copy_read_well_from_a_disk_without_script(
    transactional_db: None,
    open_page: OpenPage,
    problems: Problems,
    seminar: Enrollment,  # noqa: F811
    tmp_path: Path,
    dark: bool,
) -> None:
    problems.expect("connect-src")  # axe reads the style sheet anew; the page lets nobody do that
    write_archive(tmp_path / "course.zip", seminar.course, Wanted())
    ZipFile(tmp_path / "course.zip").extractall(tmp_path)
    page = open_page(dark=dark, size=NARROW if dark else DESKTOP)
    page.goto(f"file://{tmp_path}/index.html")
    assert axe(page) == []
    assert not page.evaluate(WIDE)
    page.get_by_role("link", name="Was the muddle purposeful?").click()
    expect(page.get_by_role("heading", name="1 response to")).to_be_visible()
    assert axe(page) == []
    assert not page.evaluate(WIDE)
    page.get_by_role("link", name="Jones 41").click()
    expect(page.get_by_role("heading", name="Readings")).to_be_visible()
    assert axe(page) == []
    shoot(page, f"archive-readings-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_where_one_asks_for_a_copy_reads_well(
    open_page: OpenPage, transactional_db: None, settings: Any, tmp_path: Path, dark: bool
) -> None:
    settings.ARCHIVE_ROOT = tmp_path
    anna = cast.instructor()
    cast.archive(anna)
    page = open_page(as_=anna.user, dark=dark, size=NARROW if dark else DESKTOP)
    page.goto(f"/c/{anna.course.public_id}/copies")
    expect(page.get_by_role("link", name="Copy of")).to_be_visible()
    assert axe(page) == []
    assert not page.evaluate(WIDE)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_where_one_begins_a_course_again_reads_well(
    open_page: OpenPage,
    transactional_db: None,
    seminar: Enrollment,  # noqa: F811
    dark: bool,
) -> None:
    page = open_page(as_=seminar.user, dark=dark, size=NARROW if dark else DESKTOP)
    page.goto(f"/c/{seminar.course.public_id}/again")
    assert axe(page) == []
    assert not page.evaluate(WIDE)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("button", name="Begin the course")).to_be_visible()
    assert axe(page) == []
    assert not page.evaluate(WIDE)
