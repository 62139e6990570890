"""Who gets in where, said of every kind of person at once: a door that opens too wide for one of
them, or not for whom it is made, stands out (bench/mutants.py spoils each of them in every way).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from tests.support import cast

from quaestio.courses.access import Seat, seat_in
from quaestio.courses.actions import make_section, set_leaders
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Right, Role
from quaestio.discussions import access, actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion
from quaestio.notifications.models import How, Notice

pytestmark = pytest.mark.django_db


class Scene:
    """A public course with one of each kind: Maya is in Monday's section, Noah in none."""

    def __init__(self, **rules: Any) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        Course.objects.filter(pk=self.course.pk).update(is_public=True, **rules)
        self.course.refresh_from_db()
        self.monday = make_section(course=self.course, name="Monday")
        self.tom, self.vera = cast.assistant(self.course), cast.observer(self.course)
        self.maya, self.noah = cast.student(self.course), cast.student(self.course, "Noah Weiss")
        Enrollment.objects.filter(pk=self.maya.pk).update(section=self.monday)
        self.meeting = cast.meeting(self.course)
        self.other = cast.meeting(self.course, "Another")
        set_leaders(meeting=self.meeting, people=[self.noah, self.vera])

    def seat(self, name: str) -> Seat:
        user = AnonymousUser() if name == "public" else getattr(self, name).user
        return seat_in(user, Course.objects.get(pk=self.course.pk))

    def those(self, door: Callable[[Seat], object]) -> str:
        """Whom a door lets in, in one line."""
        people = ("anna", "tom", "maya", "noah", "vera", "public")
        return " ".join(name for name in people if door(self.seat(name)))

    def posed(self, by: Enrollment, title: str = "", **options: Any) -> Discussion:
        made = cast.discussion(by, title, **options)
        return Discussion.objects.select_related("course").get(pk=made.pk)


def test_each_sees_the_discussions_that_are_for_them() -> None:
    scene = Scene()
    cast.discussion(cast.instructor(name="Else"), "Elsewhere")
    everybodys = scene.posed(scene.anna, "Everybody's")
    mondays = scene.posed(scene.anna, "Monday's", rules=Rules(section=scene.monday))
    begun = scene.posed(scene.maya, "Begun by Maya", open_now=False)
    planned = scene.posed(scene.anna, "Planned", open_now=False)
    gone = scene.posed(scene.anna, "Merged")
    actions.merge(source=gone, into=everybodys, by=scene.anna)
    for one, who in (
        (everybodys, "anna tom maya noah vera public"),
        (mondays, "anna tom maya"),
        (begun, "anna tom maya"),
        (planned, "anna tom"),
    ):
        assert scene.those(lambda seat, one=one: access.can_see_discussion(seat, one)) == who
    shown = {
        name: " ".join(sorted(one.title for one in access.visible_discussions(scene.seat(name))))
        for name in ("anna", "tom", "maya", "noah", "vera", "public")
    }
    teachers = "Begun by Maya Everybody's Monday's Planned"
    assert shown == {
        "anna": teachers,
        "tom": teachers,
        "maya": "Begun by Maya Everybody's Monday's",
        "noah": "Everybody's",
        "vera": "Everybody's",
        "public": "Everybody's",
    }


def test_what_was_merged_leads_on_to_the_other_for_whoever_may_see_that() -> None:
    scene = Scene()
    rules = Rules(section=scene.monday)
    scene.posed(scene.anna, "Another one")
    gone, there = (scene.posed(scene.anna, title, rules=rules) for title in ("Gone", "There"))
    assert scene.those(lambda seat: access.merged_into(seat, gone)) == ""
    actions.merge(source=gone, into=there, by=scene.anna)
    gone.refresh_from_db()
    assert scene.those(lambda seat: access.merged_into(seat, gone)) == "anna tom maya"
    assert access.merged_into(scene.seat("maya"), gone) == there
    assert scene.those(lambda seat: access.can_edit_discussion(seat, gone)) == ""


@pytest.mark.parametrize(
    ("rules", "by", "where", "is_draft", "who"),
    [
        ({}, "anna", None, False, "anna tom"),
        ({}, "maya", None, False, "anna tom"),
        ({}, "maya", None, True, "anna tom"),
        ({}, "noah", "meeting", True, "anna tom noah"),
        ({}, "noah", "meeting", False, "anna tom noah"),
        ({}, "noah", "other", True, "anna tom"),
        ({}, "noah", None, True, "anna tom"),
        ({}, "vera", "meeting", True, "anna tom"),
        ({"students_pose": True}, "vera", None, True, "anna tom"),
        ({"students_pose": True}, "anna", None, False, "anna tom"),
        ({"students_pose": True}, "maya", None, False, "anna tom maya"),
        ({"students_pose": True}, "maya", None, True, "anna tom maya"),
        ({"students_pose": True, "hold_posts": True}, "maya", None, False, "anna tom"),
        ({"students_pose": True, "hold_posts": True}, "maya", None, True, "anna tom maya"),
    ],
)
def test_who_may_change_what_was_posed(
    rules: dict[str, bool], by: str, where: str | None, is_draft: bool, who: str
) -> None:
    scene = Scene(**rules)
    meeting = getattr(scene, where) if where else None
    one = scene.posed(getattr(scene, by), meeting=meeting, open_now=False)
    if not is_draft:
        actions.open_discussion(discussion=one, by=scene.anna)
    assert scene.those(lambda seat: access.can_edit_discussion(seat, one)) == who


def test_who_opens_a_draft_and_reopens_what_was_closed() -> None:
    scene = Scene(students_pose=True)

    def may(discussion: Discussion) -> str:
        return scene.those(lambda seat: access.can_open(seat, discussion))

    draft, closed = (scene.posed(scene.maya, open_now=False) for _ in range(2))
    actions.open_discussion(discussion=closed, by=scene.anna)
    actions.close_discussion(discussion=closed, by=scene.anna)
    assert (may(draft), may(closed)) == ("anna tom maya", "anna tom")
    Course.objects.filter(pk=scene.course.pk).update(hold_posts=True)
    assert (may(draft), may(closed)) == ("anna tom", "anna tom")


def test_who_may_pose_and_where() -> None:
    scene = Scene()

    def may(meeting: Any = None) -> str:
        return scene.those(lambda seat: access.can_pose(seat, meeting))

    assert (may(), may(scene.meeting), may(scene.other)) == (
        "anna tom",
        "anna tom noah",
        "anna tom",
    )
    assert scene.those(lambda seat: access.leads(seat, scene.meeting.pk)) == "noah vera"
    assert scene.those(access.leads_any) == "noah"
    assert scene.those(access.can_ask) == "anna tom noah"
    Course.objects.filter(pk=scene.course.pk).update(students_pose=True)
    assert (may(), scene.those(access.can_ask)) == ("anna tom maya noah", "anna tom maya noah")


@pytest.mark.parametrize("how", ["", "not open to guests", "closed", "sealed", "private"])
def test_guests_are_taken_from_outside_only_where_they_are_invited(how: str) -> None:
    scene = Scene(guests=how != "not open to guests")
    discussion = scene.posed(scene.anna)
    if how == "closed":
        discussion = actions.close_discussion(discussion=discussion, by=scene.anna)
    if how == "sealed":
        Course.objects.filter(pk=scene.course.pk).update(sealed_at=timezone.now())
    seats = {name: scene.seat(name) for name in ("anna", "maya", "public")}
    if how == "private":
        seats["public"].course.is_public = False
    let_in = [name for name, seat in seats.items() if access.takes_guests(seat, discussion)]
    assert let_in == ["public"] * (how == "")


def test_remarks_are_for_teachers_and_for_whoever_posed_it() -> None:
    scene = Scene()
    for by, who in ((scene.maya, "anna tom maya"), (scene.anna, "anna tom")):
        one = scene.posed(by, open_now=False)
        assert scene.those(lambda seat, one=one: access.sees_remarks(seat, one)) == who


def test_guests_wait_always_students_where_it_is_so_and_teachers_never() -> None:
    course, waiting = Course(), Course(hold_posts=True)
    held = {
        role: [
            access.waits(Enrollment(role=role, hold_posts=hold), where)
            for where, hold in ((course, False), (course, True), (waiting, False))
        ]
        for role in Role.values
    }
    assert held == {
        Role.INSTRUCTOR: [False] * 3,
        Role.ASSISTANT: [False] * 3,
        Role.STUDENT: [False, True, True],
        Role.OBSERVER: [False, True, True],
        Role.GUEST: [True] * 3,
    }


def test_a_response_that_waits_has_answered_and_one_taken_back_has_not() -> None:
    scene = Scene(hold_posts=True)
    discussion = scene.posed(scene.anna)
    post = cast.response(scene.maya, discussion)
    assert access.has_answered(scene.maya, discussion)
    actions.withdraw(post=post, by=scene.maya)
    assert not access.has_answered(scene.maya, discussion)


def test_the_door_to_a_discussion_tells_strangers_from_members() -> None:
    scene = Scene()
    discussion = scene.posed(scene.anna)
    Course.objects.filter(pk=scene.course.pk).update(is_public=False)
    enter = access.enter
    assert scene.maya.user and scene.vera.user
    assert enter(scene.maya.user, discussion.public_id, Right.WRITE).seat.enrollment == scene.maya
    with pytest.raises(PermissionDenied):
        enter(scene.vera.user, discussion.public_id, Right.WRITE)
    gone = cast.removed(scene.course).user
    for stranger in (cast.person(), cast.instructor().user, gone, AnonymousUser()):
        assert stranger
        with pytest.raises(Http404):
            enter(stranger, discussion.public_id)
    planned = scene.posed(scene.anna, open_now=False)
    with pytest.raises(Http404):
        enter(scene.maya.user, planned.public_id)
    with pytest.raises(Http404):
        enter(scene.maya.user, "nowhere")


def test_the_door_finds_what_this_person_left_in_this_discussion() -> None:
    scene = Scene()
    here, there = scene.posed(scene.anna, "Here"), scene.posed(scene.anna, "There")
    assert scene.maya.user
    now = timezone.now()
    for person in (scene.maya, scene.noah):
        for one in (there, here):
            actions.look(person=person, discussion=one, at=now, is_open=True)
            target = f"respond:{one.public_id}"
            actions.save_draft(person=person, target=target, fields={"body": "Mine"}, version=0)
    Notice.objects.all().delete()
    for key, about, seen in (("1", here, None), ("2", here, now), ("3", there, None)):
        Notice.objects.create(
            to=scene.maya.user, key=key, kind="opened", how=How.NEVER, about=about.public_id,
            list=about.public_id, seen_at=seen,
        )  # fmt: skip
    found = access.enter(scene.maya.user, here.public_id)
    assert found.visit and found.draft
    assert found.visit.pk == here.visits.get(person=scene.maya).pk
    assert found.draft.pk == scene.maya.drafts.get(target=f"respond:{here.public_id}").pk
    assert (found.unseen, found.unseen_here) == (2, 1)


def test_a_number_tells_nothing_where_others_are_kept_back() -> None:
    shut = access.Sight(me=1, is_open=False, sees_hidden=False)
    assert shut.number_of(3) == 0
    assert access.Sight(me=1, is_open=True, sees_hidden=False).number_of(3) == 3


def test_an_answer_opens_its_own_discussion_and_no_other_and_its_author_need_not_answer() -> None:
    scene = Scene()
    first = Rules(post_first=True)
    here, there = (scene.posed(by, rules=first) for by in (scene.anna, scene.noah))
    cast.response(scene.maya, there)

    def may(discussion: Discussion) -> str:
        return scene.those(lambda seat: access.sight_of(seat, discussion).is_open)

    assert (may(here), may(there)) == ("anna tom", "anna tom maya noah")
    assert access.has_answered(scene.maya, there) and not access.has_answered(scene.maya, here)


def test_who_is_short_of_words_is_told_how_many_there_are_in_this_discussion() -> None:
    scene = Scene()
    rules = Rules(words_least=10)
    here, there = scene.posed(scene.anna, rules=rules), scene.posed(scene.anna, rules=rules)
    cast.response(scene.maya, there, "word " * 9)
    assert access.words_so_far(scene.maya, here) is None
    short = cast.response(scene.maya, here, "word " * 7)
    cast.response(scene.maya, here, "word " * 4)
    assert access.words_so_far(scene.maya, here) == 7
    actions.withdraw(post=short, by=scene.maya)
    assert access.words_so_far(scene.maya, here) == 4
    cast.response(scene.maya, here, "word " * 12)
    assert access.words_so_far(scene.maya, here) is None
