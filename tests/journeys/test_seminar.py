"""Writing in a discussion, as people do it: by hand, without a script, with interruptions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.support import cast
from tests.support.browser import OpenPage, Problems

from quaestio.accounts.models import User
from quaestio.courses.models import Enrollment
from quaestio.discussions.models import Discussion, Draft

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


def write(page: Page, text: str) -> None:
    """Puts this text into the editor, which comes when the form is near."""
    page.locator("form.composer").evaluate("form => form.scrollIntoView()")
    page.locator(".ProseMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def address(discussion: Discussion) -> str:
    return f"/d/{discussion.public_id}/"


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
