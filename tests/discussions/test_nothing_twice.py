"""A submission makes one post, however often and in whatever order its form arrives."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import PostedBefore
from quaestio.discussions.models import Discussion, Post

PARTS = 10  # so that no single test takes long, on a slow machine too
ROUNDS = 100  # in each
TOGETHER = 40


@dataclass
class Tab:
    """A page with a form: one key, until the server gives another."""

    text: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass
class Writer:
    """Somebody at a bad connection. ``meant`` are the texts that they mean to have posted."""

    person: Enrollment
    discussion: Discussion
    parent: Post
    rng: random.Random
    number: int
    meant: list[str] = field(default_factory=list)

    def send(self, tab: Tab, *, is_reply: bool) -> Post | None:
        try:
            if is_reply:
                return actions.reply(
                    by=self.person, parent=self.parent, source=tab.text, key=tab.key
                )
            return actions.respond(
                by=self.person, discussion=self.discussion, source=tab.text, key=tab.key
            )
        except PostedBefore:
            tab.key = uuid.uuid4()  # as the page that is answered with has it
            return None

    def words(self, what: str) -> str:
        text = f"<p>{self.number}: {what}.</p>"
        self.meant.append(text)
        return text

    def interleave(self) -> set[int]:
        """One or two tabs, each sent several times; the posts that came of it."""
        is_reply = self.rng.random() < 0.3
        tabs = [Tab(self.words(f"tab {n}")) for n in range(self.rng.randint(1, 2))]
        sent = [tab for tab in tabs for _ in range(self.rng.randint(2, 3))]
        self.rng.shuffle(sent)
        made = [self.send(tab, is_reply=is_reply) for tab in sent]
        if self.rng.random() < 0.2:
            # The Back button, other words, sent: told, then sent again as another post.
            tab = tabs[0]
            tab.text = self.words("changed after Back")
            assert self.send(tab, is_reply=is_reply) is None
            made += [self.send(tab, is_reply=is_reply) for _ in range(2)]
        return {post.pk for post in made if post is not None}


def writers(anna: Enrollment, part: int) -> Iterator[Writer]:
    rng = random.Random(1956 + part)
    discussion = cast.discussion(anna)
    parent = cast.response(anna, discussion)
    for number in range(ROUNDS):
        yield Writer(anna, discussion, parent, rng, number)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_a_thousand_interleavings_make_one_post_for_each_that_was_meant(part: int) -> None:
    anna = cast.instructor()
    meant: list[str] = []
    for writer in writers(anna, part):
        assert len(writer.interleave()) == len(writer.meant)
        meant += writer.meant
    posts = Post.objects.exclude(source__contains="I think it was.")
    assert sorted(posts.values_list("source", flat=True)) == sorted(meant)
    numbers = list(
        Post.objects.filter(root=None).order_by("number").values_list("number", flat=True)
    )
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.django_db(transaction=True)
def test_the_same_form_from_four_connections_at_once_makes_one_post() -> None:
    anna = cast.instructor()
    discussion = cast.discussion(anna)
    response = cast.response(anna, discussion)
    browsers = [cast.sign_in(anna) for _ in range(4)]
    addresses = [
        reverse("respond", args=[discussion.public_id]),
        reverse("reply", args=[response.public_id]),
    ]

    def send(browser: Any, address: str, fields: dict[str, str]) -> str:
        try:
            answer = browser.post(address, fields)
            assert answer.status_code == 302
            return str(answer["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(TOGETHER):
            fields = {"body": f"Words {number}.", "key": str(uuid.uuid4())}
            address = addresses[number % 2]
            sent = [pool.submit(send, browser, address, fields) for browser in browsers]
            assert len({one.result() for one in sent}) == 1
    assert Post.objects.count() == TOGETHER + 1


@pytest.mark.django_db
def test_a_discussion_posed_ten_times_is_one_discussion() -> None:
    anna = cast.instructor()
    browser = cast.sign_in(anna)
    sent = {"title": "Who was there?", "context": "", "do": "open", "key": str(uuid.uuid4())}
    address = reverse("pose", args=[anna.course.public_id])
    assert len({browser.post(address, sent)["Location"] for _ in range(10)}) == 1
    assert Discussion.objects.count() == 1
