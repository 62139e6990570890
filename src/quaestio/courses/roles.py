"""The role table: who may do what in a course. Read this to know; change it here only."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    INSTRUCTOR = "instructor", _("Instructor")
    ASSISTANT = "assistant", _("Assistant")
    STUDENT = "student", _("Student")
    OBSERVER = "observer", _("Observer")
    GUEST = "guest", _("Guest")  # wrote in an open course without an account


class Right(StrEnum):
    """Something a person may do in a course."""

    SEE = "see"  # the course, its readings, its open discussions
    REPORT = "report"  # a post to the teachers
    WRITE = "write"  # responses and replies, and take them back
    POSE = "pose"  # a discussion (students: where the course allows it)
    CHECK = "check"  # quotations of a text against the readings
    SEE_ROSTER = "see_roster"  # who is in the course
    SEE_HIDDEN = "see_hidden"  # hidden and waiting posts, drafts of discussions, revisions
    SEE_NAMES = "see_names"  # who is behind a pseudonym
    MODERATE = "moderate"  # let in, hide, settle reports, close, pin, move, merge
    READINGS = "readings"  # upload, correct, remove
    MEETINGS = "meetings"  # make and change meetings
    IMPORT = "import"  # bring in pages from elsewhere
    INVITE = "invite"  # make links, end them
    ADMIT = "admit"  # change roles, remove people
    SEE_EMAIL = "see_email"  # the addresses on the roster
    COURSE = "course"  # the course's own settings


R = Right
MEMBER = frozenset({R.SEE, R.REPORT})
STUDENT = MEMBER | {R.WRITE, R.CHECK, R.SEE_ROSTER}
ASSISTANT = STUDENT | {
    R.POSE,
    R.SEE_HIDDEN,
    R.SEE_NAMES,
    R.MODERATE,
    R.READINGS,
    R.MEETINGS,
    R.IMPORT,
    R.INVITE,
}
INSTRUCTOR = ASSISTANT | {R.ADMIT, R.SEE_EMAIL, R.COURSE}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.INSTRUCTOR: INSTRUCTOR,
    Role.ASSISTANT: ASSISTANT,
    Role.STUDENT: STUDENT,
    Role.OBSERVER: MEMBER,
    Role.GUEST: frozenset(),
}

# What anybody may do in a course that is open to the public.
PUBLIC: frozenset[Right] = frozenset({R.SEE})

# What stops in a course that is sealed: everything that writes.
READ_ONLY: frozenset[Right] = frozenset(
    {R.SEE, R.SEE_ROSTER, R.SEE_HIDDEN, R.SEE_NAMES, R.SEE_EMAIL, R.COURSE}
)

# Who may be invited by whom.
MAY_INVITE: dict[str, frozenset[str]] = {
    Role.INSTRUCTOR: frozenset(Role.values) - {Role.GUEST},
    Role.ASSISTANT: frozenset({Role.STUDENT, Role.OBSERVER}),
}
