"""Pull the plug while people post: is what was acknowledged still there, and once?

    python bench/kill9.py [--kills 20] [--posts 400]

Starts the whole site on a throw-away data folder, posts from eight sessions at once, kills every
process of it with SIGKILL at random moments, starts it again, sends what got no answer again with
the same key. At the end every acknowledged post is in the database once, and the file is sound.
Loopback only, bounded in kills and posts.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

DATA = Path(tempfile.mkdtemp(prefix="kill9"))
os.environ["QUAESTIO_DATA"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "quaestio.config.settings"
SESSIONS = 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare() -> tuple[str, list[str]]:
    """A course with an open discussion; its address and signed-in cookies."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from quaestio.accounts.models import User
    from quaestio.courses import actions as courses
    from quaestio.discussions import actions as discussions

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    teacher = User.objects.create_user("t@example.edu", name="Anna Berg")
    course = courses.create_course(by=teacher, title="Plug")
    link = courses.invite(by=course.enrollments.get(), role="student")
    discussion = discussions.pose(by=course.enrollments.get(), title="Plug", open_now=True)
    cookies = []
    for number in range(SESSIONS):
        user = User.objects.create_user(f"s{number}@example.edu", name=f"Student {number}")
        courses.join(by=user, token=link.token)
        client = Client()
        client.force_login(user)
        cookies.append(client.cookies["session"].value)
    from django.db import connections

    connections.close_all()
    return f"/d/{discussion.public_id}/respond", cookies


class Site:
    """The site as an operator starts it, and its sudden end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "quaestio", "serve", "--port", str(self.port)]
        log = (DATA / "log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        for _ in range(300):
            if self.answers():
                return
            time.sleep(0.2)
        raise SystemExit(f"The site did not start; see {DATA / 'log'}.")

    def answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/health", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """SIGKILL to every process below ours, the leaves first."""
        assert self.process is not None
        for pid in [*reversed(family(self.process.pid)), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def family(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *family(int(child))]
    return found


class Writer(threading.Thread):
    """Somebody who posts, and posts again with the same key until it is acknowledged."""

    def __init__(self, port: int, address: str, cookie: str, posts: int) -> None:
        super().__init__(daemon=True)
        self.port, self.address, self.cookie, self.posts = port, address, cookie, posts
        self.acknowledged: list[str] = []
        self.tries = 0
        self.refused: list[int] = []

    def run(self) -> None:
        for _ in range(self.posts):
            key = str(uuid.uuid4())
            for _attempt in range(500):
                self.tries += 1
                status = self.post(key)
                if status == 302:
                    self.acknowledged.append(key)
                    break
                if status:
                    self.refused.append(status)
                time.sleep(0.05)

    def post(self, key: str) -> int:
        token = "a" * 32
        body = urlencode({"body": f"Post {key}", "key": key, "csrfmiddlewaretoken": token})
        headers = {
            "Host": "localhost",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"session={self.cookie}; csrftoken={token}",
        }
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("POST", self.address, body, headers)
            response = connection.getresponse()
            if response.status == 302 and "#p-" not in (response.getheader("Location") or ""):
                return 401  # sent to sign in, nothing was acknowledged
            return response.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the site while people post.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--posts", type=int, default=400)
    options = parser.parse_args()
    address, cookies = prepare()
    site = Site(free_port())
    site.start()
    writers = [Writer(site.port, address, cookie, options.posts // SESSIONS) for cookie in cookies]
    for writer in writers:
        writer.start()
    kills = 0
    while any(writer.is_alive() for writer in writers):
        time.sleep(random.uniform(0.2, 2.0))
        if kills < options.kills:
            site.kill()
            kills += 1
            site.start()
    site.kill()
    return report(writers, kills)


def report(writers: list[Writer], kills: int) -> int:
    from django.db import connection

    from quaestio.discussions.models import Post

    acknowledged = [key for writer in writers for key in writer.acknowledged]
    stored = [str(key) for key in Post.objects.values_list("submission_key", flat=True)]
    numbers = list(Post.objects.order_by("number").values_list("number", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        sound = cursor.fetchone()[0]
        cursor.execute("PRAGMA foreign_key_check")
        orphans = cursor.fetchall()
    result = {
        "kills": kills,
        "acknowledged": len(acknowledged),
        "tries": sum(writer.tries for writer in writers),
        "refused": Counter(status for writer in writers for status in writer.refused),
        "lost": len(set(acknowledged) - set(stored)),
        "twice": len(stored) - len(set(stored)),
        "numbers without gap": numbers == list(range(1, len(stored) + 1)),
        "integrity": sound,
        "orphans": len(orphans),
    }
    print(json.dumps(result, indent=1))
    good = not result["lost"] and not result["twice"] and sound == "ok" and not orphans
    return 0 if good and not result["refused"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
