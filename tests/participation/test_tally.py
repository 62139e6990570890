"""Who wrote how much: counts for teachers, and a table for their gradebook."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.access import seat_in
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion
from quaestio.participation.tally import PersonTally, tally_of

pytestmark = pytest.mark.django_db


class Seminar:
    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna)

    def row(self, who: Enrollment) -> PersonTally:
        (row,) = (one for one in self.tally().rows if one.person == who)
        return row

    def tally(self):  # type: ignore[no-untyped-def]
        return tally_of(seat_in(self.anna.user, self.course))

    def table(self, who: Enrollment | None = None) -> list[dict[str, str]]:
        answer = cast.sign_in(who or self.anna).get(f"/c/{self.course.public_id}/participation.csv")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_everybody_stands_in_it_with_what_they_wrote_and_those_without_a_word_too() -> None:
    s = Seminar()
    post = cast.response(s.maya, s.discussion, "Four words of mine.")
    cast.reply(s.maya, post, "Two more.")
    maya, noah = s.row(s.maya), s.row(s.noah)
    assert (maya.asked, maya.answered, maya.responses, maya.replies, maya.words) == (1, 1, 1, 1, 6)
    assert (noah.asked, noah.answered, noah.words, noah.is_silent) == (1, 0, 0, True)


def test_a_response_under_the_asked_length_counts_but_has_not_answered() -> None:
    s = Seminar()
    Discussion.objects.filter(pk=s.discussion.pk).update(words_least=5)
    cast.response(s.maya, s.discussion, "Only three words.")
    cast.response(s.noah, s.discussion, "These are five whole words.")
    assert [(s.row(one).answered, s.row(one).responses) for one in (s.maya, s.noah)] == [
        (0, 1),
        (1, 1),
    ]


def test_what_was_hidden_or_taken_back_does_not_count() -> None:
    s = Seminar()
    actions.hide(post=cast.response(s.maya, s.discussion), by=s.anna)
    actions.withdraw(post=cast.response(s.maya, s.discussion), by=s.maya)
    assert s.row(s.maya).is_silent


def test_nobody_is_asked_by_a_draft_another_section_or_their_own_question() -> None:
    s = Seminar()
    monday = courses.make_section(course=s.course, name="Monday")
    Enrollment.objects.filter(pk=s.noah.pk).update(section=monday)
    cast.discussion(s.anna, "Later", open_now=False)
    cast.discussion(s.maya, "By Maya")
    Discussion.objects.filter(pk=s.discussion.pk).update(section=monday)
    assert (s.row(s.maya).asked, s.row(s.noah).asked) == (0, 2)


def test_the_table_has_the_addresses_for_an_instructor_alone() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion)
    (maya, noah) = s.table()
    assert s.maya.user
    assert (maya["Name"], maya["E-mail"], maya[s.discussion.title]) == (
        "Maya Lindqvist",
        s.maya.user.email,
        "1",
    )
    assert noah[s.discussion.title] == "0"
    assert "E-mail" not in s.table(cast.assistant(s.course))[0]


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_stays_a_name() -> None:
    s = Seminar()
    Enrollment.objects.filter(pk=s.maya.pk).update(byline="=cmd|calc")
    assert "'=cmd|calc" in {row["Name"] for row in s.table()}


def test_it_costs_the_same_with_one_student_and_with_three() -> None:
    s = Seminar()
    seat = seat_in(s.anna.user, s.course)
    with CaptureQueriesContext(connection) as two:
        tally_of(seat)
    for name in ("Ola New", "Pia Old"):
        cast.response(cast.student(s.course, name), cast.discussion(s.anna, name))
    with CaptureQueriesContext(connection) as four:
        tally_of(seat)
    assert len(two) == len(four) == 4


def test_a_name_without_an_account_is_asked_where_it_has_answered_and_nowhere_else() -> None:
    s = Seminar()
    nina = courses.enroll_named(course=s.course, byline="Nina Imported")
    assert (s.row(nina).asked, s.row(nina).answered) == (0, 0)
    cast.response(nina, s.discussion)
    cast.discussion(s.anna)
    assert (s.row(nina).asked, s.row(nina).answered) == (1, 1)
    (line,) = (one for one in s.table() if one["Name"] == "Nina Imported")
    assert (line["Asked"], line["Answered"]) == ("1", "1")
