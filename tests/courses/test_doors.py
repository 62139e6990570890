"""Who gets where in a course, said of every kind of person at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.courses import access
from quaestio.courses.access import Seat, Viewer, seat_in
from quaestio.courses.actions import invite, make_feed_key
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import PUBLIC, Right, Role
from quaestio.discussions.actions import Rules
from quaestio.notifications.access import notice_for
from quaestio.notifications.models import How, Notice

pytestmark = pytest.mark.django_db

ALL = ("anna", "tom", "maya", "vera", "gone", "stranger", "public")


class Scene:
    """A course with one of each kind, beside another one with people and links of its own."""

    def __init__(self, **rules: object) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        Course.objects.filter(pk=self.course.pk).update(**rules)
        self.course.refresh_from_db()
        self.tom, self.vera = cast.assistant(self.course), cast.observer(self.course)
        self.maya, self.gone = cast.student(self.course), cast.removed(self.course)
        self.stranger = cast.student(cast.course("Elsewhere"), "Noah Weiss")

    def user(self, name: str) -> Viewer:
        user: User | None = None if name == "public" else getattr(self, name).user
        return user or AnonymousUser()

    def told(self, door: Callable[[Viewer], object]) -> str:
        """Whom a door lets in; who is told that it is not for them stands in brackets."""
        said = []
        for name in ALL:
            try:
                if door(self.user(name)):
                    said.append(name)
            except PermissionDenied:
                said.append(f"({name})")
            except Http404:
                pass
        return " ".join(said)

    def here(self, user: Viewer) -> Seat:
        return seat_in(user, Course.objects.get(pk=self.course.pk))


RIGHTS = {
    "see": "anna tom maya vera",
    "report": "anna tom maya vera",
    "write": "anna tom maya (vera)",
    "check": "anna tom maya (vera)",
    "see_roster": "anna tom maya (vera)",
    "pose": "anna tom (maya) (vera)",
    "see_hidden": "anna tom (maya) (vera)",
    "see_names": "anna tom (maya) (vera)",
    "moderate": "anna tom (maya) (vera)",
    "readings": "anna tom (maya) (vera)",
    "meetings": "anna tom (maya) (vera)",
    "import": "anna tom (maya) (vera)",
    "invite": "anna tom (maya) (vera)",
    "admit": "anna (tom) (maya) (vera)",
    "see_email": "anna (tom) (maya) (vera)",
    "course": "anna (tom) (maya) (vera)",
}
STAYS = {"see", "see_roster", "see_hidden", "see_names", "see_email", "course"}


def test_the_table_of_roles_is_this_one() -> None:
    scene = Scene()
    assert set(RIGHTS) == set(Right)
    public_id = scene.course.public_id
    assert scene.told(lambda user: access.course_for(user, public_id)) == "anna tom maya vera"
    assert access.seated(scene.course, scene.vera).enrollment == scene.vera
    for right, who in RIGHTS.items():
        right_ = Right(right)
        found = scene.told(lambda user, right_=right_: access.course_for(user, public_id, right_))
        assert found == who, right
        need = scene.told(lambda user, right_=right_: scene.here(user).need(right_))
        assert need == who, right


def test_students_pose_where_the_course_has_it_so_and_observers_never() -> None:
    scene = Scene(students_pose=True)
    assert scene.told(lambda user: scene.here(user).can(Right.POSE)) == "anna tom maya"


def test_in_a_finished_course_everything_that_writes_stops() -> None:
    scene = Scene(students_pose=True)
    Course.objects.filter(pk=scene.course.pk).update(sealed_at=timezone.now())
    for right, who in RIGHTS.items():
        right_ = Right(right)
        found = scene.told(lambda user, right_=right_: scene.here(user).can(right_))
        have = [name for name in who.split() if not name.startswith("(")]
        assert found == (" ".join(have) if right in STAYS else ""), right


def test_the_public_sees_an_open_course_and_may_nothing() -> None:
    scene = Scene(is_public=True)
    everybody = "anna tom maya vera gone stranger public"
    assert scene.told(scene.here) == everybody
    for right in set(Right) - {Right.SEE}:
        for name in ("gone", "stranger", "public"):
            seat = scene.here(scene.user(name))
            assert not seat.can(right) and not seat.is_member and not seat.may[right]
    with pytest.raises(PermissionDenied):
        scene.here(AnonymousUser()).need(Right.SEE)


def test_what_is_not_there_is_not_found() -> None:
    scene = Scene()
    user = scene.user("anna")
    for door in (
        lambda: access.course_for(user, "nowhere"),
        lambda: access.meeting_for(user, "nowhere"),
        lambda: access.enrollment_for(user, scene.course.public_id, "nobody"),
        lambda: access.enrollment_for(user, scene.course.public_id, scene.gone.public_id),
        lambda: access.enrollment_for(user, scene.course.public_id, scene.stranger.public_id),
        lambda: access.invitation_for(user, scene.course.public_id, "nothing"),
        lambda: access.invitee_for(user, scene.course.public_id, "nobody"),
    ):
        with pytest.raises(Http404):
            door()


def test_a_meeting_is_found_by_members_and_changed_by_teachers() -> None:
    scene = Scene()
    cast.meeting(scene.course, "An earlier one", on=timezone.localdate())
    public_id = cast.meeting(scene.course).public_id
    assert scene.told(lambda user: access.meeting_for(user, public_id)) == "anna tom maya vera"
    assert (
        scene.told(lambda user: access.meeting_for(user, public_id, Right.MEETINGS))
        == "anna tom (maya) (vera)"
    )
    assert access.meeting_for(scene.user("anna"), public_id)[1].title == "The Thaw"


def test_the_roster_is_for_those_who_learn_here_and_guests_on_it_for_teachers() -> None:
    scene = Scene()
    cast.guest_response(cast.discussion(scene.anna))
    lists = {
        name: sorted(one.byline for one in access.visible_people(scene.here(scene.user(name))))
        for name in ("anna", "tom", "maya", "vera", "public")
    }
    members = ["Anna Berg", "Maya Lindqvist", "Tom Ashe", "Vera Guest"]
    teachers = sorted([*members, "Ruth Kellner"])
    assert lists == {
        "anna": teachers, "tom": teachers, "maya": members, "vera": [], "public": []
    }  # fmt: skip
    public_id = scene.maya.public_id
    found = scene.told(lambda user: access.enrollment_for(user, scene.course.public_id, public_id))
    assert found == "anna tom maya (vera) (gone) (stranger) (public)"
    assert access.enrollment_for(scene.user("tom"), scene.course.public_id, public_id)[1] == (
        scene.maya
    )


def test_who_may_invite_whom_is_this_table_and_nobody_invites_a_guest() -> None:
    scene = Scene()
    may = {}
    for name in ("anna", "tom", "maya", "vera"):
        may[name] = []
        for role in Role.values:
            with suppress(PermissionDenied):
                may[name].append(str(invite(by=getattr(scene, name), role=role).role))
    assert may == {
        "anna": ["instructor", "assistant", "student", "observer"],
        "tom": ["student", "observer"],
        "maya": [],
        "vera": [],
    }


def test_links_are_for_those_who_could_have_made_them() -> None:
    scene = Scene()
    cast.invitation(cast.teacher(scene.stranger.course))
    for role, who in (
        (Role.STUDENT, "anna tom (maya) (vera)"),
        (Role.OBSERVER, "anna tom (maya) (vera)"),
        (Role.ASSISTANT, "anna (maya) (vera)"),
        (Role.INSTRUCTOR, "anna (maya) (vera)"),
    ):
        made = cast.invitation(scene.anna, role)
        door = scene.course.public_id, made.public_id
        assert scene.told(lambda user, door=door: access.invitation_for(user, *door)) == who
        assert access.invitation_for(scene.user("anna"), *door)[1] == made
    theirs = access.visible_invitations(scene.here(scene.user("anna")))
    assert {one.course_id for one in theirs} == {scene.course.pk}
    assert not access.visible_invitations(scene.here(scene.user("maya"))).exists()
    Course.objects.filter(pk=scene.course.pk).update(sealed_at=timezone.now())
    assert not access.visible_invitations(scene.here(scene.user("anna"))).exists()


def test_who_is_invited_is_for_those_who_see_addresses() -> None:
    scene = Scene()
    cast.listed(cast.teacher(scene.stranger.course), "else@example.org; Else")
    cast.listed(scene.anna, "first@example.org; First")
    invitee = cast.listed(scene.anna, "second@example.org; Second")[-1]
    door = scene.course.public_id, invitee.public_id
    found = scene.told(lambda user: access.invitee_for(user, *door))
    assert found == "anna (tom) (maya) (vera)"
    assert access.invitee_for(scene.user("anna"), *door)[1] == invitee
    seen = {
        name: access.visible_invitees(scene.here(scene.user(name))).count()
        for name in ("anna", "tom", "maya", "vera")
    }
    assert seen == {"anna": 2, "tom": 0, "maya": 0, "vera": 0}


def test_a_key_to_feeds_opens_while_its_person_is_here() -> None:
    scene = Scene()
    make_feed_key(person=scene.tom)
    token = make_feed_key(person=scene.maya).token
    seat = access.seat_by_key(token)
    assert seat and seat.enrollment == scene.maya and not seat.can(Right.MODERATE)
    assert access.seat_by_key("another") is None
    User.objects.filter(pk=scene.user("maya").pk).update(is_active=False)
    assert access.seat_by_key(token) is None
    User.objects.filter(pk=scene.user("maya").pk).update(is_active=True)
    Enrollment.objects.filter(pk=scene.maya.pk).update(removed_at=timezone.now())
    assert access.seat_by_key(token) is None
    Enrollment.objects.filter(pk=scene.maya.pk).update(removed_at=None, role=Role.GUEST)
    assert access.seat_by_key(token) is None


def test_the_seats_of_a_person_are_those_they_have_now() -> None:
    scene = Scene()
    other = cast.student(cast.course("Another"), user=scene.maya.user)
    assert {one.enrollment for one in access.seats_of(scene.user("maya"))} == {scene.maya, other}
    assert access.seats_of(scene.user("gone")) == access.seats_of(AnonymousUser()) == []
    assert access.enrollment_in(scene.user("gone"), scene.course) == scene.gone
    assert access.enrollment_in(scene.user("maya"), scene.course) == scene.maya
    assert access.enrollment_in(scene.user("stranger"), scene.course) is None
    assert access.enrollment_in(AnonymousUser(), scene.course) is None


def test_an_assistant_does_not_learn_of_a_report_of_their_own_post() -> None:
    scene = Scene(waiting=3)
    Enrollment.objects.filter(course=scene.course).update(reported=2)
    waiting = {name: scene.here(scene.user(name)).waiting for name in ("anna", "tom")}
    assert waiting == {"anna": 3, "tom": 1}
    Enrollment.objects.filter(course=scene.course).update(reported=5)
    assert scene.here(scene.user("tom")).waiting == 0
    assert Seat(scene.course, None, PUBLIC).waiting == 3  # shown to nobody


def test_a_notice_is_its_readers_alone() -> None:
    scene = Scene()
    cast.discussion(scene.anna, rules=Rules())
    Notice.objects.all().delete()
    notices = [
        Notice.objects.create(to=scene.user(name), key=key, kind="opened", list="x", how=How.NEVER)
        for name, key in (("maya", "1"), ("maya", "2"), ("tom", "1"))
    ]
    maya = scene.maya.user
    assert maya
    for notice in notices[:2]:
        assert notice_for(maya, notice.public_id) == notice
    for public_id in (notices[2].public_id, "nowhere"):
        with pytest.raises(Http404):
            notice_for(maya, public_id)
