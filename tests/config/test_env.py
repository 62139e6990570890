"""Settings from the environment: a value that cannot be right is refused with a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from quaestio.config.env import Environment, database, slips


@pytest.mark.parametrize(
    ("word", "meant"), [("yes", True), ("1", True), ("On", True), ("no", False), ("", False)]
)
def test_a_flag_is_yes_or_no(word: str, meant: bool) -> None:
    assert Environment({"X": word}).flag("X") is meant


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda env: env.flag("X"), "maybe"),
        (lambda env: env.number("X", 1, least=1, most=9), "ten"),
        (lambda env: env.number("X", 1, least=1, most=9), "10"),
        (lambda env: env.number("X", 1, least=1, most=9), "-1"),
        (lambda env: env.choice("X", "a", ("a", "b")), "c"),
        (lambda env: env.url("X"), "seminar.example.edu"),
        (lambda env: env.url("X"), "ftp://seminar.example.edu"),
        (lambda env: env.url("X"), "https://example.edu/path"),
        (lambda env: env.url("X"), "https://example.edu:port"),
        (lambda env: env.url("X"), "https:"),
        (lambda env: env.hosts("X"), "https://seminar.example.edu"),
        (lambda env: env.hosts("X"), "seminar.example.edu:8000"),
        (lambda env: env.hosts("X"), "a.example b.example"),
        (lambda env: env.hosts("X"), "a.example, b.example/path"),
        (lambda env: env.mailbox("X", ""), "nobody"),
        (lambda env: env.mailbox("X", ""), "Quaestio <quaestio@>"),
        (lambda env: env.time_zone("X", "UTC"), "Mars/Olympus"),
        (lambda env: env.time_zone("X", "UTC"), "../../etc/passwd"),
    ],
)
def test_a_bad_value_is_named_in_the_sentence(read: object, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^X must be .*“" + value):
        read(Environment({"X": value}))  # type: ignore[operator]


def test_hosts_and_a_mailbox_are_taken_as_they_are_written() -> None:
    env = Environment({"HOSTS": "a.example, [::1],10.0.0.5", "FROM": "Quaestio <q@a.example>"})
    assert env.hosts("HOSTS") == ["a.example", "[::1]", "10.0.0.5"]
    assert env.hosts("NONE") == []
    assert env.mailbox("FROM", "") == "Quaestio <q@a.example>"
    assert env.mailbox("NONE", "Quaestio <quaestio@localhost>") == "Quaestio <quaestio@localhost>"


def test_a_slip_in_the_name_of_a_setting_is_pointed_out() -> None:
    assert slips(["QUAESTIO_DATA", "PATH", "QUAESTIO_SMPT_HOST"]) == [
        "There is no setting QUAESTIO_SMPT_HOST; it does nothing. Did you mean QUAESTIO_SMTP_HOST?"
    ]


def test_what_is_not_set_has_its_default() -> None:
    env = Environment({})
    assert env.flag("X", True) is True
    assert env.number("X", 7, least=1, most=9) == 7
    assert env.url("X", "https://a.example/") == "https://a.example"
    assert env.names("X", ("a",)) == ["a"]


def test_a_database_is_an_address(tmp_path: object) -> None:
    sqlite = database(f"sqlite:///{tmp_path}/new/site.db", sqlite_journal="WAL")
    assert sqlite["NAME"] == f"{tmp_path}/new/site.db"
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in sqlite["OPTIONS"]["init_command"]
    postgres = database("postgres://ann:p%40ss@db:5433/site?sslmode=require", sqlite_journal="")
    assert (postgres["USER"], postgres["PASSWORD"]) == ("ann", "p@ss")
    assert (postgres["HOST"], postgres["PORT"], postgres["NAME"]) == ("db", "5433", "site")
    assert postgres["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "nonsense", "sqlite:///", "postgres://u:p@host:port/name"]
)
def test_a_database_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="QUAESTIO_DATABASE_URL"):
        database(url, sqlite_journal="WAL")
