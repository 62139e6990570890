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
    Choice,
    Discussion,
    Position,
    Post,
    Question,
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
    """Which questions a response answers, and the position taken on some of them."""

    questions: tuple[Question, ...]
    choices: Mapping[int, Choice]  # by the primary key of the question


def take_stand(
    discussion: Discussion, answers: Iterable[int], positions: Mapping[int, int]
) -> Stand:
    """Question and choice numbers, looked up; a position on a question answers it too.

    No query where nothing was ticked, two where a position was taken, else one.
    """
    numbers = set(answers) | set(positions)
    if not numbers:
        return Stand((), {})
    questions = discussion.questions.all()
    if positions:
        questions = questions.prefetch_related("choices")
    there = {question.number: question for question in questions}
    if not numbers <= set(there):
        raise PostRefused(
            _(
                "The questions of this discussion have changed meanwhile. "
                "Please tick again which ones you answer."
            )
        )
    choices: dict[int, Choice] = {}
    for number, wanted in positions.items():
        choice = next((c for c in there[number].choices.all() if c.number == wanted), None)
        if choice is None:
            raise PostRefused(
                _(
                    "The positions on question %(number)s have changed meanwhile. "
                    "Please choose again."
                )
                % {"number": number}
            )
        choices[there[number].pk] = choice
    return Stand(tuple(there[number] for number in sorted(numbers)), choices)


def put_stand(post: Post, stand: Stand, now: datetime, *, is_new: bool = False) -> None:
    """Bring a post's answers and its author's positions to what was ticked.

    A new post has no answers yet and no positions to give up.
    """
    there: set[int] = set()
    if not is_new:
        wanted = {question.pk for question in stand.questions}
        post.answers.exclude(question__in=wanted).delete()
        there = set(post.answers.values_list("question_id", flat=True))
    if post.state == Post.State.HELD:
        put_waiting_stand(post, stand, there, now)
        return
    Answer.objects.bulk_create(
        Answer(post=post, question=question)
        for question in stand.questions
        if question.pk not in there
    )
    if is_new and not stand.choices:
        return
    held = {
        position.question_id: position
        for position in Position.objects.filter(
            person=post.author, question__discussion=post.discussion, ended_at__isnull=True
        )
    }
    for question_pk, position in held.items():
        choice = stand.choices.get(question_pk)
        given_up = choice is None and position.post_id == post.pk
        # A new post that repeats a stand takes it over, so that the stand shows beside both.
        moved = choice is not None and (is_new or choice.pk != position.choice_id)
        if given_up or moved:
            Position.objects.filter(pk=position.pk).update(ended_at=now)
    Position.objects.bulk_create(
        Position(
            question_id=question_pk, person=post.author, choice=choice, post=post, taken_at=now
        )
        for question_pk, choice in stand.choices.items()
        if is_new or question_pk not in held or held[question_pk].choice_id != choice.pk
    )


def put_waiting_stand(post: Post, stand: Stand, there: set[int], now: datetime) -> None:
    """What a post that waits answers, and the positions it takes: kept, but they hold only once it
    is let in (``take_up_positions``).
    """
    post.positions.all().delete()
    Answer.objects.bulk_create(
        Answer(post=post, question=question)
        for question in stand.questions
        if question.pk not in there
    )
    Position.objects.bulk_create(
        Position(
            question_id=question_pk,
            person=post.author,
            choice=choice,
            post=post,
            taken_at=now,
            ended_at=now,
        )
        for question_pk, choice in stand.choices.items()
    )
