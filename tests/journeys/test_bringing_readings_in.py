"""A teacher brings readings in: a bibliography, a scan, a pasted page; and puts numbers right."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.readings.extraction.makepdf import open_book, outline, pdf, scanned, sheet
from tests.support import cast, tesseract
from tests.support.browser import PHONE, OpenPage, axe, shoot
from tests.support.tesseract import SEEN

from quaestio.courses.models import Enrollment
from quaestio.readings.models import Document, Reading

pytestmark = pytest.mark.django_db(transaction=True)

BIBTEX = """@article{jones2006, author={Polly Jones}, title={The Burial of Stalin},
  journal={Slavic Review}, year={2006}}
@book{bad, title={Oops
@book{kitchen, author={Vera Samsonova-Reid}, title={Inventory of a Kitchen}, year={1988}}"""


PRINT = """The committee met in spring in a room above the
post office, where nobody had brought a pencil.
The secretary wrote with a burnt match on the back
of an envelope, and what he wrote was lost again."""


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def desk(open_page: OpenPage, teacher: Enrollment) -> Page:
    return open_page(as_=teacher.user)


def test_a_bibliography_comes_in_and_a_citation_is_one_click_to_copy(
    desk: Page, teacher: Enrollment, open_page: OpenPage
) -> None:
    desk.goto(f"/c/{teacher.course.public_id}/readings/")
    desk.get_by_role("link", name="Bring in a bibliography").click()
    desk.get_by_label("Or paste it here").fill(BIBTEX)
    desk.get_by_role("button", name="See what would be added").click()
    expect(desk.get_by_text("Line 3:")).to_be_visible()
    assert axe(desk) == []
    shoot(desk, "bibliography-preview")
    desk.get_by_role("button", name="Add those ticked").click()
    expect(desk.get_by_text("2 readings have been added.")).to_be_visible()
    maya = open_page(as_=cast.student(teacher.course).user, size=PHONE)
    maya.context.grant_permissions(["clipboard-read", "clipboard-write"])
    maya.goto(f"/c/{teacher.course.public_id}/bibliography")
    maya.get_by_role("button", name="copy the entry of The Burial of Stalin").click()
    copied = maya.evaluate("navigator.clipboard.readText()")
    assert copied == "Jones, Polly. 2006. “The Burial of Stalin.” Slavic Review."
    assert axe(maya) == []
    shoot(maya, "bibliography-phone")


def test_a_scan_gets_its_text_and_its_numbers(
    desk: Page, teacher: Enrollment, tmp_path: Path, settings: object
) -> None:
    settings.TESSERACT = str(tesseract.fake(tmp_path))  # type: ignore[attr-defined]
    reading = cast.reading(teacher.course)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(scanned(pdf([sheet(SEEN), sheet(SEEN)]), dpi=60))
    desk.goto(f"/r/{reading.public_id}/upload")
    desk.get_by_label("File").set_input_files(scan)
    desk.get_by_role("button", name="Upload").click()
    desk.get_by_role("button", name="Recognise the text (OCR)").click()
    expect(desk.get_by_text("text recognised (OCR)")).to_be_visible()
    desk.get_by_role("link", name="Page numbers of scan.pdf").click()
    desk.get_by_role("link", name="Correct page 2").click()
    desk.get_by_label("is printed page").fill("117")
    desk.get_by_role("button", name="Correct", exact=True).click()
    expect(desk.get_by_text("1 page has another number now.")).to_be_visible()
    assert axe(desk) == []
    shoot(desk, "page-numbers")
    desk.goto(f"/r/{reading.public_id}/")
    desk.get_by_label("Go to printed page").fill("117")
    desk.get_by_role("button", name="Go", exact=True).click()
    expect(desk.get_by_text(SEEN)).to_be_visible()


def test_a_book_has_its_contents_and_is_read_again_by_a_better_version(
    desk: Page, teacher: Enrollment, tmp_path: Path, open_page: OpenPage
) -> None:
    reading = cast.reading(teacher.course)
    book = tmp_path / "book.pdf"
    texts = [f"Chapter {n}. The year of {n}\n\n\n{PRINT}" for n in (1, 2, 3)]
    entries = [(0, f"Chapter {n}. The year of {n}", n) for n in (1, 2, 3)]
    book.write_bytes(outline([sheet(text) for text in texts], entries))
    desk.goto(f"/r/{reading.public_id}/upload")
    desk.get_by_label("File").set_input_files(book)
    desk.get_by_role("button", name="Upload").click()
    contents = desk.get_by_role("navigation", name="Contents")
    expect(contents.get_by_role("link")).to_have_count(3)
    assert axe(desk) == []
    shoot(desk, "contents")
    Document.objects.update(extractor=0)
    desk.reload()
    desk.get_by_role("button", name="read this file again").click()
    expect(contents).to_be_visible()
    expect(desk.get_by_text("read by an earlier version")).to_have_count(0)
    maya = open_page(as_=cast.student(teacher.course).user, size=PHONE)
    maya.goto(f"/r/{reading.public_id}/")
    maya.get_by_role("link", name="Chapter 2. The year of 2").click()
    expect(maya.get_by_text("nobody had brought a pencil")).to_be_visible()
    expect(maya.locator(".kicker")).to_contain_text("Chapter 2. The year of 2")
    assert axe(maya) == []
    shoot(maya, "chapter-phone")


def test_a_web_page_is_pasted_and_its_paragraphs_are_numbered(
    desk: Page, teacher: Enrollment
) -> None:
    reading = cast.reading(teacher.course, "Mud")
    desk.goto(f"/r/{reading.public_id}/")
    desk.get_by_role("link", name="Paste a text").click()
    desk.locator(".editor").click()  # the field it stands for hides when it comes
    desk.keyboard.type("It thawed.")
    desk.keyboard.press("Enter")
    desk.keyboard.type("Then it froze.")
    assert axe(desk) == []
    desk.get_by_role("button", name="Take it in").click()
    expect(desk.get_by_text("¶¶ 1–2")).to_be_visible()
    assert Document.objects.get().pages.get().text == "It thawed.\n\nThen it froze."


def test_pages_of_an_open_book_are_pages_of_their_own(
    desk: Page, teacher: Enrollment, tmp_path: Path
) -> None:
    reading: Reading = cast.reading(teacher.course)
    book = tmp_path / "book.pdf"
    leaves = [
        sheet(f"Leaf {n} says this at some length and is no slide.\n{PRINT}", foot=str(n))
        for n in range(42, 46)
    ]
    book.write_bytes(pdf([open_book(leaves[0], leaves[1]), open_book(leaves[2], leaves[3])]))
    desk.goto(f"/r/{reading.public_id}/upload")
    desk.get_by_label("File").set_input_files(book)
    desk.get_by_role("button", name="Upload").click()
    desk.get_by_role("link", name="43", exact=True).click()
    expect(desk.get_by_text("Leaf 43 says this")).to_be_visible()
    expect(desk.get_by_text("Leaf 42 says this")).not_to_be_visible()
