"""Fonts, scripts and styles as a built site serves them: under names that change with content."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import override_settings

from quaestio.config import settings as real


def test_every_file_that_a_style_refers_to_is_there(tmp_path: Path) -> None:
    built = {
        "default": real.STORAGES["default"],
        "staticfiles": {"BACKEND": "quaestio.web.statics.Storage"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=built):
        # Refuses a reference to a file that is missing.
        call_command("collectstatic", interactive=False, verbosity=0)
        name = staticfiles_storage.url("web/quaestio.css").removeprefix("/static/")
    assert name != "web/quaestio.css"
    assert (tmp_path / name).exists()
    assert (tmp_path / f"{name}.gz").exists()
    assert (
        brotli.decompress((tmp_path / f"{name}.br").read_bytes()) == (tmp_path / name).read_bytes()
    )


def test_the_editor_needs_no_file_but_the_two_that_its_page_names(tmp_path: Path) -> None:
    # A reference from one script to another would not get the name that changes with content.
    built = {
        "default": real.STORAGES["default"],
        "staticfiles": {"BACKEND": "quaestio.web.statics.Storage"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=built):
        call_command("collectstatic", interactive=False, verbosity=0)
        bar = render_to_string("web/parts/editor.html", {"for": "body"})
    for attribute, plain in (("data-editor", "web"), ("data-library", "django_prose_editor")):
        found = re.search(rf'{attribute}="/static/({plain}/editor\.[0-9a-f]{{12}}\.js)"', bar)
        assert found
        script = (tmp_path / found[1]).read_text(encoding="utf-8")
        assert not re.search(r"\bimport(\s*\(|\s+[\w{*]|\s*[\"'])|\bfrom\s*[\"']\.", script)
        assert (tmp_path / f"{found[1]}.gz").exists()
