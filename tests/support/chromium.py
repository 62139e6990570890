"""Finds a Chromium, or installs one: ``python -m tests.support.chromium``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MINUTES = 10


def find() -> str | None:
    """The system's Chromium, else the one that Playwright keeps."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Tries the ways there are; ``find`` tells whether one led anywhere."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-liberation"]
        if _try(["apt-get", "update", "-q"], quiet):
            _try(["apt-get", "install", "-qy", "--no-install-recommends", *packages], quiet)
    if find() is None:
        _try([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _try(command: list[str], env: dict[str, str]) -> bool:
    try:
        ran = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            check=False, timeout=MINUTES * 60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0


def main() -> int:
    if find() is None:
        print("No Chromium here: installing one for the browser tests …", flush=True)
        install()
    print(find() or "No Chromium could be installed: the browser tests will be SKIPPED.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
