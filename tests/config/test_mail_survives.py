"""A worker that is killed again and again while it sends: no mail is lost, and none comes twice
but the one in hand, which bears the same Message-ID.

    MAIL_KILLS=100 MAILS=600 .venv/bin/pytest tests/config/test_mail_survives.py
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import cast
from tests.support.processes import start
from tests.support.smtp import SmtpServer

from quaestio.discussions.models import Post
from quaestio.notifications.actions import set_rule, tell
from quaestio.notifications.models import How, Letter, Notice

MAILS = int(os.environ.get("MAILS", "60"))
KILLS = int(os.environ.get("MAIL_KILLS", "5"))
PATIENCE = 120.0  # seconds


def worker(data: Path, server: SmtpServer) -> subprocess.Popen[bytes]:
    return start(
        data,
        *("django", "worker", "--no-startup-delay", "--no-reload", "--verbosity", "0"),
        QUAESTIO_SMTP_HOST="127.0.0.1",
        QUAESTIO_SMTP_PORT=str(server.port),
        QUAESTIO_SMTP_TLS="no",
    )


def notices_of_answers() -> None:
    """Somebody's question is answered many times, and each answer is to be mailed at once."""
    anna = cast.instructor()
    assert anna.user
    set_rule(person=anna.user, list="", how=How.AT_ONCE)
    noah = cast.student(anna.course, "Noah Weiss")
    asked = cast.discussion(anna)
    Notice.objects.all().delete()  # that the discussion is open
    posts = Post.objects.bulk_create(
        Post(discussion=asked, author=noah, number=number, source="<p>Yes.</p>")
        for number in range(1, MAILS + 1)
    )
    for post in posts:
        tell(
            to=[anna.user],
            kind="responded",
            about=post.public_id,
            key=f"responded:{post.public_id}",
            list=asked.public_id,
            wider_list=anna.course.public_id,
        )
    assert Notice.objects.filter(how=How.AT_ONCE).count() == MAILS


def until(reached: Callable[[], bool], sender: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if sender.poll() is not None or time.monotonic() > deadline:
            sender.kill()
            out = sender.stdout
            assert out
            pytest.fail(out.read().decode())
        time.sleep(0.005)


def all_sent() -> bool:
    return Letter.objects.filter(state=Letter.State.SENT).count() == MAILS


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_lost_and_none_comes_twice_but_the_one_in_hand(tmp_path: Path) -> None:
    notices_of_answers()
    with SmtpServer() as server:
        server.slowness = 0.02  # a kill falls while a mail is in hand
        for kill in range(1, KILLS + 1):
            sender = worker(tmp_path, server)
            enough = MAILS * kill // (KILLS + 1)
            until(lambda enough=enough: len(server.envelopes) >= enough, sender)  # type: ignore[misc]
            time.sleep(random.uniform(0, 0.04))
            sender.kill()
            sender.communicate()
        sender = worker(tmp_path, server)
        until(all_sent, sender)
        sender.terminate()
        sender.communicate()
        came = Counter(mail["Message-ID"] for mail in server.mails)
    assert len(came) == MAILS
    assert max(came.values()) <= 1 + KILLS
    assert sum(came.values()) - MAILS <= KILLS
    assert not Letter.objects.exclude(state=Letter.State.SENT).exists()
    assert not Notice.objects.filter(letter__isnull=True, how=How.AT_ONCE).exists()
