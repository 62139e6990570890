from __future__ import annotations

import logging
from dataclasses import dataclass
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)

CONFIRMATIONS = {"account/email/email_confirmation", "account/email/email_confirmation_signup"}


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
        try:
            super().send_mail(template_prefix, email, {**context, **links, "current_site": site})
        except OSError as error:  # every SMTPException is one
            log.warning("A mail about an account could not be sent: %s", without_address(error))
            self.say_not_sent(template_prefix, email, error)

    def say_not_sent(self, template_prefix: str, email: str, error: OSError) -> None:
        """Whoever can go on without the mail goes on, and is told; else there is a page that says
        so. The mail to an address without an account fails in the same way, so it tells nothing.
        """
        refused = isinstance(error, SMTPRecipientsRefused)
        if template_prefix in CONFIRMATIONS and settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
            self.request.mail_failed = True
            told = (
                gettext("The mail server refuses a mail to %s. Is the address right?") % email
                if refused
                else gettext(
                    "The mail server does not answer just now, so the mail that confirms your "
                    "address was not sent. Ask for it again later, on the page “E-mail addresses”."
                )
            )
            messages.warning(self.request, told)
            return
        page = render(self.request, "account/mail_away.html", {"refused": refused}, status=503)
        raise ImmediateHttpResponse(page) from error

    def add_message(self, request: HttpRequest, *given: Any, **named: Any) -> None:
        template = str(named.get("message_template") or (given[1] if len(given) > 1 else ""))
        failed = getattr(request, "mail_failed", False)
        if not (failed and template == "account/messages/email_confirmation_sent.txt"):
            super().add_message(request, *given, **named)


def on_this_site(url: str) -> str:
    parts = urlsplit(url)
    return f"{settings.SITE_URL}{parts.path}{'?' * bool(parts.query)}{parts.query}"


def without_address(error: OSError) -> str:
    """What the log tells of a failure; an SMTP server's answer often holds the address."""
    if isinstance(error, SMTPException):
        code = getattr(error, "smtp_code", "")
        return f"{type(error).__name__} {code}".strip()
    return str(error)
