"""Every address, every method, every kind of person: ``access_matrix.py`` says what each gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.config.access_matrix import (
    BOOKKEEPING,
    GROUPS,
    METHODS,
    NAMES,
    OPEN_TO_ALL,
    PEOPLE,
    REMEMBERED,
    TABLE,
    World,
    build,
)
from tests.support import cast

from quaestio.courses.actions import change_course
from quaestio.courses.models import Course
from quaestio.web.ids import new_public_id

SAFE = ("GET", "HEAD", "OPTIONS")
SIGN_IN = ("/accounts/login/?next=", "/operator/login/?next=")
WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL of the site with the whole of its route."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def group_of(route: str) -> str | None:
    return next((begin for begin in GROUPS if route.startswith(begin)), None)


@pytest.fixture
def world(db: None) -> World:
    return build()


def answer(response: HttpResponse) -> str:
    """What somebody got, in the words of the table."""
    if response.status_code in (301, 302, 303) and response["Location"].startswith(SIGN_IN):
        return "in"
    if response.status_code < 400:
        return "ok"
    return str(response.status_code)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def tables_written() -> Iterator[set[str]]:
    written: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if found := WRITE.match(sql):
            written.add(found[1])
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield written


def ask(client: Client, method: str, url: str, fields: dict[str, Any]) -> HttpResponse:
    """One request; what it does to the cookies is forgotten, like what it did to the database."""
    before = client.cookies.output(header="")
    data = fields if method == "POST" else None
    response = getattr(client, method.lower())(url, data)
    if response.streaming:
        close_file(response)
    client.cookies = SimpleCookie(before)
    return response


def close_file(response: HttpResponse) -> None:
    """Without the end of the request that closing stands for: it would close the database."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


# -- The table is whole -------------------------------------------------------------------------


def test_every_address_is_declared() -> None:
    undeclared = [
        f"{route} ({pattern.name})"
        for route, pattern in patterns()
        if group_of(route) is None and pattern.name not in NAMES
    ]
    assert undeclared == []


def test_every_declared_address_is_there() -> None:
    there = {pattern.name for route, pattern in patterns() if group_of(route) is None}
    assert sorted(set(NAMES) - there) == []


def test_no_two_addresses_share_a_name() -> None:
    names = [pattern.name for route, pattern in patterns() if group_of(route) is None]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


# -- Every cell ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_everybody_gets_what_the_table_says(name: str, world: World) -> None:
    url = reverse(name, kwargs=world.arguments.get(name))
    fields = world.fields.get(name, {})
    wrong = []
    for person in PEOPLE:
        client = cast.sign_in(world.people[person])
        for method in METHODS:
            declared = TABLE.get((name, method), {}).get(person, "405")
            with undone():
                got = answer(ask(client, method, url, fields))
            if got != declared:
                wrong.append(f"{method} as {person}: {got}, declared {declared}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_looking_changes_nothing(name: str, world: World) -> None:
    url = reverse(name, kwargs=world.arguments.get(name))
    allowed = BOOKKEEPING | REMEMBERED.get(name, set())
    changed = []
    for person in PEOPLE:
        client = cast.sign_in(world.people[person])
        for method in SAFE:
            with undone(), tables_written() as written:
                ask(client, method, url, {})
            if written - allowed:
                changed.append(f"{method} as {person}: {sorted(written - allowed)}")
    assert not changed, "\n".join(changed)


# -- What is not yours is not there -------------------------------------------------------------

IN_A_COURSE = sorted({name for name, method in TABLE if TABLE[name, method]["stranger"] == "404"})


def absent(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same address for things that do not exist."""
    return {
        key: new_public_id() if key.endswith("_id") else value for key, value in arguments.items()
    }


@pytest.mark.parametrize("name", IN_A_COURSE)
def test_what_is_not_yours_looks_as_if_it_were_not_there(name: str, world: World) -> None:
    arguments = world.arguments[name]
    for person in ("anonymous", "stranger", "removed", "other_teacher"):
        client = cast.sign_in(world.people[person])
        for method in ("GET", "POST"):
            if (name, method) in TABLE:
                there = told(client, method, name, arguments)
                nowhere = told(client, method, name, absent(arguments))
                assert there == nowhere


def told(client: Client, method: str, name: str, arguments: dict[str, Any]) -> tuple[int, str, str]:
    """Status, place and body of an answer, without what differs in any two answers."""
    with undone():
        response = ask(client, method, reverse(name, kwargs=arguments), {})
    place = response.get("Location", "")
    for value in arguments.values():
        place = place.replace(str(value), "ID")
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    return response.status_code, place, token.sub("", response.content.decode())


@pytest.mark.parametrize(
    "person", ["anonymous", "stranger", "removed", "other_teacher", "operator"]
)
def test_a_public_course_shows_some_pages_to_all_and_the_others_to_nobody_else(
    person: str, world: World
) -> None:
    change_course(
        course=world.course,
        by=cast.teacher(world.course),
        title=world.course.title,
        term="",
        is_public=True,
        students_pose=True,
    )
    client = cast.sign_in(world.people[person])
    open_to = set()
    for name, method in TABLE:
        if name in IN_A_COURSE and method in ("GET", "POST"):
            with undone():
                url = reverse(name, kwargs=world.arguments[name])
                if answer(ask(client, method, url, world.fields.get(name, {}))) == "ok":
                    open_to.add((name, method))
    assert open_to == {(name, "GET") for name in OPEN_TO_ALL}


def test_the_id_of_one_course_opens_nothing_in_another(world: World) -> None:
    """Addresses with two ids: the thing must be in the course that is named."""
    client = cast.sign_in(world.people["other_teacher"])
    other = Course.objects.get(enrollments__user=world.people["other_teacher"])
    tried = 0
    for name, method in TABLE:
        arguments = world.arguments.get(name, {})
        if "course_id" in arguments and method in ("GET", "POST"):
            url = reverse(name, kwargs={**arguments, "course_id": other.public_id})
            with undone():
                assert answer(ask(client, method, url, {})) == "404"
            tried += 1
    assert tried


# -- Groups -------------------------------------------------------------------------------------


def admin_pages() -> list[str]:
    return sorted(
        {
            reverse(f"admin:{pattern.name}")
            for route, pattern in patterns()
            if route.startswith("operator/")
            and pattern.name
            and re.search("_(changelist|add)$|^index$", pattern.name)
        }
    )


@pytest.mark.parametrize("person", [one for one in PEOPLE if one != "operator"])
def test_the_operators_pages_are_for_operators_alone(person: str, world: World) -> None:
    client = cast.sign_in(world.people[person])
    got = {page: answer(client.get(page)) for page in admin_pages()}
    assert got
    assert {page for page, what in got.items() if what not in {"in", "403", "404"}} == set()


def test_an_operator_looks_and_changes_nothing(world: World) -> None:
    client = cast.sign_in(world.people["operator"])
    course = world.course
    assert client.get(reverse("admin:courses_course_changelist")).status_code == 200
    change = reverse("admin:courses_course_change", args=[course.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"title": "Mine now"}).status_code == 403
    assert client.post(reverse("admin:courses_course_delete", args=[course.pk])).status_code == 403
    assert client.post(reverse("admin:courses_course_add"), {"title": "New"}).status_code == 403


ACCOUNT_PAGES = sorted(
    {
        f"/{route}"
        for route, _pattern in patterns()
        if route.startswith("accounts/") and "<" not in route and "^" not in route
    }
)


@pytest.mark.parametrize("page", ACCOUNT_PAGES)
def test_the_account_pages_answer_everybody_and_change_nothing(page: str, world: World) -> None:
    for person in ("anonymous", "student"):
        client = cast.sign_in(world.people[person])
        with undone(), tables_written() as written:
            response = client.get(page)
        assert response.status_code < 500
        # allauth notes the address of an account the first time it looks.
        assert written - BOOKKEEPING <= {"account_emailaddress"}
