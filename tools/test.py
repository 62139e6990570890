"""Runs the suite: what uses the database on PostgreSQL, then everything on SQLite.

Arguments go to pytest: ``make test ARGS="-k join"``. Either run failing fails the whole; the last
line is pytest's own summary of the second, larger one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from postgres import NONE_HERE

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code when none was selected


def main() -> int:
    workers = str(min(os.cpu_count() or 1, 4))
    pytest = [sys.executable, "-m", "pytest", "--numprocesses", workers, "--dist", "worksteal"]
    pytest += sys.argv[1:]
    on_postgres = _run(
        sys.executable, str(ROOT / "tools" / "postgres.py"),
        *pytest, "-m", "database and not browser and not sqlite",
    )  # fmt: skip
    if on_postgres == NONE_HERE:
        _tell("SKIPPED on PostgreSQL: there is none to be had here.")
    on_sqlite = _run(*pytest, "-m", "not postgresql")
    if on_postgres not in (0, NO_TESTS, NONE_HERE):
        _tell("The run on PostgreSQL, further up, FAILED.")
        return on_postgres
    return on_sqlite


def _run(*command: str) -> int:
    # The engine is this script's to choose.
    env = {k: v for k, v in os.environ.items() if k != "QUAESTIO_DATABASE_URL"}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
