"""What people type, taken apart. The rules are in ``actions``; forms only read."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from quaestio.courses.models import Course, Enrollment, Meeting, Section
from quaestio.courses.roles import Role
from quaestio.discussions.actions import QuestionInput, Relation, Rules
from quaestio.discussions.models import Discussion, Post, Question
from quaestio.web.richtext import CONTROL, clean, from_plain, to_plain

FORMATS = [("text", "text"), ("html", "html")]
MOST_QUESTIONS = 20
MOST_OF_A_GUEST = 20_000  # characters
DEFAULT_POSITIONS = _("yes / no / in part")


def source_of(body: str, format_: str) -> str:
    """Clean HTML from what a text field or the editor sent."""
    return clean(body) if format_ == "html" else from_plain(body)


def as_shown(body: str, format_: str) -> tuple[str, str]:
    """What was sent, for the page: plain, for the text field, and as HTML, for the editor."""
    source = source_of(body, format_)
    return to_plain(source) if format_ == "html" else body, source


def storable(value: Any) -> str:
    """Without the control characters that copying from a PDF brings along: no database takes a
    zero byte, and nobody has typed one.
    """
    return CONTROL.sub("", str(value))


class Words(forms.CharField):
    """A long text, kept as it was typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return storable(super().to_python(value) or "")


class WriteForm(forms.Form):
    """A post being written. ``format`` is "html" when the editor sent it."""

    body = Words(label=_("Your text"), widget=forms.Textarea(attrs={"rows": 12}))
    format = forms.ChoiceField(choices=FORMATS, required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    draft_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    # A reply's: what it does, and the words it answers, as "OFFSET:WORDS" or typed or copied.
    kind = forms.ChoiceField(choices=Post.Kind.choices, required=False)
    quotes = Words()
    quotes_typed = Words()

    @property
    def relation(self) -> Relation:
        return relation_of(self.cleaned_data)

    @property
    def source(self) -> str:
        return source_of(self.cleaned_data.get("body", ""), self.cleaned_data.get("format", ""))

    @property
    def submission_key(self) -> uuid.UUID:
        key: uuid.UUID | None = self.cleaned_data.get("key")
        return key or uuid.uuid4()


def relation_of(data: Any) -> Relation:
    """What a reply does and which words it answers, from a form's or a draft's fields."""
    kind = str(data.get("kind") or "")
    typed, chosen = str(data.get("quotes_typed") or "").strip(), str(data.get("quotes") or "")
    at, colon, words = chosen.partition(":")
    if typed or not (colon and at.isdecimal() and len(at) < 8):
        at, words = "0", typed
    return Relation(kind if kind in Post.Kind.values else "", words, int(at))


def stand_of(data: Any) -> tuple[set[int], dict[int, int]]:
    """The questions ticked and the positions taken, from POST data or a draft's fields."""
    ticked = data.getlist("answers") if hasattr(data, "getlist") else data.get("answers", [])
    answers = {int(value) for value in ticked if str(value).isdecimal() and len(str(value)) < 5}
    positions = {}
    for name in data:
        number = re.fullmatch(r"position-([0-9]{1,4})", name)
        value = str(data.get(name))
        if number and value.isdecimal() and len(value) < 5:
            positions[int(number[1])] = int(value)
    return answers, positions


def typed_fields(data: Any) -> dict[str, Any]:
    """The part of a form that a draft keeps."""
    fields: dict[str, Any] = {}
    for name in data:
        if name in {"csrfmiddlewaretoken", "key", "draft_version", "writer", "preview", "asked"}:
            continue
        fields[name] = data.getlist(name) if name == "answers" else storable(data.get(name))
    return fields


class DiscussionForm(forms.Form):
    """Posing, or changing what was posed. Questions are rows ``question-1``, ``positions-1``…"""

    title = forms.CharField(label=_("Title"), max_length=300)
    context = Words(
        label=_("Context"),
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_(
            "What leads to your questions, with quotations. Quotations are checked "
            "against the course’s readings."
        ),
    )
    format = forms.ChoiceField(choices=FORMATS, required=False, widget=forms.HiddenInput)
    meeting = forms.ModelChoiceField(
        label=_("Meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=_("no meeting"),
    )
    due_at = forms.DateTimeField(
        label=_("Answers due"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    section = forms.ModelChoiceField(
        label=_("For"),
        queryset=Section.objects.none(),
        required=False,
        empty_label=_("the whole course"),
        help_text=_("The other sections, and people in none, do not see it. Teachers do."),
    )
    post_first = forms.BooleanField(
        label=_("Answer first, then read what others wrote"),
        required=False,
        help_text=_(
            "Until the answers are due, or for as long as it is open. Teachers see everything."
        ),
    )
    pseudonyms = forms.BooleanField(
        label=_("Classmates see made-up names"),
        required=False,
        help_text=_(
            "Teachers see both names. Once somebody has written, this cannot be taken back."
        ),
    )
    words_least = forms.IntegerField(
        label=_("Words, at least"), required=False, min_value=1, max_value=10_000
    )
    words_most = forms.IntegerField(
        label=_("Words, at most"), required=False, min_value=1, max_value=10_000
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    draft_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].help_text = _now("The time in %(zone)s.") % {
            "zone": timezone.get_current_timezone_name()
        }
        self.fields["meeting"].queryset = course.meetings.all()  # type: ignore[attr-defined]
        self.fields["section"].queryset = course.sections.all()  # type: ignore[attr-defined]

    def offer_meetings(self, some: Q) -> None:
        """Not every meeting of the course, only some."""
        field = self.fields["meeting"]
        field.queryset = field.queryset.filter(some)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        least, most = data.get("words_least"), data.get("words_most")
        if least and most and least > most:
            self.add_error("words_most", _now("This is less than the least number of words."))
        return data

    @property
    def rules(self) -> Rules:
        data = self.cleaned_data
        return Rules(
            section=data["section"],
            post_first=data["post_first"],
            pseudonyms=data["pseudonyms"],
            words_least=data["words_least"],
            words_most=data["words_most"],
        )

    @property
    def source(self) -> str:
        return source_of(self.cleaned_data.get("context", ""), self.cleaned_data.get("format", ""))

    def show(self, **changes: str) -> None:
        """Make the form ready for the page: the text field plain, the editor's HTML beside it."""
        typed = self.data.dict() if self.is_bound else self.initial  # type: ignore[attr-defined]
        context, format_ = str(typed.get("context") or ""), str(typed.get("format") or "")
        plain, html = as_shown(context, format_)
        shown = {**typed, "context": plain, **changes}
        if self.is_bound:
            self.data = shown
        else:
            self.initial = shown
        self.fields["context"].widget.attrs["data-html"] = html


class QuestionRows:
    """The rows for questions on the page where a discussion is posed, with what is wrong."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.errors = False

    @classmethod
    def of(cls, questions: list[Question]) -> QuestionRows:
        return cls(
            [
                {
                    "old": question.number,
                    "text": question.text,
                    "positions": " / ".join(choice.label for choice in question.choices.all()),
                }
                for question in questions
            ]
        )

    @classmethod
    def posted(cls, data: Any) -> QuestionRows:
        numbers = sorted(
            int(name.removeprefix("question-"))
            for name in data
            if re.fullmatch(r"question-[0-9]{1,3}", name)
        )
        rows = []
        for number in numbers[: MOST_QUESTIONS + 5]:
            old = data.get(f"old-{number}", "")
            rows.append(
                {
                    "old": int(old) if str(old).isdecimal() and len(str(old)) < 5 else None,
                    "text": storable(data.get(f"question-{number}", "")).strip(),
                    "positions": storable(data.get(f"positions-{number}", "")).strip()
                    or (str(DEFAULT_POSITIONS) if data.get(f"sides-{number}") == "yes" else ""),
                }
            )
        return cls(rows)

    def is_valid(self) -> bool:
        for row in self.rows:
            row["error"] = self.problem(row)
            self.errors = self.errors or bool(row["error"])
        if sum(1 for row in self.rows if row["text"]) > MOST_QUESTIONS:
            self.errors = True
            self.rows[-1]["error"] = _now("A discussion has at most %s questions.") % MOST_QUESTIONS
        return not self.errors

    def problem(self, row: dict[str, Any]) -> str:
        if len(row["text"]) > 1000:
            return _now("This question is longer than 1000 characters.")
        labels = split_positions(row["positions"])
        if not labels:
            return ""
        if not row["text"]:
            return _now("Positions are given, but no question.")
        if not 2 <= len(labels) <= 5:
            return _now("A question has two to five positions, separated by a slash.")
        if any(len(label) > 40 for label in labels):
            return _now("A position is at most 40 characters long.")
        if len({label.casefold() for label in labels}) < len(labels):
            return _now("Two positions are the same.")
        return ""

    def wanted(self) -> list[tuple[int | None, QuestionInput]]:
        return [
            (row["old"], QuestionInput(row["text"], split_positions(row["positions"])))
            for row in self.rows
            if row["text"]
        ]

    def with_blanks(self, least: int = 3) -> list[dict[str, Any]]:
        """The rows to show: what is there and at least one empty one."""
        blank = {"old": None, "text": "", "positions": ""}
        rows = self.rows + [dict(blank) for _ in range(max(1, least - len(self.rows)))]
        return [{**row, "number": number} for number, row in enumerate(rows, start=1)]


def split_positions(text: str) -> tuple[str, ...]:
    """“yes / no / in part” → its labels."""
    return tuple(label for part in re.split(r"[/;\n]", text) if (label := part.strip()))


class HideForm(forms.Form):
    because = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("The author sees it."),
    )


class GuestForm(WriteForm):
    """What a guest fills in at the foot of a discussion of an open course."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("It stands beside what you write."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("It is not published: only the instructors see it. You get a link to confirm."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # Nobody gets mail for having overlooked a tick: it is asked anew for each post.
    tells_answers = forms.BooleanField(
        label=_("Mail me when somebody answers this"),
        required=False,
        help_text=_("At most five a day. One click in any of them ends them."),
    )
    stamp = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, is_known: bool = False, **kwargs: Any) -> None:
        """``is_known``: this browser's guest is known, so neither name nor address is asked."""
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["name"], self.fields["address"]

    def clean_name(self) -> str:
        name = " ".join(storable(self.cleaned_data["name"]).split())
        # It would be shown to everybody, and stands in a mail to whoever owns the address.
        if re.search(r"[@/\\<>]|www\.", name):
            raise forms.ValidationError(
                _now("A name, please, without an address: it is shown to everybody.")
            )
        return name

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"])
        if not body.strip():
            raise forms.ValidationError(_now("There is nothing written yet."))
        if len(body) > MOST_OF_A_GUEST:
            raise forms.ValidationError(
                _now("This is longer than %(most)s characters. Please shorten it.")
                % {"most": MOST_OF_A_GUEST}
            )
        return body


class ReportForm(forms.Form):
    because = forms.CharField(
        label=_("What is not right"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The teachers see it, with your name. Nobody else does."),
    )

    def __init__(self, *args: Any, about: Enrollment, **kwargs: Any) -> None:
        """``about`` has written the post: it matters where that is a teacher."""
        super().__init__(*args, **kwargs)
        if about.role == Role.ASSISTANT:
            self.fields["because"].help_text = _(
                "The other teachers see it, with your name. Who wrote the post does not."
            )
        elif about.role == Role.INSTRUCTOR:
            self.fields["because"].help_text = _(
                "The teachers see it, with your name, and so does the instructor who wrote the "
                "post."
            )


class MoveForm(forms.Form):
    meeting = forms.ModelChoiceField(
        label=_("Meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=_("no meeting"),
    )

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = course.meetings.all()  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        label=_("Into which discussion"),
        queryset=Discussion.objects.none(),
        to_field_name="public_id",
        empty_label=_("choose one"),
        help_text=_("It keeps its title, its address and the numbers of its responses."),
    )

    def __init__(self, *args: Any, others: QuerySet[Discussion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


def rules_of_course(course: Course) -> dict[str, Any]:
    """How the course begins new discussions, as the fields of the form."""
    return {"post_first": course.post_first, "pseudonyms": course.pseudonyms}


def initial_of(discussion: Discussion) -> dict[str, Any]:
    return {
        "title": discussion.title,
        "context": discussion.context,
        "format": "html",
        "meeting": discussion.meeting_id,
        "due_at": discussion.due_at,
        "section": discussion.section_id,
        "post_first": discussion.post_first,
        "pseudonyms": discussion.pseudonyms,
        "words_least": discussion.words_least,
        "words_most": discussion.words_most,
        "version": discussion.version,
    }
