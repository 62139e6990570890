from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quaestio.readings.models import Reading
from quaestio.web.richtext import CONTROL


class ReadingForm(forms.ModelForm):  # type: ignore[type-arg]
    """The bibliographic record."""

    class Meta:
        model = Reading
        fields = ["title", "author", "year", "also_cited_as"]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("A PDF with text in it, an HTML page, EPUB, Word document or plain text."),
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.html,.htm,.xhtml,.txt,.md,.docx,.epub,application/pdf,text/*"}
        ),
    )
    first_label = forms.CharField(
        label=_("First printed page number"),
        required=False,
        max_length=20,
        help_text=_(
            "The number printed on the first page of the file, such as 37 or xi. "
            "Leave it empty to use the numbers in the file."
        ),
    )


class LabelForm(forms.Form):
    """What is printed on a page of the file. Field errors name the page that does not exist."""

    number = forms.IntegerField(label=_("Page of the file"), min_value=1)
    label = forms.CharField(
        label=_("is printed page"),
        required=False,
        max_length=20,
        help_text=_("Such as 37, xi or A-12. Leave it empty if no number is meant."),
    )
    counts_on = forms.BooleanField(label=_("Count on from here"), required=False, initial=True)

    def __init__(self, *args: Any, pages: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pages = pages
        self.fields["number"].widget.attrs["max"] = pages

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        if number > self.pages:
            raise forms.ValidationError(_("The file has %(n)s pages."), params={"n": self.pages})
        return number

    def clean_label(self) -> str:
        return CONTROL.sub("", self.cleaned_data["label"]).strip()


class NewReadingForm(ReadingForm):
    """The record and, if it is at hand, its file."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=UploadForm.base_fields["file"].help_text,
        widget=UploadForm.base_fields["file"].widget,
    )
    first_label = UploadForm.base_fields["first_label"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["file", "title", "author", "year", "first_label", "also_cited_as"])
