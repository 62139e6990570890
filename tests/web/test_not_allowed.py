"""An address that only takes forms says so to a browser that asks for a page there."""

from __future__ import annotations

import pytest

from tests.support import cast

pytestmark = pytest.mark.django_db


def test_a_browser_is_told_that_nothing_is_to_be_read_there() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    client = cast.sign_in(anna)
    answer = client.get(f"/d/{discussion.public_id}/close", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "nothing was done" in answer.content.decode()
    discussion.refresh_from_db()
    assert discussion.is_open


def test_a_program_gets_the_bare_answer() -> None:
    client = cast.sign_in(cast.instructor())
    answer = client.get("/notices/read", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.content) == (405, b"")
