"""Who sees which discussion, which post, and how much of it. One place, for pages, counts,
drafts, revisions, and later feeds, mail, search and exports.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from quaestio.courses.access import Seat, Viewer, first, seat_in
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Right
from quaestio.discussions.models import Discussion, Draft, Post

# Written out, as in courses.access: see SEAT there.
BY_PUBLIC_ID = "SELECT * FROM discussions_discussion WHERE public_id = %s"
COURSE_BY_ID = "SELECT * FROM courses_course WHERE id = %s"


def visible_discussions(seat: Seat) -> QuerySet[Discussion]:
    """Open and closed ones for all; drafts for their author and for teachers."""
    discussions = Discussion.objects.filter(course=seat.course)
    if seat.can(Right.SEE_HIDDEN):
        return discussions
    mine = Q(author=seat.enrollment) if seat.enrollment else Q(pk__in=[])
    return discussions.filter(~Q(state=Discussion.State.DRAFT) | mine)


def can_see_discussion(seat: Seat, discussion: Discussion) -> bool:
    return (
        discussion.state != Discussion.State.DRAFT
        or seat.can(Right.SEE_HIDDEN)
        or (seat.enrollment is not None and discussion.author_id == seat.enrollment.pk)
    )


def discussion_for(
    user: Viewer, public_id: str, right: Right = Right.SEE
) -> tuple[Seat, Discussion]:
    """The door to a discussion; a draft is not there for those who may not see it."""
    discussion = first(Discussion.objects.raw(BY_PUBLIC_ID, [public_id]))
    if discussion is None:
        raise Http404
    discussion.course = Course.objects.raw(COURSE_BY_ID, [discussion.course_id])[0]
    seat = seat_in(user, discussion.course)
    if not can_see_discussion(seat, discussion):
        raise Http404
    if not seat.can(right):
        raise PermissionDenied
    return seat, discussion


def post_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> tuple[Seat, Post]:
    """The door to a post, whatever its state: a placeholder keeps its address."""
    post = (
        Post.objects.select_related("discussion__course", "author", "root", "parent")
        .filter(public_id=public_id)
        .first()
    )
    if post is None:
        raise Http404
    seat = seat_in(user, post.discussion.course)
    if not can_see_discussion(seat, post.discussion):
        raise Http404
    if not seat.can(right):
        raise PermissionDenied
    return seat, post


def can_read_body(seat: Seat, *, state: str, author_id: int) -> bool:
    """Whether this viewer sees the words of a post, or only that it stood there.

    Withdrawn words are for nobody but their author; hidden ones also for teachers.
    """
    mine = seat.enrollment is not None and seat.enrollment.pk == author_id
    if state == Post.State.POSTED:
        return True
    if state == Post.State.HIDDEN:
        return mine or seat.can(Right.SEE_HIDDEN)
    return mine


def can_edit_discussion(seat: Seat, discussion: Discussion) -> bool:
    mine = seat.enrollment is not None and discussion.author_id == seat.enrollment.pk
    return (mine and seat.can(Right.POSE)) or seat.can(Right.MODERATE)


def can_edit_post(seat: Seat, post: Post) -> bool:
    """Its author, while it stands and the discussion is open."""
    return (
        seat.enrollment is not None
        and post.author_id == seat.enrollment.pk
        and seat.can(Right.WRITE)
        and post.state == Post.State.POSTED
        and post.discussion.is_open
    )


def can_withdraw(seat: Seat, post: Post) -> bool:
    """Its author, in a closed discussion too."""
    return (
        seat.enrollment is not None
        and post.author_id == seat.enrollment.pk
        and seat.can(Right.WRITE)
        and post.state == Post.State.POSTED
    )


def can_see_revisions(seat: Seat, post: Post) -> bool:
    mine = seat.enrollment is not None and post.author_id == seat.enrollment.pk
    return mine or (seat.can(Right.SEE_HIDDEN) and post.state != Post.State.WITHDRAWN)


def drafts_of(person: Enrollment) -> QuerySet[Draft]:
    """A draft is its writer's alone."""
    return Draft.objects.filter(person=person)
