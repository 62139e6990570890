"""Having people told: one row in the queue, written in the transaction of the deed. Who is told,
and whether they may be, is found out by the worker (``discussions/emails.py``).

Not called for what is brought in from elsewhere with its old times: that is no news to anybody.
"""

from __future__ import annotations

from quaestio.courses.models import Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions.models import Discussion, GuestEntry, Post, Remark, Report


def have_answered_told(post: Post) -> None:
    """Whoever wrote what a post answers."""
    from quaestio.discussions.tasks import tell_of_post

    if post.state == Post.State.POSTED:
        tell_of_post.enqueue(post.public_id)


def have_author_told(post: Post, kind: str) -> None:
    """What became of a post: ``let_in`` or ``hidden``. A guest, who has no account, gets a mail."""
    from quaestio.discussions.tasks import tell_author, tell_guest

    if post.author.role == Role.GUEST:
        tell_guest.enqueue(post.public_id)
    else:
        tell_author.enqueue(post.public_id, kind)


def have_guest_asked(entry: GuestEntry) -> None:
    """Whether the address is theirs."""
    from quaestio.discussions.tasks import ask_guest

    ask_guest.enqueue(entry.public_id)


def have_class_told(discussion: Discussion, by: Enrollment | None) -> None:
    """That a discussion is open; everybody but whoever opened it."""
    from quaestio.discussions.tasks import tell_of_opening

    tell_of_opening.enqueue(discussion.public_id, by.public_id if by else "")


def have_teachers_asked(discussion: Discussion) -> None:
    """To open a draft by somebody whose posts wait."""
    from quaestio.discussions.tasks import tell_of_asking

    tell_of_asking.enqueue(discussion.public_id)


def have_report_told(report: Report) -> None:
    """The teachers, that a post was reported."""
    from quaestio.discussions.tasks import tell_of_report

    tell_of_report.enqueue(report.public_id)


def have_remark_told(remark: Remark) -> None:
    """That there is a new remark on a draft: its author and the teachers."""
    from quaestio.discussions.tasks import tell_of_remark

    tell_of_remark.enqueue(remark.pk)
