"""Guests of an open course: what they send, what they confirm, what machines get."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import cast
from tests.support.guests import ADDRESS, Open, confirmed, link, stamp

from quaestio.courses.actions import enroll_named, remove_person, seal
from quaestio.courses.models import Course, Enrollment, Guest
from quaestio.courses.roles import Role
from quaestio.discussions import actions, guests
from quaestio.discussions.actions import PostRefused
from quaestio.discussions.models import Discussion, GuestEntry, Post

pytestmark = pytest.mark.django_db


# -- The way of a response -----------------------------------------------------------------------


def test_the_form_asks_name_and_address_and_promises_that_it_is_not_published() -> None:
    page = Open().page()
    assert "Respond as a guest" in page
    assert "It is not published" in page
    assert page.count("&nbsp;*") == 3


def test_nothing_appears_before_the_address_is_confirmed_and_a_teacher_lets_it_in() -> None:
    scene = Open()
    assert scene.send().status_code == 302
    assert not Post.objects.exists()
    assert "I was there in 1956." not in scene.page()
    assert [one.to for one in mail.outbox] == [[ADDRESS]]
    shown = scene.client.get(link()).content.decode()
    assert "I was there in 1956." in shown
    assert not Post.objects.exists()  # looking confirms nothing
    scene.client.post(link(), {"do": "confirm"})
    post = Post.objects.get()
    assert (post.state, post.author.role) == (Post.State.HELD, Role.GUEST)
    assert "I was there in 1956." not in scene.page()
    actions.show(post=post, by=scene.anna)
    page = scene.page(Client())
    assert "I was there in 1956." in page
    assert "Ruth Kellner (guest)" in page


def test_the_address_is_told_to_instructors_alone() -> None:
    scene = Open()
    tom, maya = cast.assistant(scene.course), cast.student(scene.course)
    post = confirmed(scene)
    scene.send(Client(), address="second@example.org", name="Second")
    queue, people = (f"/c/{scene.course.public_id}/{name}" for name in ("waiting", "people"))
    for page in (queue, people):
        assert ADDRESS in cast.sign_in(scene.anna).get(page).content.decode()
        assert ADDRESS not in cast.sign_in(tom).get(page).content.decode()
    assert "second@example.org" in cast.sign_in(scene.anna).get(queue).content.decode()
    assert "second@example.org" not in cast.sign_in(tom).get(queue).content.decode()
    actions.show(post=post, by=scene.anna)
    for who in (maya, tom, None):
        client = cast.sign_in(who)
        for page in (scene.address, f"/c/{scene.course.public_id}/", people):
            assert "@example.org" not in client.get(page).content.decode()
    assert ADDRESS not in scene.page()  # nor in the browser that is known


def test_the_class_reads_no_name_of_a_guest_that_a_teacher_has_not_let_in() -> None:
    scene = Open()
    maya, people = cast.student(scene.course), f"/c/{scene.course.public_id}/people"
    before = cast.sign_in(maya).get(people).content.decode()
    post = confirmed(scene)
    actions.hide(post=post, by=scene.anna)
    now = cast.sign_in(maya).get(people).content.decode()
    for page in (now, scene.page(cast.sign_in(maya))):
        assert "Ruth Kellner" not in page
    count = re.compile(r"\d+ people in ")
    assert count.findall(now) == count.findall(before)
    assert "Ruth Kellner" in cast.sign_in(scene.anna).get(people).content.decode()


def test_a_link_confirms_once_and_for_three_days() -> None:
    scene = Open()
    scene.send()
    first = link()
    assert scene.client.post(first, {"do": "confirm"}).status_code == 302
    assert "It waits for a teacher" in scene.client.get(first).content.decode()
    assert scene.client.post(first, {"do": "confirm"})["Location"] == first
    assert Post.objects.count() == 1
    scene.send(Client(), address="late@example.org")
    GuestEntry.objects.filter(address="late@example.org").update(
        created_at=timezone.now() - timedelta(days=3, minutes=1)
    )
    assert scene.client.get(link()).status_code == 410
    assert scene.client.get(link()[:-1] + "x").status_code == 404


def test_whoever_owns_the_address_can_say_that_it_was_not_they() -> None:
    scene = Open()
    scene.send()
    page = scene.client.post(link(), {"do": "decline"}).content.decode()
    assert "It is deleted." in page
    entry = GuestEntry.objects.get()
    assert (entry.name, entry.address, entry.fields) == ("", "", {})
    assert scene.client.get(link()).status_code == 410
    assert not Enrollment.objects.filter(role=Role.GUEST).exists()


def test_the_guest_hears_what_became_of_it() -> None:
    scene = Open()
    post = confirmed(scene)
    actions.hide(post=post, by=scene.anna, because="Please quote the page.")
    assert mail.outbox[-1].to == [ADDRESS]
    assert "Please quote the page." in str(mail.outbox[-1].body)
    actions.show(post=post, by=scene.anna)
    assert "Everybody can read it now" in str(mail.outbox[-1].body)


def test_positions_and_answers_of_a_guest_are_taken_with_the_text() -> None:
    scene = Open()
    scene.send(answers=["2"], **{"position-1": "2"})
    scene.client.post(link(), {"do": "confirm"})
    post = Post.objects.get()
    assert [one.question.number for one in post.answers.order_by("question__number")] == [1, 2]
    assert post.positions.get().choice.number == 2


# -- Who is who ----------------------------------------------------------------------------------


def test_the_same_browser_needs_no_second_confirmation_and_keeps_its_byline() -> None:
    scene = Open()
    first = confirmed(scene)
    page = scene.page()
    assert "You write as Ruth Kellner" in page
    assert 'name="address"' not in page
    scene.send(body="Once more.")
    second = Post.objects.exclude(pk=first.pk).get()
    assert second.author == first.author
    assert len(mail.outbox) == 1


def test_to_know_an_address_is_not_enough_to_write_under_its_name() -> None:
    scene = Open()
    confirmed(scene)
    other = Client()
    scene.send(other, name="Ruth Kellner", body="I take it all back.")
    assert Post.objects.count() == 1
    assert "You write as" not in scene.page(other)


def test_the_same_address_confirmed_again_is_the_same_person_under_the_name_they_had() -> None:
    scene = Open()
    first = confirmed(scene)
    again = Client()
    scene.send(again, name="R. K.", address=ADDRESS.upper(), body="From another computer.")
    again.post(link(), {"do": "confirm"})
    second = Post.objects.exclude(pk=first.pk).get()
    assert second.author == first.author
    assert Guest.objects.get().enrollment.byline == "Ruth Kellner"


def test_somebody_else_at_the_same_browser_starts_anew_and_loses_no_word() -> None:
    scene = Open()
    confirmed(scene)
    answer = scene.send(forget="1", body="Half a sentence")
    page = answer.content.decode()
    assert "Half a sentence" in page
    assert 'name="address"' in page
    assert "You write as" not in scene.page()


def test_a_made_up_cookie_opens_nothing() -> None:
    scene = Open()
    confirmed(scene)
    other = Client()
    other.cookies[guests.cookie_of(scene.course)] = f"{Guest.objects.get().pk}:x:y"
    assert "You write as" not in scene.page(other)


def test_a_guest_who_was_taken_out_can_write_no_more() -> None:
    scene = Open()
    post = confirmed(scene)
    remove_person(enrollment=post.author, by=scene.anna)
    scene.send(Client(), body="And another thing.")
    answer = scene.client.post(link(), {"do": "confirm"})
    assert answer.status_code == 409
    assert "And another thing." in answer.content.decode()
    assert Post.objects.count() == 1


def test_a_guest_is_never_taken_for_a_person_on_an_imported_page() -> None:
    scene = Open()
    guest = confirmed(scene).author
    assert enroll_named(course=scene.course, byline="Ruth Kellner") != guest


def test_a_member_has_no_guest_form_and_cannot_use_it() -> None:
    scene = Open()
    client = cast.sign_in(cast.student(scene.course))
    assert "Respond as a guest" not in scene.page(client)
    assert scene.send(client).status_code == 403


# -- Nothing typed is lost -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "required"),
        ({"address": "nowhere"}, "valid email"),
        ({"name": "ruth@example.org"}, "without an address"),
        ({"name": "buy at http://example.org"}, "without an address"),
        ({"stamp": "just now"}, "very quick"),
        ({"stamp": "made up"}, "open for long"),
        ({"homepage": "http://example.org"}, "stay empty"),
        ({"body": "A sentence to keep. " * 1001}, "longer than"),
    ],
)
def test_a_form_that_is_not_taken_comes_back_with_every_word(
    fields: dict[str, str], said: str
) -> None:
    scene = Open()
    if fields.get("stamp") == "just now":
        fields = {"stamp": stamp(0)}
    answer = scene.send(**{"body": "A sentence to keep.", **fields})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "A sentence to keep." in page
    assert fields.get("address", ADDRESS) in page
    assert not GuestEntry.objects.exists()
    assert not mail.outbox


def test_a_page_that_lay_open_for_two_days_can_be_sent_again_at_once() -> None:
    scene = Open()
    answer = scene.send(stamp=stamp(2 * 86400))
    fresh = re.search(r'name="stamp" value="([^"]+)"', answer.content.decode())
    assert fresh
    assert guests.stamp_problem(fresh[1]) == "fast"  # so it is a new one
    assert guests.stamp_problem(stamp(10)) == ""


@pytest.mark.parametrize("what", ["closed", "no guests", "sealed"])
def test_what_cannot_be_taken_any_more_is_given_back(what: str) -> None:
    scene = Open()
    if what == "closed":
        actions.close_discussion(discussion=scene.discussion, by=scene.anna)
    elif what == "sealed":
        seal(course=scene.course, by=scene.anna)
    else:
        Course.objects.update(guests=False)
    answer = scene.send(body="A sentence to keep.")
    assert answer.status_code == 409
    assert "A sentence to keep." in answer.content.decode()
    assert not GuestEntry.objects.exists()


def test_a_discussion_closed_before_the_link_was_opened_gives_the_text_back() -> None:
    scene = Open()
    scene.send(body="A sentence to keep.")
    actions.close_discussion(discussion=scene.discussion, by=scene.anna)
    answer = scene.client.post(link(), {"do": "confirm"})
    assert answer.status_code == 409
    assert "A sentence to keep." in answer.content.decode()


def test_the_same_form_sent_ten_times_is_one_entry_and_one_mail() -> None:
    scene = Open()
    key = str(uuid.uuid4())
    for _time in range(10):
        assert scene.send(key=key).status_code == 302
    assert GuestEntry.objects.count() == 1
    assert len(mail.outbox) == 1


# -- What guests do not see ----------------------------------------------------------------------


def test_a_guest_sees_nothing_that_post_first_keeps_back_even_after_writing() -> None:
    scene = Open(post_first=True)
    cast.response(cast.student(scene.course), scene.discussion, "The secret of the class.")
    post = confirmed(scene)
    actions.show(post=post, by=scene.anna)
    page = scene.page()
    assert "The secret of the class." not in page
    assert "Respond as a guest" in page


def test_the_kept_page_of_one_browser_is_never_shown_to_another() -> None:
    scene = Open()
    confirmed(scene)
    assert "You write as Ruth Kellner" in scene.page()
    assert "You write as Ruth Kellner" in scene.page()
    assert "You write as" not in scene.page(Client())


def test_a_page_that_a_browser_has_kept_is_asked_for_again_with_a_new_stamp() -> None:
    scene = Open()
    first = scene.client.get(scene.address)
    again = scene.client.get(scene.address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    stranger = Client().get(scene.address, headers={"If-None-Match": first["ETag"]})
    assert stranger.status_code == 200  # its form would hold a token that is not theirs


def test_no_word_of_a_guest_stands_in_a_header_and_none_is_markup() -> None:
    scene = Open()
    scene.send(name="Ruth & Co", body="<script>alert(1)</script>")
    letter = mail.outbox[0]
    assert letter.subject == "Please confirm your response"
    html = letter.alternatives[0].content  # type: ignore[attr-defined]
    assert "Ruth &amp; Co" in html
    assert "Ruth & Co" in str(letter.body)
    assert "<script>alert" not in scene.client.get(link()).content.decode()


# -- Machines ------------------------------------------------------------------------------------


def test_sixty_guests_behind_one_address_are_all_taken_within_five_minutes() -> None:
    scene = Open()
    for number in range(60):
        client = Client()
        answer = scene.send(client, name=f"Guest {number}", address=f"g{number}@example.org")
        assert answer.status_code == 302
        if number % 2:
            assert client.post(link(), {"do": "confirm"}).status_code == 302
    assert len(mail.outbox) == 60
    assert Post.objects.filter(state=Post.State.HELD).count() == 30
    assert GuestEntry.objects.filter(decided_at__isnull=True).count() == 30


def test_a_machine_that_sends_two_thousand_leaves_little_and_nothing_to_be_seen() -> None:
    scene = Open()
    blocked = guests.keyed("block", "192.0.2.0/24")
    refused = 0
    for number in range(2000):
        try:
            actions.send_entry(
                discussion=scene.discussion,
                name=f"Bot {number}",
                address=f"victim{number}@example.org",
                fields={"source": "<p>Buy.</p>"},
                key=uuid.uuid4(),
                block=blocked,
            )
        except PostRefused:
            refused += 1
    assert refused == 1900
    assert GuestEntry.objects.count() == len(mail.outbox) == 100
    assert not Post.objects.exists()
    assert "Bot" not in scene.page()
    # From another network somebody is still heard, and members are never asked.
    assert scene.send(network="198.51.100.1").status_code == 302
    answer = scene.send(address="x@example.org", body="A sentence to keep.")
    assert answer.status_code == 422
    assert "A sentence to keep." in answer.content.decode()
    member = cast.sign_in(cast.student(scene.course))
    assert member.post(f"{scene.address}respond", {"body": "Mine."}).status_code == 302


def test_networks_are_told_apart_by_their_first_bits() -> None:
    def block(address: str) -> str:
        from django.test import RequestFactory

        return guests.block_of(RequestFactory().get("/", REMOTE_ADDR=address))

    assert block("192.0.2.1") == block("192.0.2.254") != block("192.0.3.1")
    assert block("2001:db8:1::1") == block("2001:db8:1:ffff::1") != block("2001:db8:2::1")
    assert "192.0.2" not in block("192.0.2.1")


def test_nobody_gets_more_than_three_mails_a_day_whoever_asks_for_them() -> None:
    scene = Open()
    for number, address in enumerate([ADDRESS, ADDRESS.upper(), "ruth.kellner+x@example.org"]):
        answer = scene.send(Client(), address=address, network=f"198.51.{number}.1")
        assert answer.status_code == 302
    answer = scene.send(Client(), address="ruth.kellner+y@example.org", body="Keep this.")
    assert answer.status_code == 422
    assert "Keep this." in answer.content.decode()
    assert len(mail.outbox) == 3


def test_one_guest_has_at_most_ten_responses_waiting() -> None:
    scene = Open()
    confirmed(scene)
    for number in range(9):
        assert scene.send(body=f"Response {number}").status_code == 302
    answer = scene.send(body="One too many")
    assert answer.status_code == 422
    assert "One too many" in answer.content.decode()


def test_what_was_not_confirmed_goes_after_three_days() -> None:
    scene = Open()
    scene.send()
    later = timezone.now() + timedelta(days=3, minutes=1)
    assert actions.purge_entries(now=timezone.now()) == 0
    assert actions.purge_entries(now=later) == 1


def test_a_guest_is_asked_for_no_more_than_one_query_more_than_the_public() -> None:
    scene = Open()
    scene.page()
    with CaptureQueriesContext(connection) as public:
        scene.page(Client())
    confirmed(scene)
    scene.page()
    scene.page()
    with CaptureQueriesContext(connection) as guest:
        scene.page()
    assert len(public) <= 1
    assert len(guest) <= 2


# -- For teachers --------------------------------------------------------------------------------


def test_teachers_see_what_is_not_confirmed_apart_and_can_delete_it() -> None:
    scene = Open()
    scene.send()
    teacher = cast.sign_in(scene.anna)
    queue = f"/c/{scene.course.public_id}/waiting"
    page = teacher.get(queue).content.decode()
    assert "address not confirmed yet" in page
    assert "Let in" not in page
    entry = GuestEntry.objects.get()
    teacher.post(f"/c/{scene.course.public_id}/guests/{entry.public_id}/drop")
    assert "Nothing waits." in teacher.get(queue).content.decode()
    assert scene.client.get(link()).status_code == 410


def test_an_entry_sent_to_a_discussion_that_was_merged_since_goes_where_that_went() -> None:
    scene = Open()
    scene.send()
    other = cast.discussion(scene.anna, "Another")
    Discussion.objects.filter(pk=scene.discussion.pk).update(merged_into=other)
    scene.client.post(link(), {"do": "confirm"})
    assert Post.objects.get().discussion == other


def test_a_browser_that_opens_a_given_back_form_anew_is_led_to_the_discussion() -> None:
    anna = cast.instructor()
    Course.objects.filter(pk=anna.course.pk).update(is_public=True, guests=True)
    posed = cast.discussion(anna)
    answer = Client().get(f"/d/{posed.public_id}/guest")
    assert answer.status_code == 302
    assert answer["Location"] == f"/d/{posed.public_id}/"
