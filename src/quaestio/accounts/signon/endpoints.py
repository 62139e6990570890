"""What is asked of the provider, and what its answer must be to be believed."""

from __future__ import annotations

import hmac
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

# Signed by the provider's own key. "none" is not among them, nor what a shared secret signs.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LONGEST_SUB = 191  # as allauth keeps it
CLOCKS = 60  # seconds by which two clocks may differ


class NotBelieved(Exception):
    """The provider's answer is not what it must be. The text says what is wrong, for the log."""


class Endpoints(OAuth2Adapter):  # type: ignore[misc]
    """The provider's addresses, as it publishes them under the issuer's."""

    provider_id = "signon"

    def __init__(self, request: HttpRequest, app: Any) -> None:
        super().__init__(request)
        self.app = app

    @cached_property
    def published(self) -> dict[str, Any]:
        issuer = settings.OIDC_ISSUER
        found = self.fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise NotBelieved(f"The provider calls itself {found.get('issuer')}.")
        return found

    def address(self, name: str) -> str:
        """Encrypted wherever the issuer's own is."""
        url = self.published.get(name)
        if not isinstance(url, str) or urlsplit(url).scheme not in self.schemes():
            raise NotBelieved(f"The provider publishes no {name} that can be used.")
        return url

    def schemes(self) -> set[str]:
        return {"https", urlsplit(settings.OIDC_ISSUER).scheme}

    def fetch(self, url: str, **headers: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(url, headers=headers, allow_redirects=False)
        if answer.status_code != 200:
            raise NotBelieved(f"{url} answered {answer.status_code}.")
        found = answer.json()
        if not isinstance(found, dict):
            raise NotBelieved(f"{url} did not answer as it should.")
        return found

    @property
    def access_token_url(self) -> str:
        return self.address("token_endpoint")

    @property
    def authorize_url(self) -> str:
        return self.address("authorization_endpoint")

    @property
    def basic_auth(self) -> bool:
        ways = self.published.get("token_endpoint_auth_methods_supported", [])
        return "client_secret_post" not in ways

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Always on this site, by whatever host name it was asked."""
        return f"{settings.SITE_URL}{reverse('signon_callback')}"

    # -- The answer -------------------------------------------------------------------------------

    def claims(self, code: str, *, verifier: str, nonce: str) -> dict[str, Any]:
        """Who signed in, in exchange for the code that the browser brought."""
        client = self.get_client(self.request, self.app)
        tokens = client.get_access_token(code, pkce_code_verifier=verifier)
        if not isinstance(tokens.get("id_token"), str):
            raise NotBelieved("The provider sent no id token.")
        claims = self.believed(tokens["id_token"], nonce)
        if not claims.get("email") and "userinfo_endpoint" in self.published:
            claims = {**self.userinfo(tokens["access_token"], claims["sub"]), **claims}
        return claims

    def believed(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an id token that is the provider's, for us, for this sign-in, and fresh."""
        client_id = self.app.client_id
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in SIGNATURES:
                raise NotBelieved(f"The id token is signed by {header.get('alg')}.")
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self.key(header.get("kid")),
                algorithms=SIGNATURES,
                audience=client_id,
                issuer=settings.OIDC_ISSUER,
                leeway=CLOCKS,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise NotBelieved(f"The id token is not good: {type(error).__name__}.") from error
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise NotBelieved("The id token is for another sign-in.")
        if claims.get("azp", client_id) != client_id:
            raise NotBelieved("The id token is for another site.")
        if not 1 <= len(str(claims["sub"])) <= LONGEST_SUB:
            raise NotBelieved("The id token names nobody, or by too long a name.")
        return claims

    def key(self, kid: Any) -> jwt.PyJWK:
        keys = jwt.PyJWKSet.from_dict(self.fetch(self.address("jwks_uri"))).keys
        fitting = [one for one in keys if one.key_id == kid] if kid else keys
        if len(fitting) != 1:
            raise NotBelieved("The id token is signed by a key that the provider does not publish.")
        return fitting[0]

    def userinfo(self, access_token: str, sub: str) -> dict[str, Any]:
        url = self.address("userinfo_endpoint")
        found = self.fetch(url, Authorization=f"Bearer {access_token}")
        if found.get("sub") != sub:
            raise NotBelieved("The provider tells of somebody else.")
        return found
