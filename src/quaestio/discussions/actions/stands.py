"""Which questions a post answers, and the positions its author takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

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


@dataclass(frozen=True, slots=True)
class Stand:
    """Which questions a response answers, and the position taken on some of them: the keys of the
    questions, and of the choices by theirs.
    """

    questions: tuple[int, ...]
    choices: Mapping[int, int]


def take_stand(
    discussion: Discussion, answers: Iterable[int], positions: Mapping[int, int]
) -> Stand:
    """Question and choice numbers, looked up; a position on a question answers it too.

    One query, none where nothing was ticked.
    """
    numbers = set(answers) | set(positions)
    if not numbers:
        return Stand((), {})
    rows = discussion.questions.order_by("number").values_list(
        "number", "pk", "choices__number", "choices__pk"
    )
    questions, choices = {}, {}
    for number, question, choice_number, choice in rows:
        questions[number] = question
        choices[number, choice_number] = choice
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
    )


def put_stand(post: Post, stand: Stand, now: datetime, *, is_new: bool = False) -> None:
    """Bring a post's answers and its author's positions to what was ticked.

    A new post has no answers yet and no positions to give up.
    """
    there: set[int] = set()
    if not is_new:
        there = set(post.answers.values_list("question_id", flat=True))
        gone = there - set(stand.questions)
        if gone:
            post.answers.filter(question__in=gone).delete()
    if post.state == Post.State.HELD:
        put_waiting_stand(post, stand, there, now)
        return
    Answer.objects.bulk_create(
        Answer(post=post, question_id=question)
        for question in stand.questions
        if question not in there
    )
    if is_new and not stand.choices:
        return
    held = {
        position.question_id: position
        for position in Position.objects.filter(
            person=post.author, question__discussion=post.discussion, ended_at__isnull=True
        )
    }
    ended = []
    for question, position in held.items():
        choice = stand.choices.get(question)
        given_up = choice is None and position.post_id == post.pk
        # A new post that repeats a stand takes it over, so that the stand shows beside both.
        moved = choice is not None and (is_new or choice != position.choice_id)
        if given_up or moved:
            ended.append(position.pk)
    if ended:
        Position.objects.filter(pk__in=ended).update(ended_at=now)
    Position.objects.bulk_create(
        Position(
            question_id=question, person=post.author, choice_id=choice, post=post, taken_at=now
        )
        for question, choice in stand.choices.items()
        if is_new or question not in held or held[question].choice_id != choice
    )


def put_waiting_stand(post: Post, stand: Stand, there: set[int], now: datetime) -> None:
    """What a post that waits answers, and the positions it takes: kept, but they hold only once it
    is let in (``take_up_positions``).
    """
    post.positions.all().delete()
    Answer.objects.bulk_create(
        Answer(post=post, question_id=question)
        for question in stand.questions
        if question not in there
    )
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
