"""The script against a small stand-in for the server: what it promises when things go wrong.

The stand-in keeps one draft with a version, as the site's draft page does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import OpenPage, Problems, until

FORM = """<!DOCTYPE html><html lang="en"><head><title>Form</title>
<script type="module" src="/static/web/quaestio.js"></script></head>
<body data-person="{person}"><main>{above}
<form method="post" action="/posted" data-once data-draft-url="/draft" data-draft-key="respond:d1" {attributes}>
<input type="hidden" name="csrfmiddlewaretoken" value="token">
<input type="hidden" name="draft_version" value="{version}">
<div class="pick"><input type="checkbox" name="answers" value="1" id="tick"><label for="tick">1</label>
<input type="radio" name="position-1" value="yes" aria-label="yes"></div>
<div class="field"><label for="body">Your text</label>
<textarea id="body" name="body" data-check-url="/check" data-check-panel="panel" data-count="count">{body}</textarea></div>
<section id="panel"></section>
<p data-draft-state role="status"></p><p id="count" data-min="3" data-max="5"></p>
<button>Post</button></form>
<form method="post" action="/out" data-sign-out><button>Sign out</button></form></main>{words}</body></html>"""


@dataclass
class Server:
    """Answers the page's requests; ``mode`` is what befalls the next drafts."""

    body: str = ""
    version: int = 0
    person: str = "maya"
    above: str = ""
    attributes: str = ""
    mode: str = "ok"
    saved: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    def page(self, route: Route) -> None:
        from tests.web.render_specimens import render

        html = render("thread.html")
        words = html[html.index('<div id="script-words"') : html.index("</body>")]
        text = FORM.format(
            person=self.person,
            above=self.above,
            attributes=self.attributes,
            version=self.version,
            body=self.body,
            words=words,
        )
        route.fulfill(body=text, content_type="text/html; charset=utf-8")

    def draft(self, route: Route) -> None:
        fields = parse_qs(route.request.post_data or "", keep_blank_values=True)
        if self.mode == "offline":
            return route.abort("internetdisconnected")
        if self.mode == "signed out":
            return route.fulfill(status=401, json={"error": "signed out"})
        assert route.request.headers["x-csrftoken"] == "token"
        if int(fields["draft_version"][0]) != self.version:
            return route.fulfill(status=409, json={"version": self.version, "body": self.body})
        self.body = fields["body"][0]
        self.version += 1
        self.saved.append(self.body)
        return route.fulfill(json={"version": self.version, "saved_at": "10:42"})

    def post(self, route: Route) -> None:
        self.posted.append(parse_qs(route.request.post_data or "")["body"][0])
        route.fulfill(status=204)  # the page stays, as on a very slow line

    def check(self, route: Route) -> None:
        text = parse_qs(route.request.post_data or "")["body"][0]
        self.checked.append(text)
        route.fulfill(body=f"<p>{len(text)} letters</p>", content_type="text/html")

    def serve(self, page: Page) -> None:
        for path, answer in (
            ("form", self.page),
            ("draft", self.draft),
            ("posted", self.post),
            ("check", self.check),
        ):
            page.route(f"**/{path}", answer)
        page.route(
            "**/out", lambda route: route.fulfill(body="<p>out</p>", content_type="text/html")
        )


KEPT = "Object.keys(localStorage).filter(key => key.startsWith('quaestio:draft:')).length"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def form(open_page: OpenPage, server: Server) -> Page:
    page = open_page()
    server.serve(page)
    page.goto("/form")
    return page


def state(page: Page) -> str:
    return page.locator("[data-draft-state]").inner_text()


def says(page: Page, text: str) -> None:
    expect(page.locator("[data-draft-state]")).to_contain_text(text)


def test_a_draft_is_saved_while_one_types_and_the_browsers_copy_goes(
    form: Page, server: Server
) -> None:
    form.fill("#body", "It was planned.")
    says(form, "Draft saved 10:42")
    assert server.saved == ["It was planned."]
    assert form.input_value("[name=draft_version]") == "1"
    assert form.evaluate(KEPT) == 0


def test_text_typed_without_a_connection_is_kept_and_comes_back(
    form: Page, server: Server, problems: Problems
) -> None:
    problems.expect("/draft")
    server.mode = "offline"
    form.fill("#body", "Written on a train.")
    says(form, "No connection")
    form.goto("/form")
    expect(form.locator("#body")).to_have_value("Written on a train.")
    server.mode = "ok"
    form.type("#body", "!")
    # On a slow machine what came back is saved by itself before this key is pressed.
    until(form, lambda: server.body == "Written on a train.!")
    form.wait_for_function(f"{KEPT} === 0")


def test_an_expired_session_keeps_the_text(form: Page, server: Server, problems: Problems) -> None:
    problems.expect("/draft")
    server.mode = "signed out"
    form.fill("#body", "Too long a night.")
    says(form, "signed out")
    form.goto("/form")
    expect(form.locator("#body")).to_have_value("Too long a night.")


def test_a_newer_text_on_the_server_is_shown_and_not_overwritten(
    form: Page, server: Server, problems: Problems
) -> None:
    problems.expect("409")
    server.body, server.version = "From the library.", 4
    form.fill("#body", "From home.")
    other = form.locator(".both-texts textarea")
    expect(other).to_have_value("From the library.")
    expect(form.locator("#body")).to_have_value("From home.")
    assert server.saved == []
    form.get_by_role("button", name="Go on with the text above").click()
    says(form, "Draft saved")
    assert server.body == "From home."


def test_an_older_copy_in_the_browser_never_replaces_a_newer_draft(
    form: Page, server: Server, problems: Problems
) -> None:
    problems.expect("/draft")
    server.mode = "offline"
    form.fill("#body", "Old, from the train.")
    says(form, "No connection")
    server.body, server.version = "Newer, from another device.", 2
    form.goto("/form")
    expect(form.locator(".both-texts textarea")).to_have_value("Old, from the train.")
    expect(form.locator("#body")).to_have_value("Newer, from another device.")
    assert server.body == "Newer, from another device."


def test_one_persons_text_is_not_offered_to_another(
    form: Page, server: Server, problems: Problems
) -> None:
    problems.expect("/draft")
    server.mode = "offline"
    form.fill("#body", "Mine alone.")
    says(form, "No connection")
    server.person = "chance"
    form.goto("/form")
    expect(form.locator("#body")).to_have_value("")
    assert form.locator(".both-texts").count() == 0


def test_a_post_is_sent_once_and_its_copy_stays_until_it_is_acknowledged(
    form: Page, server: Server
) -> None:
    form.fill("#body", "Posted at once.")
    form.evaluate(
        "() => { const b = document.querySelector('button'); for (let i = 0; i < 10; i++) b.click() }"
    )
    form.wait_for_function("document.querySelector('form').getAttribute('aria-busy') === 'true'")
    until(form, lambda: server.posted)
    form.wait_for_timeout(300)
    assert server.posted == ["Posted at once."]
    assert form.evaluate(KEPT) == 1
    server.above = '<div data-draft-done="respond:d1" hidden></div>'
    form.goto("/form")
    expect(form.locator("#body")).to_have_value("")
    assert form.evaluate(KEPT) == 0


def test_a_refused_post_is_saved_as_a_draft_as_soon_as_it_comes_back(
    form: Page, server: Server
) -> None:
    server.body, server.attributes = "Refused, but mine.", "data-draft-unsaved"
    form.goto("/form")
    says(form, "Draft saved")
    assert server.saved == ["Refused, but mine."]


def test_signing_out_forgets_kept_text_only_when_the_writer_agrees(
    form: Page, server: Server, problems: Problems
) -> None:
    problems.expect("/draft")
    server.mode = "offline"
    form.fill("#body", "Not saved yet.")
    says(form, "No connection")
    form.once("dialog", lambda dialog: dialog.dismiss())
    form.get_by_role("button", name="Sign out").click()
    assert form.evaluate(KEPT) == 1
    form.once("dialog", lambda dialog: dialog.accept())
    form.get_by_role("button", name="Sign out").click()
    expect(form.get_by_text("out", exact=True)).to_be_visible()
    assert form.evaluate(KEPT) == 0


def test_quotations_are_checked_as_one_types_and_the_last_text_wins(
    form: Page, server: Server
) -> None:
    form.type("#body", "“learned its lesson”")
    expect(form.locator("#panel")).to_have_text("20 letters")
    assert server.checked[-1] == "“learned its lesson”"


def test_words_are_counted_and_a_position_ticks_its_question(form: Page) -> None:
    form.fill("#body", "Was it planned? — Hardly, I’d say 42.")
    expect(form.locator("#count")).to_have_text("7 words: 2 more than the 5 asked for")
    expect(form.locator("#count")).to_have_class("outside")
    form.check("[name=position-1]")
    expect(form.locator("#tick")).to_be_checked()
    form.uncheck("#tick")
    expect(form.locator("[name=position-1]")).not_to_be_checked()
