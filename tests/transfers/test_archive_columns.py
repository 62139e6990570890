"""Every column of every table: in a course's archive, or left out for a reason. A new one fails
here until it has been thought of.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone
from tests.support import cast
from tests.transfers.test_archive import seminar  # noqa: F401  a fixture

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import OutsideWork, PastVerdict
from quaestio.readings.models import Document, LabelCorrection
from quaestio.transfers.archive.columns import KEPT, LEFT_OUT, NOT_IN, NOT_OF_A_COURSE, TOLD
from quaestio.transfers.archive.data import Source, Wanted, write_json

# Where the rows of a table stand in course.json: lists within lists.
PLACES = {
    "courses.Course": "course",
    "courses.Section": "sections",
    "courses.Enrollment": "enrollments",
    "courses.Guest": "enrollments",
    "courses.Meeting": "meetings",
    "courses.Leader": "meetings",
    "readings.Reading": "readings",
    "readings.Document": "documents",
    "readings.Page": "pages",
    "readings.LabelCorrection": "documents.corrections",
    "readings.AssignedReading": "meetings.readings",
    "readings.Passage": "passages",
    "discussions.Discussion": "discussions",
    "discussions.Question": "discussions.questions",
    "discussions.Choice": "discussions.questions.choices",
    "discussions.Post": "posts",
    "discussions.Answer": "posts",
    "discussions.Position": "posts.positions",
    "discussions.Revision": "posts.revisions",
    "discussions.Quotation": "posts.quotations",
    "discussions.PastVerdict": "posts.past_verdicts",
    "discussions.OutsideWork": "posts.outside_works",
    "discussions.Pseudonym": "discussions.pseudonyms_given",
    "discussions.Remark": "discussions.remarks",
}


def test_every_column_goes_in_or_is_left_out_for_a_reason() -> None:
    there = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in NOT_OF_A_COURSE or model._meta.label in NOT_IN:
            continue
        there[model._meta.label] = sorted(
            field.name for field in model._meta.concrete_fields if not field.primary_key
        )
    said = {
        label: sorted([*KEPT.get(label, ()), *TOLD.get(label, {}), *LEFT_OUT.get(label, {})])
        for label in KEPT.keys() | TOLD.keys() | LEFT_OUT.keys()
    }
    assert said == there


def test_nothing_is_named_that_is_not_there() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert NOT_IN.keys() <= labels
    assert {label.partition(".")[0] for label in labels} >= NOT_OF_A_COURSE.keys()
    reasons = [*NOT_IN.values(), *NOT_OF_A_COURSE.values()]
    reasons += [reason for columns in LEFT_OUT.values() for reason in columns.values()]
    assert all(reasons)


def rows_at(value: Any, place: str) -> list[dict[str, Any]]:
    rows = value if isinstance(value, list) else [value]
    for name in place.split(".") if place else ():
        found = [row[name] for row in rows]
        rows = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return rows


@pytest.mark.django_db
def test_what_is_said_to_be_in_it_is_in_it(seminar: Enrollment) -> None:  # noqa: F811
    course = seminar.course
    courses.make_section(course=course, name="Monday")
    LabelCorrection.objects.create(document=Document.objects.get(), number=1, label="40")
    under_names = cast.discussion(seminar, rules=Rules(pseudonyms=True), open_now=False)
    actions.remark(discussion=under_names, by=seminar, text="Good.")
    actions.open_discussion(discussion=under_names, by=seminar)
    cast.response(cast.student(course, "Ines"), under_names)
    cast.guest_response(under_names)
    post = course.discussions.earliest("pk").posts.get(parent=None)
    known = {"discussion": post.discussion, "post": post}
    OutsideWork.objects.create(**known, raw="(Sontag 3)", author="Sontag")
    PastVerdict.objects.create(**known, text="x", verdict="altered", until=timezone.now())
    whole = BytesIO()
    write_json(whole, Source.of(course, Wanted(readings=True, addresses=True)))
    data = json.loads(whole.getvalue())
    for label, place in PLACES.items():
        wanted = {*KEPT.get(label, ()), *TOLD.get(label, {}).values()} - {""}
        rows = rows_at(data, place)
        assert rows, label
        # A key of our own place, such as where the rows stand in the list of another.
        assert wanted <= set(rows[0]), label
    assert PLACES.keys() == KEPT.keys() | TOLD.keys()
