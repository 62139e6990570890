"""The address that ends mail with one click, without signing in (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from quaestio.accounts.models import User

SALT = "quaestio.notifications.unsubscribe"


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """Who no longer wants mail about which list."""

    person: User
    list: str


def token_for(person: User, name: str) -> str:
    """Names one person and one list, and opens nothing else. It holds no address."""
    return signing.dumps([person.public_id, name], salt=SALT)


def behind(token: str) -> Unsubscribing | None:
    """Whom and what a token names; None if it is not ours, or the person is gone."""
    try:
        public_id, name = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = User.objects.filter(public_id=public_id).first()
    return Unsubscribing(person, name) if person else None


def whole(path: str) -> str:
    """A path as an address that works in a mail. Always on this site, whoever asked for it."""
    return f"{settings.SITE_URL}{path}"


def unsubscribe_url(person: User, name: str) -> str:
    return whole(reverse("unsubscribe", args=[token_for(person, name)]))
