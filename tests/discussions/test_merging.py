"""Merging a double discussion into another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Trace
from quaestio.discussions import actions
from quaestio.discussions.actions import PostRefused, QuestionInput, Rules
from quaestio.discussions.models import Discussion, Draft, Post, Pseudonym

pytestmark = pytest.mark.django_db
SIDES = ("yes", "no", "in part")
EARLIER = timezone.now() - timedelta(days=2)


class Two:
    """Two discussions on the same thing, each with a response of Noah and one of Maya."""

    def __init__(self, **rules: Any) -> None:
        self.anna = cast.instructor()
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.maya = cast.student(self.anna.course)
        self.into = cast.discussion(self.anna, "The one that stays", rules=Rules(**rules))
        self.source = cast.discussion(
            self.anna,
            "The double",
            rules=Rules(**rules),
            context="<p>It was asked twice.</p>",
            questions=[
                QuestionInput("was it   Planned?", ("No", "yes", "never")),
                QuestionInput("Who was in the room?"),
            ],
        )
        self.there = cast.response(self.noah, self.into, "There.", positions={1: 1})

    def merge(self) -> Discussion:
        return actions.merge(source=self.source, into=self.into, by=self.anna)

    def page(self, who: Any = None) -> str:
        client = cast.sign_in(who or self.maya)
        return client.get(f"/d/{self.into.public_id}/").content.decode()


def test_posts_go_over_under_the_next_numbers_in_the_order_of_time() -> None:
    scene = Two()
    later = cast.response(scene.maya, scene.source, "Later words.")
    earlier = cast.response(scene.noah, scene.source, "Earlier words.", at=EARLIER)
    reply = cast.reply(scene.maya, earlier, "A reply to that.")
    into = scene.merge()
    numbers = dict(into.posts.filter(root=None).values_list("pk", "number"))
    assert numbers == {scene.there.pk: 1, earlier.pk: 2, later.pk: 3}
    assert into.posts.get(pk=reply.pk).root_id == earlier.pk
    page = scene.page()
    for words in ("Later words.", "Earlier words.", "A reply to that.", "It was asked twice."):
        assert words in page
    assert cast.response(scene.maya, into).number == 4


def test_every_old_address_leads_to_the_right_place() -> None:
    scene = Two()
    post = cast.response(scene.maya, scene.source, "Later words.")
    scene.merge()
    client = cast.sign_in(scene.noah)
    assert client.get(f"/d/{scene.source.public_id}/")["Location"] == (
        f"/d/{scene.into.public_id}/"
    )
    assert client.get(f"/p/{post.public_id}/")["Location"] == (
        f"/d/{scene.into.public_id}/#p-{post.public_id}"
    )
    third = cast.discussion(scene.anna, "The last one")
    actions.merge(source=scene.into, into=third, by=scene.anna)
    assert client.get(f"/d/{scene.source.public_id}/")["Location"] == f"/d/{third.public_id}/"
    stranger = cast.sign_in(cast.person())
    assert stranger.get(f"/d/{scene.source.public_id}/").status_code == 404
    course = client.get(f"/c/{scene.anna.course.public_id}/").content.decode()
    assert "The double" not in course


def test_questions_with_the_same_words_are_one_and_the_others_are_added() -> None:
    scene = Two()
    yes = cast.response(scene.maya, scene.source, "Yes.", positions={1: 2}, answers=[2])
    scene.merge()
    texts = list(scene.into.questions.values_list("number", "text"))
    assert texts == [(1, "Was it planned?"), (2, "What came of it?"), (3, "Who was in the room?")]
    labels = list(scene.into.questions.get(number=1).choices.values_list("label", flat=True))
    assert labels == [*SIDES, "never"]
    answered = yes.answers.order_by("question__number").values_list("question__number", flat=True)
    assert list(answered) == [1, 3]
    assert yes.positions.get().choice.label == "yes"


def test_whoever_held_a_position_in_both_holds_the_one_taken_last() -> None:
    scene = Two()
    cast.response(scene.noah, scene.source, "No, after all.", positions={1: 1})
    scene.merge()
    held = scene.noah.positions.filter(ended_at__isnull=True)
    assert [one.choice.label for one in held] == ["no"]
    assert ">yes</a>" in scene.page()  # moved from yes, with the way to the post that said so


def test_drafts_go_along_and_none_overwrites_another() -> None:
    scene = Two()
    fields = {"body": "Begun here.", "answers": ["1", "2"], "position-1": "1"}
    for person in (scene.maya, scene.noah):
        target = f"respond:{scene.source.public_id}"
        actions.save_draft(person=person, target=target, fields=fields, version=0)
    target = f"respond:{scene.into.public_id}"
    actions.save_draft(person=scene.noah, target=target, fields={"body": "Begun there."}, version=0)
    scene.merge()
    mayas = Draft.objects.get(person=scene.maya)
    assert mayas.target == target
    assert mayas.fields == {"body": "Begun here.", "answers": ["1", "3"], "position-1": "2"}
    noahs = Draft.objects.get(person=scene.noah).fields["body"]
    assert "Begun there." in noahs
    assert "Begun here." in noahs


def test_made_up_names_stay_and_are_never_two_peoples() -> None:
    scene = Two(pseudonyms=True)
    for person in (scene.noah, scene.maya):
        cast.response(person, scene.source, "Words.")
    noahs = Pseudonym.objects.get(discussion=scene.into, person=scene.noah).name
    # By chance Maya has over there the name that Noah has here.
    Pseudonym.objects.filter(discussion=scene.source, person=scene.noah).update(name="Other")
    Pseudonym.objects.filter(discussion=scene.source, person=scene.maya).update(name=noahs)
    scene.merge()
    names = dict(scene.into.names.values_list("person", "name"))
    assert names[scene.noah.pk] == noahs
    assert len(set(names.values())) == len(names) >= 2
    assert not scene.source.names.exists()
    assert "Noah Weiss" not in scene.page()


def test_what_waits_goes_along_and_waits_on() -> None:
    scene = Two()
    courses.place(
        enrollment=scene.maya,
        by=scene.anna,
        role=scene.maya.role,
        byline=scene.maya.byline,
        section=None,
        hold_posts=True,
    )
    scene.maya.refresh_from_db()
    held = cast.response(scene.maya, scene.source, "Waiting words.")
    scene.merge()
    held.refresh_from_db()
    assert (held.discussion, held.number, held.state) == (scene.into, 0, Post.State.HELD)
    assert actions.show(post=held, by=scene.anna).number == 2


def test_quotations_and_verdicts_follow_their_posts_and_the_context() -> None:
    scene = Two()
    cast.document(cast.reading(scene.anna.course))
    post = cast.response(scene.maya, scene.source, "“distress, outrage and confusion” (Jones 41)")
    scene.merge()
    assert post.quotations.get().discussion == scene.into


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"pseudonyms": True}, "hides names"),
        ({"post_first": True}, "answer first"),
    ],
)
def test_what_would_break_a_promise_is_not_merged(rules: dict[str, bool], said: str) -> None:
    scene = Two()
    other = cast.discussion(scene.anna, "Otherwise", rules=Rules(**rules))  # type: ignore[arg-type]
    with pytest.raises(PostRefused, match=said):
        actions.merge(source=scene.source, into=other, by=scene.anna)
    page = cast.sign_in(scene.anna).get(
        f"/d/{scene.source.public_id}/merge", {"into": other.public_id}
    )
    assert said in page.content.decode()
    assert "Merge the two" not in page.content.decode()


def test_a_draft_that_holds_nonsense_keeps_nobody_from_merging() -> None:
    scene = Two()
    huge = "9" * 5000
    fields = {"body": "Begun.", "answers": [huge, "1", "x"], f"position-{huge}": "1"}
    target = f"respond:{scene.source.public_id}"
    fields |= {"position-1": huge, "position-": "1"}
    actions.save_draft(person=scene.noah, target=target, fields=fields, version=0)
    scene.merge()
    draft = Draft.objects.get(person=scene.noah)
    assert (draft.fields["body"], draft.fields["answers"]) == ("Begun.", ["1"])


def test_sections_drafts_other_courses_and_what_was_merged_are_refused() -> None:
    scene = Two()
    section = courses.make_section(course=scene.anna.course, name="Monday")
    for other in (
        cast.discussion(scene.anna, "Mondays", rules=Rules(section=section)),
        cast.discussion(scene.anna, "Not open", open_now=False),
        cast.discussion(cast.instructor(), "Elsewhere"),
        scene.source,
    ):
        with pytest.raises(PostRefused):
            actions.merge(source=scene.source, into=other, by=scene.anna)
    scene.merge()
    with pytest.raises(PostRefused):
        scene.merge()
    assert Discussion.objects.get(pk=scene.source.pk).state == Discussion.State.CLOSED
    actions.open_discussion(discussion=scene.source, by=scene.anna)
    assert Discussion.objects.get(pk=scene.source.pk).state == Discussion.State.CLOSED


def test_a_question_never_gets_more_than_five_positions() -> None:
    scene = Two()
    other = cast.discussion(
        scene.anna,
        "Many sides",
        questions=[QuestionInput("Was it planned?", ("a", "b", "c", "d"))],
    )
    with pytest.raises(PostRefused, match="five positions"):
        actions.merge(source=other, into=scene.into, by=scene.anna)


def test_the_page_says_what_will_happen_and_changes_nothing_before() -> None:
    scene = Two()
    cast.response(scene.maya, scene.source, "Later words.")
    client = cast.sign_in(scene.anna)
    address = f"/d/{scene.source.public_id}/merge"
    page = client.get(address, {"into": scene.into.public_id}).content.decode()
    assert "1 response goes over" in page
    assert "the first gets the number 2" in page
    assert "Who was in the room?" in page
    assert Post.objects.filter(discussion=scene.source).count() == 1
    assert client.get(address, {"into": "nowhere"}).status_code == 422
    answer = client.post(address, {"into": scene.into.public_id})
    assert answer["Location"] == f"/d/{scene.into.public_id}/"
    trace = Trace.objects.get()
    assert trace.detail == {"merged": "The double", "posts": 1}
    record = client.get(f"/c/{scene.anna.course.public_id}/record").content.decode()
    assert "merged a discussion into another" in record
    assert "The double" in record


def test_a_response_on_its_way_to_a_merged_discussion_is_given_back() -> None:
    scene = Two()
    scene.merge()
    answer = cast.sign_in(scene.maya).post(
        f"/d/{scene.source.public_id}/respond", {"body": "A sentence to keep."}
    )
    assert answer.status_code == 409
    assert "A sentence to keep." in answer.content.decode()
    assert "merged into another" in answer.content.decode()
