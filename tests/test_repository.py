"""What holds for every file of the project."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Where packages come from is each machine's own affair: a mirror must do. Written in two parts,
# since this file is searched as well.
REGISTRIES = [
    "py" + "pi.org",
    "pythonhosted" + ".org",
    "registry." + "npmjs.org",
    "registry." + "yarnpkg.com",
    "deb." + "debian.org",
    "crates" + ".io",
    "proxy." + "golang.org",
]


def tracked_files() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [
        path
        for name in listed.stdout.split("\0")
        if name and ((path := ROOT / name).is_file() or path.is_symlink())
    ]


def test_no_file_names_a_package_registry() -> None:
    naming = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked_files()
        for host in REGISTRIES
        if path.is_file() and host.encode() in path.read_bytes()
    ]
    assert naming == []


def test_what_is_made_here_is_not_kept_in_the_repository() -> None:
    made = {".venv", "var", "staticfiles", ".mypy_cache", ".hypothesis"}
    tops = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert made & tops == set()
