"""The operator's view of readings: what was uploaded and what became of it, not the texts."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext as _

from quaestio.accounts.admin import ReadOnly
from quaestio.readings.models import Document, Reading


@admin.register(Reading)
class ReadingAdmin(ReadOnly):
    list_display = ["title", "author", "year", "course", "added_at", "removed_at"]
    search_fields = ["title", "author"]
    list_select_related = ["course"]


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    """For finding out why a file was refused, and what an older version read."""

    list_display = [
        "name", "reading", "status", "pages_done", "pages_total", "size", "uploaded_at", "read_by",
    ]  # fmt: skip
    list_filter = ["status", "is_current", "rereading", "extractor"]
    list_select_related = ["reading"]
    exclude = ["file"]

    @admin.display(description="read by", ordering="extractor")
    def read_by(self, document: Document) -> str:
        if document.rereading:
            return _("being read again")
        if not document.is_outdated:
            return ""
        return _("an older version; not again") if document.not_reread else _("an older version")
