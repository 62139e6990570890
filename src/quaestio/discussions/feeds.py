"""What stands in a feed: the discussions of a course and what was posted in them, newest first, as
one viewer may read it. ``syndication`` writes it down as Atom or JSON.

A feed reader keeps what it got for good. So only what stands is in a feed, for teachers too: no
drafts, nothing that waits, is hidden or withdrawn.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext

from quaestio.courses.access import Seat
from quaestio.discussions.access import (
    Bylines,
    readable_posts,
    unnumbered_among,
    visible_discussions,
)
from quaestio.discussions.models import Answer, Discussion, Position, Post
from quaestio.discussions.queries import Taken, follow
from quaestio.web.richtext import escape

ON_A_PAGE = 50
DISCUSSION, POST = 0, 1


@dataclass(frozen=True, slots=True)
class Answered:
    """What an entry answers."""

    id: str
    path: str
    feed: str  # the public id of the discussion in whose feed it is


@dataclass(frozen=True, slots=True)
class Said:
    """That a response answers a question; with the position it takes ("" for none), and the one
    its writer held before, where that is another.
    """

    question: int
    text: str
    position: str
    before: str

    @property
    def stand(self) -> str:
        """“in part, moved from no”"""
        if not self.position or not self.before:
            return self.position
        moved = gettext("moved from %s") % self.before
        return f"{self.position}, {moved}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A discussion or a post. Paths are of this site; ``html`` has been through the sanitizer."""

    id: str
    path: str
    title: str
    author: str
    published: datetime
    updated: datetime
    html: str
    discussion: str  # its public id
    is_discussion: bool
    answers: Answered | None
    replies: int
    said: Sequence[Said] = ()

    @property
    def page(self) -> str:
        """The path of the discussion."""
        return reverse("discussion", args=[self.discussion])


@dataclass(frozen=True, slots=True)
class Feed:
    """``page`` counts from 1; ``has_more`` says that older entries are on the next one."""

    id: str
    title: str
    subtitle: str
    path: str
    entries: Sequence[Entry]
    updated: datetime
    page: int
    has_more: bool


def name_of(kind: str, public_id: str) -> str:
    """The id of an entry: the same for ever, in every feed, wherever the site moves."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"quaestio:{kind}:{public_id}").urn


def feed_of(seat: Seat, discussion: Discussion | None = None, page: int = 1) -> Feed:
    """The feed of a course, or of one discussion in it. Eleven queries; twelve where a discussion
    asks this person first and holds something of theirs.
    """
    rows = rows_of(seat, discussion)
    start = (page - 1) * ON_A_PAGE
    found = list(rows[start : start + ON_A_PAGE + 1])
    shown = found[:ON_A_PAGE]
    entries = entries_of(seat, shown)
    about = discussion or seat.course
    viewer = seat.enrollment.public_id if seat.enrollment else "everybody"
    began = discussion.opened_at or discussion.created_at if discussion else seat.course.created_at
    return Feed(
        id=name_of("feed", f"{about.public_id}:{viewer}"),
        title=about.title,
        subtitle=seat.course.title if discussion else seat.course.term,
        path=reverse("discussion" if discussion else "course", args=[about.public_id]),
        entries=entries,
        updated=max([began, *(entry.updated for entry in entries)]),
        page=page,
        has_more=len(found) > ON_A_PAGE,
    )


def rows_of(seat: Seat, discussion: Discussion | None) -> QuerySet[Any, tuple[Any, int, int]]:
    """When, of which kind, which: newest first."""
    discussions = visible_discussions(seat).exclude(state=Discussion.State.DRAFT)
    posts = standing_posts(seat)
    if discussion is not None:
        discussions, posts = (
            discussions.filter(pk=discussion.pk),
            posts.filter(discussion=discussion),
        )
    fields = ("when", "which", "pk")
    posed = discussions.annotate(
        when=Coalesce("opened_at", "created_at"), which=Value(DISCUSSION, IntegerField())
    )
    posted = posts.annotate(when=F("shown_at"), which=Value(POST, IntegerField()))
    whole: QuerySet[Any, tuple[Any, int, int]] = posed.order_by().values_list(*fields)
    return whole.union(posted.order_by().values_list(*fields), all=True).order_by(
        "-when", "-which", "-pk"
    )


def standing_posts(seat: Seat) -> QuerySet[Post]:
    return (
        readable_posts([seat])
        .filter(state=Post.State.POSTED)
        .exclude(discussion__state=Discussion.State.DRAFT)
    )


def entries_of(seat: Seat, rows: Iterable[tuple[Any, int, int]]) -> list[Entry]:
    rows = list(rows)
    posts = posts_by_key(pk for _when, kind, pk in rows if kind == POST)
    discussions = discussions_by_key(
        [pk for _when, kind, pk in rows if kind == DISCUSSION]
        + [post.discussion_id for post in posts.values()]
    )
    for post in posts.values():
        post.discussion = discussions[post.discussion_id]
    bylines = Bylines(seat, discussions.values())
    replies = reply_counts(seat, posts, [pk for _when, kind, pk in rows if kind == DISCUSSION])
    standing = standing_among(
        seat, {pk for post in posts.values() for pk in (post.parent_id, post.root_id) if pk}
    )
    unnumbered = unnumbered_among([seat], posts.values())
    said = said_in(posts)
    entries = []
    for _when, kind, pk in rows:
        if kind == DISCUSSION:
            entries.append(discussion_entry(discussions[pk], bylines, replies.get((kind, pk), 0)))
        else:
            post = posts[pk]
            if pk in unnumbered:
                post.number = 0
            entries.append(
                post_entry(post, bylines, replies.get((kind, pk), 0), standing, said.get(pk, []))
            )
    return entries


def posts_by_key(keys: Iterable[int]) -> dict[int, Post]:
    posts = Post.objects.select_related("author", "root", "parent").filter(pk__in=list(keys))
    return {post.pk: post for post in posts}


def discussions_by_key(keys: Iterable[int]) -> dict[int, Discussion]:
    discussions = Discussion.objects.select_related("author").prefetch_related("questions")
    return {one.pk: one for one in discussions.filter(pk__in=set(keys))}


def reply_counts(
    seat: Seat, posts: Iterable[int], discussions: Iterable[int]
) -> dict[tuple[int, int], int]:
    """How many readable posts answer each: the whole thread for a discussion."""
    standing = standing_posts(seat).order_by()
    below = standing.filter(parent__in=list(posts)).values_list("parent").annotate(n=Count("pk"))
    inside = standing.filter(discussion__in=list(discussions)).values_list("discussion")
    counts = {(POST, pk): number for pk, number in below}
    counts |= {(DISCUSSION, pk): number for pk, number in inside.annotate(n=Count("pk"))}
    return counts


def standing_among(seat: Seat, keys: Iterable[int]) -> set[int]:
    return set(standing_posts(seat).filter(pk__in=list(keys)).values_list("pk", flat=True))


def said_in(posts: Mapping[int, Post]) -> dict[int, list[Said]]:
    """What each of these posts, which can be read, says on which question. Two queries."""
    rows = Answer.objects.filter(post__in=posts).order_by("question__number")
    taken = positions_in(posts)
    said: dict[int, list[Said]] = {}
    for post, question, number, text in rows.values_list(
        "post_id", "question_id", "question__number", "question__text"
    ):
        stand = taken.get((post, question))
        label = stand.label if stand and not stand.given_up else ""
        before = stand.moved_from if stand else ""
        said.setdefault(post, []).append(Said(number, text, label, before))
    return said


def positions_in(posts: Mapping[int, Post]) -> dict[tuple[int, int], Taken]:
    """By post and question: the position taken there, each told what it followed. One query."""
    rows = Position.objects.filter(
        question__in=Answer.objects.filter(post__in=posts).values("question"),
        person__in={post.author_id for post in posts.values()},
    )
    by_question: dict[int, list[Taken]] = {}
    for row in rows.order_by("taken_at", "pk").select_related("choice", "post"):
        by_question.setdefault(row.question_id, []).append(
            Taken(
                person_id=row.person_id,
                post_id=row.post_id,
                post=row.post.public_id,
                number=row.post.number,
                question=row.question_id,
                choice=row.choice.number,
                label=row.choice.label,
                byline="",
                state=row.post.state,
                at=row.taken_at,
                ended_at=row.ended_at,
            )
        )
    for stances in by_question.values():
        follow(stances)
    return {
        (one.post_id, question): one
        for question, stances in by_question.items()
        for one in stances
        if one.post_id in posts
    }


# -- Entries ------------------------------------------------------------------------------------


def discussion_entry(one: Discussion, bylines: Bylines, replies: int) -> Entry:
    opened = one.opened_at or one.created_at
    questions = "".join(f"<li>{escape(question.text)}</li>" for question in one.questions.all())
    return Entry(
        id=name_of("discussion", one.public_id),
        path=reverse("discussion", args=[one.public_id]),
        title=one.title,
        author=bylines.by(one.pk, one.author),
        published=opened,
        updated=max(opened, one.edited_at or opened),
        html=one.context + (f"<ol>{questions}</ol>" if questions else ""),
        discussion=one.public_id,
        is_discussion=True,
        answers=None,
        replies=replies,
    )


def post_entry(
    post: Post, bylines: Bylines, replies: int, standing: set[int], said: Sequence[Said]
) -> Entry:
    """A reply answers what it was written to, or what of that stands and this viewer may read. A
    response begins with the questions it answers.
    """
    discussion = post.discussion
    answered = next(
        (one for one in (post.parent, post.root) if one is not None and one.pk in standing), None
    )
    words = ""
    if post.quotes_text and answered is not None and answered == post.parent:
        words = f"<blockquote><p>{escape(post.quotes_text)}</p></blockquote>"
    return Entry(
        id=name_of("post", post.public_id),
        path=reverse("post", args=[post.public_id]),
        title=title_of(post, standing),
        author=bylines.by(discussion.pk, post.author),
        published=post.created_at,
        updated=max(post.shown_at, post.edited_at or post.shown_at),
        html=said_as_html(said) + words + post.source,
        discussion=discussion.public_id,
        is_discussion=False,
        answers=answered_by(discussion, answered),
        replies=replies,
        said=said,
    )


def said_as_html(said: Sequence[Said]) -> str:
    lines = []
    for one in said:
        stand = f": <em>{escape(one.stand)}</em>" if one.stand else ""
        lines.append(f"<li>{escape(label_of(one))}{stand}</li>")
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def label_of(said: Said) -> str:
    return gettext("On question %(n)s, “%(text)s”") % {"n": said.question, "text": said.text}


def answered_by(discussion: Discussion, post: Post | None) -> Answered:
    if post is None:
        name, path = name_of("discussion", discussion.public_id), "discussion"
        return Answered(name, reverse(path, args=[discussion.public_id]), discussion.public_id)
    path = reverse("post", args=[post.public_id])
    return Answered(name_of("post", post.public_id), path, discussion.public_id)


def title_of(post: Post, standing: set[int]) -> str:
    """“Response 3 to …”; a reply is numbered only under a response that stands."""
    title = post.discussion.title
    if post.root is None and not post.number:
        return gettext("Response to “%(title)s”") % {"title": title}
    if post.root is None:
        return gettext("Response %(n)s to “%(title)s”") % {"n": post.number, "title": title}
    if post.root_id not in standing or not post.number:
        return gettext("Reply in “%(title)s”") % {"title": title}
    number = f"{post.root.number}.{post.number}"
    return gettext("Reply %(n)s in “%(title)s”") % {"n": number, "title": title}
