"""What comes in from elsewhere becomes courses, discussions and posts, by the same verbs as if
somebody had written it here; all of it or nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from quaestio.courses.actions import enroll_named
from quaestio.courses.models import Enrollment, Meeting
from quaestio.discussions import actions as discussions
from quaestio.discussions.actions import QuestionInput
from quaestio.discussions.models import Discussion, Post
from quaestio.web.richtext import paragraphs


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """A response as it is to be stored. ``parent`` is the number of the response it replies to."""

    number: int
    name: str
    paragraphs: tuple[str, ...]
    posted: datetime | None = None
    parent: int | None = None
    answers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DiscussionPlan:
    """A page from elsewhere as it is to be stored, after somebody looked it over."""

    title: str
    context: tuple[str, ...]
    questions: tuple[QuestionInput, ...]
    responses: tuple[ResponsePlan, ...]
    author: str = ""
    posted: datetime | None = None


def import_discussion(
    *, by: Enrollment, plan: DiscussionPlan, meeting: Meeting | None = None, key: uuid.UUID
) -> Discussion:
    """A discussion with its responses under the names they had. The same key imports once.

    People who are known by name only become enrollments without an account.
    """
    with transaction.atomic():
        poser = enroll_named(course=by.course, byline=plan.author) if plan.author else by
        known = Discussion.objects.filter(submission_key=key, course=by.course).first()
        if known is not None:
            return known
        start = plan.posted or timezone.now() - timedelta(seconds=len(plan.responses) + 1)
        discussion = discussions.pose(
            by=poser,
            title=plan.title[:300],
            context=paragraphs(plan.context),
            questions=plan.questions,
            meeting=meeting,
            open_now=True,
            key=key,
            at=start,
        )
        put_responses(discussion, plan.responses, start)
    return discussion


def put_responses(
    discussion: Discussion, responses: Sequence[ResponsePlan], start: datetime
) -> None:
    """Responses and replies in the order of the page; one without a date comes a moment after
    the one before it.
    """
    there: dict[int, Post] = {}
    at = start
    for response in responses:
        at = response.posted or at + timedelta(seconds=1)
        author = enroll_named(course=discussion.course, byline=response.name)
        source = paragraphs(response.paragraphs)
        parent = there.get(response.parent) if response.parent is not None else None
        if parent is not None:
            post = discussions.reply(by=author, parent=parent, source=source, at=at)
        else:
            discussion.refresh_from_db(fields=["numbers_given"])
            post = discussions.respond(
                by=author, discussion=discussion, source=source, answers=response.answers, at=at
            )
        there[response.number] = post
