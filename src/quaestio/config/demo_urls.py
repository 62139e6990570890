from __future__ import annotations

from django.urls import path

from quaestio.config import demo_views

urlpatterns = [
    path("", demo_views.people, name="demo"),
]
