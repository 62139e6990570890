"""The pages of a course and the way in, in a real browser: for everybody, on every screen."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support import cast
from tests.support.browser import NARROW, OpenPage, axe

VIEWS: dict[str, dict[str, Any]] = {
    "in daylight": {},
    "in the dark": {"dark": True},
    "at four times the size": {"size": NARROW},
}


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_of_a_course_shuts_anybody_out(open_page: OpenPage, view: str) -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    meeting = cast.meeting(anna.course)
    cast.assigned(meeting, cast.reading(anna.course))
    cast.response(maya, cast.discussion(anna, meeting=meeting))
    link = cast.invitation(anna)
    course, at = f"/c/{anna.course.public_id}", f"/m/{meeting.public_id}"
    hers = [
        "/",
        "/c/new",
        f"{course}/",
        f"{course}/people",
        f"{course}/people/{maya.public_id}/role",
        f"{course}/people/{maya.public_id}/remove",
        f"{course}/invitations",
        f"{course}/settings",
        f"{course}/meetings/new",
        f"{at}/",
        f"{at}/edit",
        f"{at}/readings",
    ]
    visits = [
        (anna.user, hers),
        (maya.user, ["/", f"{course}/"]),
        (None, ["/", f"/join/{link.token}"]),
        (cast.person(), ["/", f"/join/{link.token}"]),
    ]
    found = []
    for who, paths in visits:
        page = open_page(as_=who, **VIEWS[view])
        for path in paths:
            page.goto(path)
            found += [f"{path}: {problem}" for problem in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path}: scrolls sideways")
    assert not found, "\n".join(found)
