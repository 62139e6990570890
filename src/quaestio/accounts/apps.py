from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "quaestio.accounts"

    def ready(self) -> None:
        from allauth.account.signals import password_reset

        password_reset.connect(note_reset)


def note_reset(user: Any, **_rest: Any) -> None:
    """allauth says it by a signal alone."""
    from quaestio.accounts.actions import confirm_by_reset

    confirm_by_reset(user=user)
