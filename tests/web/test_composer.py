"""Writing with the readings at hand: quotations marked in place, what is offered for each, words of
a post answered, the preview.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Post
from tests.support import cast
from tests.support.browser import DESKTOP, NARROW, PHONE, OpenPage, Problems, axe, editor_in, shoot

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "Initially there was distress, outrage and confusion. Nobody knew what was to be done.",
    "It was what was left when a policy of announcing met a habit of waiting to be told.",
)
WRONG = "She says “distress, outrage and some confusion” (Jones 41). I *do* wonder."
RIGHT = "She says “distress, outrage and confusion” (Jones 41). I *do* wonder."
MISPLACED = "For her it was “a policy of announcing met a habit of waiting” (Jones 41)."


@pytest.fixture
def maya() -> Enrollment:
    anna = cast.instructor()
    cast.document(cast.reading(anna.course), *PAGES)
    return cast.student(anna.course)


@pytest.fixture
def discussion(maya: Enrollment) -> Discussion:
    return cast.discussion(Enrollment.objects.get(course=maya.course, role="instructor"))


def thread(discussion: Discussion) -> str:
    return reverse("discussion", args=[discussion.public_id])


def writing(page: Page, address: str) -> Locator:
    page.goto(address)
    page.locator("form.composer").evaluate("form => form.scrollIntoView()")
    return editor_in(page)


def plain(page: Page, address: str, problems: Problems) -> Locator:
    """The plain field, with script but without the editor, which does not come."""
    problems.expect("editor", "Failed to fetch", "ERR_FAILED")
    page.route("**/web/editor*.js", lambda route: route.abort())
    page.goto(address)
    return page.locator("#body")


def select(page: Page, text: Locator, words: str) -> None:
    """Selects these words in the first text of an element, as a pointer would."""
    text.evaluate(
        """(element, words) => {
            const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
            let node;
            while ((node = walker.nextNode()) && !node.data.includes(words));
            const start = node.data.indexOf(words);
            getSelection().setBaseAndExtent(node, start, node, start + words.length);
        }""",
        words,
    )


def test_quotations_are_marked_in_place_and_what_is_sent_knows_nothing_of_it(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("She says “distress, outrage and some confusion” (Jones 41).")
    marked = editor.locator(".quote.altered")
    expect(marked).to_have_text("“distress, outrage and some confusion”")
    page.keyboard.type(" And more.")  # the caret is where it was
    sent = "<p>She says “distress, outrage and some confusion” (Jones 41). And more.</p>"
    assert page.locator("[name=body]").input_value() == sent
    expect(marked).to_have_text("“distress, outrage and some confusion”")
    shoot(page, "composer-marked")
    assert axe(page) == []
    page.keyboard.press("Control+z")
    assert "And more" not in page.locator("[name=body]").input_value()


def test_the_card_of_the_quotation_that_one_writes_at_is_marked(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("“distress, outrage and confusion” (Jones 41). “Nobody knew what was”")
    expect(page.locator(".card")).to_have_count(2)
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".card").nth(0)).to_have_attribute("aria-current", "")
    page.keyboard.press("Control+End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".card").nth(1)).to_have_attribute("aria-current", "")


def test_the_readings_wording_is_put_in_and_can_be_undone(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("She says “distress, outrage and ")
    page.keyboard.press("Control+i")
    page.keyboard.type("some")
    page.keyboard.press("Control+i")
    page.keyboard.type(" confusion” (Jones 41).")
    page.get_by_role("button", name="Use the reading’s wording").click()
    expect(editor.locator(".quote.verbatim")).to_have_text("“distress, outrage and confusion”")
    expect(editor).to_be_focused()
    assert "some" not in page.locator("[name=body]").input_value()
    page.keyboard.press("Control+z")
    assert "<em>some</em>" in page.locator("[name=body]").input_value()


def test_the_page_is_put_right_and_a_missing_citation_added(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type(f"{MISPLACED} Later “Nobody knew what was to be done” again.")
    page.get_by_role("button", name="Fix the page: 42").click()
    expect(editor).to_contain_text("habit of waiting” (Jones 42).")
    page.get_by_role("button", name="Add the citation: (Jones 41)").click()
    expect(editor).to_contain_text("what was to be done” (Jones 41) again.")
    expect(editor.locator(".quote.verbatim")).to_have_count(2)


def test_the_plain_field_is_mended_too_and_keeps_the_marks_of_plain_text(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    page = open_page(maya.user)
    field = plain(page, thread(discussion), problems)
    field.fill(f"> 🙂 *set in*\n\n1. one\n2. [two](https://example.org/two)\n\n{WRONG}")
    page.get_by_role("button", name="Use the reading’s wording").click()
    expect(field).to_have_value(
        f"> 🙂 *set in*\n\n1. one\n2. [two](https://example.org/two)\n\n{RIGHT}"
    )
    page.keyboard.press("Control+z")
    expect(field).to_have_value(
        f"> 🙂 *set in*\n\n1. one\n2. [two](https://example.org/two)\n\n{WRONG}"
    )


def test_a_button_that_the_text_has_outgrown_waits_for_the_next_answer(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    page = open_page(maya.user)
    field = plain(page, thread(discussion), problems)
    field.fill(WRONG)
    button = page.get_by_role("button", name="Use the reading’s wording")
    expect(button).to_be_visible()
    page.evaluate(
        """() => {
            const field = document.querySelector("#body");
            field.value = "Oh. " + field.value;
            document.querySelector("[data-edits]").click();
        }"""
    )
    expect(field).to_have_value(f"Oh. {RIGHT}")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_words_selected_in_a_post_are_replied_to_and_lead_to_the_reply(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, phone: bool
) -> None:
    post = cast.response(maya, discussion, "I doubt it. <em>Nobody</em> plans confusion, I think.")
    look = {"size": PHONE, "has_touch": True, "is_mobile": True} if phone else {}
    page = open_page(cast.student(maya.course, "Theo Grau").user, **look)
    page.goto(thread(discussion))
    text = page.locator(f"#p-{post.public_id} .post-text")
    select(page, text, " plans confusion")
    page.get_by_role("button", name="Reply to these words").click()
    expect(page.get_by_label("plans confusion", exact=True)).to_be_checked()
    page.get_by_label("disagree", exact=True).check()
    editor = editor_in(page)
    editor.fill("They do.")
    shoot(page, "reply-to-words-phone" if phone else "reply-to-words")
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".in-reply")).to_have_text("disagrees with #1")
    assert Post.objects.get(parent=post).quotes_text == "plans confusion"
    expect(page.locator(".answered")).to_have_text("plans confusion")
    page.get_by_role("link", name="Answered in a reply").click()
    assert page.url.endswith(f"#p-{Post.objects.get(parent=post).public_id}")
    assert axe(page) == []


def test_words_selected_on_the_page_for_replying_become_a_choice(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    post = cast.response(maya, discussion, "I doubt it. Nobody plans confusion, I think.")
    page = open_page(maya.user)
    page.goto(reverse("reply", args=[post.public_id]))
    select(page, page.locator("[data-words-for]"), "plans confusion")
    page.get_by_role("button", name="Reply to these words").click()
    expect(page.get_by_label("plans confusion", exact=True)).to_be_checked()
    expect(page.get_by_label("plans confusion", exact=True)).to_be_focused()
    assert axe(page) == []


def test_nothing_is_offered_for_words_where_one_may_not_reply(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    post = cast.response(maya, discussion, "Nobody plans confusion, I think.")
    page = open_page(cast.observer(maya.course).user)
    page.goto(thread(discussion))
    select(page, page.locator(f"#p-{post.public_id} .post-text"), "plans")
    page.wait_for_timeout(500)
    assert page.locator(".reply-these").count() == 0


def test_a_reply_to_some_words_is_written_by_keyboard_alone(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    post = cast.response(maya, discussion, "I doubt it. Nobody plans confusion.")
    page = open_page(maya.user)
    writing(page, reverse("reply", args=[post.public_id]))
    page.get_by_label("reply", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens “Answer particular words”
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")  # the field for other words
    page.keyboard.press("Tab")  # the way to the readings
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("They do.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".in-reply")).to_have_text("disagrees with #1")
    reply = Post.objects.get(parent=post)
    assert (reply.kind, reply.quotes_text) == ("disagree", "Nobody plans confusion.")


def test_without_script_words_are_chosen_the_text_previewed_and_posted(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    post = cast.response(maya, discussion, "I doubt it. Nobody plans confusion.")
    page = open_page(maya.user, script=False, size=NARROW)
    page.goto(thread(discussion))
    page.locator(f"#p-{post.public_id}").get_by_role("link", name="Reply").click()
    page.get_by_label("qualify").check()
    page.get_by_text("Answer particular words").click()
    page.get_by_label("Nobody plans confusion.").check()
    page.get_by_role("textbox", name="Your text").fill(WRONG)
    page.get_by_role("button", name="Preview").click()
    preview = page.locator(".preview")
    expect(preview.locator(".quote.altered")).to_be_visible()
    expect(preview.locator(".answered-words")).to_contain_text("Nobody plans confusion.")
    expect(preview).to_contain_text("altered")
    expect(page.get_by_role("textbox", name="Your text")).to_have_value(WRONG)
    expect(page.get_by_label("Nobody plans confusion.")).to_be_checked()
    shoot(page, "preview-without-script")
    page.get_by_role("textbox", name="Your text").fill(RIGHT)
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".in-reply")).to_have_text("qualifies #1")
    expect(page.locator(".answered")).to_have_text("Nobody plans confusion.")


def test_a_preview_is_shown_above_the_text_and_the_text_stays_in_the_editor(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("“distress, outrage and some confusion” (Jones 41), ")
    page.keyboard.press("Control+b")
    page.keyboard.type("bold.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview .quote.altered")).to_be_visible()
    expect(page.locator(".preview strong")).to_have_text("bold.")
    expect(page.locator(".editor strong")).to_have_text("bold.")
    shoot(page, "preview")
    assert axe(page) == []
    page.get_by_role("button", name="Post response").click()
    expect(page.locator(".post-text strong")).to_have_text("bold.")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_how_far_from_what_is_asked_for_is_said_while_one_types(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    Discussion.objects.filter(pk=discussion.pk).update(words_least=3, words_most=4)
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    count = page.locator("#word-count")
    editor.click()
    page.keyboard.type("One café")
    expect(count).to_have_text("2 words: 1 short of the 3 asked for")
    page.keyboard.type(" is cafe\u0301")
    expect(count).to_have_text("4 words: 3 to 4 are asked for")
    page.keyboard.type(" too")
    expect(count).to_have_text("5 words: 1 more than the 4 asked for")


def test_text_typed_offline_in_one_tab_outlives_a_post_from_another(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED", "Failed to load resource", "409")
    first = open_page(maya.user)
    editor = writing(first, thread(discussion))
    first.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')) }")
    editor.click()
    first.keyboard.type("Only in this browser.")
    expect(first.locator("[data-draft-state]")).to_contain_text("No connection")
    second = first.context.new_page()
    first.close()
    editor = writing(second, thread(discussion))
    expect(editor).to_contain_text("Only in this browser.")
    third = first.context.new_page()
    other = writing(third, thread(discussion))
    third.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no connection')) }")
    other.fill("Kept in the third tab.")
    expect(third.locator("[data-draft-state]")).to_contain_text("No connection")
    editor.fill("Posted from the second tab.")
    second.get_by_role("button", name="Post response").click()
    expect(second.get_by_text("Your response is posted.")).to_be_visible()
    third.close()
    second.goto(thread(discussion))
    second.locator("form.composer").evaluate("form => form.scrollIntoView()")
    expect(second.locator("body")).to_contain_text("Kept in the third tab.")


def test_pressing_the_button_without_a_connection_leaves_the_text_where_it_is(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page(maya.user)
    editor = writing(page, thread(discussion))
    editor.click()
    page.keyboard.type("On a train.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Post response").click()
    expect(page.locator("[data-draft-state]")).to_contain_text("No connection")
    expect(editor).to_have_text("On a train.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Post response").click()
    expect(page.get_by_text("Your response is posted.")).to_be_visible()
    assert Post.objects.count() == 1
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_two_edits_at_once_are_shown_side_by_side_and_each_edit_word_by_word(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("status of 409")
    post = cast.response(maya, discussion, "It was planned from the start, I think.")
    first, second = open_page(maya.user), open_page(maya.user)
    address = reverse("post-edit", args=[post.public_id])
    pages = [(page, writing(page, address)) for page in (first, second)]
    for (page, editor), text in zip(pages, ["It was not planned.", "It was planned."], strict=True):
        editor.fill(text)
        page.get_by_role("button", name="Save").click()
    expect(second.locator(".both mark")).to_have_text(["not "])
    expect(second.locator(".editor")).to_have_text("It was planned.")
    shoot(second, "both-texts")
    assert axe(second) == []
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Your post is changed.")).to_be_visible()
    page = open_page(maya.user, size=NARROW)
    page.goto(reverse("revisions", args=[post.public_id]))
    expect(page.locator("del").first).to_contain_text("not")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_two_changes_of_a_discussion_stand_side_by_side_also_on_a_phone(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, problems: Problems
) -> None:
    problems.expect("status of 409")
    anna = discussion.author
    address = reverse("discussion-edit", args=[discussion.public_id])
    pages = [open_page(anna.user), open_page(anna.user, size=NARROW, dark=True)]
    for page in pages:
        page.goto(address)
    for page, title in zip(pages, ["Was it meant?", "Was the muddle meant?"], strict=True):
        page.get_by_label("Title").fill(title)
        page.get_by_role("button", name="Save").click()
    second = pages[1]
    expect(second.locator(".both mark")).to_have_text(["it", "the muddle"])
    expect(second.get_by_label("Title")).to_have_value("Was the muddle meant?")
    assert axe(second) == []
    assert second.evaluate("document.documentElement.scrollWidth") <= 320
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("heading", name="Was the muddle meant?").first).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW])
@pytest.mark.parametrize("dark", [False, True])
def test_a_draft_that_two_tabs_wrote_stands_in_both_versions_side_by_side(
    open_page: OpenPage,
    maya: Enrollment,
    discussion: Discussion,
    problems: Problems,
    size: dict[str, int],
    dark: bool,
) -> None:
    problems.expect("409")
    page = open_page(maya.user, size=size, dark=dark)
    editor = writing(page, reverse("discussion", args=[discussion.public_id]))
    actions.save_draft(
        person=maya,
        target=f"respond:{discussion.public_id}",
        fields={"body": "It was planned from the start.", "format": "text"},
        version=0,
    )
    editor.click()
    page.keyboard.type("It was never planned.")
    both = page.locator(".composer .both")
    expect(both.locator("mark")).to_have_text([" from the start", "never "])
    theirs, mine = both.locator("td").all()
    expect(theirs).to_have_attribute("data-side", "The other version")
    boxes = [one.bounding_box() for one in (theirs, mine)]
    assert boxes[0]
    assert boxes[1]
    if size == DESKTOP:
        assert boxes[0]["y"] == boxes[1]["y"]
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    else:
        assert boxes[0]["y"] < boxes[1]["y"]
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".both-texts").scroll_into_view_if_needed()
    shoot(page, f"draft-conflict-{size['width']}-{'dark' if dark else 'light'}")
    page.get_by_role("button", name="Swap the two").click()
    expect(editor).to_have_text("It was planned from the start.")
    expect(theirs).to_have_attribute("data-side", "The text above")
    page.get_by_role("button", name="Go on with the text above").click()
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")


def test_long_positions_make_no_page_wider_than_a_phone(
    open_page: OpenPage, maya: Enrollment
) -> None:
    long = ("as long as nobody in the whole town asks", "W" * 40)
    question = actions.QuestionInput("When is it wrong?", long)
    anna = Enrollment.objects.get(course=maya.course, role="instructor")
    discussion = cast.discussion(anna, questions=[question])
    cast.response(maya, discussion, positions={1: 1})
    cast.response(maya, discussion, positions={1: 2})
    page = open_page(maya.user, size=NARROW)
    page.goto(thread(discussion))
    expect(page.locator(".chip .moved")).to_contain_text("moved from")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
