"""While the database is away the site says so, loses nothing, and goes on by itself afterwards."""

from __future__ import annotations

import http.client
import logging
import time
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from tests.config.test_cli import PATIENCE, Site, quaestio
from tests.support import cast

from quaestio.config.logs import without_secrets
from quaestio.web.outage import is_outage


def refuse(*_query: Any) -> None:
    raise OperationalError("connection failed: the server is\nbeing started again")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_what_was_typed_is_given_back(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    anna = cast.instructor()
    address = reverse("respond", args=[cast.discussion(anna).public_id])
    client.force_login(anna.user)
    with connection.execute_wrapper(refuse):
        answer = client.post(address, {"body": "Words of <mine>.", "format": "plain"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "Words of &lt;mine&gt;." in page
    assert "This could not be stored just now" in page
    failed = [one for one in caplog.records if one.name == "django.request"]
    (line,) = [logging.Formatter().format(one) for one in failed]
    assert "nothing can be stored or read: connection failed" in line
    assert "\n" not in line


@pytest.mark.django_db
def test_what_was_typed_is_given_back_whatever_went_wrong(client: Client) -> None:
    anna = cast.instructor()
    address = reverse("respond", args=[cast.discussion(anna).public_id])
    client.force_login(anna.user)

    def break_down(*_query: Any) -> None:
        raise ValueError("a fault of ours")

    def fill_up(*_query: Any) -> None:
        raise OSError(ENOSPC, "No space left on device")

    for breaking, status in ((break_down, 500), (fill_up, 503)):
        with connection.execute_wrapper(breaking):
            answer = client.post(address, {"body": "Words of <mine>.", "format": "plain"})
        page = answer.content.decode()
        assert (answer.status_code, "Words of &lt;mine&gt;." in page) == (status, True)


@pytest.mark.django_db
def test_a_page_says_that_the_site_is_back_in_a_minute(client: Client) -> None:
    client.force_login(cast.instructor().user)
    with connection.execute_wrapper(refuse):
        answer = client.get("/")
    assert (answer.status_code, "Back in a minute" in answer.content.decode()) == (503, True)


@pytest.mark.django_db
def test_health_says_so_to_a_machine(client: Client) -> None:
    with connection.execute_wrapper(refuse):
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "the database does not answer"}
    assert client.get("/health").status_code == 200


@pytest.mark.django_db
def test_a_fault_of_ours_is_no_outage() -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        connection.cursor().execute("SELECT 1 FROM nowhere")
    assert not is_outage(caught.value)
    assert is_outage(InterfaceError("connection already closed"))
    assert not is_outage(ValueError())


def test_what_postgresql_refuses_for_good_is_no_outage() -> None:
    def raised(cause: type[psycopg.Error]) -> OperationalError:
        error = OperationalError()
        error.__cause__ = cause("as the server says")
        return error

    for passing in (
        psycopg.OperationalError,  # the connection broke
        psycopg.errors.AdminShutdown,
        psycopg.errors.TooManyConnections,
        psycopg.errors.DiskFull,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.LockNotAvailable,
    ):
        assert is_outage(raised(passing)), passing
    for fault in (
        psycopg.errors.ProgramLimitExceeded,
        psycopg.errors.InvalidSavepointSpecification,
        psycopg.errors.ObjectNotInPrerequisiteState,
    ):
        assert not is_outage(raised(fault)), fault


def test_an_address_that_is_a_secret_stands_in_no_log() -> None:
    for name, arguments, told in [
        ("join", ["s3cret"], "/join/<slug:token>"),
        ("invited", ["a", "s3cret"], "/invited/<slug:public_id>/<slug:proof>"),
        ("guest-confirm", ["a", "s3cret"], "/guest/<slug:public_id>/<slug:proof>"),
        ("keyed-course-feed", ["s3cret", "atom"], "/feeds/<slug:key>/feed.<slug:form>"),
        ("unsubscribe", ["s3cret"], "/unsubscribe/<str:token>"),
    ]:
        assert without_secrets(reverse(name, args=arguments)) == told
    reset = reverse("account_reset_password_from_key", args=["1", "s3cret"])
    assert "s3cret" not in str(without_secrets(reset))
    assert without_secrets("/d/3f9a/") == "/d/3f9a/"
    assert without_secrets("/nowhere") == "/nowhere"


# -- A whole site, and a server that goes away under it -------------------------------------------


@pytest.fixture
def server() -> Iterator[psycopg.Connection[Any]]:
    """The tests' PostgreSQL, with one more database."""
    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"], port=given["PORT"], user=given["USER"], dbname="postgres",
        autocommit=True,
    ) as server:  # fmt: skip
        server.execute("CREATE DATABASE away")
        yield server
        server.execute("DROP DATABASE away WITH (FORCE)")


@pytest.mark.database
@pytest.mark.postgresql
def test_the_site_outlives_a_database_that_is_away(
    server: psycopg.Connection[Any], tmp_path: Path
) -> None:
    url = f"postgres://{server.info.user}@{server.info.host}:{server.info.port}/away"
    # Every migration at once takes its time on a busy machine, which is no matter here.
    made = quaestio(tmp_path / "data", "migrate", patience=4 * PATIENCE, QUAESTIO_DATABASE_URL=url)
    assert made[0] == 0, made
    site = Site(tmp_path / "data", QUAESTIO_DATABASE_URL=url)
    try:
        site.until("Starting worker")
        family = set(site.family())
        server.execute("ALTER DATABASE away ALLOW_CONNECTIONS false")
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='away'"
        )
        site.until("The worker waits for the database")
        assert until_health_is(503, site)
        first = site.worker()
        assert set(site.family()) == family  # the same processes, none of them started again
        first.kill()  # and one that begins while the database is away waits for it as well
        site.until("The worker has ended and is started again.")
        said = site.said.read_text().count("The worker waits for the database")
        site.until("The worker waits for the database", times=said + 1)
        server.execute("ALTER DATABASE away ALLOW_CONNECTIONS true")
        assert until_health_is(200, site)
        site.until("Starting worker", times=2)
        assert site.said.read_text().count("is started again") == 1
        assert "Traceback" not in site.said.read_text()
    finally:
        site.process.terminate()
        site.process.wait(PATIENCE)


def until_health_is(status: int, site: Site) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
        asked.request("GET", "/health")
        found = asked.getresponse().status
        asked.close()
        if found == status:
            return True
        time.sleep(0.2)
    return False
