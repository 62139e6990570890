"""Checking quotations again when the readings have changed."""

from __future__ import annotations

from django.db import transaction

from quaestio.courses.models import Course
from quaestio.discussions.actions.parts import lock, put_quotations, touch
from quaestio.discussions.models import (
    Discussion,
    Post,
)
from quaestio.discussions.rendering import Rendered, render


def recheck(*, course: Course) -> int:
    """Check every quotation of a course again, after its readings changed. How many changed."""
    changed = 0
    for discussion in Discussion.objects.filter(course=course).iterator():
        changed += recheck_one(discussion, None, discussion.context, discussion.body_html)
    posts = Post.objects.filter(discussion__course=course).select_related("discussion__course")
    for post in posts.iterator():
        changed += recheck_one(post.discussion, post, post.source, post.body_html)
    return changed


def recheck_one(discussion: Discussion, post: Post | None, source: str, before: str) -> int:
    rendered: Rendered = render(discussion.course, source, (discussion, post))
    if rendered.html == before:
        return 0
    with transaction.atomic():
        lock(discussion.pk)
        if post is None:
            rows = Discussion.objects.filter(pk=discussion.pk, context=source)
        else:
            rows = Post.objects.filter(pk=post.pk, source=source)  # type: ignore[assignment]
        # Edited meanwhile: then the edit has checked it already.
        if not rows.update(body_html=rendered.html):
            return 0
        put_quotations(discussion, post, rendered.quotations, past=rendered.past)
        touch(discussion)
    return 1
