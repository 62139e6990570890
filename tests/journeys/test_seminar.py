"""A class discussion from the first sign-up to the last withdrawal, as people do it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.readings.extraction.makepdf import pdf, sheet
from tests.support import cast
from tests.support.browser import PHONE, OpenPage, Problems, editor_in

from quaestio.accounts.models import User
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions.models import Discussion, Draft, Post

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "Initially there was distress, outrage and some confusion among the members."
SECOND = "Nobody had planned the silence that followed it; it grew by itself."
TEXT = (
    "I see “distress, outrage and some confusion” (Jones 41).\n\n"
    "She adds that there was “distress, outrage and great confusion” (Jones 41), and that "
    "“Nobody had planned the silence” (Jones 41)."
)
PASSWORD = "a long one for the seminar"


@pytest.fixture
def teacher() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def discussion(teacher: Enrollment) -> Discussion:
    reading = cast.reading(teacher.course)
    cast.document(reading, FIRST, SECOND)
    due = timezone.now() + timedelta(days=2)
    return cast.discussion(teacher, due_at=due)


@pytest.fixture
def maya(teacher: Enrollment, discussion: Discussion) -> Enrollment:
    return cast.student(teacher.course)


def sign_up(page: Page, name: str, email: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()


def write(page: Page, text: str) -> None:
    """Puts this text into the editor, which comes when the form is near."""
    page.locator("form.composer").evaluate("form => form.scrollIntoView()")
    editor_in(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def address(discussion: Discussion) -> str:
    return f"/d/{discussion.public_id}/"


def test_a_teacher_sets_up_a_course_and_a_student_joins_it(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    page.goto("/accounts/signup/")
    sign_up(page, "Anna Berg", "anna@example.edu")
    page.goto("/")
    page.get_by_role("link", name="Make a course").click()
    page.get_by_label("Title").fill("Russia after Stalin")
    page.locator("main form button.main").click()
    page.get_by_role("link", name="Add a meeting").first.click()
    page.get_by_label("Date").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    page.get_by_label("Title").fill("The Thaw")
    page.locator("main form button.main").click()
    course = Course.objects.get()

    file = tmp_path / "jones.pdf"
    file.write_bytes(pdf([sheet(FIRST), sheet(SECOND)]))
    page.goto(f"/c/{course.public_id}/readings/new")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Title").fill("Myth, Memory, Trauma")
    page.get_by_label("Author").fill("Polly Jones")
    page.get_by_label("First printed page number").fill("41")
    page.locator("main form button.main").click()
    expect(page.get_by_role("link", name="41", exact=True)).to_be_visible()
    page.get_by_role("link", name="42", exact=True).click()
    expect(page.locator(".page-text")).to_contain_text("Nobody had planned the silence")

    page.goto(f"/c/{course.public_id}/ask")
    page.get_by_label("Title").fill("Was the muddle planned?")
    editor_in(page, "Context").click()
    page.keyboard.insert_text(
        "The first months were odd. My questions are: Who gained by it? What came of it?"
    )
    page.get_by_role("button", name="Find the questions in my text").click()
    found = page.locator("textarea[name^=question-]")
    expect(found.filter(has_text="Who gained by it?")).to_have_count(1)
    page.get_by_label(re.compile("with positions to take")).first.check()
    page.get_by_role("button", name="Open for the class").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Was the muddle planned?")
    expect(page.locator(".question.unanswered").first).to_be_visible()

    page.goto(f"/c/{course.public_id}/invitations")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("The link").input_value()

    hers = open_page(size=PHONE, has_touch=True, is_mobile=True)
    hers.goto(link)
    hers.get_by_role("link", name="Make an account").first.click()
    sign_up(hers, "Maya Lindqvist", "maya@example.edu")
    hers.goto(link)
    hers.get_by_role("button", name="Join the course").click()
    hers.goto("/")
    hers.get_by_role("link", name="Was the muddle planned?").first.click()
    expect(hers.get_by_role("heading", name="Your response")).to_be_visible()
    assert Enrollment.objects.filter(course=course).count() == 2


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_a_student_answers_and_thinks_again(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion, size: dict[str, int] | None
) -> None:
    page = open_page(as_=maya.user, **({"size": size} if size else {}))
    page.goto("/")
    expect(page.locator("section[aria-labelledby=due]")).to_contain_text(discussion.title)
    page.get_by_role("link", name=discussion.title).first.click()
    page.get_by_role("radio", name="in part").check()
    expect(page.get_by_role("checkbox", name="1. Was it planned?")).to_be_checked()
    write(page, TEXT)
    panel = page.locator("#check-panel")
    for verdict in ("verbatim", "altered", "misplaced"):
        expect(panel.locator(f".verdict.{verdict}")).to_have_count(1)

    page.get_by_role("button", name="Post response").evaluate(
        "button => { for (let n = 0; n < 10; n++) button.click() }"
    )
    expect(page.locator(".post")).to_have_count(1)
    assert Post.objects.count() == 1
    expect(page.locator("#question-1")).to_contain_text("1 person answers")
    expect(page.locator("#question-1 .split-key")).to_contain_text("in part")
    expect(page.locator(".question.unanswered")).to_have_count(1)
    expect(page.locator("#responses-head")).to_have_text(f"1 response to “{discussion.title}”")
    page.locator("#question-2 a.ask").click()
    expect(page.locator(".post")).to_have_count(0)
    page.locator("#question-1 a.ask").click()
    expect(page.locator(".post")).to_have_count(1)

    page.locator("a.quote.verbatim").click()
    expect(page.locator("#passage")).to_contain_text("distress, outrage and some confusion")
    page.go_back()

    page.locator(".post-actions").get_by_role("link", name="edit").click()
    write(page, "I no longer think so.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".post-text")).to_have_text("I no longer think so.")
    page.locator(".post .edited").click()
    expect(page.get_by_role("main")).to_contain_text("great confusion")
    page.go_back()
    page.locator(".post-actions").get_by_role("link", name="reply").click()
    write(page, "Or perhaps I do.")
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator(".replies .post-text")).to_have_text("Or perhaps I do.")
    page.locator("ol.posts > li > .post .post-actions").get_by_role("link", name="withdraw").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("ol.posts > li > .post > .held")).to_contain_text("You have withdrawn")
    classmate = open_page(as_=cast.student(maya.course, "Chance Robbins").user)
    classmate.goto(address(discussion))
    expect(classmate.locator("ol.posts > li > .post.gone")).to_contain_text("withdrawn")
    expect(classmate.locator(".replies .post-text")).to_be_visible()


def test_the_same_without_a_script(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(as_=maya.user, script=False)
    page.goto(address(discussion))
    page.get_by_role("checkbox", name="1. Was it planned?").check()
    page.get_by_role("radio", name="yes").check()
    page.get_by_role("textbox", name="Your text").fill(TEXT)
    page.get_by_role("button", name="Post response").click()
    expect(page.locator(".post .verdict.altered")).to_have_count(1)
    page.locator("a.quote.verbatim").click()
    expect(page.locator("#passage")).to_be_visible()
    page.goto(address(discussion))
    page.locator(".post-actions").get_by_role("link", name="edit").click()
    page.get_by_role("textbox", name="Your text").fill("Shorter.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".post .edited")).to_be_visible()
    page.locator(".post-actions").get_by_role("link", name="reply").click()
    page.get_by_role("textbox", name="Your text").fill("To myself.")
    page.get_by_role("button", name="Post reply").click()
    page.locator("ol.posts > li > .post .post-actions").get_by_role("link", name="withdraw").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("ol.posts > li > .post > .held")).to_contain_text("You have withdrawn")


def test_what_was_done_is_told_in_sight_however_far_down_the_page_it_leads(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    for number in range(6):
        cast.response(cast.student(discussion.course, f"Student {number}"), discussion, "So. " * 99)
    page = open_page(as_=maya.user, size=PHONE)
    stopped = page.context.new_cdp_session(page)  # it goes after some seconds; not in this test
    stopped.send("Animation.enable")
    stopped.send("Animation.setPlaybackRate", {"playbackRate": 0})
    page.goto(address(discussion))
    write(page, "I come last.")
    page.get_by_role("button", name="Post response").click()
    expect(page.get_by_text("I come last.")).to_be_in_viewport()
    expect(page.get_by_text("Your response is posted.")).to_be_in_viewport()


def test_a_page_from_a_blog_comes_in_without_a_script(
    open_page: OpenPage, teacher: Enrollment
) -> None:
    from tests.transfers.test_import import PAGE

    page = open_page(as_=teacher.user, script=False)
    page.goto(f"/c/{teacher.course.public_id}/import")
    page.get_by_label("The page, copied from the browser").fill(PAGE)
    page.get_by_role("button", name="Read the page").click()
    page.locator("#name-3").fill("Jane Doe")
    page.get_by_role("button", name="Store the discussion").click()
    expect(page.locator(".post")).to_have_count(3)
    expect(page.locator(".byline").last).to_have_text("Jane Doe")


def test_from_the_keyboard_alone(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    user = maya.user
    assert user
    user.set_password(PASSWORD)
    user.save()
    page = open_page()
    page.goto(f"/accounts/login/?next={address(discussion)}")
    tab_to(page, "input[type=email]")
    page.keyboard.type(user.email)
    tab_to(page, "input[type=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(discussion.title)
    page.wait_for_load_state()
    tab_to(page, "#answers-1")
    page.keyboard.press("Space")
    tab_to(page, ".ProseMirror, #body")
    page.wait_for_selector(".ProseMirror:focus")
    page.keyboard.type("By hand.")
    tab_to(page, "form.composer button.main")
    page.keyboard.press("Enter")
    expect(page.locator(".post-text")).to_have_text("By hand.")
    expect(page.locator("#question-1")).to_contain_text("1 person answers")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not lead to {selector}")


# -- What was typed is not lost -----------------------------------------------------------------


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "saved")


def test_a_draft_outlives_its_tab_and_its_browser(
    open_page: OpenPage, maya: Enrollment, discussion: Discussion
) -> None:
    page = open_page(as_=maya.user)
    page.goto(address(discussion))
    write(page, "Half a thought")
    saved(page)
    page.close()
    again = open_page(as_=maya.user)  # another profile: nothing but the server remembers
    again.goto(address(discussion))
    expect(again.get_by_role("textbox", name="Your text")).to_contain_text("Half a thought")
    assert Draft.objects.count() == 1


def test_a_session_that_expires_takes_no_text_with_it(
    open_page: OpenPage, problems: Problems, maya: Enrollment, discussion: Discussion
) -> None:
    problems.expect("status of 401")
    user: User | None = maya.user
    assert user
    user.set_password(PASSWORD)
    user.save()
    page = open_page(as_=user)
    page.goto(address(discussion))
    write(page, "Written before the session ended")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Post response").click()
    page.locator("main input[type=email]").fill(user.email)
    page.locator("main input[type=password]").fill(PASSWORD)
    page.locator("main form button.main").click()
    field = page.get_by_role("textbox", name="Your text")
    expect(field).to_contain_text("Written before the session ended")
    page.get_by_role("button", name="Post response").click()
    expect(page.locator(".post-text")).to_have_text("Written before the session ended")


def test_what_is_typed_offline_is_saved_when_the_connection_is_back(
    open_page: OpenPage, problems: Problems, maya: Enrollment, discussion: Discussion
) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page(as_=maya.user)
    page.goto(address(discussion))
    write(page, "On the train")
    saved(page)
    page.context.set_offline(True)
    write(page, "On the train, in a tunnel")
    expect(page.locator("[data-draft-state]")).to_have_attribute("data-state", "offline")
    page.context.set_offline(False)
    saved(page)
    assert "in a tunnel" in Draft.objects.get().fields["body"]


def test_two_tabs_that_change_one_post_lose_neither_text(
    open_page: OpenPage, problems: Problems, maya: Enrollment, discussion: Discussion
) -> None:
    problems.expect("status of 409")
    post = cast.response(maya, discussion)
    one, two = (open_page(as_=maya.user, script=False) for _ in range(2))
    for page in (one, two):
        page.goto(f"/p/{post.public_id}/edit")
    one.get_by_role("textbox", name="Your text").fill("From the first tab")
    one.get_by_role("button", name="Save").click()
    two.get_by_role("textbox", name="Your text").fill("From the second tab")
    two.get_by_role("button", name="Save").click()
    expect(two.locator(".both-texts")).to_contain_text("From the first tab")
    expect(two.get_by_role("textbox", name="Your text")).to_have_value("From the second tab")
    two.get_by_role("button", name="Save").click()
    expect(two.locator(".post-text")).to_have_text("From the second tab")
