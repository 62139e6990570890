"""allauth's forms in our words. Their fields, checks and verbs are allauth's own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as theirs
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ADDRESS = _("E-mail address")
NEW_PASSWORD = _("At least 10 characters. Not your address, and none that many people use.")


class OurWords:
    """Labels and help by the name of the field; no placeholder, which only repeats the label."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)


class Login(OurWords, theirs.LoginForm):  # type: ignore[misc]
    labels = {"login": ADDRESS, "password": _("Password")}


class Signup(OurWords, theirs.SignupForm):  # type: ignore[misc]
    labels = {"email": ADDRESS, "password1": _("Password")}
    helps = {
        "email": _("Shown to nobody but you and the instructors of your courses."),
        "password1": NEW_PASSWORD,
    }

    taken: ValidationError | None = None

    def validate_unique_email(self, value: str) -> str:
        try:
            return str(super().validate_unique_email(value))
        except ValidationError as error:
            self.taken = error
            return value

    def clean(self) -> Any:
        """That there is an account with an address is said to nobody who would not have made one:
        whoever asks for addresses makes accounts, of which their owners get a mail.
        """
        cleaned = super().clean()
        if self.taken and not self.errors:
            self.add_error("email", self.taken)
        return cleaned


class AddEmail(OurWords, theirs.AddEmailForm):  # type: ignore[misc]
    labels = {"email": ADDRESS}


class ResetPassword(OurWords, theirs.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": ADDRESS}


class Twice(OurWords):
    """A new password, typed twice."""

    labels = {
        "oldpassword": _("The password you have now"),
        "password1": _("New password"),
        "password2": _("The same once more"),
    }
    helps = {"password1": NEW_PASSWORD}

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "password2" and not isinstance(error, ValidationError):
            error = _("The two are not the same.")
        super().add_error(field, error)  # type: ignore[misc]


class ResetPasswordKey(Twice, theirs.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePassword(Twice, theirs.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPassword(Twice, theirs.SetPasswordForm):  # type: ignore[misc]
    pass
