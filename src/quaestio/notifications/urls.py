from __future__ import annotations

from django.urls import path

from quaestio.notifications import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read", views.notices_read, name="notices-read"),
    path("notices/try-again", views.address_again, name="address-again"),
    path("notices/<slug:public_id>/", views.notice, name="notice"),
    path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
]
