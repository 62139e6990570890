"""Thread pages and posts through the real web server, beside a page from memory.

    python bench/under_load.py [--rounds 5] [--seconds 2] [--only pages|posts|browser]

Needs ``wrk`` for the pages. Rounds are interleaved: within one round every address is asked in
turn, and what counts is the ratio to the ceiling in the same round; the processor time of the
server for one answer is the figure that neighbours on the machine disturb least. All is made in a
temporary folder and listens on this machine alone. docs/speed.md says what came out.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
FOLDER = Path(tempfile.mkdtemp(prefix="under-load"))
os.environ["QUAESTIO_DATA"] = str(FOLDER / "data")
os.environ["QUAESTIO_TASKS"] = "immediate"
os.environ["QUAESTIO_DEBUG"] = "no"

import django

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connections
from django.utils.module_loading import import_string

from quaestio.accounts.models import User
from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions as discussions
from quaestio.discussions.models import Discussion, Post

SIZES = (6, 200, 2000)
WRITERS, WITHIN = 300, 10.0
SECRET = "c" * 32
WORDS = re.findall(
    r"\w+",
    """
    the list hall lamp oil night reader page speech spring party winter letter archive silence
    clerk member question answer committee paper minutes record town river bill cold room chair
    of and to in was that it for on as with his her they which from but not were had by at one
    said would there all this so what when who them more some into only could then over after
    """,
)
CEILING = "page from memory, default middleware"


# -- The site that is measured -------------------------------------------------------------------


def prose(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


def build() -> tuple[Course, dict[int, str], User]:
    """A course, the threads by their size, and a student who looks at them."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    teacher = User.objects.create_user("teacher@example.edu", name="Anna Berg")
    course = courses.create_course(by=teacher, title="Under load", is_public=True)
    me = course.enrollments.get()
    people = [
        courses.enroll_named(course=course, byline=f"Student Number {number}")
        for number in range(30)
    ]
    student = User.objects.create_user("student@example.edu", name="Maya Lindqvist")
    Enrollment.objects.create(course=course, user=student, byline=student.name)
    threads = {size: thread(me, people, size) for size in SIZES}
    return course, threads, student


def thread(by: Enrollment, people: list[Enrollment], size: int) -> str:
    chance = random.Random(size)
    context = "".join(f"<p>{prose(chance, 90)}</p>" for _ in range(5))
    questions = [
        discussions.QuestionInput("Was it planned?", ("yes", "no", "in part")),
        discussions.QuestionInput("What came of it?"),
    ]
    made = discussions.pose(
        by=by, title=f"Thread of {size}", context=context, questions=questions, open_now=True
    )
    posts = []
    for number in range(1, size + 1):
        text = f"<p>{prose(chance, 45)}</p><p>{prose(chance, 45)}</p>"
        author = people[chance.randrange(30)]
        posts.append(
            Post(
                discussion=made, author=author, number=number, source=text, body_html=text, words=90
            )
        )
    Post.objects.bulk_create(posts)
    Discussion.objects.filter(pk=made.pk).update(numbers_given=size)
    return made.public_id


def sign_in(user: User) -> str:
    """The cookies of a browser in which this person is signed in."""
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={session.session_key}; {settings.CSRF_COOKIE_NAME}={SECRET}"


# -- Servers -------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, **environment: str) -> Iterator[tuple[int, int]]:
    """An application under Granian, as ``quaestio serve`` runs it; its port and process."""
    port = free_port()
    here = Path(__file__).resolve().parent
    paths = os.pathsep.join([str(here), os.environ.get("PYTHONPATH", "")])
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "2"),
        *("--blocking-threads", "4", "--log-level", "warning", application),
    ]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": paths, **environment}, start_new_session=True
    )
    try:
        for _ in range(200):
            time.sleep(0.1)
            try:
                get(port, "/")
                break
            except OSError:
                continue
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def get(
    port: int, path: str, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        body = response.read()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body
    finally:
        connection.close()


def processor_time(parent: int) -> float:
    """Seconds of processor time that a process and its children have used."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if parent in {int(fields[1]), int(stat.parent.name)}:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# -- Pages ---------------------------------------------------------------------------------------


def rate(url: str, headers: dict[str, str], seconds: int, server: int) -> tuple[float, float]:
    """Answers a second at eight connections; milliseconds of the server's time for each."""
    command = ["wrk", "-t2", "-c8", f"-d{seconds}s", "--timeout", "60s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = processor_time(server)
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out and "If-None-Match" not in headers:
        raise SystemExit(out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    answered = re.search(r"(\d+) requests in", out)
    assert found and answered
    used = processor_time(server) - before
    return float(found[1]), used * 1000 / int(answered[1])


def measure_pages(
    site: tuple[int, int], threads: dict[int, str], student: User, options: argparse.Namespace
) -> None:
    port = site[0]
    cookie = sign_in(student)
    member, packed = {"Cookie": cookie}, {"Accept-Encoding": "gzip"}
    address = {size: f"/d/{public_id}/" for size, public_id in threads.items()}
    for path in address.values():
        for _ in range(2):  # the first look marks the posts as seen
            get(port, path, member)
    page = FOLDER / "page.html"
    page.write_bytes(get(port, address[200])[2])
    tag = get(port, address[200], member)[1]["etag"]
    base = f"http://127.0.0.1:{port}"
    targets = {
        "200, signed in": (base + address[200], member),
        "200, signed in, gzip": (base + address[200], member | packed),
        "200, signed in, unchanged (304)": (base + address[200], member | {"If-None-Match": tag}),
        "200, anonymous": (base + address[200], {}),
        "200, anonymous, gzip": (base + address[200], packed),
        "6, signed in": (base + address[6], member),
        "2000, signed in": (base + address[2000], member),
    }
    with serving("ceiling:application", CEILING_PAGE=str(page)) as ceiling:
        asked = {CEILING: (f"http://127.0.0.1:{ceiling[0]}/", {}, ceiling[1])}
        asked |= {name: (*target, site[1]) for name, target in targets.items()}
        rounds = []
        for number in range(options.rounds + 1):  # the first warms up
            rounds.append(
                {
                    name: rate(url, headers, options.seconds, server)
                    for name, (url, headers, server) in asked.items()
                }
            )
            print(f"round {number}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    report(rounds[1:])


def report(rounds: list[dict[str, tuple[float, float]]]) -> None:
    """Ratios to the ceiling: of the rates, and of the processor times."""
    print(f"{'page':<38} {'rate':>5} (lowest–highest) {'time':>6}   here: answers/s, ms each")
    for name in rounds[0]:
        rates = sorted(one[name][0] / one[CEILING][0] for one in rounds)
        times = [one[CEILING][1] / one[name][1] for one in rounds]
        print(
            f"{name:<38} {statistics.median(rates):>5.2f} ({rates[0]:.2f}–{rates[-1]:.2f})"
            f"{statistics.median(times):>14.2f}   "
            f"{statistics.median(one[name][0] for one in rounds):>12.0f}"
            f"{statistics.median(one[name][1] for one in rounds):>8.2f}"
        )


# -- Posts ---------------------------------------------------------------------------------------


def writers(course: Course) -> list[str]:
    """The cookies of as many students as will write at the same time."""
    cookies = []
    for number in range(WRITERS):
        user = User.objects.create(email=f"writer-{number}@example.edu", name=f"Writer {number}")
        Enrollment.objects.create(course=course, user=user, byline=user.name)
        cookies.append(sign_in(user))
    return cookies


def measure_posts(port: int, course: Course, threads: dict[int, str]) -> None:
    """Every writer posts once, at a moment of the ten seconds; nobody tries twice."""
    cookies, path = writers(course), f"/d/{threads[200]}/respond"
    before = Post.objects.count()
    connections.close_all()
    chance = random.Random(300)
    moments = sorted(chance.uniform(0, WITHIN) for _ in cookies)
    taken: list[float] = []
    answers: list[int] = []
    start = time.monotonic()

    def write(cookie: str, moment: float, text: str) -> None:
        time.sleep(max(0.0, start + moment - time.monotonic()))
        fields = {"csrfmiddlewaretoken": SECRET, "body": text, "format": "text"}
        fields |= {"answers": "1", "position-1": "2"}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("POST", path, urlencode(fields), headers)
            answers.append(connection.getresponse().status)
        except OSError:
            answers.append(0)
        finally:
            connection.close()
        taken.append(time.monotonic() - began)

    threads_ = [
        threading.Thread(target=write, args=(cookie, moment, prose(chance, 90)))
        for cookie, moment in zip(cookies, moments, strict=True)
    ]
    for one in threads_:
        one.start()
    for one in threads_:
        one.join()
    taken.sort()
    stored = Post.objects.count() - before
    accepted = answers.count(302)
    print(
        f"posts: {len(answers)} sent within {WITHIN:.0f} s, {accepted} accepted, {stored} stored; "
        f"median {taken[len(taken) // 2] * 1000:.0f} ms, slowest {taken[-1] * 1000:.0f} ms"
    )


# -- In the browser ------------------------------------------------------------------------------


def measure_browser(port: int, threads: dict[int, str], student: User) -> None:
    """What a first look costs a browser with an empty cache."""
    from playwright.sync_api import sync_playwright

    cookie = sign_in(student)
    pairs = [part.split("=", 1) for part in cookie.split("; ")]
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for size, public_id in threads.items():
            loads, bytes_, requests = [], 0, 0
            for _ in range(5):
                context = browser.new_context()
                context.add_cookies(
                    [
                        {"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}
                        for name, value in pairs
                    ]
                )
                page = context.new_page()
                protocol = context.new_cdp_session(page)
                protocol.send("Network.enable")
                sizes: list[float] = []
                protocol.on(
                    "Network.loadingFinished",
                    lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]),
                )
                page.goto(f"http://127.0.0.1:{port}/d/{public_id}/", wait_until="load")
                page.wait_for_timeout(300)
                loads.append(
                    page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
                )
                bytes_, requests = int(sum(sizes)), len(sizes)
                context.close()
            print(
                f"browser, {size}: open after {statistics.median(loads):.0f} ms "
                f"(slowest {max(loads):.0f}), {bytes_ / 1000:.0f} kB in {requests} requests"
            )
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", choices=["pages", "posts", "browser"])
    options = parser.parse_args()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, FOLDER, ignore_errors=True)
        course, threads, student = build()
        connections.close_all()
        site = stack.enter_context(serving("quaestio.config.wsgi:application"))
        port = site[0]
        print(f"load average before: {os.getloadavg()[0]:.1f}")
        if options.only in {None, "pages"}:
            measure_pages(site, threads, student, options)
        if options.only in {None, "browser"}:
            measure_browser(port, threads, student)
        if options.only in {None, "posts"}:
            measure_posts(port, course, threads)
        print(f"load average after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
