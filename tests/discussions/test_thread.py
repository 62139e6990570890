"""The page of a discussion, and what can be done from it."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.discussions.views.thread import finished

pytestmark = pytest.mark.django_db


def page_of(client: Client, discussion: Discussion, query: str = "") -> str:
    response = client.get(f"/d/{discussion.public_id}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_heading_counts_the_responses() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna, "Was it planned?")
    client = cast.sign_in(anna)
    assert "No responses yet" in page_of(client, question)
    cast.response(anna, question)
    assert "1 response to “Was it planned?”" in page_of(client, question)
    post = cast.response(anna, question)
    cast.reply(anna, post)
    assert "2 responses to “Was it planned?”" in page_of(client, question)


def test_a_link_at_the_top_leads_over_all_responses_to_ones_own() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    client = cast.sign_in(cast.student(anna.course))
    assert '<a href="#write">Respond</a>' in page_of(client, question)
    observer = cast.sign_in(cast.observer(anna.course))
    assert "#write" not in page_of(observer, question)
    actions.close_discussion(discussion=question, by=anna)
    assert "#write" not in page_of(client, question)


def test_a_question_nobody_answered_stands_out() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    cast.response(anna, question, answers=[1])
    page = page_of(cast.sign_in(anna), question)
    assert page.count('class="question unanswered"') == 1
    assert "1 person answers" in page


def test_a_click_on_a_question_shows_its_answers_alone() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    cast.response(anna, question, "About the first.", answers=[1])
    cast.response(anna, question, "About the second.", answers=[2])
    page = page_of(cast.sign_in(anna), question, "?question=2")
    assert "About the second." in page
    assert "About the first." not in page


@pytest.mark.parametrize(
    "query", ["?question=9", "?question=-1", "?question=x", "?question=99999999"]
)
def test_a_question_that_is_not_there(query: str) -> None:
    anna = cast.instructor()
    client = cast.sign_in(anna)
    status = client.get(f"/d/{cast.discussion(anna).public_id}/{query}").status_code
    assert status == (404 if query == "?question=9" else 200)


def test_a_thread_costs_the_same_queries_with_one_post_and_with_many() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)

    def cost() -> int:
        page_of(client, question)  # the first look is noted
        finished.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(client, question)
        return len(queries)

    post = cast.response(anna, question, positions={1: 1})
    one = cost()
    for _ in range(3):
        cast.reply(anna, post)
        cast.response(cast.student(anna.course), question, positions={1: 2}, answers=[2])
    assert cost() == one
    assert one <= 12


def test_an_unchanged_thread_is_not_sent_again() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    page_of(client, question)
    tag = client.get(f"/d/{question.public_id}/")["ETag"]
    again = client.get(f"/d/{question.public_id}/", headers={"If-None-Match": tag})
    assert again.status_code == 304
    cast.response(anna, question)
    after = client.get(f"/d/{question.public_id}/", headers={"If-None-Match": tag})
    assert after.status_code == 200


def test_one_persons_page_is_never_taken_for_anothers() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    tags = set()
    for who in (anna, maya):
        client = cast.sign_in(who)
        page_of(client, question)
        tags.add(client.get(f"/d/{question.public_id}/")["ETag"])
    assert len(tags) == 2


def test_a_hidden_post_shows_its_words_to_its_author_and_to_teachers_only() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    question = cast.discussion(anna)
    post = cast.response(maya, question, "Rude words.")
    actions.hide(post=post, by=post.discussion.author, because="Please stay with the text.")
    assert "Rude words." not in page_of(cast.sign_in(noah), question)
    assert "Please stay" not in page_of(cast.sign_in(noah), question)
    assert "Maya" not in page_of(cast.sign_in(noah), question).split('class="responses"')[1]
    assert "Please stay with the text." in page_of(cast.sign_in(maya), question)
    assert "Rude words." in page_of(cast.sign_in(anna), question)


def test_withdrawn_words_are_for_nobody_but_their_author() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    post = cast.response(maya, question, "On second thought.")
    cast.sign_in(maya).post(f"/p/{post.public_id}/withdraw")
    for path in (
        f"/d/{question.public_id}/",
        f"/p/{post.public_id}/hide",
        f"/p/{post.public_id}/revisions",
        f"/p/{post.public_id}/reply",
    ):
        assert "second thought" not in cast.sign_in(anna).get(path).content.decode()
    assert "On second thought." in page_of(cast.sign_in(maya), question)


def test_a_draft_of_a_discussion_is_for_teachers() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna, open_now=False)
    assert cast.sign_in(maya).get(f"/d/{question.public_id}/").status_code == 404
    assert cast.sign_in(anna).get(f"/d/{question.public_id}/").status_code == 200


def respond(client: Client, discussion: Discussion, **fields: object) -> object:
    fields.setdefault("key", str(uuid.uuid4()))
    return client.post(f"/d/{discussion.public_id}/respond", fields)


def test_a_response_lands_at_its_place_in_the_thread() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    answer = respond(
        client, question, body="Two\n\nparagraphs.", answers=["1"], **{"position-1": "3"}
    )
    post = Post.objects.get()
    assert answer["Location"] == f"/d/{question.public_id}/#p-{post.public_id}"
    page = page_of(client, question)
    assert "<p>Two</p>" in page
    assert '<span class="position">in part</span>' in page


def test_a_refused_response_gives_the_text_and_the_ticks_back() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    answer = respond(client, question, body="  ", answers=["2"])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is nothing written yet." in page
    assert 'value="2" id="answers-2" checked' in page


def test_a_discussion_closed_meanwhile_gives_the_text_back() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    actions.close_discussion(discussion=question, by=question.author)
    answer = respond(cast.sign_in(maya), question, body="An hour of work.")
    assert answer.status_code == 409
    assert "An hour of work." in answer.content.decode()


def test_text_typed_while_the_session_expired_comes_back_after_signing_in() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    assert maya.user is not None
    maya.user.set_password("a long enough secret")
    maya.user.save()
    client = Client()
    answer = respond(client, question, body="Typed for an hour.", answers=["1"])
    assert answer["Location"].startswith("/accounts/login/?next=")
    client.post(answer["Location"], {"login": maya.user.email, "password": "a long enough secret"})
    page = page_of(client, question)
    assert "Typed for an hour." in page
    assert 'value="1" id="answers-1" checked' in page
    assert not Post.objects.exists()


def test_a_draft_comes_back() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    path = f"/drafts/respond/{question.public_id}"
    saved = client.post(path, {"body": "Half a thought", "answers": ["2"], "draft_version": "0"})
    assert saved.json()["version"] == 1
    page = page_of(client, question)
    assert "Half a thought" in page
    assert 'value="2" id="answers-2" checked' in page


def test_another_tab_is_told_of_the_newer_draft() -> None:
    anna = cast.instructor()
    client, path = cast.sign_in(anna), f"/drafts/respond/{cast.discussion(anna).public_id}"
    client.post(path, {"body": "one", "draft_version": "0"})
    refused = client.post(path, {"body": "two", "draft_version": "0"})
    assert refused.status_code == 409
    assert refused.json()["body"] == "one"
    assert Draft.objects.get().fields["body"] == "one"


def words(page: str) -> str:
    """The page without its markup: what differs between two texts is marked word by word."""
    return re.sub("<[^>]+>", "", page)


def test_the_second_of_two_editors_gets_both_texts() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), "Before.")
    client, path = cast.sign_in(anna), f"/p/{post.public_id}/edit"
    assert client.post(path, {"body": "From one tab.", "version": "1"}).status_code == 302
    answer = client.post(path, {"body": "From the other.", "version": "1"})
    page = words(answer.content.decode())
    assert answer.status_code == 409
    assert "From one tab." in page
    assert "From the other." in page
    assert client.post(path, {"body": "Both.", "version": "2"}).status_code == 302


def test_a_permanent_link_leads_to_the_post() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    post = cast.response(anna, question)
    answer = cast.sign_in(anna).get(f"/p/{post.public_id}/")
    assert answer["Location"] == f"/d/{question.public_id}/#p-{post.public_id}"


def test_names_and_positions_are_text_and_never_markup() -> None:
    anna = cast.instructor(name="<img src=x onerror=alert(1)>")
    question = cast.discussion(
        anna,
        "<script>t</script>",
        questions=[actions.QuestionInput("<b>why</b>", ("<i>yes</i>", "no"))],
    )
    cast.response(anna, question, positions={1: 1})
    page = page_of(cast.sign_in(anna), question)
    for markup in ("<img", "<script>t", "<b>why", "<i>yes"):
        assert markup not in page


def test_questions_found_in_the_context_are_offered() -> None:
    anna = cast.instructor()
    answer = cast.sign_in(anna).post(
        f"/c/{anna.course.public_id}/ask",
        {
            "title": "After the speech",
            "context": "It was spring.\n\nMy questions are: Was it planned? And who gained?",
            "do": "find",
        },
    )
    page = answer.content.decode()
    assert "Was it planned?</textarea>" in page
    assert "who gained?</textarea>" in page
    assert not Discussion.objects.exists()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"question-1": "Why?", "positions-1": "yes"}, "two to five positions"),
        ({"question-1": "Why?", "positions-1": "a / b / c / d / e / f"}, "two to five positions"),
        ({"question-1": "Why?", "positions-1": "yes / YES"}, "Two positions are the same"),
        ({"question-1": "", "positions-1": "yes / no"}, "Positions are given, but no question"),
        ({"question-1": "x" * 1001}, "longer than 1000 characters"),
        ({"question-1": "Why?", "positions-1": f"yes / {'n' * 41}"}, "at most 40 characters"),
    ],
)
def test_a_question_that_cannot_be_stored_is_said_at_its_row(
    rows: dict[str, str], sentence: str
) -> None:
    anna = cast.instructor()
    answer = cast.sign_in(anna).post(
        f"/c/{anna.course.public_id}/ask", {"title": "T", "do": "open", **rows}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Discussion.objects.exists()


def test_the_context_is_changed_by_the_second_editor_only_knowingly() -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    path = f"/d/{question.public_id}/edit"
    fields = {
        "title": "T",
        "old-1": "1",
        "question-1": "Was it?",
        "positions-1": "yes / no / in part",
        "old-2": "2",
        "question-2": "What?",
    }
    assert client.post(path, {**fields, "context": "One.", "version": "1"}).status_code == 302
    refused = client.post(path, {**fields, "context": "Two.", "version": "1"})
    assert refused.status_code == 409
    assert "One." in words(refused.content.decode())
    assert "Two." in words(refused.content.decode())
    question.refresh_from_db()
    assert question.context == "<p>One.</p>\n"


def test_one_tick_gives_a_question_the_usual_positions() -> None:
    anna = cast.instructor()
    fields = {"title": "T", "do": "open", "question-1": "Was it?", "sides-1": "yes"}
    cast.sign_in(anna).post(f"/c/{anna.course.public_id}/ask", fields)
    labels = [choice.label for choice in Discussion.objects.get().questions.get().choices.all()]
    assert labels == ["yes", "no", "in part"]


def test_a_person_who_moved_is_shown_to_have_moved() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    cast.response(anna, question, positions={1: 2})
    cast.response(anna, question, positions={1: 3})
    page = page_of(cast.sign_in(anna), question)
    assert '<span class="position">no</span></li>' in page
    assert '<span class="position">in part</span>, <span class="moved">moved from <a ' in page
    assert "in part</a> 1" in page
    assert "no 0" in page


def test_a_click_on_a_position_shows_the_reasons_for_it() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    cast.response(anna, question, "Because of the archives.", positions={1: 1})
    second = cast.response(maya, question, "Because of the crowds.", positions={1: 2})
    page = page_of(cast.sign_in(anna), question, "?question=1&position=2")
    assert "Because of the crowds." in page
    assert "Because of the archives." not in page
    assert f'<dt>no</dt><dd><a href="/d/{question.public_id}/#p-{second.public_id}">Maya L' in page


def test_whoever_has_responded_is_told_so_over_the_form_and_led_there() -> None:
    anna = cast.instructor()
    maya, discussion = cast.student(anna.course), cast.discussion(anna)
    cast.response(cast.student(anna.course, "Noah"), discussion)

    def form() -> str:
        page = cast.sign_in(maya).get(f"/d/{discussion.public_id}/").content.decode()
        return page.split('<form class="composer"')[1]

    assert "<h2>Your response</h2>" in form()
    post = cast.response(maya, discussion)
    assert "<h2>Another response</h2>" in form()
    assert f'/d/{discussion.public_id}/#p-{post.public_id}">#2</a>.' in form()
    actions.withdraw(post=post, by=maya)
    assert "<h2>Your response</h2>" in form()
