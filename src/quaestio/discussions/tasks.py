"""Work done behind the page."""

from __future__ import annotations

from django_tasks import task

from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions, emails, guestmail
from quaestio.discussions.models import Discussion, GuestEntry, Post, Remark, Report


@task()
def recheck_course(course_public_id: str) -> int:
    """Check a course's quotations again, after a reading was added, replaced or removed."""
    course = Course.objects.filter(public_id=course_public_id).first()
    return actions.recheck(course=course) if course else 0


@task()
def tell_of_post(post_public_id: str) -> int:
    """Tell whoever is answered by a post. How many were told."""
    post = post_named(post_public_id)
    if post is None:
        return 0
    if post.parent is not None and post.parent.author.role == Role.GUEST:
        return guestmail.tell_of_answer(post)
    return emails.tell_of_post(post)


@task()
def tell_author(post_public_id: str, kind: str) -> int:
    """Tell the author what became of a post: ``let_in`` or ``hidden``."""
    post = post_named(post_public_id)
    return emails.tell_author(post, kind) if post else 0


@task()
def tell_of_opening(discussion_public_id: str, by_public_id: str) -> int:
    """Tell the class that a discussion is open. How many were told."""
    discussion = (
        Discussion.objects.select_related("course").filter(public_id=discussion_public_id).first()
    )
    by = Enrollment.objects.filter(public_id=by_public_id).first()
    return emails.tell_of_opening(discussion, by) if discussion else 0


@task()
def tell_of_asking(discussion_public_id: str) -> int:
    """Tell the teachers that a draft is to be opened. How many were told."""
    discussion = (
        Discussion.objects.select_related("course").filter(public_id=discussion_public_id).first()
    )
    return emails.tell_of_asking(discussion) if discussion and discussion.asked_at else 0


@task()
def tell_of_report(report_public_id: str) -> int:
    """Tell the teachers that a post was reported. How many were told."""
    reports = Report.objects.select_related("post__discussion__course", "post__author")
    report = reports.filter(public_id=report_public_id, settled_at__isnull=True).first()
    return emails.tell_of_report(report) if report else 0


@task()
def tell_of_remark(remark_pk: int) -> int:
    """Tell those whom a remark on a draft concerns. How many were told."""
    remark = Remark.objects.select_related("discussion__course").filter(pk=remark_pk).first()
    return emails.tell_of_remark(remark) if remark else 0


def post_named(public_id: str) -> Post | None:
    posts = Post.objects.select_related(
        "author__user", "discussion__course", "discussion__author__user", "parent__author__user"
    )
    return posts.filter(public_id=public_id).first()


@task()
def ask_guest(entry_public_id: str) -> None:
    """Mail the link that confirms an address, unless that is settled by now."""
    entries = GuestEntry.objects.select_related("discussion__course")
    entry = entries.filter(public_id=entry_public_id, decided_at__isnull=True).first()
    if entry is not None:
        guestmail.ask_to_confirm(entry)


@task()
def tell_guest(post_public_id: str) -> None:
    """Mail a guest what became of their response."""
    posts = Post.objects.select_related("discussion__course", "author__guest")
    post = posts.filter(public_id=post_public_id, author__guest__isnull=False).first()
    if post is not None and post.state in {Post.State.POSTED, Post.State.HIDDEN}:
        guestmail.tell_guest(post)
