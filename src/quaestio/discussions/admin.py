"""The operator's view of the conversation: that it takes place, not what is said in it."""

from __future__ import annotations

from django.contrib import admin

from quaestio.accounts.admin import ReadOnly
from quaestio.discussions.models import Discussion


@admin.register(Discussion)
class DiscussionAdmin(ReadOnly):
    list_display = ["title", "course", "state", "numbers_given", "opened_at", "due_at"]
    list_filter = ["state"]
    search_fields = ["title"]
    list_select_related = ["course"]
    fields = ["title", "course", "state", "numbers_given", "created_at", "opened_at", "due_at"]
