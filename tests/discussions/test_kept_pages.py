"""Whatever happens, a kept page is the page that would be made anew, for everybody who looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.discussions.test_page_cache import revise
from tests.support import cast
from tests.support.guests import Open, confirmed

from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post
from quaestio.discussions.views import thread as views
from quaestio.notifications import actions as notifications

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shelf() -> Iterator[None]:
    views.finished.clear()
    yield
    views.finished.clear()


class Stage(Open):
    """An open course with everybody in it looking at one discussion."""

    def __init__(self) -> None:
        super().__init__()
        self.tom = cast.assistant(self.course)
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        self.ola = cast.student(self.course, "Ola New")
        self.post = cast.response(self.maya, self.discussion, positions={1: 1})
        self.by_tom = cast.response(self.tom, self.discussion, "As I see it.")
        self.below = cast.reply(self.noah, self.post)
        self.held = confirmed(self)
        self.clients = {
            "Anna": cast.sign_in(self.anna),
            "Tom": cast.sign_in(self.tom),
            "Maya": cast.sign_in(self.maya),
            "Ola": cast.sign_in(self.ola),
            "anybody": Client(),
            "the guest": self.client,
        }

    def again(self, model: Post) -> Post:
        return Post.objects.select_related("discussion__course", "author").get(pk=model.pk)

    @property
    def now(self) -> Discussion:
        return Discussion.objects.select_related("course").get(pk=self.discussion.pk)

    def look(self, client: Client) -> tuple[int, str]:
        answer = client.get(self.address)
        return answer.status_code, WHAT_IS_NEW.sub("", answer.content.decode())

    def looks(self) -> dict[str, tuple[int, str]]:
        return {name: self.look(client) for name, client in self.clients.items()}

    def rules(self, **changed: object) -> None:
        now = self.now
        kept = Rules.now(now)
        columns = {name: getattr(kept, name) for name in Rules.__slots__}
        revise(self, rules=Rules(**{**columns, **changed}))  # type: ignore[arg-type]


WHAT_IS_NEW = re.compile(r'name="(?:csrfmiddlewaretoken|key|stamp|until)" value="[^"]*"')


def settings(scene: Stage, **changed: object) -> None:
    course = Course.objects.get(pk=scene.course.pk)
    courses.change_course(
        course=course, by=scene.anna, title=course.title, term=course.term, **changed
    )


def place(scene: Stage, who: Enrollment, **changed: object) -> None:
    given = {"role": who.role, "byline": who.byline, "section": None, **changed}
    courses.place(enrollment=who, by=scene.anna, **given)  # type: ignore[arg-type]


def save_draft(scene: Stage, text: str, version: int) -> None:
    actions.save_draft(
        person=scene.ola,
        target=f"respond:{scene.discussion.public_id}",
        fields={"body": text},
        version=version,
    )


# One after the other, in the same course: what cannot be undone comes last.
HAPPENINGS: dict[str, Callable[[Stage], object]] = {
    "let in": lambda s: actions.show(post=s.again(s.held), by=s.anna),
    "turned down": lambda s: actions.hide(post=s.again(s.held), by=s.anna, because="No."),
    "a guest withdraws": lambda s: actions.withdraw(
        post=s.again(s.held), by=s.again(s.held).author
    ),
    "another by the guest": lambda s: (s.send(body="Once more."), s.look(s.client)),
    "endorsed": lambda s: actions.endorse(post=s.again(s.post), by=s.tom),
    "thanked": lambda s: actions.thank(post=s.again(s.post), by=s.noah),
    "reported": lambda s: actions.report(post=s.again(s.post), by=s.noah, because="Rude."),
    "the assistant reported": lambda s: actions.report(
        post=s.again(s.by_tom), by=s.noah, because="Rude."
    ),
    "made post-first": lambda s: s.rules(post_first=True),
    "names hidden": lambda s: s.rules(pseudonyms=True),
    "a length asked": lambda s: s.rules(words_least=50),
    "a time to edit": lambda s: settings(s, edit_minutes=5),
    "all posts held": lambda s: settings(s, hold_posts=True),
    "students pose": lambda s: settings(s, students_pose=True),
    # Not today or tomorrow, which at midnight become other words.
    "due": lambda s: revise(s, due_at=timezone.now() + timedelta(days=9)),
    "a pin": lambda s: actions.pin(discussion=s.now, by=s.anna),
    "moved": lambda s: actions.move_discussion(
        discussion=s.now, by=s.anna, to=cast.meeting(s.course)
    ),
    "a remark": lambda s: actions.remark(discussion=s.now, by=s.tom, text="Look here."),
    "a student put on hold": lambda s: place(s, s.maya, hold_posts=True),
    "a name": lambda s: place(s, s.noah, byline="Noah Renamed"),
    "a draft": lambda s: save_draft(s, "Half a thought", 0),
    "a draft that grows": lambda s: save_draft(s, "A whole thought", 1),
    "a draft gone": lambda s: actions.drop_draft(
        s.ola, f"respond:{s.discussion.public_id}", "", None
    ),
    "a notice": lambda s: cast.discussion(s.anna, "Another one"),
    "notices read": lambda s: notifications.mark_seen(
        person=s.maya.user, list=s.discussion.public_id
    ),
    "marked as read": lambda s: s.clients["Ola"].post(f"{s.address}seen"),
    "hidden": lambda s: actions.hide(post=s.again(s.post), by=s.anna, because="No."),
    "a reply withdrawn": lambda s: actions.withdraw(post=s.again(s.below), by=s.noah),
    "for one section": lambda s: s.rules(
        section=courses.make_section(course=s.course, name="Monday")
    ),
    "an assistant made student": lambda s: courses.change_role(
        enrollment=s.tom, by=s.anna, role="student"
    ),
    "a student made assistant": lambda s: courses.change_role(
        enrollment=s.maya, by=s.anna, role="assistant"
    ),
    "gone": lambda s: courses.remove_person(enrollment=s.noah, by=s.anna),
    "the guest gone": lambda s: courses.remove_person(enrollment=s.again(s.held).author, by=s.anna),
    "no guests any more": lambda s: settings(s, guests=False),
    "closed": lambda s: actions.close_discussion(discussion=s.now, by=s.anna),
    "merged": lambda s: actions.merge(
        source=s.now, into=cast.discussion(s.anna, "Another", rules=Rules.now(s.now)), by=s.anna
    ),
    "sealed": lambda s: courses.seal(course=Course.objects.get(pk=s.course.pk), by=s.anna),
}


def test_a_kept_page_is_the_page_that_would_be_made_anew() -> None:
    scene = Stage()
    for _ in range(3):  # the first looks change what is new
        scene.looks()
    for what, happening in HAPPENINGS.items():
        happening(scene)
        kept = scene.looks()
        views.finished.clear()
        for (name, page), anew in zip(kept.items(), scene.looks().values(), strict=True):
            assert page == anew, f"{name} looks after: {what}"
