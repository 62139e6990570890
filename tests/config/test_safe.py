"""What holds for the site as a whole, whatever page one thinks of: safe settings, no deed without a
token, no link to another host, no secret in a log, and nothing lost when many post or all is killed.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.config.access_matrix import TABLE, World, build
from tests.config.test_access_matrix import BOOKKEEPING, tables_written, undone
from tests.config.test_cli import PATIENCE, ROOT, environment
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.discussions.models import Post

WITHOUT_A_TOKEN = {"unsubscribe", "guest-mail"}  # the link in the mail is the permission (RFC 8058)
PASSWORD = "a kitchen in winter"


def test_the_settings_of_a_server_have_no_finding(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment(
            tmp_path,
            QUAESTIO_SITE_URL="https://seminar.example.edu",
            DJANGO_SETTINGS_MODULE="quaestio.config.settings",
        ),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def world(db: None) -> World:
    return build()


def test_no_deed_is_done_for_a_form_of_another_site(world: World) -> None:
    done = []
    for name in sorted({name for name, method in TABLE if method == "POST"} - WITHOUT_A_TOKEN):
        url = reverse(name, kwargs=world.arguments.get(name))
        for person in ("instructor", "author", "anonymous"):
            client = Client(enforce_csrf_checks=True)
            if user := world.people[person]:
                client.force_login(user)
            with undone(), tables_written() as written:
                response = client.post(
                    url, world.fields.get(name, {}), headers={"origin": "https://evil.example"}
                )
            if response.status_code != 403 or written - BOOKKEEPING:
                done.append(f"{name} as {person}: {response.status_code}, {sorted(written)}")
    assert not done, "\n".join(done)


# -- Addresses of other hosts -------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "testserver.evil.example", "testserver@evil.example", ""],
)
def test_a_forged_host_gets_no_page(host: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["seminar.example.edu"]
    for path in ("/", "/accounts/login/", "/accounts/password/reset/"):
        assert Client(headers={"host": host}).get(path).status_code == 400


@pytest.mark.django_db
def test_a_forged_host_gets_a_sentence_and_one_line_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ALLOWED_HOSTS = ["seminar.example.edu"]
    client = Client(headers={"host": "evil.example"})
    for path in ("/", "/accounts/login/", "/nowhere"):
        caplog.clear()
        answer = client.get(path)
        assert answer.status_code == 400
        assert "There is no site under this address" in answer.content.decode()
        (logged,) = [logging.Formatter().format(record) for record in caplog.records]
        assert "evil.example" in logged
        assert "\n" not in logged


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded"])
def test_links_in_mails_about_an_account_lead_to_this_site_whoever_asks(
    header: str, settings: Settings
) -> None:
    """Whoever asks for a password of somebody else's does not choose where its link leads."""
    cache.clear()
    settings.SITE_URL = "https://seminar.example.edu"
    settings.ALLOWED_HOSTS = ["*"]
    User.objects.create_user("maya@example.edu", PASSWORD, name="Maya")
    client = Client(headers={header: "evil.example"})
    client.post("/accounts/password/reset/", {"email": "maya@example.edu"})
    client.post("/accounts/password/reset/", {"email": "nobody@example.edu"})
    fields = {"name": "Noah", "email": "noah@example.edu", "password1": PASSWORD}
    client.post("/accounts/signup/", fields)
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        whole = source(message)
        assert "evil.example" not in whole, message.subject
        assert set(re.findall(r"https?://[\w.:-]*\w", message.body)) == {settings.SITE_URL}


def source(message: EmailMessage) -> str:
    return str(message.message())


# -- Logs ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_log_tells_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    cache.clear()
    caplog.set_level(logging.DEBUG)
    for name in ("django.db.backends", "django.template"):  # kept quiet on a server
        logging.getLogger(name).setLevel(logging.INFO)
    link = cast.invitation(cast.instructor())
    discussion = cast.discussion(cast.teacher(link.course))
    client = Client()
    fields = {"name": "Maya", "email": "maya@example.edu", "password1": PASSWORD}
    client.post("/accounts/signup/", fields)
    client.post(f"/join/{link.token}")
    client.post(reverse("respond", args=[discussion.public_id]), {"body": "Words of mine."})
    client.post(reverse("respond", args=["A" * 12]), {"body": "Words of mine."})
    session = client.session.session_key
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "maya@example.edu", "password": "mistyped words"})
    client.post(
        "/accounts/login/", {"login": "x\r\n2026 INFO forged", "password": "mistyped words"}
    )
    client.post("/accounts/password/reset/", {"email": "maya@example.edu"})
    Client(enforce_csrf_checks=True).post(f"/join/{link.token}")
    (reset,) = re.findall(r"/reset/key/(\S+?)/", mail.outbox[-1].body)
    said = caplog.text
    secrets = [PASSWORD, "mistyped words", "Words of mine.", session, reset, "maya@example.edu"]
    assert [one for one in [*secrets, "\n2026 INFO forged"] if one and one in said] == []


# -- Nothing lost -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_thirty_two_people_who_post_at_once_are_all_heard() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    address = reverse("respond", args=[discussion.public_id])
    browsers = [cast.sign_in(cast.student(anna.course, f"Student {n}")) for n in range(32)]

    def send(browser: Client) -> int:
        try:
            return int(browser.post(address, {"body": "Words of mine."}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(send, browsers))
    assert answers == [302] * 32
    numbers = Post.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 33))


def test_what_was_acknowledged_is_there_after_everything_was_killed(tmp_path: Path) -> None:
    """The measure in ``bench`` with few kills; its long form is for releases (docs/speed.md)."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "kill9.py"), "--kills", "1", "--posts", "40"],
        env=environment(tmp_path, TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
