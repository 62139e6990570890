"""What teachers do to posts and discussions."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.actions import note_deed
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Enrollment, Meeting
from quaestio.discussions.access import COUNTING
from quaestio.discussions.actions.parts import (
    PostRefused,
    count_waiting,
    lock,
    note_move,
    note_post,
    touch,
)
from quaestio.discussions.actions.posting import lock_post
from quaestio.discussions.actions.stands import take_up_positions
from quaestio.discussions.actions.telling import (
    have_answered_told,
    have_author_told,
    have_report_told,
)
from quaestio.discussions.models import (
    Discussion,
    Post,
    Report,
)


@transaction.atomic
def close_discussion(*, discussion: Discussion, by: Enrollment) -> Discussion:
    lock(discussion.pk)
    discussion.refresh_from_db(fields=["state"])
    if discussion.state == Discussion.State.OPEN:
        discussion.state = Discussion.State.CLOSED
        discussion.save(update_fields=["state"])
        note_deed(Deed.CLOSED, by=by, discussion=discussion.public_id)
        touch(discussion)
    return discussion


@transaction.atomic
def hide(*, post: Post, by: Enrollment, because: str = "") -> Post:
    """Hide a post from classmates; its author sees it, with the reason. One that waits to be let
    in is turned down by this.
    """
    post = lock_post(post)
    if post.state in COUNTING:
        # What was never let in is turned down; what was edited since had been there before.
        deed = Deed.HID if post.number else Deed.TURNED_DOWN
        post.state, post.hidden_because = Post.State.HIDDEN, because[:500]
        post.save(update_fields=["state", "hidden_because"])
        note_post(deed, post, by=by, because=because)
        settle(post, by)
        touch(post.discussion)
        count_waiting(post.discussion.course_id)
        have_author_told(post, "hidden")
    return post


@transaction.atomic
def show(*, post: Post, by: Enrollment) -> Post:
    """Let a hidden post be seen again, or one that waits be seen at all."""
    post = lock_post(post)
    if post.state not in {Post.State.HIDDEN, Post.State.HELD}:
        return post
    had_waited = post.state == Post.State.HELD or post.number == 0
    if had_waited:
        post.shown_at = timezone.now()
    post.state, post.hidden_because = Post.State.POSTED, ""
    number_it(post)
    post.save(update_fields=["state", "hidden_because", "number", "shown_at"])
    if had_waited:
        take_up_positions(post)
        have_author_told(post, "let_in")
    note_post(Deed.LET_IN if had_waited else Deed.SHOWED, post, by=by)
    touch(post.discussion)
    count_waiting(post.discussion.course_id)
    have_answered_told(post)
    return post


def number_it(post: Post) -> None:
    """Give a post its number when it is first let in; the next one in its row."""
    if post.number:
        return
    if post.root_id is None:
        discussion = Discussion.objects.get(pk=post.discussion_id)
        post.number = discussion.numbers_given + 1
        Discussion.objects.filter(pk=discussion.pk).update(numbers_given=F("numbers_given") + 1)
        return
    root = Post.objects.get(pk=post.root_id)
    post.number = root.replies_made + 1
    Post.objects.filter(pk=root.pk).update(replies_made=F("replies_made") + 1)


# -- Reports ------------------------------------------------------------------------------------


@transaction.atomic
def report(*, post: Post, by: Enrollment, because: str) -> Report:
    """Tell the teachers that a post is not right. Whoever has done so already and has had no
    answer yet has done so once.
    """
    post = lock_post(post)
    there = post.reports.filter(by=by, settled_at__isnull=True).first()
    if there is not None:
        return there
    if post.state != Post.State.POSTED:
        raise PostRefused(_("This post is no longer shown to the class, so nothing is left to do."))
    made = Report.objects.create(post=post, by=by, because=because[:500])
    note_post(Deed.REPORTED, post, by=by, because=because)
    count_waiting(post.discussion.course_id)
    have_report_told(made)
    return made


@transaction.atomic
def leave_reported(*, post: Post, by: Enrollment) -> int:
    """Answer the reports of a post: it may stand. How many there were."""
    post = lock_post(post)
    settled = settle(post, by)
    if settled:
        note_post(Deed.LEFT, post, by=by)
        count_waiting(post.discussion.course_id)
    return settled


def settle(post: Post, by: Enrollment) -> int:
    """Whatever became of the post, its reports have been answered."""
    unsettled = post.reports.filter(settled_at__isnull=True)
    return unsettled.update(settled_at=timezone.now(), settled_by=by)


# -- Where a discussion stands ------------------------------------------------------------------


@transaction.atomic
def pin(*, discussion: Discussion, by: Enrollment, pinned: bool = True) -> Discussion:
    """Put a discussion first in its meeting and among those of no meeting, or back in its row."""
    discussion = lock(discussion.pk)
    if (discussion.pinned_at is not None) == pinned:
        return discussion
    discussion.pinned_at = timezone.now() if pinned else None
    discussion.save(update_fields=["pinned_at"])
    deed = Deed.PINNED if pinned else Deed.UNPINNED
    note_deed(deed, by=by, discussion=discussion.public_id)
    touch(discussion)
    return discussion


@transaction.atomic
def move_discussion(*, discussion: Discussion, by: Enrollment, to: Meeting | None) -> Discussion:
    """Put a discussion into another meeting of its course, or into none."""
    discussion = lock(discussion.pk)
    if to is not None and to.course_id != discussion.course_id:
        raise ValueError("a meeting of another course")
    if discussion.meeting_id == (to.pk if to else None):
        return discussion
    note_move(discussion, to, by=by)
    discussion.meeting = to
    discussion.save(update_fields=["meeting"])
    touch(discussion)
    return discussion
