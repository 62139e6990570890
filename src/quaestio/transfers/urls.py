from __future__ import annotations

from django.urls import path

from quaestio.transfers import views

urlpatterns = [path("c/<slug:public_id>/import", views.import_page, name="import")]
