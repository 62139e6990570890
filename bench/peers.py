"""Our site beside WordPress and the ceilings, in one run of the peers rig.

    python bench/peers.py ../shared/peers [--work /var/tmp/quaestio-peers] [steps …]

Makes a course with the rig's content (threads of 6, 200 and 2,000 responses and one to post to),
serves it through the real web server on loopback, and runs the rig's own steps (default: setup
start facts get cost post robust report) over ``PEERS_ONLY``. The rig's folder is copied, never
written to. Needs root and Debian for WordPress; rounds are interleaved, so read the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PORT = 18070
ONLY = "product,wordpress,wordpress_classic,wordpress_cache,static,dj_granian_mw,dj_rows"
STEPS = ["setup", "start", "facts", "get", "cost", "post", "robust", "report", "stop"]
WORD = "stupw-Xy12-long"


def load_content(rig: Path, data: Path) -> dict[str, str]:
    """The rig's threads in a fresh site under ``data``; the public id of each by its key."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "quaestio.config.settings",
        "QUAESTIO_DATA": str(data),
        "QUAESTIO_TASKS": "immediate",
    }
    sys.path.insert(0, str(rig))
    import content  # type: ignore[import-not-found]
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    from quaestio.accounts.models import User
    from quaestio.courses import actions as courses
    from quaestio.courses.models import Course, Enrollment
    from quaestio.discussions import actions as discussions
    from quaestio.discussions.models import Discussion

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    teacher = User.objects.create_user("teacher@example.org", name="Anna Berg")
    course = courses.create_course(by=teacher, title="Course site")
    Course.objects.update(is_public=True)
    course.refresh_from_db()
    me = course.enrollments.get()
    me.course = course
    secret = make_password(WORD)
    people: dict[str, Enrollment] = {}
    for number, name in enumerate(content.AUTHORS):
        user = User.objects.create(email=f"stu{number}@example.org", name=name, password=secret)
        people[name] = Enrollment.objects.create(course=course, user=user, byline=name)
        people[name].course = course

    def html(paragraphs: list[str]) -> str:
        return "".join(f"<p>{one}</p>" for one in paragraphs)

    addresses = {}
    for thread in content.all_threads():
        posed = discussions.pose(
            by=me,
            title=thread["title"],
            context=html(thread["paras"]),
            open_now=True,
            at=datetime.fromtimestamp(thread["time"], UTC),
        )
        made: dict[int, Any] = {}
        for row in thread["responses"]:
            fields = {
                "by": people[row["author"]],
                "source": html(row["paras"]),
                "at": datetime.fromtimestamp(row["time"], UTC),
            }
            if row["parent"] is None:
                made[row["i"]] = discussions.respond(discussion=posed, **fields)
            else:
                made[row["i"]] = discussions.reply(parent=made[row["parent"]], **fields)
        addresses[thread["key"]] = Discussion.objects.get(pk=posed.pk).public_id
    return addresses


def describe(addresses: dict[str, str], data: Path) -> dict[str, Any]:
    """Our site in the rig's words."""
    ask = f"{sys.executable} {Path(__file__).resolve()} --site {data}"
    posted = f"{ask} --thread {addresses['target']}"
    target = f"/d/{addresses['target']}/"
    return {
        "name": "product",
        "what": "Quaestio: SQLite (WAL, FULL), Granian, all middleware",
        "base": f"http://127.0.0.1:{PORT}",
        "paths": {key: f"/d/{public_id}/" for key, public_id in addresses.items()},
        "start": [
            sys.executable, "-m", "quaestio", "serve", "--port", str(PORT), "--host", "127.0.0.1",
        ],
        "env": {
            "QUAESTIO_DATA": str(data),
            "PYTHONPATH": str(ROOT / "src"),
            "QUAESTIO_SITE_URL": f"http://127.0.0.1:{PORT}",
        },
        "cwd": str(data),
        "login": {
            "path": "/accounts/login/",
            "user": "stu{i}@example.org",
            "password": WORD,
            "user_field": "login",
            "password_field": "password",
            "ok": [302],
        },
        "post": {
            "form_path": target,
            "path": f"{target}respond",
            "field": "body",
            "extra_fields": ["csrfmiddlewaretoken"],
            "ok": [302],
        },
        "count_cmd": f"{posted} --count",
        "tags_cmd": f"{posted} --tags {{run}}",
        "reset_cmd": f"{ask} --reset",
    }  # fmt: skip


IN_THREAD = "discussion_id = (SELECT id FROM discussions_discussion WHERE public_id = ?)"


def answer(chosen: argparse.Namespace) -> None:
    """What the rig asks of the database while it measures."""
    with sqlite3.connect(chosen.site / "quaestio.db", timeout=30) as base:
        if chosen.reset:
            base.execute("DELETE FROM discussions_post WHERE source LIKE '<p>zq%'")
            base.execute("UPDATE discussions_discussion SET version = version + 1")
        elif chosen.count:
            count = f"SELECT count(*) FROM discussions_post WHERE {IN_THREAD}"
            print(base.execute(count, [chosen.thread]).fetchone()[0])
        else:
            texts = f"SELECT source FROM discussions_post WHERE {IN_THREAD} AND source LIKE ?"
            for (text,) in base.execute(texts, [chosen.thread, f"<p>zq{chosen.tags}x%"]):
                print(text.split("zq")[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rig", type=Path, nargs="?", default=ROOT.parent / "shared" / "peers")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/quaestio-peers"))
    parser.add_argument("--site", type=Path, help="the data folder (the rig asks)")
    parser.add_argument("--thread")
    parser.add_argument("--tags")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--steps", nargs="*", default=STEPS)
    chosen = parser.parse_args()
    if chosen.site:
        answer(chosen)
        return 0
    rig, data = chosen.work / "rig", chosen.work / "data"
    if not (rig / "product.json").exists():
        shutil.rmtree(rig, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(chosen.rig, rig)
        for path in [rig, *rig.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)
        data.mkdir(parents=True)
        described = describe(load_content(rig, data), data)
        (rig / "product.json").write_text(json.dumps(described, indent=1))
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("QUAESTIO_")
    }
    environment["PEERS_RUN"] = str(chosen.work / "run")
    environment.setdefault("PEERS_ONLY", ONLY)
    python = chosen.work / "run" / "venv" / "ceil" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "Django==5.2.*", "granian"], check=True
        )
    for step in chosen.steps:
        subprocess.run([str(python), "bench.py", step], cwd=rig, env=environment, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
