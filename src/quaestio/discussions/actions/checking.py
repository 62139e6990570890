"""Checking quotations again when the readings have changed."""

from __future__ import annotations

from django.db import transaction

from quaestio.courses.models import Course
from quaestio.discussions.actions.parts import lock, lock_home, put_quotations, touch
from quaestio.discussions.models import (
    Discussion,
    OutsideWork,
    Post,
)
from quaestio.discussions.rendering import Rendered, render


def recheck(*, course: Course) -> int:
    """Check every quotation of a course again, after its readings changed. How many changed."""
    changed = 0
    works = works_of(course)
    for discussion in Discussion.objects.filter(course=course).iterator():
        changed += recheck_one(discussion, None, discussion.context, discussion.body_html, works)
    posts = Post.objects.filter(discussion__course=course).select_related("discussion__course")
    for post in posts.iterator():
        changed += recheck_one(post.discussion, post, post.source, post.body_html, works)
    return changed


Works = dict[tuple[int, int | None], list[str]]


def works_of(course: Course) -> Works:
    """By discussion and post, the citations that led out of the course when last checked."""
    works: Works = {}
    rows = OutsideWork.objects.filter(discussion__course=course)
    for discussion, post, raw in rows.values_list("discussion_id", "post_id", "raw"):
        works.setdefault((discussion, post), []).append(raw)
    return works


def recheck_one(
    discussion: Discussion, post: Post | None, source: str, before: str, works: Works
) -> int:
    rendered: Rendered = render(discussion.course, source, (discussion, post))
    known = works.get((discussion.pk, post.pk if post else None), [])
    if rendered.html == before and known == [one.raw for one in rendered.outside]:
        return 0
    with transaction.atomic():
        if post is None:
            lock(discussion.pk)
            rows = Discussion.objects.filter(pk=discussion.pk, context=source)
        else:
            discussion = lock_home(post)
            rows = Post.objects.filter(pk=post.pk, source=source)  # type: ignore[assignment]
        # Edited meanwhile: then the edit has checked it already.
        if not rows.update(body_html=rendered.html):
            return 0
        put_quotations(discussion, post, rendered)
        touch(discussion)
    return 1
