"""Which questions a response answers, where its writer does not say."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import QuestionInput
from quaestio.discussions.models import Discussion, Draft

pytestmark = pytest.mark.django_db

TICKED = 'value="1" id="answers-1" checked'


@pytest.fixture
def maya() -> Enrollment:
    return cast.student(cast.instructor().course)


def one_question(by: Enrollment) -> Discussion:
    return cast.discussion(by, questions=[QuestionInput("Was it planned?")])


def page(browser: Client, path: str) -> str:
    return browser.get(path, follow=True).content.decode()


def test_the_only_question_is_ticked_until_its_writer_says_otherwise(maya: Enrollment) -> None:
    discussion, browser = one_question(maya), cast.sign_in(maya)
    path = f"/d/{discussion.public_id}/"
    assert TICKED in page(browser, path)
    target = f"respond:{discussion.public_id}"
    actions.save_draft(person=maya, target=target, fields={"body": "Beside it."}, version=0)
    assert TICKED not in page(browser, path)


def test_of_several_questions_none_is_ticked(maya: Enrollment) -> None:
    path = f"/d/{cast.discussion(maya).public_id}/"
    assert TICKED not in page(cast.sign_in(maya), path)


def test_a_draft_that_begins_in_a_reading_answers_the_only_question(maya: Enrollment) -> None:
    cast.document(reading := cast.reading(maya.course))
    discussion = one_question(maya)
    cast.sign_in(maya).post(
        f"/r/{reading.public_id}/p/1/quote",
        {"words": "distress, outrage", "target": f"respond:{discussion.public_id}"},
    )
    assert Draft.objects.get().fields["answers"] == ["1"]
