"""The operator's view of readings: what was uploaded and what became of it, not the texts."""

from __future__ import annotations

from django.contrib import admin

from quaestio.accounts.admin import ReadOnly
from quaestio.readings.models import Document, Reading


@admin.register(Reading)
class ReadingAdmin(ReadOnly):
    list_display = ["title", "author", "year", "course", "added_at", "removed_at"]
    search_fields = ["title", "author"]
    list_select_related = ["course"]


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    """For finding out why a file was refused."""

    list_display = ["name", "reading", "status", "pages_done", "pages_total", "size", "uploaded_at"]
    list_filter = ["status"]
    list_select_related = ["reading"]
    exclude = ["file"]
