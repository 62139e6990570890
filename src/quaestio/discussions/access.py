"""Who sees which discussion, which post, how much of it, and under whose name. One place, for
pages, counts, drafts, revisions, feeds, mail, search and exports.

- ``visible_discussions``, ``discussion_for``: drafts, sections.
- ``sight_of``: what of one discussion's posts this viewer may read (post-first, held, hidden,
  withdrawn). ``readable_posts`` is the same as a query, over any number of discussions.
- ``Bylines``: the name shown to this viewer for whoever wrote something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext

from quaestio.courses.access import Seat, Viewer, seated
from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.courses.roles import RIGHTS, Right, Role
from quaestio.discussions.models import Discussion, Draft, Post, Pseudonym, Visit
from quaestio.search.finding import level
from quaestio.web.rows import Joined, without

# What a view of a thread needs to know of the viewer, in one go (web/rows.py says why). Long texts
# and what few ask for are left out, and fetched where they are used; so is the text of a draft.
DOOR = Joined(
    """
    SELECT {discussion}, {course}, {seat}, {visit}, {draft},
        (SELECT COUNT(*) FROM notifications_notice WHERE to_id = %s AND seen_at IS NULL),
        (SELECT COUNT(*) FROM notifications_notice
            WHERE to_id = %s AND seen_at IS NULL AND list = %s)
    FROM discussions_discussion discussion
    JOIN courses_course course ON course.id = discussion.course_id
    LEFT JOIN courses_enrollment seat
        ON seat.course_id = course.id AND seat.user_id = %s AND seat.removed_at IS NULL
    LEFT JOIN discussions_visit visit
        ON visit.person_id = seat.id AND visit.discussion_id = discussion.id
    LEFT JOIN discussions_draft draft
        ON draft.person_id = seat.id AND draft.target = %s
    WHERE discussion.public_id = %s
    """,
    discussion=without(
        Discussion,
        *("context", "body_html", "submission_key"),
        *("created_at", "opened_at", "edited_at", "pinned_at"),
    ),
    course=without(Course, "created_at"),
    seat=without(Enrollment, "came_by", "joined_at", "removed_at"),
    visit=(Visit, ["id", "seen_at", "looked_at", "version"]),
    draft=(Draft, ["id", "version", "updated_at"]),
    unseen=int,
    unseen_here=int,
)


# -- Discussions --------------------------------------------------------------------------------


def visible_discussions(seat: Seat) -> QuerySet[Discussion]:
    """Open and closed ones of all and of one's own section; drafts for their author and for
    teachers. What was merged into another discussion is reached there.
    """
    discussions = Discussion.objects.filter(course=seat.course, merged_into__isnull=True)
    if seat.can(Right.SEE_HIDDEN):
        return discussions
    me = seat.enrollment
    mine = Q(author=me) if me else Q(pk__in=[])
    section = Q(section__isnull=True)
    if me is not None and me.section_id is not None:
        section |= Q(section=me.section_id)
    return discussions.filter(mine | section & ~Q(state=Discussion.State.DRAFT))


def visible_to(seats: Iterable[Seat]) -> QuerySet[Discussion]:
    """What somebody with these seats sees, in all their courses."""
    return reduce(or_, map(visible_discussions, seats), Discussion.objects.none())


def can_see_discussion(seat: Seat, discussion: Discussion) -> bool:
    me = seat.enrollment
    if seat.can(Right.SEE_HIDDEN) or (me is not None and discussion.author_id == me.pk):
        return True
    if discussion.state == Discussion.State.DRAFT:
        return False
    return discussion.section_id is None or (
        me is not None and discussion.section_id == me.section_id
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """A viewer inside a discussion, with what they have left there: the last visit, and which
    draft of a response there is (without its text). ``unseen`` is how many of their notices, on
    the whole site, are new: the header says it; ``unseen_here`` how many of these are about it.
    """

    seat: Seat
    discussion: Discussion
    visit: Visit | None
    draft: Draft | None
    unseen: int
    unseen_here: int


def enter(user: Viewer, public_id: str, right: Right = Right.SEE) -> Entered:
    """The door to a discussion; a draft is not there for those who may not see it. One query."""
    me = user.pk
    found = DOOR.first([me, me, public_id, me, f"respond:{public_id}", public_id])
    if found is None:
        raise Http404
    discussion, course, enrollment, visit, draft, unseen, unseen_here = found
    discussion.course = course
    seat = seated(course, enrollment)
    if not can_see_discussion(seat, discussion):
        raise Http404
    if not seat.can(right):
        raise PermissionDenied
    return Entered(seat, discussion, visit, draft, unseen, unseen_here)


def discussion_for(
    user: Viewer, public_id: str, right: Right = Right.SEE
) -> tuple[Seat, Discussion]:
    """The same door, for whoever asks for nothing more. One query."""
    entered = enter(user, public_id, right)
    return entered.seat, entered.discussion


def merged_into(seat: Seat, discussion: Discussion) -> Discussion | None:
    """Where a discussion went, for whoever may see that. No query for one that is still there."""
    if discussion.merged_into_id is None:
        return None
    return visible_discussions(seat).filter(pk=discussion.merged_into_id).first()


def can_edit_discussion(seat: Seat, discussion: Discussion) -> bool:
    """Teachers, and its author: who may pose, or leads the meeting and has not opened it yet. Where
    what the author posts waits, only the draft: what a teacher has opened was the text as it was.
    """
    me = seat.enrollment
    if discussion.merged_into_id is not None:
        return False
    if seat.can(Right.MODERATE):
        return True
    if me is None or discussion.author_id != me.pk or not seat.can(Right.WRITE):
        return False
    if discussion.state != Discussion.State.DRAFT and waits(me, seat.course):
        return False
    return seat.can(Right.POSE) or (
        discussion.meeting_id is not None and leads(seat, discussion.meeting_id)
    )


def can_open(seat: Seat, discussion: Discussion) -> bool:
    """A draft: who may change it, unless a teacher must open what they pose. A closed one:
    teachers.
    """
    if discussion.state != Discussion.State.DRAFT:
        return seat.can(Right.MODERATE)
    me = seat.enrollment
    return me is not None and can_edit_discussion(seat, discussion) and not waits(me, seat.course)


def waits(person: Enrollment, course: Course) -> bool:
    """Whether what this person posts waits until a teacher lets it in, and what they pose until one
    opens it.
    """
    if person.role == Role.GUEST:
        return True
    return (person.hold_posts or course.hold_posts) and Right.MODERATE not in RIGHTS[person.role]


def leads(seat: Seat, meeting_id: int) -> bool:
    """Whether this person is to pose the question for a meeting. One query."""
    me = seat.enrollment
    return me is not None and me.leads.filter(meeting=meeting_id).exists()


def leads_any(seat: Seat) -> bool:
    """Whether this person leads some meeting of the course, and so may write a question."""
    me = seat.enrollment
    return me is not None and seat.can(Right.WRITE) and me.leads.exists()


def takes_guests(seat: Seat, discussion: Discussion) -> bool:
    """Whether whoever looks from this seat may respond or reply as a guest: from none, in an open
    course that invites guests.
    """
    course = seat.course
    invites = course.guests and course.is_public and not course.is_sealed
    return invites and not seat.is_member and discussion.is_open


def can_pose(seat: Seat, meeting: Meeting | None = None) -> bool:
    """In the whole course, or for the meeting that one leads."""
    if seat.can(Right.POSE):
        return True
    return meeting is not None and seat.can(Right.WRITE) and leads(seat, meeting.pk)


def can_ask(seat: Seat) -> bool:
    """Whether this person may begin a discussion somewhere: in the course, or for a meeting."""
    return can_pose(seat) or leads_any(seat)


def sees_remarks(seat: Seat, discussion: Discussion) -> bool:
    """Teachers, and whoever posed the discussion."""
    me = seat.enrollment
    return me is not None and (seat.can(Right.SEE_HIDDEN) or discussion.author_id == me.pk)


# -- Posts --------------------------------------------------------------------------------------

# What has been posted counts as one's own answer also while it waits to be let in. What was
# withdrawn or hidden does not: then the door that post-first keeps is shut again.
COUNTING = (Post.State.POSTED, Post.State.HELD)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one viewer may read in one discussion.

    ``is_open``: others' posts may be read, counted and named. Otherwise the discussion asks for
    one's own response first, and only what one wrote oneself is there.
    """

    me: int | None
    is_open: bool
    sees_hidden: bool

    def reads(self, state: str, author_id: int) -> bool:
        """Whether this viewer sees the words of a post. Withdrawn words are for nobody but their
        author; hidden and waiting ones also for teachers.
        """
        if author_id == self.me:
            return True
        if state == Post.State.POSTED:
            return self.is_open
        return state in {Post.State.HIDDEN, Post.State.HELD} and self.sees_hidden

    def number_of(self, number: int) -> int:
        """A post's number as this viewer may know it: it counts what others wrote before. 0 where
        there is none, or none to be told.
        """
        return number if self.is_open else 0

    def knows_of(self, state: str, author_id: int, number: int) -> bool:
        """Whether this viewer may know that the post is there: at least a line in its place."""
        return self.reads(state, author_id) or (self.is_open and number > 0)


def sight_of(seat: Seat, discussion: Discussion, now: datetime | None = None) -> Sight:
    """No query; one for a student in a discussion that is post-first."""
    me = seat.enrollment
    return Sight(
        me=me.pk if me else None,
        is_open=not asks_first(discussion, now or timezone.now())
        or seat.can(Right.SEE_HIDDEN)
        or (me is not None and (discussion.author_id == me.pk or has_answered(me, discussion))),
        sees_hidden=seat.can(Right.SEE_HIDDEN),
    )


def asks_first(discussion: Discussion, now: datetime) -> bool:
    """Whether others' posts are still kept from those who have not answered: until the answers
    are due, or nothing can be added any more.
    """
    return (
        discussion.post_first
        and discussion.is_open
        and not discussion.course.is_sealed
        and (discussion.due_at is None or discussion.due_at > now)
    )


def counting_answers() -> QuerySet[Post]:
    """The responses by which their writers have answered: they stand, and are as long as is asked
    for. What “has answered” means for post-first, what is due, reminders and the table of answers
    alike (docs/decisions/0014).
    """
    return Post.objects.filter(
        root__isnull=True,
        state__in=COUNTING,
        words__gt=0,
        words__gte=Coalesce(F("discussion__words_least"), 1),
    )


def answers_in(discussion: Discussion) -> QuerySet[Post]:
    return counting_answers().filter(discussion=discussion)


def has_answered(person: Enrollment, discussion: Discussion) -> bool:
    """Whether a person's own response opens the door. Cutting it down to nothing afterwards shuts
    the door again.
    """
    return answers_in(discussion).filter(author=person).exists()


def words_so_far(person: Enrollment, discussion: Discussion) -> int | None:
    """How long the longest response is of somebody who is still short of what is asked; None where
    nothing is missing, or nothing is there. One query, none where no length is asked.
    """
    least = discussion.words_least
    if not least:
        return None
    mine = Post.objects.filter(
        discussion=discussion, author=person, root__isnull=True, state__in=COUNTING
    )
    longest: int | None = mine.aggregate(words=Max("words"))["words"]
    return longest if longest is not None and longest < least else None


def readable_posts(seats: Iterable[Seat], now: datetime | None = None) -> QuerySet[Post]:
    """Every post whose words somebody with these seats may read: ``Sight.reads`` as a query.

    For whatever shows, counts or searches posts of several discussions.
    """
    seats = list(seats)
    people = [seat.enrollment.pk for seat in seats if seat.enrollment is not None]
    teaching = [seat.course.pk for seat in seats if seat.can(Right.SEE_HIDDEN)]
    mine = Q(author__in=people)
    taught = Q(discussion__course__in=teaching)
    shown = Q(state=Post.State.POSTED) & (taught | open_to(people, now or timezone.now()))
    kept = Q(state__in=[Post.State.HIDDEN, Post.State.HELD]) & taught
    return Post.objects.filter(discussion__in=visible_to(seats)).filter(mine | shown | kept)


def open_to(people: list[int], now: datetime) -> Q:
    """The posts of discussions that ask these people for nothing (more) first."""
    answered = counting_answers().filter(discussion=OuterRef("discussion"), author__in=people)
    return (
        Q(discussion__post_first=False)
        | ~Q(discussion__state=Discussion.State.OPEN)
        | Q(discussion__due_at__lte=now)
        | Q(discussion__course__sealed_at__isnull=False)
        | Q(discussion__author__in=people)
        | Q(Exists(answered))
    )


def unnumbered_among(seats: Iterable[Seat], posts: Iterable[Post]) -> set[int]:
    """The keys of those of these posts whose number is not told (``Sight.number_of``): one's own
    where others' are kept back. One query, if any discussion asks first.
    """
    now = timezone.now()
    mine = {seat.enrollment.pk: seat for seat in seats if seat.enrollment is not None}
    asked = set()
    for post in posts:
        seat = mine.get(post.author_id)
        if seat is None or seat.can(Right.SEE_HIDDEN):
            continue
        post.discussion.course = seat.course
        if asks_first(post.discussion, now):
            asked.add(post.pk)
    if not asked:
        return asked
    told = Post.objects.filter(pk__in=asked).filter(open_to(list(mine), now))
    return asked - set(told.values_list("pk", flat=True))


# A post with all that is around it, and the viewer's seat (web/rows.py says why).
POST_DOOR = Joined(
    """
    SELECT {post}, {discussion}, {course}, {author}, {root}, {parent}, {seat}
    FROM discussions_post post
    JOIN discussions_discussion discussion ON discussion.id = post.discussion_id
    JOIN courses_course course ON course.id = discussion.course_id
    JOIN courses_enrollment author ON author.id = post.author_id
    LEFT JOIN discussions_post root ON root.id = post.root_id
    LEFT JOIN discussions_post parent ON parent.id = post.parent_id
    LEFT JOIN courses_enrollment seat
        ON seat.course_id = course.id AND seat.user_id = %s AND seat.removed_at IS NULL
    WHERE post.public_id = %s
    """,
    post=Post,
    discussion=Discussion,
    course=Course,
    author=Enrollment,
    root=Post,
    parent=Post,
    seat=Enrollment,
)


def post_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> tuple[Seat, Post]:
    """The door to a post. A placeholder keeps its address; a post that this viewer may not know
    of is not there. One query, and one for a student where the discussion is post-first.
    """
    found = POST_DOOR.first([user.pk, public_id])
    if found is None:
        raise Http404
    post, discussion, course, author, root, parent, enrollment = found
    discussion.course = course
    post.discussion, post.author, post.root, post.parent = discussion, author, root, parent
    seat = seated(course, enrollment)
    if not can_see_discussion(seat, post.discussion):
        raise Http404
    sight = sight_of(seat, post.discussion)
    if not sight.knows_of(post.state, post.author_id, post.number):
        raise Http404
    if not seat.can(right):
        raise PermissionDenied
    return seat, post


def can_read(seat: Seat, post: Post) -> bool:
    """Whether this viewer sees the words of a post, or only that it stood there."""
    return sight_of(seat, post.discussion).reads(post.state, post.author_id)


def can_edit_post(seat: Seat, post: Post) -> bool:
    """Its author, while it stands, the discussion is open and the time for it has not run out."""
    return (
        can_withdraw(seat, post)
        and post.discussion.is_open
        and in_edit_window(seat.course, post.created_at)
    )


def in_edit_window(course: Course, created_at: datetime) -> bool:
    """Whether a post may still be edited, as far as the course's rule goes."""
    if course.edit_minutes is None:
        return True
    return timezone.now() < created_at + timedelta(minutes=course.edit_minutes)


def can_withdraw(seat: Seat, post: Post) -> bool:
    """Its author, in a closed discussion too."""
    return (
        seat.enrollment is not None
        and post.author_id == seat.enrollment.pk
        and seat.can(Right.WRITE)
        and post.state in COUNTING
    )


def guest_may_withdraw(post: Post) -> bool:
    """Whether the guest who wrote it may take it back, as a member may. Who they are their link
    has proved.
    """
    return post.state in COUNTING and not post.discussion.course.is_sealed


def guest_may_edit(post: Post) -> bool:
    """A guest's words can be changed until a teacher has let them in: from then on it is that text
    which was let in. Nothing more is taken from a guest whom a teacher has taken out of the course.
    """
    return (
        guest_may_withdraw(post)
        and post.author.removed_at is None
        and post.number == 0
        and post.discussion.is_open
        and in_edit_window(post.discussion.course, post.created_at)
    )


def guest_may_be_told(post: Post) -> bool:
    """Whether a guest can ask for mail about answers to what they wrote: while there may be any."""
    return guest_may_withdraw(post) and post.author.removed_at is None and post.discussion.is_open


def can_see_revisions(seat: Seat, post: Post) -> bool:
    mine = seat.enrollment is not None and post.author_id == seat.enrollment.pk
    return mine or (seat.can(Right.SEE_HIDDEN) and post.state != Post.State.WITHDRAWN)


def can_endorse(seat: Seat, post: Post) -> bool:
    """A teacher, what somebody else has posted."""
    return seat.can(Right.MODERATE) and can_praise(seat, post)


def can_thank(seat: Seat, post: Post) -> bool:
    """A classmate, for what they can read and somebody else has posted."""
    return seat.can(Right.WRITE) and not seat.can(Right.MODERATE) and can_praise(seat, post)


def can_praise(seat: Seat, post: Post) -> bool:
    me = seat.enrollment
    is_anothers = me is not None and post.author_id != me.pk
    return is_anothers and post.state == Post.State.POSTED and can_read(seat, post)


def can_report(seat: Seat, post: Post) -> bool:
    """Who may report at all, what they can read and somebody else wrote."""
    me = seat.enrollment
    is_anothers = me is not None and post.author_id != me.pk
    return is_anothers and seat.can(Right.REPORT) and can_read(seat, post)


def sees_reports_of_own(seat: Seat) -> bool:
    """Whether a teacher sees what was reported of their own posts, and by whom: instructors, who
    answer for the course and may be its only teacher. Assistants do not.
    """
    return seat.can(Right.COURSE)


def drafts_of(person: Enrollment) -> QuerySet[Draft]:
    """A draft is its writer's alone."""
    return Draft.objects.filter(person=person)


# -- Names --------------------------------------------------------------------------------------


def guest_name(name: str) -> str:
    """They chose the name themselves: nobody shall take it for that of a member."""
    return gettext("%(name)s (guest)") % {"name": name}


class Bylines:
    """The name shown to one viewer for whoever wrote something in some discussions.

    Where a discussion hides names, a classmate sees the made-up one, teachers see both, and
    everybody knows their own.
    """

    def __init__(self, seat: Seat, discussions: Iterable[Discussion]) -> None:
        """One query, none where no discussion hides names."""
        self.sees_names = seat.can(Right.SEE_NAMES)
        self.me = seat.enrollment.pk if seat.enrollment else None
        self.masked = {one.pk for one in discussions if one.pseudonyms}
        self.names: dict[tuple[int, int], str] = {}
        if self.masked:
            rows = Pseudonym.objects.filter(discussion__in=self.masked)
            self.names = {
                (discussion, person): name
                for discussion, person, name in rows.values_list("discussion", "person", "name")
            }

    def of(self, discussion_id: int, person_id: int, byline: str, role: str) -> str:
        if role == Role.GUEST:
            return guest_name(byline)
        if discussion_id not in self.masked:
            return byline
        name = self.names.get((discussion_id, person_id), "")
        if not name and role not in MASKED:
            return byline
        if not name and self.sees_names:
            return byline
        if not name:
            # Nothing was posted under a made-up name yet: say nobody's rather than the real one.
            name = gettext("a classmate")
        if person_id == self.me:
            return gettext("%(name)s (you)") % {"name": name}
        return f"{byline} ({name})" if self.sees_names else name

    def by(self, discussion_id: int, person: Enrollment) -> str:
        return self.of(discussion_id, person.pk, person.byline, person.role)


def shown_as(seats: Iterable[Seat], part: str, of: str = "discussion") -> Q:
    """Whatever is written by somebody whose name, as these seats see it, has this part: what
    ``Bylines`` shows, as a condition on posts, or on discussions with ``of=""``. Two queries.

    So nobody learns from a search by name who is behind a pseudonym.
    """
    seats = list(seats)
    wanted = level(part)
    courses = [seat.course.pk for seat in seats]
    bylines = Enrollment.objects.filter(course__in=courses).values_list("pk", "byline")
    people = [pk for pk, byline in bylines.order_by() if wanted in level(byline)]
    made_up = Pseudonym.objects.filter(discussion__course__in=courses)
    named = [pk for pk, name in made_up.values_list("pk", "name") if wanted in level(name)]
    inside = f"{of}__" if of else ""
    here = Pseudonym.objects.filter(discussion=OuterRef(of or "pk"), person=OuterRef("author"))
    sees_names = [seat.course.pk for seat in seats if seat.can(Right.SEE_NAMES)]
    by_name = (
        Q(**{f"{inside}pseudonyms": False})
        | Q(**{f"{inside}course__in": sees_names})
        | ~Q(author__role__in=MASKED) & ~Exists(here)
    )
    by_made_up_name = Q(**{f"{inside}pseudonyms": True}) & Exists(here.filter(pk__in=named))
    return Q(author__in=people) & by_name | by_made_up_name


# Whose names a discussion hides. Teachers speak as themselves.
MASKED = frozenset({Role.STUDENT, Role.OBSERVER})
