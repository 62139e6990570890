"""Running the site: the web server and the worker as children of one process.

The parent does nothing but watch. A child that dies is started again; one that keeps dying ends
the whole with a sentence, so that whoever runs it (systemd, a person) is told.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

PORT = 8000
THREADS = 4  # of each web process
GRACE = 15  # seconds for a child to finish what it is doing
DEATHS, WITHIN = 5, 60.0  # so many deaths in so many seconds are too many


class Refused(Exception):
    """A command cannot be done; the text says why and what to do."""


def complain(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


@dataclass(frozen=True, slots=True)
class Address:
    """Where the site listens."""

    host: str
    port: int

    @classmethod
    def chosen(cls, host: str | None, port: int | None) -> Address:
        """From the command line, else the environment, else the defaults."""
        environ = os.environ
        host = host or environ.get("QUAESTIO_LISTEN") or "127.0.0.1"
        raw = port if port is not None else environ.get("QUAESTIO_PORT") or environ.get("PORT")
        text = str(raw or PORT)
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise Refused(f"The port must be a number from 1 to 65535; it is “{text}”.")
        address = cls(host, int(text))
        # What links in mails begin with, and whose forms are trusted: ours, if nobody said.
        environ.setdefault("QUAESTIO_SITE_URL", str(address))
        return address

    def __str__(self) -> str:
        name = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else self.host  # noqa: S104
        return f"http://{name}:{self.port}"

    def claim(self) -> None:
        """Find out now whether the port is free: the web server would share it with another."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
                probe.listen(1)
            except OSError as error:
                raise Refused(
                    f"Port {self.port} on {self.host} cannot be used ({error.strerror}). "
                    f"Perhaps Quaestio runs already; else choose another: PORT={self.port + 1}."
                ) from error

    def answers(self) -> bool:
        """Whether something there speaks HTTP."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        connection = http.client.HTTPConnection(host, self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def prepare_database(verbosity: int = 0) -> None:
    """Tables, cache table and static files as this version needs them."""
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)
        fill_index()
        call_command("collectstatic", interactive=False, verbosity=0)
    except CommandError as error:  # the system checks speak through this one too
        raise Refused(str(error)) from error
    except DatabaseError as error:
        raise Refused(f"The database cannot be used: {error}") from error
    except OSError as error:
        raise Refused(f"A folder of the site cannot be used: {error}.") from error


def fill_index() -> None:
    """Make the search index where a site that had none is brought up to date."""
    from quaestio.search import index

    if index.is_unfilled():
        for _rows in index.rebuild():
            pass


# -- Children -----------------------------------------------------------------------------------


@dataclass
class Child:
    """A process that is to run for as long as the site does."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))

    def start(self) -> None:
        # A group of its own: Ctrl+C at the terminal reaches the parent alone, which then stops
        # its children in order.
        self.process = subprocess.Popen(
            self.command,
            process_group=0,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def dies_too_often(self) -> bool:
        """Note a death; whether there were too many of late."""
        now = time.monotonic()
        self.deaths.append(now)
        return len(self.deaths) == DEATHS and now - self.deaths[0] < WITHIN


def end_with_parent() -> None:
    """In the child, before it begins: even a parent that is killed takes its children along."""
    set_death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)


def web_server(address: Address, workers: int | None) -> Child:
    from quaestio.config.env import Environment

    env = Environment()
    if workers is not None and not 1 <= workers <= 256:
        raise Refused(f"--workers must be a number from 1 to 256; it is “{workers}”.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    workers = workers or env.number("QUAESTIO_WORKERS", cores or 1, least=1, most=256)
    threads = env.number("QUAESTIO_THREADS", THREADS, least=1, most=64)
    return Child(
        "web server",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--host", address.host, "--port", str(address.port)),
            *("--workers", str(workers), "--blocking-threads", str(threads)),
            *("--workers-kill-timeout", str(GRACE - 5), "--respawn-failed-workers"),
            *("--log-level", "warning", "quaestio.config.wsgi:application"),
        ],
    )


def background_worker(*, quiet: bool) -> Child:
    """``quiet`` keeps it from telling of every task it does."""
    command = [sys.executable, "-m", "django", "worker", "--no-startup-delay", "--no-reload"]
    return Child("worker", [*command, "--verbosity", "0" if quiet else "1"])


def run_site(
    address: Address,
    *,
    workers: int | None,
    worker: bool,
    ready: Callable[[], None],
    quiet: bool = False,
) -> int:
    """Run until a signal says stop. 0 after that, 1 when a child could not be kept alive."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connections

    try:
        children = [web_server(address, workers)]
    except ImproperlyConfigured as error:
        raise Refused(str(error)) from error
    if worker:
        children.append(background_worker(quiet=quiet))
    connections.close_all()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_ignored: stop.set())
    try:
        for child in children:
            child.start()
        return watch(children, stop, address, ready)
    finally:
        end(children)


def watch(
    children: list[Child], stop: threading.Event, address: Address, ready: Callable[[], None]
) -> int:
    told = False
    while not stop.wait(0.2):
        if not told and address.answers():
            ready()
            told = True
        for child in children:
            if child.is_running or stop.is_set():
                continue
            if child.dies_too_often():
                return complain(f"The {child.name} keeps ending; what it said stands above.")
            complain(f"The {child.name} has ended and is started again.")
            child.start()
    return 0


def end(children: list[Child]) -> None:
    """Ask each to finish what it is doing; after a while, insist."""
    running = [child.process for child in children if child.process and child.is_running]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
