from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from quaestio.readings.bibliography.formats import LONGEST
from quaestio.readings.bibliography.names import names_from, names_text
from quaestio.readings.bibliography.records import TYPES, record
from quaestio.readings.models import Reading
from quaestio.web.richtext import CONTROL, clean, from_plain, is_empty

_MARKUP = re.compile(r"</(?:p|div|h[1-6]|li|article|section|body|html)\s*>", re.IGNORECASE)

# By the letters Tesseract names its data with.
LANGUAGE_NAMES = {
    "eng": _("English"), "deu": _("German"), "fra": _("French"), "spa": _("Spanish"),
    "ita": _("Italian"), "por": _("Portuguese"), "nld": _("Dutch"), "rus": _("Russian"),
    "ukr": _("Ukrainian"), "pol": _("Polish"), "ces": _("Czech"), "hun": _("Hungarian"),
    "lat": _("Latin"), "ell": _("Greek"), "grc": _("Ancient Greek"), "heb": _("Hebrew"),
    "ara": _("Arabic"), "tur": _("Turkish"), "chi_sim": _("Chinese, simplified"),
    "chi_tra": _("Chinese, traditional"), "jpn": _("Japanese"), "kor": _("Korean"),
    "dan": _("Danish"), "swe": _("Swedish"), "nor": _("Norwegian"), "fin": _("Finnish"),
}  # fmt: skip


# What a bibliography says besides title, author and year: the form's word, CSL's, the label.
PARTICULARS = (
    ("container", "container-title", _("In: journal, newspaper or book")),
    ("volume", "volume", _("Volume")),
    ("issue", "issue", _("Number")),
    ("pages", "page", _("Pages")),
    ("publisher", "publisher", _("Publisher")),
    ("place", "publisher-place", _("Place")),
    ("edition", "edition", _("Edition")),
    ("series", "collection-title", _("Series")),
    ("url", "URL", _("Web address")),
    ("doi", "DOI", _("DOI")),
)
PEOPLE = (("editor", _("Editor")), ("translator", _("Translator")))
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{2,9}/\S+)", re.IGNORECASE)


class ReadingForm(forms.ModelForm):  # type: ignore[type-arg]
    """The bibliographic record. ``csl`` is what there was before: what no field shows is kept."""

    class Meta:
        model = Reading
        fields = ["title", "author", "year", "also_cited_as"]

    def __init__(self, *args: Any, csl: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = dict(csl or {})
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=list(TYPES.items()), required=False, initial="book"
        )
        for name, label in PEOPLE:
            self.fields[name] = forms.CharField(label=label, required=False, max_length=300)
            self.initial.setdefault(name, names_text(self.before.get(name)))
        for name, variable, label in PARTICULARS:
            longest = 500 if name == "url" else 300
            self.fields[name] = forms.CharField(label=label, required=False, max_length=longest)
            self.initial.setdefault(name, self.before.get(variable, ""))
        self.initial.setdefault("kind", self.before.get("type", "book"))

    @property
    def main(self) -> list[forms.BoundField]:
        return [one for one in self.visible_fields() if one.name not in self._particulars()]

    @property
    def particulars(self) -> list[forms.BoundField]:
        return [self[name] for name in self._particulars()]

    @staticmethod
    def _particulars() -> list[str]:
        return [
            "kind",
            "container",
            *(name for name, _label in PEOPLE),
            *(name for name, _variable, _label in PARTICULARS[1:]),
        ]

    @property
    def particulars_wrong(self) -> bool:
        return not set(self._particulars()).isdisjoint(self.errors)

    def clean_doi(self) -> str:
        text: str = self.cleaned_data["doi"].strip()
        if not text:
            return ""
        found = _DOI.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_("A DOI looks like 10.1017/S0037677900000001."))
        return found[1]

    def clean_url(self) -> str:
        text: str = self.cleaned_data["url"].strip()
        if text and not re.match(r"https?://\S+$", text):
            raise forms.ValidationError(_("An address begins with https:// or http://."))
        return text

    def columns(self) -> dict[str, str]:
        names = ("title", "author", "year", "also_cited_as")
        return {name: CONTROL.sub("", self.cleaned_data[name]) for name in names}

    def csl(self) -> dict[str, Any]:
        """The record as CSL-JSON, with all that the form does not show as it was."""
        data = self.cleaned_data
        told = {**self.before, "title": data["title"], "type": data["kind"] or "book"}
        for name, variable, _label in PARTICULARS:
            told[variable] = data[name]
        for name, _label in PEOPLE:
            if data[name] != names_text(self.before.get(name)):
                told[name] = names_from(data[name])
        return record(told)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("A PDF, an EPUB, a Word document, a saved web page, Markdown or plain text."),
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


class PasteForm(forms.Form):
    """The text of a page that has no file. ``format`` is "html" when the editor sent it."""

    body = forms.CharField(
        label=_("The text"),
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_(
            "Copy the article in your browser and paste it here. Its paragraphs are numbered, "
            "so that they can be cited."
        ),
    )
    format = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def source(self) -> str:
        """As clean HTML. A web page's own source is taken for what it shows."""
        body = self.cleaned_data["body"]
        if self.cleaned_data.get("format") == "html" or _MARKUP.search(body):
            return clean(body)
        return from_plain(body)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "body" in data and is_empty(self.source()):
            self.add_error("body", _("There is no text in this."))
        return data


class RecogniseForm(forms.Form):
    """In which language a scan is written: recognition knows words, not only letters."""

    language = forms.ChoiceField(label=_("Language of the text"))

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one, LANGUAGE_NAMES.get(one, one)) for one in languages]
        if settings.OCR_LANGUAGE in languages:
            field.initial = settings.OCR_LANGUAGE


class LabelForm(forms.Form):
    """What is printed on a page of the file. Field errors name the page that does not exist."""

    number = forms.IntegerField(label=_("Page of the file"), min_value=1)
    label = forms.CharField(
        label=_("is printed page"),
        required=False,
        max_length=20,
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


class ImportForm(forms.Form):
    """A bibliography: a file, or pasted."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("BibTeX (.bib), RIS (.ris) or CSL-JSON, as Zotero and libraries export them."),
        widget=forms.FileInput(attrs={"accept": ".bib,.bibtex,.ris,.json,.txt"}),
    )
    text = forms.CharField(
        label=_("Or paste it here"), required=False, widget=forms.Textarea(attrs={"rows": 12})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        file = data.get("file")
        if file is not None:
            data["text"] = file.read(4 * LONGEST).decode("utf-8-sig", "replace")
        if not (data.get("text") or "").strip() and not self.errors:
            self.add_error("text", _("Choose a file, or paste something."))
        return data
