"""What one view of a thread costs, in CPU time inside the process, beside a page from memory
behind the same middleware. Read the ratio: machines differ and are noisy.

    python bench/thread_page.py [N …]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
os.environ["QUAESTIO_DATA"] = tempfile.mkdtemp(prefix="bench")
os.environ["QUAESTIO_TASKS"] = "immediate"
os.environ["QUAESTIO_DEBUG"] = "no"

import django
from django.conf import settings

django.setup()
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from quaestio.accounts.models import User
from quaestio.config import urls
from quaestio.courses import actions as courses
from quaestio.discussions import actions as discussions
from quaestio.discussions.models import Post

WORDS = (
    "The committee that drew up the list had met in the small hall, and nobody who was there "
    "wrote down what was said; what is left is a bill for the lamp oil and a complaint about "
    "the cold. From this the chronicle makes a plot, and the plot has been repeated since by "
    "people who never saw the bill. I would rather begin with the lamp: somebody paid for "
    "light, so they stayed after dark, so there was something to disagree about."
)
ROUNDS = 60


def build(count: int) -> tuple[str, User]:
    """A thread of ``count`` responses; its address, and somebody who may read it."""
    teacher = User.objects.create_user(f"t{count}@example.edu", name="Anna Berg")
    course = courses.create_course(by=teacher, title="Bench")
    me = course.enrollments.get()
    people = [
        courses.enroll_named(course=course, byline=f"Student Number {number}")
        for number in range(30)
    ]
    questions = [
        discussions.QuestionInput("Was it planned?", ("yes", "no", "in part")),
        discussions.QuestionInput("What came of it?"),
    ]
    discussion = discussions.pose(by=me, title="Bench", questions=questions, open_now=True)
    first = discussions.respond(
        by=people[0], discussion=discussion, source=f"<p>{WORDS}</p>", answers=[1, 2]
    )
    Post.objects.bulk_create(
        Post(
            discussion=discussion,
            author=people[number % 30],
            number=number,
            source=first.source,
            body_html=first.body_html,
            words=first.words,
        )
        for number in range(2, count + 1)
    )
    return f"/d/{discussion.public_id}/", teacher


def request(handler: WSGIHandler, address: str, cookie: str, tag: str = "") -> bytes:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }
    if tag:
        environ["HTTP_IF_NONE_MATCH"] = tag
    response = handler(environ, lambda *_: None)
    body = b"".join(response)
    response.close()
    return body


def cost(do: Callable[[], object]) -> float:
    """Milliseconds of CPU for one call: the median of several rounds."""
    do()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        do()
        taken.append(time.process_time() - start)
    return sorted(taken)[len(taken) // 2] * 1000


def main(sizes: list[int]) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    memory: dict[str, bytes] = {}

    def from_memory(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(memory["page"])

    urls.urlpatterns.append(path("from-memory", from_memory))
    handler = WSGIHandler()
    print(f"{'N':>5} {'page kB':>8} {'queries':>8} {'ms':>8} {'304 ms':>8} {'memory ms':>10} ratio")
    for size in sizes:
        address, teacher = build(size)
        client = Client(HTTP_HOST="localhost")
        client.force_login(teacher)
        connection.close()  # its store of prepared statements is full of what built the site
        cookie = f"session={client.cookies['session'].value}; csrftoken={'c' * 32}"
        client.get(address)
        answer = client.get(address)
        memory["page"] = answer.content
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = len(queries)
        full = cost(lambda a=address, c=cookie: request(handler, a, c))
        same = cost(lambda a=address, c=cookie, t=answer["ETag"]: request(handler, a, c, t))
        bare = cost(lambda c=cookie: request(handler, "/from-memory", c))
        print(
            f"{size:>5} {len(answer.content) / 1000:>8.0f} {asked:>8} {full:>8.2f} "
            f"{same:>8.2f} {bare:>10.2f} {bare / full:.2f}"
        )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [6, 200, 2000])
