"""What a reply does to the post it answers, and which words of it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from django.urls import reverse
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import PostRefused, Relation
from quaestio.discussions.models import Discussion, Post

pytestmark = pytest.mark.django_db

WORDS = "Nobody plans confusion."
KEY = "1c2b7d36-8a2a-4a86-9f5b-3f7d3c1f0a11"
TEXT = f"I doubt it. {WORDS} What you plan is who stands in it."


def thread(viewer: Any, discussion: Discussion) -> str:
    page = cast.sign_in(viewer).get(reverse("discussion", args=[discussion.public_id]))
    return page.content.decode()


def reply_page(post: Post) -> str:
    return reverse("reply", args=[post.public_id])


@pytest.fixture
def anna() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def post(anna: Enrollment) -> Post:
    maya = cast.student(anna.course)
    return cast.response(maya, cast.discussion(anna), TEXT)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("agree", "agrees with"),
        ("disagree", "disagrees with"),
        ("qualify", "qualifies"),
        ("ask", "asks about"),
        ("source", "adds a source to"),
    ],
)
def test_a_reply_says_what_it_does_to_which_post(
    anna: Enrollment, post: Post, kind: str, said: str
) -> None:
    answer = cast.sign_in(anna).post(reply_page(post), {"body": "So.", "kind": kind})
    assert answer.status_code == 302
    assert Post.objects.get(parent=post).kind == kind
    page = thread(anna, post.discussion)
    assert f'{said} <a href="#p-{post.public_id}">#1</a>' in page


@pytest.mark.parametrize("sent", [{}, {"kind": ""}, {"kind": "no such kind"}])
def test_a_reply_of_no_kind_is_a_plain_one_and_says_nothing(
    anna: Enrollment, post: Post, sent: dict[str, str]
) -> None:
    cast.sign_in(anna).post(reply_page(post), {"body": "So.", **sent})
    assert Post.objects.get(parent=post).kind == ""
    assert 'class="in-reply"' not in thread(anna, post.discussion)


def test_a_deeper_reply_says_which_one_it_is_in_reply_to_and_leads_there(
    anna: Enrollment, post: Post
) -> None:
    reply = cast.reply(anna, post)
    cast.reply(anna, reply)
    page = thread(anna, post.discussion)
    assert f'in reply to <a href="#p-{reply.public_id}">#1.1</a>' in page
    assert page.count('<ol class="replies"') == 1


def test_words_of_a_post_are_answered_marked_in_it_and_shown_above_the_reply(
    anna: Enrollment, post: Post
) -> None:
    browser = cast.sign_in(anna)
    shown = browser.get(reply_page(post)).content.decode()
    value = f"12:{WORDS}"
    assert f'value="{value}"' in shown
    browser.post(reply_page(post), {"body": "True.", "quotes": value})
    reply = Post.objects.get(parent=post)
    assert (reply.quotes_text, reply.quotes_start, reply.quotes_end) == (WORDS, 12, 35)
    page = thread(anna, post.discussion)
    link = f'<a class="answered-by" href="#p-{reply.public_id}"'
    assert f'<span class="answered">{WORDS}</span>{link}' in page
    assert f'<a href="#p-{post.public_id}">{WORDS}</a></blockquote>' in page


def test_words_selected_on_the_thread_are_chosen_on_the_reply_page(
    anna: Enrollment, post: Post
) -> None:
    # In signs that one sees: “Idoubtit.” are nine.
    address = f"{reply_page(post)}?from=9&to=20"
    page = cast.sign_in(anna).get(address).content.decode()
    assert '<input type="radio" name="quotes" value="12:Nobody plans" checked>' in page


def test_words_copied_by_hand_are_found_in_spite_of_typography(
    anna: Enrollment, post: Post
) -> None:
    cast.sign_in(anna).post(
        reply_page(post), {"body": "True.", "quotes_typed": " Nobody\n plans confusion. "}
    )
    assert Post.objects.get(parent=post).quotes_text == WORDS


@pytest.mark.parametrize("words", ["Somebody plans confusion.", "x" * 3000])
def test_words_that_do_not_stand_there_are_refused_and_the_text_given_back(
    anna: Enrollment, post: Post, words: str
) -> None:
    answer = cast.sign_in(anna).post(
        reply_page(post), {"body": "All my words.", "quotes": f"0:{words}", "kind": "ask"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "choose" in page
    assert "All my words." in page
    assert '<input type="radio" name="kind" value="ask" checked>' in page
    assert not Post.objects.filter(parent=post).exists()


def test_the_mark_follows_its_words_through_an_edit_and_goes_with_them(
    anna: Enrollment, post: Post
) -> None:
    cast.reply(anna, post, relation=Relation("disagree", WORDS))
    actions.edit_post(post=post, by=post.author, source=f"<p>New. New. {WORDS}</p>", version=1)
    assert f'<span class="answered">{WORDS}</span>' in thread(anna, post.discussion)
    actions.edit_post(post=post, by=post.author, source="<p>All gone.</p>", version=2)
    page = thread(anna, post.discussion)
    assert 'class="answered"' not in page
    assert f'">{WORDS}</a></blockquote>' in page


def test_a_reply_keeps_its_words_when_it_is_edited_after_the_other_post_lost_them(
    anna: Enrollment, post: Post
) -> None:
    reply = cast.reply(anna, post, relation=Relation("disagree", WORDS))
    actions.edit_post(post=post, by=post.author, source="<p>All gone.</p>", version=1)
    address = reverse("post-edit", args=[reply.public_id])
    browser = cast.sign_in(anna)
    assert f":{WORDS}" in browser.get(address).content.decode()
    sent = {"body": "Second thought.", "version": 1, "kind": "agree", "quotes": f"12:{WORDS}"}
    assert browser.post(address, sent).status_code == 302
    reply.refresh_from_db()
    assert (reply.kind, reply.quotes_text) == ("agree", WORDS)
    assert browser.post(address, {**sent, "version": 2, "quotes": ""}).status_code == 302
    reply.refresh_from_db()
    assert reply.quotes_text == ""


def test_a_hidden_or_withdrawn_reply_leaves_no_mark(anna: Enrollment, post: Post) -> None:
    theo = cast.student(anna.course, "Theo Grau")
    for take_away in (partial(actions.hide, by=anna), partial(actions.withdraw, by=theo)):
        reply = cast.reply(theo, post, relation=Relation("", WORDS))
        assert 'class="answered"' in thread(anna, post.discussion)
        take_away(post=reply)
        for viewer in (anna, post.author, theo):
            assert 'class="answered"' not in thread(viewer, post.discussion)


def test_words_of_a_post_that_was_taken_back_are_not_shown_by_its_replies(
    anna: Enrollment, post: Post
) -> None:
    cast.reply(anna, post, relation=Relation("agree", WORDS))
    actions.withdraw(post=post, by=post.author)
    for viewer in (anna, cast.student(anna.course)):
        page = thread(viewer, post.discussion)
        assert WORDS not in page
        assert "agrees with" in page


def test_a_mark_does_not_tell_of_a_reply_to_somebody_who_may_not_read_others_posts_yet(
    anna: Enrollment,
) -> None:
    maya, theo = cast.student(anna.course), cast.student(anna.course, "Theo Grau")
    rules = actions.Rules(post_first=True, words_least=5)
    question = cast.discussion(anna, rules=rules)
    mine = cast.response(maya, question, TEXT)
    cast.response(theo, question, TEXT)
    cast.reply(theo, mine, relation=Relation("", WORDS))
    assert 'class="answered"' in thread(maya, question)
    actions.edit_post(post=mine, by=maya, source=f"<p>{WORDS}</p>", version=1)
    page = thread(maya, question)
    assert WORDS in page
    assert 'class="answered"' not in page


@pytest.mark.parametrize("gone", [actions.hide, actions.withdraw])
def test_what_a_post_that_is_gone_said_cannot_be_found_out_by_trying_words(
    anna: Enrollment, post: Post, gone: Any
) -> None:
    gone(post=post, by=anna if gone is actions.hide else post.author)
    theo = cast.sign_in(cast.student(anna.course, "Theo Grau"))
    tried = {
        words: theo.post(
            reply_page(post), {"body": "So.", "quotes_typed": words, "preview": "1", "key": KEY}
        )
        for words in ("nobody plans", "nobody knows")
    }
    assert [answer.status_code for answer in tried.values()] == [422, 422]
    pages = [answer.content.decode().replace(words, "") for words, answer in tried.items()]
    assert "has been taken back" in pages[0]
    assert "Nobody plans" not in pages[0]
    assert said(pages[0]) == said(pages[1])


def said(page: str) -> str:
    """What a page tells, without its tokens."""
    return " ".join(re.sub("<[^>]+>", " ", page.split("<main")[1].split("<script")[0]).split())


def test_whoever_may_not_read_a_post_any_more_chooses_no_other_words_of_it(
    anna: Enrollment,
) -> None:
    maya, theo = cast.student(anna.course), cast.student(anna.course, "Theo Grau")
    question = cast.discussion(anna, rules=actions.Rules(post_first=True))
    theirs, mine = cast.response(maya, question, TEXT), cast.response(theo, question)
    answer = cast.reply(theo, theirs)
    actions.withdraw(post=mine, by=theo)  # which shuts the door again
    address = reverse("post-edit", args=[answer.public_id])
    typed = {"body": "Sure?", "version": 1, "quotes_typed": "nobody plans"}
    assert WORDS[:6] not in cast.sign_in(theo).post(address, typed | {"preview": "1"}).text
    assert cast.sign_in(theo).post(address, typed).status_code == 302
    answer.refresh_from_db()
    assert (answer.source.strip(), answer.quotes_text) == ("<p>Sure?</p>", "")


def test_a_reply_to_nobody_in_particular_has_no_relation(anna: Enrollment) -> None:
    response = cast.response(anna, cast.discussion(anna))
    address = reverse("post-edit", args=[response.public_id])
    assert 'name="kind"' not in cast.sign_in(anna).get(address).content.decode()
    cast.sign_in(anna).post(address, {"body": "x", "version": 1, "kind": "agree"})
    response.refresh_from_db()
    assert response.kind == ""


def test_a_draft_keeps_the_kind_and_the_words(anna: Enrollment, post: Post) -> None:
    browser = cast.sign_in(anna)
    browser.post(
        reverse("draft", args=["reply", post.public_id]),
        {"body": "Half", "kind": "qualify", "quotes": "12:Nobody plans"},
    )
    page = browser.get(reply_page(post)).content.decode()
    assert '<input type="radio" name="kind" value="qualify" checked>' in page
    assert '<input type="radio" name="quotes" value="12:Nobody plans" checked>' in page


def test_words_in_a_quotation_with_a_note_are_marked_without_losing_either(
    anna: Enrollment,
) -> None:
    reading = cast.reading(anna.course)
    cast.document(reading)
    text = "She says “distress, outrage and some confusion” (Jones 41). And then nothing more."
    post = cast.response(anna, cast.discussion(anna), text)
    cast.reply(anna, post, relation=Relation("", "outrage and some confusion” (Jones"))
    page = thread(anna, post.discussion)
    assert 'class="quote altered"' in page
    assert '<span class="answered">outrage and some confusion”</span></a>' in page
    assert '<span class="answered"> (Jones</span><a class="answered-by"' in page
    with pytest.raises(PostRefused):
        cast.reply(anna, post, relation=Relation("", "altered"))
