"""The preview of a page from elsewhere: everything understood, to correct before it is stored;
what a copy of a course is to hold, and what is to come into a new one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from quaestio.courses.access import Seat
from quaestio.courses.forms import DateInput
from quaestio.courses.models import Course, Meeting
from quaestio.discussions.forms import QuestionRows, Words, storable
from quaestio.transfers.actions import DiscussionPlan, ResponsePlan
from quaestio.transfers.archive.data import Wanted
from quaestio.transfers.classblog import ClassBlogPage
from quaestio.transfers.queries import Again, Posed, next_first_date, posed_in

MOST_RESPONSES = 1000
FIRST_YEAR, LAST_YEAR = 1990, 2200


class PasteForm(forms.Form):
    """The page, pasted or as a saved file."""

    page = Words(
        label=_("The page, copied from the browser"),
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("Select all on the class blog’s page, copy, and paste it here."),
    )
    file = forms.FileField(
        label=_("Or a saved page"), required=False, help_text=_("A text or HTML file.")
    )


class ArchiveForm(forms.Form):
    """What is to be in a copy of a course besides what is always in it."""

    readings = forms.BooleanField(
        label=_("with the files of the readings, and the text of their pages"),
        required=False,
        help_text=_(
            "They may be under copyright: such a copy is for your own teaching, not to be passed "
            "on. Their bibliography is in every copy."
        ),
    )
    made_up_names = forms.BooleanField(
        label=_("with made-up names"),
        required=False,
        help_text=_(
            "Everybody, teachers too, is called by a plant, in every copy by the same. In what was "
            "written, whole names from the class list are replaced. First names alone stay, and so "
            "does whatever else tells who wrote."
        ),
    )
    addresses = forms.BooleanField(
        label=_("with the e-mail addresses"),
        required=False,
        help_text=_("Of members and guests. Otherwise none of them is in it."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("addresses") and data.get("made_up_names"):
            self.add_error("addresses", _now("An address tells the name that is to be hidden."))
        return data

    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)


class AgainForm(forms.Form):
    """What is to come into a new course from the one of a seat."""

    title = forms.CharField(label=_("Title of the new course"), max_length=200)
    term = forms.CharField(
        label=_("Term"), max_length=60, required=False, help_text=_("Such as “Spring 2027”.")
    )
    meetings = forms.BooleanField(label=_("Bring the meetings"), required=False)
    first_date = forms.DateField(
        label=_("The first meeting is in the week of"),
        required=False,
        widget=DateInput(),
        help_text=_(
            "All meetings move by the same number of whole weeks, and so do the days on which "
            "answers are due: a Tuesday stays a Tuesday."
        ),
    )
    readings = forms.BooleanField(
        label=_("Bring the readings, with the files in use"),
        required=False,
        help_text=_("With what was read and recognised of them, and corrected page numbers."),
    )
    sections = forms.BooleanField(label=_("Bring the names of the sections"), required=False)
    discussions = forms.MultipleChoiceField(
        label=_("Bring discussions, as drafts: title, context and questions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seat: Seat, **options: Any) -> None:
        posed = posed_in(seat)
        initial = {
            "title": seat.course.title,
            "meetings": True,
            "first_date": next_first_date(seat),
            "readings": True,
            "discussions": [one.discussion.public_id for one in posed if one.by_teacher],
            "key": uuid.uuid4(),
        }
        super().__init__(*args, **options)
        self.initial = initial
        self.fields["discussions"].choices = [  # type: ignore[attr-defined]
            (one.discussion.public_id, self.told(one)) for one in posed
        ]
        if not posed:
            del self.fields["discussions"]
        if not seat.course.sections.exists():
            del self.fields["sections"]
        if initial["first_date"] is None:
            del self.fields["meetings"], self.fields["first_date"]

    def told(self, posed: Posed) -> str:
        title = posed.discussion.title
        return title if posed.by_teacher else _now("%s (posed by a student)") % title

    def clean_first_date(self) -> date | None:
        day: date | None = self.cleaned_data["first_date"]
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("A year from 1990 to 2200, please."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("meetings") and data.get("first_date") is None and not self.errors:
            self.add_error("first_date", _now("Say when the first meeting is."))
        return data

    def again(self) -> Again:
        data = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return Again(**{**data, "discussions": tuple(data.get("discussions", ()))})


class PlanForm(forms.Form):
    """The head of the preview; questions and responses are rows beside it."""

    title = forms.CharField(label=_("Title"), max_length=300)
    author = forms.CharField(
        label=_("Posed by"),
        required=False,
        max_length=120,
        help_text=_("A name. Empty: you."),
    )
    posted = forms.CharField(required=False, widget=forms.HiddenInput)
    context = Words(
        label=_("Context"),
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("A blank line parts two paragraphs."),
    )
    left_over = forms.CharField(
        label=_("Left over"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Lines that were not understood. Move what belongs elsewhere; what stays here is kept "
            "at the end of the context. Empty the field to drop it."
        ),
    )
    meeting = forms.ModelChoiceField(
        label=_("Meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=_("no meeting"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = course.meetings.all()  # type: ignore[attr-defined]
        if not self["left_over"].value():
            self.fields["left_over"].widget = forms.HiddenInput()


@dataclass(slots=True)
class ResponseRow:
    """A response in the preview, as text to correct."""

    number: int
    name: str
    text: str
    posted: str = ""
    parent: str = ""
    answers: str = ""
    keep: bool = True
    error: str = ""


@dataclass(slots=True)
class Preview:
    """All that the preview shows."""

    form: PlanForm
    questions: QuestionRows
    responses: list[ResponseRow] = field(default_factory=list)

    @classmethod
    def of(cls, page: ClassBlogPage, course: Course) -> Preview:
        form = PlanForm(
            initial={
                "title": page.title,
                "author": page.author,
                "posted": page.posted.isoformat() if page.posted else "",
                "context": "\n\n".join(page.context),
                "left_over": "\n".join(line.text for line in page.left_over),
                "key": uuid.uuid4(),
            },
            course=course,
        )
        questions = QuestionRows(
            [
                {"old": None, "text": question.text, "positions": "", "offered": True}
                for question in page.questions
                if question.offered
            ]
        )
        responses = [
            ResponseRow(
                number=response.number,
                name=response.name,
                text="\n\n".join(response.paragraphs),
                posted=response.posted.isoformat() if response.posted else "",
                parent=str(response.parent) if response.parent is not None else "",
            )
            for response in page.responses
        ]
        return cls(form, questions, responses)

    @classmethod
    def posted(cls, data: Any, course: Course) -> Preview:
        responses = [
            ResponseRow(
                number=number,
                name=storable(data.get(f"name-{number}", "")).strip()[:120],
                text=str(data.get(f"text-{number}", "")),
                posted=str(data.get(f"posted-{number}", "")),
                parent=str(data.get(f"parent-{number}", "")),
                answers=str(data.get(f"answers-{number}", "")),
                keep=data.get(f"keep-{number}") == "yes",
            )
            for number in sorted(
                int(name.removeprefix("text-"))
                for name in data
                if re.fullmatch(r"text-[0-9]{1,5}", name)
            )[:MOST_RESPONSES]
        ]
        return cls(PlanForm(data, course=course), QuestionRows.posted(data), responses)

    def is_valid(self) -> bool:
        valid = all([self.form.is_valid(), self.questions.is_valid()])
        asked = sum(1 for row in self.questions.rows if row["text"])
        for row in self.responses:
            if not row.keep:
                continue
            if not row.name:
                row.error = _now("Who wrote this? Please give a name.")
            elif not row.text.strip():
                row.error = _now("This response has no text. Leave it out, or fill it in.")
            elif any(number > asked or number < 1 for number in numbers_in(row.answers)):
                row.error = _now("There is no question with this number.")
            valid = valid and not row.error
        return valid

    def plan(self) -> DiscussionPlan:
        data = self.form.cleaned_data
        return DiscussionPlan(
            title=data["title"],
            context=with_left_over(
                split_paragraphs(data["context"]), data["left_over"].splitlines()
            ),
            questions=tuple(wording for _old, wording in self.questions.wanted()),
            responses=tuple(
                ResponsePlan(
                    number=row.number,
                    name=row.name,
                    paragraphs=split_paragraphs(row.text),
                    posted=moment(row.posted),
                    parent=int(row.parent) if re.fullmatch("[0-9]{1,5}", row.parent) else None,
                    answers=tuple(numbers_in(row.answers)),
                )
                for row in self.responses
                if row.keep
            ),
            author=data["author"],
            posted=moment(data["posted"]),
        )


def plan_of(page: ClassBlogPage) -> DiscussionPlan:
    """A page as it was understood, with nobody looking it over."""
    from quaestio.discussions.actions import QuestionInput

    return DiscussionPlan(
        title=page.title,
        context=with_left_over(page.context, [line.text for line in page.left_over]),
        questions=tuple(QuestionInput(one.text) for one in page.questions if one.offered),
        responses=tuple(
            ResponsePlan(
                number=one.number,
                name=one.name,
                paragraphs=one.paragraphs,
                posted=aware(one.posted),
                parent=one.parent,
            )
            for one in page.responses
        ),
        author=page.author,
        posted=aware(page.posted),
    )


def with_left_over(context: tuple[str, ...], lines: Iterable[str]) -> tuple[str, ...]:
    """Nothing of a page is dropped because it was not understood."""
    kept = tuple(line.strip() for line in lines if line.strip())
    return context + ((_now("Left over from the page:"), *kept) if kept else ())


def split_paragraphs(text: str) -> tuple[str, ...]:
    parts = re.split(r"\n[^\S\n]*\n\s*", text.replace("\r\n", "\n"))
    return tuple(part.strip() for part in parts if part.strip())


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]{1,3}", text)]


def moment(text: str) -> datetime | None:
    """A date as the preview's hidden fields carry it; none that no blog can have."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return aware(at) if at and FIRST_YEAR <= at.year <= LAST_YEAR else None


def aware(at: datetime | None) -> datetime | None:
    """A date of a blog has no zone: it is taken in the site's."""
    if at is None or timezone.is_aware(at):
        return at
    return timezone.make_aware(at)
