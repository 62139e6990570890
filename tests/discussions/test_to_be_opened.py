"""Somebody whose posts wait poses a discussion: it stays a draft until a teacher opens it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support import cast

from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion
from quaestio.notifications.models import Notice

pytestmark = pytest.mark.django_db
OPEN = {"title": "Who knew?", "context": "Think of May.", "question-1": "Did he?", "do": "open"}


class Scene:
    """A course where students pose; Maya's posts wait."""

    def __init__(self, *, whole_course: bool = False) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        Course.objects.update(students_pose=True, hold_posts=whole_course)
        Enrollment.objects.filter(pk=self.maya.pk).update(hold_posts=not whole_course)
        self.address = f"/c/{self.anna.course.public_id}"
        self.writer, self.teacher = cast.sign_in(self.maya), cast.sign_in(self.anna)

    def pose(self, **fields: str) -> Any:
        return self.writer.post(f"{self.address}/ask", {**OPEN, **fields})

    def posed(self) -> Discussion:
        return Discussion.objects.get(title="Who knew?")

    def waiting(self) -> str:
        return self.teacher.get(f"{self.address}/waiting").content.decode()

    def told(self) -> list[tuple[str, Any]]:
        return list(Notice.objects.values_list("kind", "to").order_by("pk"))


@pytest.mark.parametrize("whole_course", [False, True])
def test_what_somebody_on_hold_poses_waits_for_a_teacher_who_is_told(whole_course: bool) -> None:
    scene = Scene(whole_course=whole_course)
    page = scene.writer.get(f"{scene.address}/ask").content.decode()
    assert "Have a teacher open it" in page
    assert "Open for the class" not in page
    answer = scene.writer.post(f"{scene.address}/ask", OPEN, follow=True)
    said = answer.content.decode()
    assert "waits for a teacher to open it" in said
    assert "Open for the class" not in said
    assert scene.posed().state == Discussion.State.DRAFT
    assert Course.objects.get().waiting == 1
    assert scene.told() == [("asking", scene.anna.user_id)]
    assert "Who knew?" not in cast.sign_in(scene.noah).get(f"{scene.address}/").content.decode()
    assert "Who knew?" in scene.waiting()
    notices = scene.teacher.get("/notices/").content.decode()
    assert "A discussion waits for a teacher to open it" in notices


def test_a_teacher_opens_it_and_the_class_hears_of_it_then() -> None:
    scene = Scene()
    scene.pose()
    scene.teacher.post(f"/d/{scene.posed().public_id}/open")
    assert scene.posed().is_open
    assert scene.posed().asked_at is None
    assert Course.objects.get().waiting == 0
    assert "Nothing waits." in scene.waiting()
    told = {to for kind, to in scene.told() if kind == "opened"}
    assert told == {scene.maya.user_id, scene.noah.user_id}


def test_they_cannot_open_it_by_themselves_but_ask_once() -> None:
    scene = Scene()
    scene.pose(do="keep")
    assert Course.objects.get().waiting == 0
    address = f"/d/{scene.posed().public_id}/open"
    for _time in range(2):
        assert scene.writer.post(address).status_code == 302
    assert scene.posed().state == Discussion.State.DRAFT
    assert scene.told() == [("asking", scene.anna.user_id)]
    assert cast.sign_in(scene.noah).post(address).status_code == 404


def test_the_draft_can_be_changed_until_it_is_open_and_then_no_more() -> None:
    scene = Scene()
    scene.pose()
    address = f"/d/{scene.posed().public_id}/edit"
    assert scene.writer.get(address).status_code == 200
    actions.open_discussion(discussion=scene.posed(), by=scene.anna)
    assert scene.writer.get(address).status_code == 403
    assert scene.writer.post(address, {**OPEN, "version": "9"}).status_code == 403


def test_whoever_leads_a_meeting_and_is_on_hold_asks_as_well() -> None:
    scene = Scene()
    Course.objects.update(students_pose=False)
    from quaestio.courses.actions import set_leaders

    meeting = cast.meeting(scene.anna.course)
    set_leaders(meeting=meeting, people=[scene.maya])
    Notice.objects.all().delete()
    scene.pose(meeting=str(meeting.pk))
    assert scene.posed().asked_at is not None
    assert scene.told() == [("asking", scene.anna.user_id)]


def test_others_open_what_they_pose_at_once() -> None:
    scene = Scene()
    cast.sign_in(scene.noah).post(f"{scene.address}/ask", OPEN)
    assert scene.posed().is_open


def test_a_made_up_name_stays_so_for_classmates_and_is_told_to_teachers() -> None:
    scene = Scene()
    scene.pose(pseudonyms="on")
    assert "Maya Lindqvist" in scene.waiting()
