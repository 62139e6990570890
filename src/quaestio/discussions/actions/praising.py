"""Endorsing a post, and saying thank you for one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from quaestio.courses.models import Enrollment
from quaestio.discussions.actions.parts import lock_home, touch
from quaestio.discussions.actions.visits import tell
from quaestio.discussions.models import Post, Thanks


@transaction.atomic
def endorse(*, post: Post, by: Enrollment, on: bool = True) -> Post:
    """A teacher stands behind a post, or does no longer. The first to endorse it is named."""
    lock_home(post)
    posts = Post.objects.filter(pk=post.pk, endorsed_by__isnull=on, state=Post.State.POSTED)
    if posts.update(endorsed_by=by if on else None, endorsed_at=timezone.now() if on else None):
        touch(post.discussion)
    post.refresh_from_db(fields=["endorsed_by", "endorsed_at"])
    return post


@transaction.atomic
def thank(*, post: Post, by: Enrollment, on: bool = True) -> Thanks | None:
    """Say thank you, or take it back. Only the two people's pages change."""
    lock_home(post)
    thanks = None
    if on:
        thanks, is_new = Thanks.objects.get_or_create(post=post, person=by)
    else:
        is_new = bool(Thanks.objects.filter(post=post, person=by).delete()[0])
    if is_new:
        tell(post.discussion, by.pk, post.author_id)
    return thanks
