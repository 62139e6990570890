"""The pages of a class list in a real browser: from the list to somebody who comes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support import cast
from tests.support.browser import DESKTOP, NARROW, PHONE, OpenPage, Problems, axe, shoot

from quaestio.courses.links import link_of
from quaestio.courses.models import Enrollment, Invitee

VIEWS: dict[str, dict[str, Any]] = {
    "daylight": {"size": DESKTOP},
    "dark": {"size": DESKTOP, "dark": True},
    "phone": {"size": PHONE, "is_mobile": True, "has_touch": True},
    "dark-phone": {"size": PHONE, "is_mobile": True, "has_touch": True, "dark": True},
    "narrow": {"size": NARROW},
}
LIST = """Name;E-mail;Section;Role
Lindqvist, Maya;maya@example.edu;Monday;
Noah Weiss;noah@example.edu;Tuesday;
Danielle Price;danielle.price.with.a.very.long.address@students.example.edu;Monday;TA
Chance Robbins;no address;Monday;
Anna Berg;noah@example.edu;;
"""


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def class_of() -> Enrollment:
    anna = cast.instructor()
    noah = cast.student(anna.course, user=cast.person("Noah Weiss", "noah@example.edu"))
    assert noah.user
    noah.user.emailaddress_set.create(email=noah.user.email, verified=True)  # type: ignore[attr-defined]
    return anna


@pytest.mark.parametrize("view", VIEWS)
def test_the_pages_of_a_class_list_read_well(
    open_page: OpenPage, live_server: Any, problems: Problems, view: str
) -> None:
    problems.expect("status of 422")
    anna = class_of()
    page = open_page(as_=anna.user, **VIEWS[view])
    path = f"/c/{anna.course.public_id}/people"

    def looked_at(name: str) -> None:
        shoot(page, f"class-list-{name}-{view}")
        assert axe(page) == []
        assert fits(page), name

    page.goto(f"{path}/list")
    looked_at("empty")
    page.get_by_label("The class list").fill("nobody")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("No line of this holds an e-mail address")).to_be_visible()
    looked_at("refused")
    page.get_by_label("The class list").fill(LIST)
    page.get_by_label("Place people in the sections").check()
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="2 lines are left out")).to_be_visible()
    looked_at("preview")
    page.get_by_role("button", name="Put the list in").click()
    expect(page.get_by_role("heading", name="Invited, not yet come")).to_be_visible()
    looked_at("people")
    beyond = "[...document.querySelectorAll('.scroll')].some(e => e.scrollWidth > e.clientWidth)"
    assert not page.evaluate(beyond), "what can be done with a person is out of sight"
    for who in (None, cast.person("Maya Lindqvist"), anna.user):
        page = open_page(as_=who, **VIEWS[view])
        page.goto(link_of(Invitee.objects.get(address="maya@example.edu")))
        looked_at(f"link-{'out' if who is None else who.name.split()[0].lower()}")


def test_somebody_on_the_list_comes_without_script(open_page: OpenPage, live_server: Any) -> None:
    anna = class_of()
    (maya,) = cast.listed(anna, "Maya Lindqvist <maya@example.edu>")
    page = open_page(script=False)
    page.goto(link_of(maya))
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Maya Lindqvist")
    page.locator("input[type=email]").fill("maya@private.example")
    page.locator("input[type=password]").fill("a kitchen in winter")
    page.locator("main form button.main").click()
    page.get_by_role("button", name="Join the course").click()
    expect(page.get_by_text("Welcome. You are in.")).to_be_visible()
    page.goto(link_of(maya))
    expect(page.get_by_text("You are in this course already.")).to_be_visible()
    assert not Invitee.objects.exists()
