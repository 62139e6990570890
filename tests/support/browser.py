"""Fixtures for tests in a real Chromium against the running site.

Every page is watched: an error in the console, a breach of the Content-Security-Policy, an
uncaught exception or a request to another host fails the test that opened it, unless the test
said beforehand, with ``problems.expect(…)``, that it means to provoke one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from tests.support import chromium

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / "var" / "screenshots"
AXE = Path(__file__).parent / "axe" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

FLAGS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but this machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}

# Chromium reports a breach to the page it happened in; this passes it on.
TELL_BREACHES = """document.addEventListener("securitypolicyviolation", event =>
    window.quaestioBreach(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`))"""

OpenPage: TypeAlias = Callable[..., Page]

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remembers a failure, so that its pages can be looked at: var/screenshots/failed/."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@dataclass
class Problems:
    """What went wrong in a test's pages, and what the test expects to go wrong."""

    found: list[str] = field(default_factory=list)
    # Pages name their icon; Chromium asks for this one where there is no page to name it.
    expected: list[str] = field(default_factory=lambda: ["/favicon.ico"])

    def expect(self, *parts: str) -> None:
        """From now on, problems that contain one of these are intended."""
        self.expected.extend(parts)

    def note(self, problem: str) -> None:
        if not any(part in problem for part in self.expected):
            self.found.append(problem)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run; skipped, with the reason, where there is none."""
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium on this machine: python -m tests.support.chromium installs one")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


@pytest.fixture
def problems() -> Problems:
    """The watch over this test's pages."""
    return Problems()


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, problems: Problems, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Opens pages: ``open_page(as_=user, size=PHONE, dark=True, script=False)``.

    Each has a context of its own (cookies, storage), so two people can be two pages. Paths given
    to ``page.goto`` are the site's.
    """
    contexts: list[BrowserContext] = []

    def open_one(
        as_: Any = None,
        *,
        size: dict[str, int] = DESKTOP,
        dark: bool = False,
        script: bool = True,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=size,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        _watch(context, live_server.url, problems)
        if as_ is not None:
            sign_in(context, as_, live_server.url)
        return context.new_page()

    yield open_one
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate([page for context in contexts for page in context.pages]):
            shoot(page, f"failed/{request.node.name[:80].replace('/', '_')}-{number}")
    for context in contexts:
        context.close()
    assert not problems.found, "the browser complained:\n" + "\n".join(problems.found)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def phone_page(open_page: OpenPage) -> Page:
    return open_page(size=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def narrow_page(open_page: OpenPage) -> Page:
    """320 pixels wide: what a page of 1280 is at a zoom of 400%."""
    return open_page(size=NARROW)


@pytest.fixture
def dark_page(open_page: OpenPage) -> Page:
    return open_page(dark=True)


@pytest.fixture
def dark_phone_page(open_page: OpenPage) -> Page:
    return open_page(size=PHONE, has_touch=True, is_mobile=True, dark=True)


@pytest.fixture
def no_script_page(open_page: OpenPage) -> Page:
    return open_page(script=False)


def sign_in(context: BrowserContext, user: Any, url: str) -> None:
    """Gives the context a session of this person, as the sign-in page would."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def shoot(page: Page, name: str) -> Path:
    """A picture of the whole page, in var/screenshots/NAME.png."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def axe(page: Page, within: str | None = None) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line a finding; an empty list is a pass."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    run = """([within, tags]) => axe.run(within || document, {
        runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})"""
    results = page.evaluate(run, [within, WCAG])
    return [
        f"{found['id']}: {found['help']} – {' '.join(node['target'])}\n{node['failureSummary']}"
        for found in results["violations"]
        for node in found["nodes"]
    ]


def editor_in(page: Page, name: str = "Your text") -> Locator:
    """The editor of the field with this label, once it stands there.

    Until its script has come, the field is a plain one with the same role and name, which
    vanishes under whoever is about to click on it.
    """
    editor = page.get_by_role("textbox", name=name)
    expect(editor).to_contain_class("ProseMirror", timeout=15_000)
    return editor


def until(page: Page, reached: Callable[[], object]) -> None:
    """Lets the page go on until something has come about outside of it, as at a route's handler."""
    for _ in range(1_500):
        if reached():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it does not come about")


def _watch(context: BrowserContext, site: str, problems: Problems) -> None:
    context.expose_binding("quaestioBreach", lambda _, what: problems.note(f"policy: {what}"))
    context.add_init_script(TELL_BREACHES)
    context.on("console", lambda message: _on_console(message, problems))
    context.on("weberror", lambda error: problems.note(f"script: {error.error}"))
    context.on("request", lambda request: _on_request(request, site, problems))


def _on_console(message: ConsoleMessage, problems: Problems) -> None:
    if message.type == "error":
        problems.note(f"console: {message.text} ({message.location.get('url', '')})")


def _on_request(request: Request, site: str, problems: Problems) -> None:
    asked = urlsplit(request.url)
    if asked.scheme in ("http", "https", "ws", "wss") and asked.netloc != urlsplit(site).netloc:
        problems.note(f"request to another host: {request.url}")


__all__ = [
    "DESKTOP",
    "NARROW",
    "PHONE",
    "OpenPage",
    "Problems",
    "axe",
    "editor_in",
    "shoot",
    "until",
]
