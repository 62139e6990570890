"""Which questions a post answers, and the positions its author takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.db import connection
from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.models import Enrollment
from quaestio.discussions.actions.parts import PostRefused
from quaestio.discussions.models import (
    Answer,
    Discussion,
    Position,
    Post,
)


def take_up_positions(post: Post) -> None:
    """The positions taken in a post that waited hold from now on, if its author has taken none
    later.
    """
    now = timezone.now()
    for position in post.positions.all():
        there = Position.objects.filter(
            question=position.question_id, person=position.person_id, ended_at__isnull=True
        )
        if there.filter(taken_at__gt=position.taken_at).exists():
            continue
        there.update(ended_at=now)
        Position.objects.filter(pk=position.pk).update(ended_at=None)


class Held(NamedTuple):
    """A position that somebody holds now."""

    pk: int
    choice: int
    post: int


@dataclass(frozen=True, slots=True)
class Stand:
    """Which questions a response is to answer, and the position to be taken on some of them: the
    keys of the questions, and of the choices by theirs. Beside it what holds until then: the
    questions that the response answers already, and the positions of its author by question.
    """

    questions: tuple[int, ...]
    choices: Mapping[int, int]
    answered: frozenset[int] = frozenset()
    held: Mapping[int, Held] = field(default_factory=dict)


def take_stand(
    discussion: Discussion,
    author: Enrollment,
    answers: Iterable[int],
    positions: Mapping[int, int],
    post: Post | None = None,
) -> Stand:
    """Question and choice numbers, looked up; a position on a question answers it too. ``post`` is
    the response that is changed, None for a new one. The discussion is locked.

    One query, none where nothing was ticked in a new one.
    """
    numbers = set(answers) | set(positions)
    if not numbers and post is None:
        return Stand((), {})
    now_held = Q(positions__person=author, positions__ended_at__isnull=True)
    rows = (
        discussion.questions.annotate(
            held=FilteredRelation("positions", condition=now_held),
            given=FilteredRelation("answers", condition=Q(answers__post=post)),
        )
        .order_by("number")
        .values_list(
            *("number", "pk", "choices__number", "choices__pk", "given__pk"),
            *("held__pk", "held__choice", "held__post"),
        )
    )
    questions, choices, answered, held = {}, {}, set(), {}
    for number, question, choice_number, choice, given, *position in rows:
        questions[number] = question
        choices[number, choice_number] = choice
        if given is not None:
            answered.add(question)
        if position[0] is not None:
            held[question] = Held(*position)
    if not numbers <= set(questions):
        raise PostRefused(
            _(
                "The questions of this discussion have changed meanwhile. "
                "Please tick again which ones you answer."
            )
        )
    for number, wanted in positions.items():
        if (number, wanted) not in choices:
            raise PostRefused(
                _(
                    "The positions on question %(number)s have changed meanwhile. "
                    "Please choose again."
                )
                % {"number": number}
            )
    return Stand(
        tuple(questions[number] for number in sorted(numbers)),
        {questions[number]: choices[number, wanted] for number, wanted in positions.items()},
        frozenset(answered),
        held,
    )


# The questions that a post answers, and the positions taken in it, by their numbers.
ANSWERS = """
    INSERT INTO discussions_answer (post_id, question_id)
    SELECT %s, id FROM discussions_question WHERE discussion_id = %s AND number IN ({numbers})
"""
POSITIONS = """
    INSERT INTO discussions_position (question_id, choice_id, person_id, post_id, taken_at)
    SELECT question.id, choice.id, %s, %s, %s
    FROM discussions_question question
    JOIN discussions_choice choice ON choice.question_id = question.id
    WHERE question.discussion_id = %s AND ({chosen})
"""


def put_new_stand(
    post: Post, answers: Iterable[int], positions: Mapping[int, int], now: datetime
) -> None:
    """What a new response, which does not wait, answers, and the positions it takes: its author
    leaves the ones held until then, also where it repeats one, so that the stand shows beside it.
    ``PostRefused`` as by ``take_stand``. The discussion is locked.

    One query for the questions, two for positions, none where nothing was ticked.
    """
    numbers = set(answers) | set(positions)
    if not numbers:
        return
    marks = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            ANSWERS.format(numbers=marks), [post.pk, post.discussion_id, *sorted(numbers)]
        )
        is_whole = cursor.rowcount == len(numbers)
    if positions and is_whole:
        left = Position.objects.filter(person=post.author_id, ended_at__isnull=True)
        here = left.filter(
            question__discussion=post.discussion_id, question__number__in=[*positions]
        )
        here.update(ended_at=now)
        chosen = " OR ".join(["question.number = %s AND choice.number = %s"] * len(positions))
        pairs = chain.from_iterable(sorted(positions.items()))
        at = connection.ops.adapt_datetimefield_value(now)
        with connection.cursor() as cursor:
            cursor.execute(
                POSITIONS.format(chosen=chosen),
                [post.author_id, post.pk, at, post.discussion_id, *pairs],
            )
            is_whole = cursor.rowcount == len(positions)
    if not is_whole:
        take_stand(post.discussion, post.author, answers, positions)  # says what is wrong
        raise AssertionError("questions changed under the lock")


def put_stand(post: Post, stand: Stand, now: datetime) -> None:
    """Bring a post's answers and its author's positions to what was ticked."""
    gone = stand.answered - set(stand.questions)
    if gone:
        post.answers.filter(question__in=gone).delete()
    if post.state == Post.State.HELD:
        put_waiting_stand(post, stand, now)
        return
    put_answers(post, stand)
    ended = []
    for question, position in stand.held.items():
        choice = stand.choices.get(question)
        given_up = choice is None and position.post == post.pk
        moved = choice is not None and choice != position.choice
        if given_up or moved:
            ended.append(position.pk)
    if ended:
        Position.objects.filter(pk__in=ended).update(ended_at=now)
    Position.objects.bulk_create(
        Position(
            question_id=question, person=post.author, choice_id=choice, post=post, taken_at=now
        )
        for question, choice in stand.choices.items()
        if question not in stand.held or stand.held[question].choice != choice
    )


def put_answers(post: Post, stand: Stand) -> None:
    Answer.objects.bulk_create(
        Answer(post=post, question_id=question)
        for question in stand.questions
        if question not in stand.answered
    )


def put_waiting_stand(post: Post, stand: Stand, now: datetime) -> None:
    """What a post that waits answers, and the positions it takes: kept, but they hold only once it
    is let in (``take_up_positions``).
    """
    post.positions.all().delete()
    put_answers(post, stand)
    Position.objects.bulk_create(
        Position(
            question_id=question,
            person=post.author,
            choice_id=choice,
            post=post,
            taken_at=now,
            ended_at=now,
        )
        for question, choice in stand.choices.items()
    )
