"""What teachers do to posts and discussions."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from quaestio.courses.actions import note_deed
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Enrollment
from quaestio.discussions.access import COUNTING
from quaestio.discussions.actions.parts import lock, note_post, touch
from quaestio.discussions.actions.posting import lock_post
from quaestio.discussions.actions.stands import take_up_positions
from quaestio.discussions.models import (
    Discussion,
    Post,
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
        touch(post.discussion)
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
    note_post(Deed.LET_IN if had_waited else Deed.SHOWED, post, by=by)
    touch(post.discussion)
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
