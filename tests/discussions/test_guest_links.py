"""What the link in a guest's mail does once the address is confirmed: read, change, take back."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from tests.support import cast
from tests.support.guests import ADDRESS, Open, confirmed, link

from quaestio.courses.actions import remove_person, seal
from quaestio.courses.models import Course
from quaestio.discussions import actions
from quaestio.discussions.guests import link_of
from quaestio.discussions.models import GuestEntry, Post

pytestmark = pytest.mark.django_db


def test_the_link_shows_what_became_of_it_and_looking_changes_nothing() -> None:
    scene = Open()
    post = confirmed(scene)
    page = Client().get(link()).content.decode()
    assert "I was there in 1956." in page
    assert "It waits for a teacher" in page
    assert ADDRESS not in page
    actions.hide(post=post, by=scene.anna, because="Please quote the page.")
    assert "Please quote the page." in Client().get(link()).content.decode()
    actions.show(post=post, by=scene.anna)
    assert "everybody can read it" in Client().get(link()).content.decode()
    post.refresh_from_db()
    assert post.state == Post.State.POSTED


def test_a_guest_takes_back_what_waits_and_what_was_let_in() -> None:
    scene = Open()
    waits = confirmed(scene)
    first = link()
    let_in = confirmed(scene, address="other@example.org", body="Once more.")
    actions.show(post=let_in, by=scene.anna)
    second = link()  # the mail that says it was let in has it too
    for post, address in ((waits, first), (let_in, second)):
        assert Client().post(address, {"do": "withdraw"}).status_code == 302
        post.refresh_from_db()
        assert post.state == Post.State.WITHDRAWN
        page = Client().get(address).content.decode()
        assert "You have withdrawn it." in page
        assert 'value="withdraw"' not in page
    assert "Once more." not in scene.page(Client())
    assert "withdrawn by its author" in scene.page(Client())
    Course.objects.get(pk=scene.course.pk, waiting=0)


def test_a_guest_changes_what_waits_with_its_answers_kept() -> None:
    scene = Open()
    post = confirmed(scene, answers=["2"], **{"position-1": "2"})
    answer = Client().post(link(), {"do": "save", "body": "I was *not* there.", "version": "1"})
    assert answer.status_code == 302
    post.refresh_from_db()
    assert post.state == Post.State.HELD
    assert "<em>not</em>" in post.source
    assert post.answers.count() == 2
    assert post.positions.get().choice.number == 2


def test_what_was_let_in_can_no_longer_be_changed_and_the_text_comes_back() -> None:
    scene = Open()
    post = confirmed(scene)
    address = link()
    actions.show(post=post, by=scene.anna)
    assert 'value="save"' not in Client().get(address).content.decode()
    answer = Client().post(address, {"do": "save", "body": "Something else.", "version": "1"})
    assert answer.status_code == 409
    assert "Something else." in answer.content.decode()
    post.refresh_from_db()
    assert "1956" in post.source


def test_two_windows_that_change_it_get_both_texts() -> None:
    scene = Open()
    confirmed(scene)
    Client().post(link(), {"do": "save", "body": "The first text.", "version": "1"})
    answer = Client().post(link(), {"do": "save", "body": "The second text.", "version": "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The first text." in page
    assert "The second text." in page
    assert 'name="version" value="2"' in page


def test_a_guest_taken_out_of_the_course_can_take_back_what_waits_and_change_nothing() -> None:
    scene = Open()
    post = confirmed(scene)
    remove_person(enrollment=post.author, by=scene.anna)
    page = Client().get(link()).content.decode()
    assert 'value="save"' not in page
    assert 'value="withdraw"' in page
    answer = Client().post(link(), {"do": "save", "body": "Something else.", "version": "1"})
    assert answer.status_code == 409
    assert "Something else." in answer.content.decode()
    post.refresh_from_db()
    assert "1956" in post.source


def test_a_change_can_be_seen_before_it_is_saved() -> None:
    scene = Open()
    post = confirmed(scene, answers=["2"], **{"position-1": "2"})
    typed = {"body": "I was *not* there.\n\n“Distress” is a word.", "version": "1"}
    answer = Client().post(link(), {**typed, "preview": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    shown = re.search(r'<section class="preview".*?</section>', page, re.S)
    assert shown
    assert "I was <em>not</em> there." in shown[0]
    assert "Ruth Kellner (guest)" in shown[0]
    assert '<span class="position">no</span>' in shown[0]
    assert "It has not been saved." in shown[0]
    assert "I was *not* there." in page[page.index("<textarea") :]
    post.refresh_from_db()
    assert "1956" in post.source
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    saved = Client().post(link(), {**typed, "do": "save", "version": version[1]})
    assert saved.status_code == 302
    post.refresh_from_db()
    assert post.body_html in page  # what was shown is what there is


def test_a_preview_does_not_hide_that_it_was_changed_elsewhere_meanwhile() -> None:
    scene = Open()
    confirmed(scene)
    Client().post(link(), {"do": "save", "body": "The first text.", "version": "1"})
    page = Client().post(link(), {"preview": "1", "body": "The second text.", "version": "1"})
    assert 'name="version" value="1"' in page.content.decode()
    answer = Client().post(link(), {"do": "save", "body": "The second text.", "version": "1"})
    assert answer.status_code == 409


def test_a_reply_is_previewed_with_the_words_that_it_answers() -> None:
    scene = Open()
    post = cast.response(scene.anna, scene.discussion, "It was planned from the first day.")
    confirmed(scene, to=post, quotes_typed="planned from the first day")
    page = Client().post(link(), {"preview": "1", "body": "Was it?", "version": "1"})
    shown = re.search(r'<section class="preview".*?</section>', page.content.decode(), re.S)
    assert shown
    assert "planned from the first day" in shown[0]


def test_what_cannot_be_saved_is_not_previewed_either() -> None:
    scene = Open()
    post = confirmed(scene)
    address = link()
    assert Client().post(address, {"preview": "1", "body": " "}).status_code == 422
    assert 'name="preview"' in Client().get(address).content.decode()
    actions.show(post=post, by=scene.anna)
    assert 'name="preview"' not in Client().get(address).content.decode()
    answer = Client().post(address, {"preview": "1", "body": "Something else.", "version": "1"})
    assert answer.status_code == 409
    assert "Something else." in answer.content.decode()


def test_an_empty_change_is_refused_with_a_sentence() -> None:
    scene = Open()
    confirmed(scene)
    answer = Client().post(link(), {"do": "save", "body": " ", "version": "1"})
    assert answer.status_code == 422
    assert "nothing written" in answer.content.decode()


def test_in_a_finished_course_nothing_can_be_taken_back() -> None:
    scene = Open()
    post = confirmed(scene)
    seal(course=scene.course, by=scene.anna)
    assert 'value="withdraw"' not in Client().get(link()).content.decode()
    Client().post(link(), {"do": "withdraw"})
    post.refresh_from_db()
    assert post.state == Post.State.HELD


def test_the_link_lives_as_long_as_the_post_and_forgets_where_it_came_from() -> None:
    scene = Open()
    confirmed(scene)
    actions.purge_entries(now=timezone.now() + timedelta(days=30))
    entry = GuestEntry.objects.get()
    assert (entry.name, entry.address, entry.address_key, entry.block) == ("", "", "", "")
    assert Client().get(link()).status_code == 200


def test_a_post_from_a_known_browser_has_a_link_too_and_the_page_names_it() -> None:
    scene = Open()
    confirmed(scene)
    scene.send(body="Once more.")
    second = Post.objects.latest("pk")
    address = link_of(second.entry)
    assert address in scene.page()
    assert address not in scene.page(Client())
    assert "Once more." in Client().get(address).content.decode()
    scene.client.post(address, {"do": "withdraw"})
    assert address not in scene.page()
    assert len(mail.outbox) == 1


def test_nobody_else_has_the_way_to_it() -> None:
    scene = Open()
    post = confirmed(scene)
    entry = GuestEntry.objects.get()
    assert Client().get(link()[:-1] + "x").status_code == 404
    assert Client().post(link()[:-1] + "x", {"do": "withdraw"}).status_code == 404
    actions.show(post=post, by=scene.anna)
    for who in (None, scene.anna, cast.student(scene.course)):
        assert entry.public_id not in scene.page(cast.sign_in(who))


@pytest.mark.parametrize("what", ["unconfirmed", "declined"])
def test_the_link_of_one_address_never_leads_to_the_post_of_another(what: str) -> None:
    scene = Open()
    key = str(uuid.uuid4())
    scene.send(address="first@example.org", key=key, body="By the first at this browser.")
    first = link()
    if what == "declined":
        Client().post(first, {"do": "decline"})
    confirmed(scene)
    answer = scene.send(key=key, body="Sent from the first's page again.")
    assert answer.status_code == 422
    assert "Sent from the first&#x27;s page again." in answer.content.decode()
    fresh = re.search(r'name="key" value="([^"]*)"', answer.content.decode())
    assert fresh
    assert scene.send(key=fresh[1], body="Sent from the first's page again.").status_code == 302
    assert "again" not in Client().get(first).content.decode()
    Client().post(first, {"do": "withdraw"})
    assert Post.objects.filter(state=Post.State.HELD).count() == 2
