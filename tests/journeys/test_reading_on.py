"""Reading on where one stopped, finding one's way in a thread, posing a question as a student."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.support import cast
from tests.support.browser import PHONE, OpenPage, axe

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Thanks

pytestmark = pytest.mark.django_db(transaction=True)


class Class:
    """Maya has looked at a discussion; since then Noah has written twice and Anna once."""

    def __init__(self, **rules: bool) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))
        self.old = cast.response(self.noah, self.discussion, "Seen before.", positions={1: 2})
        self.mine = cast.response(self.maya, self.discussion, "Mine.")
        cast.sign_in(self.maya).get(self.path)
        self.second = cast.response(self.noah, self.discussion, "Now in part.", positions={1: 3})
        self.third = cast.response(self.anna, self.discussion, "A word from me.", answers=[2])
        self.under = cast.reply(self.noah, self.mine, "To you, Maya.")

    @property
    def path(self) -> str:
        return f"/d/{self.discussion.public_id}/"

    @property
    def new(self) -> list[str]:
        """In the order of the page."""
        return [f"p-{one.public_id}" for one in (self.under, self.second, self.third)]


def test_by_keyboard_alone_from_one_new_post_to_the_next(open_page: OpenPage) -> None:
    room = Class()
    page = open_page(as_=room.maya.user)
    page.goto(room.path)
    for id_ in (*room.new, "new-end"):
        page.keyboard.press("Alt+n")
        expect(page).to_have_url(re.compile(f"#{id_}$"))
        expect(page.locator(f"#{id_}")).to_be_in_viewport()
    page.keyboard.press("Alt+p")
    expect(page.locator(f"#{room.new[-1]}")).to_be_in_viewport()
    page.reload()
    expect(page.locator(".post.new")).to_have_count(3)
    page.locator("#mark-read button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".post.new")).to_have_count(0)
    assert axe(page) == []


def test_without_a_script_on_a_phone_the_marks_lead_on(open_page: OpenPage) -> None:
    room = Class()
    page = open_page(as_=room.maya.user, size=PHONE, script=False)
    page.goto(room.path)
    page.get_by_role("link", name="Go to the first").click()
    for id_ in room.new:
        expect(page.locator(f"#{id_}")).to_be_in_viewport()
        page.locator(f"#{id_} .mark-new").click()
    expect(page.locator("#new-end")).to_be_in_viewport()
    page.locator("#new-end").get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".post.new")).to_have_count(0)


def test_without_a_script_a_thread_is_searched_by_its_form(open_page: OpenPage) -> None:
    room = Class(pseudonyms=True)
    page = open_page(as_=room.maya.user, script=False)
    page.goto(room.path)
    page.get_by_text("Choose and sort").click()
    names = page.locator("#show-person option").all_inner_texts()
    assert "Noah Weiss" not in names
    his = room.discussion.names.get(person=room.noah).name
    page.locator("#show-person").select_option(label=his)
    page.locator("#show-question").select_option(label="1. in part")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("ol.posts > li > .post")).to_have_count(1)
    expect(page.locator(".chosen")).to_contain_text(f"by {his}")
    page.get_by_role("link", name="Show all").click()
    page.get_by_text("Who holds what").click()
    page.locator(".who").get_by_role("link", name=his).click()
    expect(page.locator(f"#p-{room.second.public_id}")).to_be_in_viewport()
    expect(page.locator(".moves")).to_contain_text(f"{his} moved from no to in part")


def test_a_link_to_a_post_that_the_page_leaves_out_finds_it(open_page: OpenPage) -> None:
    room = Class()
    page = open_page(as_=room.maya.user)
    page.goto(f"{room.path}?question=2#p-{room.old.public_id}")
    expect(page.locator(f"#p-{room.old.public_id}")).to_be_in_viewport()
    assert "question" not in page.url


def test_thanks_and_an_endorsement_without_a_script(open_page: OpenPage) -> None:
    room = Class()
    page = open_page(as_=room.maya.user, script=False)
    page.goto(f"{room.path}?question=1")
    post = page.locator(f"#p-{room.second.public_id}")
    post.get_by_role("button", name="Thank").click()
    expect(post.get_by_role("button", name="Thanked; take it back")).to_be_visible()
    assert "question=1" in page.url
    assert Thanks.objects.count() == 1
    teacher = open_page(as_=room.anna.user, script=False)
    teacher.goto(room.path)
    teacher.locator(f"#p-{room.second.public_id}").get_by_role("button", name="Endorse").click()
    his = open_page(as_=room.noah.user)
    his.goto(room.path)
    theirs = his.locator(f"#p-{room.second.public_id}")
    expect(theirs).to_contain_text("Endorsed by Anna Berg")
    expect(theirs).to_contain_text("Thanked by Maya Lindqvist. Only you see this.")
    assert axe(his) == []


def leader() -> tuple[Enrollment, Enrollment]:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    courses.set_leaders(meeting=cast.meeting(anna.course), people=[maya])
    return anna, maya


def test_a_student_poses_the_question_and_a_teacher_remarks_and_opens_it(
    open_page: OpenPage,
) -> None:
    anna, maya = leader()
    page = open_page(as_=maya.user, size=PHONE)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Pose the question for")).click()
    page.get_by_label("Title").fill("Whose thaw?")
    page.locator("#question-1").fill("Who made it?")
    page.get_by_role("button", name="Keep as a draft for your teachers to see").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Whose thaw?")
    teacher = open_page(as_=anna.user, script=False)
    draft = Discussion.objects.get()
    teacher.goto(f"/d/{draft.public_id}/")
    teacher.get_by_label("Your remark").fill("Which of the three?")
    teacher.get_by_role("button", name="Say it").click()
    expect(teacher.locator(".remarks")).to_contain_text("Which of the three?")
    page.reload()
    expect(page.locator(".remarks")).to_contain_text("Which of the three?")
    page.get_by_label("Answer").fill("The second.")
    page.get_by_role("button", name="Say it").click()
    assert axe(page) == []
    teacher.reload()
    teacher.get_by_role("button", name="Open for the class").click()
    expect(teacher.locator("details#remarks summary")).to_have_text("2 remarks on the draft")
