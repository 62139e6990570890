from __future__ import annotations

import pytest
from tests.notifications import conftest as made_up
from tests.support import cast

from quaestio.accounts.models import User
from quaestio.notifications import actions
from quaestio.notifications.models import How, Notice
from quaestio.notifications.queries import unseen

pytestmark = pytest.mark.django_db


def tell(*people: User, about: str = "apples", **more: str) -> int:
    more = {"kind": "news", "key": f"news:{about}", "list": "thaw", "wider_list": "russia", **more}
    return actions.tell(to=people, about=about, **more)  # type: ignore[arg-type]


def test_somebody_is_told_once_however_often_it_is_said() -> None:
    maya, noah = cast.person(), cast.person()
    assert tell(maya) == 1
    assert tell(maya, noah) == 1
    assert tell(maya, noah) == 0
    assert Notice.objects.count() == 2
    assert (unseen(maya), unseen(noah)) == (1, 1)


def test_who_may_not_be_told_is_not_told() -> None:
    made_up.SECRET.add("pears")
    assert tell(cast.person(), about="pears") == 0
    assert not Notice.objects.exists()


def test_who_has_left_the_site_is_not_told() -> None:
    assert tell(cast.person(is_active=False)) == 0


def test_the_narrower_rule_decides_and_daily_where_nothing_was_said() -> None:
    maya = cast.person()

    def how(about: str) -> str:
        tell(maya, about=about)
        return Notice.objects.get(about=about).how

    assert how("one") == How.DAILY
    actions.set_rule(person=maya, list="", how=How.NEVER)
    assert how("two") == How.NEVER
    actions.set_rule(person=maya, list="russia", how=How.AT_ONCE)
    assert how("three") == How.AT_ONCE
    actions.set_rule(person=maya, list="thaw", how=How.DAILY)
    assert how("four") == How.DAILY
    actions.set_rule(person=maya, list="thaw", how="")
    assert how("five") == How.AT_ONCE


def test_telling_many_takes_as_few_queries_as_telling_one(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    many = [cast.person() for _ in range(40)]
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert tell(*many) == 40


def test_what_was_seen_is_no_longer_new() -> None:
    maya = cast.person()
    tell(maya, about="one")
    tell(maya, about="two", list="elsewhere")
    tell(maya, about="three", list="elsewhere")
    actions.mark_seen(person=maya, notice=Notice.objects.get(about="three"))
    assert unseen(maya) == 2
    actions.mark_seen(person=maya, list="elsewhere")
    assert unseen(maya) == 1
    actions.mark_seen(person=maya)
    assert unseen(maya) == 0
