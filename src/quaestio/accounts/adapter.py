from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ThisSite:
    """What allauth's mails call the site, whatever host it was asked by."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where our people differ from allauth's: a name, no user name; links that lead here alone;
    what it says of addresses and passwords says what to do.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Ask the people who run this site."),
        "duplicate_email": _("This address is yours already."),
        "email_password_mismatch": _("Address and password do not go together."),
        "email_taken": _(
            "There is an account with this address. Sign in; where the password is forgotten, "
            "a new one can be set."
        ),
        "enter_current_password": _("This is not the password of your account."),
        "incorrect_password": _("This is not the password of your account."),
        "invalid_password_reset": _("This link is no longer good. Ask for a new one."),
        "max_email_addresses": _("There can be no more than %d addresses."),
        "too_many_login_attempts": _(
            "There were too many tries. Wait some minutes, or have a new password set."
        ),
        "unknown_email": _("There is no account with this address."),
        "rate_limited": _("Please wait a minute and try again."),
    }

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
