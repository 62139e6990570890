"""Two people, two tabs, two versions: nothing is overwritten unseen, and what changed is shown."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.urls import reverse
from tests.support import cast

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import EditConflict
from quaestio.discussions.models import Discussion, Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Enrollment:
    return cast.instructor()


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_the_second_of_two_edits_gets_both_texts_side_by_side(anna: Enrollment) -> None:
    post = cast.response(anna, cast.discussion(anna), "It was planned from the start.")
    address = reverse("post-edit", args=[post.public_id])
    browser = cast.sign_in(anna)
    assert browser.post(address, {"body": "It was planned, I think.", "version": 1}).status_code
    page = browser.post(address, {"body": "It was not planned at all.", "version": 1})
    assert page.status_code == 409
    shown = page.content.decode()
    assert '<td data-side="As it reads now">' in shown
    assert "<mark>not </mark>" in shown
    assert "<mark>, I think</mark>" in shown
    assert ">It was not planned at all.</textarea>" in shown
    post.refresh_from_db()
    assert post.source.strip() == "<p>It was planned, I think.</p>"
    # Having seen both, the writer may save.
    sent = {"body": "It was not planned, I think.", "version": page.context["version"]}
    assert browser.post(address, sent).status_code == 302
    assert post.revisions.count() == 2


def changed(anna: Enrollment, question: Discussion, **fields: Any) -> Any:
    sent = {
        "title": question.title,
        "context": "Think of the first months.",
        "version": question.version,
        "question-1": "Was it planned?",
        "old-1": "1",
        "positions-1": "yes / no / in part",
        "question-2": "What came of it?",
        "old-2": "2",
    }
    address = reverse("discussion-edit", args=[question.public_id])
    return cast.sign_in(anna).post(address, {**sent, **fields})


def test_two_changes_of_a_discussion_are_shown_side_by_side_questions_too(
    anna: Enrollment,
) -> None:
    question = cast.discussion(anna)
    first = changed(
        anna, question, **{"title": "Theirs", "question-1": "Was it planned in Moscow?"}
    )
    assert first.status_code == 302
    page = changed(anna, question, **{"title": "Mine", "question-1": "Was it planned at all?"})
    assert page.status_code == 409
    shown = page.content.decode()
    assert "<mark>Theirs</mark>" in shown
    assert "<mark>Mine</mark>" in shown
    assert "<mark>in Moscow</mark>" in shown
    assert "<mark>at all</mark>" in shown
    assert ">Context</th>" not in shown  # the same in both
    assert Discussion.objects.get().title == "Theirs"
    assert question.questions.get(number=1).text == "Was it planned in Moscow?"


def test_posts_that_came_meanwhile_are_no_reason_to_refuse_a_change(anna: Enrollment) -> None:
    question = cast.discussion(anna)
    for _ in range(3):
        cast.response(anna, question)
    assert changed(anna, question, title="A better title").status_code == 302
    assert Discussion.objects.get().title == "A better title"


def test_a_change_of_the_rules_alone_is_a_conflict_that_says_so(anna: Enrollment) -> None:
    question = cast.discussion(anna)
    assert changed(anna, question, words_least="100").status_code == 302
    page = changed(anna, question)
    assert page.status_code == 409
    assert "the rules were changed" in page.content.decode()


def test_each_edit_is_shown_word_by_word_to_the_author_and_to_teachers(anna: Enrollment) -> None:
    maya = cast.student(anna.course)
    post = cast.response(maya, cast.discussion(anna), "It was <em>planned</em>.")
    for version, text in enumerate(["It was not planned.", "It was <b>not</b> planned."], 1):
        actions.edit_post(post=post, by=maya, source=f"<p>{text}</p>", version=version)
    actions.edit_post(post=post, by=maya, source="<p>It was not <em>planned</em>.</p>", version=3)
    address = reverse("revisions", args=[post.public_id])
    for viewer in (maya, anna):
        page = cast.sign_in(viewer).get(address).content.decode()
        assert '<ins><span class="vh">[added: </span>not <span class="vh">] </span></ins>' in page
        assert "only their formatting was changed" in page
        assert "<em>planned</em>" in page
    assert cast.sign_in(cast.student(anna.course)).get(address).status_code == 403


def test_what_a_revision_says_is_escaped(anna: Enrollment) -> None:
    post = cast.response(anna, cast.discussion(anna), "a &lt;script&gt;b&lt;/script&gt;")
    actions.edit_post(post=post, by=anna, source="<p>&lt;img src=x&gt;</p>", version=1)
    page = cast.sign_in(anna).get(reverse("revisions", args=[post.public_id])).content.decode()
    assert "<script>b" not in page
    assert "<img src=x" not in page


def test_two_hundred_interleavings_of_edits_overwrite_nothing_unseen(anna: Enrollment) -> None:
    """200 posts, each edited in two or three tabs, opened and saved in any order."""
    rng = random.Random(1956)
    question = cast.discussion(anna)
    for number in range(200):
        post = cast.response(anna, question, f"First {number}.")
        tabs: dict[int, int] = {}
        accepted = [f"<p>First {number}.</p>"]
        refused = []
        steps = [("open", tab) for tab in range(rng.randint(2, 3))]
        steps += [("save", tab) for _, tab in steps]
        rng.shuffle(steps)
        for step, (what, tab) in enumerate(steps):
            if what == "open" or tab not in tabs:
                tabs[tab] = Post.objects.get(pk=post.pk).version
                continue
            text = f"<p>Tab {tab}, step {step} of {number}.</p>"
            try:
                saved = actions.edit_post(post=post, by=anna, source=text, version=tabs[tab])
            except EditConflict as conflict:
                # Told, with the text that would have been overwritten; the writer has seen it now.
                assert conflict.current.source == accepted[-1]
                refused.append(text)
                tabs[tab] = conflict.current.version
                continue
            assert saved.version == tabs[tab] + 1
            accepted.append(text)
            # A double click or a retry of the same tab still holds the version from before.
        post.refresh_from_db()
        kept = [one.source for one in post.revisions.order_by("version")] + [post.source]
        assert kept == accepted
        assert not set(refused) & set(kept)
