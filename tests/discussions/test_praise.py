"""Teachers endorse a post; classmates say thank you, which nobody counts."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post, Pseudonym, Thanks
from quaestio.discussions.views import thread as views

pytestmark = pytest.mark.django_db


def page_of(who: Enrollment | Client | None, discussion: Discussion) -> str:
    client = who if isinstance(who, Client) else cast.sign_in(who)
    answer = client.get(f"/d/{discussion.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


class Scene:
    def __init__(self, **rules: bool) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))
        self.post = cast.response(self.maya, self.discussion)

    def press(self, deed: str, who: Enrollment, on: str = "1", post: Post | None = None) -> int:
        post = post or self.post
        answer = cast.sign_in(who).post(f"/p/{post.public_id}/{deed}", {"on": on})
        return answer.status_code


# -- Endorsing -----------------------------------------------------------------------------------


def test_an_endorsement_names_the_teacher_to_all_who_read() -> None:
    scene = Scene()
    assert scene.press("endorse", scene.anna) == 302
    for who in (scene.anna, scene.maya, scene.noah, cast.observer(scene.anna.course)):
        assert "Endorsed by Anna Berg</p>" in page_of(who, scene.discussion)


def test_endorsing_twice_is_once_and_it_can_be_taken_back() -> None:
    scene = Scene()
    tom = cast.assistant(scene.anna.course)
    scene.press("endorse", scene.anna)
    scene.press("endorse", scene.anna)
    scene.press("endorse", tom)
    assert "Endorsed by Anna Berg</p>" in page_of(scene.noah, scene.discussion)
    assert scene.press("endorse", tom, on="0") == 302
    assert "Endorsed" not in page_of(scene.noah, scene.discussion)


def test_what_was_edited_after_it_was_endorsed_says_so() -> None:
    scene = Scene()
    scene.press("endorse", scene.anna)
    actions.edit_post(post=scene.post, by=scene.maya, source="<p>Not quite that.</p>", version=1)
    assert "Endorsed by Anna Berg (edited since)</p>" in page_of(scene.noah, scene.discussion)


def test_nobody_endorses_their_own_post_or_one_that_does_not_stand() -> None:
    scene = Scene()
    mine = cast.response(scene.anna, scene.discussion)
    assert scene.press("endorse", scene.anna, post=mine) == 403
    actions.hide(post=scene.post, by=scene.anna)
    assert scene.press("endorse", scene.anna) == 403


# -- Thanking ------------------------------------------------------------------------------------


def test_the_author_learns_who_thanked_and_the_thanker_that_they_did_and_nobody_else_sees() -> None:
    scene = Scene()
    assert scene.press("thank", scene.noah) == 302
    assert "Thanked by Noah Weiss. Only you see this." in page_of(scene.maya, scene.discussion)
    assert "Thanked; take it back" in page_of(scene.noah, scene.discussion)
    for who in (scene.anna, cast.student(scene.anna.course, "Ola New")):
        page = page_of(who, scene.discussion)
        assert "Thanked" not in page


def test_thanking_twice_is_once_and_it_can_be_taken_back() -> None:
    scene = Scene()
    scene.press("thank", scene.noah)
    scene.press("thank", scene.noah)
    assert Thanks.objects.count() == 1
    scene.press("thank", scene.noah, on="0")
    scene.press("thank", scene.noah, on="0")
    assert Thanks.objects.count() == 0


def test_under_made_up_names_thanks_come_from_the_made_up_name() -> None:
    scene = Scene(pseudonyms=True)
    cast.response(scene.noah, scene.discussion)
    ola = cast.student(scene.anna.course, "Ola New")  # has written nothing here
    scene.press("thank", scene.noah)
    scene.press("thank", ola)
    name = Pseudonym.objects.get(person=scene.noah).name
    page = page_of(scene.maya, scene.discussion)
    assert f"Thanked by {name} and a classmate." in page
    assert "Noah" not in page
    assert "Ola" not in page


def test_nobody_thanks_for_what_they_cannot_read() -> None:
    scene = Scene(post_first=True)
    assert scene.press("thank", scene.noah) == 404
    cast.response(scene.noah, scene.discussion)
    assert scene.press("thank", scene.noah) == 302
    actions.hide(post=scene.post, by=scene.anna)
    assert scene.press("thank", scene.noah) == 403
    assert scene.press("thank", scene.maya) == 403  # nor for their own


def test_a_finished_course_takes_no_more_thanks_and_keeps_those_there_are() -> None:
    scene = Scene()
    scene.press("thank", scene.noah)
    course = scene.anna.course
    course.sealed_at = scene.post.created_at
    course.save()
    assert scene.press("thank", scene.noah) == 403
    assert scene.press("endorse", scene.anna) == 403
    page = page_of(scene.maya, scene.discussion)
    assert "Thanked by Noah Weiss." in page
    assert 'id="deeds"' not in page


def test_thanks_change_the_pages_of_two_people_alone() -> None:
    scene = Scene()
    ola = cast.student(scene.anna.course, "Ola New")
    clients = {who: cast.sign_in(who) for who in (scene.maya, scene.noah, ola)}
    path = f"/d/{scene.discussion.public_id}/"
    for client in clients.values():
        page_of(client, scene.discussion)  # the first look is not kept
    tags = {who: client.get(path)["ETag"] for who, client in clients.items()}
    scene.press("thank", scene.noah)
    changed = {who for who, client in clients.items() if client.get(path)["ETag"] != tags[who]}
    assert changed == {scene.maya, scene.noah}


def test_one_form_serves_all_buttons_and_leads_back_to_the_page_it_was_on() -> None:
    scene = Scene()
    client = cast.sign_in(scene.noah)
    cast.response(scene.maya, scene.discussion, answers=[1])
    path = f"/d/{scene.discussion.public_id}/"
    page = client.get(f"{path}?question=1").content.decode()
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    assert shown
    assert page.count('form="deeds"') == 1
    answer = client.post(f"/p/{scene.post.public_id}/thank", {"on": "1", "shown": shown[1]})
    assert answer["Location"] == f"{path}?question=1#p-{scene.post.public_id}"
    answer = client.post(f"/p/{scene.post.public_id}/thank", {"on": "1", "shown": "//evil.org?x"})
    assert answer["Location"] == f"{path}#p-{scene.post.public_id}"


def test_it_costs_no_query_for_each_post() -> None:
    scene = Scene()
    views.finished.clear()
    from tests.discussions.test_speed import look, queries_of

    client = cast.sign_in(scene.maya)
    look(client, scene.discussion)
    views.finished.clear()
    one = len(queries_of(lambda: look(client, scene.discussion)))
    for _ in range(3):
        post = cast.response(scene.maya, scene.discussion)
        actions.thank(post=post, by=scene.noah)
        actions.endorse(post=post, by=scene.anna)
    views.finished.clear()
    assert len(queries_of(lambda: look(client, scene.discussion))) == one
