"""The addresses of a site in demo mode, for tests that override ROOT_URLCONF."""

from __future__ import annotations

from django.urls import include, path

from quaestio.config.urls import urlpatterns as those_of_every_site

urlpatterns = [*those_of_every_site, path("demo/", include("quaestio.config.demo_urls"))]
