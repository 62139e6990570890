"""The plumbing under the tests: a guard that lets everything through makes every test green."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import suppress

import pytest
from django.db import connection

from tests.support.browser import OpenPage, Problems, axe
from tests.support.network import NetworkBlocked, is_here

# -- the network


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.53", "::1", "localhost", "0.0.0.0", "", b"::1"]
)
def test_this_machine_may_be_reached(host: str | bytes) -> None:
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "example.org", "localhost.example.org", "2001:db8::1"]
)
def test_nothing_else_may_be_reached(host: str) -> None:
    assert not is_here(host)


def test_a_connection_to_elsewhere_is_refused(closed_network: list[str]) -> None:
    with pytest.raises(NetworkBlocked), socket.socket() as sock:
        sock.connect(("192.0.2.1", 80))
    closed_network.clear()


def test_a_refusal_that_was_swallowed_is_still_counted(closed_network: list[str]) -> None:
    with suppress(Exception):
        urllib.request.urlopen("http://example.org/", timeout=1)
    assert closed_network == ["socket.getaddrinfo example.org"]
    closed_network.clear()


# -- the engines


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_is_tested_as_it_runs_in_earnest() -> None:
    with connection.cursor() as cursor:
        answers = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert answers == ["wal", 2, 1]


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_is_tested_with_durable_settings() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        assert cursor.fetchone() == ("on", "on")


# -- the browser


def test_a_page_without_trouble_raises_no_complaint(
    open_page: OpenPage, problems: Problems
) -> None:
    open_page().goto("/health")
    assert problems.found == []


@pytest.mark.parametrize(
    ("address", "script", "complaint"),
    [
        ("/health", "console.error('broken')", "console: broken"),
        ("/health", "setTimeout(() => { throw new Error('astray') })", "script: astray"),
        ("/health", "document.body.innerHTML = '<b style=\"color: red\">x</b>'", "policy: style-src"),
        ("about:blank", "fetch('http://elsewhere.invalid/').catch(() => 0)", "request to another host: http://elsewhere.invalid/"),
    ],
)  # fmt: skip
def test_trouble_in_a_page_is_noticed(
    open_page: OpenPage, problems: Problems, address: str, script: str, complaint: str
) -> None:
    page = open_page()
    page.goto(address)
    page.evaluate(script)
    for _ in range(50):
        if any(problem.startswith(complaint) for problem in problems.found):
            break
        page.wait_for_timeout(20)
    found, problems.found = problems.found, []
    assert [problem for problem in found if problem.startswith(complaint)], found


def test_trouble_that_was_announced_is_let_pass(open_page: OpenPage, problems: Problems) -> None:
    problems.expect("status of 404")
    answer = open_page().goto("/nothing-here")
    assert answer is not None and answer.status == 404


def test_axe_finds_what_a_screen_reader_would_miss(open_page: OpenPage) -> None:
    page = open_page()
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main>")
    assert [line.split(":")[0] for line in axe(page)] == ["image-alt"]
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1></main>")
    assert axe(page) == []


def test_axe_works_under_the_strict_policy(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/health")
    assert isinstance(axe(page), list)
