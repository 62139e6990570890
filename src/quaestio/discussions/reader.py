"""The reader: a page of a reading, with the posts that quote it in the margin."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from quaestio.courses.access import Seat
from quaestio.discussions.access import Bylines, readable_posts, visible_discussions
from quaestio.discussions.models import Post, Quotation
from quaestio.readings.access import page_for
from quaestio.readings.models import Page, Reading
from quaestio.readings.queries import neighbours_of
from quaestio.readings.rendering import Span, page_html


@require_safe
def page(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """A page by its number in the file; ``?from=…&to=…`` marks a passage on it."""
    seat, reading, found = page_for(request.user, public_id, number)
    quoting = quotations_on(seat, reading, found)
    return render(
        request,
        "discussions/page.html",
        {
            "seat": seat,
            "course": seat.course,
            "reading": reading,
            "page": found,
            "near": neighbours_of(found),
            "text": page_html(
                found.text,
                passage_of(request, found),
                spans_of(quoting),
                found.paragraphs if found.kind == Page.Kind.PARAGRAPH else (),
            ),
            "quoting": quoting,
        },
    )


def passage_of(request: HttpRequest, found: Page) -> Span | None:
    first, last = request.GET.get("from", ""), request.GET.get("to", "")
    if not (first.isdecimal() and last.isdecimal() and len(first + last) < 16):
        return None
    start, end = int(first), min(int(last), len(found.text))
    return (start, end) if start < end else None


def quotations_on(seat: Seat, reading: Reading, found: Page) -> list[Quotation]:
    """The quotations from this page in posts that this viewer may read and that stand, each with
    the ``byline`` of whoever quotes. One query, two where a discussion hides names.
    """
    posts = readable_posts([seat]).filter(state=Post.State.POSTED)
    rows = list(
        Quotation.objects.filter(
            Q(post__in=posts) | Q(post__isnull=True),
            reading=reading,
            page_number=found.number,
            discussion__in=visible_discussions(seat),
        )
        .select_related("post__author", "discussion__author")
        .order_by("page_start", "pk")
    )
    bylines = Bylines(seat, [one.discussion for one in rows])
    for one in rows:
        author = one.post.author if one.post else one.discussion.author
        one.byline = bylines.by(one.discussion_id, author)  # type: ignore[attr-defined]
    return rows


def spans_of(quoting: list[Quotation]) -> list[Span]:
    return [
        (one.page_start, one.page_end)
        for one in quoting
        if one.page_start is not None and one.page_end is not None
    ]
