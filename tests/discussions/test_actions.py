"""The verbs of the conversation."""

from __future__ import annotations

import uuid

import pytest
from tests.support import cast

from quaestio.discussions import actions
from quaestio.discussions.actions import EditConflict, PostRefused, QuestionInput
from quaestio.discussions.actions.posing import keep_choices
from quaestio.discussions.models import Discussion, Draft, Position, Post
from quaestio.web.richtext import clean_rendered

pytestmark = pytest.mark.django_db


def test_the_same_submission_makes_one_post() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    key = uuid.uuid4()
    posts = {cast.response(maya, question, "Once.", key=key).pk for _ in range(10)}
    assert len(posts) == 1
    assert Post.objects.count() == 1


def test_the_same_key_of_another_person_is_another_post() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    question, key = cast.discussion(anna), uuid.uuid4()
    assert cast.response(maya, question, key=key) != cast.response(noah, question, key=key)


def test_a_repeated_submission_is_answered_even_after_the_discussion_closed() -> None:
    anna = cast.instructor()
    maya, question, key = cast.student(anna.course), cast.discussion(anna), uuid.uuid4()
    first = cast.response(maya, question, key=key)
    actions.close_discussion(discussion=question, by=question.author)
    question.refresh_from_db()
    assert cast.response(maya, question, key=key) == first


def test_responses_are_numbered_and_a_number_is_never_given_twice() -> None:
    anna = cast.instructor()
    maya, question = cast.student(anna.course), cast.discussion(anna)
    first, second = cast.response(maya, question), cast.response(anna, question)
    actions.withdraw(post=second, by=second.author)
    third = cast.response(maya, question)
    assert [first.number, second.number, third.number] == [1, 2, 3]


def test_replies_hang_under_the_response_and_know_their_parent() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    response = cast.response(anna, question)
    reply = cast.reply(anna, response)
    deeper = cast.reply(anna, reply)
    assert (reply.root, reply.parent, reply.number) == (response, response, 1)
    assert (deeper.root, deeper.parent, deeper.number) == (response, reply, 2)


def test_a_position_answers_its_question() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), positions={1: 2})
    assert [answer.question.number for answer in post.answers.all()] == [1]
    assert post.positions.get().choice.label == "no"


def test_a_new_position_ends_the_old_and_keeps_it() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    cast.response(anna, question, positions={1: 2})
    cast.response(anna, question, positions={1: 3})
    held = Position.objects.filter(person=anna)
    assert [position.choice.label for position in held] == ["no", "in part"]
    assert [position.choice.label for position in held.filter(ended_at=None)] == ["in part"]


@pytest.mark.parametrize(
    ("answers", "positions"), [([9], {}), ([], {9: 1}), ([], {1: 9}), ([], {2: 1})]
)
def test_a_question_or_choice_that_is_not_there_is_refused(
    answers: list[int], positions: dict[int, int]
) -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    with pytest.raises(PostRefused):
        cast.response(anna, question, answers=answers, positions=positions)
    assert not Post.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b", "<script>x</script>"])
def test_an_empty_post_is_refused_with_a_sentence(text: str) -> None:
    anna = cast.instructor()
    with pytest.raises(PostRefused) as refused:
        actions.respond(by=anna, discussion=cast.discussion(anna), source=text)
    assert refused.value.sentence == "There is nothing written yet."


def test_a_post_of_a_million_characters_is_refused_with_both_numbers() -> None:
    anna = cast.instructor()
    with pytest.raises(PostRefused, match=r"1000000 characters, at most 100000"):
        actions.respond(by=anna, discussion=cast.discussion(anna), source="x" * 1_000_000)


def test_a_closed_discussion_takes_nothing() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    post = cast.response(anna, question)
    closed = actions.close_discussion(discussion=question, by=question.author)
    post.discussion = closed
    with pytest.raises(PostRefused):
        cast.response(anna, closed)
    with pytest.raises(PostRefused):
        cast.reply(anna, post)
    with pytest.raises(PostRefused):
        actions.edit_post(post=post, by=anna, source="<p>x</p>", version=1)


def test_a_discussion_closed_by_another_process_takes_nothing() -> None:
    anna = cast.instructor()
    stale = cast.discussion(anna)
    actions.close_discussion(discussion=Discussion.objects.get(pk=stale.pk), by=stale.author)
    with pytest.raises(PostRefused, match="closed meanwhile"):
        cast.response(anna, stale)


def test_an_edit_keeps_what_was_said_before() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), "First thought.")
    edited = actions.edit_post(post=post, by=anna, source="<p>Second.</p>", version=post.version)
    assert edited.source == "<p>Second.</p>"
    assert edited.edited_at is not None
    assert [revision.source for revision in edited.revisions.all()] == ["<p>First thought.</p>"]


def test_an_edit_starts_from_the_post_as_it_is_however_old_the_one_at_hand() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), "First.")
    stale = Post.objects.select_related("discussion__course", "author").get(pk=post.pk)
    actions.edit_post(post=post, by=anna, source="<p>Second.</p>", version=1)
    third = actions.edit_post(post=stale, by=anna, source="<p>Third.</p>", version=2)
    third.refresh_from_db()
    assert (third.version, third.source) == (3, "<p>Third.</p>")
    told = post.revisions.order_by("version").values_list("version", "source")
    assert list(told) == [(1, "<p>First.</p>"), (2, "<p>Second.</p>")]


def test_an_edit_of_what_is_hidden_at_this_moment_is_refused_and_of_what_is_let_in_is_not() -> None:
    anna = cast.instructor()
    post = cast.response(cast.student(anna.course), cast.discussion(anna), "First.")
    for was, now in (("posted", "hidden"), ("held", "posted")):
        Post.objects.filter(pk=post.pk).update(state=was)
        stale = Post.objects.select_related("discussion__course", "author").get(pk=post.pk)
        Post.objects.filter(pk=post.pk).update(state=now)
        if now == "hidden":
            with pytest.raises(PostRefused):
                actions.edit_post(post=stale, by=stale.author, source="<p>x</p>", version=1)
        else:
            changed = actions.edit_post(
                post=stale, by=stale.author, source="<p>Then.</p>", version=1
            )
            assert changed.state == "posted"
    post.refresh_from_db()
    assert (post.source, post.state, post.version) == ("<p>Then.</p>", "posted", 2)


def test_the_second_of_two_edits_is_told_and_changes_nothing() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), "Before.")
    actions.edit_post(post=post, by=anna, source="<p>One tab.</p>", version=1)
    with pytest.raises(EditConflict) as conflict:
        actions.edit_post(post=post, by=anna, source="<p>Other tab.</p>", version=1)
    assert conflict.value.current.source == "<p>One tab.</p>"
    post.refresh_from_db()
    assert post.source == "<p>One tab.</p>"


def test_a_withdrawn_post_holds_no_position_and_takes_no_reply() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna), positions={1: 1})
    actions.withdraw(post=post, by=post.author)
    assert not Position.objects.filter(ended_at=None).exists()
    with pytest.raises(PostRefused):
        cast.reply(anna, post)


def test_a_question_with_answers_stays_when_the_others_change() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    cast.response(anna, question, positions={1: 1})
    change = {
        "discussion": question,
        "by": anna,
        "title": "New title",
        "context": "",
        "meeting": None,
        "due_at": None,
    }
    with pytest.raises(PostRefused, match="Question 1 has answers"):
        actions.change_discussion(
            **change,
            questions=[(2, QuestionInput("What came of it?"))],
            version=question.version + 1,
        )
    question.refresh_from_db()
    changed = actions.change_discussion(
        **change,
        questions=[
            (2, QuestionInput("What came of it, then?")),
            (1, QuestionInput("Was it planned?", ("yes", "no", "in part", "unknowable"))),
            (None, QuestionInput("And now?")),
        ],
        version=question.version,
    )
    assert [one.text for one in changed.questions.all()] == [
        "What came of it, then?",
        "Was it planned?",
        "And now?",
    ]
    assert Position.objects.get().question.number == 2
    assert changed.questions.get(number=2).choices.count() == 4


def test_the_draft_goes_only_when_the_post_is_there() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    target = f"respond:{question.public_id}"
    actions.save_draft(person=anna, target=target, fields={"body": "Half a"}, version=0)
    with pytest.raises(PostRefused):
        actions.respond(by=anna, discussion=question, source="")
    assert Draft.objects.filter(target=target).exists()
    cast.response(anna, question)
    assert not Draft.objects.filter(target=target).exists()


def test_an_older_draft_never_overwrites_a_newer_one() -> None:
    anna = cast.instructor()
    save = {"person": anna, "target": "respond:x"}
    first = actions.save_draft(**save, fields={"body": "a"}, version=0)
    actions.save_draft(**save, fields={"body": "a, longer"}, version=first.version)
    with pytest.raises(EditConflict) as conflict:
        actions.save_draft(**save, fields={"body": "from an old tab"}, version=first.version)
    assert conflict.value.current.fields == {"body": "a, longer"}


def test_what_is_stored_for_showing_has_been_sanitized_last() -> None:
    anna = cast.instructor()
    cast.reading(anna.course)
    post = actions.respond(
        by=anna,
        discussion=cast.discussion(anna),
        source='<p onclick="x()">She wrote “all the words that were never said” (Jones 3).</p>',
    )
    assert clean_rendered(post.body_html) == post.body_html
    assert "onclick" not in post.body_html


def test_every_change_a_reader_could_see_changes_the_version() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)

    def version() -> int:
        return Discussion.objects.get(pk=question.pk).version

    seen = [version()]
    post = cast.response(anna, question)
    seen.append(version())
    cast.reply(anna, post)
    seen.append(version())
    post.refresh_from_db()
    actions.edit_post(post=post, by=anna, source="<p>y</p>", version=post.version)
    seen.append(version())
    post.refresh_from_db()
    actions.hide(post=post, by=post.discussion.author)
    seen.append(version())
    actions.show(post=post, by=post.discussion.author)
    seen.append(version())
    actions.withdraw(post=post, by=post.author)
    seen.append(version())
    actions.close_discussion(discussion=question, by=question.author)
    seen.append(version())
    assert seen == sorted(set(seen))


def test_positions_that_change_places_take_those_who_hold_them_along() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    maya = cast.student(anna.course)
    post = cast.response(maya, question, positions={1: 1})
    held = Position.objects.get(person=maya).choice.label
    asked = question.questions.get(number=1)
    labels = list(asked.choices.values_list("label", flat=True))
    keep_choices(asked, labels[::-1])
    assert list(asked.choices.values_list("label", flat=True)) == labels[::-1]
    assert Position.objects.get(person=maya, post=post).choice.label == held


def test_a_position_nobody_holds_can_go_and_one_that_is_held_can_not() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    cast.response(anna, question, positions={1: 1})
    asked = question.questions.get(number=1)
    labels = list(asked.choices.values_list("label", flat=True))
    keep_choices(asked, [labels[0], "perhaps"])
    assert list(asked.choices.values_list("label", flat=True)) == [labels[0], "perhaps"]
    cast.response(cast.student(anna.course), question, positions={1: 2})
    with pytest.raises(PostRefused):
        keep_choices(asked, ["perhaps"])


def test_a_form_sent_again_with_other_words_is_not_taken_for_posted() -> None:
    anna = cast.instructor()
    question, key = cast.discussion(anna), uuid.uuid4()
    first = actions.respond(by=anna, discussion=question, source="<p>One.</p>", key=key)
    assert actions.respond(by=anna, discussion=question, source="<p>One.</p>", key=key) == first
    with pytest.raises(actions.PostedBefore):
        actions.respond(by=anna, discussion=question, source="<p>Two.</p>", key=key)
    with pytest.raises(actions.PostedBefore):
        actions.reply(by=anna, parent=first, source="<p>Two.</p>", key=key)


def test_a_post_withdrawn_a_moment_ago_is_not_hidden_and_shown_again() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna))
    stale = Post.objects.get(pk=post.pk)
    actions.withdraw(post=post, by=post.author)
    actions.hide(post=stale, by=stale.discussion.author)
    actions.show(post=Post.objects.get(pk=post.pk), by=post.discussion.author)
    assert Post.objects.get(pk=post.pk).state == Post.State.WITHDRAWN


def test_a_post_in_a_discussion_closed_a_moment_ago_is_not_changed() -> None:
    anna = cast.instructor()
    post = cast.response(anna, cast.discussion(anna))
    stale = Post.objects.select_related("discussion__course").get(pk=post.pk)
    closing = Discussion.objects.get(pk=post.discussion_id)
    actions.close_discussion(discussion=closing, by=closing.author)
    with pytest.raises(PostRefused):
        actions.edit_post(post=stale, by=anna, source="<p>Late.</p>", version=1)


def test_a_stand_repeated_in_a_second_response_shows_beside_both_and_counts_once() -> None:
    anna = cast.instructor()
    question = cast.discussion(anna)
    maya = cast.student(anna.course)
    first = cast.response(maya, question, positions={1: 1})
    second = cast.response(maya, question, "Still so.", positions={1: 1})
    assert first.positions.count() == second.positions.count() == 1
    assert Position.objects.get(ended_at=None).post == second
