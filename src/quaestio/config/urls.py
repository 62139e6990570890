"""The site's addresses. Each is declared in tests/config/access_matrix.py with who may use it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from quaestio.web import views as web

urlpatterns = [
    path("health", web.health, name="health"),
    path("accounts/", include("allauth.account.urls")),
    path("operator/", admin.site.urls),
]
