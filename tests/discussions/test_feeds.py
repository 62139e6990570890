"""Feeds: well formed whatever is in them, the same ids for ever, and no more than may be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree, html
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment, FeedKey
from quaestio.discussions import actions
from quaestio.discussions.actions import QuestionInput, Relation, Rules
from quaestio.discussions.models import Discussion, Post, Pseudonym
from quaestio.discussions.views import feeds as views

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
THREAD = "{http://purl.org/syndication/thread/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"
HOSTILE = (
    "]]> <b>&amp; \x08\x0c\x1b\ufffe\uffff \u2028 <!-- ü 🦊 ёлка 銀河 شعر --> ' \" &#0; &nosuch;"
)


def key_of(person: Enrollment) -> str:
    return courses.make_feed_key(person=person).token


def get(path: str, client: Client | None = None, **headers: str) -> HttpResponse:
    return (client or Client()).get(path, headers=headers)


def atom(path: str, client: Client | None = None) -> etree._Element:
    answer = get(path, client)
    assert answer.status_code == 200, path
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def of(person: Enrollment) -> etree._Element:
    """A person's feed of their course, by their key."""
    return atom(f"/feeds/{key_of(person)}/feed.atom")


def entries(feed: etree._Element) -> list[etree._Element]:
    return feed.findall(f"{ATOM}entry")


def titles(feed: etree._Element) -> list[str]:
    return [str(entry.findtext(f"{ATOM}title")) for entry in entries(feed)]


def links(element: etree._Element) -> dict[str, str]:
    return {one.get("rel", ""): one.get("href", "") for one in element.findall(f"{ATOM}link")}


class Scene:
    """A discussion with a response, a reply to it, and a reply to that."""

    def __init__(self, **course: Any) -> None:
        self.anna = cast.instructor(cast.course(**course) if course else None)
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna)
        self.response = cast.response(self.maya, self.discussion, "It was <em>planned</em>.")
        self.reply = cast.reply(self.noah, self.response)
        self.deeper = cast.reply(self.maya, self.reply, "Quite sure.")
        self.course = self.anna.course


# -- What stands in it --------------------------------------------------------------------------


def test_a_feed_tells_discussions_and_posts_newest_first() -> None:
    scene = Scene()
    feed = of(scene.noah)
    assert titles(feed) == [
        "Reply 1.2 in “Was the muddle purposeful?”",
        "Reply 1.1 in “Was the muddle purposeful?”",
        "Response 1 to “Was the muddle purposeful?”",
        "Was the muddle purposeful?",
    ]
    assert feed.findtext(f"{ATOM}title") == "Russia after Stalin"
    assert feed.get(f"{XML}lang") == "en"
    assert feed.get(f"{XML}base") == "http://localhost:8000/"
    response = entries(feed)[2]
    assert response.findtext(f"{ATOM}author/{ATOM}name") == "Maya Lindqvist"
    assert response.findtext(f"{ATOM}content") == "<p>It was <em>planned</em>.</p>"
    assert links(response)["alternate"] == f"http://localhost:8000/p/{scene.response.public_id}/"
    assert "Was it planned?" in str(entries(feed)[3].findtext(f"{ATOM}content"))


def test_each_entry_says_what_it_answers_and_how_many_answer_it() -> None:
    scene = Scene()
    deeper, reply, response, discussion = entries(of(scene.noah))
    ids = {one: str(one.findtext(f"{ATOM}id")) for one in (deeper, reply, response, discussion)}
    for entry, answered in ((deeper, reply), (reply, response), (response, discussion)):
        there = entry.find(f"{THREAD}in-reply-to")
        assert there is not None
        assert there.get("ref") == ids[answered]
        assert there.get("href") == links(answered)["alternate"]
        assert there.get("source", "").endswith(f"/d/{scene.discussion.public_id}/feed.atom")
    assert discussion.find(f"{THREAD}in-reply-to") is None

    def count(entry: etree._Element) -> str | None:
        return next(
            (one.get(f"{THREAD}count") for one in entry if one.get("rel") == "replies"), None
        )

    assert [count(one) for one in (discussion, response, reply, deeper)] == ["3", "1", "1", None]
    assert links(discussion)["replies"].endswith(f"/d/{scene.discussion.public_id}/feed.atom")


def test_a_discussion_has_a_feed_of_its_own() -> None:
    scene = Scene()
    cast.discussion(scene.anna, "Another")
    feed = atom(f"/d/{scene.discussion.public_id}/feed.atom", cast.sign_in(scene.noah))
    assert len(entries(feed)) == 4
    keyed = atom(f"/feeds/{key_of(scene.noah)}/d/{scene.discussion.public_id}/feed.atom")
    assert titles(keyed) == titles(feed)
    assert len(entries(of(scene.noah))) == 5


def test_the_same_as_json() -> None:
    scene = Scene()
    answer = get(f"/feeds/{key_of(scene.noah)}/feed.json")
    assert answer["Content-Type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(answer.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "Russia after Stalin"
    assert "next_url" not in feed
    _deeper, reply, response, discussion = feed["items"]
    assert reply["_thread"] == {"in_reply_to": response["id"], "replies": 1}
    assert response["authors"] == [{"name": "Maya Lindqvist"}]
    assert response["content_html"] == "<p>It was <em>planned</em>.</p>"
    assert discussion["_thread"] == {"in_reply_to": None, "replies": 3}
    same = entries(of(scene.noah))
    assert [one["id"] for one in feed["items"]] == [one.findtext(f"{ATOM}id") for one in same]
    assert feed["items"][0]["date_published"].endswith("Z")


def test_ids_never_change(settings: Any) -> None:
    scene = Scene()
    before = [one.findtext(f"{ATOM}id") for one in entries(of(scene.noah))]
    assert len(set(before)) == 4
    assert all(str(one).startswith("urn:uuid:") for one in before)
    actions.edit_post(
        post=scene.response, by=scene.maya, source="<p>Edited.</p>", version=scene.response.version
    )
    settings.SITE_URL = "https://elsewhere.example"
    after = of(scene.anna)
    assert [one.findtext(f"{ATOM}id") for one in entries(after)] == before
    assert links(entries(after)[0])["alternate"].startswith("https://elsewhere.example/p/")


def test_an_edit_changes_the_time_of_the_entry_and_not_its_place() -> None:
    scene = Scene()
    old = entries(of(scene.noah))[2].findtext(f"{ATOM}updated")
    actions.edit_post(
        post=scene.response, by=scene.maya, source="<p>Edited.</p>", version=scene.response.version
    )
    feed = of(scene.noah)
    entry = entries(feed)[2]
    assert entry.findtext(f"{ATOM}content") == "<p>Edited.</p>"
    assert str(entry.findtext(f"{ATOM}updated")) > str(old)
    assert entry.findtext(f"{ATOM}updated") == feed.findtext(f"{ATOM}updated")
    assert (
        entry.findtext(f"{ATOM}published") == feed.findall(f"{ATOM}entry/{ATOM}published")[2].text
    )


def test_a_reply_to_some_words_begins_with_them() -> None:
    scene = Scene()
    Post.objects.filter(pk=scene.reply.pk).update(
        quotes_text="It was <planned>", quotes_start=0, quotes_end=16
    )
    content = str(entries(of(scene.noah))[1].findtext(f"{ATOM}content"))
    assert content.startswith("<blockquote><p>It was &lt;planned&gt;</p></blockquote><p>Are you")


def said(entry: etree._Element) -> list[tuple[str, str]]:
    """The questions an entry answers: their terms and labels."""
    return [(one.get("term", ""), one.get("label", "")) for one in entry.findall(f"{ATOM}category")]


def test_a_response_says_which_questions_it_answers_and_the_position_it_takes() -> None:
    scene = Scene()
    cast.response(scene.maya, scene.discussion, "In part.", positions={1: 3}, answers=[2])
    entry = entries(of(scene.noah))[0]
    assert said(entry) == [("question-1", "Question 1: in part"), ("question-2", "Question 2")]
    scheme = entry.find(f"{ATOM}category")
    assert scheme is not None
    assert scheme.get("scheme") == f"http://localhost:8000/d/{scene.discussion.public_id}/"
    body = html.fromstring(str(entry.findtext(f"{ATOM}content")))
    assert [one.text_content() for one in body.iter("li")] == [
        "On question 1, “Was it planned?”: in part",
        "On question 2, “What came of it?”",
    ]
    item = json.loads(get(f"/feeds/{key_of(scene.noah)}/feed.json").content)["items"][0]
    assert item["tags"] == ["Question 1: in part", "Question 2"]
    assert item["_answers"][0] == {
        "question": 1,
        "text": "Was it planned?",
        "position": "in part",
        "moved_from": None,
    }
    assert (
        "_answers"
        not in json.loads(get(f"/feeds/{key_of(scene.noah)}/feed.json").content)["items"][1]
    )


def test_whoever_moves_is_said_to_have_moved_and_what_was_taken_back_is_not_held() -> None:
    scene = Scene()
    first = cast.response(scene.maya, scene.discussion, "No.", positions={1: 2})
    second = cast.response(scene.maya, scene.discussion, "In part.", positions={1: 3})
    newest, before = entries(of(scene.noah))[:2]
    assert "in part, moved from no" in str(newest.findtext(f"{ATOM}content"))
    assert said(before) == [("question-1", "Question 1: no")]
    actions.edit_post(
        post=second, by=scene.maya, source="<p>Nothing.</p>", answers=[1], positions={}, version=1
    )
    newest, before = entries(of(scene.noah))[:2]
    assert said(newest) == [("question-1", "Question 1")]
    assert said(before) == [("question-1", "Question 1: no")]
    actions.withdraw(post=first, by=scene.maya)
    assert said(entries(of(scene.noah))[0]) == [("question-1", "Question 1")]


def test_a_position_that_waits_or_is_kept_back_is_in_no_feed() -> None:
    scene = Scene()
    hidden = cast.response(scene.maya, scene.discussion, "No.", positions={1: 2})
    actions.hide(post=hidden, by=scene.anna)
    first = cast.discussion(scene.anna, "First", rules=Rules(post_first=True))
    cast.response(scene.maya, first, "No.", positions={1: 2})
    Enrollment.objects.filter(pk=scene.maya.pk).update(hold_posts=True)
    scene.maya.refresh_from_db()
    cast.response(scene.maya, scene.discussion, "Yes.", positions={1: 1})
    assert [said(entry) for entry in entries(of(scene.noah)) if said(entry)] == []
    told = [said(entry) for entry in entries(of(scene.anna)) if said(entry)]
    assert told == [[("question-1", "Question 1: no")]]


def test_links_in_a_text_become_whole_addresses() -> None:
    scene = Scene()
    cast.response(scene.anna, scene.discussion, '<a href="/r/x/p/1">here</a>')
    assert 'href="http://localhost:8000/r/x/p/1"' in str(
        entries(of(scene.noah))[0].findtext(f"{ATOM}content")
    )


@pytest.mark.parametrize("form", ["atom", "json"])
def test_no_text_breaks_a_feed(form: str) -> None:
    anna = cast.instructor(cast.course(HOSTILE[:60]))
    discussion = cast.discussion(anna, HOSTILE, questions=[QuestionInput(HOSTILE)])
    cast.response(anna, discussion, HOSTILE, answers=[1])
    Discussion.objects.filter(pk=discussion.pk).update(title=HOSTILE, context=HOSTILE)
    Post.objects.update(source=HOSTILE + "<script>alert(1)</script>")
    Enrollment.objects.filter(pk=anna.pk).update(byline=HOSTILE[:100])
    answer = get(f"/feeds/{key_of(anna)}/feed.{form}")
    assert b"<script" not in answer.content
    if form == "atom":
        feed = etree.fromstring(answer.content)
        contents = [str(one.findtext(f"{ATOM}content")) for one in entries(feed)]
        title = str(entries(feed)[-1].findtext(f"{ATOM}title"))
    else:
        items = json.loads(answer.content)["items"]
        contents, title = [one["content_html"] for one in items], items[-1]["title"]
    assert "ёлка" in title
    assert "銀河" in title
    for content in contents:
        html.fromstring(f"<div>{content}</div>")
        assert not {"script", "b"} & {
            one.tag for one in html.fragments_fromstring(content) if not isinstance(one, str)
        }


# -- Pages --------------------------------------------------------------------------------------


def walk(path: str) -> Iterator[etree._Element]:
    while path:
        feed = atom(path)
        yield feed
        path = links(feed).get("next", "").removeprefix("http://localhost:8000")


def test_older_entries_are_on_further_pages_none_lost_and_none_twice() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    at = timezone.now() - timedelta(days=1)
    for number in range(1, 121):
        cast.response(anna, discussion, f"No. {number}", at=at)  # all at once, as an import has it
    key = key_of(anna)
    pages = list(walk(f"/feeds/{key}/feed.atom"))
    assert [len(entries(one)) for one in pages] == [50, 50, 21]
    ids = [one.findtext(f"{ATOM}id") for page in pages for one in entries(page)]
    assert len(set(ids)) == 121
    assert "previous" in links(pages[1])
    assert links(pages[1])["first"] == links(pages[0])["self"]
    first = json.loads(get(f"/feeds/{key}/feed.json").content)
    second = json.loads(get(first["next_url"].removeprefix("http://localhost:8000")).content)
    assert [one["id"] for one in first["items"] + second["items"]] == ids[:100]
    assert entries(atom(f"/feeds/{key}/feed.atom?page=99")) == []
    for odd in ("0", "-1", "x", "²", "9" * 30, ""):
        assert len(entries(atom(f"/feeds/{key}/feed.atom?page={odd}"))) == 50


# -- Whose it is --------------------------------------------------------------------------------


def test_a_private_course_shows_its_feed_to_nobody_without_a_key() -> None:
    scene = Scene()
    for path in (f"/c/{scene.course.public_id}", f"/d/{scene.discussion.public_id}"):
        for form in ("atom", "json"):
            assert get(f"{path}/feed.{form}")["Location"].startswith("/accounts/login/")
            assert get(f"{path}/feed.{form}", cast.sign_in(scene.noah)).status_code == 200
            assert get(f"{path}/feed.rss", cast.sign_in(scene.noah)).status_code == 404
    assert get("/feeds/no-such-key/feed.atom").status_code == 404
    assert get(f"/feeds/no-such-key/d/{scene.discussion.public_id}/feed.atom").status_code == 404
    assert get(f"/feeds/{key_of(scene.noah)}/feed.rss").status_code == 404


def test_a_public_course_has_a_feed_for_everybody() -> None:
    scene = Scene(is_public=True)
    feed = atom(f"/c/{scene.course.public_id}/feed.atom")
    assert len(entries(feed)) == 4
    assert feed.findtext(f"{ATOM}id") != of(scene.noah).findtext(f"{ATOM}id")


def test_a_key_opens_its_own_course_alone() -> None:
    scene, other = Scene(), Scene()
    key = key_of(scene.noah)
    assert get(f"/feeds/{key}/d/{scene.discussion.public_id}/feed.atom").status_code == 200
    assert get(f"/feeds/{key}/d/{other.discussion.public_id}/feed.atom").status_code == 404


def test_a_new_key_ends_the_old_one() -> None:
    scene = Scene()
    old = key_of(scene.noah)
    new = key_of(scene.noah)
    assert get(f"/feeds/{old}/feed.atom").status_code == 404
    assert get(f"/feeds/{new}/feed.atom").status_code == 200


def test_a_key_ends_with_the_membership_and_does_not_come_back_with_it() -> None:
    scene = Scene()
    key = key_of(scene.noah)
    courses.remove_person(enrollment=scene.noah, by=scene.anna)
    assert get(f"/feeds/{key}/feed.atom").status_code == 404
    assert scene.noah.user is not None
    courses.join(by=scene.noah.user, token=cast.invitation(scene.anna).token)
    assert get(f"/feeds/{key}/feed.atom").status_code == 404


def test_a_key_ends_with_the_account() -> None:
    scene = Scene()
    key = key_of(scene.noah)
    assert scene.noah.user is not None
    scene.noah.user.is_active = False
    scene.noah.user.save()
    assert get(f"/feeds/{key}/feed.atom").status_code == 404


def test_a_key_is_told_to_no_search_engine_and_kept_by_no_shared_cache() -> None:
    answer = get(f"/feeds/{key_of(Scene().noah)}/feed.atom")
    assert answer["X-Robots-Tag"] == "noindex"
    assert "private" in answer["Cache-Control"]


# -- What may not be read -----------------------------------------------------------------------


def test_nothing_of_what_does_not_stand_is_in_anybodys_feed() -> None:
    scene = Scene()
    cast.discussion(scene.anna, "Draftword", open_now=False)
    actions.hide(post=cast.response(scene.maya, scene.discussion, "Hiddenword."), by=scene.anna)
    actions.withdraw(
        post=cast.response(scene.maya, scene.discussion, "Withdrawnword."), by=scene.maya
    )
    courses.place(
        enrollment=scene.noah,
        by=scene.anna,
        role=scene.noah.role,
        byline=scene.noah.byline,
        section=None,
        hold_posts=True,
    )
    cast.response(scene.noah, scene.discussion, "Waitingword.")
    for person in (scene.anna, scene.maya, scene.noah):
        feed = of(person)
        assert len(entries(feed)) == 4
        whole = etree.tostring(feed, encoding="unicode")
        for word in ("Draftword", "Hiddenword", "Withdrawnword", "Waitingword"):
            assert word not in whole
        assert "Response 2" not in whole


def test_a_reply_to_what_was_hidden_answers_what_can_still_be_read() -> None:
    scene = Scene()
    actions.hide(post=scene.response, by=scene.anna)
    deeper, reply, discussion = entries(of(scene.noah))
    assert scene.response.public_id not in etree.tostring(reply, encoding="unicode")
    assert titles(of(scene.noah))[1] == "Reply in “Was the muddle purposeful?”"
    there = reply.find(f"{THREAD}in-reply-to")
    assert there is not None
    assert there.get("ref") == discussion.findtext(f"{ATOM}id")
    still = deeper.find(f"{THREAD}in-reply-to")
    assert still is not None
    assert still.get("ref") == reply.findtext(f"{ATOM}id")


@pytest.mark.parametrize("gone", [actions.hide, actions.withdraw])
def test_a_reply_tells_no_feed_the_words_of_a_post_that_is_gone(gone: Callable[..., Post]) -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    post = cast.response(maya, cast.discussion(anna), "Nobody plans confusion.")
    cast.reply(noah, post, relation=Relation("", "Nobody plans"))
    gone(post=post, by=anna if gone is actions.hide else maya)
    for who in (anna, maya, noah):  # a teacher too, and whoever wrote it
        whole = etree.tostring(of(who), encoding="unicode")
        assert "Are you sure?" in whole
        assert "Nobody plans" not in whole
        assert post.public_id not in whole


def test_a_feed_keeps_the_secret_of_post_first() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna, rules=Rules(post_first=True))
    secret = cast.response(noah, discussion, "The secret.", at=timezone.now() + timedelta(hours=1))
    cast.reply(anna, secret)
    feed = of(maya)
    assert titles(feed) == ["Was the muddle purposeful?"]
    whole = etree.tostring(feed, encoding="unicode")
    for word in ("secret", "Noah", secret.public_id, 'count="1"', 'count="2"'):
        assert word not in whole
    assert 'count="0"' in whole
    assert str(feed.findtext(f"{ATOM}updated")) < timezone.now().isoformat()
    cast.response(maya, discussion)
    assert len(entries(of(maya))) == 4


def test_a_feed_shows_made_up_names_where_names_are_hidden() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna, rules=Rules(pseudonyms=True))
    cast.response(maya, discussion)
    name = Pseudonym.objects.get(person=maya).name

    def author(person: Enrollment) -> str:
        return str(entries(of(person))[0].findtext(f"{ATOM}author/{ATOM}name"))

    assert author(noah) == name
    assert author(anna) == f"Maya Lindqvist ({name})"
    assert "Maya" not in etree.tostring(of(noah), encoding="unicode")
    assert "Maya" not in get(f"/feeds/{key_of(noah)}/feed.json").content.decode()


def test_another_sections_discussions_are_in_no_feed_of_ours() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    section = courses.make_section(course=anna.course, name="Monday")
    monday = cast.discussion(anna, rules=Rules(section=section))
    cast.response(anna, monday)
    assert entries(of(maya)) == []
    assert len(entries(of(anna))) == 2


def test_no_address_is_in_a_feed() -> None:
    scene = Scene()
    for form in ("atom", "json"):
        whole = get(f"/feeds/{key_of(scene.anna)}/feed.{form}").content.decode()
        assert "@" not in whole


# -- Asking again -------------------------------------------------------------------------------


def test_a_feed_that_has_not_changed_is_not_sent_again() -> None:
    scene = Scene()
    path = f"/feeds/{key_of(scene.noah)}/feed.atom"
    first = get(path)
    assert get(path, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert get(path, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    cast.response(scene.maya, scene.discussion)
    second = get(path, **{"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]
    assert get(path, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 200


def test_a_reader_that_goes_by_the_time_alone_is_told_when_something_is_gone() -> None:
    scene = Scene()
    path = f"/feeds/{key_of(scene.noah)}/feed.json"
    before = get(path)["Last-Modified"]
    actions.hide(post=scene.response, by=scene.anna)
    after = get(path, **{"If-Modified-Since": before})
    assert after.status_code == 200
    assert get(path, **{"If-Modified-Since": after["Last-Modified"]}).status_code == 304


def test_the_times_of_feeds_that_nobody_asks_for_are_forgotten() -> None:
    changes = views.Changes(2)
    for name in ("a", "b", "c"):
        changes.last(name, "tag")
    assert list(changes.seen) == ["b", "c"]


def test_a_feed_costs_the_same_for_one_post_and_for_many() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna, rules=Rules(pseudonyms=True))
    cast.reply(anna, cast.response(cast.student(anna.course), discussion))
    path = f"/feeds/{key_of(anna)}/feed.atom"

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert get(path).status_code == 200
        return len(asked)

    once = count()
    for _number in range(3):
        other = cast.discussion(anna, rules=Rules(pseudonyms=True))
        cast.reply(anna, cast.response(cast.student(anna.course), other))
    assert count() == once <= 12


def test_discussions_that_ask_first_cost_one_query_however_many_they_are() -> None:
    anna = cast.instructor()
    maya = cast.student(anna.course)
    path = f"/c/{anna.course.public_id}/feed.atom"
    client = cast.sign_in(maya)

    def count(discussions: int) -> int:
        for _number in range(discussions):
            asking = cast.discussion(anna, rules=Rules(post_first=True, words_least=50))
            cast.response(maya, asking)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    assert count(1) == count(3)


# -- The page that gives the addresses ----------------------------------------------------------


def test_a_person_makes_and_remakes_the_addresses_of_their_feeds() -> None:
    scene = Scene()
    client, path = cast.sign_in(scene.noah), f"/c/{scene.course.public_id}/feeds"
    assert "Make my addresses" in client.get(path).content.decode()
    assert not FeedKey.objects.exists()
    assert client.post(path).status_code == 302
    key = FeedKey.objects.get(person=scene.noah).token
    page = client.get(path).content.decode()
    assert f"http://localhost:8000/feeds/{key}/feed.atom" in page
    assert f"/feeds/{key}/d/{scene.discussion.public_id}/feed.atom" in page
    assert "For everybody" not in page
    client.post(path)
    assert key not in client.get(path).content.decode()


def test_pages_say_where_their_feed_is() -> None:
    scene = Scene(is_public=True)
    course, discussion = (f"/c/{scene.course.public_id}", f"/d/{scene.discussion.public_id}")
    for path in (course, discussion):
        page = get(f"{path}/").content.decode()
        assert f'href="{path}/feed.atom"' in page
        assert f'href="{course}/feed.atom"' in page
    assert f'href="{course}/feeds"' not in get(f"{course}/").content.decode()
    assert f'href="{course}/feeds"' in get(f"{course}/", cast.sign_in(scene.noah)).content.decode()
