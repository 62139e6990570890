"""What has served its time goes, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.config import clearing, clock
from quaestio.discussions.models import Draft, Post
from quaestio.notifications.actions import write_digests, write_letters
from quaestio.notifications.models import How, Letter, Notice, Round

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def notice(to: User, key: str, *, made: float, read: float | None = None, **more: Any) -> Notice:
    return Notice.objects.create(
        to=to,
        key=key,
        kind="replied",
        about=key,
        list="somewhere",
        how=more.pop("how", How.NEVER),
        created_at=ago(made),
        seen_at=None if read is None else ago(read),
        **more,
    )


def letter(to: User, state: str, *, made: float) -> Letter:
    sent = ago(made) if state == Letter.State.SENT else None
    return Letter.objects.create(
        to=to, kind=Letter.Kind.NOTICE, state=state, created_at=ago(made), sent_at=sent
    )


def task(status: str, *, finished: float | None) -> Any:
    return DBTaskResult.objects.create(
        status=status,
        task_path="quaestio.discussions.tasks.tell_of_post",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        run_after=NOW,
        finished_at=None if finished is None else ago(finished),
        exception_class_path="",
        traceback="",
        worker_ids=[],
    )


def test_notices_go_some_time_after_they_were_read_and_unread_ones_later() -> None:
    maya = cast.person()
    notice(maya, "read long ago", made=400, read=181)
    notice(maya, "read", made=400, read=179)
    notice(maya, "old and unread", made=361)
    notice(maya, "unread", made=359)
    assert clearing.clear_old(NOW)["notices"] == 2
    assert set(Notice.objects.values_list("key", flat=True)) == {"read", "unread"}


def test_a_notice_whose_letter_is_still_to_be_sent_stays() -> None:
    maya = cast.person()
    waiting = letter(maya, Letter.State.WAITING, made=400)
    notice(maya, "waiting", made=400, read=300, letter=waiting)
    clearing.clear_old(NOW)
    assert Notice.objects.get().letter == waiting


def test_letters_go_when_they_are_done_and_their_notices_are_not_mailed_again() -> None:
    maya = cast.person()
    for state in Letter.State.values:
        for made in (29, 31):
            one = letter(maya, state, made=made)
            how = How.DAILY if made == 31 else How.AT_ONCE
            notice(maya, f"{state} {made}", made=made, letter=one, how=how)
    assert clearing.clear_old(NOW)["letters"] == 3
    left = Letter.objects.filter(created_at__lt=ago(30))
    assert [one.state for one in left] == [Letter.State.WAITING]
    assert Notice.objects.count() == 8
    assert write_letters(now=NOW) == write_digests(day=NOW.date(), now=NOW) == 0


def test_done_tasks_go_and_those_to_be_done_stay() -> None:
    for status, finished in (("SUCCESSFUL", 15), ("FAILED", 15), ("SUCCESSFUL", 13)):
        task(status, finished=finished)
    for status in ("READY", "RUNNING"):
        task(status, finished=None)
    assert clearing.clear_old(NOW)["tasks"] == 2
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == [
        "READY",
        "RUNNING",
        "SUCCESSFUL",
    ]


def test_rounds_and_sessions_that_have_ended_go() -> None:
    Round.objects.create(name="daily", day=ago(40).date(), done_at=ago(40))
    Round.objects.create(name="daily", day=NOW.date())
    client = cast.sign_in(cast.person())
    cast.sign_in(cast.person())
    Session.objects.exclude(pk=client.session.session_key).update(expire_date=ago(1))
    clearing.clear_old(NOW)
    assert Round.objects.count() == 1
    assert Session.objects.get().pk == client.session.session_key


def test_nothing_that_anybody_wrote_is_cleared() -> None:
    anna = cast.instructor()
    post = cast.response(cast.student(anna.course), cast.discussion(anna))
    Draft.objects.create(person=anna, target="respond:x", updated_at=ago(3000))
    clearing.clear_old(NOW + timedelta(days=3000))
    assert Post.objects.get() == post
    assert Draft.objects.exists()


def test_zero_days_means_for_ever(settings: Any) -> None:
    settings.KEEP_NOTICES = settings.KEEP_LETTERS = settings.KEEP_TASKS = 0
    maya = cast.person()
    notice(maya, "read", made=4000, read=4000)
    letter(maya, Letter.State.SENT, made=4000)
    task("SUCCESSFUL", finished=4000)
    assert not any(clearing.clear_old(NOW).values())


def test_it_is_done_with_the_daily_round_a_few_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    maya = cast.person()
    for number in range(5):
        notice(maya, str(number), made=400, read=300)
    with CaptureQueriesContext(connection) as asked:
        assert clock.once_a_day(timezone.localtime(NOW).replace(hour=23))
    assert not Notice.objects.exists()
    deleted = [one["sql"] for one in asked if one["sql"].startswith("DELETE")]
    assert sum("notifications_notice" in one for one in deleted) == 3
