"""An open course in a browser: a guest without script, a teacher who lets in, a report, a merge."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from tests.support import cast
from tests.support.browser import OpenPage, Problems, axe, shoot

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
