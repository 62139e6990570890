"""Reads made for pages. A thread costs the same few queries with six posts or two thousand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db.models import Count, Q
from django.utils.translation import get_language

from quaestio import __version__
from quaestio.courses.access import Seat
from quaestio.courses.models import Enrollment
from quaestio.discussions.access import can_read_body
from quaestio.discussions.models import (
    Answer,
    Discussion,
    Draft,
    Position,
    Post,
    Question,
    Visit,
)


@dataclass(slots=True)
class Stance:
    """One of a question's positions, with those who hold it."""

    number: int
    label: str
    holders: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.holders)


@dataclass(slots=True)
class QuestionRow:
    """A question as the head of the thread shows it."""

    number: int
    text: str
    people: int
    stances: list[Stance]

    @property
    def split(self) -> list[dict[str, object]]:
        """The stances as bars laid end to end, for ``web/parts/split.html``."""
        bars, start = [], 0
        for stance in self.stances:
            bars.append({"label": stance.label, "count": stance.count, "start": start})
            start += stance.count
        return bars

    @property
    def total(self) -> int:
        return sum(stance.count for stance in self.stances)

    @property
    def is_unanswered(self) -> bool:
        return self.people == 0

    @property
    def is_divided(self) -> bool:
        return sum(1 for stance in self.stances if stance.count) > 1


@dataclass(slots=True)
class PostRow:
    """A post as the thread shows it. ``body`` is "" where this viewer may not read it."""

    public_id: str
    number: int
    label: str
    parent_label: str
    byline: str
    author_id: int
    state: str
    body: str
    because: str
    created_at: datetime
    edited_at: datetime | None
    answers: list[tuple[int, str]]
    is_new: bool
    is_mine: bool
    replies: list[PostRow] = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    discussion: Discussion
    questions: list[QuestionRow]
    responses: list[PostRow]
    count: int
    shown_question: int | None
    new_count: int
    seen_at: datetime | None
    draft: Draft | None


def questions_of(discussion: Discussion) -> list[Question]:
    """With their choices; two queries."""
    return list(discussion.questions.prefetch_related("choices"))


def thread_of(seat: Seat, discussion: Discussion, question: int | None = None) -> Thread:
    """A discussion with all its posts, or those that answer one question."""
    me = seat.enrollment
    visit = Visit.objects.filter(person=me, discussion=discussion).first() if me else None
    seen_at = visit.seen_at if visit else None
    answers = _answers(discussion)
    responses = _posts(seat, discussion, answers, seen_at)
    posted = [post for post in responses if post.state == Post.State.POSTED]
    rows = _questions(discussion, answers, posted)
    everything = [post for response in responses for post in (response, *response.replies)]
    shown = responses
    if question is not None:
        shown = [post for post in responses if question in dict(post.answers)]
    draft = (
        Draft.objects.filter(person=me, target=f"respond:{discussion.public_id}").first()
        if me
        else None
    )
    return Thread(
        discussion=discussion,
        questions=rows,
        responses=shown,
        count=sum(1 for post in responses if post.state == Post.State.POSTED),
        shown_question=question,
        new_count=sum(1 for post in everything if post.is_new),
        seen_at=seen_at,
        draft=draft,
    )


Stands = dict[int, list[tuple[int, str]]]


def _answers(discussion: Discussion) -> Stands:
    """By post: the numbers of the questions it answers, with the position taken there."""
    taken = {
        (post_id, number): label
        for post_id, number, label in Position.objects.filter(
            question__discussion=discussion
        ).values_list("post_id", "question__number", "choice__label")
    }
    stands: Stands = {}
    rows = Answer.objects.filter(question__discussion=discussion).order_by("question__number")
    for post_id, number in rows.values_list("post_id", "question__number"):
        stands.setdefault(post_id, []).append((number, taken.get((post_id, number), "")))
    return stands


def _posts(
    seat: Seat, discussion: Discussion, answers: Stands, seen_at: datetime | None
) -> list[PostRow]:
    """All posts in order, replies under their response."""
    mine = seat.enrollment.pk if seat.enrollment else None
    rows: dict[int, PostRow] = {}
    tops: list[PostRow] = []
    fields = (
        "pk", "public_id", "number", "root_id", "parent_id", "author_id", "author__byline",
        "state", "body_html", "hidden_because", "created_at", "edited_at",
    )  # fmt: skip
    posts = Post.objects.filter(discussion=discussion).order_by("created_at", "pk")
    waiting = []
    for row in posts.values_list(*fields):
        (pk, public_id, number, root, parent, author, byline, state, body, because, at, edited) = (
            row
        )
        readable = can_read_body(seat, state=state, author_id=author)
        rows[pk] = PostRow(
            public_id=public_id,
            number=number,
            label=str(number),
            parent_label="",
            byline=byline,
            author_id=author,
            state=state,
            body=body if readable else "",
            because=because if readable else "",
            created_at=at,
            edited_at=edited,
            answers=answers.get(pk, []) if state == Post.State.POSTED or readable else [],
            is_new=(
                seen_at is not None
                and at > seen_at
                and author != mine
                and state == Post.State.POSTED
            ),
            is_mine=author == mine,
        )
        if root is None:
            tops.append(rows[pk])
        else:
            waiting.append((pk, root, parent))
    tops.sort(key=lambda post: post.number)
    for pk, root, parent in waiting:
        reply = rows[pk]
        reply.label = f"{rows[root].number}.{reply.number}"
        rows[root].replies.append(reply)
        if parent != root:
            reply.parent_label = f"{rows[root].number}.{rows[parent].number}"
    return tops


def _questions(discussion: Discussion, answers: Stands, posted: list[PostRow]) -> list[QuestionRow]:
    """The questions with who answered and who holds what."""
    people: dict[int, set[int]] = {}
    for post in posted:
        for number, _label in post.answers:
            people.setdefault(number, set()).add(post.author_id)
    held: dict[tuple[int, int], list[str]] = {}
    positions = Position.objects.filter(
        question__discussion=discussion, ended_at__isnull=True, post__state=Post.State.POSTED
    ).order_by("taken_at", "pk")
    for number, choice, byline in positions.values_list(
        "question__number", "choice__number", "person__byline"
    ):
        held.setdefault((number, choice), []).append(byline)
    return [
        QuestionRow(
            number=question.number,
            text=question.text,
            people=len(people.get(question.number, ())),
            stances=[
                Stance(choice.number, choice.label, held.get((question.number, choice.number), []))
                for choice in question.choices.all()
            ],
        )
        for question in questions_of(discussion)
    ]


@dataclass(frozen=True, slots=True)
class DiscussionFacts:
    """What a list shows beside a discussion's title, for one viewer."""

    responses: int
    new: int
    answered: bool


def facts_of(
    person: Enrollment | None, discussions: list[Discussion]
) -> dict[int, DiscussionFacts]:
    """Counts for a list of discussions, in three queries however long it is."""
    ids = [discussion.pk for discussion in discussions]
    posted = Post.objects.filter(discussion__in=ids, state=Post.State.POSTED)
    counts = dict(
        posted.filter(root__isnull=True)
        .order_by()
        .values_list("discussion_id")
        .annotate(Count("pk"))
    )
    answered: set[int] = set()
    new: dict[int, int] = {}
    if person is not None:
        answered = set(
            posted.filter(author=person, root__isnull=True).values_list("discussion_id", flat=True)
        )
        seen = dict(
            Visit.objects.filter(person=person, discussion__in=ids).values_list(
                "discussion_id", "seen_at"
            )
        )
        later = Q(pk__in=[])
        for discussion in discussions:
            at = seen.get(discussion.pk)
            later |= Q(discussion=discussion.pk) & (Q(created_at__gt=at) if at else Q())
        new = dict(
            posted.filter(later)
            .exclude(author=person)
            .order_by()
            .values_list("discussion_id")
            .annotate(Count("pk"))
        )
    return {pk: DiscussionFacts(counts.get(pk, 0), new.get(pk, 0), pk in answered) for pk in ids}


def thread_tag(seat: Seat, discussion: Discussion, address: str) -> str:
    """An ETag for the thread as this viewer sees it: equal as long as nothing they see changes."""
    me = seat.enrollment
    parts: list[object] = [
        address,
        discussion.version,
        discussion.course.title,
        sorted(seat.rights),
        get_language(),
        __version__,  # templates change with a release
    ]
    if me:
        visit = Visit.objects.filter(person=me, discussion=discussion).values_list("seen_at")
        target = f"respond:{discussion.public_id}"
        draft = Draft.objects.filter(person=me, target=target).values_list("version", "updated_at")
        parts += [me.pk, list(visit), list(draft)]
    digest = sha256(repr(parts).encode()).hexdigest()
    return f'W/"{digest[:32]}"'
