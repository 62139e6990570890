from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.support import cast

from quaestio.courses import actions
from quaestio.courses.models import Course, Enrollment, Invitation
from quaestio.courses.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> Invitation:
    return cast.invitation(cast.instructor())


def path(link: Invitation) -> str:
    return f"/join/{link.token}"


def test_looking_at_a_link_tells_what_it_is_for_and_joins_nobody(link: Invitation) -> None:
    client = cast.sign_in(cast.person())
    page = client.get(path(link)).content.decode()
    assert link.course.title in page
    assert "Student" in page
    assert link.course.enrollments.count() == 1


def test_pressing_the_button_joins_and_leads_to_the_course(link: Invitation) -> None:
    maya = cast.person("Maya Lindqvist")
    response = cast.sign_in(maya).post(path(link))
    assert response["Location"] == link.course.get_absolute_url()
    joined = Enrollment.objects.get(user=maya)
    assert (joined.course, joined.role, joined.byline) == (
        link.course,
        Role.STUDENT,
        "Maya Lindqvist",
    )


def test_joining_twice_uses_the_link_once(link: Invitation) -> None:
    client = cast.sign_in(cast.person())
    client.post(path(link))
    client.post(path(link))
    link.refresh_from_db()
    assert link.uses == 1
    assert link.course.enrollments.count() == 2


def test_a_newcomer_signs_up_and_comes_back_to_the_link(link: Invitation) -> None:
    client = Client()
    page = client.get(path(link)).content.decode()
    sign_up = f"/accounts/signup/?next=/join/{link.token}"
    assert sign_up in page
    response = client.post(
        sign_up,
        {
            "name": "Danielle Price",
            "email": "danielle@example.edu",
            "password1": "a long enough one",
            "next": path(link),
        },
    )
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == path(link)
    client.post(path(link))
    assert Enrollment.objects.get(user__email="danielle@example.edu").byline == "Danielle Price"


def revoked(link: Invitation) -> None:
    actions.revoke_invitation(invitation=link)


def expired(link: Invitation) -> None:
    Invitation.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(1))


def used_up(link: Invitation) -> None:
    Invitation.objects.filter(pk=link.pk).update(max_uses=3, uses=3)


def sealed(link: Invitation) -> None:
    actions.seal(course=link.course, by=cast.teacher(link.course))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (revoked, "has ended it since"),
        (expired, "good for a time only"),
        (used_up, "all of them have joined"),
        (sealed, "The course is finished"),
    ],
)
def test_a_link_that_does_not_open_says_why_and_where_to_go(
    link: Invitation, spoil: Callable[[Invitation], None], sentence: str
) -> None:
    spoil(link)
    client = cast.sign_in(cast.person())
    for response in (client.get(path(link)), client.post(path(link))):
        page = response.content.decode()
        assert response.status_code == 410
        assert sentence in page
        assert link.course.title not in page
        assert 'href="/"' in page
    assert link.course.enrollments.count() == 1


def test_an_unknown_link_is_not_there() -> None:
    response = cast.sign_in(cast.person()).get("/join/AAAAAAAAAAAAAAAAAAAAAAAA")
    assert response.status_code == 404
    assert "We know no such link" in response.content.decode()


def test_whoever_was_removed_does_not_come_back_by_the_old_link(link: Invitation) -> None:
    rolf = cast.person("Rolf Gone")
    joined = actions.join(by=rolf, token=link.token)
    actions.remove_person(enrollment=joined, by=cast.teacher(link.course))
    response = cast.sign_in(rolf).post(path(link))
    assert response.status_code == 410
    assert "taken out of it" in response.content.decode()
    assert Enrollment.objects.get(user=rolf).removed_at is not None

    teacher = Enrollment.objects.get(course=link.course, role=Role.INSTRUCTOR)
    cast.sign_in(rolf).post(path(cast.invitation(teacher)))
    assert Enrollment.objects.get(user=rolf).removed_at is None


def test_whoever_is_in_is_led_to_the_course(link: Invitation) -> None:
    maya = cast.student(link.course)
    assert cast.sign_in(maya).get(path(link))["Location"] == link.course.get_absolute_url()


def test_the_last_place_goes_to_one_person() -> None:
    teacher = cast.instructor()
    link = cast.invitation(teacher, max_uses=1)
    first, second = cast.person(), cast.person()
    assert cast.sign_in(first).post(path(link)).status_code == 302
    assert cast.sign_in(second).post(path(link)).status_code == 410
    assert Course.objects.get().enrollments.count() == 2
