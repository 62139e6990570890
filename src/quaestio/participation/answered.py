"""Who answered which question of a discussion, and who has not yet.

A response answers its questions however short it is; its writer has answered once it is as long as
is asked (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from quaestio.courses.access import Seat
from quaestio.courses.models import Enrollment
from quaestio.courses.roles import RIGHTS, Right, Role
from quaestio.discussions.access import (
    COUNTING,
    Bylines,
    Sight,
    answers_in,
    readable_posts,
    sight_of,
)
from quaestio.discussions.lengths import so_far
from quaestio.discussions.models import Answer, Discussion, Position, Post, Question
from quaestio.discussions.showing import person_key


@dataclass(frozen=True, slots=True)
class Cell:
    """What one person says on one question: the post that says it, the position, if one is held;
    ``waits``: a teacher has not let it in yet.
    """

    post: str
    number: int
    position: str = ""
    waits: bool = False


@dataclass(slots=True)
class PersonRow:
    """One person: a cell for each question, None where it has not been answered."""

    person: Enrollment
    name: str
    key: str
    posed: bool
    asked: bool = False  # is to answer, and not one who wrote besides
    cells: list[Cell | None] = field(default_factory=list)
    responses: int = 0
    has_answered: bool = False  # with as many words as are asked for
    short: str = ""  # “54 of 150 words”, where they wrote less than is asked
    replies: int = 0
    last_at: datetime | None = None

    @property
    def has_written(self) -> bool:
        return self.responses > 0

    @property
    def answered(self) -> int:
        return sum(1 for cell in self.cells if cell is not None)


@dataclass(frozen=True, slots=True)
class Answered:
    questions: Sequence[Question]
    rows: Sequence[PersonRow]

    @property
    def asked(self) -> list[PersonRow]:
        return [row for row in self.rows if row.asked]

    @property
    def owing(self) -> list[PersonRow]:
        """Those who are asked and have not answered, or not as much as is asked."""
        return [row for row in self.asked if not row.has_answered]

    @property
    def heard(self) -> list[PersonRow]:
        return [row for row in self.asked if row.has_answered]

    @property
    def others(self) -> list[PersonRow]:
        """Teachers, and those who left or are in another section, if they wrote."""
        return [row for row in self.rows if not row.asked]


def sees_everybody(seat: Seat) -> bool:
    return seat.can(Right.SEE_NAMES) and seat.can(Right.SEE_HIDDEN)


def has_a_record(seat: Seat) -> bool:
    """Whether this person answers questions in the course, a finished one too."""
    me = seat.enrollment
    return me is not None and Right.WRITE in RIGHTS[me.role]


def who_answered(seat: Seat, discussion: Discussion) -> Answered:
    """Everybody for teachers, else oneself alone. Seven queries; one more for a student where
    others' answers are kept back.
    """
    sight = sight_of(seat, discussion)
    questions = list(discussion.questions.all())
    rows = rows_of(seat, discussion)
    readable = readable_posts([seat]).filter(discussion=discussion, state__in=COUNTING)
    posts = sorted(readable.filter(author__in=rows), key=by_time)
    held = {
        (one.person_id, one.question_id): one
        for one in Position.objects.filter(
            question__discussion=discussion,
            ended_at__isnull=True,
            post__state=Post.State.POSTED,
            person__in=rows,
        ).select_related("choice")
    }
    responses = {post.pk: post for post in posts if post.root_id is None}
    cells: dict[tuple[int, int], Cell] = {}
    answers = Answer.objects.filter(post__in=responses).values_list("post_id", "question_id")
    order = {pk: place for place, pk in enumerate(responses)}
    for pk, question in sorted(answers, key=lambda one: order[one[0]]):
        post = responses[pk]
        holds = held.get((post.author_id, question))
        reasons = responses.get(holds.post_id, post) if holds else post
        cells[post.author_id, question] = cell_of(reasons, holds, sight)
    for post in posts:
        count(rows[post.author_id], post)
    full = set(answers_in(discussion).filter(author__in=rows).values_list("author", flat=True))
    for pk, row in rows.items():
        row.asked = is_asked(row.person, discussion, has_written=row.has_written)
        row.has_answered = pk in full
        if row.has_written and not row.has_answered:
            longest = max(post.words for post in responses.values() if post.author_id == pk)
            row.short = so_far(longest, discussion)
    for pk, row in rows.items():
        row.cells = [cells.get((pk, question.pk)) for question in questions]
    own = not sees_everybody(seat)
    there = [row for row in rows.values() if own or row.asked or row.has_written]
    return Answered(questions, sorted(there, key=lambda row: row.person.byline.casefold()))


def rows_of(seat: Seat, discussion: Discussion) -> dict[int, PersonRow]:
    """By the primary key of the person: those who are to answer, and whoever has written."""
    people = Enrollment.objects.filter(course=seat.course).select_related("section")
    if sees_everybody(seat):
        wrote = Q(pk__in=Post.objects.filter(discussion=discussion).values("author"))
        people = people.filter(wrote | Q(role=Role.STUDENT, removed_at__isnull=True))
    else:
        people = people.filter(pk__in=[seat.enrollment.pk] if seat.enrollment else [])
    bylines = Bylines(seat, [discussion])
    return {
        one.pk: PersonRow(
            person=one,
            name=bylines.by(discussion.pk, one),
            key=person_key(discussion.pk, one.pk),
            posed=one.pk == discussion.author_id,
        )
        for one in people
    }


def is_asked(person: Enrollment, discussion: Discussion, *, has_written: bool) -> bool:
    """Students of the section for which it is, except the one who posed it. Whoever is known by
    name alone, as from an imported page, can answer nothing more: they are asked where they have.
    """
    return (
        person.role == Role.STUDENT
        and person.removed_at is None
        and (person.user_id is not None or has_written)
        and person.pk != discussion.author_id
        and discussion.section_id in {None, person.section_id}
    )


def by_time(post: Post) -> tuple[datetime, int]:
    return post.created_at, post.pk


def cell_of(post: Post, held: Position | None, sight: Sight) -> Cell:
    return Cell(
        post=post.public_id,
        number=sight.number_of(post.number),
        position=held.choice.label if held else "",
        waits=post.state == Post.State.HELD,
    )


def count(row: PersonRow, post: Post) -> None:
    if post.root_id is None:
        row.responses += 1
    else:
        row.replies += 1
    row.last_at = max(row.last_at or post.created_at, post.created_at)
