"""How many queries a page and a post take. Times are measured in bench/, never in a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Post
from quaestio.discussions.views import thread as views

pytestmark = pytest.mark.django_db
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def queries_of(do: Callable[[], object]) -> list[str]:
    """What was asked of the database, without the marks around a transaction."""
    with CaptureQueriesContext(connection) as caught:
        do()
    asked = [str(query["sql"]) for query in caught.captured_queries]
    return [sql for sql in asked if not sql.startswith(TRANSACTION)]


def look(client: Client, discussion: Discussion) -> None:
    assert client.get(f"/d/{discussion.public_id}/").status_code == 200


def test_a_rendered_thread_takes_at_most_twelve_queries_however_long_it_is() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna, meeting=cast.meeting(anna.course))
    maya = cast.student(anna.course)
    first = cast.response(anna, question, positions={1: 1}, answers=[2])
    client = cast.sign_in(maya)
    look(client, question)
    views.finished.clear()
    few = queries_of(lambda: look(client, question))
    Post.objects.bulk_create(
        Post(
            discussion=question,
            author=anna,
            number=number,
            source=first.source,
            body_html=first.body_html,
        )
        for number in range(2, 301)
    )
    views.finished.clear()
    with_new = queries_of(lambda: look(client, question))  # and marks the new posts as seen
    views.finished.clear()
    many = queries_of(lambda: look(client, question))
    assert len(many) == len(few) <= 12
    assert len(with_new) <= 12


def test_a_kept_thread_takes_three_queries() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    look(client, question)
    look(client, question)
    assert len(queries_of(lambda: look(client, question))) <= 3


def test_where_one_answers_first_it_is_asked_once_whether_one_has() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna, rules=Rules(post_first=True))
    client = cast.sign_in(cast.student(anna.course))
    look(client, question)
    look(client, question)
    views.finished.clear()
    rendered = queries_of(lambda: look(client, question))
    assert sum("words" in sql and "LIMIT 1" in sql for sql in rendered) == 1
    assert len(queries_of(lambda: look(client, question))) <= 4


def test_news_of_another_discussion_makes_nobody_write_anything_here() -> None:
    anna = cast.instructor()
    question, maya = cast.discussion(anna), cast.student(anna.course)
    client = cast.sign_in(maya)
    look(client, question)
    look(client, question)
    cast.discussion(anna, "Another one")  # Maya is told of it
    assert len(queries_of(lambda: look(client, question))) <= 3


def test_the_public_asks_one_question() -> None:
    anna = cast.instructor()
    anna.course.is_public = True
    anna.course.save()
    question = cast.discussion(anna)
    look(Client(), question)
    assert len(queries_of(lambda: look(Client(), question))) <= 1


TEXT = "I think it was planned from the first day, and nobody dared to say so aloud."
QUOTING = f"{TEXT} Jones writes: “Initially there was distress, outrage and confusion” (Jones 41)."


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"body": TEXT}, 8),
        ({"body": TEXT, "answers": "2"}, 10),
        ({"body": TEXT, "position-1": "2"}, 11),
        ({"body": QUOTING}, 9),
        ({"body": QUOTING, "answers": "2", "position-1": "2"}, 12),
    ],
)
def test_a_post_takes_few_queries(fields: dict[str, str], most: int, settings: Any) -> None:
    scene = Writing(settings)
    asked = scene.queries_of_a_form(f"/d/{scene.discussion.public_id}/respond", fields)
    assert len(asked) <= most, "\n".join(asked)


def test_a_post_that_moves_from_a_position_takes_no_more(settings: Any) -> None:
    scene = Writing(settings)
    cast.response(scene.maya, scene.discussion, positions={1: 1})
    fields = {"body": QUOTING, "answers": "2", "position-1": "2"}
    asked = scene.queries_of_a_form(f"/d/{scene.discussion.public_id}/respond", fields)
    assert len(asked) <= 12, "\n".join(asked)


@pytest.mark.parametrize(("body", "most"), [(TEXT, 10), (QUOTING, 11)])
def test_a_reply_takes_few_queries(body: str, most: int, settings: Any) -> None:
    scene = Writing(settings)
    post = cast.response(scene.maya, scene.discussion)
    asked = scene.queries_of_a_form(f"/p/{post.public_id}/reply", {"body": body})
    assert len(asked) <= most, "\n".join(asked)


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"body": f"{TEXT} More."}, 9),
        ({"body": f"{QUOTING} More.", "answers": "2", "position-1": "2"}, 12),
    ],
)
def test_an_edit_takes_few_queries(fields: dict[str, str], most: int, settings: Any) -> None:
    scene = Writing(settings)
    stand: dict[str, Any] = {"answers": [2], "positions": {1: 2}} if "answers" in fields else {}
    post = cast.response(scene.maya, scene.discussion, QUOTING if stand else TEXT, **stand)
    asked = scene.queries_of_a_form(f"/p/{post.public_id}/edit", {**fields, "version": "1"})
    assert len(asked) <= most, "\n".join(asked)


class Writing:
    """A student who writes in a course with a reading that is indexed, and quoted, already."""

    def __init__(self, settings: Any) -> None:
        # As in earnest: the post leaves one row in the queue; the worker finds out who is told.
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        anna = cast.instructor()
        cast.document(cast.reading(anna.course))
        self.discussion = cast.discussion(anna)
        self.maya = cast.student(anna.course)
        self.client = cast.sign_in(self.maya)
        cast.response(anna, self.discussion, QUOTING)

    def queries_of_a_form(self, path: str, fields: dict[str, str]) -> list[str]:
        def send() -> None:
            assert self.client.post(path, fields).status_code == 302

        return queries_of(send)


# -- Pages about one post ------------------------------------------------------------------------

ABOUT_ONE = ["reply", "guest", "edit", "withdraw", "revisions", "report", "hide"]


@pytest.mark.parametrize("page", [*ABOUT_ONE, "preview of a reply", "preview of an edit"])
def test_a_page_about_one_post_reads_no_other(page: str) -> None:
    anna = cast.instructor()
    anna.course.is_public = anna.course.guests = True
    anna.course.save()
    question = cast.discussion(anna)
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Feld")
    mine = cast.response(maya, question, positions={1: 1})
    theirs = cast.response(noah, question, positions={1: 2})
    post = mine if page in {"edit", "withdraw", "revisions", "preview of an edit"} else theirs
    who = {"guest": None, "hide": anna}.get(page, maya)
    client = cast.sign_in(who) if who else Client()
    path = f"/p/{post.public_id}/{page.split()[-1]}"

    def look() -> None:
        if page.startswith("preview"):
            fields = {"body": TEXT, "preview": "1", "version": "1", "position-1": "2"}
            assert client.post(path, fields).status_code == 200
        else:
            assert client.get(path).status_code == 200

    look()
    few = queries_of(look)
    rows = rows_of(few)
    for _ in range(40):
        other = cast.response(noah, question, positions={1: 1})
        actions.reply(by=anna, parent=other, source=f"<p>{TEXT}</p>")
    many = queries_of(look)
    assert len(many) == len(few) <= 12, "\n".join(many)
    assert rows_of(many) == rows, "\n".join(many)


def rows_of(asked: list[str]) -> int:
    """How many rows the questions get for an answer."""
    rows = 0
    with connection.cursor() as cursor:
        for sql in asked:
            if sql.strip().startswith("SELECT"):
                cursor.execute(sql)
                rows += len(cursor.fetchall())
    return rows
