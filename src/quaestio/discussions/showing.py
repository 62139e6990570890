"""Which posts of a thread a page shows, and in which order: by question, position, person, what is
new; by time or under their questions. A page is always the whole of what was asked for.

A response is shown with its replies, so that each stays in its context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlencode

from django.utils.crypto import salted_hmac

from quaestio.discussions.models import Post
from quaestio.discussions.queries import PostRow, QuestionRow, Thread

PERSON = re.compile(r"[0-9a-f]{12}")
NUMBERS = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,4}))?")
LONG = 40  # from so many responses on, a line of numbers leads into the thread
STEPS = (10, 20, 50, 100, 200, 500, 1000)
MOST_JUMPS = 25
END = "new-end"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of a thread asks for.

    ``question=2`` and ``position=1``, in short ``question=2.1``; ``person`` is a ``person_key``.
    """

    question: int | None = None
    position: int | None = None
    person: str = ""
    new: bool = False
    by_question: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        """What cannot be meant is not asked for."""
        numbers = NUMBERS.fullmatch(query.get("question", ""))
        question, position = numbers.groups() if numbers else (None, None)
        if question and not position and re.fullmatch("[0-9]{1,4}", query.get("position", "")):
            position = query["position"]
        person = query.get("person", "")
        return cls(
            question=int(question) if question else None,
            position=int(position) if position else None,
            person=person if PERSON.fullmatch(person) else "",
            new=query.get("new") == "1",
            by_question=query.get("sort") == "question",
        )

    @property
    def query(self) -> str:
        """What ``of`` reads this from, with its question mark; "" where nothing is asked for."""
        fields = {
            "question": self.question,
            "position": self.position if self.question else None,
            "person": self.person,
            "new": "1" if self.new else "",
            "sort": "question" if self.by_question else "",
        }
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"?{query}" if query else ""

    @property
    def is_all(self) -> bool:
        return self.question is None and not self.person and not self.new


@dataclass(slots=True)
class Group:
    """Responses under one heading: a question, or none. ``also``: those that answer it too, and
    stand under an earlier question.
    """

    question: QuestionRow | None
    responses: list[PostRow] = field(default_factory=list)
    also: list[PostRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shown:
    """The posts of one page."""

    wanted: Wanted
    groups: list[Group]
    count: int  # responses
    people: list[tuple[str, str]]  # the key and the name of everybody who wrote in this thread
    person: str  # the name asked for
    first_new: str  # the public id of the first new post on this page

    @property
    def jumps(self) -> list[PostRow]:
        """Some responses of a long page, evenly, to go to."""
        if self.count < LONG or len(self.groups) > 1:
            return []
        rows = self.groups[0].responses
        step = next((one for one in STEPS if len(rows) <= one * MOST_JUMPS), STEPS[-1])
        return rows[::step]


def person_key(discussion_pk: int, person_pk: int) -> str:
    """Names a person in the addresses of one discussion, and tells nothing else of them: behind a
    made-up name nobody is found by it.
    """
    return salted_hmac("quaestio.showing.person", f"{discussion_pk}:{person_pk}").hexdigest()[:12]


def show(thread: Thread, wanted: Wanted) -> Shown:
    """No query."""
    people = people_of(thread)
    author = next((pk for pk, (key, _name) in people.items() if key == wanted.person), None)
    rows = [row for row in thread.responses if is_wanted(row, wanted, author)]
    groups = by_question(thread, rows) if wanted.by_question else [Group(None, rows)]
    return Shown(
        wanted=wanted,
        groups=groups,
        count=len(rows),
        people=sorted(people.values(), key=lambda one: one[1].casefold()),
        person=people[author][1] if author is not None else "",
        first_new=chain_new([row for group in groups for row in group.responses]),
    )


def people_of(thread: Thread) -> dict[int, tuple[str, str]]:
    """Who wrote what this viewer may read. The authors of what is gone are not told."""
    people: dict[int, tuple[str, str]] = {}
    for row in thread.responses:
        for post in (row, *row.replies):
            if post.body and post.author_id not in people:
                key = person_key(thread.discussion.pk, post.author_id)
                people[post.author_id] = key, post.byline
    return people


def is_wanted(row: PostRow, wanted: Wanted, author: int | None) -> bool:
    if wanted.question is not None and not any(
        stand.question == wanted.question and wanted.position in (None, stand.choice)
        for stand in row.answers
    ):
        return False
    if wanted.person:
        # Somebody's answers to a question are their own; else also where they have replied.
        posts = (row,) if wanted.question is not None else (row, *row.replies)
        if not any(post.body and post.author_id == author for post in posts):
            return False
    return not wanted.new or any(post.is_new for post in (row, *row.replies))


def by_question(thread: Thread, rows: Iterable[PostRow]) -> list[Group]:
    """Each response under the first question it answers; last, what answers none."""
    groups = {question.number: Group(question) for question in thread.questions}
    rest = Group(None)
    for row in rows:
        first, *others = sorted({stand.question for stand in row.answers}) or [0]
        groups.get(first, rest).responses.append(row)
        for number in others:
            if row.state == Post.State.POSTED and number in groups:
                groups[number].also.append(row)
    there = [group for group in groups.values() if group.responses or group.also]
    return [*there, rest] if rest.responses or not there else there


def chain_new(rows: Iterable[PostRow]) -> str:
    """Let each new post lead to the next one, in the order of the page; the first of them."""
    new = [post for row in rows for post in (row, *row.replies) if post.is_new]
    for post, following in pairwise([*new, None]):
        if post is not None:
            post.next_new = f"p-{following.public_id}" if following else END
    return new[0].public_id if new else ""
