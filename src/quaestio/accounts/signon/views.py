"""To the university and back."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe
from requests import RequestException

from quaestio.accounts.signon.endpoints import NotBelieved

log = logging.getLogger(__name__)

AWAY = (RequestException, NotBelieved, OAuth2Error, ValueError, KeyError, TypeError)


def provider_of(request: HttpRequest) -> Any:
    return get_adapter(request).get_provider(request, provider=settings.OIDC_ID)


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Leads to the provider. A link, not a form: a form may lead nowhere else (form-action)."""
    provider, nonce = provider_of(request), secrets.token_urlsafe(24)
    to = request.GET.get("next", "")
    try:
        response: HttpResponse = provider.redirect(
            request,
            process=AuthProcess.LOGIN,
            next_url=to if account_adapter(request).is_safe_url(to) else None,
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except AWAY as error:
        return failed(request, "away", error)
    return response


@sensitive_variables()
@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Where the provider leads back to, with a code that is good once."""
    provider = provider_of(request)
    state_id, code = request.GET.get("state", ""), request.GET.get("code", "")
    state = statekit.unstash_state(request, provider_id=provider.sub_id, state_id=state_id)
    if state is None:
        return failed(request, "begun")
    if request.GET.get("error") or not code:
        cancelled = request.GET.get("error") == "access_denied"
        return failed(request, "cancelled" if cancelled else "refused")
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        return failed(request, "refused")
    try:
        endpoints = provider.get_oauth2_adapter(request)
        claims = endpoints.claims(code, verifier=state["pkce_code_verifier"], nonce=state["nonce"])
        login = provider.sociallogin_from_response(request, claims)
    except RequestException as error:
        return failed(request, "away", error)
    except AWAY as error:
        return failed(request, "refused", error)
    login.state = state
    response: HttpResponse = complete_social_login(request, login)
    return response


def failed(request: HttpRequest, reason: str, error: Exception | None = None) -> HttpResponse:
    """A page that says what happened and how to go on. What the provider said is for the log."""
    if error is not None:
        said = str(error) if isinstance(error, NotBelieved) else type(error).__name__
        log.warning("Signing in at %s failed: %s", settings.OIDC_NAME, " ".join(said.split())[:200])
    status = {"away": 503, "cancelled": 200}.get(reason, 401)
    return render(request, "account/sign_on_failed.html", {"reason": reason}, status=status)
