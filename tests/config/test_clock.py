"""What happens without anybody asking, and that it happens once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support import cast

from quaestio.config import clock
from quaestio.courses.models import Enrollment
from quaestio.discussions.models import Discussion
from quaestio.notifications.models import Notice

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 30, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def in_berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    settings.DIGEST_HOUR = 7


def due_at(by: Enrollment, at: datetime) -> Discussion:
    return cast.discussion(by, due_at=at)


def kinds(person: Enrollment) -> list[str]:
    return sorted(Notice.objects.filter(to=person.user_id).values_list("kind", flat=True))


def test_at_the_settled_hour_and_not_before_once_a_day() -> None:
    assert not clock.once_a_day(MONDAY.replace(hour=6, minute=59))
    assert clock.once_a_day(MONDAY.replace(hour=7))
    assert not clock.once_a_day(MONDAY.replace(hour=7, minute=1))
    assert not clock.once_a_day(MONDAY.replace(hour=23))
    assert not clock.once_a_day(MONDAY + timedelta(days=1, hours=6))
    assert clock.once_a_day(MONDAY + timedelta(days=1, hours=7))


def test_a_worker_that_was_down_at_the_hour_makes_up_for_it() -> None:
    assert clock.once_a_day(MONDAY.replace(hour=22, minute=40))
    assert clock.once_a_day(MONDAY + timedelta(days=3, hours=12))
