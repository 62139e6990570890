"""Every form on every page, filled in with nonsense: nothing breaks, what is refused is refused with
a word, and what was typed stays in its field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from lxml import html
from tests.config.access_matrix import NAMES, TABLE, build
from tests.config.test_access_matrix import close_file

NONSENSE = {
    "nothing": "",
    "spaces": " \t \u00a0 ",
    "a long line": "x" * 100_000,
    "emoji": "🦉👩🏽‍🏫🇩🇪",
    "right to left": "\u202eשלום עולם\u202c مرحبا",
    "signs one cannot see": "a\u200bb\u00adc\ufeffd",
    "a zero byte": "a\x00b",
    "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "words of a database": "'; DROP TABLE posts; --\" OR 1=1",
    "words of a template": "{{ 7 }}{% now %}%s%(a)s{0}",
    "a negative number": "-1",
    "a huge number": "9" * 400,
    "no number": "NaN",
    "the year 0": "0000-00-00",
    "the year 1": "0001-01-01",
    "the last minute": "9999-12-31T23:59",
    "a path": "../../etc/passwd",
}
TAMPERED = ["a long line", "a zero byte", "a huge number"]  # also where one only chooses
ACCOUNT = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/change/",
    "/accounts/email/",
]
CHOSEN = {"hidden", "checkbox", "radio", "file", "submit"}
A_WORD = (
    ".//*[contains(@class, 'error') or contains(@class, 'notice') or contains(@class, 'messages')"
    " or contains(@class, 'typed') or contains(@class, 'both')]"
)


@dataclass(frozen=True)
class Form:
    page: str
    action: str
    method: str
    fields: dict[str, list[str]]  # as they come
    typed: list[str]  # those one types into
    chosen: list[str]

    def __str__(self) -> str:
        return f"{self.method} {self.action} on {self.page}"


def forms_on(path: str, page: str) -> Iterator[Form]:
    for form in html.fromstring(page).iter("form"):
        fields: dict[str, list[str]] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        named = [one for one in form.inputs if one.get("name")]
        chosen = [one.name for one in named if one.tag == "select" or one.get("type") in CHOSEN]
        typed = [one.name for one in named if one.name not in chosen]
        action = urljoin(path, form.get("action") or path)
        yield Form(path, action, (form.get("method") or "get").upper(), fields, typed, chosen)


def forms_for(browser: Client, paths: list[str]) -> list[Form]:
    """Each form that somebody meets on these pages, once."""
    found: dict[tuple[str, str, tuple[str, ...]], Form] = {}
    for path in paths:
        answer = browser.get(path, follow=True)
        if answer.streaming:
            close_file(answer)
        elif "html" in answer["Content-Type"]:
            for form in forms_on(answer.request["PATH_INFO"], answer.content.decode()):
                key = (urlsplit(form.action).path, form.method, tuple(form.fields))
                found.setdefault(key, form)
    return list(found.values())


def send(browser: Client, form: Form, **changed: Any) -> HttpResponse:
    """Sends it, and takes back what it did; a sign-out too."""
    data = {**form.fields, **changed}
    signed_in = SimpleCookie(browser.cookies)
    with transaction.atomic():
        if form.method == "GET":
            answer = browser.get(urlsplit(form.action).path, data)
        else:
            answer = browser.post(form.action, data)
        if answer.streaming:
            close_file(answer)
        transaction.set_rollback(True)
    browser.cookies = signed_in
    return answer


def fault(form: Form, answer: HttpResponse, typed: str = "", *, into: list[str]) -> str:
    """What is wrong with this answer; "" where nothing is."""
    if answer.status_code >= 500:
        return "it breaks"
    if form.method == "GET" or "html" not in answer.get("Content-Type", ""):
        return ""
    if answer.status_code in (301, 302, 303, 403, 404, 410):
        return ""  # done, or not theirs to do
    if not answer.content:
        return ""
    page = html.fromstring(answer.content.decode())
    again = [
        one for one in page.iter("form") if set(form.typed) & {each.name for each in one.inputs}
    ]
    if not again:
        return ""  # done: another page, which says so
    if not page.xpath(A_WORD):
        return f"{answer.status_code} without a word"
    kept = " ".join(page.text_content().split()) + answer.content.decode()
    shown = " ".join(typed.replace("\x00", "").split())
    lost = [name for name in into if "password" not in name]
    return f"{answer.status_code} and {lost} is lost" if lost and not _in(shown, kept) else ""


def _in(words: str, page: str) -> bool:
    return words in page or str(escape(words)) in page


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anonymous", "author", "instructor"])
def test_nonsense_in_a_form_breaks_nothing_and_stays_where_it_was_typed(who: str) -> None:
    world = build()
    browser = Client(raise_request_exception=False)
    if user := world.people[who]:
        browser.force_login(user)
    names = [name for name in NAMES if TABLE.get((name, "GET"), {}).get(who) == "ok"]
    paths = [reverse(name, kwargs=world.arguments.get(name, {})) for name in names]
    found = []
    for form in forms_for(browser, paths + ACCOUNT):
        for what, value in NONSENSE.items():
            typed = dict.fromkeys(form.typed, value)
            wrong = fault(form, send(browser, form, **typed), value, into=form.typed)
            found += [f"{form}: {what} where one types: {wrong}"] if wrong else []
        for what in TAMPERED:
            everywhere = dict.fromkeys(form.typed + form.chosen, NONSENSE[what])
            wrong = fault(form, send(browser, form, **everywhere), into=[])
            found += [f"{form}: {what} everywhere: {wrong}"] if wrong else []
        for name in [one for one in form.fields if one != "csrfmiddlewaretoken"]:
            twice = send(browser, form, **{name: [*form.fields[name], "x"]})
            if twice.status_code >= 500:
                found.append(f"{form}: {name} twice: it breaks")
            fields = {one: value for one, value in form.fields.items() if one != name}
            if send(browser, replace(form, fields=fields)).status_code >= 500:
                found.append(f"{form}: without {name}: it breaks")
    assert not found, "\n".join(found)
