"""Fonts, scripts and styles as a built site serves them: under names that change with content."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import override_settings

from quaestio.config import settings as real
from quaestio.web.statics import ON_LINES, without_comments

WEB = Path(real.__file__).parents[1] / "web" / "static" / "web"


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
    assert "/*" not in (tmp_path / name).read_text(encoding="utf-8").split("@font-face")[0]
    assert (tmp_path / name).exists()
    assert (tmp_path / f"{name}.gz").exists()
    assert (
        brotli.decompress((tmp_path / f"{name}.br").read_bytes()) == (tmp_path / name).read_bytes()
    )


@pytest.mark.parametrize("name", ["quaestio.css", "quaestio.js", "editor.js", "reader.js"])
def test_what_is_served_is_what_was_written_without_its_comments(name: str, tmp_path: Path) -> None:
    source = (WEB / name).read_text(encoding="utf-8")
    served = without_comments(source)
    assert len(served) < len(source)
    lines = source.splitlines()
    kept = served.splitlines()
    # No line is changed: each that is served was written, in this order.
    rest = iter(lines)
    assert all(line in rest for line in kept)
    # What goes begins outside of any string or template, as these are closed before it.
    at = 0
    for comment in ON_LINES.finditer(source):
        code = ON_LINES.sub("", source[at : comment.start()])
        assert code.count("`") % 2 == 0, comment[0]
        assert comment[0].count("*/") <= 1 and "/*" not in comment[0].strip()[2:], comment[0]
        at = comment.end()


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
