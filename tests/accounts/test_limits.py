"""A class at one address is let in; guessing is slowed; nobody makes up an address."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from tests.support import cast

pytestmark = pytest.mark.django_db
WORD = "lamp oil and minutes"


def sign_in(email: str, word: str = WORD, **headers: str) -> int:
    answer = Client().post(
        "/accounts/login/", {"login": email, "password": word}, headers=headers or None
    )
    return answer.status_code


@pytest.fixture(autouse=True)
def no_counts() -> None:
    cache.clear()


def test_sixty_students_sign_in_from_one_address_within_a_minute(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for number in range(60):
        person = cast.person(f"Student {number}")
        person.set_password(WORD)
        person.save()
        assert sign_in(person.email) == 302


def test_the_sixth_wrong_password_for_one_account_is_refused_from_wherever(
    settings: Settings,
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    person = cast.person("Maya Lindqvist")
    person.set_password(WORD)
    person.save()
    headers = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(7)]
    for number in range(5):
        assert sign_in(person.email, "a guess", **headers[number]) == 200
    # Even the right one, from yet another address, for a while.
    assert sign_in(person.email, WORD, **headers[6]) in {200, 429}


def test_whoever_is_too_fast_gets_a_page_of_ours(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "1/m/ip"}
    answers = [Client().post("/accounts/signup/", {}) for _ in range(2)]
    assert answers[1].status_code == 429
    assert "A little too fast" in answers[1].content.decode()
