from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class ThisSite:
    """What allauth's mails call the site, whatever host it was asked by."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where our people differ from allauth's: a name, no user name; links that lead here alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.name = form.cleaned_data.get("name", "").strip()
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Whoever asks for a mail to somebody does not choose where its links lead."""
        links = {
            name: on_this_site(value) for name, value in context.items() if name.endswith("_url")
        }
        site = ThisSite(settings.SITE_NAME, settings.SITE_URL)
        super().send_mail(template_prefix, email, {**context, **links, "current_site": site})


def on_this_site(url: str) -> str:
    parts = urlsplit(url)
    return f"{settings.SITE_URL}{parts.path}{'?' * bool(parts.query)}{parts.query}"
