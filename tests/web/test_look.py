"""The look, as far as files can tell: what pages may hold, what they weigh, what docs/look.md says."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.web import render_specimens
from tests.web.render_specimens import SPECIMENS, WEB

ROOT = Path(__file__).resolve().parents[2]
CSS = (WEB / "static" / "web" / "quaestio.css").read_text(encoding="utf-8")
SCRIPT = (WEB / "static" / "web" / "quaestio.js").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "src").rglob("templates/**/*.html"))
# A mail is read in a mail program, which has no policy of ours and fetches no style sheet.
MAILS = [path for path in TEMPLATES if path.parent.name == "mail"]
PAGES = [path for path in TEMPLATES if path not in MAILS]
STYLED = set(
    re.findall(r"\.([a-z][a-z0-9-]*)", re.sub(r"/\*.*?\*/|url\([^)]*\)", "", CSS, flags=re.S))
)

FIRST_VIEW = 100_000
FIRST_FONTS = 43_000


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "src"))


@pytest.mark.parametrize("template", MAILS, ids=name_of)
def test_no_mail_runs_or_fetches_anything(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script|<img|<link|\bsrc\s*=|url\(|@import|javascript:", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)


@pytest.mark.parametrize("template", PAGES, ids=name_of)
def test_no_template_holds_what_the_content_security_policy_refuses(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "javascript:" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script


def test_every_font_file_the_styles_name_is_there_and_none_is_left_over() -> None:
    fonts = WEB / "static" / "web" / "fonts"
    named = set(re.findall(r'url\("fonts/([^"]+)"\)', CSS))
    assert named == {path.name for path in fonts.glob("*.woff2")}
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_another_host() -> None:
    assert "//" not in re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
    assert not re.search(r"https?:", SCRIPT)


def test_the_first_view_is_light() -> None:
    fonts = sum(
        (WEB / "static" / "web" / "fonts" / name).stat().st_size
        for name in ("latin-400.woff2", "latin-400-italic.woff2")
    )
    page = gzip.compress(render_specimens.render("thread.html").encode())
    rest = len(gzip.compress(CSS.encode())) + len(gzip.compress(SCRIPT.encode())) + len(page)
    assert fonts <= FIRST_FONTS
    assert fonts + rest <= FIRST_VIEW


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_specimens_use_no_class_that_has_no_style(name: str) -> None:
    html = render_specimens.render(name)
    used = {word for words in re.findall(r'class="([^"]*)"', html) for word in words.split()}
    # Names that only say what a thing is.
    used -= {"attention", "confirm", "fields", "month", "reader", "success"}
    assert not used - STYLED


def test_the_guide_explains_every_attribute_the_script_looks_for() -> None:
    guide = (ROOT / "docs" / "look.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"\[(data-[a-z-]+)", SCRIPT))
    assert asked
    assert not {name for name in asked if name not in guide}


def test_the_script_has_every_word_it_says() -> None:
    words = (WEB / "templates" / "web" / "parts" / "script_words.html").read_text(encoding="utf-8")
    there = {
        re.sub(r"-(\w)", lambda m: m[1].upper(), name)
        for name in re.findall(r"data-([a-z-]+)=", words)
    }
    said = set(re.findall(r'words\("(\w+)"', SCRIPT)) | {"word", "words"}
    assert said == there
