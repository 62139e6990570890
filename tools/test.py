"""Runs the suite: what uses the database on PostgreSQL, then everything on SQLite.

Arguments go to pytest: ``make test ARGS="-k join"``. Either run failing fails the whole; the last
line is pytest's own summary of the second, larger one. Up to three failures in the browser, where
a machine short of breath is told from a fault by asking again, are run once more, one at a time;
what passed only then is named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from postgres import NONE_HERE

ROOT = Path(__file__).resolve().parent.parent
SOME_FAILED, NO_TESTS = 1, 5  # of pytest's exit codes
ASKED_AGAIN = 3  # more failures than these are no accident


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
    if on_sqlite == SOME_FAILED:
        on_sqlite = _once_more()
    if on_postgres not in (0, NO_TESTS, NONE_HERE):
        _tell("The run on PostgreSQL, further up, FAILED.")
        return on_postgres
    return on_sqlite


def _once_more() -> int:
    """Runs the few tests that failed in the browser again; nothing when there are others."""
    failed = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
    names = list(json.loads(failed.read_text())) if failed.exists() else []
    if not 0 < len(names) <= ASKED_AGAIN:
        return SOME_FAILED
    pytest = [sys.executable, "-m", "pytest", *names]
    if _run(*pytest, "-q", "--collect-only", "-m", "not browser") != NO_TESTS:
        return SOME_FAILED
    result = _run(*pytest)
    if result == 0:
        _tell("PASSED ONLY WHEN ASKED AGAIN: " + ", ".join(names))
    return result


def _run(*command: str) -> int:
    # The engine is this script's to choose.
    env = {k: v for k, v in os.environ.items() if k != "QUAESTIO_DATABASE_URL"}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
