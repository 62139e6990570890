"""The pages of allauth in the site's look."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, OpenPage, Problems, axe

ANYBODY = ["login", "signup", "password/reset"]


@pytest.mark.parametrize("address", ANYBODY)
def test_the_page_is_the_sites_own_and_axe_finds_nothing(page: Page, address: str) -> None:
    page.goto(f"/accounts/{address}/")
    expect(page.locator("header.site .site-name")).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)
    assert axe(page) == []


def test_a_wrong_sign_in_says_so_beside_the_form(open_page: OpenPage) -> None:
    page = open_page(size=NARROW)
    page.goto("/accounts/login/")
    page.locator("main form input[type=email]").fill("nobody@example.org")
    page.locator("main form input[type=password]").fill("wrong")
    page.locator("main form button.main").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_address_that_leads_nowhere_is_told_in_the_sites_look(
    page: Page, problems: Problems
) -> None:
    problems.expect("404")
    page.goto("/nowhere-at-all")
    expect(page.locator("h1")).to_have_text("There is no such page")
    assert axe(page) == []
