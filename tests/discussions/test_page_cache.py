"""Finished thread pages are kept in memory: never an old one, never another person's."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import brotli
import pytest
from django.middleware.csrf import _unmask_cipher_token  # type: ignore[attr-defined]
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.discussions.views import thread as views
from quaestio.web.finished import FORM_KEY, NOTICES, TOKEN, Page, Shelf, token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf() -> Iterator[Shelf]:
    views.finished.clear()
    yield views.finished
    views.finished.clear()


def page_of(client: Client, discussion: Discussion) -> str:
    answer = client.get(f"/d/{discussion.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def kept(client: Client, discussion: Discussion) -> str:
    """The ETag of a page that is in memory now, seen by this client."""
    for _ in range(2):  # the first look marks what is new as seen
        answer = client.get(f"/d/{discussion.public_id}/")
    assert answer["ETag"]
    return answer["ETag"]


def hidden_value(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_the_second_look_is_not_rendered(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = cast.instructor()
    question, client = cast.discussion(anna), cast.sign_in(anna)
    kept(client, question)
    assert len(shelf.pages) == 1

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("rendered again")

    monkeypatch.setattr(views, "thread_of", refuse)
    assert "Was it planned?" in page_of(client, question)


# -- Whatever changes on the page changes the page -----------------------------------------------


class Scene:
    """A discussion in a meeting, as Maya sees it."""

    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.course: Course = self.anna.course
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        self.meeting = cast.meeting(self.course)
        self.discussion = cast.discussion(self.anna, meeting=self.meeting)
        self.post = cast.response(self.noah, self.discussion, positions={1: 1})
        self.mine = cast.response(self.maya, self.discussion)
        self.client = cast.sign_in(self.maya)


def revise(scene: Scene, **changes: object) -> None:
    now = Discussion.objects.get(pk=scene.discussion.pk)
    given = {
        "title": now.title,
        "context": now.context,
        "questions": [
            (1, actions.QuestionInput("Was it planned?", ("yes", "no", "in part"))),
            (2, actions.QuestionInput("What came of it?")),
        ],
        "meeting": now.meeting,
        "due_at": now.due_at,
        **changes,
    }
    actions.change_discussion(
        discussion=now,
        by=scene.anna,
        version=now.version,
        **given,  # type: ignore[arg-type]
    )


def rename(person: Enrollment, byline: str) -> None:
    courses.place(
        enrollment=person,
        by=cast.teacher(person.course),
        role=person.role,
        byline=byline,
        section=None,
    )


def rename_user(scene: Scene) -> None:
    user = scene.maya.user
    assert user is not None
    user.name = "Maya L. Renamed"
    user.save()


def change_course(scene: Scene, **changes: object) -> None:
    course = scene.course
    given = {
        "title": course.title,
        "term": course.term,
        "is_public": course.is_public,
        "students_pose": course.students_pose,
        **changes,
    }
    courses.change_course(course=course, by=cast.teacher(course), **given)  # type: ignore[arg-type]


def save_draft(scene: Scene) -> None:
    actions.save_draft(
        person=scene.maya,
        target=f"respond:{scene.discussion.public_id}",
        fields={"body": "Half a thought"},
        version=0,
    )


def change_meeting(scene: Scene, title: str, on: date) -> None:
    courses.change_meeting(meeting=scene.meeting, title=title, on=on, note="")


def drop_meeting(scene: Scene) -> None:
    scene.meeting.delete()


CHANGES: dict[str, tuple[Callable[[Scene], object], str]] = {
    "a response": (lambda s: cast.response(s.noah, s.discussion, "A new word."), "A new word."),
    "a reply": (lambda s: cast.reply(s.noah, s.post, "A new reply."), "A new reply."),
    "an edit": (
        lambda s: actions.edit_post(
            post=Post.objects.get(pk=s.post.pk),
            by=s.noah,
            source="<p>Changed words.</p>",
            version=1,
        ),
        "Changed words.",
    ),
    "a post taken back": (
        lambda s: actions.withdraw(post=s.post, by=s.post.author),
        "This post has been withdrawn by its author.",
    ),
    "thanks": (
        lambda s: actions.thank(post=s.mine, by=s.noah),
        "Thanked by Noah Weiss.",
    ),
    "an endorsement": (
        lambda s: actions.endorse(post=s.post, by=s.anna),
        "Endorsed by Anna Berg",
    ),
    "a hidden post": (
        lambda s: actions.hide(post=s.post, by=s.post.discussion.author),
        "This post has been hidden by a teacher.",
    ),
    "the reason why mine is hidden": (
        lambda s: actions.hide(post=s.mine, by=s.mine.discussion.author, because="Please quote."),
        "Please quote.",
    ),
    "a post found to read differently": (
        lambda s: (
            Post.objects.filter(pk=s.post.pk).update(body_html="<p>Out of date.</p>"),
            actions.recheck(course=s.course),
        ),
        "I think it was.",
    ),
    "the title": (lambda s: revise(s, title="Another title"), "Another title"),
    "the context": (lambda s: revise(s, context="<p>Another context</p>"), "Another context"),
    "a question": (
        lambda s: revise(
            s,
            questions=[
                (1, actions.QuestionInput("Was it so planned?", ("yes", "no", "in part"))),
                (2, actions.QuestionInput("What came of it?")),
            ],
        ),
        "Was it so planned?",
    ),
    "a position's name": (
        lambda s: revise(
            s,
            questions=[
                (1, actions.QuestionInput("Was it planned?", ("wholly", "no", "in part"))),
                (2, actions.QuestionInput("What came of it?")),
            ],
        ),
        "wholly",
    ),
    "the time it is due": (
        lambda s: revise(s, due_at=timezone.now() + timedelta(days=3)),
        "answers due",
    ),
    "closing": (
        lambda s: actions.close_discussion(discussion=s.discussion, by=s.discussion.author),
        "This discussion is closed.",
    ),
    "no meeting": (lambda s: revise(s, meeting=None), "No meeting"),
    "a meeting that is gone": (drop_meeting, "No meeting"),
    "the meeting's title": (
        lambda s: change_meeting(s, "The Frost", s.meeting.date),
        "The Frost",
    ),
    "the meeting's day": (
        lambda s: change_meeting(s, s.meeting.title, date(2031, 1, 7)),
        "7 January 2031",
    ),
    "the course's title": (lambda s: change_course(s, title="Russia, again"), "Russia, again"),
    "the byline of a responder": (lambda s: rename(s.noah, "Noah Renamed"), "Noah Renamed"),
    "the byline of the poser": (lambda s: rename(s.anna, "Anna Renamed"), "Anna Renamed"),
    "my own name": (rename_user, "Maya L. Renamed"),
    "my draft": (save_draft, "Half a thought"),
    "my role": (
        lambda s: courses.change_role(
            enrollment=s.maya, by=cast.teacher(s.course), role="instructor"
        ),
        "Change title, context, questions",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_on_the_page_at_once(what: str) -> None:
    change, words = CHANGES[what]
    scene = Scene()
    tag = kept(scene.client, scene.discussion)
    path = f"/d/{scene.discussion.public_id}/"
    if what != "a post found to read differently":
        assert words not in page_of(scene.client, scene.discussion)
    change(scene)
    answer = scene.client.get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_draft_that_grows_is_on_the_page_and_one_that_is_dropped_is_not() -> None:
    scene = Scene()
    save_draft(scene)
    kept(scene.client, scene.discussion)
    target = f"respond:{scene.discussion.public_id}"
    actions.save_draft(person=scene.maya, target=target, fields={"body": "All of it"}, version=1)
    assert "All of it" in page_of(scene.client, scene.discussion)
    actions.drop_draft(scene.maya, target, "", None)
    assert "All of it" not in page_of(scene.client, scene.discussion)


def test_another_language_is_another_page() -> None:
    scene = Scene()
    entered = views.enter(scene.maya.user, scene.discussion.public_id)
    seat, found, presence = entered.seat, entered.discussion, views.presence_in(entered)
    keys = set()
    for language in ("en", "de"):
        with translation.override(language):
            sight = views.sight_of(seat, found)
            keys.add(views.thread_key(seat, found, sight, presence, scene.maya.user))
    assert len(keys) == 2


def test_the_page_of_one_question_is_not_the_page_of_another() -> None:
    scene = Scene()
    path = f"/d/{scene.discussion.public_id}/"
    kept(scene.client, scene.discussion)
    one = scene.client.get(f"{path}?question=1").content
    two = scene.client.get(f"{path}?question=2").content
    assert b'id="question-1" aria-current="true"' in one
    assert b'id="question-2" aria-current="true"' in two
    assert scene.client.get(f"{path}?question=1").content.count(b"aria-current") == one.count(
        b"aria-current"
    )


# -- Whose page it is ----------------------------------------------------------------------------


def test_two_viewers_never_share_a_page(shelf: Shelf) -> None:
    scene = Scene()
    scene.course.is_public = True
    scene.course.save()
    actions.hide(post=scene.mine, by=scene.mine.discussion.author, because="Please quote.")
    stranger = cast.person("Sara Stranger")
    seen = {}
    for who in (scene.anna, scene.maya, scene.noah, stranger, None):
        client = cast.sign_in(who)
        kept(client, scene.discussion)
        seen[str(who)] = page_of(client, scene.discussion)
    assert len(shelf.pages) == len(seen) == 5
    for name, page in seen.items():
        menu = re.search(r'name="site-menu">\s*<summary>([^<]*)</summary>', page)
        assert (menu[1] if menu else "None") == name
        assert ("Please quote." in page) == (name in {"Anna Berg", "Maya Lindqvist"})


def test_somebody_who_signed_out_is_not_told_that_nothing_changed() -> None:
    scene = Scene()
    change_course(scene, is_public=True)
    stranger = cast.sign_in(cast.person("Sara Stranger"))
    tag = kept(stranger, scene.discussion)
    stranger.logout()
    answer = stranger.get(f"/d/{scene.discussion.public_id}/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert b"Sara Stranger" not in answer.content


def test_a_person_removed_from_the_course_is_shut_out_at_once() -> None:
    scene = Scene()
    tag = kept(scene.client, scene.discussion)
    courses.remove_person(enrollment=scene.maya, by=cast.teacher(scene.course))
    for headers in ({}, {"If-None-Match": tag}):
        answer = scene.client.get(f"/d/{scene.discussion.public_id}/", headers=headers)
        assert answer.status_code == 404


def test_a_course_that_is_closed_to_the_public_is_closed_at_once() -> None:
    scene = Scene()
    path, anybody = f"/d/{scene.discussion.public_id}/", Client()
    change_course(scene, is_public=True)
    tag = kept(anybody, scene.discussion)
    assert anybody.get(path, headers={"If-None-Match": tag}).status_code == 304
    change_course(scene, is_public=False)
    answer = anybody.get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    change_course(scene, is_public=True)
    assert anybody.get(path).status_code == 200


def test_an_ended_session_ends_the_access() -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    scene.client.session.flush()
    assert scene.client.get(f"/d/{scene.discussion.public_id}/").status_code == 302


def test_somebody_who_may_no_longer_sign_in_is_out_at_once() -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    user = scene.maya.user
    assert user is not None
    user.is_active = False
    user.save()
    assert scene.client.get(f"/d/{scene.discussion.public_id}/").status_code == 302


def test_a_message_is_shown_once_and_never_kept(shelf: Shelf) -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    scene.client.post(f"/p/{scene.mine.public_id}/withdraw")
    assert "Your post has been withdrawn." in page_of(scene.client, scene.discussion)
    assert "Your post has been withdrawn." not in page_of(scene.client, scene.discussion)
    held = b"".join(b"".join(page.pieces) for page in shelf.pages.values())
    assert b"Your post has been withdrawn." not in held


# -- What is new in every answer -----------------------------------------------------------------


def test_two_loads_of_a_kept_page_are_two_posts() -> None:
    scene = Scene()
    client = Client(enforce_csrf_checks=True)
    assert scene.maya.user is not None
    client.force_login(scene.maya.user)
    kept(client, scene.discussion)
    loads = [page_of(client, scene.discussion) for _ in range(2)]
    tokens = {hidden_value(page, "csrfmiddlewaretoken") for page in loads}
    keys = {hidden_value(page, "key") for page in loads}
    assert len(tokens) == len(keys) == 2
    before = Post.objects.count()
    for number, page in enumerate(loads):
        fields = {name: hidden_value(page, name) for name in ("csrfmiddlewaretoken", "key")}
        answer = client.post(
            f"/d/{scene.discussion.public_id}/respond", {**fields, "body": f"Post {number}"}
        )
        assert answer.status_code == 302
    assert Post.objects.count() == before + 2


def test_the_token_of_a_kept_page_is_the_secret_under_a_new_mask() -> None:
    request = RequestFactory().get("/")
    request.META["CSRF_COOKIE"] = secret = "aZ09" * 8
    tokens = [token(request) for _ in range(50)]
    assert len(set(tokens)) == 50
    assert {_unmask_cipher_token(one) for one in tokens} == {secret}
    assert len(set("".join(tokens))) == 62
    assert "CSRF_COOKIE_NEEDS_UPDATE" not in request.META


def test_a_browser_without_a_secret_gets_one_with_a_kept_page() -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    del scene.client.cookies["csrftoken"]
    page = page_of(scene.client, scene.discussion)
    secret = scene.client.cookies["csrftoken"].value
    assert _unmask_cipher_token(hidden_value(page, "csrfmiddlewaretoken")) == secret


def test_no_hole_leaves_the_house() -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    page = page_of(scene.client, scene.discussion)
    assert TOKEN not in page
    assert FORM_KEY not in page
    assert NOTICES not in page
    assert "csrfmiddlewaretoken" in page


def test_the_key_of_a_draft_stays_the_key() -> None:
    scene = Scene()
    key = "6a1f7a52-0d4e-4f0c-8d55-2f6f3f0f9b11"
    Draft.objects.create(
        person=scene.maya,
        target=f"respond:{scene.discussion.public_id}",
        fields={"body": "Half", "key": key},
    )
    kept(scene.client, scene.discussion)
    assert hidden_value(page_of(scene.client, scene.discussion), "key") == key


def test_the_public_page_holds_no_token() -> None:
    scene = Scene()
    change_course(scene, is_public=True)
    assert "csrfmiddlewaretoken" not in page_of(Client(), scene.discussion)


def test_signing_in_again_makes_the_browsers_copy_old() -> None:
    scene = Scene()
    assert scene.maya.user is not None
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.maya.user)
    tag = kept(client, scene.discussion)
    path = f"/d/{scene.discussion.public_id}/"
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    client.cookies["csrftoken"] = "n" * 32  # as signing in does
    answer = client.get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200


# -- Packed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("packing", "unpack"),
    [("gzip", gzip.decompress), ("br", brotli.decompress)],
    ids=["gzip", "brotli"],
)
def test_a_kept_page_is_sent_packed_and_is_the_same_page(
    packing: str, unpack: Callable[[bytes], bytes]
) -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    path = f"/d/{scene.discussion.public_id}/"
    answer = scene.client.get(path, headers={"Accept-Encoding": packing})
    assert answer["Content-Encoding"] == packing
    assert "Accept-Encoding" in answer["Vary"]
    unpacked = unpack(answer.content).decode()

    def without_new(page: str) -> str:
        page = re.sub(r'name="(csrfmiddlewaretoken|key)" value="[^"]*"', "", page)
        return re.sub(r" +(?=<)", "", page)

    assert without_new(unpacked) == without_new(page_of(scene.client, scene.discussion))


def test_one_tag_says_that_a_page_is_unchanged_however_it_was_packed() -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    path = f"/d/{scene.discussion.public_id}/"
    tags = {
        packing: scene.client.get(path, headers={"Accept-Encoding": packing})["ETag"]
        for packing in ("br", "gzip", "identity")
    }
    assert len(set(tags.values())) == 1
    assert tags["br"].startswith("W/")  # the same meaning, other bytes
    answer = scene.client.get(
        path, headers={"Accept-Encoding": "gzip", "If-None-Match": tags["br"]}
    )
    assert answer.status_code == 304
    assert "Accept-Encoding" in answer["Vary"]
    assert not answer.has_header("Content-Encoding")


def test_the_length_of_a_packed_page_tells_nothing_exact() -> None:
    page = Page(b"<p>The same.</p>" * 50)
    assert len({len(page.zipped({})) for _ in range(60)}) > 10


@pytest.mark.parametrize(
    "html",
    [b"", b"plain", TOKEN.encode(), f"a{TOKEN}b{FORM_KEY}c{TOKEN}".encode(), b"\xc3\xa9" * 70_000],
    ids=["empty", "without a hole", "a hole alone", "three holes", "long"],
)
def test_a_page_is_filled_and_packed_byte_for_byte(html: bytes) -> None:
    values = {TOKEN: "t" * 64, FORM_KEY: "k"}
    wanted = html.replace(TOKEN.encode(), b"t" * 64).replace(FORM_KEY.encode(), b"k")
    page = Page(html)
    assert page.filled(values) == wanted
    assert gzip.decompress(page.zipped(values)) == wanted


def test_the_shelf_keeps_what_was_used_last_within_its_limit() -> None:
    pages = {name: Page(name.encode() * 1000) for name in "abcdef"}
    size = pages["a"].size
    shelf = Shelf(size * 5)
    for name in "abcde":
        shelf.put(name, pages[name])
    assert shelf.get("a")
    shelf.put("f", pages["f"])
    assert shelf.get("b") is None
    assert shelf.get("a")
    assert shelf.size <= shelf.limit
    shelf.put("f", pages["f"])
    assert shelf.size == 5 * size


def test_a_page_too_large_for_the_shelf_pushes_nothing_out() -> None:
    small, large = Page(b"a"), Page(bytes(range(256)) * 400)
    shelf = Shelf(large.size)
    shelf.put("small", small)
    shelf.put("large", large)
    assert shelf.get("small") is small
    assert shelf.get("large") is None


# -- New notices ---------------------------------------------------------------------------------


def test_a_kept_page_shows_how_many_notices_are_new_by_now(shelf: Shelf) -> None:
    scene = Scene()
    tag = kept(scene.client, scene.discussion)
    assert 'class="count"' not in page_of(scene.client, scene.discussion)
    kept_pages = len(shelf.pages)
    other = cast.discussion(scene.anna, "Another one")
    path = f"/d/{scene.discussion.public_id}/"
    assert scene.client.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert 'class="count">1<' in page_of(scene.client, scene.discussion)
    assert len(shelf.pages) == kept_pages  # filled, not rendered anew
    scene.client.get(f"/d/{other.public_id}/")
    assert 'class="count"' not in page_of(scene.client, scene.discussion)
    assert scene.client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_what_was_told_of_a_discussion_is_seen_with_a_kept_page_too() -> None:
    scene = Scene()
    kept(scene.client, scene.discussion)
    cast.reply(scene.noah, scene.mine, "Are you sure?")
    assert 'class="count"' in scene.client.get("/").content.decode()
    page_of(scene.client, scene.discussion)
    assert 'class="count"' not in scene.client.get("/").content.decode()
