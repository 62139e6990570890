"""Signing up, in and out, and a forgotten password."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from tests.support import cast
from tests.support.smtp import SmtpServer

from quaestio.accounts.actions import (
    close_account,
    confirm_by_reset,
    give_password,
    make_operator,
    reopen_account,
)
from quaestio.accounts.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a kitchen in winter"


@pytest.fixture(autouse=True)
def nobody_has_guessed_too_often() -> None:
    cache.clear()


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sign_up(client: Client, **changes: str) -> int:
    fields = {"name": "Maya Lindqvist", "email": "Maya@Example.edu", "password1": PASSWORD}
    return client.post("/accounts/signup/", {**fields, **changes}).status_code


def with_password(email: str = "maya@example.edu") -> User:
    return User.objects.create_user(email, PASSWORD, name="Maya")


def test_signing_up_takes_a_name_an_address_and_a_password_and_is_in() -> None:
    client = Client()
    assert sign_up(client) == 302
    user = User.objects.get()
    assert (user.name, user.email) == ("Maya Lindqvist", "maya@example.edu")
    assert user.check_password(PASSWORD)
    assert signed_in(client)


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "x" * 121}, {"email": "maya"}, {"password1": "short"}],
)
def test_what_is_missing_or_too_short_is_refused_and_the_rest_kept(
    changes: dict[str, str],
) -> None:
    fields = {"name": "Maya", "email": "maya@example.edu", "password1": PASSWORD, **changes}
    page = Client().post("/accounts/signup/", fields).content.decode()
    assert not User.objects.exists()
    assert 'class="errors"' in page or "errorlist" in page
    kept = "maya@example.edu" if "email" not in changes else "Maya"
    assert f'value="{kept}"' in page


def test_one_address_has_one_account_however_it_is_written() -> None:
    with_password()
    sign_up(Client(), email="MAYA@example.EDU")
    assert User.objects.count() == 1


def test_the_address_is_written_as_one_likes_when_signing_in() -> None:
    with_password()
    client = Client()
    client.post("/accounts/login/", {"login": " MAYA@Example.edu ", "password": PASSWORD})
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer() -> None:
    with_password()
    answers = set()
    for login in ("maya@example.edu", "nobody@example.edu"):
        page = Client().post("/accounts/login/", {"login": login, "password": "wrong one"})
        words = re.search(r'role="alert">(.*?)</div>', page.content.decode(), re.DOTALL)
        answers.add((page.status_code, words and words[1].strip()))
    assert len(answers) == 1
    assert None not in next(iter(answers))


def test_signing_in_leads_back_to_where_one_was_going_and_nowhere_else() -> None:
    with_password()
    fields = {"login": "maya@example.edu", "password": PASSWORD}
    there = Client().post("/accounts/login/", {**fields, "next": "/c/new"})
    assert there["Location"] == "/c/new"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        response = Client().post("/accounts/login/", {**fields, "next": elsewhere})
        assert response["Location"] == "/"


def test_only_a_press_of_the_button_signs_out() -> None:
    client = cast.sign_in(cast.person())
    client.get("/accounts/logout/")
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert not signed_in(client)


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once() -> None:
    with_password()
    Client().post("/accounts/password/reset/", {"email": "maya@example.edu"})
    (letter,) = mail.outbox
    assert letter.to == ["maya@example.edu"]
    link = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", letter.body)
    assert link is not None

    client = Client()
    form = client.get(link[1])
    response = client.post(
        form["Location"], {"password1": "another long one", "password2": "another long one"}
    )
    assert response.status_code == 302
    assert User.objects.get().check_password("another long one")

    assert EmailAddress.objects.get().verified  # whoever got the mail has the address

    again = Client().get(link[1], follow=True).content.decode()
    assert "This link no longer works" in again


def test_a_new_password_confirms_no_address_of_several() -> None:
    user = with_password()
    for address in (user.email, "other@example.edu"):
        EmailAddress.objects.create(user=user, email=address, primary=address == user.email)
    confirm_by_reset(user=user)
    confirm_by_reset(user=cast.person())  # of whom no address is kept
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_an_unknown_address_is_not_told_from_a_known_one_when_a_password_is_forgotten() -> None:
    with_password()
    known = Client().post("/accounts/password/reset/", {"email": "maya@example.edu"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.edu"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_an_operator_signs_in_where_everybody_does() -> None:
    make_operator(email="olga@example.edu", name="Olga", password=PASSWORD)
    client = Client()
    assert client.get("/operator/login/?next=/operator/")["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/", {"login": "olga@example.edu", "password": PASSWORD})
    assert client.get("/operator/").status_code == 200


def sign_in(client: Client, password: str = PASSWORD) -> int:
    given = {"login": "maya@example.edu", "password": password}
    return client.post("/accounts/login/", given).status_code


def is_in(client: Client) -> bool:
    """Whether the page in front of a browser is that of somebody signed in."""
    return "/accounts/logout/" in client.get("/").content.decode()


def test_a_password_that_an_operator_gives_ends_what_is_open() -> None:
    user, thief, owner = with_password(), Client(), Client()
    sign_in(thief)
    assert is_in(thief)
    give_password(user=user, password="another long one")
    assert not is_in(thief)
    sign_in(owner)
    assert not is_in(owner)
    sign_in(owner, "another long one")
    assert is_in(owner)


def test_nobody_is_in_a_closed_account_until_it_is_opened_again() -> None:
    user, client = with_password(), Client()
    sign_in(client)
    assert is_in(client)
    close_account(user=user)
    assert not is_in(client)
    sign_in(client)
    assert not is_in(client)
    assert "This account is closed" in client.get("/accounts/inactive/").content.decode()
    reopen_account(user=user)
    sign_in(client)
    assert is_in(client)


def test_no_page_of_the_admin_shows_a_password_or_a_join_link() -> None:
    anna = cast.instructor()
    link = cast.invitation(anna)
    user = with_password()
    client = cast.sign_in(cast.operator())
    for page in (
        f"/operator/accounts/user/{user.pk}/change/",
        f"/operator/courses/invitation/{link.pk}/change/",
        "/operator/courses/invitation/",
    ):
        response = client.get(page)
        assert response.status_code == 200
        assert user.password not in response.content.decode()
        assert link.token not in response.content.decode()


def test_an_address_is_added_confirmed_and_then_the_mail_goes_there() -> None:
    client = Client()
    sign_up(client)
    page = "/accounts/email/"
    assert "not confirmed yet" in client.get(page).content.decode()
    client.post(page, {"action_add": "1", "email": "maya@elsewhere.example"})
    assert mail.outbox[-1].subject == "[Quaestio] Confirm your address"
    link = re.search(r"http://localhost:8000(/accounts/confirm-email/\S+)", mail.outbox[-1].body)
    assert link is not None
    asked = client.get(link[1]).content.decode()
    assert "Is maya@elsewhere.example your address?" in asked
    client.post(link[1])
    client.post(page, {"action_primary": "1", "email": "maya@elsewhere.example"})
    _head, *rows = client.get(page).content.decode().split("<li><label")
    assert ["your mail goes here" in row for row in rows if "@elsewhere" in row] == [True]
    assert (
        "This link is good no more" in client.get("/accounts/confirm-email/old/").content.decode()
    )


def test_a_password_is_changed_and_chosen_where_there_was_none() -> None:
    client = Client()
    sign_up(client)
    assert "Change your password" in client.get("/accounts/password/change/").content.decode()
    nobody = cast.person("Noah Osei")  # came in without a password
    client = cast.sign_in(nobody)
    page = client.get("/accounts/password/change/", follow=True).content.decode()
    assert "Choose a password" in page


@pytest.mark.parametrize("wrong", [{"password1": "short"}, {"name": ""}])
def test_whoever_would_not_make_an_account_is_not_told_which_addresses_have_one(
    wrong: dict[str, str],
) -> None:
    with_password()
    fields = {"name": "Maya", "password1": PASSWORD, **wrong}
    taken, free = (
        Client().post("/accounts/signup/", {**fields, "email": address}).content.decode()
        for address in ("maya@example.edu", "nils@example.edu")
    )
    assert "There is an account with this address" not in taken
    assert taken.count('class="errors"') == free.count('class="errors"')


def test_a_second_account_with_an_address_is_refused_and_the_way_in_is_named() -> None:
    with_password()
    page = Client().post(
        "/accounts/signup/", {"name": "Maya", "email": "maya@example.edu", "password1": PASSWORD}
    )
    assert "There is an account with this address. Sign in" in page.content.decode()
    assert User.objects.count() == 1


FORMS = ["login", "signup", "password/reset", "password/change", "email"]


@pytest.mark.parametrize("path", FORMS)
def test_the_forms_of_accounts_speak_as_the_rest_of_the_site(client: Client, path: str) -> None:
    if path in ("password/change", "email"):
        client.force_login(with_password())
    page = client.get(f"/accounts/{path}/").content.decode()
    assert not re.search(r"\bEmail\b", page)
    assert "Your password can" not in page and "placeholder" not in page
    assert "E-mail address" in page


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short-one", "Please take at least 10 characters."),
        ("password123", "Many people use this one"),
        ("maya@example.edu", "This is close to your name or address."),
    ],
)
def test_a_password_that_will_not_do_is_met_with_what_would(password: str, says: str) -> None:
    fields = {"name": "Maya", "email": "maya@example.edu", "password1": password}
    assert says in Client().post("/accounts/signup/", fields).content.decode()


def test_two_different_passwords_are_said_to_be_that() -> None:
    client = Client()
    client.force_login(with_password())
    fields = {"oldpassword": PASSWORD, "password1": PASSWORD + " 2", "password2": PASSWORD + " 3"}
    page = client.post("/accounts/password/change/", fields).content.decode()
    assert "The two are not the same." in page


# -- When no mail goes out ----------------------------------------------------------------------


@pytest.fixture
def no_mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # where nobody listens
    settings.EMAIL_USE_TLS = False


def test_whoever_signs_up_is_in_though_the_mail_server_is_away(
    no_mail_server: None, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    assert sign_up(client) == 302
    assert is_in(client)
    client = Client()
    page = client.post(
        "/accounts/signup/",
        {"name": "Noah", "email": "noah@example.edu", "password1": PASSWORD},
        follow=True,
    ).content.decode()
    assert "was not sent" in page
    assert "We have sent" not in page
    assert "could not be sent" in caplog.text
    assert "noah@example.edu" not in caplog.text


def test_a_new_password_is_not_said_to_be_on_its_way_when_it_is_not(no_mail_server: None) -> None:
    with_password()
    for address in ("maya@example.edu", "nobody@example.edu"):
        answer = Client().post("/accounts/password/reset/", {"email": address})
        assert answer.status_code == 503
        assert "No mail could be sent" in answer.content.decode()


def test_where_an_address_must_be_confirmed_nobody_is_in_before(
    no_mail_server: None, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = Client()
    assert sign_up(client) == 503
    assert not is_in(client)


def test_an_address_that_the_mail_server_refuses_is_asked_about(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with SmtpServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        server.refuse("mistyped@example.edu", "550 5.1.1 No such person")
        fields = {"name": "Noah", "email": "mistyped@example.edu", "password1": PASSWORD}
        page = Client().post("/accounts/signup/", fields, follow=True).content.decode()
    assert "Is the address right?" in page
