"""What a guest is about to send, as it would read; and that it tells nothing of the readings."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.discussions.test_preview import shown_in
from tests.support import cast
from tests.support.guests import ADDRESS, Open, confirmed, link, stamp

from quaestio.discussions import actions
from quaestio.discussions.models import Draft, GuestEntry, Post

pytestmark = pytest.mark.django_db

BODY = "I was there.\n\n> So it was.\n\n*Really.*"
QUOTING = "Jones writes: “Initially there was distress, outrage and confusion” (Jones 41)."


def fields_on(page: str) -> dict[str, str]:
    """What the form on the page would send, but for its boxes and radio buttons."""
    form = re.search(r'<form class="composer.*?</form>', page, re.S)
    assert form
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not re.search(r'type="(checkbox|radio)"', tag):
            found[name[1]] = unescape(value[1]) if value else ""
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", form[0], re.S)
    assert text
    return {**found, "body": unescape(text[1])}


def test_a_guest_sees_how_it_will_read_and_nothing_is_sent_or_kept() -> None:
    scene = Open()
    answer = scene.send(body=BODY, answers="1", preview="1", **{"position-1": "2"})
    assert answer.status_code == 200
    page = answer.content.decode()
    wanted = "<p>I was there.</p><blockquote><p>So it was.</p></blockquote><p><em>Really.</em></p>"
    assert shown_in(page).replace("\n", "") == wanted
    assert "Ruth Kellner (guest)</h3>" in page
    assert '<span class="position">no</span>' in page
    assert "It has not been sent." in page
    assert not GuestEntry.objects.exists()
    assert not Post.objects.exists()
    assert not Draft.objects.exists()
    assert not mail.outbox


def test_the_form_keeps_all_that_was_typed_and_can_be_sent_as_it_stands() -> None:
    scene = Open()
    sent = {"body": BODY, "answers": "1", "position-1": "2"}
    page = scene.send(**sent, preview="1").content.decode()
    fields = fields_on(page)
    assert (fields["name"], fields["address"]) == ("Ruth Kellner", ADDRESS)
    assert fields["body"].replace("\r", "") == BODY
    assert re.search(r'name="answers" value="1"[^>]* checked', page)
    assert re.search(r'name="position-1" value="2"[^>]* checked', page)
    again = scene.send(**sent, preview="1", key=fields["key"], stamp=fields["stamp"])
    assert fields_on(again.content.decode())["key"] == fields["key"]
    assert scene.client.post(f"{scene.address}guest", fields).status_code == 302
    kept = str(GuestEntry.objects.get().fields["source"])
    assert kept.replace("\n", "") == shown_in(page).replace("\n", "")


def test_it_is_exactly_what_the_post_will_be() -> None:
    scene = Open()
    body = "I was there.\n\n*Really*, [and](https://example.org/) back."
    shown = shown_in(scene.send(body=body, preview="1").content.decode())
    assert confirmed(scene, body=body).body_html == shown


def test_nothing_is_looked_up_in_the_readings_for_a_guest_known_or_not() -> None:
    scene = Open()
    cast.document(cast.reading(scene.course))
    confirmed(scene, body="First of all, who I am.")
    for client in (Client(), scene.client):
        with CaptureQueriesContext(connection) as asked:
            page = scene.send(client, body=QUOTING, preview="1").content.decode()
        shown = re.search(r'<section class="preview".*?</section>', page, re.S)
        assert shown
        assert "distress, outrage and confusion" in shown[0]
        assert "without the notes on quotations" in shown[0]
        assert not re.search(r'class="(quote|note)|verbatim|/r/', shown[0])
        assert not any("readings_" in str(query["sql"]) for query in asked.captured_queries)


def test_a_known_guest_sees_their_own_name_and_is_not_asked_for_another() -> None:
    scene = Open()
    confirmed(scene)
    page = scene.send(name="Somebody Else", body=BODY, preview="1").content.decode()
    assert "Ruth Kellner (guest)</h3>" in page
    assert "Somebody Else" not in page


def test_enter_in_a_field_sends_and_forgets_nobody() -> None:
    """It presses the first button of a form."""
    scene = Open()
    confirmed(scene)
    form = scene.client.get(f"/d/{scene.discussion.public_id}/").content.decode()
    form = form[form.index('<form class="composer') :]
    first = re.search(r"<button[^>]*>", form)
    assert first and first[0] == '<button class="main">'
    assert 'name="forget"' in form


def test_a_reply_shows_the_words_that_it_answers_and_refuses_others() -> None:
    scene = Open()
    post = cast.response(scene.anna, scene.discussion, "It was planned from the first day.")
    typed = {"to": post, "body": BODY, "kind": "disagree", "preview": "1"}
    page = scene.send(**typed, quotes_typed="planned from the first day").content.decode()
    assert ">planned from the first day</a></blockquote>" in page
    assert not GuestEntry.objects.exists()
    refused = scene.send(**typed, quotes_typed="planned by nobody")
    assert refused.status_code == 422
    assert "do not stand in that post" in refused.content.decode()


def test_what_is_missing_is_said_when_it_is_sent_but_for_the_text() -> None:
    scene = Open()
    page = scene.send(name="", address="", body=BODY, preview="1")
    assert page.status_code == 200
    assert 'aria-invalid="true"' not in page.content.decode()
    assert "Your name (guest)" not in page.content.decode()
    empty = scene.send(body=" ", preview="1")
    assert empty.status_code == 422
    assert "There is nothing written yet." in empty.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<img src="//evil.example/a.png" onerror="alert(1)"><p>Hello</p>',
    ],
)
@pytest.mark.parametrize("how", ["text", "html"])
def test_it_passes_the_sanitizer(body: str, how: str) -> None:
    page = Open().send(body=f"Well. {body}", format=how, preview="1").content.decode()
    assert not re.search(r"<script|<img|<[^>]*onerror", shown_in(page))


def test_a_page_that_lay_open_for_long_is_previewed_and_can_be_sent() -> None:
    scene = Open()
    page = scene.send(body=BODY, stamp=stamp(90_000), preview="1")
    assert page.status_code == 200
    assert fields_on(page.content.decode())["stamp"] not in {"", stamp(90_000)}


def test_members_have_a_preview_of_their_own_and_a_closed_discussion_has_none() -> None:
    scene = Open()
    assert scene.send(cast.sign_in(scene.anna), preview="1").status_code == 403
    actions.close_discussion(discussion=scene.discussion, by=scene.anna)
    closed = scene.send(body=BODY, preview="1")
    assert closed.status_code == 409
    assert "I was there." in closed.content.decode()


def test_no_browser_keeps_the_pages_behind_the_link_in_the_mail() -> None:
    scene = Open()
    scene.send()
    private = link()
    pages = [
        scene.client.get(private),
        scene.client.get(f"{private}x"),
        scene.client.post(private, {"do": "confirm"}),
        scene.client.get(private),
        scene.client.post(private, {"do": "save", "body": ""}),
        scene.client.post(private, {"do": "withdraw"}),
    ]
    assert [page.status_code for page in pages] == [200, 404, 302, 200, 422, 302]
    assert {page["Cache-Control"] for page in pages} == {"no-store"}
