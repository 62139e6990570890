"""Signing in at the university: a whole site beside a provider that can be told to lie."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Page, expect
from tests.config.test_cli import PATIENCE, Site, environment, free_port, quaestio
from tests.support import oidc
from tests.support.browser import DESKTOP, PHONE, OpenPage, Problems, axe, shoot

PASSWORD = "a kitchen in winter"
MAYA = {
    "sub": "u-17",
    "name": "Maya Lindqvist",
    "email": "Maya@example.edu",
    "email_verified": True,
}
# Accounts that are there before: (address, whether its owner has confirmed it).
THERE = [
    ("confirmed@example.edu", True),
    ("claimed@example.edu", False),
    ("lost@example.edu", False),
]

MAKE_ACCOUNTS = f"""
import django; django.setup()
from allauth.account.models import EmailAddress
from quaestio.accounts.models import User
for address, verified in {THERE!r}:
    user = User.objects.create_user(address, {PASSWORD!r}, name="There Before")
    EmailAddress.objects.create(user=user, email=address, verified=verified, primary=True)
"""


class University:
    """The site, its address, and the provider beside it."""

    def __init__(self, provider: oidc.Provider, data: Path) -> None:
        self.provider, self.data = provider, data
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.settings = {
            "QUAESTIO_SITE_URL": self.url,
            "QUAESTIO_OIDC_NAME": "Example University",
            "QUAESTIO_OIDC_ISSUER": provider.issuer,
            "QUAESTIO_OIDC_CLIENT_ID": oidc.CLIENT,
            "QUAESTIO_OIDC_CLIENT_SECRET": oidc.SECRET,
            "QUAESTIO_SIGN_UP": "no",
        }
        code, _said, complaints = quaestio(data, "migrate", **self.settings)
        assert code == 0, complaints
        subprocess.run(
            [sys.executable, "-c", MAKE_ACCOUNTS],
            env=environment(
                data, DJANGO_SETTINGS_MODULE="quaestio.config.settings", **self.settings
            ),
            check=True,
            timeout=PATIENCE,
        )
        self.site = Site(data, port=port, **self.settings)

    def rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / "quaestio.db")) as database:
            return database.execute(sql, values).fetchall()

    def sign_in(self, browser: requests.Session | None = None, to: str = "") -> requests.Response:
        browser = browser or requests.Session()
        return browser.get(f"{self.url}/accounts/sign-on/{to}", timeout=PATIENCE)

    def who(self, browser: requests.Session) -> str:
        """The address of whoever is signed in; "" for nobody."""
        page = browser.get(f"{self.url}/accounts/email/", timeout=PATIENCE).text
        found = re.search(r"[\w.]+@[\w.]+", page.partition("<main")[2])
        return found[0] if found and "/accounts/login/" not in page.partition("<main")[2] else ""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[University]:
    with oidc.running() as provider:
        university = University(provider, tmp_path_factory.mktemp("sign-on") / "data")
        yield university
        university.site.signal(15)


@pytest.fixture
def university(whole: University) -> University:
    whole.provider.reset()
    whole.provider.person = dict(MAYA)
    return whole


def accounts(university: University) -> int:
    return int(university.rows("SELECT count(*) FROM accounts_user")[0][0])


# -- In -----------------------------------------------------------------------------------------


def test_whoever_the_university_knows_is_in_and_is_the_same_person_next_time(
    university: University,
) -> None:
    browser = requests.Session()
    university.provider.person = {**MAYA, "sub": "u-1", "email": "One@example.edu"}
    assert university.sign_in(browser).status_code == 200
    assert university.who(browser) == "one@example.edu"
    (row,) = university.rows(
        "SELECT u.id, u.name, e.verified, s.extra_data FROM accounts_user u "
        "JOIN account_emailaddress e ON e.user_id = u.id "
        "JOIN socialaccount_socialaccount s ON s.user_id = u.id WHERE s.uid = 'u-1'"
    )
    assert row[1:3] == ("Maya Lindqvist", 1)
    assert json.loads(row[3]) == {}  # nothing is kept of what the university told
    before = accounts(university)
    university.provider.person = {**MAYA, "sub": "u-1", "email": "changed@example.edu"}
    again = requests.Session()
    university.sign_in(again)
    assert university.who(again) == "one@example.edu"
    assert accounts(university) == before


def test_one_comes_back_to_where_one_was_going_and_to_no_other_site(
    university: University,
) -> None:
    assert university.sign_in(to="?next=/notices/").url == f"{university.url}/notices/"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert university.sign_in(to=f"?next={elsewhere}").url == f"{university.url}/"


def test_a_forged_host_does_not_choose_where_the_answer_goes(university: University) -> None:
    answer = requests.get(
        f"{university.url}/accounts/sign-on/",
        headers={"Host": "127.0.0.1"},
        allow_redirects=False,
        timeout=PATIENCE,
    )
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"{university.url}/accounts/sign-on/callback/"]
    assert asked["scope"][0].split() and set(asked["scope"][0].split()) == {
        *("openid", "profile", "email")
    }


def test_where_the_token_tells_no_address_it_is_asked_for(university: University) -> None:
    university.provider.person = {"sub": "u-2", "given_name": "Noah", "family_name": "Weiss"}
    university.provider.userinfo = {
        "sub": "u-2",
        "email": "noah@example.edu",
        "email_verified": True,
    }
    browser = requests.Session()
    university.sign_in(browser)
    assert university.who(browser) == "noah@example.edu"
    assert university.rows("SELECT name FROM accounts_user WHERE email = 'noah@example.edu'") == [
        ("Noah Weiss",)
    ]
    university.provider.person = {"sub": "u-3", "name": "Somebody"}
    assert "was not as it must be" in university.sign_in().text  # it tells of somebody else


def test_where_the_name_is_missing_it_is_asked_for(university: University) -> None:
    university.provider.person = {"sub": "u-4", "email": "nn@example.edu", "email_verified": True}
    browser = requests.Session()
    page = university.sign_in(browser)
    assert page.url == f"{university.url}/accounts/sign-on/account/"
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[-1:]
    fields = {"name": "N. N.", "email": "nn@example.edu", "csrfmiddlewaretoken": token}
    browser.post(page.url, fields, timeout=PATIENCE)
    assert university.who(browser) == "nn@example.edu"


def test_signing_out_ends_the_session_here(university: University) -> None:
    browser = requests.Session()
    university.sign_in(browser)
    page = browser.get(f"{university.url}/accounts/logout/", timeout=PATIENCE).text
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[-1:]
    browser.post(
        f"{university.url}/accounts/logout/", {"csrfmiddlewaretoken": token}, timeout=PATIENCE
    )
    assert university.who(browser) == ""


# -- Accounts that are there --------------------------------------------------------------------


def test_an_account_is_entered_by_an_address_that_both_sides_know(university: University) -> None:
    university.provider.person = {**MAYA, "sub": "u-5", "email": "confirmed@example.edu"}
    browser = requests.Session()
    university.sign_in(browser)
    assert university.who(browser) == "confirmed@example.edu"
    (row,) = university.rows(
        "SELECT u.name FROM accounts_user u JOIN socialaccount_socialaccount s ON s.user_id = u.id "
        "WHERE s.uid = 'u-5'"
    )
    assert row == ("There Before",)


@pytest.mark.parametrize("said", [False, None, "false", 0, "no", 1])
def test_an_address_that_the_provider_has_not_verified_opens_no_account(
    university: University, said: Any
) -> None:
    university.provider.person = {
        **MAYA,
        "sub": "u-6",
        "email": "confirmed@example.edu",
        "email_verified": said,
    }
    browser = requests.Session()
    page = university.sign_in(browser)
    assert page.status_code == 409
    assert "has not verified your address" in page.text
    assert university.who(browser) == ""
    assert not university.rows("SELECT 1 FROM socialaccount_socialaccount WHERE uid = 'u-6'")


def test_an_account_whose_address_nobody_has_confirmed_is_not_entered(
    university: University,
) -> None:
    """Somebody may have made it beforehand, with another's address, and would sit in it too."""
    university.provider.person = {**MAYA, "sub": "u-7", "email": "claimed@example.edu"}
    browser = requests.Session()
    page = university.sign_in(browser)
    assert page.status_code == 409
    assert "has not confirmed that it is theirs" in page.text
    assert university.who(browser) == ""


def test_its_owner_enters_it_once_a_new_password_has_shown_that_it_is_theirs(
    university: University,
) -> None:
    owner = requests.Session()
    reset = f"{university.url}/accounts/password/reset/"
    owner.get(reset, timeout=PATIENCE)
    fields = {"email": "lost@example.edu", "csrfmiddlewaretoken": owner.cookies["csrftoken"]}
    owner.post(reset, fields, timeout=PATIENCE)
    mails = [path.read_text() for path in (university.data / "mail").iterdir()]
    (link,) = {one for text in mails for one in re.findall(rf"{reset}key/\S+", text)}
    form = owner.get(link, timeout=PATIENCE)
    fields = {
        "password1": "another long one",
        "password2": "another long one",
        "csrfmiddlewaretoken": owner.cookies["csrftoken"],
    }
    owner.post(form.url, fields, timeout=PATIENCE)
    university.provider.person = {**MAYA, "sub": "u-9", "email": "lost@example.edu"}
    browser = requests.Session()
    assert university.sign_in(browser).status_code == 200
    assert university.who(browser) == "lost@example.edu"


def test_what_is_held_of_somebody_says_how_they_sign_in(university: University) -> None:
    university.provider.person = {**MAYA, "sub": "u-10", "email": "ten@example.edu"}
    university.sign_in()
    _code, said, _complaints = quaestio(
        university.data, "person", "ten@example.edu", **university.settings
    )
    assert [one["uid"] for one in json.loads(said)["account"]["signs_in_by"]] == ["u-10"]


# -- Answers that are not believed --------------------------------------------------------------

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, algorithm="none", headers={"kid": oidc.KID})


def by_another_key(claims: dict[str, Any]) -> str:
    return oidc.signed(claims, OTHER_KEY)


def by_an_unknown_key(claims: dict[str, Any]) -> str:
    return oidc.signed(claims, OTHER_KEY, kid="another")


def by_the_shared_secret(claims: dict[str, Any]) -> str:
    return oidc.signed(claims, oidc.SECRET * 2, algorithm="HS256")


def cut_off(claims: dict[str, Any]) -> str:
    return unsigned(claims)[:40]


NOW = int(time.time())
LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "for another site": {"aud": "another"},
    "for two sites, by another": {"aud": [oidc.CLIENT, "another"], "azp": "another"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": NOW - 3600},
    "never expires": {"exp": None},
    "from the future": {"iat": NOW + 36_000, "exp": NOW + 40_000},
    "not good yet": {"nbf": NOW + 36_000},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
}
SIGNATURES: dict[str, Callable[[dict[str, Any]], str]] = {
    one.__name__: one
    for one in (unsigned, by_another_key, by_an_unknown_key, by_the_shared_secret, cut_off)
}


def refused(university: University, page: requests.Response, browser: requests.Session) -> None:
    assert page.status_code == 401
    assert "was not as it must be" in page.text
    assert university.who(browser) == ""


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_is_refused(university: University, lie: str) -> None:
    university.provider.wrong = LIES[lie]
    before, browser = accounts(university), requests.Session()
    refused(university, university.sign_in(browser), browser)
    assert accounts(university) == before


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_token_that_the_provider_has_not_signed_is_refused(
    university: University, signature: str
) -> None:
    university.provider.sign = SIGNATURES[signature]
    browser = requests.Session()
    refused(university, university.sign_in(browser), browser)


def test_an_answer_without_our_state_is_refused(university: University) -> None:
    browser = requests.Session()
    begun = browser.get(
        f"{university.url}/accounts/sign-on/", allow_redirects=False, timeout=PATIENCE
    )
    back = requests.get(begun.headers["Location"], allow_redirects=False, timeout=PATIENCE)
    answer = back.headers["Location"]
    for other in (requests.Session(), browser):
        bad = re.sub(r"state=[^&]+", "state=made-up", answer) if other is browser else answer
        page = other.get(bad, timeout=PATIENCE)
        assert page.status_code == 401
        assert "not begun in this browser" in page.text
    assert browser.get(answer, timeout=PATIENCE).status_code == 200
    assert "not begun in this browser" in browser.get(answer, timeout=PATIENCE).text  # works once


def test_an_answer_of_another_issuer_is_refused(university: University) -> None:
    university.provider.answer = {"iss": "https://evil.example"}
    browser = requests.Session()
    refused(university, university.sign_in(browser), browser)


def test_whoever_turns_back_is_told_so(university: University) -> None:
    university.provider.answer = {"error": "access_denied"}
    assert "You turned back at Example University." in university.sign_in().text
    university.provider.answer = {"error": "server_error", "error_description": "<b>secret</b>"}
    page = university.sign_in()
    assert "was not as it must be" in page.text and "secret" not in page.text


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "ftp://127.0.0.1/"},
    ],
)
def test_a_provider_that_publishes_nonsense_leads_nowhere(
    university: University, published: dict[str, Any]
) -> None:
    university.provider.published = published
    page = university.sign_in()
    assert page.status_code == 503
    assert "Example University cannot be reached at the moment" in page.text


def test_while_the_provider_is_away_the_page_says_so(university: University) -> None:
    university.provider.is_away = True
    page = university.sign_in()
    assert page.status_code == 503
    assert "cannot be reached at the moment" in page.text
    university.provider.is_away = False
    assert university.sign_in().status_code == 200


def test_the_provider_is_asked_only_when_somebody_signs_in(university: University) -> None:
    for path in ("/", "/accounts/login/", "/accounts/signup/", "/health"):
        requests.get(f"{university.url}{path}", timeout=PATIENCE)
    assert university.provider.asked == []


def test_no_log_tells_a_code_a_token_or_the_secret(university: University) -> None:
    university.provider.wrong = {"aud": "another"}
    university.sign_in()
    said = university.site.said.read_text()
    assert "Signing in at Example University failed: The id token is not good" in said
    assert oidc.SECRET not in said and "eyJ" not in said and "code=" not in said


# -- The pages ----------------------------------------------------------------------------------


def test_no_accounts_are_made_where_the_operator_wants_none(university: University) -> None:
    page = requests.get(f"{university.url}/accounts/login/", timeout=PATIENCE).text
    assert "Sign in with Example University" in page
    assert "/accounts/signup/" not in page
    before = accounts(university)
    closed = requests.get(f"{university.url}/accounts/signup/", timeout=PATIENCE)
    assert "No accounts are made here" in closed.text
    browser = requests.Session()
    browser.get(f"{university.url}/accounts/login/", timeout=PATIENCE)
    fields = {
        "name": "Sly",
        "email": "sly@example.org",
        "password1": PASSWORD,
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    browser.post(f"{university.url}/accounts/signup/", fields, timeout=PATIENCE)
    assert accounts(university) == before


@pytest.mark.parametrize(
    "view",
    [{"size": DESKTOP}, {"size": PHONE, "dark": True, "is_mobile": True, "has_touch": True}],
    ids=["desktop", "dark-phone"],
)
def test_somebody_signs_in_with_a_browser(
    university: University, open_page: OpenPage, problems: Problems, view: dict[str, Any]
) -> None:
    # It leaves the site of the other tests for this one, and goes to the provider and back.
    for expected in ("another host", "status of 503", "status of 409"):
        problems.expect(expected)
    page: Page = open_page(**view)
    name = "dark-phone" if view.get("dark") else "desktop"

    def looked_at(what: str) -> None:
        shoot(page, f"sign-on-{what}-{name}")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{university.url}/accounts/login/?next=/notices/")
    looked_at("login")
    university.provider.is_away = True
    page.get_by_role("link", name="Sign in with Example University").click()
    expect(page.get_by_text("cannot be reached at the moment")).to_be_visible()
    looked_at("away")
    university.provider.is_away = False
    university.provider.person = {**MAYA, "sub": "u-8", "email": "claimed@example.edu"}
    page.goto(f"{university.url}/accounts/sign-on/")
    expect(page.get_by_role("heading", name="There is an account already")).to_be_visible()
    looked_at("taken")
    university.provider.person = dict(MAYA)
    page.goto(f"{university.url}/accounts/login/?next=/notices/")
    page.get_by_role("link", name="Sign in with Example University").click()
    expect(page.get_by_role("heading", name="Notices")).to_be_visible()
    assert urlsplit(page.url).path == "/notices/"


# -- Without it ---------------------------------------------------------------------------------


def test_without_the_settings_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    from django.apps import apps
    from django.urls import NoReverseMatch, reverse

    assert not apps.is_installed("allauth.socialaccount")
    with pytest.raises(NoReverseMatch):
        reverse("signon_login")
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django, sys; django.setup(); import quaestio.config.urls; "
            "print([m for m in ('jwt', 'requests', 'quaestio.accounts.signon') "
            "if m in sys.modules])",
        ],
        env=environment(tmp_path, DJANGO_SETTINGS_MODULE="quaestio.config.settings"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.strip() == "[]", found.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"NAME": "U", "CLIENT_ID": "c"},
            "With QUAESTIO_OIDC_NAME goes QUAESTIO_OIDC_ISSUER, QUAESTIO_OIDC_CLIENT_SECRET: "
            "set that too.",
        ),
        (
            {"NAME": "U", "ISSUER": "http://u.example", "CLIENT_ID": "c", "CLIENT_SECRET": "s"},
            "QUAESTIO_OIDC_ISSUER must be an address such as https://login.example.edu",
        ),
    ],
)
def test_half_a_setting_is_refused_with_a_sentence(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    given = {f"QUAESTIO_OIDC_{name}": value for name, value in variables.items()}
    code, _said, complaints = quaestio(tmp_path, "migrate", **given)
    assert code == 1
    assert complaints.startswith(sentence)
