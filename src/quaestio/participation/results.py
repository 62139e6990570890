"""What a search finds among what a person may read: posts, discussions, pages of readings.

Every query begins at a door (``readable_posts``, ``visible_to``, ``visible_readings``), so what
may not be read is neither shown nor counted nor found by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from operator import or_
from typing import Any

from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from quaestio.courses.access import Seat
from quaestio.discussions.access import (
    Bylines,
    readable_posts,
    shown_as,
    unnumbered_among,
    visible_to,
)
from quaestio.discussions.models import Discussion, Post, Quotation
from quaestio.readings.access import visible_readings
from quaestio.readings.locators import called
from quaestio.readings.models import AssignedReading, Page, Reading
from quaestio.readings.passages import Stretch
from quaestio.readings.queries import pages_after
from quaestio.readings.turns import over_the_turn, run_on
from quaestio.search.index import matching, scores
from quaestio.search.words import (
    Piece,
    Wanted,
    marked,
    places_of_terms,
    snippet,
    stands_among,
    words_of,
)
from quaestio.web.richtext import flatten

POSTS, DISCUSSIONS, PAGES = "posts", "discussions", "readings"
KINDS = (POSTS, DISCUSSIONS, PAGES)
ON_A_PAGE = 20
OF_EACH = 5  # where all kinds stand together
NEAR_TURN = 1000  # characters on either side of the end of a page in which words run over it


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for. ``kind`` is "" for all; ``by`` a part of a name; ``reading`` and
    ``meeting`` are public ids. What is most about the words comes first, or, with ``newest``, what
    is newest (pages: in their order in the readings).
    """

    words: Wanted
    kind: str = ""
    by: str = ""
    reading: str = ""
    meeting: str = ""
    newest: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows that were found, in the order of their ``keys``; fetched where they are shown."""

    rows: QuerySet[Any]
    keys: Sequence[int]

    def count(self) -> int:
        return len(self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, some: slice) -> list[Any]:
        wanted = self.keys[some]
        there = {row.pk: row for row in self.rows.filter(pk__in=wanted).order_by()}
        return [there[key] for key in wanted if key in there]


def ranked(rows: QuerySet[Any], seats: Sequence[Seat], words: Wanted) -> Ranked:
    """The best first; where two are as good, in the order they had. Two queries, and one for the
    rows that are shown.
    """
    keys = list(rows.values_list("pk", flat=True))
    best = scores(rows, words, courses_of(seats)) if keys else {}
    return Ranked(rows, sorted(keys, key=lambda key: -best.get(key, 0.0)))


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found. ``label`` and ``title`` name it, ``pieces`` are some of its words, with
    those that were looked for marked.
    """

    url: str
    label: str
    title: Sequence[Piece]
    pieces: Sequence[Piece]
    course: str
    byline: str = ""
    at: datetime | None = None
    state: str = ""  # "" where everybody reads it; else why not


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind: how many there are, and those on this page."""

    kind: str
    total: int
    results: Sequence[Result]
    page_obj: PageOfResults[Any] | None = None


def search(seats: Sequence[Seat], asked: Search) -> list[Group]:
    """Each kind that was asked for, with what was found. The number of queries does not grow with
    what is found, but by one with each course that hides names.
    """
    groups = []
    for kind, (rows_of, results_of) in FINDERS.items():
        if asked.kind not in ("", kind):
            continue
        found = rows_of(seats, asked)
        rows: Any = found if asked.newest else ranked(found, seats, asked.words)
        if asked.kind:
            page = Paginator(rows, ON_A_PAGE).get_page(asked.page)
            shown, total = list(page.object_list), page.paginator.count
        else:
            page, total = None, rows.count()
            shown = list(rows[:OF_EACH]) if total else []
        groups.append(Group(kind, total, results_of(seats, shown, asked.words), page))
    return groups


def courses_of(seats: Sequence[Seat]) -> list[str]:
    return [seat.course.public_id for seat in seats]


def names_of(seats: Sequence[Seat], discussions: Sequence[Discussion]) -> dict[int, Bylines]:
    """By the course's primary key."""
    return {
        seat.course.pk: Bylines(
            seat, [one for one in discussions if one.course_id == seat.course.pk]
        )
        for seat in seats
    }


# -- Posts --------------------------------------------------------------------------------------


def posts_found(seats: Sequence[Seat], asked: Search) -> QuerySet[Post]:
    """Newest first."""
    posts = readable_posts(seats)
    if asked.by:
        posts = posts.filter(shown_as(seats, asked.by))
    if asked.meeting:
        posts = posts.filter(discussion__meeting__public_id=asked.meeting)
    if asked.reading:
        quoting = Quotation.objects.filter(post=OuterRef("pk"), reading__public_id=asked.reading)
        posts = posts.filter(Exists(quoting))
    found = matching(posts, asked.words, courses_of(seats))
    return found.select_related("discussion__course", "author", "root").order_by("-shown_at", "-pk")


def post_results(seats: Sequence[Seat], posts: Sequence[Post], words: Wanted) -> list[Result]:
    names = names_of(seats, [post.discussion for post in posts])
    unnumbered = unnumbered_among(seats, posts)
    results = []
    for post in posts:
        text = flatten(post.source).text
        discussion = post.discussion
        results.append(
            Result(
                url=reverse("post", args=[post.public_id]),
                label=gettext("Post") if post.pk in unnumbered else label_of(post),
                title=[Piece(discussion.title, False)],
                pieces=snippet(text, places_of_terms(words.terms, text)),
                course=discussion.course.title,
                byline=names[discussion.course_id].by(discussion.pk, post.author),
                at=post.created_at,
                state="" if post.state == Post.State.POSTED else post.get_state_display(),
            )
        )
    return results


def label_of(post: Post) -> str:
    if not post.number:
        return gettext("Post")
    if post.root is None:
        return gettext("Response %(n)s") % {"n": post.number}
    return gettext("Reply %(n)s") % {"n": f"{post.root.number or '–'}.{post.number}"}


# -- Discussions --------------------------------------------------------------------------------


def discussions_found(seats: Sequence[Seat], asked: Search) -> QuerySet[Discussion]:
    """Newest first."""
    discussions = visible_to(seats)
    if asked.by:
        discussions = discussions.filter(shown_as(seats, asked.by, of=""))
    if asked.meeting:
        discussions = discussions.filter(meeting__public_id=asked.meeting)
    if asked.reading:
        quoting = Quotation.objects.filter(
            discussion=OuterRef("pk"), post__isnull=True, reading__public_id=asked.reading
        )
        discussions = discussions.filter(Exists(quoting))
    found = matching(discussions, asked.words, courses_of(seats))
    return (
        found.select_related("course", "author")
        .prefetch_related("questions")
        .order_by("-created_at", "-pk")
    )


def discussion_results(
    seats: Sequence[Seat], discussions: Sequence[Discussion], words: Wanted
) -> list[Result]:
    names = names_of(seats, discussions)
    results = []
    for one in discussions:
        text = one.search_text.removeprefix(one.title).strip()
        results.append(
            Result(
                url=reverse("discussion", args=[one.public_id]),
                label=gettext("Discussion"),
                title=marked(one.title, places_of_terms(words.terms, one.title)),
                pieces=snippet(text, places_of_terms(words.terms, text)),
                course=one.course.title,
                byline=names[one.course_id].by(one.pk, one.author),
                at=one.opened_at or one.created_at,
                state=one.get_state_display() if one.state == Discussion.State.DRAFT else "",
            )
        )
    return results


# -- Pages of readings --------------------------------------------------------------------------


def pages_found(seats: Sequence[Seat], asked: Search) -> QuerySet[Page]:
    """By reading, in the order of their pages. Nobody's name stands on them."""
    if asked.by or not seats:
        return Page.objects.none()
    readings: QuerySet[Reading] = reduce(or_, map(visible_readings, seats))
    pages = Page.objects.filter(document__is_current=True, document__reading__in=readings)
    if asked.reading:
        pages = pages.filter(document__reading__public_id=asked.reading)
    if asked.meeting:
        assigned = AssignedReading.objects.filter(meeting__public_id=asked.meeting)
        pages = pages.filter(document__reading__in=assigned.values("reading"))
    found = matching(pages, asked.words, courses_of(seats))
    reading = F("document__reading")
    whose = found.select_related("document__reading__course").defer("document__contents")
    return whose.order_by(
        F("document__reading__author"), F("document__reading__title"), reading, "number"
    )


def page_results(seats: Sequence[Seat], pages: Sequence[Page], words: Wanted) -> list[Result]:
    """One query more where words run over the end of some page."""
    following = pages_after(page for page in pages if goes_on(page, words))
    results = []
    for page in pages:
        reading = page.document.reading
        over = turn_found(page, following.get(page.pk), words)
        stretch, pieces = over or on_page(page, words)
        address = reverse("page", args=[reading.public_id, page.number])
        results.append(
            Result(
                url=f"{address}?{stretch.query(page.number)}#passage" if stretch else address,
                label=called(page.kind, page.label, page.number),
                title=[Piece(str(reading), False)],
                pieces=pieces,
                course=reading.course.title,
            )
        )
    return results


def goes_on(page: Page, words: Wanted) -> bool:
    """Whether something that was found on a page does not stand on it, but ends overleaf."""
    there = words_of(page.text)
    return not all(stands_among(term, there) for term in words.terms)


def on_page(page: Page, words: Wanted) -> tuple[Stretch | None, list[Piece]]:
    """The first of the words looked for that stand on a page, and what is shown of it."""
    places = places_of_terms(words.terms, page.text)
    stretch = Stretch(page.number, places[0][0], page.number, places[0][1]) if places else None
    return stretch, snippet(page.text, places)


def turn_found(
    page: Page, following: Page | None, words: Wanted
) -> tuple[Stretch, list[Piece]] | None:
    """The first words looked for that begin on a page and end on the one after it."""
    if following is None:
        return None
    skipped = max(0, len(page.body.rstrip()) - NEAR_TURN)
    first, second = page.body[skipped:], following.body[:NEAR_TURN]
    find = partial(places_of_terms, words.terms)
    for (start, _end), (_begin, until) in over_the_turn(first, second, find):
        whole = run_on([first.rstrip(), second])
        stretch = Stretch(page.number, skipped + start, following.number, until)
        places = [place for place in find(whole) if place[0] >= start]
        return stretch, snippet(whole, places[:1])
    return None


Finder = tuple[
    Callable[[Sequence[Seat], Search], QuerySet[Any]],
    Callable[[Sequence[Seat], Sequence[Any], Wanted], list[Result]],
]
FINDERS: dict[str, Finder] = {
    POSTS: (posts_found, post_results),
    DISCUSSIONS: (discussions_found, discussion_results),
    PAGES: (pages_found, page_results),
}
