from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """What we ask beyond allauth's address and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As your class knows you. It stands beside what you write."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Any) -> None:
        """The adapter has already taken the name."""
