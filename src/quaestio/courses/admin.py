"""For operators, to look at: see ``accounts/admin.py``. The token of a join link is not shown:
whoever has it may join."""

from __future__ import annotations

from django.contrib import admin

from quaestio.accounts.admin import ReadOnly
from quaestio.courses.models import Course, Enrollment, Invitation, Meeting, Section


@admin.register(Course)
class CourseAdmin(ReadOnly):
    list_display = ["title", "term", "is_public", "created_at", "sealed_at"]
    list_filter = ["is_public"]
    search_fields = ["title", "term"]


@admin.register(Section)
class SectionAdmin(ReadOnly):
    list_display = ["name", "course"]
    list_select_related = ["course"]


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnly):
    list_display = ["byline", "role", "course", "section", "joined_at", "removed_at"]
    list_select_related = ["course", "section"]
    list_filter = ["role"]
    search_fields = ["byline"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ["course", "role", "uses", "max_uses", "expires_at", "revoked_at"]
    list_select_related = ["course"]
    exclude = ["token"]


@admin.register(Meeting)
class MeetingAdmin(ReadOnly):
    list_display = ["title", "date", "course"]
    list_select_related = ["course"]
