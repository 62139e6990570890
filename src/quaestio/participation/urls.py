from __future__ import annotations

from django.urls import path

from quaestio.participation import views

urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:public_id>/", views.course, name="course"),
    path("m/<slug:public_id>/", views.meeting, name="meeting"),
    path("m/<slug:public_id>/readings", views.meeting_readings, name="meeting-readings"),
]
