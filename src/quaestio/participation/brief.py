"""The brief: what a teacher reads before class. What was answered, where the class divides and on
what evidence, who contradicts whom, and which quotations are not what the reading says.

It is made of the thread as this teacher sees it, so nothing stands here that the thread hides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext

from quaestio.courses.access import Seat
from quaestio.courses.models import Meeting
from quaestio.discussions.access import visible_discussions
from quaestio.discussions.due import answers_due
from quaestio.discussions.models import Discussion, Post, Quotation
from quaestio.discussions.queries import PostRow, Presence, QuestionRow, Thread, thread_of
from quaestio.discussions.quoting import inner_marks
from quaestio.discussions.rendering import css, lemma, shown_verdict, url_in
from quaestio.participation.answered import Answered, who_answered
from quaestio.readings.names import short_name
from quaestio.web.richtext import flatten

# The end of a sentence: not of “p. 78”, nor of “vol. 2”.
SENTENCE = re.compile(r"(?<=[.!?…])[”’\"')\]]*\s+(?=[“‘\"'(\[«]?[^\W\d_a-z])")
ENOUGH, MOST = (
    70,
    220,
)  # signs of a post's opening: sentences are added up to the one, cut at the other
DOUBTFUL = ("altered", "misplaced", "elsewhere", "not-found")  # as they are listed


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation in a post: where it stands, or was said to. ``verdict`` as in the notes."""

    name: str
    person: int  # the primary key: two may have one name
    post: str  # "" for the context of the discussion
    words: str
    verdict: str
    place: str
    url: str
    page: tuple[int, int]
    span: tuple[int, int]

    @property
    def lemma(self) -> str:
        return lemma(self.words)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says to a question: how their post begins, and what it quotes. ``above`` is the
    question under which the same post stands already, 0 where it stands here first.
    """

    name: str
    post: str
    opening: str
    evidence: Sequence[Evidence]
    above: int = 0

    @property
    def places(self) -> list[Evidence]:
        """Each place once."""
        return list({one.place: one for one in self.evidence if one.url}.values())


@dataclass(frozen=True, slots=True)
class Side:
    """A position with those who hold it; ``label`` is "" for those who answer and take none."""

    label: str
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class QuestionBrief:
    row: QuestionRow
    sides: Sequence[Side]

    @property
    def divides(self) -> bool:
        return sum(1 for stance in self.row.stances if stance.count) > 1

    @property
    def split(self) -> list[dict[str, object]]:
        """As on the thread, but leading nowhere: the names stand below."""
        return [bar | {"url": ""} for bar in self.row.split]


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """Words of a reading that several people build on, with what each of them holds."""

    words: str
    place: str
    url: str
    quoters: Sequence[tuple[Evidence, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A reply that contradicts, qualifies or asks."""

    post: PostRow
    to: PostRow
    opening: str

    @property
    def words(self) -> str:
        """The words it answers, to be put in quotation marks."""
        return inner_marks(self.post.quotes)


@dataclass(frozen=True, slots=True)
class DiscussionBrief:
    thread: Thread
    table: Answered
    questions: Sequence[QuestionBrief]
    besides: Sequence[Said]  # responses to none of the questions
    passages: Sequence[SharedPassage]
    contradictions: Sequence[Exchange]
    open_asks: Sequence[Exchange]
    doubtful: Sequence[Evidence]
    unchecked: Sequence[Evidence]  # translations, and words of works whose text is not here
    replies: int
    waiting: int

    @property
    def discussion(self) -> Discussion:
        return self.thread.discussion

    @property
    def due(self) -> str:
        return answers_due(self.discussion, timezone.now())

    @property
    def divided(self) -> list[str]:
        return [str(one.row.number) for one in self.questions if one.divides]

    @property
    def unanswered(self) -> list[str]:
        return [str(one.row.number) for one in self.questions if one.row.is_unanswered]

    @property
    def divided_words(self) -> str:
        return get_text_list(self.divided, gettext("and"))

    @property
    def unanswered_words(self) -> str:
        return get_text_list(self.unanswered, gettext("and"))


def brief_of(seat: Seat, meeting: Meeting) -> list[DiscussionBrief]:
    """Each discussion of the meeting that has been opened. Some fifteen queries for each, however
    many posts it has.
    """
    discussions = visible_discussions(seat).filter(meeting=meeting)
    opened = discussions.exclude(state=Discussion.State.DRAFT).order_by("due_at", "opened_at", "pk")
    return [discussion_brief(seat, one) for one in opened.select_related("course")]


def discussion_brief(seat: Seat, discussion: Discussion) -> DiscussionBrief:
    thread = thread_of(seat, discussion, Presence())
    everything = [post for top in thread.responses for post in (top, *top.replies)]
    posts = {
        one.public_id: one for one in everything if one.state == Post.State.POSTED and one.body
    }
    openings = openings_of(discussion, posts)
    evidence = evidence_in(thread, posts)
    replies = [one for one in posts.values() if one.parent_id in posts]
    return DiscussionBrief(
        thread=thread,
        table=who_answered(seat, discussion),
        questions=question_briefs(thread, posts, openings, evidence),
        besides=[
            Said(
                name=one.byline,
                post=one.public_id,
                opening=openings.get(one.public_id, ""),
                evidence=evidence.get(one.public_id, ()),
            )
            for one in posts.values()
            if not one.parent_id and not one.answers
        ],
        passages=shared(chain.from_iterable(evidence.values()), positions_of(thread)),
        contradictions=exchanges(
            [one for one in replies if one.kind in {Post.Kind.DISAGREE, Post.Kind.QUALIFY}],
            posts,
            openings,
        ),
        open_asks=exchanges(unanswered_asks(replies), posts, openings),
        doubtful=sorted(
            (one for some in evidence.values() for one in some if one.verdict in DOUBTFUL),
            key=lambda one: DOUBTFUL.index(one.verdict),
        ),
        unchecked=[one for some in evidence.values() for one in some if one.verdict == "unchecked"],
        replies=len(posts) - thread.count,
        waiting=sum(1 for one in everything if one.state == Post.State.HELD),
    )


# -- What a post says ---------------------------------------------------------------------------


def openings_of(discussion: Discussion, posts: Mapping[str, PostRow]) -> dict[str, str]:
    """How each of these posts begins, by its public id. One query."""
    rows = Post.objects.filter(discussion=discussion).order_by().values_list("public_id", "source")
    return {
        public_id: opening(flatten(source).text) for public_id, source in rows if public_id in posts
    }


def opening(text: str) -> str:
    """The first sentences: so many that they say something, so few that thirty can be read."""
    text = " ".join(text.split())
    end = next(
        (found.start() for found in SENTENCE.finditer(text) if found.start() >= ENOUGH), len(text)
    )
    if end <= MOST:
        return text[:end] + (" …" if end < len(text) else "")
    return text[:MOST].rsplit(" ", 1)[0] + " …"


def question_briefs(
    thread: Thread,
    posts: Mapping[str, PostRow],
    openings: Mapping[str, str],
    evidence: Mapping[str, Sequence[Evidence]],
) -> list[QuestionBrief]:
    """Those who hold each position, with their reasons; then those who answer without one."""
    first: dict[str, int] = {}

    def said(name: str, post: str, number: int) -> Said:
        above = first.setdefault(post, number)
        return Said(
            name,
            post,
            openings.get(post, ""),
            evidence.get(post, ()),
            above if above < number else 0,
        )

    found = []
    for row in thread.questions:
        sides = [
            Side(one.label, [said(holder.name, holder.post, row.number) for holder in one.holders])
            for one in row.stances
            if one.holders
        ]
        others = [said(post.byline, post.public_id, row.number) for post in undecided(row, posts)]
        found.append(QuestionBrief(row, [*sides, Side("", others)] if others else sides))
    return found


def undecided(row: QuestionRow, posts: Mapping[str, PostRow]) -> list[PostRow]:
    """The first answer of each who answers a question and holds no position on it."""
    held = {holder.post for stance in row.stances for holder in stance.holders}
    decided = {posts[post].author_id for post in held if post in posts}
    answers: dict[int, PostRow] = {}
    for post in posts.values():
        if post.author_id not in decided and any(
            one.question == row.number for one in post.answers
        ):
            answers.setdefault(post.author_id, post)
    return list(answers.values())


def positions_of(thread: Thread) -> dict[str, str]:
    """What each post holds, in words, by its public id: “yes, in part”."""
    held: dict[str, list[str]] = defaultdict(list)
    for row in thread.questions:
        for stance in row.stances:
            for holder in stance.holders:
                held[holder.post].append(stance.label)
    return {post: ", ".join(labels) for post, labels in held.items()}


# -- On what evidence ---------------------------------------------------------------------------


def evidence_in(thread: Thread, posts: Mapping[str, PostRow]) -> dict[str, list[Evidence]]:
    """The quotations in these posts by the post they stand in, those of the context under "". One
    query.
    """
    rows = Quotation.objects.filter(discussion=thread.discussion)
    found: dict[str, list[Evidence]] = defaultdict(list)
    for one in rows.select_related("reading", "post").order_by("post__number", "pk"):
        public_id = one.post.public_id if one.post else ""
        if public_id and public_id not in posts:
            continue
        name, person = thread.posed_by, thread.discussion.author_id
        if public_id:
            name, person = posts[public_id].byline, posts[public_id].author_id
        found[public_id].append(evidence_of(one, name, person, public_id))
    return found


def evidence_of(one: Quotation, name: str, person: int, post: str) -> Evidence:
    place = f"{short_name(one.reading)} {one.page_label}".strip() if one.reading else one.citation
    return Evidence(
        name=name,
        person=person,
        post=post,
        words=one.text,
        verdict=css(shown_verdict(one)),
        place=place,
        url=url_in(one.reading.public_id, one) if one.reading else "",
        page=(one.reading_id or 0, one.page_number or 0),
        span=(one.page_start or 0, one.page_end or 0),
    )


def shared(evidence: Iterable[Evidence], held: Mapping[str, str]) -> list[SharedPassage]:
    """Passages that more than one person quotes, those of most people first. Quotations that
    overlap are one passage.
    """
    found: list[list[Evidence]] = []
    placed = (one for one in evidence if one.url and one.span[1] > one.span[0])
    for one in sorted(placed, key=lambda one: (one.page, one.span)):
        last = found[-1] if found else []
        if last and last[0].page == one.page and one.span[0] < max(had.span[1] for had in last):
            last.append(one)
        else:
            found.append([one])
    passages = []
    for some in found:
        people = {one.person: one for one in some}
        if len(people) > 1:
            best = max(some, key=lambda one: len(one.words))
            quoters = [(one, held.get(one.post, "")) for one in people.values()]
            passages.append(SharedPassage(best.words, best.place, best.url, quoters))
    return sorted(passages, key=lambda one: -len(one.quoters))


# -- Who answers whom ---------------------------------------------------------------------------


def exchanges(
    replies: Iterable[PostRow], posts: Mapping[str, PostRow], openings: Mapping[str, str]
) -> list[Exchange]:
    return [Exchange(one, posts[one.parent_id], openings.get(one.public_id, "")) for one in replies]


def unanswered_asks(replies: Sequence[PostRow]) -> list[PostRow]:
    """Questions put to a post that nobody has answered."""
    answered = {one.parent_id for one in replies}
    return [one for one in replies if one.kind == Post.Kind.ASK and one.public_id not in answered]
