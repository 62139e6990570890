"""The one provider that the settings name, in the terms of allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.http import HttpRequest

from quaestio.accounts.signon.endpoints import Endpoints


class SignOnAccount(ProviderAccount):  # type: ignore[misc]
    """Somebody's account at the provider."""


class SignOnProvider(OAuth2Provider):  # type: ignore[misc]
    id = "signon"
    name = "OpenID Connect"
    account_class = SignOnAccount
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return ["openid", "profile", "email"]

    def get_oauth2_adapter(self, request: HttpRequest) -> Endpoints:
        return Endpoints(request, self.app)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the provider tells is kept but who it is."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        whole = " ".join(str(data.get(one) or "") for one in ("given_name", "family_name"))
        name = data.get("name") or whole.strip() or data.get("preferred_username") or ""
        email = str(data.get("email") or "").lower()
        return {"email": email, "name": " ".join(str(name).split())[:120]}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        email = data.get("email")
        if not email:
            return []
        # Some providers send words. Only what plainly says yes is a yes.
        said = data.get("email_verified")
        verified = said is True or said == "true"
        return [EmailAddress(email=str(email).lower(), verified=verified, primary=True)]


provider_classes = [SignOnProvider]
