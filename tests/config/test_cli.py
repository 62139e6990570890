"""The ``quaestio`` command, run as people run it: as a process of its own."""

from __future__ import annotations

import http.client
import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from pytest_django import Settings
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.config import cli
from quaestio.readings.models import Document

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120  # seconds, for a machine that has much else to do


def environment(data: Path, **more: str) -> dict[str, str]:
    """What a fresh machine has, and nothing of the tests' own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QUAESTIO_", "DJANGO_")) and name != "PORT"
    }
    return {**kept, "QUAESTIO_DATA": str(data), "PYTHONPATH": str(ROOT / "src"), **more}


def quaestio(
    data: Path, *arguments: str, typed: str = "", patience: int = PATIENCE, **more: str
) -> tuple[int, str, str]:
    """Exit code, output and complaints."""
    done = subprocess.run(
        [sys.executable, "-m", "quaestio", *arguments],
        env=environment(data, **more),
        input=typed,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def free_port() -> int:
    """One below those that Linux gives to whoever asks for any: until the site listens there, no
    connection of another test takes it by chance.
    """
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def test_without_a_command_it_tells_what_there_is(tmp_path: Path) -> None:
    code, said, _complaints = quaestio(tmp_path)
    assert code == 0
    for command in (
        "demo",
        "serve",
        "migrate",
        "reindex",
        "backup",
        "person",
        "forget",
        "check",
        "import",
        "createoperator",
        "movedatabase",
        "password",
        "close",
        "reopen",
        "tick",
    ):
        assert f"\n    {command}" in said


def test_a_command_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    code, _said, complaints = quaestio(tmp_path, "sevre")
    assert code == 2
    assert "sevre" in complaints and "serve" in complaints


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "eighty"}, "The port must be a number from 1 to 65535; it is “eighty”."),
        ({"QUAESTIO_DEBUG": "maybe"}, "QUAESTIO_DEBUG must be yes or no; it is “maybe”."),
        (
            {"QUAESTIO_DATABASE_URL": "mysql://here"},
            "QUAESTIO_DATABASE_URL must start with sqlite:/// or postgres://; "
            "it starts with “mysql:”.",
        ),
    ],
)
def test_a_bad_setting_is_refused_with_a_sentence(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    variables = {"PORT": str(free_port()), **variables}
    code, _said, complaints = quaestio(tmp_path, "serve", **variables)
    assert code == 1
    assert complaints.strip() == sentence


def test_a_turn_of_the_clock_says_what_it_did(tmp_path: Path) -> None:
    assert quaestio(tmp_path, "migrate")[0] == 0
    code, said, _complaints = quaestio(tmp_path, "tick")
    assert (code, said.strip()) == (0, "Sent 0, put off 0, refused 0.")


@pytest.mark.parametrize(
    "command", [["createoperator", "--email", "a@b.edu"], ["import", "page"], ["tick"]]
)
def test_a_command_about_a_site_that_is_not_there_says_so(
    tmp_path: Path, command: list[str]
) -> None:
    code, _out, said = quaestio(tmp_path / "data", *command)
    assert code == 1
    assert "There is no site in" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_told_before_anything_else_is_done(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _said, complaints = quaestio(tmp_path / "data", "serve", PORT=port)
    assert code == 1
    assert complaints.startswith(f"Port {port} on 127.0.0.1 cannot be used")
    assert not (tmp_path / "data").exists()


def test_an_operator_is_made_and_an_account_can_become_one(tmp_path: Path) -> None:
    assert quaestio(tmp_path, "migrate")[0] == 0
    olga = ("createoperator", "--email", "Olga@Example.edu", "--name", "Olga")
    code, _said, complaints = quaestio(tmp_path, *olga, typed="short\n")
    assert (code, complaints.strip()) == (
        1,
        "Please take at least 10 characters.",
    )
    code, said, _complaints = quaestio(tmp_path, *olga, typed="long enough, surely\n")
    assert (code, said.strip()) == (0, "Olga may sign in and look at /operator/.")
    code, said, _complaints = quaestio(tmp_path, *olga)
    assert (code, said.strip()) == (
        0,
        "Olga may look at /operator/ from now on. The password is as it was.",
    )


@pytest.mark.django_db
def test_an_operator_gives_a_password_closes_an_account_and_opens_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.create_user("olga@example.edu", "the password before", name="Olga")

    def done(command: str, address: str = "Olga@Example.edu", typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = cli.run([command, address])
        told = capsys.readouterr()
        return code, told.out + told.err

    code, told = done("password", typed="short\n")
    assert (code, "at least" in told) == (1, True)
    assert done("password", typed="another one, surely\n") == (0, "Olga has a new password.\n")
    user.refresh_from_db()
    assert user.check_password("another one, surely")
    code, told = done("close")
    assert (code, told.partition(".")[0]) == (0, "The account of Olga is closed")
    assert done("reopen") == (0, "The account of Olga is open.\n")
    said = "No account here has the address nobody@example.edu.\n"
    assert done("close", "nobody@example.edu") == (1, said)


# -- Serving ------------------------------------------------------------------------------------


class Site:
    """A site that ``quaestio serve`` or ``quaestio demo`` runs. ``with`` ends what is left of it,
    whatever became of the test: no other test shares the machine with it.
    """

    def __init__(
        self, data: Path, command: str = "serve", port: int | None = None, **more: str
    ) -> None:
        self.port = port or free_port()
        self.said = data.parent / "said"
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "quaestio", command],
                env=environment(data, PORT=str(self.port), QUAESTIO_WORKERS="1", **more),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self.until("Quaestio is at")
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> None:
        if self.process.poll() is None:
            left = [*self.family(), psutil.Process(self.process.pid)]
            for one in left:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            self.process.wait()

    def until(self, words: str, times: int = 1) -> None:
        """Wait until it has said this, so many times."""
        deadline = time.monotonic() + PATIENCE
        while self.said.read_text().count(words) < times:
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.1)

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> psutil.Process:
        """The worker; it is told that it starts a moment before it can be seen."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for one in self.family():
                with suppress(psutil.NoSuchProcess):
                    if "worker" in one.cmdline():
                        return one
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.1)

    def signal(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def site(data: Path) -> Iterator[Site]:
    with Site(data) as site:
        yield site
        if site.process.poll() is None:
            site.signal(signal.SIGTERM)


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them end, within our patience."""
    return not psutil.wait_procs(processes, timeout=PATIENCE)[1]


def test_the_site_is_served_with_its_worker_and_stops_cleanly(site: Site, data: Path) -> None:
    assert site.get("/health") == 200
    assert site.get("/static/web/quaestio.css") == 200
    # Signing in with one click is the demo's alone.
    assert site.get("/demo/") == 404
    assert site.get("/demo") == 404
    # What is stored is nothing to others who have an account on the machine.
    open_to_others = [path for path in data.rglob("*") if path.stat().st_mode & 0o007]
    assert (open_to_others, data.stat().st_mode & 0o007) == ([], 0)
    family = site.family()
    assert site.worker() in family

    assert site.signal(signal.SIGTERM) == 0
    assert gone(family)


def test_a_worker_that_dies_is_started_again(site: Site) -> None:
    first = site.worker()
    first.kill()
    site.until("The worker has ended and is started again.")
    assert site.worker().pid != first.pid
    assert site.get("/health") == 200


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the children are left behind")
def test_even_a_killed_parent_takes_its_children_along(site: Site) -> None:
    family = site.family()
    site.signal(signal.SIGKILL)
    assert gone(family)


def test_the_demo_loads_its_course_once_and_finds_it_again(data: Path) -> None:
    with Site(data, "demo") as site:
        assert site.get("/demo/") == 200
        site.until("Instructor: ")
        assert site.signal(signal.SIGINT) == 0

    with Site(data, "demo") as again:
        assert "there already" in again.said.read_text()
        assert again.get("/demo/") == 200
        assert again.signal(signal.SIGTERM) == 0


def test_a_site_whose_tasks_are_done_at_once_has_no_worker(settings: Settings) -> None:
    assert not cli.has_queue()
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    assert cli.has_queue()


def test_the_search_index_can_be_made_anew(tmp_path: Path) -> None:
    assert quaestio(tmp_path, "migrate")[0] == 0
    code, said, complaints = quaestio(tmp_path, "reindex")
    assert (code, complaints) == (0, "")
    assert sorted(said.splitlines()) == ["0 discussions", "0 pages", "0 posts"]


@pytest.mark.django_db
def test_a_site_tells_at_its_start_of_files_that_an_older_version_read(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    cast.document(cast.reading(cast.course()))
    cli.tell_of_outdated()
    assert capsys.readouterr().out == ""
    Document.objects.update(extractor=0)
    cli.tell_of_outdated()
    told = "1 file was read by an older version; it is read again in the background.\n"
    assert capsys.readouterr().out == told
    settings.CATCH_UP = False
    cli.tell_of_outdated()
    assert "“quaestio reread” reads them again" in capsys.readouterr().out


def test_an_operator_has_old_files_read_again(tmp_path: Path) -> None:
    assert "There is no site" in quaestio(tmp_path, "reread")[2]
    assert quaestio(tmp_path, "migrate")[0] == 0
    assert quaestio(tmp_path, "reread") == (0, "0 files to be read again.\n", "")
