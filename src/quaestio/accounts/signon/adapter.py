"""Which account somebody gets who has signed in at the university."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from quaestio.accounts.models import User

PATIENCE = 8  # seconds for an answer


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_requests_session(self) -> Any:
        session = super().get_requests_session()
        session.request = partial(session.request, timeout=PATIENCE, allow_redirects=False)
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever the university knows gets an account, also where nobody else can make one."""
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Without a form, where the provider tells the name too."""
        return bool(sociallogin.user.name)

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        return {**super().get_signup_form_initial_data(sociallogin), "name": sociallogin.user.name}

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.name = data.get("name") or ""
        return user

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """An account that is there is entered by an address that the provider has verified and its
        owner has confirmed here. One without the other could be anybody's.
        """
        for address in sociallogin.email_addresses:
            if address.verified:
                held = EmailAddress.objects.select_related("user").filter(
                    email=address.email, verified=True, user__is_active=True
                )
                if found := held.first():
                    return found.user, address.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """An account with this address is there, and cannot be entered this way (yet)."""
        if sociallogin.is_existing:
            return
        for address in sociallogin.email_addresses:
            taken = User.objects.filter(email=address.email).exists()
            if taken or EmailAddress.objects.filter(email=address.email, verified=True).exists():
                context = {"address": address.email, "verified": address.verified}
                page = render(request, "account/sign_on_taken.html", context, status=409)
                raise ImmediateHttpResponse(page)
