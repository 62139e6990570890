"""Who is told of what in a discussion, and in which words, as each person may see them.

Actions enqueue a task in their own transaction, the task calls ``tell_of_…``: a post costs its
writer one more row, however many are told. Words are made when they are shown or sent, through the
doors of ``access``: whoever may not see a thing at that moment is told nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quaestio.accounts.models import User
from quaestio.courses.access import Seat, rights_of, seats_of
from quaestio.courses.models import Enrollment, Leader
from quaestio.courses.roles import RIGHTS, Right
from quaestio.discussions.access import (
    Bylines,
    answers_in,
    can_see_discussion,
    has_answered,
    readable_posts,
    sees_reports_of_own,
)
from quaestio.discussions.models import Discussion, Post, Remark, Report
from quaestio.notifications.actions import tell
from quaestio.notifications.models import Notice
from quaestio.notifications.words import Words
from quaestio.web.richtext import flatten

LONGEST = 4_000  # characters of a post in a mail; the whole stands on the site


# -- Who is told --------------------------------------------------------------------------------


def tell_of_post(post: Post, at: datetime | None = None) -> int:
    """Whoever wrote what it answers. How many were told."""
    kind, answered = ("replied", post.parent.author) if post.parent else ("responded", None)
    to = answered or post.discussion.author
    if to.pk == post.author_id:
        return 0
    return tell_about_post(post, kind, to, at)


def tell_author(post: Post, kind: str) -> int:
    """Its author, of what became of a post: ``let_in`` or ``hidden``."""
    return tell_about_post(post, kind, post.author)


def tell_about_post(post: Post, kind: str, to: Enrollment, at: datetime | None = None) -> int:
    course = post.discussion.course
    return tell(
        to=accounts([to]),
        kind=kind,
        about=post.public_id,
        key=f"{kind}:{post.public_id}",
        list=post.discussion.public_id,
        wider_list=course.public_id,
        at=at,
    )


def tell_of_opening(
    discussion: Discussion, by: Enrollment | None, at: datetime | None = None
) -> int:
    """Everybody in the course but whoever opened it."""
    members = Enrollment.objects.filter(course=discussion.course, removed_at__isnull=True)
    if by is not None:
        members = members.exclude(pk=by.pk)
    return tell_all(discussion, "opened", members.select_related("user"), at=at)


def tell_of_remark(remark: Remark) -> int:
    """The author of a draft and the teachers, of a remark on it; but not whoever wrote it."""
    members = Enrollment.objects.filter(
        course=remark.discussion.course_id, removed_at__isnull=True
    ).exclude(pk=remark.author_id)
    concerned = [
        one
        for one in members.select_related("user")
        if one.pk == remark.discussion.author_id or Right.SEE_HIDDEN in RIGHTS[one.role]
    ]
    name = remark.discussion.public_id
    return tell_all(remark.discussion, "remarked", concerned, key=f"remarked:{name}:{remark.pk}")


def tell_of_asking(discussion: Discussion) -> int:
    """The teachers, that somebody whose posts wait has posed a discussion for them to open."""
    return tell_all(discussion, "asking", teachers_of(discussion))


def tell_of_report(report: Report) -> int:
    """The teachers, that a post was reported; but not whoever did so, and of an assistant's own
    post not them.
    """
    post = report.post
    concerned = [
        one
        for one in teachers_of(post.discussion)
        if one.pk != report.by_id and (one.pk != post.author_id or Right.COURSE in RIGHTS[one.role])
    ]
    return tell(
        to=accounts(concerned),
        kind="reported",
        about=post.public_id,
        key=f"reported:{report.public_id}",
        list=post.discussion.public_id,
        wider_list=post.discussion.course.public_id,
    )


def teachers_of(discussion: Discussion) -> list[Enrollment]:
    members = Enrollment.objects.filter(course=discussion.course_id, removed_at__isnull=True)
    return [one for one in members.select_related("user") if Right.MODERATE in RIGHTS[one.role]]


def tell_what_is_due(day: date) -> int:
    """Those who are to answer by ``day`` and have not yet. How many were told."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    due = Discussion.objects.filter(
        state=Discussion.State.OPEN,
        due_at__gte=begin,
        due_at__lt=begin + timedelta(days=1),
        course__sealed_at__isnull=True,
    )
    return sum(tell_it_is_due(one) for one in due.select_related("course"))


def tell_it_is_due(discussion: Discussion) -> int:
    answered = answers_in(discussion).values("author")
    members = Enrollment.objects.filter(course=discussion.course, removed_at__isnull=True)
    silent = members.exclude(pk__in=answered).exclude(pk=discussion.author_id)
    asked = [
        one
        for one in silent.select_related("user")
        if Right.WRITE in rights_of(discussion.course, one)
        and Right.SEE_HIDDEN not in rights_of(discussion.course, one)
    ]
    day = timezone.localtime(discussion.due_at).date().isoformat()
    return tell_all(discussion, "due", asked, key=f"due:{discussion.public_id}:{day}")


def tell_all(
    discussion: Discussion,
    kind: str,
    people: Iterable[Enrollment],
    key: str = "",
    at: datetime | None = None,
) -> int:
    return tell(
        to=accounts(people),
        kind=kind,
        about=discussion.public_id,
        key=key or f"{kind}:{discussion.public_id}",
        list=discussion.public_id,
        wider_list=discussion.course.public_id,
        at=at,
    )


def accounts(people: Iterable[Enrollment]) -> list[User]:
    return [one.user for one in people if one.user is not None]


# -- What it says -------------------------------------------------------------------------------


def words_of(notices: Sequence[Notice], *, as_news: bool = False) -> dict[int, Words]:
    """For each notice that its reader may be told of now: see ``notifications.words``. The same
    few queries for one notice and for thirty.
    """
    leading = [one for one in notices if one.kind == "leading"]
    enrolled = [one for one in notices if one.kind == "enrolled"]
    found = words_of_leading(leading, as_news) if leading else {}
    found |= words_of_enrolled(enrolled, as_news) if enrolled else {}
    things = Things([one for one in notices if one.kind in KINDS])
    for notice in notices:
        telling = things.telling(notice)
        words = telling and KINDS[notice.kind](telling, as_news)
        if words:
            found[notice.pk] = words
    return found


def words_of_leading(notices: Sequence[Notice], as_news: bool) -> dict[int, Words]:
    """That somebody is to pose the question for a meeting, for as long as they are. One query."""
    leaders = Leader.objects.filter(
        meeting__public_id__in={one.about for one in notices},
        person__user__in={one.to_id for one in notices},
        person__removed_at__isnull=True,
    ).select_related("meeting__course", "person")
    there = {(one.person.user_id, one.meeting.public_id): one.meeting for one in leaders}
    found = {}
    for notice in notices:
        meeting = there.get((notice.to_id, notice.about))
        if meeting is None or (as_news and meeting.course.is_sealed):
            continue
        on = date_format(meeting.date, "l, j F")
        found[notice.pk] = Words(
            title=_("You pose the question for %(date)s") % {"date": on},
            place=meeting.title,
            course=meeting.course.title,
            path=meeting.get_absolute_url(),
            button=_("See what is to be read"),
            list=meeting.course.public_id,
            list_name=meeting.course.title,
        )
    return found


def words_of_enrolled(notices: Sequence[Notice], as_news: bool) -> dict[int, Words]:
    """That a teacher has put somebody into a course, for as long as they are in. One query."""
    members = Enrollment.objects.filter(
        course__public_id__in={one.about for one in notices},
        user__in={one.to_id for one in notices},
        removed_at__isnull=True,
    ).select_related("course")
    there = {(one.user_id, one.course.public_id): one.course for one in members}
    found = {}
    for notice in notices:
        course = there.get((notice.to_id, notice.about))
        if course is None or (as_news and course.is_sealed):
            continue
        found[notice.pk] = Words(
            title=_("You are in a course: your teacher has put the class list in"),
            place=course.title,
            course=course.term,
            path=course.get_absolute_url(),
            button=_("Go to the course"),
            list=course.public_id,
            list_name=course.title,
        )
    return found


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice with all that its words are made of, behind every door."""

    seat: Seat
    discussion: Discussion
    post: Post | None
    bylines: Bylines | None
    now: datetime

    @property
    def writer(self) -> str:
        """Who wrote the post, as this reader may see it."""
        assert self.post is not None and self.bylines is not None
        return self.bylines.by(self.discussion.pk, self.post.author)

    def words(
        self, title: str, button: str, text: str = "", *, whole_course: bool = False
    ) -> Words:
        course, discussion = self.seat.course, self.discussion
        path = reverse("discussion", args=[discussion.public_id])
        if self.post is not None:
            path = f"{path}#p-{self.post.public_id}"
        return Words(
            title=title,
            place=discussion.title,
            course=course.title,
            path=path,
            button=button,
            text=shortened(text),
            list=course.public_id if whole_course else discussion.public_id,
            list_name=course.title if whole_course else discussion.title,
        )


class Things:
    """What some notices are about, and their readers' seats: seven queries, however many there
    are; for posts, two for each reader and course.
    """

    def __init__(self, notices: Sequence[Notice]) -> None:
        self.now = timezone.now()
        named = {notice.list for notice in notices}
        discussions = Discussion.objects.filter(public_id__in=named)
        self.discussions = {one.public_id: one for one in discussions.select_related("course")}
        members = Enrollment.objects.filter(
            user__in={notice.to_id for notice in notices},
            course__in={one.course_id for one in self.discussions.values()},
            removed_at__isnull=True,
        )
        courses = {one.course_id: one.course for one in self.discussions.values()}
        self.seats: dict[tuple[int, int], Seat] = {}
        for me in members:
            me.course = courses[me.course_id]
            self.seats[me.user_id or 0, me.course_id] = Seat(
                me.course, me, rights_of(me.course, me)
            )
        self.posts: dict[tuple[int, str], Post] = {}
        self.bylines: dict[tuple[int, int], Bylines] = {}
        about_posts = [notice for notice in notices if notice.about not in self.discussions]
        for reader in {notice.to_id for notice in about_posts}:
            self.look_up(reader, {one.about for one in about_posts if one.to_id == reader})

    def look_up(self, reader: int, wanted: set[str]) -> None:
        """The posts that one reader may read, of those they were told of."""
        seats = [seat for (user, _course), seat in self.seats.items() if user == reader]
        posts = readable_posts(seats, self.now).filter(public_id__in=wanted)
        for post in posts.select_related("author", "discussion__course"):
            self.posts[reader, post.public_id] = post
        # A post may have gone to another discussion than the one it was told of.
        places = {post.discussion for (who, _name), post in self.posts.items() if who == reader}
        for seat in seats:
            there = [one for one in places if one.course_id == seat.course.pk]
            self.bylines[reader, seat.course.pk] = Bylines(seat, there)

    def telling(self, notice: Notice) -> Telling | None:
        """None where a door is shut, or the thing is gone."""
        discussion = self.discussions.get(notice.list)
        if discussion is None or notice.kind not in KINDS:
            return None
        seat = self.seats.get((notice.to_id, discussion.course_id))
        if seat is None or not seat.can(Right.SEE):
            return None
        post = self.posts.get((notice.to_id, notice.about))
        if post is None and notice.about != discussion.public_id:
            return None
        if post is None and not can_see_discussion(seat, discussion):
            return None
        bylines = self.bylines.get((notice.to_id, discussion.course_id))
        return Telling(seat, post.discussion if post else discussion, post, bylines, self.now)


def shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"


REPLIES: dict[str, Any] = {
    Post.Kind.PLAIN: gettext_lazy("%(name)s replied to you"),
    Post.Kind.AGREE: gettext_lazy("%(name)s agrees with you"),
    Post.Kind.DISAGREE: gettext_lazy("%(name)s disagrees with you"),
    Post.Kind.QUALIFY: gettext_lazy("%(name)s qualifies what you wrote"),
    Post.Kind.ASK: gettext_lazy("%(name)s asks you something"),
    Post.Kind.SOURCE: gettext_lazy("%(name)s adds a source to what you wrote"),
}


def replied(telling: Telling, as_news: bool) -> Words | None:
    post = telling.post
    if post is None or (as_news and post.state != Post.State.POSTED):
        return None
    title = REPLIES[post.kind] % {"name": telling.writer}
    return telling.words(title, _("Read the reply in its place"), flatten(post.source).text)


def responded(telling: Telling, as_news: bool) -> Words | None:
    post = telling.post
    if post is None or (as_news and post.state != Post.State.POSTED):
        return None
    title = _("%(name)s responded to your discussion") % {"name": telling.writer}
    return telling.words(title, _("Read the response in its place"), flatten(post.source).text)


def let_in(telling: Telling, as_news: bool) -> Words | None:
    if telling.post is None or (as_news and telling.post.state != Post.State.POSTED):
        return None
    return telling.words(_("The class can read your post now"), _("See it in its place"))


def hidden(telling: Telling, as_news: bool) -> Words | None:
    post = telling.post
    if post is None or (as_news and post.state != Post.State.HIDDEN):
        return None
    text = _("A teacher has hidden it from the class. You still see it in its place.")
    if post.hidden_because:
        reason = _("The reason given: %(reason)s") % {"reason": post.hidden_because}
        text = f"{text}\n\n{reason}"
    return telling.words(_("Your post was hidden"), _("See it in its place"), text)


def opened(telling: Telling, as_news: bool) -> Words | None:
    discussion = telling.discussion
    if as_news and not (discussion.is_open and not telling.seat.course.is_sealed):
        return None
    parts = [flatten(discussion.context).text]
    if discussion.due_at:
        parts.append(_("Answers are due %(at)s.") % {"at": moment(discussion.due_at)})
    return telling.words(
        _("A discussion is open"),
        _("Read it and answer"),
        "\n\n".join(part for part in parts if part),
        whole_course=True,
    )


def due(telling: Telling, as_news: bool) -> Words | None:
    discussion, me = telling.discussion, telling.seat.enrollment
    if discussion.due_at is None or me is None:
        return None
    if as_news and not (
        discussion.is_open
        and discussion.due_at > telling.now
        and telling.seat.can(Right.WRITE)
        and not has_answered(me, discussion)
    ):
        return None
    title = _("Your answer is due %(at)s") % {"at": moment(discussion.due_at)}
    return telling.words(title, _("Write your answer"), whole_course=True)


def asking(telling: Telling, as_news: bool) -> Words | None:
    discussion = telling.discussion
    if not telling.seat.can(Right.MODERATE):
        return None
    if as_news and discussion.asked_at is None:
        return None
    return telling.words(_("A discussion waits for a teacher to open it"), _("Read it and decide"))


def reported(telling: Telling, as_news: bool) -> Words | None:
    post, seat = telling.post, telling.seat
    if post is None or seat.enrollment is None or not seat.can(Right.MODERATE):
        return None
    if post.author_id == seat.enrollment.pk and not sees_reports_of_own(seat):
        return None
    if as_news and not post.reports.filter(settled_at__isnull=True).exists():
        return None
    words = telling.words(_("A post was reported"), _("Look at it and decide"))
    return replace(words, path=reverse("waiting", args=[seat.course.public_id]))


def remarked(telling: Telling, as_news: bool) -> Words | None:
    discussion, me = telling.discussion, telling.seat.enrollment
    if as_news and discussion.state != Discussion.State.DRAFT:
        return None
    mine = me is not None and discussion.author_id == me.pk
    title = _("A remark on your draft") if mine else _("A remark on a draft")
    return telling.words(title, _("Read it and go on"))


KINDS: dict[str, Callable[[Telling, bool], Words | None]] = {
    "replied": replied,
    "responded": responded,
    "let_in": let_in,
    "hidden": hidden,
    "opened": opened,
    "due": due,
    "remarked": remarked,
    "asking": asking,
    "reported": reported,
}


def moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "l, j F, H:i")


def list_names(person: User, lists: Sequence[str]) -> dict[str, str]:
    """The titles of those of these courses and discussions that this person may know of."""
    seats = {seat.course.pk: seat for seat in seats_of(person)}
    names = {
        seat.course.public_id: seat.course.title
        for seat in seats.values()
        if seat.course.public_id in lists
    }
    for one in Discussion.objects.filter(public_id__in=lists, course__in=seats):
        if can_see_discussion(seats[one.course_id], one):
            names[one.public_id] = one.title
    return names
