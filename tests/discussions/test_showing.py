"""Which posts of a thread a page shows, and in which order."""

from __future__ import annotations

import re

import pytest
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post, Pseudonym
from quaestio.discussions.showing import Wanted, person_key

pytestmark = pytest.mark.django_db


def page_of(person: Enrollment, discussion: Discussion, query: str = "") -> str:
    answer = cast.sign_in(person).get(f"/d/{discussion.public_id}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def ids(page: str) -> list[str]:
    return re.findall(r'<article class="post[^"]*" id="p-(\w+)"', page)


class Scene:
    def __init__(self, **rules: bool) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))
        self.first = cast.response(self.noah, self.discussion, positions={1: 1}, answers=[2])
        self.second = cast.response(self.maya, self.discussion, positions={1: 2})
        self.under = cast.reply(self.noah, self.second)
        self.third = cast.response(self.maya, self.discussion, answers=[2])
        self.fourth = cast.response(self.anna, self.discussion)

    def shown(self, query: str, *posts: Post) -> None:
        assert ids(page_of(self.maya, self.discussion, query)) == [one.public_id for one in posts]

    def key(self, person: Enrollment) -> str:
        return person_key(self.discussion.pk, person.pk)


def test_what_can_be_asked_for_can_be_combined() -> None:
    scene = Scene()
    first, second, under, third, fourth = (
        scene.first, scene.second, scene.under, scene.third, scene.fourth,
    )  # fmt: skip
    noah, maya = scene.key(scene.noah), scene.key(scene.maya)
    scene.shown("", first, second, under, third, fourth)
    scene.shown("?question=1", first, second, under)
    scene.shown("?question=1&position=2", second, under)
    scene.shown("?question=1.2", second, under)
    scene.shown(f"?person={noah}", first, second, under)
    scene.shown(f"?person={noah}&question=1", first)
    scene.shown(f"?person={maya}&question=1.1")
    scene.shown(f"?person={maya}&question=2", third)


def test_sorted_by_question_each_response_stands_once() -> None:
    scene = Scene()
    page = page_of(scene.maya, scene.discussion, "?sort=question")
    assert ids(page) == [
        one.public_id for one in (scene.first, scene.second, scene.under, scene.third, scene.fourth)
    ]
    groups = re.split('class="group full"', page)[1:]
    assert len(groups) == 3
    assert "Answered above as well" in groups[1]
    assert f'<a href="#p-{scene.first.public_id}">1 Noah Weiss</a>' in groups[1]
    assert "On none of the questions" in groups[2]
    assert scene.fourth.public_id in groups[2]


@pytest.mark.parametrize(
    "query", ["?person=x", "?person=0123456789ab", "?sort=x", "?new=2", "?position=1", "?question="]
)
def test_what_cannot_be_meant_does_no_harm(query: str) -> None:
    scene = Scene()
    page_of(scene.maya, scene.discussion, query)


def test_the_chosen_page_says_what_it_shows_and_leads_back() -> None:
    scene = Scene()
    page = page_of(scene.maya, scene.discussion, f"?question=1&person={scene.key(scene.noah)}")
    said = re.search(r'class="meta chosen"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert said
    assert re.sub("<[^>]+>", "", said[1]) == "1 of 4 responses, question 1, by Noah Weiss. Show all"


def test_the_made_up_name_stands_in_the_list_of_people_and_no_other_trace() -> None:
    scene = Scene(pseudonyms=True)
    name = Pseudonym.objects.get(person=scene.noah).name
    page = page_of(scene.maya, scene.discussion, f"?person={scene.key(scene.noah)}")
    assert f'<option value="{scene.key(scene.noah)}" selected>{name}</option>' in page
    assert "Noah" not in page
    assert scene.noah.public_id not in page
    assert ids(page) == [one.public_id for one in (scene.first, scene.second, scene.under)]


def test_the_key_of_a_person_is_another_one_in_every_discussion() -> None:
    assert person_key(1, 7) != person_key(2, 7)
    assert person_key(1, 7) != person_key(1, 8)


def test_who_wrote_what_was_hidden_is_not_found_by_asking_for_them() -> None:
    scene = Scene()
    for post in (scene.first, scene.under):
        actions.hide(post=post, by=scene.anna)
    page = page_of(scene.maya, scene.discussion, f"?person={scene.key(scene.noah)}")
    assert ids(page) == []
    assert "Noah Weiss" not in page


def test_before_ones_own_response_the_choice_is_not_offered() -> None:
    scene = Scene(post_first=True)
    ola = cast.student(scene.anna.course, "Ola New")
    page = page_of(ola, scene.discussion, f"?person={scene.key(scene.noah)}")
    assert ids(page) == []
    assert "Noah Weiss" not in page
    assert "of 4" not in page


def test_a_line_of_numbers_leads_into_a_long_thread() -> None:
    scene = Scene()
    assert 'class="jumps"' not in page_of(scene.maya, scene.discussion)
    Post.objects.bulk_create(
        Post(
            discussion=scene.discussion,
            author=scene.anna,
            number=number,
            source="<p>x</p>",
            body_html="<p>x</p>",
        )
        for number in range(5, 301)
    )
    page = page_of(scene.noah, scene.discussion)
    jumps = re.search(r'<nav class="jumps".*?</nav>', page, re.DOTALL)
    assert jumps
    numbers = re.findall(r'<a href="#p-\w+">(\d+)</a>', jumps[0])
    assert numbers == [str(n) for n in range(1, 301, 20)]
    assert len(ids(page)) == 301


def test_a_position_can_be_asked_for_in_two_ways() -> None:
    wanted = Wanted.of({"question": "2", "position": "1", "new": "1"})
    assert (
        wanted
        == Wanted(question=2, position=1, new=True)
        == Wanted.of({"question": "2.1", "new": "1", "person": "<b>"})
    )
