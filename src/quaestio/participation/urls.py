from __future__ import annotations

from django.urls import path

from quaestio.participation import searching, views

urlpatterns = [
    path("d/<slug:public_id>/answers", views.who_answered, name="who-answered"),
    path("", views.home, name="home"),
    path("mail/", views.mail_settings, name="mail-settings"),
    path("c/<slug:public_id>/", views.course, name="course"),
    path("c/<slug:public_id>/participation", views.participation, name="participation"),
    path(
        "c/<slug:public_id>/participation.csv", views.participation_file, name="participation-file"
    ),
    path("search", searching.everywhere, name="search"),
    path("c/<slug:public_id>/search", searching.in_course, name="course-search"),
    path("m/<slug:public_id>/", views.meeting, name="meeting"),
    path("m/<slug:public_id>/brief", views.brief, name="brief"),
    path("m/<slug:public_id>/readings", views.meeting_readings, name="meeting-readings"),
]
