"""Notices of a made-up kind: this app knows people, not discussions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from tests.support.smtp import SmtpServer

from quaestio.accounts.models import User
from quaestio.notifications.models import Notice
from quaestio.notifications.words import Words

SECRET: set[str] = set()  # things that nobody may be told of any more
OLD: set[str] = set()  # things that are no news any more


def words_of(notices: Sequence[Notice], *, as_news: bool = False) -> dict[int, Words]:
    return {
        one.pk: words(one)
        for one in notices
        if one.about not in SECRET and not (as_news and one.about in OLD)
    }


def words(notice: Notice) -> Words:
    return Words(
        title=f"News of {notice.about}",
        place="The Thaw",
        course="Russia after Stalin",
        path=f"/d/{notice.list}/#p-{notice.about}",
        button="Read it",
        list=notice.list,
        list_name="The Thaw",
        text=f"What {notice.about} said — twice.\n\nAnd “again”.",
    )


def list_names(person: User, lists: Sequence[str]) -> dict[str, str]:
    return {one: "The Thaw" for one in lists if one not in SECRET}


@pytest.fixture(autouse=True)
def made_up_words(settings: Any) -> Iterator[None]:
    settings.NOTICE_WORDS = f"{__name__}.words_of"
    settings.LIST_NAMES = f"{__name__}.list_names"
    SECRET.clear()
    OLD.clear()
    yield


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    """Mail goes to a real server."""
    with SmtpServer() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield running
