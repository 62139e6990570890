"""What people paste, type and send by mistake: a clear sentence or the text as it was meant; nothing
lost, nothing leaked.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.web.richtext import clean_rendered, flatten

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def browser(anna: Enrollment) -> Client:
    return cast.sign_in(anna)


@pytest.fixture
def discussion(anna: Enrollment) -> Discussion:
    cast.document(cast.reading(anna.course))
    return cast.discussion(anna)


def respond(browser: Client, discussion: Discussion, **fields: Any) -> Any:
    return browser.post(reverse("respond", args=[discussion.public_id]), fields)


def thread(browser: Client, discussion: Discussion) -> str:
    page = browser.get(reverse("discussion", args=[discussion.public_id]))
    assert page.status_code == 200
    return page.content.decode()


def test_ten_thousand_words_are_one_post(browser: Client, discussion: Discussion) -> None:
    text = "\n\n".join(" ".join(["planning"] * 100) for _ in range(100))
    assert respond(browser, discussion, body=text).status_code == 302
    assert Post.objects.get().words == 10_000
    assert "planning" in thread(browser, discussion)


def test_five_hundred_quotations_in_one_post_have_five_hundred_notes(
    browser: Client, discussion: Discussion
) -> None:
    one = "She says “distress, outrage and some confusion” (Jones 41). "
    assert respond(browser, discussion, body=one * 500).status_code == 302
    post = Post.objects.get()
    assert post.quotations.count() == 500
    assert {quotation.verdict for quotation in post.quotations.all()} == {"altered"}
    page = thread(browser, discussion)
    assert page.count('<a class="quote altered"') == 500
    assert page.count('<div class="note">') == 500


@pytest.mark.parametrize(
    "text",
    [
        "הספרים נפתחו, והקוראים כתבו «מיד».",
        "العربية: ثلاثة أسئلة (١٩٥٦).",
        "Слово не воробей: вылетит — не поймаешь. Ёлка, йод.",
        "Ὁ βίος βραχύς, ἡ δὲ τέχνη μακρή.",
        "Thanks 🙏🏽 👩‍👩‍👧‍👦 🏳️‍🌈 1️⃣",
        "cafe\u0301 Z\u0300\u0301\u0302\u0303algo",
        "zero\u200bwidth, word\u2060joiner, soft\u00adhyphen, no\u200cjoiner",
        "mixed שלום and English, (parentheses)",
        "漢字とかな、한국어",
        "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𐍈 \U0001f9d1",
    ],
)
def test_every_script_is_kept_as_it_was_written_and_checked_at_its_place(
    browser: Client, discussion: Discussion, text: str
) -> None:
    quoting = f"{text} “distress, outrage and some confusion” (Jones 41). {text}"
    assert respond(browser, discussion, body=quoting).status_code == 302
    post = Post.objects.get()
    assert flatten(post.source).text == quoting
    assert ">“distress, outrage and some confusion”</a>" in post.body_html
    [quotation] = [one for one in post.quotations.all() if one.verdict == "altered"]
    assert quoting[quotation.start : quotation.end] == "“distress, outrage and some confusion”"
    address = reverse("post-edit", args=[post.public_id])
    page = browser.get(address).content.decode()
    assert text.split()[0] in page


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>one<p>two</em></div>three", ["one", "two", "three"]),
        ("<p>a <b><i>bold</b> slanted</i> end", ["bold", "slanted", "end"]),
        ("<<<p>>> text </p", ["text"]),
        ("<p>cut off <a href='https://x.org", ["cut off"]),
        ("<!-- <p>hidden</p> --><p>shown</p>", ["shown"]),
        ("<p>null\x00byte</p>", ["nullbyte"]),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", ["&lt;script&gt;alert(1)"]),
        ("<![CDATA[<p>x</p>]]><p>after</p>", ["after"]),
        ("<blockquote>" * 200 + "deep" + "</blockquote>" * 200, ["deep"]),
        ("<p>&#x1F600; &nbsp;&copy; &unknown; &#0;</p>", ["😀", "©", "unknown;"]),
        ("<table><tr><td>heap</td><td>slips</td></tr></table>", ["heap slips"]),
        ("<p>before <img src=x onerror=alert(1)> after</p>", ["before", "after"]),
    ],
)
def test_broken_html_becomes_clean_text(
    browser: Client, discussion: Discussion, sent: str, kept: list[str]
) -> None:
    assert respond(browser, discussion, body=sent, format="html").status_code == 302
    post = Post.objects.get()
    assert all(words in post.body_html for words in kept), post.body_html
    assert clean_rendered(post.body_html) == post.body_html
    assert "onerror" not in post.body_html
    assert "<script" not in post.body_html
    thread(browser, discussion)


@pytest.mark.parametrize(
    "fields",
    [
        {"answers": "99"},
        {"answers": ["1", "7"], "position-1": "1"},
        {"position-9": "1"},
        {"position-1": "9"},
    ],
)
def test_an_unknown_question_or_position_is_refused_with_the_text_kept(
    browser: Client, discussion: Discussion, fields: dict[str, Any]
) -> None:
    page = respond(browser, discussion, body="All my words.", **fields)
    assert page.status_code == 422
    assert "All my words." in page.content.decode()
    assert "have changed meanwhile" in page.content.decode()
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "not-a-key"},
        {"key": ""},
        {"version": "x", "draft_version": "9" * 30},
        {"answers": ["-1", "1.5", "²", "", "1; DROP TABLE"], "position-": "1", "position-x": "y"},
        {"format": "docx"},
        {"kind": "agree", "quotes": "3:words"},
        {"surprise": "x" * 1000},
    ],
)
def test_fields_that_make_no_sense_do_not_keep_a_text_from_being_posted(
    browser: Client, discussion: Discussion, fields: dict[str, Any]
) -> None:
    assert respond(browser, discussion, body="All my words.", **fields).status_code == 302
    post = Post.objects.get()
    assert (post.kind, post.quotes_text) == ("", "")


def test_a_reply_to_a_post_taken_back_is_refused_with_the_text_kept(
    anna: Enrollment, browser: Client, discussion: Discussion
) -> None:
    post = cast.response(anna, discussion)
    actions.withdraw(post=post, by=anna)
    page = browser.post(reverse("reply", args=[post.public_id]), {"body": "All my words."})
    assert page.status_code == 422
    assert "has been taken back" in page.content.decode()
    assert "All my words." in page.content.decode()


def test_a_post_to_a_closed_discussion_is_refused_with_the_text_kept(
    anna: Enrollment, browser: Client, discussion: Discussion
) -> None:
    post = cast.response(anna, discussion)
    actions.close_discussion(discussion=discussion, by=anna)
    for address, fields in [
        (reverse("respond", args=[discussion.public_id]), {}),
        (reverse("reply", args=[post.public_id]), {}),
        (reverse("post-edit", args=[post.public_id]), {"version": "1"}),
    ]:
        page = browser.post(address, {"body": "All my words.", **fields})
        assert page.status_code == 409
        assert "has been closed meanwhile" in page.content.decode()
        assert "All my words." in page.content.decode()
    assert Post.objects.count() == 1


def test_another_courses_things_are_not_there_and_tell_nothing(
    browser: Client, discussion: Discussion
) -> None:
    other = cast.instructor(name="Otto Elsewhere")
    secret = cast.discussion(other, "A secret title", context="<p>Secret words.</p>")
    post = cast.response(other, secret, "Secret words.")
    for name, public_id in [
        ("respond", secret.public_id),
        ("reply", post.public_id),
        ("post-edit", post.public_id),
        ("discussion-edit", secret.public_id),
        ("withdraw", post.public_id),
    ]:
        sent = {"body": "All my words.", "title": "Mine", "context": "All my words."}
        page = browser.post(reverse(name, args=[public_id]), sent)
        assert page.status_code == 404
        shown = page.content.decode()
        assert "All my words." in shown
        assert "ecret" not in shown
        assert "Otto" not in shown
    draft = browser.post(reverse("draft", args=["reply", post.public_id]), {"body": "x"})
    assert draft.status_code == 404
    assert not Draft.objects.exists()


def test_a_meeting_or_section_of_another_course_is_refused_with_the_text_kept(
    browser: Client, anna: Enrollment, discussion: Discussion
) -> None:
    other = cast.instructor(name="Otto Elsewhere")
    meeting = cast.meeting(other.course, "A secret meeting")
    sent = {
        "title": "Mine",
        "context": "All my words.",
        "meeting": str(meeting.pk),
        "section": "12345",
        "question-1": "Why?",
        "do": "open",
    }
    page = browser.post(reverse("pose", args=[anna.course.public_id]), sent)
    assert page.status_code == 422
    shown = page.content.decode()
    assert "All my words." in shown
    assert "Why?" in shown
    assert "secret" not in shown
    assert Discussion.objects.filter(course=anna.course).count() == 1


def test_a_title_that_is_too_long_is_refused_with_everything_kept(
    browser: Client, anna: Enrollment
) -> None:
    sent = {"title": "T" * 301, "context": "All my words.", "question-1": "Why?", "do": "open"}
    page = browser.post(reverse("pose", args=[anna.course.public_id]), sent)
    assert page.status_code == 422
    assert "All my words." in page.content.decode()
    assert "T" * 301 in page.content.decode()


def test_words_of_a_post_in_another_discussion_cannot_be_answered(
    anna: Enrollment, browser: Client, discussion: Discussion
) -> None:
    cast.response(anna, cast.discussion(anna), "Words elsewhere.")
    post = cast.response(anna, discussion)
    sent = {"body": "All my words.", "quotes": "0:Words elsewhere."}
    page = browser.post(reverse("reply", args=[post.public_id]), sent)
    assert page.status_code == 422
    assert "do not stand in that post" in page.content.decode()
