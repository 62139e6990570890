"""A post as it would read, before it is posted; and how long it is beside what is asked for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.support import cast

from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Relation
from quaestio.discussions.lengths import length_told
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.web.richtext import count_words

pytestmark = pytest.mark.django_db

TEXT = "She says “distress, outrage and some confusion” (Jones 41).\n\n> So it was.\n\n*Really.*"


@pytest.fixture
def anna() -> Enrollment:
    return cast.instructor()


def shown_in(page: str) -> str:
    """The previewed post's text."""
    found = re.search(
        r'<section class="preview".*?<div class="post-text prose">(.*?)</div></article>', page, re.S
    )
    assert found
    return found[1]


def test_a_preview_is_exactly_what_the_post_will_be_and_posts_nothing(anna: Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    maya = cast.student(anna.course)
    question = cast.discussion(anna)
    browser = cast.sign_in(maya)
    address = reverse("respond", args=[question.public_id])
    sent = {"body": TEXT, "answers": ["1"], "position-1": "2"}
    page = browser.post(address, {**sent, "preview": "1"})
    assert page.status_code == 200
    shown = page.content.decode()
    assert "not posted" in shown
    assert 'class="quote altered"' in shown_in(shown)
    assert '<span class="position">no</span>' in shown
    assert "Maya Lindqvist</h3>" in shown
    assert ">She says “distress" in shown  # and the form holds the text
    assert not Post.objects.exists()
    assert Draft.objects.get().fields["body"] == TEXT
    browser.post(address, sent)
    assert Post.objects.get().body_html == shown_in(shown)
    assert not Draft.objects.exists()


def test_a_browser_that_opens_a_preview_anew_is_led_to_the_draft(anna: Enrollment) -> None:
    question = cast.discussion(anna)
    browser = cast.sign_in(anna)
    address = reverse("respond", args=[question.public_id])
    browser.post(address, {"body": TEXT, "preview": "1"})
    led = browser.get(address, follow=True)
    assert led.redirect_chain == [(f"/d/{question.public_id}/", 302)]
    assert "This is your draft" in led.content.decode()


def test_going_back_to_the_preview_of_what_is_posted_leaves_no_draft(anna: Enrollment) -> None:
    question = cast.discussion(anna)
    browser = cast.sign_in(anna)
    address = reverse("respond", args=[question.public_id])
    sent = {"body": TEXT, "key": "6b0a5f2c-0f1f-4a55-9d3e-0a4c4f3c1c11"}
    browser.post(address, {**sent, "preview": "1"})
    browser.post(address, sent)
    # The browser sends the preview again, for its Back button; other words are still kept.
    assert browser.post(address, {**sent, "preview": "1"}).status_code == 200
    assert not Draft.objects.exists()
    browser.post(address, {**sent, "body": f"{TEXT} More.", "preview": "1"})
    assert Draft.objects.exists()


def test_the_preview_of_a_reply_and_of_an_edit_is_what_they_will_be(anna: Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    post = cast.response(anna, cast.discussion(anna), "Nobody plans confusion.")
    browser = cast.sign_in(anna)
    address = reverse("reply", args=[post.public_id])
    sent = {"body": TEXT, "kind": "ask", "quotes": "0:Nobody plans"}
    shown = browser.post(address, {**sent, "preview": "1"}).content.decode()
    assert ">Nobody plans</a></blockquote>" in shown
    assert '<input type="radio" name="kind" value="ask" checked>' in shown
    browser.post(address, sent)
    reply = Post.objects.get(parent=post)
    assert reply.body_html == shown_in(shown)
    address = reverse("post-edit", args=[reply.public_id])
    sent = {"body": f"{TEXT} More.", "version": "1", "kind": "ask", "quotes": "0:Nobody plans"}
    shown = browser.post(address, {**sent, "preview": "1"}).content.decode()
    reply.refresh_from_db()
    assert reply.version == 1
    browser.post(address, sent)
    reply.refresh_from_db()
    assert reply.body_html == shown_in(shown)
    assert reply.version == 2


@pytest.mark.parametrize("body", ["", "\u200b \u2060"])
def test_nothing_written_has_no_preview_but_a_sentence(anna: Enrollment, body: str) -> None:
    address = reverse("respond", args=[cast.discussion(anna).public_id])
    page = cast.sign_in(anna).post(address, {"body": body, "preview": "1"})
    assert page.status_code == 422
    assert "There is nothing written yet." in page.content.decode()


def test_a_preview_in_a_discussion_closed_meanwhile_gives_the_text_back(anna: Enrollment) -> None:
    question = cast.discussion(anna)
    actions.close_discussion(discussion=question, by=anna)
    address = reverse("respond", args=[question.public_id])
    page = cast.sign_in(anna).post(address, {"body": "All of it.", "preview": "1"})
    assert page.status_code == 409
    assert "All of it." in page.content.decode()


def test_a_preview_does_not_overwrite_a_newer_draft_from_elsewhere(anna: Enrollment) -> None:
    question = cast.discussion(anna)
    target = f"respond:{question.public_id}"
    actions.save_draft(person=anna, target=target, fields={"body": "Newer."}, version=0)
    address = reverse("respond", args=[question.public_id])
    page = cast.sign_in(anna).post(
        address, {"body": "Older.", "draft_version": "0", "preview": "1"}
    )
    assert "Older." in page.content.decode()
    assert Draft.objects.get().fields == {"body": "Newer."}
    # The script's next save is answered with the newer text.
    assert '<input type="hidden" name="draft_version" value="0">' in page.content.decode()


def test_the_preview_shows_the_made_up_name_where_names_are_hidden(anna: Enrollment) -> None:
    maya = cast.student(anna.course)
    question = cast.discussion(anna, rules=actions.Rules(pseudonyms=True))
    address = reverse("respond", args=[question.public_id])
    page = cast.sign_in(maya).post(address, {"body": "Me.", "preview": "1"})
    assert "a classmate (you)</h3>" in page.content.decode()


@pytest.mark.parametrize(
    ("words", "least", "most", "told"),
    [
        (138, 150, 400, "138 words: 12 short of the 150 asked for."),
        (420, 150, 400, "420 words: 20 more than the 400 asked for."),
        (200, 150, 400, "200 words: 150 to 400 are asked for."),
        (1, 150, None, "1 word: 149 short of the 150 asked for."),
        (200, None, None, "200 words."),
    ],
)
def test_a_length_is_told_beside_what_is_asked_for(
    words: int, least: int | None, most: int | None, told: str
) -> None:
    assert length_told(words, Discussion(words_least=least, words_most=most)) == told


def test_a_short_response_is_posted_and_told_that_it_is_short(anna: Enrollment) -> None:
    rules = actions.Rules(words_least=5, words_most=10)
    question = cast.discussion(anna, rules=rules)
    browser = cast.sign_in(anna)
    address = reverse("respond", args=[question.public_id])
    page = browser.post(address, {"body": "Too short.", "preview": "1"}).content.decode()
    assert "2 words: 3 short of the 5 asked for." in page
    page = browser.post(address, {"body": "Too short."}, follow=True).content.decode()
    assert "Your response is posted. 2 words: 3 short of the 5 asked for." in page
    page = browser.post(address, {"body": "This is just about long enough."}, follow=True)
    assert "asked for." not in page.content.decode()


def test_whoever_ticks_none_of_several_questions_is_told(anna: Enrollment) -> None:
    asked = [actions.QuestionInput("Was it planned?"), actions.QuestionInput("What came of it?")]
    browser = cast.sign_in(anna)
    for questions, told in ((asked, True), (asked[:1], False)):
        question = cast.discussion(anna, questions=questions)
        address = reverse("respond", args=[question.public_id])
        fields = {"body": "Nobody knows.", "asked": str(len(questions))}  # as the form sends it
        form = browser.get(f"/d/{question.public_id}/").content.decode()
        assert f'name="asked" value="{len(questions)}"' in form
        page = browser.post(address, {**fields, "preview": "1"}).content.decode()
        assert ("No question is ticked." in page) == told
        page = browser.post(address, fields, follow=True).content.decode()
        assert ("No question is ticked" in page) == told
        assert ('/edit">Tick those you answer</a>' in page) == told
        page = browser.post(address, {**fields, "answers": "1"}, follow=True).content.decode()
        assert "No question is ticked" not in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It’s a well-known thing", 4),
        ("cafe\u0301s and re\u0301sume\u0301s", 3),
        ("Слово не воробей", 3),
        ("הַשָּׁלוֹם שֶׁל הָעוֹלָם", 3),
        ("हिन्दी में लिखा", 3),
        ("漢字かな and more", 6),
        ("soft\u00adhyphen zero\u200dwidth", 2),
        ("— … “ ” 🙂", 0),
    ],
)
def test_words_are_counted_as_a_reader_does(text: str, words: int) -> None:
    assert count_words(text) == words


def test_how_long_a_post_can_be_edited_is_said(anna: Enrollment) -> None:
    Course.objects.filter(pk=anna.course_id).update(edit_minutes=30)
    question = cast.discussion(Enrollment.objects.get(pk=anna.pk))
    browser = cast.sign_in(anna)
    page = browser.post(reverse("respond", args=[question.public_id]), {"body": "x"}, follow=True)
    post = Post.objects.get()
    until = timezone.localtime(post.created_at + timedelta(minutes=30)).strftime("%H:%M")
    assert f"{until}.</li>" in page.content.decode()
    page = browser.get(reverse("post-edit", args=[post.public_id]))
    assert f"{until}.</p>" in page.content.decode()


def test_a_reply_keeps_its_words_in_the_preview_of_an_edit(anna: Enrollment) -> None:
    post = cast.response(anna, cast.discussion(anna), "Nobody plans confusion.")
    reply = cast.reply(anna, post, relation=Relation("agree", "Nobody plans"))
    sent = {"body": "x", "version": "1", "quotes": "0:Nobody plans", "preview": "1"}
    page = cast.sign_in(anna).post(reverse("post-edit", args=[reply.public_id]), sent)
    assert ">Nobody plans</a></blockquote>" in page.content.decode()


def test_the_context_of_a_new_discussion_has_a_preview_too(anna: Enrollment) -> None:
    cast.document(cast.reading(anna.course))
    browser = cast.sign_in(anna)
    sent = {"title": "", "context": TEXT, "question-1": "Why?", "preview": "1"}
    page = browser.post(reverse("pose", args=[anna.course.public_id]), sent).content.decode()
    assert 'class="quote altered"' in page
    assert ">Why?</textarea>" in page
    assert not Discussion.objects.exists()
    question = cast.discussion(anna)
    address = reverse("discussion-edit", args=[question.public_id])
    page = browser.post(address, {**sent, "version": "1"}).content.decode()
    assert 'class="quote altered"' in page
    assert "Think of the first months." not in page
    page = browser.post(address, {**sent, "context": "x" * 200_000})
    assert page.status_code == 422
    assert "longer than a post can be" in page.content.decode()


def test_only_a_response_is_measured_against_the_range(anna: Enrollment) -> None:
    question = cast.discussion(anna, rules=actions.Rules(words_least=5))
    response = cast.response(anna, question)
    reply = cast.reply(anna, response)
    browser = cast.sign_in(anna)
    for name, post, is_measured in [
        ("reply", response, False),
        ("post-edit", reply, False),
        ("post-edit", response, True),
    ]:
        page = browser.get(reverse(name, args=[post.public_id])).content.decode()
        assert ('data-min="5"' in page) is is_measured
