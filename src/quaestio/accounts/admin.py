"""The operator's view of the data: to look at, not to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from quaestio.accounts.models import User


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Changes go through actions, never through the admin."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ["name", "email", "is_active", "is_staff", "date_joined"]
    search_fields = ["name"]
    exclude = ["password"]
