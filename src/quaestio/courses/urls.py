from __future__ import annotations

from django.urls import path

from quaestio.courses import views

urlpatterns = [
    path("c/new", views.course_new, name="course-new"),
    path("c/<slug:public_id>/settings", views.course_settings, name="course-settings"),
    path("c/<slug:public_id>/finish", views.course_finish, name="course-finish"),
    path("c/<slug:public_id>/reopen", views.course_reopen, name="course-reopen"),
    path("c/<slug:public_id>/sections", views.section_new, name="section-new"),
    path("c/<slug:public_id>/people", views.people, name="people"),
    path("c/<slug:public_id>/people/list", views.class_list, name="class-list"),
    path(
        "c/<slug:course_id>/people/invited/<slug:public_id>/again",
        views.invitee_again,
        name="invitee-again",
    ),
    path(
        "c/<slug:course_id>/people/invited/<slug:public_id>/end",
        views.invitee_end,
        name="invitee-end",
    ),
    path("invited/<slug:public_id>/<slug:proof>", views.invited, name="invited"),
    path("c/<slug:course_id>/people/<slug:public_id>/role", views.person_role, name="person-role"),
    path(
        "c/<slug:course_id>/people/<slug:public_id>/remove",
        views.person_remove,
        name="person-remove",
    ),
    path("c/<slug:public_id>/invitations", views.invitations, name="invitations"),
    path(
        "c/<slug:course_id>/invitations/<slug:public_id>/revoke",
        views.invitation_revoke,
        name="invitation-revoke",
    ),
    path("join/<slug:token>", views.join, name="join"),
    path("c/<slug:public_id>/meetings/new", views.meeting_new, name="meeting-new"),
    path("m/<slug:public_id>/leaders", views.meeting_leaders, name="meeting-leaders"),
    path("m/<slug:public_id>/edit", views.meeting_edit, name="meeting-edit"),
]
