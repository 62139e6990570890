from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quaestio.notifications.models import How
from quaestio.participation.queries import CourseMail
from quaestio.readings.models import Reading

# Printed page numbers are words without spaces: 42, xi, A-3.
RANGE = re.compile(r"^[\w.]+(?:[–-][\w.]+)?$")


class AssignForm(forms.Form):
    """One tick box and one field for pages to each reading of the course."""

    def __init__(
        self, *args: Any, readings: list[Reading], assigned: Mapping[int, str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.readings = readings
        for reading in readings:
            self.fields[f"read-{reading.public_id}"] = forms.BooleanField(
                label=str(reading), required=False, initial=reading.pk in assigned
            )
            pages = PagesField(initial=assigned.get(reading.pk, ""))
            # Many fields say “Pages”; who hears them one by one hears of which reading.
            pages.widget.attrs["aria-label"] = f"{pages.label}: {reading}"
            self.fields[f"pages-{reading.public_id}"] = pages

    def rows(self) -> list[tuple[Reading, forms.BoundField, forms.BoundField]]:
        return [
            (one, self[f"read-{one.public_id}"], self[f"pages-{one.public_id}"])
            for one in self.readings
        ]

    def wanted(self) -> dict[Reading, str]:
        """The readings ticked, or given pages, which means the same."""
        ticked = {
            one: (
                self.cleaned_data[f"read-{one.public_id}"],
                self.cleaned_data[f"pages-{one.public_id}"],
            )
            for one in self.readings
        }
        return {one: pages for one, (tick, pages) in ticked.items() if tick or pages}


class PagesField(forms.CharField):
    """Printed page numbers: ``36-48``, ``xi–xiv, 3``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Pages"), max_length=60, required=False, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        parts = [re.sub(r"\s*[–-]\s*", "–", part.strip()) for part in re.split("[,;]", text)]
        parts = [part for part in parts if part]
        if not all(RANGE.match(part) for part in parts):
            raise forms.ValidationError(
                _("Please write printed page numbers, such as 36–48 or xi–xiv, 3.")
            )
        return ", ".join(parts)


class MailForm(forms.Form):
    """How a person wants mail, one field to each of their courses."""

    def __init__(self, *args: Any, rules: Sequence[CourseMail], **options: Any) -> None:
        super().__init__(*args, **options)
        self.rules = rules
        for rule in rules:
            self.fields[rule.course.public_id] = forms.ChoiceField(
                label=rule.course.title,
                choices=How.choices,
                initial=rule.how,
                required=False,  # what was not sent stays as it is
                widget=forms.RadioSelect,
            )

    def rows(self) -> list[tuple[CourseMail, forms.BoundField]]:
        return [(rule, self[rule.course.public_id]) for rule in self.rules]
