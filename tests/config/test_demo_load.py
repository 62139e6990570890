"""The demo course arrives whole, once, and its quotations are found to be what they were meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_django
from django.db import transaction
from django.db.models import Count
from django.utils.formats import date_format
from django.utils.timezone import localtime

from quaestio.accounts.models import User
from quaestio.config.demo import load
from quaestio.config.demo.content import Expected, read_demo, read_expected
from quaestio.config.demo.evening import TITLE
from quaestio.config.demo.load import demo_cast, find_demo, load_demo
from quaestio.courses.models import Course, Enrollment, Invitation
from quaestio.discussions.models import (
    Discussion,
    Draft,
    GuestEntry,
    OutsideWork,
    PastVerdict,
    Position,
    Post,
    Quotation,
    Visit,
)
from quaestio.readings.models import Document

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


def quiet(_line: str) -> None:
    pass


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Course]:
    """Loaded once for this file; what a test changes is taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(TODAY, quiet)
        course = find_demo()
        assert course is not None
        yield course
        transaction.set_rollback(True)


def test_everything_in_the_files_is_in_the_course(loaded: Course) -> None:
    demo = read_demo()
    assert loaded.enrollments.count() == len(demo.people)
    assert loaded.meetings.count() == len(demo.meetings)
    assert loaded.readings.count() == len(demo.readings)
    entries = [post for one in demo.discussions for post in one.posts]
    posts = Post.objects.filter(discussion__course=loaded)
    assert posts.count() == len([post for post in entries if post.kind != "draft"])
    assert Draft.objects.count() == len([post for post in entries if post.kind == "draft"])
    with_file = [one for one in demo.readings if one.file]
    assert Document.objects.filter(status="ready", is_current=True).count() == len(with_file)


def test_loading_again_leaves_the_course_as_people_have_made_it(loaded: Course) -> None:
    Discussion.objects.filter(title__startswith="Did the speech").update(title="Renamed since")
    before = list(Post.objects.order_by("pk").values())
    load_demo(TODAY + timedelta(days=1), quiet)
    assert Course.objects.count() == 2
    assert User.objects.count() == len(read_demo().people)
    assert Discussion.objects.filter(title="Renamed since").count() == 1
    assert list(Post.objects.order_by("pk").values()) == before


def test_a_fault_on_the_way_leaves_nothing_behind(
    loaded: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = read_demo()
    last = demo.discussions[0]
    nobody = dataclasses.replace(last.posts[0], by="nobody")
    broken = dataclasses.replace(
        demo,
        course=dataclasses.replace(demo.course, title="Another course"),
        readings=tuple(dataclasses.replace(one, file="") for one in demo.readings),
        discussions=(dataclasses.replace(last, posts=(*last.posts, nobody)),),
    )
    monkeypatch.setattr(load, "read_demo", lambda: broken)
    before = [set(model.objects.values_list("pk", flat=True)) for model in (Course, Post)]
    with pytest.raises(KeyError):
        load_demo(TODAY, quiet)
    after = [set(model.objects.values_list("pk", flat=True)) for model in (Course, Post)]
    assert after == before


def test_nothing_seems_to_have_been_written_today(loaded: Course) -> None:
    assert not Post.objects.filter(created_at__gte=MIDNIGHT).exists()
    assert not Post.objects.filter(edited_at__gte=MIDNIGHT).exists()
    assert not Position.objects.filter(taken_at__gte=MIDNIGHT).exists()
    assert not Position.objects.filter(ended_at__gte=MIDNIGHT).exists()
    assert not Draft.objects.filter(updated_at__gte=MIDNIGHT).exists()
    assert not Enrollment.objects.filter(joined_at__gte=MIDNIGHT).exists()


def test_there_is_a_class_today_and_something_due_and_something_new(loaded: Course) -> None:
    assert loaded.meetings.filter(date=TODAY).count() == 1
    assert Discussion.objects.filter(due_at__date=TODAY).count() == 1
    new = [
        visit
        for visit in Visit.objects.all()
        if Post.objects.filter(
            discussion=visit.discussion_id, created_at__gt=visit.seen_at
        ).exists()
    ]
    assert new


def test_the_closed_one_is_closed_and_the_draft_is_a_draft(loaded: Course) -> None:
    states = dict(loaded.discussions.values_list("title", "state"))
    assert sorted(states.values()) == ["closed", *["draft"] * 2, *["open"] * 5]
    assert states["What did the sum on the cardboard say?"] == "draft"


def test_a_student_leads_and_talks_with_teachers_about_the_draft(loaded: Course) -> None:
    (draft,) = Discussion.objects.filter(state="draft", author__role="student")
    assert draft.meeting is not None
    assert [one.person for one in draft.meeting.leaders.all()] == [draft.author]
    assert {remark.author.role for remark in draft.remarks.all()} >= {"student", "instructor"}


def test_one_is_held_under_made_up_names_and_one_asks_for_an_answer_first(loaded: Course) -> None:
    hidden = Discussion.objects.get(pseudonyms=True)
    wrote = set(hidden.posts.values_list("author", flat=True))
    assert set(hidden.names.values_list("person", flat=True)) == wrote
    assert Discussion.objects.get(post_first=True).posts.count() == 3


def test_posts_are_endorsed_and_classmates_have_said_thank_you(loaded: Course) -> None:
    endorsed = Post.objects.filter(endorsed_by__role="instructor")
    assert {post.thanks.count() for post in endorsed} == {2}


def test_the_class_divides_on_the_first_question(loaded: Course) -> None:
    held = Position.objects.filter(
        ended_at__isnull=True, question__number=1, question__discussion__state="open"
    )
    counts = held.values("question").annotate(choices=Count("choice", distinct=True))
    assert {row["choices"] for row in counts} >= {3}


def test_a_reading_that_came_late_is_not_held_against_those_who_quoted_it(loaded: Course) -> None:
    past = PastVerdict.objects.filter(because="added")
    assert {one.verdict for one in past} == {"not_found"}
    assert past.count() == 3
    for one in past:
        told = one.post.body_html if one.post else one.discussion.body_html
        assert "when Grebnev was uploaded" in told
        assert f"Was not found until {date_format(localtime(one.until), 'j F Y')}" in told


def test_a_work_that_is_none_of_the_readings_waits_to_be_added(loaded: Course) -> None:
    works = {(work.author, work.title) for work in OutsideWork.objects.all()}
    assert works == {("Sorrel-Whyte", "Rooms That Listened")}
    assert OutsideWork.objects.count() == 2


def test_one_passage_is_quoted_by_many(loaded: Course) -> None:
    page = Quotation.objects.filter(reading__title__startswith="A Text", page_number=2)
    assert page.filter(text__contains="catching sparrows").values("post").distinct().count() >= 5


def test_the_edited_post_keeps_what_it_said_first(loaded: Course) -> None:
    post = Post.objects.get(edited_at__isnull=False)
    revision = post.revisions.get()
    assert "staged, like everything else" in revision.source
    assert "staged, like everything else" not in post.source
    assert revision.written_at == post.created_at < revision.replaced_at == post.edited_at


def test_hidden_and_withdrawn_posts_are_there_to_see(loaded: Course) -> None:
    hidden = Post.objects.get(state=Post.State.HIDDEN)
    assert hidden.hidden_because
    assert Post.objects.filter(state=Post.State.WITHDRAWN).count() == 1


def test_students_can_still_join_by_a_link_and_nobody_else_can(loaded: Course) -> None:
    good = [invitation for invitation in Invitation.objects.all() if invitation.is_good]
    assert {invitation.role for invitation in good} == {"student"}


def test_everybody_can_be_offered_at_sign_in_and_nobody_has_a_password(loaded: Course) -> None:
    people = demo_cast()
    assert [entry.name for _, entry in people] == [entry.name for entry in read_demo().people]
    assert not any(user.has_usable_password() for user, _ in people)
    assert not any(user.is_staff for user, _ in people)


def test_every_quotation_is_found_to_be_what_it_was_meant_to_be(loaded: Course) -> None:
    readings = {reading.key: reading.title for reading in read_demo().readings}
    wrong = []
    for case in read_expected():
        if "/question" in case.post:
            continue  # the wording of a question is not checked
        wanted = (case.verdict, readings.get(case.reading, ""), case.page)
        got = as_expected(found(case))
        if got != wanted:
            wrong.append((case.post, case.words, wanted, got))
    assert wrong == []


def found(case: Expected) -> Quotation | None:
    """What the check has kept about a quotation; a post is known by when it was written."""
    key, _, place = case.post.partition("/")
    entry = next(one for one in read_demo().discussions if one.key == key)
    there = Quotation.objects.filter(discussion__title=entry.title, text=case.words)
    if place == "context":
        return there.filter(post=None).first()
    post = next(one for one in entry.posts if one.key == place)
    return there.filter(post__created_at=post.when.on(TODAY, ZoneInfo("UTC"))).first()


def as_expected(quotation: Quotation | None) -> tuple[str, str, str]:
    """Terms are in nobody's way: they are not kept at all."""
    if quotation is None:
        return ("term", "", "")
    title = quotation.reading.title if quotation.reading else ""
    return (quotation.verdict, title, quotation.page_label.partition("–")[0])


def test_no_quotation_is_accused_that_was_not_meant_to_be(loaded: Course) -> None:
    meant = {case.words for case in read_expected()}
    accused = Quotation.objects.exclude(verdict__in=["verbatim", "edited"])
    assert [one.text for one in accused if one.text not in meant] == []


def test_an_evening_class_is_open_to_all_and_posts_wait_there_for_its_teacher(
    loaded: Course,
) -> None:
    evening = Course.objects.get(title=TITLE)
    assert evening.is_public
    assert evening.guests
    assert evening.waiting == 3
    posts = Post.objects.filter(discussion__course=evening)
    assert posts.filter(state="held").count() == 2
    assert [post.author.role for post in posts.filter(number__gt=0, root=None)] == [
        "student",
        "guest",
    ]
    assert GuestEntry.objects.filter(discussion__course=evening, decided_at=None).count() == 1
    answer = posts.get(parent__isnull=False, number__gt=0)
    assert (answer.author.role, answer.kind) == ("guest", "qualify")
