"""What the pages of a grown course cost, beside those of one that has just begun: queries, and
processor time inside the process. Queries that grow with the course are the ones to mend.

    python bench/course_pages.py

The grown course has 30 people, 15 meetings, 60 discussions and 1,500 posts, 300 of which quote; one
discussion has 30 responses. Nobody else's times are comparable with these: machines differ.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
os.environ["QUAESTIO_DATA"] = tempfile.mkdtemp(prefix="bench")
os.environ["QUAESTIO_TASKS"] = "immediate"
os.environ["QUAESTIO_DEBUG"] = "no"

import logging

import django
from django.conf import settings

django.setup()
logging.disable(logging.INFO)
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quaestio.accounts.models import User
from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.discussions import actions as discussions
from quaestio.discussions.models import Discussion, Quotation
from quaestio.discussions.views.thread import finished
from quaestio.readings.models import Document, Page, Reading

CHANCE = random.Random(1)
WORDS = re.findall(
    r"\w+",
    """
    the committee that drew up list had met in small hall and nobody who was there wrote down what
    said is left a bill for lamp oil complaint about cold from this chronicle makes plot
    """,
)
PAGES, TIMES = 12, 7


@dataclass(frozen=True)
class Size:
    people: int
    meetings: int
    discussions: int
    posts: int
    readings: int


SMALL = Size(people=2, meetings=1, discussions=1, posts=2, readings=1)
LARGE = Size(people=30, meetings=15, discussions=60, posts=1500, readings=15)


def prose(words: int) -> str:
    return " ".join(CHANCE.choice(WORDS) for _ in range(words)).capitalize() + "."


def read_in(course: Course, number: int) -> Reading:
    """A reading with a text, as if its file had been read."""
    reading = Reading.objects.create(
        course=course, title=f"The {number}th book", author=f"Reader{number}, Ann", year="1990"
    )
    document = Document.objects.create(
        reading=reading,
        name="book.txt",
        size=1,
        status=Document.Status.READY,
        is_current=True,
        text_sha256=f"{course.pk:032x}{number:032x}",
    )
    start = 0
    for page in range(1, PAGES + 1):
        text = prose(300)
        Page.objects.create(document=document, number=page, label=str(page), text=text, start=start)
        start += len(text) + 1
    return reading


@transaction.atomic
def build(size: Size) -> tuple[Course, User, User]:
    """The course, its teacher and one of its students."""
    teacher = User.objects.create_user(f"t{size.people}@example.edu", name="Anna Berg")
    course = courses.create_course(by=teacher, title=f"A course of {size.people}")
    me = course.enrollments.get()
    people = []
    for number in range(size.people):
        user = User.objects.create(email=f"{size.people}-{number}@example.edu", name=f"P {number}")
        people.append(Enrollment.objects.create(course=course, user=user, byline=user.name))
    readings = [read_in(course, number) for number in range(size.readings)]
    meetings = []
    for number in range(size.meetings):
        on = (timezone.now() + timedelta(days=7 * (number - size.meetings // 2))).date()
        meetings.append(courses.make_meeting(course=course, title=f"Week {number}", on=on))
    posed = []
    for number in range(size.discussions):
        questions = [
            discussions.QuestionInput("Was it planned?", ("yes", "no", "in part")),
            discussions.QuestionInput("What came of it?"),
        ]
        posed.append(
            discussions.pose(
                by=me,
                title=f"Discussion {number}",
                questions=questions,
                meeting=meetings[number % len(meetings)],
                open_now=True,
            )
        )
    for number in range(size.posts):
        quotes = number % 5 == 0
        page = Page.objects.filter(document__reading=CHANCE.choice(readings)).first()
        assert page is not None
        said = f" “{' '.join(page.text.split()[10:22])}” ({page.document.reading.author})"
        busy = number < 30  # the first discussion has a whole class in it
        discussions.respond(
            by=people[number % len(people)],
            discussion=posed[0] if busy else posed[number % len(posed)],
            source=f"<p>{prose(80)}{said if quotes else ''}</p>",
            answers=[1, 2],
            positions={1: 1 + number % 3},
        )
    student = people[0].user
    assert student is not None
    return course, teacher, student


def addresses(course: Course) -> dict[str, str]:
    first = Discussion.objects.filter(course=course).order_by("pk").first()
    meeting = Meeting.objects.filter(course=course).order_by("pk").first()
    reading = Reading.objects.filter(course=course).order_by("pk").first()
    assert first and meeting and reading
    c, d, m = f"/c/{course.public_id}", f"/d/{first.public_id}", f"/m/{meeting.public_id}"
    return {
        "home": "/",
        "course": f"{c}/",
        "meeting": f"{m}/",
        "brief": f"{m}/brief",
        "who answered": f"{d}/answers",
        "thread": f"{d}/",
        "people": f"{c}/people",
        "readings": f"{c}/readings/",
        "bibliography": f"{c}/bibliography",
        "reading": f"/r/{reading.public_id}/",
        "a page of it": f"/r/{reading.public_id}/p/1",
        "search": f"{c}/search?q=lamp",
        "search everywhere": "/search?q=lamp",
        "search quotations": f"{c}/search?q=lamp+oil",
        "notices": "/notices/",
        "waiting": f"{c}/waiting",
        "record": f"{c}/record",
        "feed": f"{c}/feed.atom",
        "mail settings": "/mail/",
    }


@dataclass(frozen=True)
class Cost:
    queries: int
    ms: float
    kilobytes: float


def cost(client: Client, address: str) -> Cost | None:
    """None where this person may not look. The thread is rendered, not sent as kept."""

    def look() -> int:
        finished.clear()
        answer = client.get(address)
        look.content = answer.content if answer.status_code == 200 else b""  # type: ignore[attr-defined]
        return answer.status_code

    look()
    with CaptureQueriesContext(connection) as asked:
        if look() != 200:
            return None
    return Cost(len(asked), timed(look), len(look.content) / 1000)  # type: ignore[attr-defined]


def timed(do: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        do()
        taken.append(time.process_time() - start)
    return min(taken) * 1000


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    sites = [build(SMALL), build(LARGE)]
    connection.close()  # its store of prepared statements is full of what built the site
    posts = Quotation.objects.count()
    print(f"quotations: {posts}; begun / grown: queries, milliseconds, kB of the grown one")
    for role, place in (("teacher", 1), ("student", 2)):
        clients = []
        for site in sites:
            client = Client(HTTP_HOST="localhost")
            client.force_login(site[place])  # type: ignore[arg-type]
            clients.append(client)
        pairs = [addresses(site[0]) for site in sites]
        for name in pairs[0]:
            found = [cost(client, pair[name]) for client, pair in zip(clients, pairs, strict=True)]
            if found[0] is None or found[1] is None:
                continue
            small, large = found
            grows = "  <-- grows" if large.queries > small.queries + 1 else ""
            print(
                f"{role:<8} {name:<18} {small.queries:>3} / {large.queries:<4} "
                f"{small.ms:>6.1f} / {large.ms:<7.1f} {large.kilobytes:>6.0f}{grows}"
            )


if __name__ == "__main__":
    main()
