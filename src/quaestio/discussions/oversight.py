"""What teachers look after: the posts that ask for them, and the record of what was decided.

Reads made for two pages; each a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.access import Seat
from quaestio.courses.deeds import DISCUSSION_DEEDS, POST_DEEDS, Deed
from quaestio.courses.models import Course, Enrollment, Trace
from quaestio.courses.roles import Right, Role
from quaestio.discussions.access import (
    Bylines,
    readable_posts,
    sees_reports_of_own,
    visible_discussions,
)
from quaestio.discussions.guests import KEPT
from quaestio.discussions.models import Discussion, GuestEntry, Post, Report

AT_ONCE = 50  # posts on one page: the oldest; the others follow when these are decided
LINES = 50


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A post that asks for a teacher: to be let in, or reported."""

    post: Post
    byline: str
    address: str  # of a guest, for those who may see it
    reports: Sequence[Report]

    @property
    def is_long(self) -> bool:
        return self.post.words > 250

    @property
    def was_let_in(self) -> bool:
        """It had been let in and was edited since."""
        return self.post.number > 0

    @property
    def is_by_guest(self) -> bool:
        return self.post.author.role == Role.GUEST


@dataclass(frozen=True, slots=True)
class ToOpen:
    """A discussion that its author may not open: a teacher does, or says what is missing."""

    discussion: Discussion
    byline: str


@dataclass(frozen=True, slots=True)
class Waiting:
    held: Sequence[WaitingRow]
    reported: Sequence[WaitingRow]
    unconfirmed: Sequence[GuestEntry]  # sent by guests who have not confirmed their address yet
    to_open: Sequence[ToOpen]
    more: int  # posts that ask for a teacher and are not on this page yet

    @property
    def is_empty(self) -> bool:
        return not (self.held or self.reported or self.unconfirmed or self.to_open)


def waiting_in(seat: Seat) -> Waiting:
    """What asks for a teacher in this course, oldest first."""
    held = list(with_context(held_posts(seat))[:AT_ONCE])
    reported = list(with_context(reported_posts(seat))[:AT_ONCE])
    to_open = list(
        visible_discussions(seat).filter(asked_at__isnull=False).select_related("author")
    )
    bylines = Bylines(seat, {*(post.discussion for post in [*held, *reported]), *to_open})

    def row(post: Post) -> WaitingRow:
        return WaitingRow(
            post=post,
            byline=bylines.by(post.discussion_id, post.author),
            address=address_of(seat, post.author),
            reports=list(post.reports.all()),
        )

    shown = {post.pk for post in [*held, *reported]}
    return Waiting(
        held=[row(post) for post in held],
        reported=[row(post) for post in reported],
        unconfirmed=list(unconfirmed_in(seat)[:AT_ONCE]),
        to_open=[ToOpen(one, bylines.by(one.pk, one.author)) for one in to_open],
        more=max(0, seat.waiting - len(shown) - len(to_open)),
    )


def unconfirmed_in(seat: Seat) -> QuerySet[GuestEntry]:
    """What guests have sent whose address is not confirmed yet. None of it is a post."""
    return GuestEntry.objects.filter(
        discussion__in=visible_discussions(seat),
        decided_at__isnull=True,
        created_at__gt=timezone.now() - KEPT,
    ).select_related("discussion")


def held_posts(seat: Seat) -> QuerySet[Post]:
    return readable_posts([seat]).filter(state=Post.State.HELD)


def reported_posts(seat: Seat) -> QuerySet[Post]:
    """Those with a report that nobody has answered; one that waits anyway is among those. Who has
    written a post does not judge the report of it, and does not learn who made it.
    """
    unsettled = Report.objects.filter(post=OuterRef("pk"), settled_at__isnull=True)
    posts = readable_posts([seat]).filter(Exists(unsettled)).exclude(state=Post.State.HELD)
    return posts if sees_reports_of_own(seat) else posts.exclude(author=seat.enrollment)


def address_of(seat: Seat, author: Enrollment) -> str:
    """A guest's address, for instructors alone."""
    if author.role != Role.GUEST or not seat.can(Right.SEE_EMAIL):
        return ""
    guest = getattr(author, "guest", None)
    return guest.address if guest else ""


def with_context(posts: QuerySet[Post]) -> QuerySet[Post]:
    unsettled = Report.objects.filter(settled_at__isnull=True).select_related("by")
    return (
        posts.select_related("discussion", "author__guest", "parent")
        .prefetch_related(Prefetch("reports", unsettled), "answers__question", "positions__choice")
        .order_by("created_at", "pk")
    )


# -- The record ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which lines of the record are asked for: "" and None for all."""

    about: str = ""  # "posts", "discussions", "course"
    by: str = ""  # the public id of a person
    discussion: str = ""  # the public id of a discussion


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record, in words."""

    by: str
    did: str
    person: str
    discussion: Discussion | None
    post: str  # public id, "" where the line is about no post
    changes: Sequence[str]
    because: str
    at: datetime


def record_of(seat: Seat, chosen: Chosen, page: str | int) -> tuple[Page[Trace], list[Line]]:
    """A page of the record, newest first, and its lines in words."""
    traces = traces_for(seat).select_related("by", "person")
    if chosen.about == "posts":
        traces = traces.filter(deed__in=POST_DEEDS)
    elif chosen.about == "discussions":
        traces = traces.filter(deed__in=DISCUSSION_DEEDS)
    elif chosen.about == "course":
        traces = traces.exclude(deed__in=POST_DEEDS | DISCUSSION_DEEDS)
    if chosen.by:
        traces = traces.filter(by__public_id=chosen.by)
    if chosen.discussion:
        traces = traces.filter(discussion=chosen.discussion)
    shown = Paginator(traces, LINES).get_page(page)
    discussions = {
        one.public_id: one
        for one in Discussion.objects.filter(
            course=seat.course, public_id__in={trace.discussion for trace in shown}
        )
    }
    return shown, [line_of(trace, discussions) for trace in shown]


def traces_for(seat: Seat) -> QuerySet[Trace]:
    """The lines of the record, without those about reports of one's own posts."""
    traces = Trace.objects.filter(course=seat.course)
    if sees_reports_of_own(seat):
        return traces
    return traces.exclude(deed__in=[Deed.REPORTED, Deed.LEFT], person=seat.enrollment)


def line_of(trace: Trace, discussions: dict[str, Discussion]) -> Line:
    return Line(
        by=trace.by.byline if trace.by else _("somebody"),
        did=str(Deed(trace.deed).label) if trace.deed in Deed.values else trace.deed,
        person=trace.person.byline if trace.person and trace.person != trace.by else "",
        discussion=discussions.get(trace.discussion),
        post=trace.post,
        changes=[in_words(name, change) for name, change in sorted(trace.detail.items())],
        because=trace.because,
        at=trace.at,
    )


def in_words(name: str, change: Any) -> str:
    """“role: Student → Assistant”"""
    if not isinstance(change, list) or len(change) != 2:
        return f"{name_of(name)}: {value_of(name, change)}"
    before, after = change
    return f"{name_of(name)}: {value_of(name, before)} → {value_of(name, after)}"


def name_of(name: str) -> str:
    """What a field that was changed is called on its form."""
    names = {"meeting": _("meeting"), "section": _("section"), "role": _("role")}
    names |= {"merged": _("what was merged"), "posts": _("posts")}
    names |= {"enrolled": _("in at once"), "invited": _("invited by mail")}
    names |= {"readings": _("with the readings"), "addresses": _("with the addresses")}
    names |= {"made_up_names": _("with made-up names"), "earlier": _("the earlier one")}
    if name in names:
        return names[name]
    for model in (Course, Discussion):
        if any(field.name == name for field in model._meta.fields):
            return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return name


def value_of(name: str, value: Any) -> str:
    if name == "role":
        return str(Role(value).label) if value in Role.values else str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in ("", None) else str(value)


def deciders(seat: Seat) -> QuerySet[Enrollment]:
    """Whose deeds stand in the record, to choose from."""
    done = traces_for(seat).filter(by=OuterRef("pk"))
    return Enrollment.objects.filter(Exists(done), course=seat.course).order_by("byline", "pk")
