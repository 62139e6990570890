from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quaestio.courses.classlist import MOST_BYTES, Line, ListRefused, decoded, read_list
from quaestio.courses.models import Course, Enrollment, Invitation, Meeting, Section
from quaestio.courses.roles import MAY_INVITE, Role


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CourseForm(forms.ModelForm[Course]):
    class Meta:
        model = Course
        fields = [
            "title",
            "term",
            "is_public",
            "guests",
            "students_pose",
            "post_first",
            "pseudonyms",
            "hold_posts",
            "edit_minutes",
            "citation_style",
        ]
        help_texts = {"term": _("Such as “Spring 2027”.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "citation_style" in self.fields:
            self.fields["citation_style"].required = False

    def clean_citation_style(self) -> str:
        """What is not said stays as it is."""
        return self.cleaned_data["citation_style"] or self.instance.citation_style

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("guests") and not data.get("is_public"):
            self.add_error("guests", _("Guests can only come to a course that is open to read."))
        return data


class NewCourseForm(CourseForm):
    """A course begins private; the rest of its settings can wait."""

    class Meta(CourseForm.Meta):
        fields = ["title", "term"]


class SectionForm(forms.Form):
    name = forms.CharField(label=_("New section"), max_length=80)


class InvitationForm(forms.ModelForm[Invitation]):
    expires_at = forms.DateField(
        label=_("Good until"),
        required=False,
        widget=DateInput(),
        help_text=_("The last day. Left empty: half a year."),
    )

    class Meta:
        model = Invitation
        fields = ["role", "section", "max_uses", "expires_at"]
        help_texts = {"max_uses": _("Left empty: any number.")}

    def __init__(self, *args: Any, by: Enrollment, **options: Any) -> None:
        super().__init__(*args, **options)
        allowed = MAY_INVITE.get(by.role, frozenset())
        self.fields["role"] = forms.ChoiceField(
            label=_("They join as"),
            choices=[(role.value, role.label) for role in Role if role.value in allowed],
            initial=Role.STUDENT,
        )
        offer_sections(self, by.course.sections.all())
        self.fields["max_uses"].widget.attrs["min"] = 1

    def clean_max_uses(self) -> int | None:
        uses: int | None = self.cleaned_data["max_uses"]
        if uses == 0:
            raise forms.ValidationError(_("A link for nobody would be of no use: 1 or more."))
        return uses

    def clean_expires_at(self) -> datetime | None:
        day = self.cleaned_data["expires_at"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class ListForm(forms.Form):
    """A class list, pasted or as a file. Once it is valid, ``lines`` is what was read of it."""

    list = forms.CharField(
        label=_("The class list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_(
            "A person to a line: “Maya Lindqvist &lt;maya@example.edu&gt;”, an address alone, or "
            "“Lindqvist, Maya; maya@example.edu; Monday”. Or a table with a row of headings, as "
            "other systems export it."
        ),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("CSV or plain text, such as an export from Moodle, Canvas or Blackboard."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
    )
    role = forms.ChoiceField(
        label=_("They join as"),
        help_text=_("Unless the list itself names a role. Who is in already stays what they are."),
    )
    with_sections = forms.BooleanField(
        label=_("Place people in the sections that the list names"),
        required=False,
        help_text=_("Sections that are missing are made."),
    )

    def __init__(self, *args: Any, by: Enrollment, **options: Any) -> None:
        super().__init__(*args, **options)
        allowed = MAY_INVITE[by.role]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in Role if role.value in allowed
        ]
        self.fields["role"].initial = Role.STUDENT
        self.lines: Sequence[Line] = ()
        self.text = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        file = data.get("file")
        field = "file" if file else "list"
        try:
            self.text = decoded(file.read(MOST_BYTES + 1)) if file else data.get("list") or ""
            self.lines = read_list(self.text)
        except ListRefused as refused:
            self.add_error(field, str(refused))
        return data


class PersonForm(forms.ModelForm[Enrollment]):
    class Meta:
        model = Enrollment
        fields = ["byline", "role", "section", "hold_posts"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_sections(self, self.instance.course.sections.all())
        # A guest has no account, and who has one is no guest.
        is_guest = self.instance.role == Role.GUEST
        roles = [role for role in Role if (role == Role.GUEST) == is_guest]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class MeetingForm(forms.ModelForm[Meeting]):
    class Meta:
        model = Meeting
        fields = ["date", "title", "note"]
        widgets = {"date": DateInput(), "note": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "title": _("What the class talks about."),
            "note": _("What else people should know or bring; left empty, nothing is shown."),
        }


class LeadersForm(forms.Form):
    """A tick box for each student of the course."""

    people = forms.ModelMultipleChoiceField(
        label=_("Students"),
        queryset=Enrollment.objects.none(),
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, students: QuerySet[Enrollment], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["people"].queryset = students  # type: ignore[attr-defined]


def offer_sections(form: forms.BaseForm, sections: QuerySet[Section]) -> None:
    """Only this course's sections; no such field in a course that has none."""
    field = form.fields["section"]
    if not sections.exists():
        del form.fields["section"]
        return
    field.queryset = sections  # type: ignore[attr-defined]
    field.label = _("Section")
    field.required = False
    field.empty_label = _("No section")  # type: ignore[attr-defined]
