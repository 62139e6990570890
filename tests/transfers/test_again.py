"""A course is taught again: a new one begins from it, with what was chosen and without people."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from tests.support import cast
from tests.support.atonce import meanwhile
from tests.transfers.test_archive import seminar  # noqa: F401  a fixture

from quaestio.courses import actions as courses
from quaestio.courses.access import course_for
from quaestio.courses.models import Course, Enrollment, Meeting, Trace
from quaestio.courses.roles import Role
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post, Quotation
from quaestio.readings import actions as readings
from quaestio.readings.models import Document, LabelCorrection, Page, Reading
from quaestio.readings.scans import ocr_folder
from quaestio.transfers import actions as transfers
from quaestio.transfers.queries import Again, moved, weeks_between

pytestmark = pytest.mark.django_db
ALL = {"meetings": True, "readings": True, "sections": True}


def begin(anna: Enrollment, key: uuid.UUID | None = None, **wanted: Any) -> Course:
    assert anna.user
    wanted.setdefault("title", "Russia after Stalin")
    seat = course_for(anna.user, anna.course.public_id)
    made = transfers.begin_again(seat=seat, again=Again(**wanted), key=key or uuid.uuid4())
    return Course.objects.get(pk=made.pk)


def path_of(document: Document) -> Path:
    return Path(document.file.path)


# -- What comes ---------------------------------------------------------------------------------


def test_everything_that_is_chosen_comes_and_nobody(
    seminar: Enrollment,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    courses.make_section(course=seminar.course, name="Monday")
    earlier = seminar.course.discussions.get()
    with django_capture_on_commit_callbacks(execute=True):
        course = begin(
            seminar,
            **ALL,
            term="Spring 2027",
            first_date=date(2027, 2, 3),
            discussions=(earlier.public_id,),
        )
    (teacher,) = course.enrollments.all()
    assert (teacher.user, teacher.role) == (seminar.user, Role.INSTRUCTOR)
    assert (course.title, course.term) == ("Russia after Stalin", "Spring 2027")
    assert [one.name for one in course.sections.all()] == ["Monday"]
    meeting = course.meetings.get()
    assert meeting.title == "The Thaw"
    assert [one.pages for one in meeting.assigned.all()] == ["41–63"]
    reading = course.readings.get()
    assert reading.assigned.get().meeting == meeting
    draft = course.discussions.get()
    assert (draft.state, draft.author, draft.meeting) == ("draft", teacher, meeting)
    assert (draft.title, draft.context) == (earlier.title, earlier.context)
    asked = [
        (one.text, [str(choice) for choice in one.choices.all()]) for one in draft.questions.all()
    ]
    assert asked == [("Was it planned?", ["yes", "no", "in part"]), ("What came of it?", [])]
    assert not Post.objects.filter(discussion=draft).exists()
    assert not meeting.leaders.exists()
    assert Trace.objects.get(course=course).deed == "begun"


def test_what_is_not_chosen_does_not_come(seminar: Enrollment) -> None:  # noqa: F811
    courses.make_section(course=seminar.course, name="Monday")
    course = begin(seminar)
    for kind in ("sections", "meetings", "readings", "discussions"):
        assert not getattr(course, kind).exists(), kind


def test_the_settings_come_but_it_begins_closed(seminar: Enrollment) -> None:  # noqa: F811
    settings = {"students_pose": True, "post_first": True, "is_public": True, "guests": True}
    Course.objects.filter(pk=seminar.course.pk).update(**settings, edit_minutes=30)
    course = begin(seminar)
    assert (course.students_pose, course.post_first, course.edit_minutes) == (True, True, 30)
    assert (course.is_public, course.guests) == (False, False)


def test_a_finished_course_can_be_taught_again(seminar: Enrollment) -> None:  # noqa: F811
    courses.seal(course=seminar.course, by=seminar)
    assert not begin(seminar).is_sealed


# -- Dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "new", "weeks"),
    [
        (date(2026, 10, 6), date(2027, 10, 5), 52),
        (date(2026, 10, 6), date(2027, 10, 3), 51),  # a Sunday: still the week before
        (date(2026, 10, 6), date(2026, 10, 4), -1),
        (date(2026, 10, 6), date(2026, 10, 10), 0),
    ],
)
def test_meetings_move_by_whole_weeks(first: date, new: date, weeks: int) -> None:
    assert weeks_between(first, new) == weeks


def test_meetings_and_due_dates_move_together(seminar: Enrollment) -> None:  # noqa: F811
    Meeting.objects.all().delete()
    first = cast.meeting(seminar.course, on=date(2026, 10, 6))
    cast.meeting(seminar.course, "The Manège", on=date(2026, 10, 15))
    due = timezone.make_aware(datetime(2026, 10, 5, 9))
    posed = cast.discussion(seminar, meeting=first, due_at=due)
    course = begin(
        seminar, meetings=True, first_date=date(2027, 10, 7), discussions=(posed.public_id,)
    )
    assert [one.date for one in course.meetings.all()] == [date(2027, 10, 5), date(2027, 10, 14)]
    assert course.discussions.get().due_at == timezone.make_aware(datetime(2027, 10, 4, 9))


def test_the_hour_stays_when_the_clocks_change_in_between(settings: Any) -> None:
    with timezone.override("Europe/Berlin"):
        at = timezone.make_aware(datetime(2026, 10, 20, 9))  # summer time
        assert timezone.localtime(moved(at, 4)).hour == 9


def test_without_the_meetings_nothing_is_due(seminar: Enrollment) -> None:  # noqa: F811
    posed = cast.discussion(seminar, due_at=timezone.now())
    draft = begin(seminar, discussions=(posed.public_id,)).discussions.get()
    assert (draft.due_at, draft.meeting) == (None, None)


# -- Readings -----------------------------------------------------------------------------------


def test_a_file_is_not_read_again_and_its_pages_are_found_and_checked(
    seminar: Enrollment,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    old = Document.objects.get()
    LabelCorrection.objects.create(document=old, number=1, label="41")
    with django_capture_on_commit_callbacks(execute=True):
        course = begin(seminar, readings=True)
    new = Document.objects.get(reading__course=course)
    assert (new.is_current, new.status, new.text_sha256) == (True, "ready", old.text_sha256)
    assert new.public_id != old.public_id and path_of(new) != path_of(old)
    assert path_of(new).read_bytes() == path_of(old).read_bytes()
    assert [one.text for one in new.pages.all()] == [one.text for one in old.pages.all()]
    assert new.label_corrections.get().label == "41"
    client = cast.sign_in(seminar)
    found = client.get(f"/c/{course.public_id}/search", {"q": "distress"}).content.decode()
    assert f"/r/{new.reading.public_id}/p/1" in found
    teacher = course.enrollments.get()
    teacher.course = course
    discussion = cast.discussion(teacher, context="<p>“distress, outrage” (Jones 41)</p>")
    assert Quotation.objects.get(discussion=discussion).verdict == "verbatim"


@pytest.mark.parametrize("removed", ["earlier", "later"])
def test_a_file_that_is_removed_in_one_course_stays_in_the_other(
    seminar: Enrollment,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
    removed: str,
) -> None:
    course = begin(seminar, readings=True)
    new = Document.objects.get(reading__course=course)
    old = Document.objects.exclude(pk=new.pk).get()
    gone, stays = (old, new) if removed == "earlier" else (new, old)
    with django_capture_on_commit_callbacks(execute=True):
        readings.remove_document(document=gone)
    assert path_of(stays).read_bytes() == b"Initially there was distress, outrage and confusion."
    assert Page.objects.filter(document=stays).count() == 1


def test_what_was_recognised_of_a_scan_comes_too(
    seminar: Enrollment,  # noqa: F811
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.OCR_ROOT = tmp_path
    old = Document.objects.get()
    ocr_folder(old).mkdir()
    (ocr_folder(old) / "1.seen").write_bytes(b"seen")
    (ocr_folder(old) / "whole").write_bytes(b"of the moment")
    Document.objects.update(ocr_language="eng", rereading=True)
    new = Document.objects.get(reading__course=begin(seminar, readings=True))
    assert [path.name for path in ocr_folder(new).iterdir()] == ["1.seen"]
    assert (new.ocr_language, new.rereading) == ("eng", False)


def test_a_scan_that_is_just_being_recognised_can_be_recognised_in_the_new_course(
    seminar: Enrollment,  # noqa: F811
) -> None:
    Document.objects.update(ocr_language="eng", recognising=True)
    new = Document.objects.get(reading__course=begin(seminar, readings=True))
    assert (new.ocr_language, new.recognising) == ("", False)


def test_a_reading_without_a_good_file_comes_as_a_record(
    seminar: Enrollment,  # noqa: F811
) -> None:
    cast.reading(seminar.course, "Taken out", removed_at=timezone.now())
    path_of(Document.objects.get()).unlink()
    course = begin(seminar, readings=True)
    assert [one.title for one in course.readings.all()] == ["The Myth of the Short Course"]
    assert not Document.objects.filter(reading__course=course).exists()


def test_what_fails_leaves_nothing_behind(
    seminar: Enrollment,  # noqa: F811
    settings: Any,
) -> None:
    posed = seminar.course.discussions.get()
    Discussion.objects.filter(pk=posed.pk).update(context="x" * 200_000)  # longer than is taken
    files = set(Path(settings.MEDIA_ROOT).rglob("*"))
    before = Course.objects.count(), Reading.objects.count()
    with pytest.raises(actions.PostRefused):
        begin(seminar, readings=True, discussions=(posed.public_id,))
    assert (Course.objects.count(), Reading.objects.count()) == before
    left = {one for one in set(Path(settings.MEDIA_ROOT).rglob("*")) - files if one.is_file()}
    assert left == set()


# -- Discussions --------------------------------------------------------------------------------


def test_how_a_discussion_is_held_comes_too(seminar: Enrollment) -> None:  # noqa: F811
    monday = courses.make_section(course=seminar.course, name="Monday")
    rules = Rules(section=monday, post_first=True, pseudonyms=True, words_least=50)
    posed = cast.discussion(seminar, rules=rules)
    with_section = begin(seminar, sections=True, discussions=(posed.public_id,))
    draft = with_section.discussions.get()
    assert (draft.post_first, draft.pseudonyms, draft.words_least) == (True, True, 50)
    assert draft.section and draft.section.course == with_section
    assert begin(seminar, discussions=(posed.public_id,)).discussions.get().section is None


def test_quotations_in_a_context_are_checked_in_the_new_course(
    seminar: Enrollment,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    posed = cast.discussion(seminar, context="<p>“distress, outrage” (Jones 41)</p>")
    with django_capture_on_commit_callbacks(execute=True):
        course = begin(seminar, readings=True, discussions=(posed.public_id,))
    quotation = Quotation.objects.get(discussion__course=course)
    assert (quotation.verdict, quotation.reading) == ("verbatim", course.readings.get())
    assert course.readings.get().public_id in course.discussions.get().body_html


def test_a_discussion_of_another_course_does_not_come(seminar: Enrollment) -> None:  # noqa: F811
    away = cast.discussion(cast.instructor(name="Otto Elsewhere"))
    assert not begin(seminar, discussions=(away.public_id,)).discussions.exists()


# -- Twice --------------------------------------------------------------------------------------


def test_pressing_twice_begins_one_course(seminar: Enrollment) -> None:  # noqa: F811
    key = uuid.uuid4()
    assert begin(seminar, key) == begin(seminar, key)
    assert begin(seminar) != begin(seminar)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_pressing_twice_at_once_begins_one_course() -> None:
    anna = cast.instructor()
    key = uuid.uuid4()
    with meanwhile(partial(begin, anna, key)) as second:
        first = begin(anna, key)
    assert second.result() == first
    assert Course.objects.count() == 2


# -- The page -----------------------------------------------------------------------------------


def fields_of(page: str, of: int = 0) -> list[tuple[str, str]]:
    """What a browser would send of a form in the page, in its order."""
    forms = [one for one in html.fromstring(page).forms if one.get("method") == "post"]
    mine = [one for one in forms if any("key" in name for name in one.fields)]
    return [(name, value) for name, value in mine[of].form_values() if value is not None]


def post(client: Any, path: str, fields: list[tuple[str, str]], **more: str) -> Any:
    data: dict[str, Any] = {}
    for name, value in [*fields, *more.items()]:
        data.setdefault(name, []).append(value)
    return client.post(path, data)


def test_one_looks_it_over_and_then_begins(seminar: Enrollment) -> None:  # noqa: F811
    student = cast.student(seminar.course, "Pia Poser")
    Course.objects.filter(pk=seminar.course.pk).update(students_pose=True)
    cast.discussion(student, "By a student")
    client, path = cast.sign_in(seminar), f"/c/{seminar.course.public_id}/again"
    page = client.get(path).content.decode()
    assert "By a student (posed by a student)" in page and "Pia" not in page
    before = Course.objects.count()
    looked = post(client, path, fields_of(page), do="look", term="Spring 2027").content.decode()
    assert Course.objects.count() == before
    assert "1 discussion, as a draft" in looked and "1 meeting" in looked
    made = post(client, path, fields_of(looked), do="begin")
    course = Course.objects.latest("pk")
    assert made.status_code == 302 and made["Location"] == course.get_absolute_url()
    assert course.term == "Spring 2027"
    meeting = course.meetings.get()
    assert meeting.date > timezone.localdate()
    assert (meeting.date - Meeting.objects.earliest("pk").date) % timedelta(weeks=1) == timedelta()
    assert [one.title for one in course.discussions.all()] == ["Was the muddle purposeful?"]
    again = post(client, path, fields_of(looked), do="begin")
    assert again["Location"] == made["Location"]
    assert Course.objects.count() == before + 1


@pytest.mark.parametrize("day", ["", "1066-10-14", "9999-12-31", "soon"])
def test_a_day_that_cannot_be_is_asked_for_again(
    seminar: Enrollment,  # noqa: F811
    day: str,
) -> None:
    client, path = cast.sign_in(seminar), f"/c/{seminar.course.public_id}/again"
    fields = {"title": "Again", "meetings": "on", "first_date": day, "key": str(uuid.uuid4())}
    assert client.post(path, {**fields, "do": "begin"}).status_code == 422
    assert not Course.objects.filter(title="Again").exists()


def test_an_empty_course_can_be_taught_again() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/c/{anna.course.public_id}/again"
    page = client.get(path).content.decode()
    post(client, path, fields_of(page), do="begin")
    assert Course.objects.count() == 2


def test_looking_takes_the_same_queries_for_one_discussion_and_for_three(
    seminar: Enrollment,  # noqa: F811
) -> None:
    client, path = cast.sign_in(seminar), f"/c/{seminar.course.public_id}/again"

    def queries() -> int:
        fields = fields_of(client.get(path).content.decode())
        with CaptureQueriesContext(connection) as asked:
            assert post(client, path, fields, do="look").status_code == 200
        return len(asked)

    before = queries()
    for number in range(2):
        meeting = cast.meeting(seminar.course, f"Meeting {number}")
        cast.discussion(seminar, f"Discussion {number}", meeting=meeting)
        cast.document(cast.reading(seminar.course, f"Reading {number}"))
    assert queries() == before
