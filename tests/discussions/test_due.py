"""Until when answers are due, as it is told to people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.support import cast
from tests.support.browser import OpenPage

from quaestio.discussions.actions import close_discussion
from quaestio.discussions.due import answers_due, in_words
from quaestio.discussions.forms import DiscussionForm
from quaestio.discussions.models import Discussion

NOW = datetime(2026, 11, 27, 23, 50)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime(2026, 11, day, hour, minute))


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (at(27, 23, 59), "today, 23:59"),
        (at(27, 9), "today, 09:00"),
        (at(28, 0, 5), "tomorrow, 00:05"),
        (at(26, 18), "yesterday, 18:00"),
        (at(30, 9), "Monday, 30 November, 09:00"),
        (at(20, 9), "Friday, 20 November, 09:00"),
    ],
)
def test_a_time_close_by_is_told_by_its_day(due: datetime, words: str) -> None:
    assert in_words(due, timezone.make_aware(NOW)) == words


def test_a_discussion_says_whether_its_time_is_past_and_whether_one_can_still_answer() -> None:
    now = timezone.make_aware(NOW)
    assert answers_due(Discussion(), now) == ""
    due = Discussion(due_at=at(27, 23, 59), state=Discussion.State.OPEN)
    assert answers_due(due, now) == "answers due today, 27 November, 23:59"
    late = now + timedelta(hours=1)
    assert answers_due(due, late) == "answers were due yesterday, 27 November, 23:59, still open"
    due.state = Discussion.State.CLOSED
    assert answers_due(due, late) == "answers were due yesterday, 27 November, 23:59"


@pytest.mark.django_db
def test_the_thread_the_brief_and_who_answered_say_that_the_time_is_past() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    past = timezone.now() - timedelta(days=3)
    discussion = cast.discussion(anna, due_at=past, meeting=meeting)
    client = cast.sign_in(anna)
    path = f"/d/{discussion.public_id}/"
    pages = (path, f"{path}answers", f"{meeting.get_absolute_url()}brief")
    for page in pages:
        text = client.get(page).content.decode().lower()
        assert "answers were due" in text and "still open" in text
    close_discussion(discussion=discussion, by=anna)
    assert "still open" not in client.get(path).content.decode()


@pytest.mark.django_db
def test_a_kept_page_does_not_go_on_saying_that_answers_are_due_today(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna = cast.instructor()
    now = timezone.localtime().replace(hour=12)
    discussion = cast.discussion(anna, due_at=now + timedelta(days=1))
    client = cast.sign_in(cast.student(anna.course))
    told = []
    for hours in (0, 0, 24, 48):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: now + timedelta(hours=hours))
        page = client.get(f"/d/{discussion.public_id}/").content.decode()
        told.append([word for word in ("tomorrow,", "today,", "yesterday,") if word in page])
    assert told == [["tomorrow,"], ["tomorrow,"], ["today,"], ["yesterday,"]]


@pytest.mark.django_db
def test_whoever_sets_a_time_is_told_of_which_place_it_is() -> None:
    anna = cast.instructor()
    with timezone.override("Europe/Warsaw"):
        assert "The time in Europe/Warsaw." in str(DiscussionForm(course=anna.course))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("clock", "script", "told"),
    [("America/New_York", True, 1), (None, True, 0), (None, False, 1)],
)
def test_the_zone_is_told_to_whoever_lives_by_another_clock_and_to_all_without_script(
    open_page: OpenPage, settings: Any, clock: str | None, script: bool, told: int
) -> None:
    anna = cast.instructor()
    due = timezone.now() + timedelta(days=3)
    discussion = cast.discussion(anna, due_at=due, meeting=cast.meeting(anna.course))
    page = open_page(as_=anna.user, script=script, timezone_id=clock or settings.TIME_ZONE)
    for path in (f"/d/{discussion.public_id}/", anna.course.get_absolute_url()):
        page.goto(path)
        expect(page.locator(".zone")).to_have_count(told)
        if told:
            expect(page.locator(".zone")).to_have_text(f"({timezone.localtime(due).tzname()})")
