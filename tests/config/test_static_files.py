"""Fonts, scripts and styles as a built site serves them: under names that change with content."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

from quaestio.config import settings as real


def test_every_file_that_a_style_refers_to_is_there(tmp_path: Path) -> None:
    built = {
        "default": real.STORAGES["default"],
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=built):
        # Refuses a reference to a file that is missing.
        call_command("collectstatic", interactive=False, verbosity=0)
        name = staticfiles_storage.url("web/quaestio.css").removeprefix("/static/")
    assert name != "web/quaestio.css"
    assert (tmp_path / name).exists()
    assert (tmp_path / f"{name}.gz").exists()
