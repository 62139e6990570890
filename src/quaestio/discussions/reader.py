"""The reader: a page of a reading with those who quote it in the margin, and what can be done with
words on it: quote them, ask about them, link to them. Here too are a reading's own page and the
list of readings, which show where the class has looked.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quaestio.citations.anchoring import settled
from quaestio.courses.access import Seat, course_for
from quaestio.courses.roles import Right
from quaestio.discussions.access import can_ask
from quaestio.discussions.actions import PostRefused
from quaestio.discussions.attention import (
    QuotedPassage,
    Quoter,
    attention_of,
    passages_of,
    quoters_on,
    wanted_works,
)
from quaestio.discussions.models import Post, Question
from quaestio.discussions.quoting import (
    Target,
    citation_of,
    nearest_first,
    place_written,
    put_into_draft,
    quotation_html,
    target_for,
    targets_of,
)
from quaestio.discussions.rendering import lemma
from quaestio.discussions.views.typing import draft_seat
from quaestio.discussions.views.writing import as_written
from quaestio.readings.access import page_for, passage_for, reading_for
from quaestio.readings.models import Page, Passage, Reading
from quaestio.readings.passages import (
    LONGEST,
    Place,
    Stretch,
    make_passage,
    mark_place,
    passages_on,
    place_on,
    place_over,
    stretch_of,
    words_now,
)
from quaestio.readings.pictures import has_picture
from quaestio.readings.queries import (
    Neighbours,
    assigned_next,
    bookmark_of,
    contents_around,
    neighbours_of,
    orphaned_in,
    page_after,
    page_of,
    readings_of,
)
from quaestio.readings.rendering import Beside, Span, page_html, paragraphs
from quaestio.readings.turns import run_on
from quaestio.readings.views import about_reading
from quaestio.web.richtext import CONTROL

SHOWN = 3  # passages beside a paragraph, posts beside a passage; the rest folds


# -- The list, and a reading's own page ---------------------------------------------------------


@require_safe
def readings(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id)
    if not seat.is_member:
        raise Http404
    came_from(request, seat)
    works = wanted_works(seat)
    return render(
        request,
        "discussions/readings.html",
        {
            "seat": seat,
            "course": seat.course,
            "rows": readings_of(seat),
            "wanted": [work for work in works if work.is_sure],
            "perhaps": [work for work in works if not work.is_sure],
        },
    )


@require_safe
def reading(request: HttpRequest, public_id: str) -> HttpResponse:
    """One reading: its record, its files, its pages, and where the class looked."""
    seat, found = reading_for(request.user, public_id)
    came_from(request, seat)
    context = {
        "seat": seat,
        "course": seat.course,
        "reading": found,
        **about_reading(seat, found),
        "bookmark": bookmark_of(seat, found),
    }
    context["span"] = assigned_span(found, context["pages"])
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "discussions/reading_refreshed.html", context)
    return render(
        request,
        "discussions/reading.html",
        {
            **context,
            "attention": attention_of(seat, found, context["pages"]),
            "orphaned": orphaned_in(seat, found),
        },
    )


def assigned_span(found: Reading, pages: list[Page]) -> tuple[str, str]:
    """The first and last page that the next meeting asks for, else those of the reading."""
    coming = assigned_next(found)
    ends = re.fullmatch(r"\s*(\w+)\s*[-–—]\s*(\w+)\s*", coming.pages if coming else "")
    if ends:
        return ends[1], ends[2]
    named = [page.label.partition("–")[0] or str(page.number) for page in pages]
    return (named[0], named[-1]) if named else ("", "")


@require_safe
def go_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where this person stopped reading: by the printed number, which another file has too."""
    seat, found = reading_for(request.user, public_id)
    last = bookmark_of(seat, found)
    there = page_of(found, last) if last else None
    if there is None:
        return redirect("reading", public_id)
    return redirect("page", public_id, there.number)


# -- A page -------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """A page by its number in the file; ``?from=…&to=…`` or ``?passage=ID`` marks words on it.
    Those that begin on a page before say so by ``since``, those that end on one after by ``until``.
    """
    seat, reading, found = page_for(request.user, public_id, number)
    linked = linked_passage(request, reading, found)
    stretch = stretch_of(linked) if linked else Stretch.asked(request.GET, number)
    marked = stretch.on(found) if stretch else None
    if seat.enrollment and marked is None and not seat.course.is_sealed:
        mark_place(person=seat.enrollment, reading=reading, page=found)
    near = neighbours_of(found)
    quoters = quoters_on(seat, reading, found)
    targets = targets_of(seat)
    return render(
        request,
        "discussions/page.html",
        {
            "seat": seat,
            "course": seat.course,
            "reading": reading,
            "page": found,
            "near": near,
            "text": page_html(
                found.text,
                marked,
                [one.span for one in quoters],
                found.paragraphs if found.kind == Page.Kind.PARAGRAPH else (),
                beside(found, passages_of(quoters), near),
                found.notes_at,
            ),
            "linked": linked,
            "marked": marked,
            "mark": mark_query(linked, stretch, number) if marked else "",
            **turns(linked, stretch, found),
            "moved": linked is not None
            and " ".join(linked.words.split()) != " ".join(words_now(linked).split()),
            "address": request.build_absolute_uri(reverse("passage", args=[linked.public_id]))
            if linked
            else "",
            "targets": targets,
            "target": target_for(targets, reading, came_from(request, seat)),
            "may_ask": can_ask(seat),
            "contents": contents_around(found),
            "has_picture": has_picture(found.document),
            "with_picture": "picture" in request.GET and has_picture(found.document),
        },
    )


def linked_passage(request: HttpRequest, reading: Reading, found: Page) -> Passage | None:
    public_id = request.GET.get("passage", "")
    if not public_id:
        return None
    return passages_on(found).filter(public_id=public_id, reading=reading).first()


def mark_query(linked: Passage | None, stretch: Stretch | None, number: int) -> str:
    """What marks the same words on page ``number``, as the query of its address."""
    if linked is not None:
        return f"passage={linked.public_id}"
    return stretch.query(number) if stretch else ""


def turns(linked: Passage | None, stretch: Stretch | None, found: Page) -> dict[str, str]:
    """Where marked words run over the ends of a page, what marks the rest on the pages beside."""
    if stretch is None:
        return {}
    before, after = found.number - 1, found.number + 1
    return {
        "earlier": mark_query(linked, stretch, before) if stretch.first <= before else "",
        "later": mark_query(linked, stretch, after) if after <= stretch.last else "",
    }


def span_of(request: HttpRequest, found: Page) -> Span | None:
    span = offsets(request.GET)
    if span is None:
        return None
    start, end = span[0], min(span[1], len(found.text))
    return (start, end) if start < end else None


def offsets(data: Any) -> Span | None:
    first, last = data.get("from", ""), data.get("to", "")
    if not (first.isdecimal() and last.isdecimal() and len(first + last) < 16):
        return None
    return int(first), int(last)


def beside(found: Page, passages: list[QuotedPassage], near: Neighbours) -> Beside:
    """The margin: for the span of a paragraph, who quotes the passages that begin in it."""

    def notes(paragraph: Span) -> SafeString:
        here = [
            passage_note(found, passage, near)
            for passage in passages
            if paragraph[0] <= passage.start < paragraph[1]
        ]
        if not here:
            return mark_safe("")
        many = len(here) > SHOWN + 1
        return render_to_string(
            "discussions/quoters.html",
            {"first": here[:SHOWN] if many else here, "more": here[SHOWN:] if many else []},
        )

    return notes


def passage_note(found: Page, passage: QuotedPassage, near: Neighbours) -> dict[str, Any]:
    posts: list[Quoter] = passage.posts
    many = len(posts) > SHOWN
    return {
        "lemma": lemma(found.text[passage.start : passage.end]),
        "first": [] if many else posts,
        "many": posts if many else [],
        "reading": found.document.reading,
        "before": near.before if passage.earlier else None,
        "after": near.after if passage.later else None,
    }


# -- Where a quotation goes ---------------------------------------------------------------------

WRITING = "writing"  # in the session: by course, what was being written when the reader was opened
_WRITTEN_AT = (
    (re.compile(r"/d/([a-z0-9]+)/(?:respond)?"), "respond:%s"),
    (re.compile(r"/p/([a-z0-9]+)/reply"), "reply:%s"),
    (re.compile(r"/p/([a-z0-9]+)/edit"), "edit:%s"),
)


def came_from(request: HttpRequest, seat: Seat) -> str:
    """The draft that was being written on the page from which the reader was opened."""
    course = seat.course.public_id
    known: dict[str, str] = request.session.get(WRITING, {})
    link = urlsplit(request.headers.get("Referer", ""))
    if link.netloc == request.get_host():
        for pattern, key in _WRITTEN_AT:
            found = pattern.fullmatch(link.path)
            if found and known.get(course) != key % found[1]:
                known = {**known, course: key % found[1]}
                request.session[WRITING] = known
    return known.get(course, "")


# -- Words on a page: quote them, ask about them, link to them ----------------------------------


def place_in(data: Any, found: Page) -> Place | None:
    """The words that were selected, or typed; None where they do not stand on this page. They may
    end on the page after it.
    """
    words = CONTROL.sub("", data.get("words", ""))[:LONGEST]
    place = place_on(found, words, *(offsets(data) or (None, None)))
    return place or place_over(found, page_after(found), words)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def quote(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Put words of this page, with their citation, at the end of what the person is writing."""
    seat, reading, found = page_for(request.user, public_id, number)
    me = seat.need(Right.WRITE)
    targets = targets_of(seat)
    default = target_for(targets, reading, came_from(request, seat))
    if request.method != "POST":
        return quote_page(request, seat, reading, found, targets, default)
    place = place_in(request.POST, found)
    wanted = request.POST.get("target", "")
    target = next((one for one in targets if one.key == wanted), None)
    if wanted and target is None:
        messages.error(request, _("That is not open any more. Choose what the words go into."))
    if place is None or target is None or "on" in request.POST:
        return quote_page(request, seat, reading, found, targets, default, place=place)
    try:
        put_into_draft(
            person=me,
            target=target.key,
            addition=quotation_html(place.words, citation_of(reading, place)),
            fresh=beginning_of(request, target),
        )
    except PostRefused as refused:
        messages.error(request, refused.sentence)
        return quote_page(request, seat, reading, found, targets, default, place=place)
    messages.success(request, _("The quotation stands at the end of your draft."))
    request.session[WRITING] = {
        **request.session.get(WRITING, {}),
        seat.course.public_id: target.key,
    }
    return redirect(place_written(target.key, seat.course))


def beginning_of(request: HttpRequest, target: Target) -> dict[str, Any]:
    """What a draft begins with: the post itself where it is an edit, a tick at the only question
    where it is a response. Goes through the door.
    """
    kind, _colon, public_id = target.key.partition(":")
    draft_seat(request, kind, public_id)
    if kind == "respond":
        asked = Question.objects.filter(discussion__public_id=public_id)
        numbers = [str(one) for one in asked.values_list("number", flat=True)]
        return {"answers": numbers} if len(numbers) == 1 else {}
    if kind != "edit":
        return {}
    return as_written(Post.objects.get(public_id=public_id))


def quote_page(
    request: HttpRequest,
    seat: Seat,
    reading: Reading,
    found: Page,
    targets: list[Target],
    default: Target | None,
    place: Place | None = None,
) -> HttpResponse:
    """The same by hand: the words to cut down, what they go into, and three buttons. ``on`` adds
    the beginning of the next page to them.
    """
    targets = nearest_first(targets, reading)
    typed = request.POST.get("words", "")
    if place is None and request.method != "POST":
        span = span_of(request, found)
        place = Place(found, *span) if span else None
    words = place.words if place else typed or found.body
    wrong = request.method == "POST" and place is None
    following = page_after(found)
    at_end = not wrong and (place is None or found.body[place.end :].strip() == "")
    goes_on = at_end and following is not None and not (place and place.rest)
    added = goes_on and "on" in request.POST
    if added and following:
        words = run_on([words, beginning(following)])
        place = place_over(found, following, words)
    return render(
        request,
        "discussions/quote.html",
        {
            "seat": seat,
            "course": seat.course,
            "reading": reading,
            "page": found,
            "place": place,
            "words": words,
            "wrong": wrong,
            "following": following if goes_on and not added else None,
            "added": added,
            "following_page": following,
            "citation": mark_safe(  # noqa: S308  clean HTML
                citation_of(reading, place or Place(found, 0, len(found.text)))
            ),
            "targets": targets,
            "target": default or (targets[0] if targets else None),
            "may_ask": can_ask(seat),
        },
        status=422 if wrong else 200,
    )


def beginning(found: Page) -> str:
    """The first paragraph of a page."""
    first = next(paragraphs(found.body), (0, 0))
    return found.text[slice(*first)]


@require_POST
@login_required
def ask(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Begin a discussion with words of this page in its context, or add them to one begun."""
    seat, reading, found = page_for(request.user, public_id, number)
    draft_seat(request, "pose", seat.course.public_id)
    me = seat.need(Right.WRITE)
    place = place_in(request.POST, found)
    if place is None:
        return quote_page(request, seat, reading, found, targets_of(seat), None)
    coming = assigned_next(reading)
    try:
        put_into_draft(
            person=me,
            target=f"pose:{seat.course.public_id}",
            addition=quotation_html(place.words, citation_of(reading, place)),
            fresh={"meeting": str(coming.meeting_id)} if coming else None,
        )
    except PostRefused as refused:
        messages.error(request, refused.sentence)
        return quote_page(request, seat, reading, found, targets_of(seat), None, place=place)
    messages.success(request, _("The passage stands in the context. Add what you want to ask."))
    return redirect("pose", seat.course.public_id)


@require_POST
@login_required
def link(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """A lasting address for words of this page."""
    seat, reading, found = page_for(request.user, public_id, number)
    if seat.enrollment is None or seat.course.is_sealed:
        raise PermissionDenied
    place = place_in(request.POST, found)
    if place is None:
        return quote_page(request, seat, reading, found, targets_of(seat), None)
    made = make_passage(by=seat.enrollment, reading=reading, place=place)
    # At its head the page shows the address, which is what was asked for.
    return redirect(where_it_stands(made).removesuffix("#passage"))


def where_it_stands(found: Passage) -> str:
    address = reverse("page", args=[found.reading.public_id, found.page_number])
    return f"{address}?passage={found.public_id}#passage"


@require_safe
def passage(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lasting address of a passage: its page, or, when the words are gone, what they were."""
    seat, found = passage_for(request.user, public_id)
    found = settled(found)
    if found.orphaned_at is None:
        return redirect(where_it_stands(found))
    return render(
        request,
        "discussions/orphaned.html",
        {"seat": seat, "course": seat.course, "reading": found.reading, "passage": found},
    )
