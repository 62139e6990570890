"""From a file to a quotation in somebody's response, and from there back to the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.readings.extraction.makepdf import pdf, sheet
from tests.support import cast
from tests.support.browser import PHONE, OpenPage, axe, editor_in, shoot

from quaestio.courses.models import Enrollment
from quaestio.discussions.models import Discussion, Draft
from quaestio.readings.models import Reading

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "Initially there was distress, outrage and some confusion among the members."
SECOND = "Nobody had planned the silence that followed it; it grew by itself."


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def maya(teacher: Enrollment) -> Enrollment:
    return cast.student(teacher.course)


@pytest.fixture
def reading(teacher: Enrollment) -> Reading:
    made = cast.reading(teacher.course)
    cast.document(made, f"{FIRST}\n\n{SECOND}", "The second page says more about it.")
    return made


@pytest.fixture
def discussion(teacher: Enrollment) -> Discussion:
    return cast.discussion(teacher)


def select(page: Page, words: str) -> None:
    """As somebody who drags over these words does."""
    page.evaluate(
        """words => {
            const root = document.getElementById("page-text");
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            const nodes = [];
            for (let node; (node = walker.nextNode());) nodes.push(node);
            const text = nodes.map(node => node.data).join("");
            const place = offset => {
                for (const node of nodes) {
                    if (offset <= node.length) return [node, offset];
                    offset -= node.length;
                }
            };
            const start = text.indexOf(words);
            const range = document.createRange();
            range.setStart(...place(start));
            range.setEnd(...place(start + words.length));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        words,
    )


def write(page: Page, text: str) -> None:
    """Into the editor, which comes when the form is near."""
    page.locator("form.composer").evaluate("form => form.scrollIntoView()")
    editor_in(page).click()
    page.keyboard.insert_text(text)


def composer_text(page: Page) -> str:
    return editor_in(page).inner_text()


def test_from_an_upload_to_the_margin(
    open_page: OpenPage, teacher: Enrollment, maya: Enrollment, tmp_path: Path
) -> None:
    discussion = cast.discussion(teacher)
    file = tmp_path / "jones.pdf"
    file.write_bytes(pdf([sheet(FIRST), sheet(SECOND)]))
    page = open_page(as_=teacher.user)
    page.goto(f"/c/{teacher.course.public_id}/readings/new")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Title").fill("Myth, Memory, Trauma")
    page.get_by_label("Author").fill("Polly Jones")
    page.get_by_label("First printed page number").fill("41")
    page.locator("main form button.main").click()
    page.get_by_role("link", name="41", exact=True).click()
    expect(page.locator(".page-text")).to_contain_text("Initially there was distress")
    page.get_by_role("link", name="Show the page’s image").click()
    picture = page.locator(".page-picture img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
    assert axe(page) == []
    shoot(page, "reader-with-picture")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".page-text")).to_contain_text("Nobody had planned")
    expect(picture).to_be_visible()

    hers = open_page(as_=maya.user)
    hers.goto(f"/d/{discussion.public_id}/")
    write(hers, "I was surprised.")
    expect(hers.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")
    hers.goto(f"/r/{Reading.objects.get().public_id}/p/2")
    expect(hers.locator("#passage-bar")).to_be_hidden()
    select(hers, "planned the silence")
    expect(hers.locator("#passage-bar")).to_be_visible()
    expect(hers.locator("#passage-bar")).to_contain_text("“planned the silence”")
    assert axe(hers) == []
    shoot(hers, "reader-selected")
    hers.get_by_role("button", name="Quote this").click()
    expect(hers.get_by_role("textbox", name="Your text")).to_contain_text("I was surprised.")
    expect(hers.locator("#check-panel .verdict.verbatim")).to_have_count(1)
    assert "“planned the silence” (Jones 42)" in composer_text(hers)
    hers.get_by_role("button", name="Post response").click()
    hers.locator("a.quote.verbatim").click()
    expect(hers.locator("#passage")).to_have_text("planned the silence")
    expect(hers.locator(".page-text .notes")).to_contain_text("Maya Lindqvist")
    shoot(hers, "reader-margin")
    page.goto(f"/r/{Reading.objects.get().public_id}/")
    expect(page.locator(".attention")).to_contain_text("1 post quotes it")
    assert axe(page) == []


def test_from_the_composer_to_a_reading_and_back_with_half_a_sentence_typed(
    open_page: OpenPage, maya: Enrollment, reading: Reading, discussion: Discussion
) -> None:
    cast.discussion(cast.instructor(maya.course, "Otto Berg"), "Another question")
    page = open_page(as_=maya.user)
    page.goto(f"/d/{discussion.public_id}/")
    page.get_by_role("checkbox", name="1. Was it planned?").check()
    write(page, "As she says,")
    page.get_by_role("link", name="in a reading").click()  # before the draft was acknowledged
    page.get_by_role("link", name="Polly Jones").click()
    page.get_by_role("link", name="41", exact=True).click()
    select(page, "lanned the silen")  # a hand that is not quite steady
    expect(page.locator("#passage-bar")).to_contain_text(discussion.title)
    page.get_by_role("button", name="Quote this").click()
    field = page.get_by_role("textbox", name="Your text")
    expect(field).to_contain_text("As she says,")
    expect(field).to_contain_text("“planned the silence” (Jones 41)")
    expect(page.get_by_role("checkbox", name="1. Was it planned?")).to_be_checked()
    expect(page.locator(".both-texts")).to_have_count(0)


def test_the_same_on_a_phone(
    open_page: OpenPage, maya: Enrollment, reading: Reading, discussion: Discussion
) -> None:
    cast.response(maya, discussion, "“distress, outrage and some confusion” (Jones 41)")
    page = open_page(as_=maya.user, size=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/r/{reading.public_id}/p/1")
    notes = page.locator(".page-text .notes").first
    text = page.locator(".page-text p").first
    below, above = notes.bounding_box(), text.bounding_box()
    assert below and above
    assert below["y"] >= above["y"] + above["height"] - 1
    select(page, "grew by itself")
    bar = page.locator("#passage-bar")
    expect(bar).to_be_visible()
    box = bar.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 741  # at the foot of the window
    shoot(page, "reader-phone")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    bar.get_by_role("button", name="Quote this").tap()
    page.wait_for_url("**/d/**")
    assert "“grew by itself” (Jones 41)" in Draft.objects.get().fields["body"]


def test_the_same_without_a_script(
    open_page: OpenPage, maya: Enrollment, reading: Reading, discussion: Discussion
) -> None:
    page = open_page(as_=maya.user, script=False)
    page.goto(f"/r/{reading.public_id}/p/1")
    page.get_by_role("link", name="Quote from this page").click()
    words = page.get_by_label("The words")
    assert SECOND in words.input_value()
    words.fill("the silence that followed")
    page.get_by_role("button", name="Quote this").click()
    field = page.get_by_role("textbox", name="Your text")
    expect(field).to_have_value("“the silence that followed” (Jones 41)")
    page.get_by_role("button", name="Post response").click()
    page.locator("a.quote.verbatim").click()
    expect(page.locator("#passage")).to_have_text("the silence that followed")
    expect(page.locator(".page-text .notes")).to_contain_text("Maya Lindqvist")


def test_words_are_selected_by_hand_exactly_across_paragraphs_and_notes(
    open_page: OpenPage, maya: Enrollment, reading: Reading, discussion: Discussion
) -> None:
    cast.response(maya, discussion, "“distress, outrage and some confusion” (Jones 41)")
    page = open_page(as_=maya.user)
    page.goto(f"/r/{reading.public_id}/p/1")
    first, last = page.locator(".page-text p[data-at]").all()
    start, end = first.bounding_box(), last.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 1, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 200, start["y"] + 10)
    page.mouse.move(end["x"] + end["width"] - 2, end["y"] + end["height"] - 4)
    page.mouse.up()
    page.get_by_role("button", name="Quote this").click()
    page.wait_for_url("**/d/**")
    assert Draft.objects.get().fields["body"] == (
        f"<blockquote><p>{FIRST}</p><p>{SECOND} (Jones 41)</p></blockquote>"
    )


def test_a_passage_is_linked_to_and_asked_about(
    open_page: OpenPage, teacher: Enrollment, reading: Reading
) -> None:
    page = open_page(as_=teacher.user)
    page.goto(f"/r/{reading.public_id}/p/1")
    select(page, "the silence")
    page.get_by_role("button", name="Link to this").click()
    address = page.get_by_label("lasting address").input_value()
    expect(page.locator("#passage")).to_have_text("the silence")
    assert axe(page) == []
    page.goto(address)
    expect(page.locator("#passage")).to_have_text("the silence")
    select(page, "outrage")
    page.get_by_role("button", name="Ask about this").click()
    expect(page.get_by_role("textbox", name="Context")).to_contain_text("“outrage” (Jones 41)")


def test_arrow_keys_turn_pages_but_not_while_reading_with_a_caret(
    open_page: OpenPage, maya: Enrollment, reading: Reading
) -> None:
    page = open_page(as_=maya.user)
    page.goto(f"/r/{reading.public_id}/p/1")
    page.get_by_label("Page", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.locator(".page-text p").first.click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".page-text")).to_contain_text("Nobody had planned")
    page.evaluate("getSelection().removeAllRanges()")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".page-text")).to_contain_text("The second page")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".page-text")).to_contain_text("Nobody had planned")


def test_a_sentence_that_runs_over_the_end_of_a_page_is_quoted_whole(
    open_page: OpenPage, teacher: Enrollment, maya: Enrollment
) -> None:
    reading = cast.reading(teacher.course)
    cast.document(reading, f"{FIRST}\n\nWhoever asked was told that the", "party had learned.")
    discussion = cast.discussion(teacher)
    page = open_page(as_=maya.user)
    page.goto(f"/r/{reading.public_id}/p/1")
    offer = page.get_by_role("button", name="Add the beginning of p. 42")
    select(page, "Initially there was distress")
    expect(page.locator("#passage-bar")).to_be_visible()
    expect(offer).to_be_hidden()
    select(page, "was told that the")
    offer.click()
    words = page.get_by_label("The words")
    expect(words).to_have_value("was told that the party had learned.")
    assert axe(page) == []
    words.fill("told that the party had learned")
    page.get_by_role("button", name="Quote this").click()
    expect(page.locator("#check-panel .verdict.verbatim")).to_have_count(1)
    page.get_by_role("button", name="Post response").click()
    expect(page.locator("article.post")).to_contain_text("(Jones 41–42)")
    page.locator("a.quote.verbatim").click()
    expect(page.locator("#passage")).to_have_text("told that the")
    shoot(page, "reader-page-end")
    assert axe(page) == []
    page.get_by_role("link", name="The passage continues on p. 42").click()
    expect(page.locator("#passage")).to_have_text("party had learned")
    expect(page.locator(".page-text .notes")).to_contain_text("Maya Lindqvist")
    shoot(page, "reader-page-begin")
    assert discussion.posts.count() == 1
