"""The site's own processes, on the database of the running test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """Where another process finds this test's database."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    name, user, password, host = (
        quote(str(settings[key] or ""), safe="") for key in ("NAME", "USER", "PASSWORD", "HOST")
    )
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    if host.startswith("%2F"):  # a folder with a socket in it
        return f"postgres://{user}:{password}@{port}/{name}?host={host}"
    return f"postgres://{user}:{password}@{host}{port}/{name}"


def start(data: Path, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    """``quaestio`` or Django's own commands, as a process that sees the test's database."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QUAESTIO_", "DJANGO_")) and name != "PORT"
    }
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={
            **kept,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "quaestio.config.settings",
            "QUAESTIO_DATA": str(data),
            "QUAESTIO_DATABASE_URL": database_url(),
            **variables,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
