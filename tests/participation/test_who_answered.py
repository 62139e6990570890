"""Who answered which question: a table for teachers, their own answers for students."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.access import seat_in
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Pseudonym
from quaestio.participation.answered import Answered, who_answered

pytestmark = pytest.mark.django_db


def page_of(person: Enrollment, discussion: Discussion) -> str:
    answer = cast.sign_in(person).get(f"/d/{discussion.public_id}/answers")
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    main = re.sub("<[^>]+>", " ", page.split("<main")[1].split("</main>")[0])
    return re.sub(r"\s+", " ", main)


class Scene:
    def __init__(self, **rules: object) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        self.ola = cast.student(self.course, "Ola New")
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))  # type: ignore[arg-type]

    def table(self, who: Enrollment | None = None) -> Answered:
        who = who or self.anna
        return who_answered(seat_in(who.user, self.course), self.discussion)

    def cells(self) -> dict[str, list[str]]:
        return {
            row.person.byline: [
                (cell.position or f"#{cell.number}") if cell else "" for cell in row.cells
            ]
            for row in self.table().rows
        }


def test_the_table_has_a_row_for_everybody_and_a_gap_for_what_is_missing() -> None:
    scene = Scene()
    cast.response(scene.maya, scene.discussion, positions={1: 1}, answers=[2])
    cast.response(scene.noah, scene.discussion, answers=[2])
    assert scene.cells() == {
        "Maya Lindqvist": ["yes", "#1"],
        "Noah Weiss": ["", "#2"],
        "Ola New": ["", ""],
    }
    said = words(page_of(scene.anna, scene.discussion))
    assert "1 of 3 has not answered yet: Ola New." in said


def test_a_person_who_moved_stands_with_the_newest_position_and_its_reasons() -> None:
    scene = Scene()
    cast.response(scene.maya, scene.discussion, positions={1: 1})
    second = cast.response(scene.maya, scene.discussion, positions={1: 2})
    cast.response(scene.maya, scene.discussion, answers=[1])
    (row,) = (row for row in scene.table().rows if row.person == scene.maya)
    assert row.cells[0] is not None
    assert (row.cells[0].position, row.cells[0].post) == ("no", second.public_id)
    assert row.responses == 3


def test_what_was_taken_back_or_hidden_answers_nothing_and_what_waits_says_so() -> None:
    scene = Scene()
    back, hidden = (cast.response(who, scene.discussion, answers=[1]) for who in
                    (scene.maya, scene.noah))  # fmt: skip
    actions.withdraw(post=back, by=scene.maya)
    actions.hide(post=hidden, by=scene.anna)
    scene.course.hold_posts = True
    scene.course.save()
    scene.ola.course.refresh_from_db()
    cast.response(scene.ola, scene.discussion, answers=[1])
    table = scene.table()
    assert [row.person for row in table.owing] == [scene.maya, scene.noah]
    assert "waits" in words(page_of(scene.anna, scene.discussion))


def test_a_discussion_for_one_section_asks_that_section_alone() -> None:
    scene = Scene()
    monday = courses.make_section(course=scene.course, name="Monday")
    Enrollment.objects.filter(pk=scene.maya.pk).update(section=monday)
    Discussion.objects.filter(pk=scene.discussion.pk).update(section=monday)
    scene.discussion.refresh_from_db()
    assert [row.person for row in scene.table().rows] == [scene.maya]
    cast.response(scene.noah, scene.discussion, answers=[1])
    assert [row.person for row in scene.table().others] == [scene.noah]


def test_who_posed_it_left_or_only_watches_is_not_asked() -> None:
    scene = Scene()
    cast.observer(scene.course)
    cast.removed(scene.course)
    cast.assistant(scene.course)
    by_maya = cast.discussion(scene.maya)
    table = who_answered(seat_in(scene.anna.user, scene.course), by_maya)
    assert {row.person for row in table.asked} == {scene.noah, scene.ola}


def test_whoever_posed_it_has_a_record_too() -> None:
    scene = Scene()
    by_maya = cast.discussion(scene.maya)
    assert "You posed this discussion." in words(page_of(scene.maya, by_maya))


def test_a_student_sees_their_own_answers_and_nobody_elses() -> None:
    scene = Scene()
    cast.response(scene.maya, scene.discussion, positions={1: 1})
    cast.response(scene.noah, scene.discussion, positions={1: 2})
    said = words(page_of(scene.maya, scene.discussion))
    assert "yes, #1" in said
    assert "not answered yet" in said
    assert "You have posted 1 response here and 0 replies." in said
    assert "Noah" not in said
    assert [row.person for row in scene.table(scene.maya).rows] == [scene.maya]


def test_before_the_own_response_nothing_of_others_is_told() -> None:
    scene = Scene(post_first=True)
    cast.response(scene.noah, scene.discussion, positions={1: 2})
    said = words(page_of(scene.maya, scene.discussion))
    assert "You have posted 0 responses" in said
    assert "#1" not in said


def test_teachers_see_both_names_where_names_are_hidden() -> None:
    scene = Scene(pseudonyms=True)
    cast.response(scene.maya, scene.discussion, answers=[1])
    name = Pseudonym.objects.get(person=scene.maya).name
    said = words(page_of(scene.anna, scene.discussion))
    assert f"Maya Lindqvist ({name})" in said
    assert "Ola New." in said or "Ola New," in said


def test_a_finished_course_still_shows_it() -> None:
    scene = Scene()
    cast.response(scene.maya, scene.discussion, answers=[1])
    courses.seal(course=scene.course, by=scene.anna)
    assert "Maya Lindqvist" in page_of(scene.anna, scene.discussion)
    assert "#1" in page_of(scene.maya, scene.discussion)


def test_it_costs_the_same_with_one_person_and_with_many() -> None:
    scene = Scene()
    client, path = cast.sign_in(scene.anna), f"/d/{scene.discussion.public_id}/answers"

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    cast.response(scene.maya, scene.discussion, positions={1: 1})
    one = cost()
    for who in (scene.noah, scene.ola, scene.anna):
        cast.response(who, scene.discussion, positions={1: 2}, answers=[2])
    assert cost() == one


def test_a_response_under_the_asked_length_answers_its_question_and_is_due_still() -> None:
    scene = Scene(words_least=5)
    short = cast.response(scene.maya, scene.discussion, "Only three words.", answers=[2])
    cast.response(scene.noah, scene.discussion, "These are five whole words.", answers=[2])
    table = scene.table()
    assert [row.person for row in table.owing] == [scene.maya, scene.ola]
    assert scene.cells()["Maya Lindqvist"] == ["", f"#{short.number}"]
    shown = words(page_of(scene.anna, scene.discussion))
    assert "Maya Lindqvist (3 of 5 words)" in shown
    assert "2 of 3 have not answered yet" in shown
    assert "3 of 5 words: due still" in words(page_of(scene.maya, scene.discussion))
    actions.edit_post(
        post=short, by=scene.maya, source="<p>Now there are five words.</p>", version=1
    )
    assert [row.person for row in scene.table().owing] == [scene.ola]
    assert "due still" not in words(page_of(scene.maya, scene.discussion))


def test_a_name_without_an_account_owes_nothing_and_counts_where_it_has_answered() -> None:
    scene = Scene()
    nina = courses.enroll_named(course=scene.course, byline="Nina Imported")
    assert "Nina" not in words(page_of(scene.anna, scene.discussion))
    cast.response(nina, scene.discussion, answers=[1])
    table = scene.table()
    assert [row.name for row in table.heard] == ["Nina Imported"]
    assert "Nina Imported" not in [row.name for row in table.owing]
    other = cast.discussion(scene.anna)
    assert "Nina" not in words(page_of(scene.anna, other))
