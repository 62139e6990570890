"""Several models from one written-out query, equal to what the ORM would give."""

from __future__ import annotations

import pytest
from django.db.models import Model

from quaestio.courses.models import Course, Enrollment
from quaestio.discussions.access import DOOR
from quaestio.discussions.models import Discussion, Draft, Visit
from tests.support import cast

pytestmark = pytest.mark.django_db


def same(one: Model, other: Model) -> bool:
    names = [field.attname for field in type(one)._meta.concrete_fields]
    return [getattr(one, name) for name in names] == [getattr(other, name) for name in names]


def asked(me: int | None, posed: Discussion, target: str) -> list[object]:
    return [me, me, posed.public_id, me, target, posed.public_id]


def test_a_row_holds_what_the_orm_would_give() -> None:
    anna = cast.instructor()
    posed = cast.discussion(anna)
    assert anna.user is not None
    for _time in range(2):  # the second time the columns are known
        row = DOOR.first(asked(anna.user.pk, posed, "respond:x"))
        assert row is not None
        discussion, course, seat, visit, draft, unseen, here = row
        assert same(discussion, Discussion.objects.get())
        assert same(course, Course.objects.get())
        assert same(seat, Enrollment.objects.get())
        assert (visit, draft, unseen, here) == (None, None, 0, 0)


def test_of_a_draft_only_its_name_is_fetched_and_the_rest_on_demand() -> None:
    anna = cast.instructor()
    posed = cast.discussion(anna)
    target = f"respond:{posed.public_id}"
    made = Draft.objects.create(person=anna, target=target, fields={"body": "Half a thought"})
    at = made.updated_at
    seen = Visit.objects.create(person=anna, discussion=posed, seen_at=at, looked_at=at)
    assert anna.user is not None
    row = DOOR.first(asked(anna.user.pk, posed, target))
    assert row is not None
    visit, draft = row[3:5]
    assert (visit, visit.seen_at) == (seen, seen.seen_at)
    assert (draft, draft.version, draft.updated_at) == (made, 1, made.updated_at)
    assert draft.get_deferred_fields() == {"person_id", "target", "fields"}
    assert draft.fields == {"body": "Half a thought"}


def test_who_is_not_signed_in_has_no_seat() -> None:
    posed = cast.discussion(cast.instructor())
    row = DOOR.first(asked(None, posed, ""))
    assert row is not None
    assert row[2:] == [None, None, None, 0, 0]
    assert DOOR.first(asked(None, Discussion(public_id="nothing"), "")) is None


def test_long_texts_are_left_to_those_who_show_them() -> None:
    anna = cast.instructor()
    posed = cast.discussion(anna)
    row = DOOR.first(asked(None, posed, ""))
    assert row is not None
    assert {"context", "body_html"} <= row[0].get_deferred_fields()
    assert row[0].title == posed.title
