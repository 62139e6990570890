"""Reads made for pages. A thread costs the same few queries with six posts or two thousand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quaestio import __version__
from quaestio.courses.access import Seat, Viewer
from quaestio.courses.models import Guest
from quaestio.courses.roles import Right
from quaestio.discussions.access import (
    Bylines,
    Entered,
    Sight,
    in_edit_window,
    sight_of,
)
from quaestio.discussions.models import (
    Answer,
    Discussion,
    Draft,
    Position,
    Post,
    Question,
    Thanks,
)
from quaestio.discussions.visits import seen_by_now
from quaestio.web.spans import AnsweredSpan, mark_answered


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a position, and the public id of the post that says why."""

    name: str
    post: str


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody left one position for another, or for none ("")."""

    name: str
    before: str
    after: str
    post: str
    number: int
    at: datetime


@dataclass(slots=True)
class Stance:
    """One of a question's positions, with those who hold it."""

    number: int
    label: str
    holders: list[Holder] = field(default_factory=list)

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
    moves: list[Move] = field(default_factory=list)

    @property
    def split(self) -> list[dict[str, object]]:
        """The stances as bars laid end to end, for ``web/parts/split.html``."""
        bars, start = [], 0
        for stance in self.stances:
            bars.append(
                {
                    "label": stance.label,
                    "count": stance.count,
                    "start": start,
                    "url": f"?question={self.number}&position={stance.number}#responses"
                    if stance.count
                    else "",
                }
            )
            start += stance.count
        return bars

    @property
    def total(self) -> int:
        return sum(stance.count for stance in self.stances)

    @property
    def is_unanswered(self) -> bool:
        return self.people == 0


@dataclass(frozen=True, slots=True)
class Stand:
    """That a post answers a question; with a position, and the one its writer held ``before``,
    with the public id of the post that took it. ``given_up``: the position was taken back.
    """

    question: int
    position: str = ""
    choice: int = 0
    before: str = ""
    before_post: str = ""
    given_up: bool = False


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
    shown_at: datetime
    edited_at: datetime | None
    answers: list[Stand]
    is_new: bool
    is_mine: bool
    next_new: str = ""  # where the mark on a new post leads to
    endorsed_by: str = ""
    edited_since: bool = False  # since it was endorsed
    thanked: bool = False  # by this viewer
    thanked_by: list[str] = field(default_factory=list)  # for its author alone
    replies: list[PostRow] = field(default_factory=list)
    # A reply's: what it does to the post it answers, which that is, and the words of it answered.
    kind: str = ""
    parent_id: str = ""
    quotes: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """What this viewer has left in a discussion: a visit, a draft of a response.

    ``seen_at`` is when the visit before this one ended, ``looked_at`` the last look, ``version``
    grows with what changes for this viewer alone. ``draft`` only says which one there is, and
    changes whenever it changes: ``draft_of`` gets it. ``unseen`` is how many notices of theirs
    are new, on the whole site.
    """

    seen_at: datetime | None = None
    looked_at: datetime | None = None
    version: int = 0
    draft: tuple[int, object, object] | None = None
    unseen: int = 0


@dataclass(slots=True)
class Thread:
    discussion: Discussion
    questions: list[QuestionRow]
    responses: list[PostRow]
    count: int
    new_count: int
    newest_at: datetime | None  # when the last post of somebody else could first be read
    presence: Presence
    # Others' posts are kept back until this viewer has answered: nothing of them is in here.
    is_waiting: bool
    posed_by: str
    my_name: str  # the made-up one of this viewer, if names are hidden and they have one
    edits_run_out: bool  # some post on this page can be edited only for a while


def questions_of(discussion: Discussion) -> list[Question]:
    """With their choices; two queries."""
    return list(discussion.questions.prefetch_related("choices"))


def presence_in(entered: Entered, now: datetime | None = None) -> Presence:
    """No query: the door has looked already."""
    visit, draft = entered.visit, entered.draft
    mark = (draft.pk, draft.version, draft.updated_at) if draft else None
    if visit is None:
        return Presence(draft=mark, unseen=entered.unseen)
    seen_at = seen_by_now(visit.seen_at, visit.looked_at, now or timezone.now())
    return Presence(seen_at, visit.looked_at, visit.version, mark, entered.unseen)


def draft_of(presence: Presence) -> Draft | None:
    """No query where there is no draft, else one."""
    return Draft.objects.filter(pk=presence.draft[0]).first() if presence.draft else None


def questions_asked(discussion: Discussion) -> list[QuestionRow]:
    """The questions with their choices, and nothing of what was answered: what a form that answers
    them shows. One query.
    """
    return _questions(discussion, [], [])


def thread_of(
    seat: Seat, discussion: Discussion, presence: Presence, sight: Sight | None = None
) -> Thread:
    """A discussion with all its posts; ``showing`` chooses among them. Six queries, five for the
    public; one more where names are hidden, and one where post-first asks whether the viewer has
    answered, unless the caller brings the ``sight``.
    """
    sight = sight or sight_of(seat, discussion)
    discussion = with_head(discussion)
    bylines = Bylines(seat, [discussion])
    stances = _stances(discussion, sight, bylines)
    answers = _answers(discussion, stances)
    responses = _posts(discussion, answers, presence.seen_at, sight, bylines)
    posted = [post for post in responses if post.state == Post.State.POSTED]
    everything = [post for response in responses for post in (response, *response.replies)]
    return Thread(
        discussion=discussion,
        questions=_questions(discussion, stances, posted),
        responses=responses,
        count=len(posted),
        new_count=sum(1 for post in everything if post.is_new),
        newest_at=max((post.shown_at for post in everything if not post.is_mine), default=None),
        presence=presence,
        is_waiting=not sight.is_open,
        posed_by=bylines.by(discussion.pk, discussion.author),
        my_name=bylines.names.get((discussion.pk, sight.me or 0), ""),
        edits_run_out=seat.course.edit_minutes is not None
        and any(
            post.is_mine and in_edit_window(seat.course, post.created_at) for post in everything
        ),
    )


def with_head(discussion: Discussion) -> Discussion:
    """The discussion with its author, meeting and section, which the door does not fetch."""
    rows = Discussion.objects.select_related("author", "meeting", "section")
    found = rows.get(pk=discussion.pk)
    found.course = discussion.course
    return found


@dataclass(slots=True)
class Taken:
    """A position as it was taken: by whom, in which post, and whether it still stands."""

    person_id: int
    post_id: int
    post: str
    number: int
    question: int
    choice: int
    label: str
    byline: str
    state: str
    at: datetime
    ended_at: datetime | None
    before: Taken | None = None  # what the same person held when they took this
    given_up: bool = False

    @property
    def stands(self) -> bool:
        return self.ended_at is None and self.state == Post.State.POSTED

    @property
    def has_held(self) -> bool:
        """Whether it ever held for the class. What waits does not yet; what was turned down, or
        taken back while it waited, never did, and has no number.
        """
        return self.state != Post.State.HELD and self.number > 0

    @property
    def moved_from(self) -> str:
        before = self.before
        return before.label if before and before.label != self.label else ""


def _stances(discussion: Discussion, sight: Sight, bylines: Bylines) -> list[Taken]:
    rows = Position.objects.filter(question__discussion=discussion).order_by("taken_at", "pk")
    fields = rows.values_list(
        "person_id",
        "person__byline",
        "person__role",
        "post_id",
        "post__public_id",
        "post__number",
        "question__number",
        "choice__number",
        "choice__label",
        "post__state",
        "taken_at",
        "ended_at",
    )
    stances = [
        Taken(
            person_id=person,
            post_id=post,
            post=public_id,
            number=number,
            question=question,
            choice=choice,
            label=label,
            byline=bylines.of(discussion.pk, person, byline, role),
            state=state,
            at=at,
            ended_at=ended,
        )
        for (
            person, byline, role, post, public_id, number, question, choice, label, state, at,
            ended,
        ) in fields
        if sight.reads(state, person) or (sight.is_open and state != Post.State.HELD)
    ]  # fmt: skip
    follow(stances)
    return stances


def follow(stances: list[Taken]) -> None:
    """Tell each what it followed. One that ended before the next began, or with no next, was taken
    back by editing the post, as long as the post itself was not.
    """
    last: dict[tuple[int, int], Taken] = {}
    for taken in stances:
        before = last.get((taken.person_id, taken.question))
        taken.before = before
        if not taken.has_held:
            continue
        if before is not None and before.ended_at is not None:
            before.given_up = before.ended_at < taken.at and before.state == Post.State.POSTED
        last[taken.person_id, taken.question] = taken
    for taken in last.values():
        taken.given_up = taken.ended_at is not None and taken.state == Post.State.POSTED


Stands = dict[int, list[Stand]]


def _answers(discussion: Discussion, stances: list[Taken]) -> Stands:
    """By post: the numbers of the questions it answers, with the position taken there."""
    taken: dict[tuple[int, int], Stand] = {}
    for stance in stances:
        before = stance.before
        taken[stance.post_id, stance.question] = Stand(
            stance.question,
            stance.label,
            stance.choice,
            stance.moved_from,
            before.post if before and before.state == Post.State.POSTED else "",
            stance.given_up,
        )
    stands: Stands = {}
    rows = Answer.objects.filter(question__discussion=discussion).order_by("question__number")
    for post_id, number in rows.values_list("post_id", "question__number"):
        stands.setdefault(post_id, []).append(taken.get((post_id, number)) or Stand(number))
    return stands


def _posts(
    discussion: Discussion,
    answers: Stands,
    seen_at: datetime | None,
    sight: Sight,
    bylines: Bylines,
) -> list[PostRow]:
    """All posts that the viewer may know of, in order, replies under their response.

    A reply of one's own under a response that one may not read stands by itself.
    """
    rows: dict[int, PostRow] = {}
    tops: list[PostRow] = []
    fields = (
        "pk", "public_id", "number", "root_id", "parent_id", "author_id", "author__byline",
        "author__role", "state", "body_html", "hidden_because", "created_at", "shown_at",
        "edited_at", "kind", "quotes_text", "quotes_start", "quotes_end",
        "endorsed_by__byline", "endorsed_at",
    )  # fmt: skip
    thanked, thanks = _thanks(discussion, sight.me, bylines) if sight.me else (set(), {})
    posts = Post.objects.filter(discussion=discussion).order_by("created_at", "pk")
    if not sight.is_open:
        posts = posts.filter(author=sight.me)
    replies: list[tuple[int, int, int]] = []
    answered: dict[int, list[AnsweredSpan]] = {}
    for row in posts.values_list(*fields):
        (
            pk, public_id, number, root, parent, author, byline, role, state, body, because, at,
            shown, edited, kind, words, start, end, endorsed_by, endorsed_at,
        ) = row  # fmt: skip
        if not sight.knows_of(state, author, number):
            continue
        readable = sight.reads(state, author)
        rows[pk] = PostRow(
            public_id=public_id,
            number=number,
            label=str(sight.number_of(number) or "–"),
            parent_label="",
            byline=bylines.of(discussion.pk, author, byline, role),
            author_id=author,
            state=state,
            body=body if readable else "",
            because=because if readable else "",
            created_at=at,
            shown_at=shown,
            edited_at=edited,
            answers=answers.get(pk, []) if state == Post.State.POSTED or readable else [],
            is_new=(
                seen_at is not None
                and shown > seen_at
                and author != sight.me
                and state == Post.State.POSTED
            ),
            is_mine=author == sight.me,
            kind=kind if readable else "",
            quotes=words if readable else "",
            endorsed_by=endorsed_by or "" if readable else "",
            edited_since=bool(endorsed_at and edited and edited > endorsed_at),
            thanked=pk in thanked,
            thanked_by=thanks.get(pk, []),
        )
        if words and state == Post.State.POSTED:
            span = AnsweredSpan(start, end, words, f"#p-{public_id}")
            answered.setdefault(parent, []).append(span)
        if root is None:
            tops.append(rows[pk])
        else:
            replies.append((pk, root, parent))
    # What waits to be let in has no number yet: it stands last.
    tops.sort(key=lambda post: (not post.number, post.number))
    tops += _hang(rows, replies)
    for pk, spans in answered.items():
        if pk in rows and rows[pk].body:
            rows[pk].body = mark_answered(rows[pk].body, tuple(spans), _("Answered in a reply"))
    return tops


def _hang(rows: dict[int, PostRow], replies: list[tuple[int, int, int]]) -> list[PostRow]:
    """Put each reply (its key, its response's, its parent's) under its response; those whose
    response is not among the rows are given back.
    """
    alone = []
    for pk, root, _parent in replies:
        reply = rows[pk]
        if root not in rows:
            alone.append(reply)
            continue
        reply.label = f"{rows[root].label}.{reply.label}"
        rows[root].replies.append(reply)
    for pk, root, parent in replies:
        answer_to(rows[pk], rows.get(parent), is_deeper=parent != root)
    return alone


def answer_to(reply: PostRow, parent: PostRow | None, *, is_deeper: bool) -> None:
    """Tell a reply which post it answers; nothing of one that this viewer may not know of, and no
    words of one that they may not read.
    """
    if parent is None or not parent.body:
        reply.quotes = ""
    if parent is None:
        return
    reply.parent_id = parent.public_id
    if is_deeper or reply.kind:
        reply.parent_label = parent.label


def _questions(
    discussion: Discussion, stances: list[Taken], posted: list[PostRow]
) -> list[QuestionRow]:
    """The questions with who answered and who holds what."""
    people: dict[int, set[int]] = {}
    for post in posted:
        for stand in post.answers:
            people.setdefault(stand.question, set()).add(post.author_id)
    held: dict[tuple[int, int], list[Holder]] = {}
    moves: dict[int, list[Move]] = {}
    for taken in stances:
        if taken.stands:
            holder = Holder(taken.byline, taken.post)
            held.setdefault((taken.question, taken.choice), []).append(holder)
        moves.setdefault(taken.question, []).extend(_moves(taken))
    rows: dict[int, QuestionRow] = {}
    choices = discussion.questions.order_by("number", "choices__number")
    for number, text, choice, label in choices.values_list(
        "number", "text", "choices__number", "choices__label"
    ):
        row = rows.setdefault(
            number,
            QuestionRow(
                number, text, len(people.get(number, ())), stances=[], moves=moves.get(number, [])
            ),
        )
        if choice is not None:
            row.stances.append(Stance(choice, label, held.get((number, choice), [])))
    return list(rows.values())


def _moves(taken: Taken) -> list[Move]:
    """From another position to this one, and from this one to none."""
    if taken.state != Post.State.POSTED:
        return []
    moves = []
    if taken.moved_from:
        moves.append((taken.moved_from, taken.label, taken.at))
    if taken.given_up and taken.ended_at is not None:
        moves.append((taken.label, "", taken.ended_at))
    return [
        Move(taken.byline, before, after, taken.post, taken.number, at)
        for before, after, at in moves
    ]


def _thanks(
    discussion: Discussion, me: int, bylines: Bylines
) -> tuple[set[int], dict[int, list[str]]]:
    """The posts that this viewer thanked for, and who thanked for this viewer's own. One query."""
    mine: set[int] = set()
    names: dict[int, list[str]] = {}
    rows = Thanks.objects.filter(Q(person=me) | Q(post__author=me), post__discussion=discussion)
    for post, person, byline, role in rows.values_list(
        "post_id", "person_id", "person__byline", "person__role"
    ):
        if person == me:
            mine.add(post)
        else:
            names.setdefault(post, []).append(bylines.of(discussion.pk, person, byline, role))
    return mine, names


def thread_key(
    seat: Seat,
    discussion: Discussion,
    sight: Sight,
    presence: Presence,
    viewer: Viewer,
    asked: str = "",
    guest: Guest | None = None,
    due: str = "",
) -> str:
    """Names the thread as this viewer sees it: equal only as long as nothing they see changes.
    ``asked`` is what the address asks for (``Wanted.query``), ``due`` until when answers are due,
    as said today (``due.answers_due``). No query.

    Finished pages are kept under it (docs/decisions/0007), so whatever a thread's page comes to
    show must be named here, or make one of the two versions grow.
    """
    course = discussion.course
    parts = (
        __version__,  # templates change with a release
        get_language(),
        str(timezone.get_current_timezone()),
        discussion.public_id,
        discussion.version,
        discussion.meeting_id,
        asked,  # which posts, and in which order
        course.version,
        seat.waiting if seat.can(Right.MODERATE) else None,
        named(seat.rights),
        sight.is_open,
        sight.me,
        (viewer.public_id, viewer.name) if viewer.is_authenticated else None,
        presence.seen_at,
        presence.version,
        presence.draft,
        guest.pk if guest else None,
        due,
    )
    return sha256(repr(parts).encode()).hexdigest()


@lru_cache
def named(rights: frozenset[Right]) -> str:
    return " ".join(sorted(rights))
