"""The brief: what a teacher reads before class."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.access import seat_in
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Relation, Rules
from quaestio.discussions.models import Discussion, Post
from quaestio.participation.brief import DiscussionBrief, brief_of, opening

pytestmark = pytest.mark.django_db

TEXT = "Initially there was distress, outrage and confusion among the members of the party."
QUOTING = "I doubt it. They felt “distress, outrage and confusion” (Jones 41)."


class Seminar:
    def __init__(self, **rules: object) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        cast.document(cast.reading(self.course), TEXT)
        self.meeting = cast.meeting(self.course)
        self.discussion = cast.discussion(
            self.anna,
            meeting=self.meeting,
            rules=Rules(**rules),  # type: ignore[arg-type]
        )

    def brief(self) -> DiscussionBrief:
        (one,) = brief_of(seat_in(self.anna.user, self.course), self.meeting)
        return one

    def sides(self, number: int) -> dict[str, list[str]]:
        (question,) = (one for one in self.brief().questions if one.row.number == number)
        return {side.label: [said.name for said in side.said] for side in question.sides}

    def page(self, who: Enrollment | None = None) -> str:
        answer = cast.sign_in(who or self.anna).get(f"/m/{self.meeting.public_id}/brief")
        assert answer.status_code == 200
        main = answer.content.decode().split("<main")[1].split("</main>")[0]
        return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", main))


def test_it_says_where_the_class_divides_who_says_why_and_what_nobody_has_answered() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion, "It was planned, of course.", positions={1: 1})
    cast.response(s.noah, s.discussion, "Nobody plans a thing like that.", positions={1: 2})
    assert s.sides(1) == {"yes": ["Maya Lindqvist"], "no": ["Noah Weiss"]}
    shown = s.page()
    assert "The class divides on question 1." in shown
    assert "Nobody has answered question 2." in shown
    assert "Maya Lindqvist It was planned, of course." in shown
    assert "Everybody has answered." in shown


def test_what_is_said_to_none_of_the_questions_is_read_too() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion, QUOTING)
    cast.response(s.noah, s.discussion, "No.", answers=[1])
    assert [(said.name, said.opening) for said in s.brief().besides] == [
        ("Maya Lindqvist", QUOTING)
    ]
    assert f"To none of the questions Maya Lindqvist {QUOTING} Jones 41" in s.page()
    bare = cast.discussion(s.anna, meeting=s.meeting, questions=[])
    assert "To none" not in s.page().split(bare.title)[-1]
    cast.response(s.noah, bare, "Here nothing was asked.")
    assert "Noah Weiss Here nothing was asked." in s.page()


def test_whoever_answers_without_a_position_stands_apart_and_once() -> None:
    s = Seminar()
    for _ in range(2):
        cast.response(s.maya, s.discussion, answers=[1])
    cast.response(s.noah, s.discussion, positions={1: 1})
    cast.response(s.noah, s.discussion, answers=[1])
    assert s.sides(1) == {"yes": ["Noah Weiss"], "": ["Maya Lindqvist"]}


def test_a_post_that_answers_several_questions_is_read_out_once() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion, "One thought for both.", answers=[1, 2])
    shown = s.page()
    assert shown.count("One thought for both.") == 1
    assert "as above, on question 1" in shown


def test_who_has_not_been_heard_is_named() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion)
    assert "1 of 2 have answered" in s.page()
    assert "Not answered yet: Noah Weiss." in s.page()


def test_a_passage_that_two_people_quote_is_shown_with_what_each_holds() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion, QUOTING, positions={1: 1})
    cast.response(s.noah, s.discussion, "No: “outrage and confusion” (Jones 41).", positions={1: 2})
    (passage,) = s.brief().passages
    assert passage.words == "distress, outrage and confusion"
    assert [(one.name, held) for one, held in passage.quoters] == [
        ("Maya Lindqvist", "yes"),
        ("Noah Weiss", "no"),
    ]


def test_what_one_person_quotes_twice_is_not_shared() -> None:
    s = Seminar()
    for _ in range(2):
        cast.response(s.maya, s.discussion, QUOTING)
    assert s.brief().passages == []


def test_quotations_that_are_not_what_the_reading_says_are_listed_and_honest_ones_are_not() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion, QUOTING)
    cast.response(
        s.noah, s.discussion, "They felt “distress, outrage and some confusion” (Jones 41)."
    )
    (found,) = s.brief().doubtful
    assert (found.name, found.verdict, found.place) == ("Noah Weiss", "altered", "Jones 41")


def test_quotations_that_were_not_checked_are_told_apart_from_those_that_were() -> None:
    s = Seminar()
    cast.response(s.maya, s.discussion, QUOTING)
    assert "not checked" not in s.page()
    cast.response(s.maya, s.discussion, "„Es herrschte zuerst die Angst und das Wort“ (Jones 41).")
    cast.response(
        s.noah,
        s.discussion,
        "All translations are mine. They felt “the joy of the party and of the members” (Jones 41).",
    )
    one = s.brief()
    assert [(found.name, found.verdict) for found in one.doubtful] == [("Noah Weiss", "not-found")]
    assert [(found.name, found.place) for found in one.unchecked] == [
        ("Maya Lindqvist", "(Jones 41)")
    ]
    assert "Quotations that were not checked" in s.page()


def test_contradictions_are_shown_and_a_question_until_somebody_replies_to_it() -> None:
    s = Seminar()
    post = cast.response(s.maya, s.discussion)
    cast.reply(s.noah, post, "No, it was not.", relation=Relation(Post.Kind.DISAGREE))
    asked = cast.reply(s.noah, post, "Where does she say so?", relation=Relation(Post.Kind.ASK))
    shown = s.page()
    assert "Noah Weiss disagrees with Maya Lindqvist: No, it was not." in shown
    assert "Noah Weiss asks Maya Lindqvist: Where does she say so?" in shown
    cast.reply(s.maya, asked, "On page 41.")
    assert "asks Maya Lindqvist" not in s.page()


def test_what_was_hidden_or_withdrawn_or_waits_says_nothing_in_it() -> None:
    s = Seminar()
    actions.hide(post=cast.response(s.maya, s.discussion, "Hidden words."), by=s.anna)
    actions.withdraw(post=cast.response(s.noah, s.discussion, "Taken back."), by=s.noah)
    s.course.hold_posts = True
    s.course.save()
    s.noah.course.refresh_from_db()
    cast.response(s.noah, s.discussion, "Still waiting.", answers=[1])
    shown = s.page()
    for words in ("Hidden words", "Taken back", "Still waiting"):
        assert words not in shown
    assert "1 waits for you" in shown


def test_drafts_are_counted_and_not_told_and_an_empty_brief_says_what_to_do() -> None:
    s = Seminar()
    cast.discussion(s.maya, "Not yet", meeting=s.meeting, open_now=False)
    assert "1 more discussion is still a draft." in s.page()
    s.meeting = cast.meeting(s.course, "Another")
    assert "Pose a question" in s.page()


def test_a_teachers_first_page_leads_to_it_and_a_students_does_not() -> None:
    s = Seminar()
    courses.change_meeting(meeting=s.meeting, title="Soon", on=timezone.localdate(), note="")
    path = f"/m/{s.meeting.public_id}/brief"
    assert path in cast.sign_in(s.anna).get("/").content.decode()
    assert path not in cast.sign_in(s.maya).get("/").content.decode()
    Discussion.objects.update(meeting=None)
    assert path not in cast.sign_in(s.anna).get("/").content.decode()


def test_an_assistant_reads_it_and_both_names_where_names_are_made_up() -> None:
    s = Seminar(pseudonyms=True)
    cast.response(s.maya, s.discussion, answers=[1])
    assert re.search(r"Maya Lindqvist \(\w+", s.page(cast.assistant(s.course)))


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Both.", "Both."),
        ("Short. And then a second one.", "Short. And then a second one."),
        (
            "She gives us one crowd that came out for the tyrant (Dorogi-Pike, p. 78), and no "
            "other. The rest follows.",
            "She gives us one crowd that came out for the tyrant (Dorogi-Pike, p. 78), and no "
            "other. …",
        ),
        ("word " * 100, "word " * 43 + "word …"),
        ("", ""),
    ],
)
def test_a_post_begins_with_whole_sentences(text: str, begins: str) -> None:
    assert opening(text) == begins


def test_it_costs_the_same_with_one_post_and_with_three() -> None:
    s = Seminar()
    seat = seat_in(s.anna.user, s.course)
    cast.response(s.maya, s.discussion, QUOTING, positions={1: 1})
    with CaptureQueriesContext(connection) as one:
        brief_of(seat, s.meeting)
    for who in (s.maya, s.noah):
        cast.reply(who, cast.response(who, s.discussion, QUOTING, positions={1: 2}))
    with CaptureQueriesContext(connection) as three:
        brief_of(seat, s.meeting)
    assert len(one) == len(three)


def test_two_people_of_one_name_are_two_who_build_on_a_passage() -> None:
    s = Seminar()
    Enrollment.objects.filter(pk=s.noah.pk).update(byline=s.maya.byline)
    for who in (s.maya, Enrollment.objects.get(pk=s.noah.pk)):
        cast.response(who, s.discussion, QUOTING)
    (passage,) = s.brief().passages
    assert [one.name for one, _held in passage.quoters] == [s.maya.byline] * 2


def test_a_passage_over_the_end_of_a_page_is_marked_to_its_end() -> None:
    s = Seminar()
    pages = ("Nobody knew what the committee", "had decided on that evening in the spring.")
    cast.document(cast.reading(s.course, "The Spring", author="Ada Teague"), *pages)
    for who in (s.maya, s.noah):
        words = "what the committee had decided on that evening"
        cast.response(who, s.discussion, f"He asks “{words}” (Teague 41–42).")
    (passage,) = s.brief().passages
    assert "until=2" in passage.url
