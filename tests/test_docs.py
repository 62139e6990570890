"""What the docs list is what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from django.apps import apps

from quaestio.config.cli import parser
from quaestio.config.env import NAMES
from tests.test_layers import app_of

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [*(ROOT / "src" / "quaestio").rglob("*.py")]


def rows_of(doc: str) -> list[list[str]]:
    """The cells of every row of every table in a page of the docs."""
    lines = (ROOT / "docs" / doc).read_text().splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]


def documented_settings() -> set[str]:
    """Also those that are written short: ``QUAESTIO_SMTP_HOST``, ``_PORT``."""
    found = set()
    for first, *_rest in rows_of("operating.md"):
        full, *short = re.findall(r"`(\w+)`", first) or [""]
        if full.startswith("QUAESTIO_"):
            stem = full.rpartition("_")[0]
            found |= {full, *(stem + one for one in short if one.startswith("_"))}
    return found


def test_operating_lists_every_setting_and_no_other() -> None:
    asked = re.compile(r"""(?:env\w*(?:\.\w+)?\(|environ\.get\()\s*["'](QUAESTIO_\w+)["']""")
    read = {name for path in SOURCES for name in asked.findall(path.read_text())}
    assert len(read) > 20
    assert documented_settings() == read == NAMES


def test_every_command_in_the_docs_is_understood() -> None:
    written = "\n".join(
        (ROOT / name).read_text() for name in ("README.md", "docs/operating.md", "docs/testing.md")
    )
    lines = re.findall(r"(?:^ {4}|`|bin/| - )quaestio ([a-z][^`\n#>]*)", written, re.MULTILINE)
    asked = {line.strip() for line in lines}
    assert {"createoperator you@example.edu", "serve --port 8000"} <= asked
    for line in asked:
        command, *rest = shlex.split(re.sub(r"\$\([^)]*\)", "today", line))
        if command != "check":
            parser(command).parse_args([command, *rest])


def test_the_map_lists_every_model_at_its_app() -> None:
    listed = {
        cells[0].strip("`"): {name for name in re.split(r"[, ]+", cells[2].strip(" |")) if name}
        for cells in rows_of("map.md")
        if len(cells) == 3 and cells[0].startswith("`")
    }
    there: dict[str, set[str]] = {app: set() for app in listed}
    for model in apps.get_models():
        if app := app_of(model):
            there[app].add(model.__name__)
    assert listed == there


def test_what_the_docs_name_is_there() -> None:
    """Files by their path from the top, from ``src/`` or from ``src/quaestio/``."""
    tops = [ROOT, ROOT / "src", ROOT / "src" / "quaestio", ROOT / "src" / "quaestio" / "web"]
    tops += [ROOT / "src" / "quaestio" / "web" / "templates"]
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    named = re.compile(r"`((?:\w+/)+\w[\w-]*\.(?:py|md|html|css|js|toml))`")
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages
        for name in named.findall(page.read_text())
        if not any((top / name).exists() for top in tops)
    ]
    assert missing == []


def test_decisions_are_numbered_in_one_row() -> None:
    pages = sorted((ROOT / "docs" / "decisions").iterdir())
    numbers = [page.name[:4] for page in pages]
    assert numbers == [f"{number:04}" for number in range(1, len(pages) + 1)]
    wrong = [p.name for p in pages if not p.read_text().startswith(f"# {p.name[:4]}. ")]
    assert wrong == []
