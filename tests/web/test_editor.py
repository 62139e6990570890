"""The editor for formatted text, on the pages where people write.

What stands in ``pasted/`` is what word processors put on the clipboard, and what is to become of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.web.richtext import ATTRIBUTES, TAGS, clean
from tests.support import cast
from tests.support.browser import PHONE, OpenPage, Problems, axe, editor_in, shoot, until

pytestmark = pytest.mark.django_db(transaction=True)

PASTED = Path(__file__).parent / "pasted"
PASTE = """(element, {type, text}) => {
    const data = new DataTransfer();
    data.setData(type, text);
    element.dispatchEvent(new ClipboardEvent(
        "paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
PASTE_FILE = """element => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(9)], "page.png", {type: "image/png"}));
    element.dispatchEvent(new ClipboardEvent(
        "paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def maya() -> Enrollment:
    return cast.student(cast.instructor().course)


@pytest.fixture
def discussion(maya: Enrollment) -> Discussion:
    return cast.discussion(Enrollment.objects.get(course=maya.course, role="instructor"))


def writing(page: Page, address: str) -> Locator:
    """The editor on this page, once it is there."""
    page.goto(address)
    page.locator("form.composer").evaluate("form => form.scrollIntoView()")
    return editor_in(page)


def thread(discussion: Discussion) -> str:
    return reverse("discussion", args=[discussion.public_id])


def written(page: Page) -> str:
    """What the page would send."""
    assert page.locator("[name=format]").input_value() == "html"
    return page.locator("[name=body]").input_value()


def paste(editor: Locator, text: str, type_: str = "text/html") -> None:
    editor.evaluate(PASTE, {"type": type_, "text": text})


def test_bold_words_are_posted_bold(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("It was ")
    page.keyboard.press("Control+b")
    page.keyboard.type("not")
    page.keyboard.press("Control+b")
    page.keyboard.type(" planned & that is ")
    page.keyboard.press("Control+i")
    page.keyboard.type("all.")
    assert written(page) == (
        "<p>It was <strong>not</strong> planned &amp; that is <em>all.</em></p>"
    )
    page.get_by_role("button", name="Post response").click()
    expect(page.locator(".post-text strong")).to_have_text("not")
    expect(page.get_by_text("Your response is posted.")).to_be_visible()
    expect(page.locator("#body")).to_have_value("")  # not offered once more
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert Post.objects.get().source == (
        "<p>It was <strong>not</strong> planned &amp; that is <em>all.</em></p>"
    )


def test_the_first_view_of_a_thread_does_not_load_the_editor(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    for number in range(6):
        cast.response(maya, discussion, f"Response {number}. " + "Many words. " * 200)
    page = open_page(maya.user)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(thread(discussion))
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "editor" in url]
    page.locator("#body").focus()
    expect(page.get_by_role("textbox", name="Your text")).to_be_focused()
    assert len([url for url in asked if "editor" in url]) == 2


def test_a_draft_comes_back_as_it_was_formatted(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("> “Set in.”")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    whole = (
        "<blockquote><p>“Set in.”</p></blockquote><ul><li><p>one</p></li><li><p>two</p></li></ul>"
    )
    assert Draft.objects.get().fields["body"] == whole
    assert page.evaluate("Object.keys(localStorage).length") == 0
    editor = writing(page, thread(discussion))
    expect(editor.locator("blockquote")).to_have_text("“Set in.”")
    expect(editor.locator("li")).to_have_text(["one", "two"])
    expect(page.locator("[data-draft-state]")).to_have_text("")


def test_looking_at_a_text_does_not_make_a_draft(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    post = cast.response(maya, discussion, "One.</p><h3>A heading</h3><p>Two.")
    page = open_page(maya.user)
    writing(page, reverse("post-edit", args=[post.public_id]))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.goto(thread(discussion))
    assert not Draft.objects.exists()


def test_a_post_saved_unchanged_stays_as_it_is(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    whole = '<p>One<br>line.</p><h3>A heading</h3><p><s>Two</s><sup>2</sup></p><ol start="3"><li><p>three</p></li></ol><hr><p>End.</p>'
    post = actions.respond(by=maya, discussion=discussion, source=whole)
    page = open_page(maya.user)
    writing(page, reverse("post-edit", args=[post.public_id]))
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/d/**")
    post.refresh_from_db()
    assert post.source == whole


def test_text_kept_without_a_connection_comes_back_formatted(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')) }")
    editor.click()
    page.keyboard.type("From a *train*.")
    expect(page.locator("[data-draft-state]")).to_contain_text("No connection")
    editor = writing(page, thread(discussion))
    expect(editor.locator("em")).to_have_text("train")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    assert Draft.objects.get().fields["body"] == "<p>From a <em>train</em>.</p>"
    assert page.locator(".both-texts").count() == 0


def test_a_draft_written_elsewhere_is_shown_as_text_and_can_be_taken_with_its_formatting(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("409")
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    actions.save_draft(
        person=maya,
        target=f"respond:{discussion.public_id}",
        fields={"body": "<p>From the <strong>library</strong>.</p>", "format": "html"},
        version=0,
    )
    editor.click()
    page.keyboard.type("From home.")
    expect(page.locator(".both-texts textarea")).to_have_value("From the **library**.")
    expect(editor).to_have_text("From home.")
    page.get_by_role("button", name="Swap the two").click()
    expect(editor.locator("strong")).to_have_text("library")
    expect(page.locator(".both-texts textarea")).to_have_value("From home.")


def test_a_refused_text_comes_back_into_the_editor(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("status of 409")
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("Too **late**.")
    actions.close_discussion(discussion=discussion, by=discussion.author)
    page.get_by_role("button", name="Post response").click()
    expect(page.locator("textarea.kept")).to_have_value("Too **late**.")


def test_a_text_that_is_too_long_comes_back_into_the_editor_and_is_kept(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("status of 422")
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    paste(editor, f"<p><strong>Long.</strong> {'word ' * 21_000}</p>")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    editor.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("End.")
    page.get_by_role("button", name="Post response").click()
    expect(page.get_by_role("alert")).to_contain_text("at most 100000")
    page.locator("form.composer").evaluate("form => form.scrollIntoView()")
    expect(editor.locator("strong")).to_have_text("Long.")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    assert page.locator(".both-texts").count() == 0
    assert "End." in Draft.objects.get().fields["body"]


def test_words_are_counted_and_quotations_checked_without_the_tags(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    cast.document(cast.reading(maya.course))
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("**Initially** there was “distress, outrage and some confusion” (Jones 41).")
    expect(page.locator("#word-count")).to_have_text("10 words")
    expect(page.locator("#check-panel .verdict")).to_have_text("altered")


@pytest.mark.parametrize("name", ["word", "google-docs", "libreoffice", "web-page"])
def test_what_is_pasted_comes_out_clean(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, name: str
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    paste(editor, (PASTED / f"{name}.html").read_text(encoding="utf-8"))
    expected = (PASTED / f"{name}.expected.html").read_text(encoding="utf-8")
    assert written(page) == expected.replace("\n", "")
    assert clean(written(page)).replace(' rel="nofollow noopener noreferrer ugc"', "") == written(
        page
    )


def test_pictures_and_tables_are_left_out_with_a_sentence(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    note = page.locator(".editor-note")
    paste(editor, "<table><tr><td>a<td>b</table>")
    expect(note).to_contain_text("Each row is a line")
    expect(editor).to_have_text("a | b")
    editor.evaluate(PASTE_FILE)
    expect(note).to_contain_text("Pictures cannot be part")
    paste(editor, " and more", "text/plain")
    expect(note).to_have_text("")
    expect(editor).to_have_text("a | b and more")


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("One\n\nTwo\nlines", "<p>One</p><p>Two<br>lines</p>"),
        ("Short\nlines", "<p>Short<br>lines</p>"),
        ("x" * 120 + "\nTwo", f"<p>{'x' * 120}</p><p>Two</p>"),
        ("*stars* <b>", "<p>*stars* &lt;b&gt;</p>"),
    ],
)
def test_plain_text_is_pasted_as_it_stands(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, pasted: str, expected: str
) -> None:
    page = open_page(maya.user)
    paste(writing(page, thread(discussion)), pasted, "text/plain")
    assert written(page) == expected


def test_a_link_is_set_changed_and_taken_away(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("letters")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Address")).to_be_focused()
    page.keyboard.type("javascript:alert(1)")
    page.keyboard.press("Enter")
    expect(page.locator(".editor-note")).to_contain_text("not an address")
    page.get_by_label("Address").fill("example.org/a")
    page.keyboard.press("Enter")
    assert written(page) == '<p><a href="https://example.org/a">letters</a></p>'
    expect(editor).to_be_focused()
    page.keyboard.type("!")
    assert written(page) == '<p><a href="https://example.org/a">letters</a>!</p>'
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_label("Address")).to_have_value("https://example.org/a")
    page.get_by_role("button", name="Remove link").click()
    assert written(page) == "<p>letters!</p>"


def test_the_keyboard_alone_reaches_everything_and_is_not_held(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.focus()
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Shift+Tab")
    bold = page.get_by_role("button", name="Bold")
    expect(bold).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Link", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(bold).to_be_focused()
    page.keyboard.press("Space")
    expect(editor).to_be_focused()
    expect(bold).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="List")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Post response")).to_be_focused()
    assert written(page) == "<ul><li><p>one</p></li><li><p>two</p></li></ul>"


def test_a_screen_reader_is_told_what_the_field_is(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    expect(editor).to_have_attribute("aria-multiline", "true")
    expect(editor).to_have_accessible_description(
        "Put quotations in quotation marks with the page behind them: (Jones 42)."
    )
    page.locator("label[for=body]").click()
    expect(editor).to_be_focused()
    assert axe(page) == []


def test_a_writer_who_was_faster_than_the_script_keeps_the_place_in_the_text(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    waiting: list[Route] = []
    page.route("**/django_prose_editor/**", lambda route: waiting.append(route))
    page.goto(thread(discussion))
    page.locator("#body").focus()
    page.keyboard.type("It was planned.\n\nI am sure")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    until(page, lambda: waiting)
    waiting[0].continue_()
    editor = page.get_by_role("textbox", name="Your text")
    expect(editor.locator("p")).to_have_count(2)
    expect(editor).to_be_focused()
    page.keyboard.type("un")
    assert written(page) == "<p>It was planned.</p><p>I am unsure</p>".replace("unsure", "sunure")


def test_who_has_begun_to_write_in_plain_marks_goes_on_so(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    waiting: list[Route] = []
    page.route("**/django_prose_editor/**", lambda route: waiting.append(route))
    page.goto(thread(discussion))
    page.locator("#body").focus()
    page.keyboard.type("It was *planned*.")
    until(page, lambda: waiting)
    with page.expect_response("**/django_prose_editor/**"):
        waiting[0].continue_()
    page.keyboard.type(" All of it.")
    page.get_by_role("button", name="Post response").click()
    expect(page.locator(".post-text em")).to_have_text("planned")
    assert Post.objects.get().source.strip() == "<p>It was <em>planned</em>. All of it.</p>"


def test_without_its_script_the_plain_field_stays(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("django_prose_editor")
    page = open_page(maya.user)
    page.route("**/django_prose_editor/**", lambda route: route.abort())
    page.goto(thread(discussion))
    page.locator("#body").fill("Plain *but* whole.")
    expect(page.locator(".editor-bar")).to_be_hidden()
    page.get_by_role("button", name="Post response").click()
    expect(page.locator(".post-text em")).to_have_text("but")


def test_without_script_the_plain_field_is_all_there_is(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    actions.save_draft(
        person=maya,
        target=f"respond:{discussion.public_id}",
        fields={"body": "<p>From the <strong>library</strong>.</p>", "format": "html"},
        version=0,
    )
    page = open_page(maya.user, script=False)
    page.goto(thread(discussion))
    expect(page.locator("#body")).to_have_value("From the **library**.")
    expect(page.locator(".editor-bar")).to_be_hidden()
    page.get_by_role("button", name="Post response").click()
    assert Post.objects.get().source.strip() == "<p>From the <strong>library</strong>.</p>"


def test_the_context_of_a_discussion_is_written_in_the_editor_too(
    open_page: OpenPage, problems: Problems
) -> None:
    problems.expect("status of 422")
    anna = cast.instructor()
    page = open_page(anna.user)
    page.goto(reverse("pose", args=[anna.course.public_id]))
    editor = editor_in(page, "Context")
    editor.click()
    page.keyboard.type("Some ask: was it **planned**?")
    page.get_by_role("button", name="Find the questions in my text").click()
    expect(page.locator("#question-1")).to_have_value("Was it planned?")
    expect(editor.locator("strong")).to_have_text("planned")
    page.locator("#question-2").fill("?" * 3)
    page.locator("#positions-2").fill("yes")
    page.get_by_label("Title").fill("The muddle")
    page.get_by_role("button", name="Open for the class").click()
    expect(page.get_by_text("two to five positions").last).to_be_visible()
    expect(editor.locator("strong")).to_have_text("planned")
    page.locator("#positions-2").fill("")
    page.get_by_role("button", name="Open for the class").click()
    expect(page.locator(".context strong")).to_have_text("planned")
    made = Discussion.objects.get()
    page.goto(reverse("discussion-edit", args=[made.public_id]))
    expect(editor.locator("strong")).to_have_text("planned")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"dark": True}),
        ("phone", {"size": PHONE, "has_touch": True, "is_mobile": True}),
        ("phone-dark", {"size": PHONE, "has_touch": True, "is_mobile": True, "dark": True}),
    ],
)
def test_the_editor_reads_well(
    open_page: OpenPage,
    maya: Enrollment,
    discussion: Discussion,
    name: str,
    options: dict[str, Any],
) -> None:
    cast.document(cast.reading(maya.course))
    page = open_page(maya.user, **options)
    editor = writing(page, thread(discussion))
    paste(editor, (PASTED / "word.html").read_text(encoding="utf-8"))
    editor.click()
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_label("Address")).to_be_focused()
    shoot(page, f"editor-{name}")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_editor_writes_no_more_than_a_post_may_hold(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    everything = (
        "<h3>h</h3><p><em>e</em><strong>s</strong><s>s</s><sup>s</sup><br>"
        '<a href="https://example.org/">a</a></p><blockquote><p>b</p></blockquote>'
        '<ul><li><p>u</p></li></ul><ol start="4"><li><p>o</p></li></ol><hr><p>p</p>'
    )
    page = open_page(maya.user)
    paste(writing(page, thread(discussion)), everything)
    tags = page.evaluate(
        """html => [...new DOMParser().parseFromString(html, "text/html").body
            .querySelectorAll("*")].map(one => [one.localName, one.getAttributeNames()])""",
        written(page),
    )
    assert {tag for tag, _ in tags} == TAGS
    assert all(set(names) <= ATTRIBUTES.get(tag, set()) for tag, names in tags)
