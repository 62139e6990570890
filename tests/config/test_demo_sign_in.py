from __future__ import annotations

import pytest
from django.test import Client, override_settings
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.config.demo.content import read_demo

pytestmark = pytest.mark.django_db

in_demo_mode = override_settings(DEMO=True, ROOT_URLCONF="tests.config.demo_site")


def demo_user() -> User:
    entry = read_demo().people[0]
    return cast.person(entry.name, entry.email)


def test_there_is_no_such_page_on_a_real_site() -> None:
    user = demo_user()
    absent = Client().get("/no-such-page/")
    for response in (
        Client().get("/demo/"),
        Client().post("/demo/", {"person": user.public_id}),
    ):
        assert response.status_code == 404
        assert response.content == absent.content


@override_settings(ROOT_URLCONF="tests.config.demo_site")
def test_even_with_its_address_it_stays_shut_outside_the_demo() -> None:
    client = Client()
    client.post("/demo/", {"person": demo_user().public_id})
    assert "_auth_user_id" not in client.session
    assert cast.sign_in(cast.person()).get("/demo/").status_code == 404


@in_demo_mode
def test_one_click_signs_in_as_a_person_of_the_demo() -> None:
    user = demo_user()
    client = Client()
    assert user.name in client.get("/demo/").content.decode()
    response = client.post("/demo/", {"person": user.public_id})
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


@in_demo_mode
def test_nobody_else_can_be_signed_in_as() -> None:
    somebody = cast.person("Anna Berg", "anna@example.edu")
    an_operator = cast.person("Olga", read_demo().people[0].email, is_staff=True)
    client = Client()
    shown = client.get("/demo/").content.decode()
    for user in (somebody, an_operator):
        assert user.public_id not in shown
        client.post("/demo/", {"person": user.public_id})
    assert "_auth_user_id" not in client.session


@in_demo_mode
def test_looking_at_the_page_signs_nobody_in() -> None:
    user = demo_user()
    client = Client()
    client.get("/demo/", {"person": user.public_id})
    assert "_auth_user_id" not in client.session
