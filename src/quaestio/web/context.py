from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """What every template may know about the site."""
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "sign_up": settings.SIGN_UP,
        "sign_on": settings.OIDC_NAME,
    }
