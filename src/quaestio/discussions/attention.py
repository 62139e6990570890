"""Who quotes a reading, and where: reads for the reader's margin and for a reading's own page.

Whatever is read here goes through the doors in ``access``: a post that this viewer may not read
quotes nothing, and is not counted either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from quaestio.courses.access import Seat
from quaestio.courses.roles import Right
from quaestio.discussions.access import Bylines, readable_posts, visible_discussions
from quaestio.discussions.models import Discussion, OutsideWork, Post, Quotation
from quaestio.readings.models import Page, Reading
from quaestio.readings.rendering import Span
from quaestio.search.finding import level


def readable_quotations(seat: Seat) -> QuerySet[Quotation]:
    """The quotations in what this viewer may read and what stands: posts, and the contexts of
    discussions.
    """
    posts = readable_posts([seat]).filter(state=Post.State.POSTED)
    return Quotation.objects.filter(
        Q(post__in=posts) | Q(post__isnull=True), discussion__in=visible_discussions(seat)
    )


# -- The margin of a page -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quoter:
    """A post (or a discussion's context) that quotes a passage."""

    byline: str
    url: str
    title: str  # of the discussion
    span: Span
    earlier: bool = False  # whether the words begin on a page before
    later: bool = False  # whether they go on on a page after


@dataclass(slots=True)
class QuotedPassage:
    """Words on a page that are quoted; quotations that overlap are one passage."""

    start: int
    end: int
    quoters: list[Quoter] = field(default_factory=list)

    @property
    def posts(self) -> list[Quoter]:
        """Each post once, however often it comes back to the passage."""
        return list({one.url: one for one in self.quoters}.values())

    @property
    def earlier(self) -> bool:
        return any(one.earlier for one in self.quoters)

    @property
    def later(self) -> bool:
        return any(one.later for one in self.quoters)


def quoters_on(seat: Seat, reading: Reading, page: Page) -> list[Quoter]:
    """All that quote from this page, in the order of its text. One query, two where a
    discussion hides names.
    """
    here = Q(page_number=page.number)
    over = Q(page_number__lt=page.number, last_page__gte=page.number)
    rows = list(
        readable_quotations(seat)
        .filter(here | over, reading=reading)
        .exclude(Q(page_start=None) | Q(page_end=None))
        .select_related("post__author", "discussion__author")
        .order_by("pk")
    )
    bylines = Bylines(seat, [one.discussion for one in rows])
    found = []
    for one in rows:
        span = span_on(page, one)
        if span is None:
            continue
        quoter = quoter_of(one.discussion, one.post, bylines, span)
        pages = [one.page_number or 0, *(number for number, _start, _end in one.further)]
        found.append(replace(quoter, earlier=pages[0] < page.number, later=pages[-1] > page.number))
    return sorted(found, key=lambda one: (one.span[0], -one.span[1]))


def span_on(page: Page, quotation: Quotation) -> Span | None:
    """Which words of a page are quoted."""
    first = (quotation.page_number, quotation.page_start or 0, quotation.page_end or 0)
    for number, start, end in (first, *quotation.further):
        if number == page.number and start < min(end, len(page.text)):
            return start, min(end, len(page.text))
    return None


def quoter_of(
    discussion: Discussion, post: Post | None, bylines: Bylines, span: Span = (0, 0)
) -> Quoter:
    if post is None:
        byline = bylines.by(discussion.pk, discussion.author)
        return Quoter(byline, reverse("discussion", args=[discussion.public_id]), "", span)
    byline = bylines.by(discussion.pk, post.author)
    return Quoter(byline, reverse("post", args=[post.public_id]), discussion.title, span)


def passages_of(quoters: Iterable[Quoter]) -> list[QuotedPassage]:
    """Quotations that share words, as one passage each."""
    found: list[QuotedPassage] = []
    for one in quoters:
        start, end = one.span
        if found and start < found[-1].end:
            found[-1].end = max(found[-1].end, end)
        else:
            found.append(QuotedPassage(start, end))
        found[-1].quoters.append(one)
    return found


# -- Where a class looked -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A page in the chart: how many posts quote it, and its bar in a drawing 100 units high."""

    number: int
    label: str
    posts: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Attention:
    bars: list[Bar]
    quoted: list[Bar]  # those with at least one post, most quoted first
    posts: int
    people: int
    width: int  # of the drawing

    @property
    def pages(self) -> int:
        return len(self.quoted)


STEP = 10  # units from bar to bar


def attention_of(seat: Seat, reading: Reading, pages: Sequence[Page]) -> Attention:
    """How many posts quote each page of a reading; words that run over the end of a page count
    for both. One query.
    """
    rows = (
        readable_quotations(seat)
        .filter(reading=reading, page_number__isnull=False)
        .order_by()
        .values_list(
            "page_number",
            "further",
            "post_id",
            "discussion_id",
            "post__author_id",
            "discussion__author_id",
        )
    )
    by_page: dict[int | None, set[tuple[int | None, int]]] = {}
    posts, people = set(), set()
    for first, further, post, discussion, author, poser in rows:
        for number in (first, *(one[0] for one in further)):
            by_page.setdefault(number, set()).add((post, discussion))
        posts.add((post, discussion))
        people.add(poser if post is None else author)
    most = max(map(len, by_page.values()), default=0)
    bars = []
    for place, page in enumerate(pages):
        count = len(by_page.get(page.number, ()))
        height = round(96 * count / most) if most else 0
        label = page.label or f"[{page.number}]"
        bars.append(Bar(page.number, label, count, place * STEP, 100 - height, height))
    quoted = sorted((bar for bar in bars if bar.posts), key=lambda bar: (-bar.posts, bar.number))
    return Attention(bars, quoted, len(posts), len(people), len(bars) * STEP)


# -- Works cited that are none of the readings --------------------------------------------------


@dataclass(slots=True)
class Wanted:
    """A work that posts cite and that is none of the readings: perhaps one to upload. Where none of
    them says so that it ``is_sure``, it may be an event.
    """

    author: str
    title: str
    year: str
    raw: str
    is_sure: bool = False
    posts: list[Quoter] = field(default_factory=list)

    @property
    def query(self) -> str:
        """For the form that adds a reading, filled in as far as the citations go."""
        fields = {"author": self.author, "title": self.title, "year": self.year}
        return urlencode({name: value for name, value in fields.items() if value})


def wanted_works(seat: Seat) -> list[Wanted]:
    """For those who look after the readings, the works cited most often first. Two queries."""
    if not seat.can(Right.READINGS):
        return []
    posts = readable_posts([seat]).filter(state=Post.State.POSTED)
    rows = list(
        OutsideWork.objects.filter(
            Q(post__in=posts) | Q(post__isnull=True), discussion__in=visible_discussions(seat)
        )
        .select_related("post__author", "discussion__author")
        .order_by("pk")
    )
    bylines = Bylines(seat, [one.discussion for one in rows])
    found: dict[tuple[str, str, str], Wanted] = {}
    for one in rows:
        key = (level(one.author), level(one.title), one.year)
        work = found.setdefault(key, Wanted(one.author, one.title, one.year, one.raw))
        work.is_sure = work.is_sure or one.is_sure
        quoter = quoter_of(one.discussion, one.post, bylines)
        if quoter.url not in {there.url for there in work.posts}:
            work.posts.append(quoter)
    return sorted(found.values(), key=lambda work: -len(work.posts))
