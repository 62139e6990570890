"""Every page that a person can reach, in a real browser: nobody is shut out, nothing spills."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page
from tests.support import cast
from tests.support.browser import DESKTOP, NARROW, PHONE, OpenPage, Problems, axe

from quaestio.accounts.models import User
from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.readings.models import Document, Reading

ANYBODY = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
SIGNED_IN = [
    "/notices/",
    "/mail/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
]
CONTEXT = "<p>He calls it “distress, outrage and some confusion” (Jones 41). Why?</p>"
WIDE = "averylongfilenamewithoutanyspaces" * 4

WIDEST = """space => [...document.querySelectorAll("main *, .site *, .subnav *")]
    .filter(one => one.getBoundingClientRect().right > space + 1).slice(0, 4)
    .map(one => `${one.tagName}.${one.className}`).join(" ")"""


@dataclass
class Places:
    """Who visits which addresses."""

    visits: list[tuple[User | None, list[str]]]
    paste: str
    teacher: Enrollment


def build() -> Places:
    """One course with something on every page, and an empty one."""
    teacher = cast.instructor()
    course = teacher.course
    maya = cast.student(course)
    chance = cast.student(course, "Chance Robbins")
    empty = cast.instructor(cast.course("An empty course", by=teacher.user))
    assert teacher.user
    ready, waiting, refused = (cast.reading(course, title) for title in ("Ready", "Wait", "No"))
    document = cast.document(
        ready, "Initially there was distress, outrage and confusion.", "The next page."
    )
    unread(waiting, Document.Status.WAITING)
    unread(refused, Document.Status.REFUSED)
    meeting = cast.meeting(course)
    cast.assigned(meeting, ready)
    discussion = cast.discussion(teacher, meeting=meeting, context=CONTEXT)
    courses.set_leaders(meeting=meeting, people=[maya])
    draft = cast.discussion(maya, "Not yet open", meeting=meeting, open_now=False)
    actions.remark(discussion=draft, by=teacher, text="Which of the two do you mean?")
    post = cast.response(
        maya,
        discussion,
        "There was “distress, outrage and confusion” (Jones 41), not “distress, rage and much "
        "confusion” (Jones 42).",
        answers={1},
        positions={1: 1},
    )
    other = cast.response(chance, discussion, "Nobody planned it.")
    cast.reply(chance, post)
    gone = cast.response(chance, discussion, "I take this back.")
    actions.withdraw(post=gone, by=gone.author)
    hidden = cast.response(chance, discussion, "Hidden from the class.")
    actions.hide(post=hidden, by=hidden.discussion.author, because="off the topic")
    slow = cast.student(course, "Wanda Waits")
    courses.place(
        enrollment=slow,
        role=slow.role,
        byline=slow.byline,
        section=None,
        hold_posts=True,
        by=teacher,
    )
    cast.response(slow, discussion, "This waits for a teacher.")
    actions.report(post=other, by=maya, because="Off the topic.")
    double = cast.discussion(teacher, "The same, asked again", meeting=meeting)
    actions.edit_post(post=other, by=chance, source="<p>I doubt it.</p>", version=other.version)
    link = cast.invitation(teacher)
    ended = cast.invitation(teacher, max_uses=1)
    c, d, m = f"/c/{course.public_id}", f"/d/{discussion.public_id}", f"/m/{meeting.public_id}"
    p, r = f"/p/{post.public_id}", f"/r/{ready.public_id}"
    teachers = [
        "/",
        "/c/new",
        f"/c/{empty.course.public_id}/",
        f"/c/{empty.course.public_id}/readings/",
        f"{c}/",
        f"{c}/people",
        f"{c}/participation",
        f"{c}/people/{maya.public_id}/role",
        f"{c}/people/{maya.public_id}/remove",
        f"{c}/invitations",
        f"{c}/settings",
        f"{c}/finish",
        f"{c}/meetings/new",
        f"{m}/",
        f"{m}/brief",
        f"{m}/edit",
        f"{m}/readings",
        f"{m}/leaders",
        f"{c}/readings/",
        f"{c}/readings/new",
        f"{r}/",
        f"/r/{waiting.public_id}/",
        f"/r/{refused.public_id}/",
        f"{r}/edit",
        f"{r}/upload",
        f"{r}/paste",
        f"{r}/remove",
        f"/document/{document.public_id}/numbers",
        f"/document/{document.public_id}/remove",
        f"{c}/bibliography",
        f"{c}/bibliography/new",
        f"{r}/p/1",
        f"{c}/ask?meeting={meeting.public_id}",
        f"{d}/",
        f"{d}/?question=2",
        f"{d}/?sort=question",
        f"{d}/answers",
        f"/d/{draft.public_id}/",
        f"/d/{draft.public_id}/remarks",
        f"{d}/edit",
        f"{d}/mail",
        f"{p}/hide",
        f"/p/{hidden.public_id}/show",
        f"/p/{other.public_id}/revisions",
        f"{c}/waiting",
        f"{c}/record",
        f"{d}/move",
        f"/d/{double.public_id}/merge",
        f"/d/{double.public_id}/merge?into={discussion.public_id}",
        f"{c}/import",
        f"{c}/search",
        f"{c}/feeds",
        f"{c}/search?q=nobody",
        f"{c}/search?q=distress&by=maya&kind=posts",
        "/search?q=distress",
    ]
    students = [
        "/",
        f"{c}/",
        f"{c}/people",
        f"{c}/readings/",
        f"{c}/bibliography",
        f"{m}/",
        f"{r}/",
        f"{d}/",
        f"{d}/?sort=question",
        f"{d}/answers",
        f"/d/{draft.public_id}/",
        f"{p}/reply",
        f"{p}/edit",
        f"{p}/withdraw",
        f"{c}/settings",
    ]
    join = [f"/join/{link.token}", f"/join/{ended.token}", "/join/no-such-link"]
    return Places(
        [
            (teacher.user, [*teachers, *SIGNED_IN]),
            (maya.user, students),
            (None, ["/", *ANYBODY, *join, "/nowhere-at-all"]),
            (cast.person(), ["/", *join, f"{c}/"]),
        ],
        f"{c}/import",
        teacher,
    )


def unread(reading: Reading, status: str) -> None:
    Document.objects.create(
        reading=reading,
        name=f"{WIDE}.pdf",
        size=12,
        status=status,
        message="This PDF is locked with a password." if status == "refused" else "",
    )


def complaints(page: Page, path: str) -> list[str]:
    found = [f"{path}: {problem}" for problem in axe(page)]
    return found + spills(page, path)


def spills(page: Page, path: str) -> list[str]:
    """What reaches out of the window sideways, unless in a region of its own."""
    assert page.viewport_size
    # A phone zooms out to show a page that is too wide: its innerWidth would agree with anything.
    space = page.viewport_size["width"]
    width = page.evaluate("document.documentElement.scrollWidth")
    if width <= space:
        return []
    return [f"{path}: {width} wide in a window of {space}: {page.evaluate(WIDEST, space)}"]


VIEWS = {
    "light": {"size": DESKTOP},
    "dark": {"size": DESKTOP, "dark": True},
    "narrow": {"size": NARROW},
    "narrow and dark": {"size": NARROW, "dark": True},
}


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_shuts_anybody_out(open_page: OpenPage, problems: Problems, view: str) -> None:
    problems.expect("status of 404", "status of 403", "status of 410")
    places = build()
    found = []
    for who, paths in places.visits:
        page = open_page(as_=who, **VIEWS[view])
        for path in paths:
            page.goto(path)
            found += complaints(page, path)
    assert not found, "\n".join(found)


def test_no_page_spills_over_a_phone(open_page: OpenPage, problems: Problems) -> None:
    problems.expect("status of 404", "status of 403", "status of 410")
    places = build()
    found = []
    for who, paths in places.visits:
        page = open_page(as_=who, size=PHONE, has_touch=True, is_mobile=True)
        for path in paths:
            page.goto(path)
            found += spills(page, path)
    assert not found, "\n".join(found)


def test_what_was_read_of_a_blog_page_shuts_nobody_out_either(open_page: OpenPage) -> None:
    from tests.transfers.test_import import PAGE

    teacher = cast.instructor()
    page = open_page(as_=teacher.user, size=NARROW)
    path = f"/c/{teacher.course.public_id}/import"
    page.goto(path)
    page.locator("main textarea").fill(PAGE)
    page.get_by_role("button", name="Read the page").click()
    page.locator(".response-row").first.wait_for()
    assert complaints(page, path) == []
