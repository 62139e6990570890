"""What somebody typed while their session expired: kept with the new session until they have
signed in again, then given back.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from quaestio.web.richtext import clean, to_plain

KEY = "rescued"
LONGEST = 200_000
WORDS = ("body", "context", "title")


def sign_in_keeping(
    request: HttpRequest, target: str, fields: dict[str, Any], back: str
) -> HttpResponse:
    """Send an anonymous writer to sign in; the text waits in the session, or, when it is too long
    for that, is shown to be copied.
    """
    wrote = any(str(fields.get(name, "")).strip() for name in WORDS)
    if wrote and len(str(fields)) > LONGEST:
        # Too much to keep for somebody who has not signed in: given back at once instead.
        context = {"typed": typed_in(request), "back": back}
        return render(request, "web/signed_out.html", context, status=401)
    if wrote:
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


def typed_in(request: HttpRequest) -> dict[str, str]:
    """What somebody wrote in a form's text fields, as plain text, by the fields' names."""
    try:
        fields = request.POST
    except (SuspiciousOperation, MultiPartParserError):
        return {}
    typed = {}
    for name in fields:
        value = str(fields[name])
        if name in WORDS or re.fullmatch(r"question-[0-9]{1,3}", name):
            is_html = name in {"body", "context"} and fields.get("format") == "html"
            text = to_plain(clean(value)) if is_html else value
            if text.strip():
                typed[name] = text
    return typed
