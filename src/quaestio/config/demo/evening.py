"""The demo's second course: an evening class that is open to read and invites guests, with posts
that wait for a teacher. Small, so it stands here and not in files of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from quaestio.accounts.models import User
from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions as discussions
from quaestio.discussions.actions import QuestionInput, Relation
from quaestio.discussions.models import Discussion, Post, Report
from quaestio.web.richtext import from_plain

TITLE = "A door of one’s own: an evening class"

CONTEXT = """\
Between the middle of the 1950s and the middle of the 1960s, tens of millions of people in the \
Soviet Union moved from a room in a shared flat into a flat of their own: two small rooms, thin \
walls, a kitchen in which four can sit. What had been said in corridors under other people’s ears \
could now be said behind a door.

My mother used to say that the door was worth more than the rooms. I should like to know what \
others think, also those who have grown up behind such a door."""

STUDENT = """\
A private place, but not a safe one. The neighbours were gone from the stove and came back through \
the ceiling. What changed is who chose the company: in the old flat the house committee did, in \
the new kitchen you did."""

GUEST = """\
We got ours in 1962, on the fifth floor, without a lift. What I remember is the quiet on the first \
evening. My grandmother did not like it. She left the door to the landing open for a week, to have \
somebody to quarrel with."""

GUESTS_REPLY = """\
Not in every house. Ours had been built so badly that the neighbours complained of hearing nothing \
but the pipes. It was on the stairs that one lowered one’s voice."""

WAITING = """\
My father put a pillow over the telephone before he said anything about the plant. So for us the \
door was there, and still it was not quite a door."""

HELD = """\
I only half agree with what was said about the ceiling. Ours was thick enough; it was we who had \
got used to whispering."""


def load_evening(teacher: User, people: Mapping[str, User], now: datetime) -> Course:
    """``people`` has two students, "noor" and "bea"; ``now`` is the beginning of the day."""
    course = courses.create_course(by=teacher, title=TITLE, term="Tuesdays, 7 pm")
    anna = Enrollment.objects.get(course=course, user=teacher)
    anna.course = course
    courses.change_course(
        course=course, by=anna, title=TITLE, term=course.term, is_public=True, guests=True
    )
    link = courses.invite(by=anna, role=Role.STUDENT)
    noor, bea = (courses.join(by=people[key], token=link.token) for key in ("noor", "bea"))
    discussion = discussions.pose(
        by=anna,
        title="What did a door of one’s own change?",
        context=from_plain(CONTEXT),
        questions=[
            QuestionInput("Was the new kitchen a private place?", ("yes", "no", "in part")),
            QuestionInput("What was spoken of there that was not spoken of before?"),
        ],
        open_now=True,
        at=now - timedelta(days=6) + timedelta(hours=19, minutes=20),
    )
    first = discussions.respond(
        by=noor,
        discussion=discussion,
        source=from_plain(STUDENT),
        positions={1: 3},
        at=now - timedelta(days=5, hours=3),
    )
    guest = courses.admit_guest(course=course, address="ruth@demo.invalid", byline="Ruth Kellner")
    letter = discussions.respond_as_guest(
        by=guest.enrollment,
        discussion=fresh(discussion),
        source=from_plain(GUEST),
        answers=[2],
        at=now - timedelta(days=4, hours=5),
    )
    discussions.show(post=letter, by=anna)
    Post.objects.filter(pk=letter.pk).update(shown_at=now - timedelta(days=4, hours=2))
    answer = discussions.reply_as_guest(
        by=guest.enrollment,
        parent=first,
        source=from_plain(GUESTS_REPLY),
        relation=Relation("qualify", "came back through the ceiling"),
        at=now - timedelta(days=3, hours=4),
    )
    discussions.show(post=answer, by=anna)
    Post.objects.filter(pk=answer.pk).update(shown_at=now - timedelta(days=3, hours=1))
    wait_for_a_teacher(fresh(discussion), anna, bea, first, now)
    return course


def wait_for_a_teacher(
    discussion: Discussion, anna: Enrollment, bea: Enrollment, first: Post, now: datetime
) -> None:
    """One post held, one reported, one of a guest with and one without a confirmed address."""
    courses.place(
        enrollment=bea, by=anna, role=bea.role, byline=bea.byline, section=None, hold_posts=True
    )
    bea.course = discussion.course
    discussions.reply(
        by=bea, parent=first, source=from_plain(HELD), at=now - timedelta(days=2, hours=4)
    )
    made = discussions.report(
        post=first, by=bea, because="It answers my question, not the one posed."
    )
    Report.objects.filter(pk=made.pk).update(created_at=now - timedelta(days=2, hours=3))
    guest = courses.admit_guest(
        course=discussion.course, address="emil@demo.invalid", byline="Emil Sand"
    )
    discussions.respond_as_guest(
        by=guest.enrollment,
        discussion=discussion,
        source=from_plain(WAITING),
        answers=[1],
        at=now - timedelta(days=1, hours=6),
    )
    discussions.send_entry(
        discussion=discussion,
        name="Paula",
        address="paula@demo.invalid",
        fields={"source": from_plain("It smelled of the same soup, only less.")},
        key=uuid.uuid4(),
        block="the demo",
        at=now - timedelta(hours=20),
    )


def fresh(discussion: Discussion) -> Discussion:
    return Discussion.objects.select_related("course").get(pk=discussion.pk)
