"""What a person sees of courses at a glance: due, new, answered. A constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from quaestio.courses.access import Seat, visible_people
from quaestio.courses.models import Course, Meeting
from quaestio.courses.roles import Right
from quaestio.discussions.access import (
    COUNTING,
    asks_first,
    counting_answers,
    drafts_of,
    readable_posts,
    visible_to,
)
from quaestio.discussions.due import in_words
from quaestio.discussions.forms import source_of
from quaestio.discussions.lengths import due_still
from quaestio.discussions.models import Discussion, Draft, Post, Visit
from quaestio.discussions.visits import seen_by
from quaestio.notifications.models import How, MailRule
from quaestio.notifications.queries import DEFAULT
from quaestio.participation.leading import Lead, leads_of
from quaestio.readings.access import visible_readings
from quaestio.readings.models import AssignedReading, Reading
from quaestio.web.richtext import flatten

AHEAD = timedelta(days=7)
BEHIND = timedelta(days=14)  # how long an unanswered discussion is still called late


@dataclass(frozen=True, slots=True)
class DiscussionRow:
    """A discussion as this viewer stands to it: ``answered`` as was asked, or with the longest
    response so far of ``words`` (None: with none).
    """

    discussion: Discussion
    seat: Seat
    responses: int
    answered: bool
    words: int | None
    seen_at: datetime | None
    new_posts: int
    now: datetime

    @property
    def is_mine(self) -> bool:
        return self.seat.enrollment is not None and self.discussion.author_id == (
            self.seat.enrollment.pk
        )

    @property
    def is_new(self) -> bool:
        """Opened by somebody else and never looked at."""
        return (
            self.seat.is_member
            and self.seen_at is None
            and not self.is_mine
            and self.words is None
            and self.discussion.state != Discussion.State.DRAFT
        )

    @property
    def keeps_back(self) -> bool:
        """What others wrote can be read, and counted, only after one's own response."""
        return (
            asks_first(self.discussion, self.now)
            and not self.seat.can(Right.SEE_HIDDEN)
            and not self.is_mine
            and not self.answered
        )

    @property
    def short(self) -> str:
        """What is missing in what this viewer has written, in words; "" where nothing is."""
        if self.answered or self.words is None or not self.asks_me:
            return ""
        return due_still(self.words, self.discussion)

    @property
    def asks_me(self) -> bool:
        """This viewer is one of those who are to answer, and still can."""
        return (
            self.seat.can(Right.WRITE)
            and not self.seat.can(Right.MODERATE)
            and self.discussion.is_open
            and not self.is_mine
        )

    @property
    def is_late(self) -> bool:
        due = self.discussion.due_at
        return due is not None and due < self.now and self.asks_me and not self.answered

    @property
    def is_due(self) -> bool:
        due = self.discussion.due_at
        return due is not None and due >= self.now and self.discussion.is_open

    @property
    def due_in_words(self) -> str:
        due = self.discussion.due_at
        return in_words(due, self.now) if due else ""


@dataclass(frozen=True, slots=True)
class MeetingRow:
    meeting: Meeting
    assigned: Sequence[AssignedReading]
    discussions: Sequence[DiscussionRow]
    is_next: bool = False
    has_brief: bool = False  # for this viewer, with something in it


@dataclass(frozen=True, slots=True)
class CourseOverview:
    meetings: Sequence[MeetingRow]
    unplaced: Sequence[DiscussionRow]
    members: int
    readings: int

    @property
    def far_down(self) -> MeetingRow | None:
        """The next meeting, where it is not among the first ones on the page."""
        return next((row for row in self.meetings[2:] if row.is_next), None)

    @property
    def is_empty(self) -> bool:
        return not self.meetings and not self.unplaced

    @property
    def has_first_steps(self) -> bool:
        """Nothing is asked yet, or nobody is there who could answer."""
        return self.discussions == 0 or self.members == 1

    @property
    def discussions(self) -> int:
        return len(self.unplaced) + sum(len(row.discussions) for row in self.meetings)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """Something begun and not posted: ``words`` is how it begins; ``kept`` the whole of it where
    nothing can be posted any more, "" elsewhere.
    """

    draft: Draft
    kind: str
    discussion: Discussion | None
    post: Post | None
    words: str
    course_title: str
    course_id: str
    kept: str = ""

    def get_absolute_url(self) -> str:
        """Where to go on writing."""
        if self.post is not None:
            name = "post-edit" if self.kind == "edit" else "reply"
            return reverse(name, args=[self.post.public_id])
        if self.discussion is None:
            return reverse("pose", args=[self.course_id])
        name = "discussion-edit" if self.kind == "revise" else "discussion"
        return reverse(name, args=[self.discussion.public_id])


@dataclass(frozen=True, slots=True)
class Home:
    seats: Sequence[Seat]
    leads: Sequence[Lead]  # what this person is to pose
    due: Sequence[DiscussionRow]
    meetings: Sequence[MeetingRow]
    new: Sequence[DiscussionRow]
    drafts: Sequence[DraftRow]
    unopened: Sequence[DiscussionRow]  # discussions this person has written and not yet opened


# -- Discussions --------------------------------------------------------------------------------


def discussion_rows(seats: Sequence[Seat], now: datetime) -> list[DiscussionRow]:
    """Every discussion these seats see, with this person's standing, in one query.

    Hidden and withdrawn posts do not count, nor does what the person wrote. A response of theirs
    that waits to be let in answers, one that is too short does not yet.
    """
    if not seats:
        return []
    people = [seat.enrollment.pk for seat in seats if seat.enrollment is not None]
    posted = (
        readable_posts(seats, now)
        .filter(discussion=OuterRef("pk"), state=Post.State.POSTED)
        .order_by()
        .values("discussion")
    )
    mine = Post.objects.filter(
        discussion=OuterRef("pk"), author__in=people, root__isnull=True, state__in=COUNTING
    )
    answers = counting_answers().filter(discussion=OuterRef("pk"), author__in=people)
    visits = Visit.objects.filter(discussion=OuterRef("pk"), person__in=people)
    seen = visits.annotate(before=seen_by(now)).values("before")[:1]
    rows = (
        visible_to(seats)
        .select_related("author", "section")
        .annotate(seen_at=Subquery(seen))
        .annotate(
            responses=counted(posted.filter(root__isnull=True)),
            has_answered=Exists(answers),
            words=Subquery(mine.order_by("-words").values("words")[:1]),
            new_posts=counted(
                posted.filter(shown_at__gt=OuterRef("seen_at")).exclude(author__in=people)
            ),
        )
        .order_by("due_at", "opened_at", "pk")
    )
    seat_in = {seat.course.pk: seat for seat in seats}
    found = list(rows)
    for one in found:
        one.course = seat_in[one.course_id].course
    return [
        DiscussionRow(
            discussion=one,
            seat=seat_in[one.course_id],
            responses=one.responses,
            answered=one.has_answered,
            words=one.words,
            seen_at=one.seen_at,
            new_posts=one.new_posts,
            now=now,
        )
        for one in found
    ]


def pinned_first(rows: Sequence[DiscussionRow]) -> list[DiscussionRow]:
    """What a teacher has pinned on top, the last one first; the others in the order they had."""
    pinned = [(row.discussion.pinned_at, row) for row in rows if row.discussion.pinned_at]
    pinned.sort(key=lambda one: one[0], reverse=True)
    return [row for _at, row in pinned] + [row for row in rows if not row.discussion.pinned_at]


def counted(posts: QuerySet[Post, Any]) -> Coalesce:
    """The number of these posts, as a part of a larger query."""
    amount = posts.annotate(amount=Count("pk")).values("amount")
    return Coalesce(Subquery(amount, output_field=IntegerField()), 0)


def assigned_to(seats: Sequence[Seat], meetings: Q) -> dict[int, list[AssignedReading]]:
    """What is to be read, by the meeting's primary key, for the seats that may see readings."""
    if not seats:
        return {}
    readings: QuerySet[Reading] = reduce(or_, (visible_readings(seat) for seat in seats))
    by_meeting: dict[int, list[AssignedReading]] = defaultdict(list)
    rows = AssignedReading.objects.filter(meetings, reading__in=readings).select_related("reading")
    for one in rows:
        by_meeting[one.meeting_id].append(one)
    return by_meeting


# -- The course page ----------------------------------------------------------------------------


def course_overview(seat: Seat) -> CourseOverview:
    """The course from its first meeting to its last, as this seat sees it."""
    now = timezone.now()
    today = timezone.localdate(now)
    rows: dict[int | None, list[DiscussionRow]] = defaultdict(list)
    for row in pinned_first(discussion_rows([seat], now)):
        rows[row.discussion.meeting_id].append(row)
    assigned = assigned_to([seat], Q(meeting__course=seat.course))
    meetings = list(seat.course.meetings.all())
    coming = next((one.pk for one in meetings if one.date >= today), None)
    return CourseOverview(
        meetings=[
            MeetingRow(one, assigned.get(one.pk, []), rows[one.pk], is_next=one.pk == coming)
            for one in meetings
        ],
        unplaced=rows[None],
        members=visible_people(seat).count(),
        readings=visible_readings(seat).count(),
    )


def meeting_overview(seat: Seat, meeting: Meeting) -> MeetingRow:
    """One meeting: what to read for it and what to answer."""
    rows = pinned_first(discussion_rows([seat], timezone.now()))
    return MeetingRow(
        meeting,
        assigned_to([seat], Q(meeting=meeting)).get(meeting.pk, []),
        [row for row in rows if row.discussion.meeting_id == meeting.pk],
    )


# -- Home ---------------------------------------------------------------------------------------


def home(seats: Sequence[Seat]) -> Home:
    """A person's week: what is due, what is new, what was begun."""
    now = timezone.now()
    rows = discussion_rows(seats, now)
    leads = leads_of(seats, [row.discussion for row in rows], timezone.localdate(now))
    leads = [lead for lead in leads if not lead.is_done]
    led = {lead.discussion.pk for lead in leads if lead.discussion}
    return Home(
        seats=seats,
        leads=leads,
        due=[row for row in rows if is_of_this_week(row, now)],
        meetings=meetings_ahead(seats, timezone.localdate(now), rows),
        new=[
            row for row in rows if row.new_posts or (row.is_new and not is_of_this_week(row, now))
        ],
        drafts=draft_rows(seats),
        unopened=[
            row
            for row in rows
            if row.is_mine
            and row.discussion.state == Discussion.State.DRAFT
            and row.discussion.pk not in led
        ],
    )


def is_of_this_week(row: DiscussionRow, now: datetime) -> bool:
    """Due within seven days, or late and still to be answered."""
    due = row.discussion.due_at
    if due is None or not row.discussion.is_open:
        return False
    return now <= due <= now + AHEAD or (row.is_late and due >= now - BEHIND)


def meetings_ahead(
    seats: Sequence[Seat], today: date, rows: Sequence[DiscussionRow]
) -> list[MeetingRow]:
    courses = [seat.course.pk for seat in seats]
    this_week = Q(course__in=courses, date__gte=today, date__lte=today + AHEAD)
    meetings = list(Meeting.objects.filter(this_week).select_related("course"))
    assigned = assigned_to(seats, Q(meeting__in=meetings))
    briefed = {
        row.discussion.meeting_id
        for row in rows
        if row.seat.can(Right.SEE_HIDDEN) and row.discussion.state != Discussion.State.DRAFT
    }
    return [
        MeetingRow(one, assigned.get(one.pk, []), [], has_brief=one.pk in briefed)
        for one in meetings
    ]


def draft_rows(seats: Sequence[Seat]) -> list[DraftRow]:
    """What was begun, newest first, as long as its place can still be seen."""
    people = [seat.enrollment for seat in seats if seat.enrollment is not None]
    if not people:
        return []
    drafts = list(reduce(or_, (drafts_of(one) for one in people)).select_related("person__course"))
    kinds = {draft.pk: draft.target.partition(":") for draft in drafts}
    posts = posts_named(
        seats, [name for kind, _colon, name in kinds.values() if kind in {"reply", "edit"}]
    )
    discussions = discussions_named(
        seats, [name for kind, _colon, name in kinds.values() if kind in {"respond", "revise"}]
    )
    rows = []
    for draft in drafts:
        kind, _colon, name = kinds[draft.pk]
        post, discussion = posts.get(name), discussions.get(name)
        if kind != "pose" and post is None and discussion is None:
            continue
        rows.append(
            DraftRow(
                draft=draft,
                kind=kind,
                discussion=post.discussion if post else discussion,
                post=post,
                words=first_words(draft.fields),
                course_title=draft.person.course.title,
                course_id=draft.person.course.public_id,
                kept=whole_text(draft.fields) if draft.person.course.is_sealed else "",
            )
        )
    return rows


def discussions_named(seats: Sequence[Seat], names: Iterable[str]) -> dict[str, Discussion]:
    visible = visible_to(seats)
    return {one.public_id: one for one in visible.filter(public_id__in=list(names))}


def posts_named(seats: Sequence[Seat], names: Iterable[str]) -> dict[str, Post]:
    visible = visible_to(seats)
    posts = Post.objects.filter(public_id__in=list(names), discussion__in=visible)
    return {one.public_id: one for one in posts.select_related("discussion")}


def first_words(fields: Mapping[str, object]) -> str:
    """How a draft begins, so that its writer knows it again."""
    for name in ("title", "source", "body", "context"):
        words = " ".join(strip_tags(str(fields.get(name) or "")).split())
        if words:
            return words[:120]
    return ""


def whole_text(fields: Mapping[str, object]) -> str:
    text = str(fields.get("body") or fields.get("context") or "")
    return flatten(source_of(text, str(fields.get("format", "")))).text


@dataclass(frozen=True, slots=True)
class CourseMail:
    """How a person wants mail about a course, and where in it they said otherwise."""

    course: Course
    how: How
    exceptions: list[tuple[Discussion, How]]


def mail_rules(seats: Sequence[Seat]) -> list[CourseMail]:
    """One for each course. Two queries, none for somebody without a course."""
    if not seats:
        return []
    said = dict(
        MailRule.objects.filter(
            person__in={seat.enrollment.user_id for seat in seats if seat.enrollment}
        ).values_list("list", "how")
    )
    apart: dict[int, list[tuple[Discussion, How]]] = defaultdict(list)
    for one in visible_to(seats).filter(public_id__in=list(said)):
        apart[one.course_id].append((one, How(said[one.public_id])))
    default = said.get("", DEFAULT)
    return [
        CourseMail(
            seat.course,
            How(said.get(seat.course.public_id, default)),
            apart[seat.course.pk],
        )
        for seat in seats
    ]
