"""Who holds what, with the reasons one click away; who has moved, never silently."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post, Pseudonym

pytestmark = pytest.mark.django_db
YES, NO, PART = 1, 2, 3


def page_of(person: Enrollment, discussion: Discussion) -> str:
    answer = cast.sign_in(person).get(f"/d/{discussion.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def moves(page: str) -> list[str]:
    found = re.search(r'<ul class="moves">(.*?)</ul>', page, re.DOTALL)
    lines = re.findall(r"<li>(.*?)</li>", found[1], re.DOTALL) if found else []
    return [re.sub("<[^>]+>", "", line).rsplit(",", 1)[0] for line in lines]


def chips(page: str, post: Post) -> list[str]:
    article = page.split(f'id="p-{post.public_id}"')[1].split("</article>")[0]
    return [
        re.sub("<[^>]+>", "", chip)
        for chip in re.findall(r'<li class="chip">(.*?)</li>', article, re.DOTALL)
    ]


class Scene:
    def __init__(self, **rules: bool) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))

    def say(self, choice: int, by: Enrollment | None = None) -> Post:
        return cast.response(by or self.maya, self.discussion, positions={1: choice})

    def edit(self, post: Post, **stand: object) -> Post:
        post.refresh_from_db()
        return actions.edit_post(
            post=post,
            by=post.author,
            source=post.source,
            version=post.version,
            **stand,  # type: ignore[arg-type]
        )


def test_a_name_leads_to_the_post_that_says_why() -> None:
    scene = Scene()
    post = scene.say(NO)
    page = page_of(scene.noah, scene.discussion)
    link = f'<a href="/d/{scene.discussion.public_id}/#p-{post.public_id}">Maya Lindqvist</a>'
    assert f"<dt>no</dt><dd>{link}</dd>" in page


def test_every_move_is_told_with_its_post_and_both_positions() -> None:
    scene = Scene()
    first, second, third = scene.say(NO), scene.say(PART), scene.say(YES)
    page = page_of(scene.noah, scene.discussion)
    assert moves(page) == [
        "Maya Lindqvist moved from no to in part, #2",
        "Maya Lindqvist moved from in part to yes, #3",
    ]
    assert chips(page, first) == ["Question 1: no"]
    assert chips(page, second) == ["Question 1: in part, moved from no"]
    assert chips(page, third) == ["Question 1: yes, moved from in part"]
    assert f'moved from <a href="/p/{first.public_id}/">no</a>' in page


def test_an_edit_moves_as_openly_as_a_new_post() -> None:
    scene = Scene()
    post = scene.edit(scene.say(NO), positions={1: YES})
    page = page_of(scene.noah, scene.discussion)
    assert moves(page) == ["Maya Lindqvist moved from no to yes, #1"]
    assert chips(page, post) == ["Question 1: yes, moved from no"]


def test_a_position_that_was_taken_back_is_told_and_no_longer_counts() -> None:
    scene = Scene()
    post = scene.edit(scene.say(NO), answers=[1])
    page = page_of(scene.noah, scene.discussion)
    assert moves(page) == ["Maya Lindqvist took back no, #1"]
    assert chips(page, post) == ["Question 1: position taken back: no"]
    assert "<dt>no</dt>" not in page


def test_to_say_the_same_again_is_no_move() -> None:
    scene = Scene()
    first, second = scene.say(NO), scene.say(NO)
    page = page_of(scene.noah, scene.discussion)
    assert moves(page) == []
    assert chips(page, first) == chips(page, second) == ["Question 1: no"]


def test_what_waits_has_not_moved_yet() -> None:
    scene = Scene()
    scene.say(NO)
    courses.place(
        enrollment=scene.maya,
        by=scene.anna,
        role=scene.maya.role,
        byline=scene.maya.byline,
        section=None,
        hold_posts=True,
    )
    scene.maya.refresh_from_db()
    waiting = scene.say(YES)
    assert moves(page_of(scene.noah, scene.discussion)) == []
    assert chips(page_of(scene.maya, scene.discussion), waiting) == [
        "Question 1: yes, moved from no"
    ]
    actions.show(post=waiting, by=scene.anna)
    assert moves(page_of(scene.noah, scene.discussion)) == [
        "Maya Lindqvist moved from no to yes, #2"
    ]


def test_a_post_that_waits_is_edited_with_the_position_it_is_to_take() -> None:
    scene = Scene()
    Course.objects.filter(pk=scene.anna.course_id).update(hold_posts=True)
    scene.discussion.refresh_from_db()
    waiting = scene.say(NO)
    page = cast.sign_in(scene.maya).get(f"/p/{waiting.public_id}/edit").content.decode()
    assert f'name="position-1" value="{NO}" checked' in page


@pytest.mark.parametrize("ended", [actions.hide, actions.withdraw])
def test_what_was_never_let_in_is_nothing_somebody_moved_from(ended: Callable[..., Post]) -> None:
    scene = Scene()
    Course.objects.filter(pk=scene.anna.course_id).update(hold_posts=True)
    scene.discussion.refresh_from_db()
    first = scene.say(NO)
    ended(post=first, by=scene.anna if ended is actions.hide else scene.maya)
    second = actions.show(post=scene.say(YES), by=scene.anna)
    for viewer in (scene.noah, scene.anna, scene.maya):
        page = page_of(viewer, scene.discussion)
        assert moves(page) == []
        assert chips(page, second) == ["Question 1: yes"]


def test_a_post_taken_back_is_not_linked_as_a_reason() -> None:
    scene = Scene()
    first, second = scene.say(NO), scene.say(YES)
    actions.withdraw(post=first, by=scene.maya)
    page = page_of(scene.noah, scene.discussion)
    assert chips(page, second) == ["Question 1: yes, moved from no"]
    assert f'/p/{first.public_id}/"' not in page.split('class="responses"')[0]


def test_under_made_up_names_the_split_and_the_moves_keep_them() -> None:
    scene = Scene(pseudonyms=True)
    scene.say(NO)
    scene.say(PART)
    name = Pseudonym.objects.get(person=scene.maya).name
    page = page_of(scene.noah, scene.discussion)
    assert moves(page) == [f"{name} moved from no to in part, #2"]
    assert "Maya" not in page
