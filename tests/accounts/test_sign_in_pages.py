"""The pages before one is in: readable by everybody, on every screen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.browser import DESKTOP, NARROW, PHONE, OpenPage, axe

PAGES = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
VIEWS: dict[str, dict[str, Any]] = {
    "in daylight": {"size": DESKTOP},
    "in the dark": {"size": DESKTOP, "dark": True},
    "on a phone": {"size": PHONE, "is_mobile": True, "has_touch": True},
    "at four times the size": {"size": NARROW},
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_a_page_before_sign_in_shuts_nobody_out(open_page: OpenPage, path: str, view: str) -> None:
    page = open_page(**VIEWS[view])
    page.goto(path)
    assert axe(page) == []
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(too_wide), "the page scrolls sideways"
