"""What happens to a text when the thing it was for changes while it is being written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, Post

pytestmark = pytest.mark.django_db


def test_a_reply_to_a_post_that_went_is_given_back_without_showing_the_post() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    post = cast.response(cast.student(anna.course, "Theo Grau"), cast.discussion(anna), "Gone.")
    actions.withdraw(post=post, by=post.author)
    address = reverse("reply", args=[post.public_id])
    browser = cast.sign_in(maya)
    assert browser.get(address).status_code == 404
    page = browser.post(address, {"body": "My long reply."})
    assert page.status_code == 422
    shown = page.content.decode()
    assert "My long reply." in shown
    assert "Gone." not in shown
    assert "Theo Grau" not in shown


def test_an_edit_of_a_post_hidden_meanwhile_is_given_back() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    post = cast.response(maya, cast.discussion(anna))
    actions.hide(post=post, by=post.discussion.author)
    address = reverse("post-edit", args=[post.public_id])
    browser = cast.sign_in(maya)
    assert browser.get(address).status_code == 403
    page = browser.post(address, {"body": "Changed words.", "version": 1})
    assert page.status_code == 422
    assert "Changed words." in page.content.decode()
    assert cast.sign_in(anna).post(address, {"body": "x", "version": 1}).status_code == 403


def test_a_draft_from_before_a_colleagues_change_does_not_overwrite_it() -> None:
    anna = cast.instructor()
    ben = cast.assistant(anna.course)
    question = cast.discussion(anna)
    address = reverse("discussion-edit", args=[question.public_id])
    old = {"title": "Mine", "context": "Old.", "version": question.version}
    browser = cast.sign_in(ben)
    browser.post(reverse("draft", args=["revise", question.public_id]), old)
    asked = {
        f"{name}-{one.number}": value
        for one in question.questions.all()
        for name, value in [("question", one.text), ("old", one.number)]
    }
    theirs = {"title": "Theirs", "context": "New.", "version": question.version, **asked}
    assert cast.sign_in(anna).post(address, theirs).status_code == 302
    page = browser.get(address)
    assert "Old." in page.content.decode()
    sent = {**old, **asked, "version": page.context["form"]["version"].value()}
    assert browser.post(address, sent).status_code == 409
    assert Discussion.objects.get(pk=question.pk).title == "Theirs"


def test_a_draft_that_arrives_after_its_post_is_not_kept() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    browser = cast.sign_in(anna)
    sent = {"body": "All of it.", "key": "7b0abb94-dcfe-4b0d-8a1a-782ea1d151d8"}
    browser.post(reverse("respond", args=[question.public_id]), sent)
    address = reverse("draft", args=["respond", question.public_id])
    assert browser.post(address, sent).json() == {"version": 0}
    assert not Draft.objects.exists()
    assert browser.post(address, {**sent, "body": "More."}).json()["version"] == 1


def test_a_zero_byte_from_a_pasted_text_is_dropped_and_the_rest_is_posted() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    browser = cast.sign_in(anna)
    browser.post(reverse("draft", args=["respond", question.public_id]), {"body": "A\0B"})
    assert Draft.objects.get().fields["body"] == "AB"
    browser.post(reverse("respond", args=[question.public_id]), {"body": "A\0B"})
    assert Post.objects.get().source.strip() == "<p>AB</p>"


def test_what_one_person_typed_is_not_given_to_the_next_at_the_same_computer() -> None:
    anna = cast.instructor()
    maya, theo = cast.student(anna.course), cast.student(anna.course)
    question = cast.discussion(anna)
    sent = {"body": "For myself.", "writer": maya.user.public_id}
    for who, given in [(theo, False), (maya, True)]:
        browser = Client()
        browser.post(reverse("respond", args=[question.public_id]), sent)
        browser.force_login(who.user)
        page = browser.get(reverse("discussion", args=[question.public_id]))
        assert ("For myself." in page.content.decode()) is given


def posted_as(who: Enrollment, address: str, **more: str) -> tuple[int, str]:
    sent = {"body": "<p>All <em>my</em> words.</p>", "format": "html", "version": "1", **more}
    page = cast.sign_in(who).post(address, sent)
    return page.status_code, page.content.decode()


def test_a_member_who_may_no_longer_write_gets_the_text_back() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    question = cast.discussion(anna)
    post = cast.response(maya, question)
    addresses = [
        reverse("respond", args=[question.public_id]),
        reverse("reply", args=[post.public_id]),
        reverse("post-edit", args=[post.public_id]),
    ]
    courses.change_role(enrollment=maya, role=Role.OBSERVER, by=anna)
    for address in addresses:
        status, page = posted_as(maya, address)
        assert status == 403
        assert "All *my* words." in page
        assert "not posted" in page
    assert Post.objects.count() == 1


def test_a_course_finished_meanwhile_gives_the_text_back() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    question = cast.discussion(anna)
    courses.seal(course=anna.course, by=anna)
    status, page = posted_as(maya, reverse("respond", args=[question.public_id]))
    assert status == 403
    assert "All *my* words." in page


def test_somebody_removed_from_the_course_gets_the_text_back_and_nothing_else() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    question = cast.discussion(anna, "A title to be kept")
    courses.remove_person(enrollment=maya, by=anna)
    status, page = posted_as(maya, reverse("respond", args=[question.public_id]))
    assert status == 404
    assert "All *my* words." in page
    assert "A title to be kept" not in page
    nowhere = reverse("respond", args=["n0s0ch0d0sc0ss00"])
    form = 'name="csrfmiddlewaretoken" value="'
    assert posted_as(maya, nowhere)[1].split(form)[0] == page.split(form)[0]


def test_questions_being_posed_are_given_back_too() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    address = reverse("pose", args=[anna.course.public_id])
    status, page = posted_as(maya, address, **{"question-1": "Who was there?", "title": "T"})
    assert status == 403
    assert "Who was there?" in page


def test_a_text_too_long_to_wait_in_a_session_is_given_back_at_once() -> None:
    question = cast.discussion(cast.instructor())
    page = Client().post(reverse("respond", args=[question.public_id]), {"body": "word " * 50_000})
    assert page.status_code == 401
    assert "word " * 50_000 in page.content.decode()
    assert "signed out" in page.content.decode()


def test_a_draft_that_is_no_longer_taken_says_so() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    address = reverse("draft", args=["respond", cast.discussion(anna).public_id])
    courses.change_role(enrollment=maya, role=Role.OBSERVER, by=anna)
    answer = cast.sign_in(maya).post(address, {"body": "Half a"})
    assert answer.status_code == 403
    assert "no longer write here" in answer.json()["error"]


def test_posting_from_one_device_does_not_take_away_what_another_has_written_since() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    browser = cast.sign_in(anna)
    draft = reverse("draft", args=["respond", question.public_id])
    address = reverse("respond", args=[question.public_id])
    browser.post(draft, {"body": "From the library."})
    browser.post(draft, {"body": "From home, much longer.", "draft_version": "1"})
    browser.post(address, {"body": "From the library.", "draft_version": "1"})
    assert Post.objects.count() == 1
    assert Draft.objects.get().fields["body"] == "From home, much longer."
    page = browser.get(reverse("discussion", args=[question.public_id])).content.decode()
    assert "From home, much longer." in page


def test_what_was_begun_before_a_discussion_was_closed_can_still_be_read_by_its_writer() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    question = cast.discussion(anna)
    browser = cast.sign_in(maya)
    browser.post(reverse("draft", args=["respond", question.public_id]), {"body": "Half a thought"})
    actions.close_discussion(discussion=question, by=anna)
    address = reverse("discussion", args=[question.public_id])
    for _again in range(2):  # also where the page is kept
        page = browser.get(address).content.decode()
        assert "It was not posted" in page
        assert ">Half a thought</textarea>" in page
    others = cast.sign_in(anna).get(address).content.decode()
    assert "Half a thought" not in others
    assert "It was not posted" not in others


def test_a_draft_that_was_an_earlier_state_of_what_is_posted_goes() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    browser = cast.sign_in(anna)
    draft = reverse("draft", args=["respond", question.public_id])
    # The last save was on its way when the button was pressed: the form knows nothing of it.
    browser.post(draft, {"body": "<p>One <em>two</em></p>", "format": "html"})
    sent = {"body": "One *two* three.", "draft_version": "0"}
    browser.post(reverse("respond", args=[question.public_id]), sent)
    assert not Draft.objects.exists()
