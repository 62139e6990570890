"""What two people do to one conversation in the same moment, on a server that lets both begin."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone
from tests.support import cast
from tests.support.atonce import meanwhile

from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.models import Discussion, Draft, Post, Quotation, Visit

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna() -> Enrollment:
    return cast.instructor()


@pytest.fixture
def maya(anna: Enrollment) -> Enrollment:
    return cast.student(anna.course)


def two(anna: Enrollment) -> tuple[Discussion, Discussion]:
    """A double discussion, and the one into which it is merged."""
    return cast.discussion(anna, "Was it planned?"), cast.discussion(anna, "Was there a plan?")


def version(discussion: Discussion) -> int:
    return Discussion.objects.values_list("version", flat=True).get(pk=discussion.pk)


@pytest.mark.parametrize("verb", ["hide", "endorse", "withdraw"])
def test_what_is_done_to_a_post_that_is_just_merged_shows_where_it_is_now(
    anna: Enrollment, maya: Enrollment, verb: str
) -> None:
    source, into = two(anna)
    post = cast.response(maya, source)
    by = maya if verb == "withdraw" else anna
    with meanwhile(partial(getattr(actions, verb), post=post, by=by)) as doing:
        actions.merge(source=source, into=into, by=anna)
        merged = version(into)
    assert doing.result().discussion_id == into.pk
    assert version(into) > merged


def test_thanks_for_a_post_that_is_just_merged_show_where_it_is_now(
    anna: Enrollment, maya: Enrollment
) -> None:
    source, into = two(anna)
    post = cast.response(maya, source)
    noah = cast.student(anna.course, "Noah Weiss")
    actions.look(person=noah, discussion=into, at=timezone.now(), is_open=True)
    visit = Visit.objects.get(person=noah)
    with meanwhile(partial(actions.thank, post=post, by=noah)) as thanking:
        actions.merge(source=source, into=into, by=anna)
        merged = Visit.objects.get(pk=visit.pk).version
    assert thanking.result() is not None
    assert Visit.objects.get(pk=visit.pk).version > merged


def test_quotations_of_a_post_that_is_just_merged_are_checked_where_it_is_now(
    anna: Enrollment, maya: Enrollment
) -> None:
    cast.document(cast.reading(anna.course))
    source, into = two(anna)
    words = "“Initially there was distress, outrage and confusion” (Jones, p. 41)."
    post = cast.response(maya, source, words)
    Post.objects.filter(pk=post.pk).update(body_html="<p>As it was before.</p>")
    with meanwhile(partial(actions.recheck, course=anna.course)) as checking:
        actions.merge(source=source, into=into, by=anna)
    assert checking.result() == 1
    assert [one.discussion_id for one in Quotation.objects.filter(post=post)] == [into.pk]


def test_a_merge_keeps_the_words_that_somebody_is_just_writing(
    anna: Enrollment, maya: Enrollment
) -> None:
    source, into = two(anna)
    write = partial(actions.save_draft, person=maya)
    write(target=f"respond:{source.public_id}", fields={"body": "There."}, version=0)
    here = f"respond:{into.public_id}"
    write(target=here, fields={"body": "Here"}, version=0)
    with meanwhile(partial(actions.merge, source=source, into=into, by=anna)) as merging:
        write(target=here, fields={"body": "Here I write on."}, version=1)
    merging.result()
    (draft,) = Draft.objects.filter(person=maya)
    assert draft.fields["body"].split() == ["<p>Here", "I", "write", "on.</p>", "<p>There.</p>"]


def test_posting_from_one_tab_leaves_what_another_is_just_keeping(
    anna: Enrollment, maya: Enrollment
) -> None:
    discussion = cast.discussion(anna)
    write = partial(actions.save_draft, person=maya, target=f"respond:{discussion.public_id}")
    write(fields={"body": "One."}, version=0)
    posting = partial(cast.response, maya, discussion, "One.", draft_version=1)
    with meanwhile(posting) as posted:
        write(fields={"body": "One. And two."}, version=1)
    posted.result()
    (draft,) = Draft.objects.filter(person=maya)
    assert draft.fields["body"] == "One. And two."
