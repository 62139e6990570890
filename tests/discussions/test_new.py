"""What is new since the last visit: marked as long as a visit lasts, and never for ever."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post, Visit
from quaestio.discussions.visits import AWAY

pytestmark = pytest.mark.django_db


def new_in(client: Client, discussion: Discussion, query: str = "") -> list[str]:
    """The public ids of the posts marked as new, in the order of the page."""
    answer = client.get(f"/d/{discussion.public_id}/{query}")
    assert answer.status_code == 200
    return re.findall(r'class="post new" id="p-(\w+)"', answer.content.decode())


def told_at_home(client: Client) -> int:
    """How many new posts home speaks of."""
    page = client.get("/").content.decode()
    return sum(int(n) for n in re.findall(r"(\d+) new posts?", page))


def time_passes(by: timedelta) -> None:
    """As if everything so far had happened so much earlier."""
    Visit.objects.update(seen_at=F("seen_at") - by, looked_at=F("looked_at") - by)
    Post.objects.update(shown_at=F("shown_at") - by)


class Scene:
    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.discussion = cast.discussion(self.anna)
        self.client = cast.sign_in(self.maya)
        assert new_in(self.client, self.discussion) == []

    def post(self, by: Enrollment | None = None) -> Post:
        return cast.response(by or self.anna, self.discussion)

    def look(self, query: str = "") -> list[str]:
        """The same in both places, whatever it is."""
        marked = new_in(self.client, self.discussion, query)
        if not query:
            assert told_at_home(self.client) == len(marked)
        return marked


def test_loading_the_page_again_loses_no_mark() -> None:
    scene = Scene()
    first = scene.post()
    assert scene.look() == [first.public_id]
    assert scene.look() == [first.public_id]
    second = scene.post()
    assert scene.look() == [first.public_id, second.public_id]
    time_passes(AWAY / 2)
    assert scene.look() == [first.public_id, second.public_id]


def test_after_a_while_away_what_was_seen_is_no_longer_new() -> None:
    scene = Scene()
    scene.post()
    assert len(scene.look()) == 1
    time_passes(AWAY)
    assert scene.look() == []
    later = scene.post()
    assert scene.look() == [later.public_id]


def test_whoever_stays_keeps_the_marks_however_long() -> None:
    scene = Scene()
    scene.post()
    for _ in range(4):
        assert len(scene.look()) == 1
        time_passes(AWAY * 0.9)


def test_home_forgets_too_without_the_page_being_opened_again() -> None:
    scene = Scene()
    scene.post()
    scene.look()
    time_passes(AWAY)
    assert told_at_home(scene.client) == 0


def test_one_button_marks_all_as_read_and_what_came_meanwhile_stays_new() -> None:
    scene = Scene()
    scene.post()
    page = scene.client.get(f"/d/{scene.discussion.public_id}/").content.decode()
    until = re.search(r'name="until" value="([^"]+)"', page)
    assert until
    meanwhile = scene.post()
    answer = scene.client.post(f"/d/{scene.discussion.public_id}/seen", {"until": until[1]})
    assert answer["Location"] == f"/d/{scene.discussion.public_id}/#responses"
    assert scene.look() == [meanwhile.public_id]
    scene.client.post(f"/d/{scene.discussion.public_id}/seen", {"until": "nonsense"})
    assert scene.look() == []
    scene.client.post(f"/d/{scene.discussion.public_id}/seen", {"until": until[1]})
    assert scene.look() == []  # an old tab brings nothing back


def test_ones_own_posts_are_never_new() -> None:
    scene = Scene()
    mine = scene.post(scene.maya)
    cast.reply(scene.maya, mine)
    assert scene.look() == []


@pytest.mark.parametrize("deed", ["withdraw", "hide"])
def test_what_was_taken_back_leaves_no_mark_and_no_count(deed: str) -> None:
    scene = Scene()
    post = scene.post()
    getattr(actions, deed)(post=post, by=scene.anna)
    assert scene.look() == []
    assert cast.sign_in(scene.maya).get("/").status_code == 200


def test_what_waits_is_new_once_it_is_let_in() -> None:
    scene = Scene()
    scene.anna.course.hold_posts = True
    scene.anna.course.save()
    noah = cast.student(scene.anna.course, "Noah Weiss")
    post = cast.response(noah, scene.discussion)
    assert scene.look() == []
    time_passes(timedelta(days=2))
    assert scene.look() == []
    actions.show(post=post, by=scene.anna)
    assert scene.look() == [post.public_id]


def test_what_post_first_kept_back_is_new_once_the_door_opens() -> None:
    scene = Scene()
    discussion = cast.discussion(scene.anna, rules=Rules(post_first=True))
    noah = cast.student(scene.anna.course, "Noah Weiss")
    early = cast.response(noah, discussion)
    assert new_in(scene.client, discussion) == []
    time_passes(timedelta(days=1))
    assert new_in(scene.client, discussion) == []
    assert told_at_home(scene.client) == 0
    cast.response(scene.maya, discussion)
    assert told_at_home(scene.client) == 1
    assert new_in(scene.client, discussion) == [early.public_id]
    scene.client.post(f"/d/{discussion.public_id}/seen")
    assert new_in(scene.client, discussion) == []


def test_marking_as_read_before_the_door_opens_tells_and_changes_nothing() -> None:
    scene = Scene()
    discussion = cast.discussion(scene.anna, rules=Rules(post_first=True))
    early = cast.response(cast.student(scene.anna.course, "Noah Weiss"), discussion)
    new_in(scene.client, discussion)
    scene.client.post(f"/d/{discussion.public_id}/seen")
    cast.response(scene.maya, discussion)
    assert new_in(scene.client, discussion) == [early.public_id]


def test_each_new_post_leads_to_the_next_one_on_the_page() -> None:
    scene = Scene()
    first = scene.post()
    scene.post(scene.maya)
    second = scene.post()
    under = cast.reply(scene.anna, first)
    page = scene.client.get(f"/d/{scene.discussion.public_id}/").content.decode()
    chain = re.findall(r'class="mark-new" href="#([^"]+)"', page)
    assert chain == [f"p-{under.public_id}", f"p-{second.public_id}", "new-end"]
    assert f'href="#p-{first.public_id}" data-next-new' in page
    assert 'id="new-end"' in page


def test_only_what_is_new_is_shown_on_demand_with_what_it_replies_to() -> None:
    scene = Scene()
    old, other = scene.post(), scene.post()
    scene.client.post(f"/d/{scene.discussion.public_id}/seen")
    under = cast.reply(scene.anna, old)
    page = scene.client.get(f"/d/{scene.discussion.public_id}/?new=1").content.decode()
    assert scene.look("?new=1") == [under.public_id]
    assert f'id="p-{old.public_id}"' in page
    assert f'id="p-{other.public_id}"' not in page


def test_the_public_has_no_visits() -> None:
    scene = Scene()
    scene.anna.course.is_public = True
    scene.anna.course.save()
    scene.post()
    for who in (None, cast.person("Sara Stranger")):
        client = cast.sign_in(who)
        assert new_in(client, scene.discussion) == []
        answer = client.post(f"/d/{scene.discussion.public_id}/seen")
        assert answer.status_code == (302 if who is None else 403)
    assert Visit.objects.count() == 1


def test_looking_at_an_unchanged_page_writes_only_now_and_then() -> None:
    scene = Scene()
    scene.look()
    before = Visit.objects.get().looked_at
    scene.look()
    assert Visit.objects.get().looked_at == before
    time_passes(AWAY / 2)
    scene.look()
    assert Visit.objects.get().looked_at > before
    assert timezone.now() - Visit.objects.get().looked_at < AWAY / 2
