"""What became of the mail, for whoever looks after the site."""

from __future__ import annotations

from django.contrib import admin

from quaestio.accounts.admin import ReadOnly
from quaestio.notifications.models import Letter, ReturnedMail


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    list_display = ["public_id", "kind", "state", "tries", "reason", "created_at", "sent_at"]
    list_filter = ["state", "kind"]


@admin.register(ReturnedMail)
class ReturnedMailAdmin(ReadOnly):
    list_display = ["person", "reason", "returned_at"]
