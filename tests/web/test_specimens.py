"""The specimen pages in a real browser: readable by everybody, at every size."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route

from tests.support.browser import DESKTOP, NARROW, OpenPage, Problems, axe
from tests.web.render_specimens import SPECIMENS, render

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"


def show(page: Page, name: str) -> None:
    """Put a specimen where the site would serve it, under the site's policy."""

    def answer(route: Route) -> None:
        headers = {"Content-Security-Policy": POLICY}
        route.fulfill(body=render(name), content_type="text/html; charset=utf-8", headers=headers)

    page.route(f"**/{name}", answer)
    page.goto(f"/{name}")


@pytest.mark.parametrize("name", SPECIMENS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    page: Page, problems: Problems, name: str
) -> None:
    problems.expect("/x)")  # where the specimen of what is under way asks how far it is
    show(page, name)
    for size in (DESKTOP, NARROW):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe(page) == [], (size, scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_note_stands_beside_its_paragraph_or_under_it(open_page: OpenPage) -> None:
    place = """() => { const box = s => document.querySelector(s).getBoundingClientRect();
        return [box(".post .para > p"), box(".post .para > .notes")] }"""
    wide, narrow = open_page(size=DESKTOP), open_page(size=NARROW)
    show(wide, "thread.html")
    text, note = wide.evaluate(place)
    assert note["left"] > text["right"]
    assert abs(note["top"] - text["top"]) < 12
    show(narrow, "thread.html")
    text, note = narrow.evaluate(place)
    assert note["top"] >= text["bottom"]


def test_main_controls_are_large_enough_to_touch(open_page: OpenPage) -> None:
    page = open_page(size=NARROW)
    show(page, "thread.html")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .post-actions a, .filters a, .site a")]
        .filter(e => !e.closest(".menu ul")).map(e => [e.textContent, e.getBoundingClientRect()])
        .filter(([_, box]) => box.height < 24 || box.width < 24).map(([text]) => text)"""
    )
    assert small == []
