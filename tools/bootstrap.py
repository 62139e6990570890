"""Sets up ``.venv``: the pinned packages, the project itself, its commands.

``tools/setup run`` (what the site needs) or ``tools/setup dev`` (tests and checks too) starts
this with a fitting Python. It uses the standard library alone, does nothing when nothing changed,
and begins anew when it was interrupted: the stamp that says "ready" is written last.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "quaestio-ready.json"
BEGUN = VENV / "quaestio-unfinished"

# What a set-up holds: the development packages include those to run.
INCLUDES = {"run": ("run",), "dev": ("dev", "run")}


def main() -> int:
    """Makes the environment named on the command line ready; the exit code says whether it is.

    With ``--ask`` it changes nothing and only answers.
    """
    kind = sys.argv[1] if len(sys.argv) > 1 else ""
    if kind not in INCLUDES:
        return _say("Usage: tools/setup run | dev")
    if VENV.is_symlink():
        return 0  # borrowed from another checkout, which looks after it
    if "--ask" in sys.argv:
        return 0 if _is_ready(kind) else 1
    with _one_at_a_time():
        if _is_ready(kind):
            return 0
        try:
            _set_up(kind)
        except (subprocess.CalledProcessError, OSError) as problem:
            return _say(_explain(problem))
    return 0


def _is_ready(kind: str) -> bool:
    return PYTHON.exists() and _stamped().get(kind) == _fingerprint(kind)


def _stamped() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _fingerprint(kind: str) -> str:
    """Changes when anything does that the environment was made from."""
    parts = [
        str(ROOT).encode(),
        (ROOT / "requirements" / f"{kind}.txt").read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        Path(__file__).read_bytes(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _set_up(kind: str) -> None:
    _tell(f"Setting up .venv with Python {sys.version.split()[0]} (once; a minute or two) …")
    STAMP.unlink(missing_ok=True)
    if BEGUN.exists() or not _is_usable():
        _run(sys.executable, "-m", "venv", "--clear", str(VENV))
    BEGUN.touch()
    _install_packages(kind)
    _install_project()
    STAMP.write_text(json.dumps({each: _fingerprint(each) for each in INCLUDES[kind]}))
    BEGUN.unlink()
    _tell(".venv is ready.")


def _is_usable() -> bool:
    """Is there an environment already, made in this place, with a Python that runs?"""
    try:
        made_by = (VENV / "pyvenv.cfg").read_text()
        check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        ran = subprocess.run([PYTHON, "-c", check], capture_output=True, check=False)
    except OSError:
        return False
    return ran.returncode == 0 and f"{VENV}\n" in made_by


def _install_packages(kind: str) -> None:
    """Exactly what the lock names: nothing unhashed, and so nothing built here from source."""
    _run(
        str(PYTHON), "-m", "pip", "install",
        "-qq", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "--only-binary", ":all:",
        "--requirement", str(ROOT / "requirements" / f"{kind}.txt"),
    )  # fmt: skip


def _install_project() -> None:
    """A path file and console scripts: what an editable install does, without a build."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(_run(str(PYTHON), "-c", code, quiet=True).strip())
    (packages / "quaestio.pth").write_text(f"{ROOT / 'src'}\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, target in project["scripts"].items():
        _write_script(VENV / "bin" / name, *target.split(":"))


def _write_script(path: Path, module: str, function: str) -> None:
    # The shell finds the Python: a "#!" line may be neither long nor hold a space.
    path.write_text(
        "#!/bin/sh\n"
        f"""'''exec' "{PYTHON}" "$0" "$@"\n"""
        "' '''\n"
        "import sys\n"
        f"from {module} import {function}\n"
        f"sys.exit({function}())\n"
    )
    path.chmod(0o755)


def _run(*command: str, quiet: bool = False) -> str:
    # Neither a PYTHONPATH nor a user's site folder may stand in for what .venv should hold.
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    env = clean | {"PYTHONNOUSERSITE": "1"}
    where = subprocess.PIPE if quiet else None
    return subprocess.run(command, check=True, env=env, stdout=where, text=True).stdout or ""


def _explain(problem: subprocess.CalledProcessError | OSError) -> str:
    if isinstance(problem, OSError):
        return f"Setting up .venv failed: {problem}"
    if "venv" in problem.cmd:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"Python {version} could not make a virtual environment in {VENV}.\n"
            f"On Debian or Ubuntu this mends it:  sudo apt install python{version}-venv"
        )
    return (
        "The packages could not be installed; the lines above say why. Most often the network\n"
        "was away, or a package has no ready-made build for this Python or processor yet.\n"
        "Try again: it starts anew. Another Python:  PYTHON=python3.12 make demo"
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two terminals may say ``make`` at once; the second waits for the first."""
    import fcntl

    with (ROOT / "pyproject.toml").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _say(problem: str) -> int:
    _tell(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main())
