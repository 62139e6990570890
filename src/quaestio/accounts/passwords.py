"""Django's checks of a new password, in words that say what to do."""

from __future__ import annotations

from django.contrib.auth import password_validation as theirs
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(theirs.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return ngettext(
            "Please take at least %d character.",
            "Please take at least %d characters.",
            self.min_length,
        ) % (self.min_length,)


class NotTheAddress(theirs.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("This is close to your name or address. Please take another one.")


class NotCommon(theirs.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Many people use this one, so it is soon guessed. Please take another one.")
