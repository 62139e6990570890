from __future__ import annotations

from django.urls import path

from quaestio.transfers.views import again, archives, blog

urlpatterns = [
    path("c/<slug:public_id>/import", blog.import_page, name="import"),
    path("c/<slug:public_id>/again", again.teach_again, name="teach-again"),
    path("c/<slug:public_id>/copies", archives.archives, name="archives"),
    path("c/<slug:course_id>/copies/<slug:public_id>", archives.file, name="archive-file"),
    path(
        "c/<slug:course_id>/copies/<slug:public_id>/remove",
        archives.remove,
        name="archive-remove",
    ),
]
