from __future__ import annotations

from django.urls import path

from quaestio.readings import views, works

urlpatterns = [
    path("c/<slug:public_id>/readings/new", views.new, name="reading-new"),
    path("c/<slug:public_id>/bibliography", works.bibliography, name="bibliography"),
    path("c/<slug:public_id>/bibliography/new", works.bring_in, name="bibliography-import"),
    path("c/<slug:public_id>/bibliography.<slug:ending>", works.file, name="bibliography-file"),
    path("r/<slug:public_id>/edit", views.edit, name="reading-edit"),
    path("r/<slug:public_id>/upload", views.upload, name="reading-upload"),
    path("r/<slug:public_id>/remove", views.remove, name="reading-remove"),
    path("r/<slug:public_id>/go", views.go, name="reading-go"),
    path("r/<slug:public_id>/pages", views.several, name="reading-pages"),
    path("r/<slug:public_id>/search", views.search, name="reading-search"),
    path("r/<slug:public_id>/paste", views.paste, name="reading-paste"),
    path("document/<slug:public_id>/use", views.use, name="document-use"),
    path("document/<slug:public_id>/remove", views.remove_file, name="document-remove"),
    path("document/<slug:public_id>/read-again", views.read_again, name="document-reread"),
    path("document/<slug:public_id>/recognise", views.recognise, name="document-recognise"),
    path("document/<slug:public_id>/numbers", views.numbers, name="document-numbers"),
    path("r/<slug:public_id>/p/<int:number>/picture", views.picture, name="picture"),
    path("file/<slug:public_id>", views.file, name="document-file"),
]
