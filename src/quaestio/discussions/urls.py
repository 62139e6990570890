from __future__ import annotations

from django.urls import path

from quaestio.discussions import reader, views

urlpatterns = [
    path("c/<slug:public_id>/ask", views.pose, name="pose"),
    path("c/<slug:public_id>/check", views.check, name="check"),
    path("d/<slug:public_id>/", views.discussion, name="discussion"),
    path("d/<slug:public_id>/respond", views.respond, name="respond"),
    path("d/<slug:public_id>/edit", views.revise, name="discussion-edit"),
    path("d/<slug:public_id>/open", views.open_, name="discussion-open"),
    path("d/<slug:public_id>/close", views.close, name="discussion-close"),
    path("p/<slug:public_id>/", views.post, name="post"),
    path("p/<slug:public_id>/reply", views.reply, name="reply"),
    path("p/<slug:public_id>/edit", views.edit, name="post-edit"),
    path("p/<slug:public_id>/withdraw", views.withdraw, name="withdraw"),
    path("p/<slug:public_id>/hide", views.hide, name="hide"),
    path("p/<slug:public_id>/show", views.show, name="show"),
    path("p/<slug:public_id>/revisions", views.revisions, name="revisions"),
    path("r/<slug:public_id>/p/<int:number>", reader.page, name="page"),
    path("drafts/<slug:kind>/<slug:public_id>", views.draft, name="draft"),
]
