"""What somebody typed while their session expired: kept with the new session until they have
signed in again, then given back.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

KEY = "rescued"
LONGEST = 200_000
WORDS = ("body", "context", "title")


def sign_in_keeping(
    request: HttpRequest, target: str, fields: dict[str, Any], back: str
) -> HttpResponse:
    """Send an anonymous writer to sign in; the text waits in the session."""
    if any(str(fields.get(name, "")).strip() for name in WORDS) and len(str(fields)) <= LONGEST:
        writer = request.POST.get("writer", "")
        request.session[KEY] = {"target": target, "fields": fields, "writer": writer}
        messages.warning(
            request, _("You had been signed out. Sign in again: what you wrote is kept.")
        )
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def rescued(request: HttpRequest, target: str) -> dict[str, Any] | None:
    """What was kept for this form, once, and only for the person whose page it was: the next one
    to sign in at a shared computer may be somebody else.
    """
    kept = request.session.get(KEY)
    if not kept or kept.get("target") != target or not request.user.is_authenticated:
        return None
    del request.session[KEY]
    if kept.get("writer") and kept["writer"] != request.user.public_id:
        return None
    fields: dict[str, Any] = kept["fields"]
    return fields
