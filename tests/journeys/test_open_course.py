"""An open course in a browser: a guest without script, a teacher who lets in, a report, a merge."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import Locator, Page, expect
from tests.support import cast
from tests.support.browser import DESKTOP, PHONE, OpenPage, Problems, axe, shoot

from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import guests
from quaestio.discussions.models import Discussion
from quaestio.discussions.views import thread


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser under test is quicker than any reader. And no page of another test is kept: its
    discussion may have had the same number.
    """
    monkeypatch.setattr(guests, "QUICKEST", -1)
    thread.finished.clear()


@pytest.fixture
def anna(transactional_db: None) -> Enrollment:
    made = cast.instructor()
    Course.objects.filter(pk=made.course.pk).update(is_public=True, guests=True)
    made.course.refresh_from_db()
    return made


def respond_as_guest(page: Page, discussion: Discussion) -> None:
    page.goto(f"/d/{discussion.public_id}/")
    page.get_by_label("Your name").fill("Ruth Kellner")
    page.get_by_label("Your e-mail address").fill("not an address")
    page.get_by_label("Your text").fill("I was there in 1956.")
    page.get_by_role("button", name="Send the response").click()
    expect(page.get_by_label("Your text")).to_have_value("I was there in 1956.")
    page.get_by_label("Your e-mail address").fill("ruth@example.org")
    page.get_by_role("button", name="Send the response").click()
    expect(page.get_by_text("We have sent you a mail")).to_be_visible()


def test_a_guest_without_script_is_heard_once_a_teacher_lets_them_in(
    anna: Enrollment, open_page: OpenPage, problems: Problems
) -> None:
    problems.expect("status of 422")
    discussion = cast.discussion(anna)
    guest = open_page(script=False)
    respond_as_guest(guest, discussion)
    found = re.search(r"/guest/\S+", str(mail.outbox[-1].body))
    assert found
    guest.goto(found[0])
    expect(guest.get_by_text("I was there in 1956.")).to_be_visible()
    guest.get_by_role("button", name="Yes, I wrote it").click()
    expect(guest.get_by_text("Thank you, your address is confirmed")).to_be_visible()
    teacher = open_page(as_=anna.user, script=False)
    teacher.goto(f"/c/{anna.course.public_id}/")
    teacher.get_by_role("link", name=re.compile("Waiting")).click()
    shoot(teacher, "waiting")
    teacher.get_by_role("button", name=re.compile("^Let in")).click()
    expect(teacher.get_by_text("The post is let in.")).to_be_visible()
    guest.goto(f"/d/{discussion.public_id}/")
    expect(guest.get_by_text("I was there in 1956.")).to_be_visible()
    expect(guest.get_by_text("You write as Ruth Kellner")).to_be_visible()
    assert "ruth@example.org" not in guest.content()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_guest_looks_over_what_they_send(
    anna: Enrollment, open_page: OpenPage, script: bool
) -> None:
    discussion = cast.discussion(anna)
    guest = open_page(script=script, size=PHONE)
    guest.goto(f"/d/{discussion.public_id}/")
    guest.get_by_label("Your name").fill("Ruth Kellner")
    guest.get_by_label("Your e-mail address").fill("ruth@example.org")
    guest.get_by_label("Your text").fill("I was there in 1956.")
    guest.get_by_role("button", name="Preview").click()
    shown = guest.get_by_role("region", name="Preview")
    expect(shown.get_by_role("heading", name="Ruth Kellner (guest)")).to_be_visible()
    expect(shown.get_by_text("I was there in 1956.")).to_be_visible()
    expect(guest.get_by_label("Your text")).to_have_value("I was there in 1956.")
    if script:
        assert axe(guest) == []
    guest.get_by_role("button", name="Send the response").click()
    expect(guest.get_by_text("We have sent you a mail")).to_be_visible()
    assert [one.to for one in mail.outbox] == [["ruth@example.org"]]


def test_a_report_is_settled_and_its_author_reads_why(
    anna: Enrollment, open_page: OpenPage
) -> None:
    noah, maya = cast.student(anna.course, "Noah Weiss"), cast.student(anna.course)
    discussion = cast.discussion(anna)
    post = cast.response(noah, discussion, "You are a fool.")
    reader = open_page(as_=maya.user)
    reader.goto(f"/p/{post.public_id}/report")
    reader.get_by_label("What is not right").fill("An insult.")
    reader.get_by_role("button", name="Report", exact=True).click()
    expect(reader.get_by_text("The teachers will look at it.")).to_be_visible()
    teacher = open_page(as_=anna.user)
    teacher.goto(f"/c/{anna.course.public_id}/waiting")
    teacher.get_by_text("Hide", exact=False).first.click()
    teacher.get_by_label("Reason").fill("Please be civil.")
    teacher.get_by_role("button", name="Hide it from the class").click()
    expect(teacher.get_by_text("hidden from the class.")).to_be_visible()
    author = open_page(as_=noah.user)
    author.goto(f"/d/{discussion.public_id}/")
    expect(author.get_by_text("The reason: Please be civil.")).to_be_visible()


def test_two_discussions_become_one(anna: Enrollment, open_page: OpenPage) -> None:
    into = cast.discussion(anna, "The one that stays")
    double = cast.discussion(anna, "The double")
    post = cast.response(cast.student(anna.course), double, "Words that go over.")
    teacher = open_page(as_=anna.user)
    teacher.goto(f"/d/{double.public_id}/merge")
    teacher.get_by_label("Into which discussion").select_option(label="The one that stays")
    teacher.get_by_role("button", name="See what would happen").click()
    expect(teacher.get_by_text("1 response goes over")).to_be_visible()
    assert axe(teacher) == []
    shoot(teacher, "merge")
    teacher.get_by_role("button", name="Merge the two").click()
    expect(teacher.get_by_text("The two discussions are one now.")).to_be_visible()
    teacher.goto(f"/p/{post.public_id}/")
    assert f"/d/{into.public_id}/#p-{post.public_id}" in teacher.url
    expect(teacher.get_by_text("Words that go over.")).to_be_visible()


KEPT = "Object.keys(localStorage).filter(key => key.startsWith('quaestio:draft:')).length"


def text_of(page: Page) -> Locator:
    return page.get_by_label("Your text")


def test_a_guest_finds_what_they_had_begun_in_this_tab_again(
    anna: Enrollment, open_page: OpenPage
) -> None:
    discussion = cast.discussion(anna)
    page = open_page()
    page.goto(f"/d/{discussion.public_id}/")
    page.get_by_label("Your name").fill("Ruth Kellner")
    page.get_by_label("2. What came of it?").check()
    text_of(page).fill("I was there in 1956, and")
    expect(page.get_by_text("Kept in this browser for a day")).to_be_visible()
    page.goto("/")
    page.goto(f"/d/{discussion.public_id}/")
    expect(text_of(page)).to_have_value("I was there in 1956, and")
    expect(page.get_by_label("2. What came of it?")).to_be_checked()
    expect(page.get_by_label("Your name")).to_have_value("")
    shoot(page, "guest-kept")
    page.get_by_label("Your name").fill("Ruth Kellner")
    page.get_by_label("Your e-mail address").fill("ruth@example.org")
    page.get_by_role("button", name="Send the response").click()
    expect(page.get_by_text("We have sent you a mail")).to_be_visible()
    assert page.evaluate(KEPT) == 0
    expect(text_of(page)).to_have_value("")


def test_what_a_guest_began_is_shown_to_the_next_person_only_when_they_say_it_is_theirs(
    anna: Enrollment, open_page: OpenPage
) -> None:
    discussion = cast.discussion(anna)
    first = open_page()
    first.goto(f"/d/{discussion.public_id}/")
    text_of(first).fill("Half a secret")
    expect(first.get_by_text("Kept in this browser for a day")).to_be_visible()
    first.close()
    second = first.context.new_page()
    second.goto(f"/d/{discussion.public_id}/")
    expect(second.get_by_text("somebody began to write something here")).to_be_visible()
    assert "Half a secret" not in second.content()
    expect(text_of(second)).to_have_value("")
    assert axe(second) == []
    shoot(second, "guest-begun")
    text_of(second).fill("Mine.")
    second.get_by_role("button", name="It was me: show it").click()
    expect(text_of(second)).to_have_value("Mine.\n\nHalf a secret")
    text_of(second).fill("")
    second.wait_for_function(f"() => {KEPT} === 0")


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_a_guest_began_is_deleted_by_a_click_and_by_itself_after_a_day(
    anna: Enrollment, open_page: OpenPage, signed_in: bool
) -> None:
    discussion = cast.discussion(anna)
    first = open_page(cast.person("Sara Stranger") if signed_in else None)
    first.goto(f"/d/{discussion.public_id}/")
    text_of(first).fill("Half a secret")
    expect(first.get_by_text("Kept in this browser for a day")).to_be_visible()
    first.close()
    second = first.context.new_page()
    second.goto(f"/d/{discussion.public_id}/")
    second.get_by_role("button", name="Delete it").click()
    assert second.evaluate(KEPT) == 0
    text_of(second).fill("Another.")
    expect(second.get_by_text("Kept in this browser for a day")).to_be_visible()
    second.evaluate(
        """() => { for (const [key, value] of Object.entries(localStorage)) {
             const copy = JSON.parse(value);
             localStorage.setItem(key, JSON.stringify({ ...copy, at: copy.at - 24 * 3600e3 }));
           } }"""
    )
    second.close()
    third = first.context.new_page()
    third.context.clear_cookies()  # the session has ended
    third.goto("/accounts/login/")
    third.wait_for_function(f"() => {KEPT} === 0")


def test_a_guest_replies_to_words_they_selected_and_takes_the_reply_back(
    anna: Enrollment, open_page: OpenPage
) -> None:
    maya = cast.student(anna.course)
    post = cast.response(maya, cast.discussion(anna), "It was planned. Nobody knew of it.")
    guest = open_page()
    guest.goto(f"/d/{post.discussion.public_id}/")
    text = guest.locator(f"#p-{post.public_id} .post-text p")
    text.evaluate(
        """(p) => { const range = document.createRange();
             range.setStart(p.firstChild, 16); range.setEnd(p.firstChild, 27);
             getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    guest.get_by_role("button", name="Reply to these words").click()
    expect(guest.get_by_role("heading", name="Reply to Maya Lindqvist")).to_be_visible()
    guest.get_by_label("disagree").check()
    guest.get_by_label("Your name").fill("Ruth Kellner")
    guest.get_by_label("Your e-mail address").fill("ruth@example.org")
    text_of(guest).fill("My father knew of it.")
    assert axe(guest) == []
    shoot(guest, "guest-reply")
    guest.get_by_role("button", name="Send the reply").click()
    expect(guest.get_by_text("We have sent you a mail")).to_be_visible()
    found = re.search(r"/guest/\S+", str(mail.outbox[-1].body))
    assert found
    guest.goto(found[0])
    guest.get_by_role("button", name="Yes, I wrote it").click()
    reply = post.replies.get()
    assert (reply.kind, reply.quotes_text) == ("disagree", "Nobody knew")
    guest.get_by_role("link", name="Read, change or withdraw it").click()
    assert axe(guest) == []
    shoot(guest, "guest-post")
    guest.get_by_label("Your text").fill("My father, I think, knew of it.")
    guest.get_by_role("button", name="Save the change").click()
    expect(guest.get_by_text("It waits for a teacher as before.")).to_be_visible()
    guest.get_by_role("button", name="Withdraw").click()
    expect(guest.get_by_text("It has been withdrawn.")).to_be_visible()
    reply.refresh_from_db()
    assert (reply.state, reply.source) == ("withdrawn", "<p>My father, I think, knew of it.</p>\n")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_the_pages_of_a_guest_read_well_wide_and_narrow_light_and_dark(
    anna: Enrollment, open_page: OpenPage, size: dict[str, int], dark: bool
) -> None:
    post = cast.response(cast.student(anna.course), cast.discussion(anna), "It was planned.")
    waits = cast.guest_response(post.discussion)
    page = open_page(size=size, dark=dark)
    name = f"{size['width']}-{'dark' if dark else 'light'}"
    for address, what in ((f"/p/{post.public_id}/guest", "reply"), (waits.entry, "own")):
        page.goto(address if isinstance(address, str) else guests.link_of(address))
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shoot(page, f"guest-{what}-{name}")
