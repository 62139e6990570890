"""The site's addresses. Each is declared in tests/config/access_matrix.py with who may use it."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from quaestio.web import views as web

# Operators sign in where everybody does, so the same limits on guessing hold.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400 = "quaestio.web.views.bad_request"
handler403 = web.permission_denied
handler404 = web.not_found
handler500 = web.server_error

urlpatterns = [
    path("", include("quaestio.discussions.urls")),  # first, since asked for most
    path("", include("quaestio.participation.urls")),
    path("", include("quaestio.transfers.urls")),
    path("", include("quaestio.readings.urls")),
    path("", include("quaestio.courses.urls")),
    path("", include("quaestio.notifications.urls")),
    path("health", web.health, name="health"),
    path("accounts/", include("allauth.account.urls")),
    path("operator/", admin.site.urls),
]

if settings.DEMO:
    # Signing in with one click: these addresses do not exist on a real site.
    urlpatterns.append(path("demo/", include("quaestio.config.demo_urls")))

if settings.OIDC_ISSUER:
    urlpatterns.append(path("accounts/", include("quaestio.accounts.signon.urls")))
