"""The set-up of a fresh clone, and the throw-away PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = """[project]
scripts = { quaestio = "quaestio.hello:main" }
"""


def run(*command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | env
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as the set-up looks at, with no packages to install."""
    root = tmp_path / "a clone"
    shutil.copytree(ROOT / "tools", root / "tools")
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "requirements").mkdir()
    for kind in ("run", "dev"):
        (root / "requirements" / f"{kind}.txt").write_text("# nothing\n")
    package = root / "src" / "quaestio"
    package.mkdir(parents=True)
    (package / "hello.py").write_text("def main(): print('hello')\n")
    return root


def set_up(clone: Path, kind: str = "run") -> subprocess.CompletedProcess[str]:
    return run(clone / "tools" / "setup", kind, PYTHON=sys.executable)


def test_a_set_up_is_made_once_and_anew_only_when_it_must_be(clone: Path, tmp_path: Path) -> None:
    first = set_up(clone, "dev")
    assert (first.returncode, "is ready" in first.stderr) == (0, True), first.stderr
    assert run(clone / ".venv/bin/quaestio", PYTHONPATH="").stdout == "hello\n"

    assert set_up(clone, "dev").stderr == ""
    assert set_up(clone, "run").stderr == "", "what tests need includes what the site needs"

    (clone / "requirements" / "run.txt").write_text("# other packages\n")
    assert "is ready" in set_up(clone).stderr

    moved = clone.rename(tmp_path / "moved")
    assert "is ready" in set_up(moved).stderr
    assert run(moved / ".venv/bin/quaestio", PYTHONPATH="").stdout == "hello\n"


def test_an_interrupted_set_up_starts_anew(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (clone / ".venv" / "quaestio-unfinished").touch()
    ready = set_up(clone)
    assert ready.returncode == 0, ready.stderr
    assert run(clone / ".venv/bin/quaestio", PYTHONPATH="").stdout == "hello\n"
    assert not (clone / ".venv" / "quaestio-unfinished").exists()


def test_a_package_that_cannot_be_had_leaves_no_stamp_and_says_so(clone: Path) -> None:
    (clone / "requirements" / "run.txt").write_text("no-such-package==1 --hash=sha256:" + "0" * 64)
    failed = run(clone / "tools" / "setup", "run", PYTHON=sys.executable, PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert "could not be installed" in failed.stderr
    assert not (clone / ".venv" / "quaestio-ready.json").exists()


@pytest.mark.parametrize(
    ("version", "has_venv", "advice"),
    [
        ("3.9", True, "the newest found here is python3, which is Python 3.9"),
        ("3.12", False, "sudo apt install python3.12-venv"),
        (None, True, "none was found"),
    ],
)
def test_a_machine_without_a_fitting_python_is_told_what_to_install(
    clone: Path, tmp_path: Path, version: str | None, has_venv: bool, advice: str
) -> None:
    for name in ("sh", "dirname"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    if version is not None:
        new = version == "3.12"
        answers = f"""#!/bin/sh
            case "$2" in
                *ensurepip*) exit {0 if has_venv else 1} ;;
                *print*) echo {version} ;;
                *version_info*) exit {0 if new else 1} ;;
            esac
            """
        (tmp_path / "python3").write_text(answers)
        (tmp_path / "python3").chmod(0o755)
    refused = run(clone / "tools" / "setup", "run", PATH=str(tmp_path), PYTHON="")
    assert (refused.returncode, advice in refused.stderr) == (1, True), refused.stderr


POSTGRES = ROOT / "tools" / "postgres.py"
ASK = """
import os, sys, psycopg
with psycopg.connect(os.environ["QUAESTIO_DATABASE_URL"]) as connection:
    print(os.environ["QUAESTIO_DATABASE_URL"], connection.execute("SELECT 6 * 7").fetchone()[0])
sys.exit(3)
"""


def test_a_command_gets_a_postgresql_that_goes_when_it_ends() -> None:
    import psycopg

    ran = run(sys.executable, POSTGRES, sys.executable, "-c", ASK)
    if ran.returncode == 69:
        pytest.skip("no PostgreSQL to be had here")
    assert ran.returncode == 3, ran.stderr
    url, answer = ran.stdout.split()
    assert answer == "42"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=5)
