"""A course that is over: read, not changed, and opened again."""

from __future__ import annotations

import pytest
from tests.support import cast

from quaestio.courses.actions import seal
from quaestio.courses.models import Trace
from quaestio.discussions import actions
from quaestio.discussions.models import Post

pytestmark = pytest.mark.django_db


def test_a_finished_course_can_be_read_and_not_changed_until_it_is_opened_again() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    discussion = cast.discussion(anna)
    teacher, student = cast.sign_in(anna), cast.sign_in(maya)
    course, thread = f"/c/{anna.course.public_id}", f"/d/{discussion.public_id}"

    assert "Finish this course?" in teacher.get(f"{course}/finish").content.decode()
    said = teacher.post(f"{course}/finish", follow=True).content.decode()
    assert "The course is finished." in said

    assert "This course is finished." in student.get(f"{thread}/").content.decode()
    for page in ("participation", "record", "settings"):
        assert f'href="{course}/{page}"' in teacher.get(f"{course}/").content.decode()
        assert teacher.get(f"{course}/{page}").status_code == 200
    assert student.post(f"{thread}/respond", {"body": "Too late."}).status_code == 403
    assert teacher.get(f"{course}/meetings/new").status_code == 403
    assert not Post.objects.exists()

    assert "Open it again" in teacher.get(f"{course}/settings").content.decode()
    teacher.post(f"{course}/reopen")
    assert student.post(f"{thread}/respond", {"body": "In time."}).status_code == 302
    assert list(Trace.objects.order_by("pk").values_list("deed", flat=True))[-2:] == [
        "sealed",
        "unsealed",
    ]


def test_finishing_twice_is_finishing_once() -> None:
    anna = cast.instructor()
    for _ in range(2):
        cast.sign_in(anna).post(f"/c/{anna.course.public_id}/finish")
    assert Trace.objects.filter(deed="sealed").count() == 1


def test_what_was_begun_in_a_course_that_is_finished_can_still_be_read_and_copied() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    post = cast.response(anna, cast.discussion(anna))
    fields = {"body": "I was about to say\n\nthat it was not planned."}
    actions.save_draft(person=maya, target=f"reply:{post.public_id}", fields=fields, version=0)
    home = cast.sign_in(maya)
    assert f"/p/{post.public_id}/reply" in home.get("/").content.decode()
    seal(course=anna.course, by=anna)
    page = home.get("/").content.decode()
    assert f"/p/{post.public_id}/reply" not in page
    assert "that it was not planned." in page
