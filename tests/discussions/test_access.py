"""Who reads what, under which name: post-first, sections, made-up names, posts that wait."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.access import seat_in
from quaestio.courses.models import Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions
from quaestio.discussions.access import Bylines, readable_posts, sight_of, visible_discussions
from quaestio.discussions.actions import PostRefused, Rules
from quaestio.discussions.models import Discussion, Post, Pseudonym
from quaestio.discussions.pseudonyms import PLANTS, new_name

pytestmark = pytest.mark.django_db


def readable(person: Enrollment) -> set[Post]:
    return set(readable_posts([seat_in(person.user, person.course)]))


def page_of(person: Enrollment | None, discussion: Discussion) -> str:
    answer = cast.sign_in(person).get(f"/d/{discussion.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


# -- Post-first ----------------------------------------------------------------------------------


class First:
    """A discussion that asks for one's own response first, with one response in it."""

    def __init__(self, **options: object) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course)
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        rules = Rules(post_first=True, words_least=options.pop("words_least", None))  # type: ignore[arg-type]
        self.discussion = cast.discussion(self.anna, rules=rules, **options)
        self.post = cast.response(
            self.noah, self.discussion, "The secret of the archive.", positions={1: 2}
        )


def test_a_student_sees_nothing_of_others_before_their_own_response() -> None:
    scene = First()
    page = page_of(scene.maya, scene.discussion)
    assert "Your response comes first" in page
    for secret in ("The secret of the archive.", "Noah Weiss", scene.post.public_id, "1 person"):
        assert secret not in page
    assert readable(scene.maya) == set()
    client = cast.sign_in(scene.maya)
    for name in ("", "reply", "edit", "revisions"):
        assert client.get(f"/p/{scene.post.public_id}/{name}").status_code == 404


def test_their_own_response_opens_the_door() -> None:
    scene = First()
    mine = cast.response(scene.maya, scene.discussion)
    assert "The secret of the archive." in page_of(scene.maya, scene.discussion)
    assert readable(scene.maya) == {scene.post, mine}


def test_what_was_withdrawn_or_cut_down_shuts_the_door_again() -> None:
    scene = First(words_least=3)
    mine = cast.response(scene.maya, scene.discussion, "Three words suffice.")
    assert scene.post in readable(scene.maya)
    actions.edit_post(post=mine, by=scene.maya, source="<p>Nothing.</p>", version=1)
    assert readable(scene.maya) == {mine}
    assert "The secret" not in page_of(scene.maya, scene.discussion)
    mine.refresh_from_db()
    actions.edit_post(post=mine, by=scene.maya, source="<p>Three words again.</p>", version=2)
    assert scene.post in readable(scene.maya)
    actions.withdraw(post=mine, by=mine.author)
    assert readable(scene.maya) == {mine}


def test_the_number_of_what_does_not_open_the_door_does_not_count_the_others() -> None:
    scene = First(words_least=5)
    mine = cast.response(scene.maya, scene.discussion, "Too short, archive.", answers=[1])
    assert mine.number == 2
    client, course = cast.sign_in(scene.maya), scene.anna.course
    paths = (
        f"/d/{scene.discussion.public_id}/",
        f"/d/{scene.discussion.public_id}/answers",
        f"/c/{course.public_id}/search?q=archive",
        f"/c/{course.public_id}/feed.atom",
    )
    told = re.compile(r"#2\b|>2</a>|Response 2|Post 2\b")
    for path in paths:
        page = client.get(path).content.decode()
        assert mine.public_id in page, path
        assert not told.search(page), path
    cast.response(scene.maya, scene.discussion, "Now it is as long as asked.")
    for path in paths:
        assert told.search(client.get(path).content.decode()), path


def test_a_text_without_a_word_does_not_open_the_door() -> None:
    scene = First()
    mine = cast.response(scene.maya, scene.discussion, "…")
    assert readable(scene.maya) == {mine}


def test_the_due_date_opens_the_door_and_so_does_closing() -> None:
    scene = First(due_at=timezone.now() + timedelta(hours=1))
    seat = seat_in(scene.maya.user, scene.anna.course)
    later = timezone.now() + timedelta(hours=2)
    assert not sight_of(seat, scene.discussion).is_open
    assert sight_of(seat, scene.discussion, later).is_open
    assert list(readable_posts([seat], later)) == [scene.post]
    actions.close_discussion(discussion=scene.discussion, by=scene.discussion.author)
    scene.discussion.refresh_from_db()
    assert sight_of(seat, scene.discussion).is_open
    assert readable(scene.maya) == {scene.post}


def test_teachers_read_at_once_and_observers_and_the_public_wait() -> None:
    scene = First()
    scene.anna.course.is_public = True
    scene.anna.course.save()
    assert "The secret of the archive." in page_of(scene.anna, scene.discussion)
    for person in (cast.observer(scene.anna.course), None):
        page = page_of(person, scene.discussion)
        assert "The secret of the archive." not in page
        assert "Noah Weiss" not in page


def test_counts_at_home_and_on_the_course_page_keep_the_secret() -> None:
    scene = First()
    cast.sign_in(scene.maya).get(f"/d/{scene.discussion.public_id}/")
    for address in ("/", f"/c/{scene.anna.course.public_id}/"):
        page = cast.sign_in(scene.maya).get(address).content.decode()
        assert "1 response" not in page
        assert "1 new" not in page
    cast.response(scene.maya, scene.discussion)
    page = cast.sign_in(scene.maya).get(f"/c/{scene.anna.course.public_id}/").content.decode()
    assert "2 responses" in page


def test_what_was_hidden_by_post_first_is_new_once_the_door_opens() -> None:
    scene = First()
    page_of(scene.maya, scene.discussion)
    cast.response(scene.maya, scene.discussion)
    assert "1 new post since your last visit" in page_of(scene.maya, scene.discussion)
    cast.response(scene.noah, scene.discussion, "One more.")
    assert "2 new posts since your last visit" in page_of(scene.maya, scene.discussion)


@pytest.mark.parametrize("state", Post.State.values)
def test_the_query_and_the_door_agree(state: str) -> None:
    scene = First()
    number = 0 if state == Post.State.HELD else 1
    Post.objects.filter(pk=scene.post.pk).update(state=state, number=number)
    scene.post.refresh_from_db()
    for person in (scene.maya, scene.noah, scene.anna, cast.observer(scene.anna.course)):
        for _answered in (False, True):
            seat = seat_in(person.user, person.course)
            reads = sight_of(seat, scene.discussion).reads(state, scene.noah.pk)
            assert reads == (scene.post in readable(person)), (person, state)
            if person.role == Role.STUDENT:
                cast.response(person, scene.discussion)


# -- Sections ------------------------------------------------------------------------------------


def test_a_discussion_of_one_section_is_not_there_for_the_others() -> None:
    anna = cast.instructor()
    course = anna.course
    monday, friday = (courses.make_section(course=course, name=name) for name in ("Mon", "Fri"))
    maya, noah, nobody = (cast.student(course, name) for name in ("Maya L", "Noah W", "Ola N"))
    Enrollment.objects.filter(pk=maya.pk).update(section=monday)
    Enrollment.objects.filter(pk=noah.pk).update(section=friday)
    course.is_public = True
    course.save()
    discussion = cast.discussion(anna, "For Mondays", rules=Rules(section=monday))
    post = cast.response(anna, discussion)
    for person in (noah, nobody, cast.observer(course)):
        client = cast.sign_in(person)
        assert client.get(f"/d/{discussion.public_id}/").status_code == 404
        assert client.get(f"/p/{post.public_id}/").status_code == 404
        assert "For Mondays" not in client.get(f"/c/{course.public_id}/").content.decode()
        seat = seat_in(person.user, course)
        assert list(visible_discussions(seat)) == []
        assert list(readable_posts([seat])) == []
    assert cast.sign_in(None).get(f"/d/{discussion.public_id}/").status_code == 302
    assert "For Mondays" in page_of(maya, discussion)
    assert "For Mondays" in page_of(anna, discussion)


# -- Made-up names -------------------------------------------------------------------------------


class Masked:
    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.maya = cast.student(self.anna.course, "Maya Lindqvist")
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.discussion = cast.discussion(self.anna, rules=Rules(pseudonyms=True))
        self.post = cast.response(self.noah, self.discussion, positions={1: 1})
        self.name = Pseudonym.objects.get(person=self.noah).name


def test_classmates_see_the_made_up_name_and_teachers_both() -> None:
    scene = Masked()
    cast.reply(scene.noah, scene.post)
    page = page_of(scene.maya, scene.discussion)
    assert scene.name in page
    assert "Noah Weiss" not in page
    reply = cast.sign_in(scene.maya).get(f"/p/{scene.post.public_id}/reply").content.decode()
    assert f"Reply to {scene.name}" in reply
    assert f"Noah Weiss ({scene.name})" in page_of(scene.anna, scene.discussion)
    assert f"{scene.name} (you)" in page_of(scene.noah, scene.discussion)


def test_it_is_one_name_in_one_discussion_and_another_in_the_next() -> None:
    scene = Masked()
    cast.response(scene.noah, scene.discussion, "Once more.")
    assert scene.discussion.names.filter(person=scene.noah).count() == 1
    other = cast.discussion(scene.anna, "Another", rules=Rules(pseudonyms=True))
    cast.response(scene.noah, other)
    assert other.names.count() == 1


def test_a_student_who_becomes_an_assistant_keeps_the_made_up_name() -> None:
    scene = Masked()
    courses.change_role(enrollment=scene.noah, by=scene.anna, role=Role.ASSISTANT)
    assert "Noah Weiss" not in page_of(scene.maya, scene.discussion)


def test_who_wrote_before_names_were_hidden_is_hidden_too_and_it_stays() -> None:
    anna = cast.instructor()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna)
    cast.response(noah, discussion)
    change = {
        "discussion": discussion,
        "by": anna,
        "title": discussion.title,
        "context": "",
        "questions": [(1, actions.QuestionInput("Was it planned?", ("yes", "no", "in part")))],
        "meeting": None,
        "due_at": None,
    }
    actions.change_discussion(**change, version=2, rules=Rules(pseudonyms=True))  # type: ignore[arg-type]
    assert "Noah Weiss" not in page_of(maya, discussion)
    with pytest.raises(PostRefused, match="made-up names"):
        actions.change_discussion(**change, version=3, rules=Rules())  # type: ignore[arg-type]


def test_somebody_without_a_made_up_name_yet_is_a_classmate() -> None:
    scene = Masked()
    Pseudonym.objects.all().delete()
    seat = seat_in(scene.maya.user, scene.anna.course)
    names = Bylines(seat, [scene.discussion])
    assert names.by(scene.discussion.pk, scene.noah) == "a classmate"
    assert names.by(scene.discussion.pk, scene.anna) == "Anna Berg"


def test_a_made_up_name_is_never_given_twice() -> None:
    taken: set[str] = set()
    for _person in range(2 * len(PLANTS) + 5):
        taken.add(new_name(taken))
    assert len(taken) == 2 * len(PLANTS) + 5


# -- Posts that wait -----------------------------------------------------------------------------


def test_a_post_that_waits_is_there_for_its_author_and_teachers_alone() -> None:
    anna = cast.instructor()
    anna.course.hold_posts = True
    anna.course.save()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna)
    post = cast.response(noah, discussion, "Waiting words.", positions={1: 2})
    assert (post.state, post.number) == (Post.State.HELD, 0)
    assert "Waiting words." in page_of(noah, discussion)
    assert "Waiting words." in page_of(anna, discussion)
    page = page_of(maya, discussion)
    assert post.public_id not in page
    assert "1 person" not in page
    assert cast.sign_in(maya).get(f"/p/{post.public_id}/").status_code == 404
    first = actions.show(post=post, by=post.discussion.author)
    assert (first.state, first.number) == (Post.State.POSTED, 1)
    assert "Waiting words." in page_of(maya, discussion)
    assert cast.response(anna, discussion).number == 2


def test_a_position_taken_in_a_post_that_waits_holds_once_it_is_let_in() -> None:
    anna = cast.instructor()
    noah = cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna)
    cast.response(noah, discussion, positions={1: 1})
    courses.place(
        enrollment=noah, by=anna, role=noah.role, byline=noah.byline, section=None, hold_posts=True
    )
    noah.refresh_from_db()
    waiting = cast.response(noah, discussion, positions={1: 2})
    held = noah.positions.filter(ended_at__isnull=True)
    assert [one.choice.number for one in held] == [1]
    actions.show(post=waiting, by=waiting.discussion.author)
    assert [one.choice.number for one in held.all()] == [2]


def test_an_edit_of_what_was_let_in_waits_again_in_its_place() -> None:
    anna = cast.instructor()
    anna.course.hold_posts = True
    anna.course.save()
    maya, noah = cast.student(anna.course), cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna)
    post = actions.show(post=cast.response(noah, discussion, "Harmless."), by=anna)
    actions.edit_post(post=post, by=noah, source="<p>Less so.</p>", version=1)
    page = page_of(maya, discussion)
    assert "Less so." not in page
    assert "waits for a teacher" in page
    post.refresh_from_db()
    assert actions.show(post=post, by=post.discussion.author).number == 1
    assert "Less so." in page_of(maya, discussion)


def test_teachers_never_wait() -> None:
    anna = cast.instructor()
    anna.course.hold_posts = True
    anna.course.save()
    assert cast.response(anna, cast.discussion(anna)).state == Post.State.POSTED


# -- Editing for a while -------------------------------------------------------------------------


def test_a_post_can_be_edited_only_as_long_as_the_course_says() -> None:
    anna = cast.instructor()
    anna.course.edit_minutes = 15
    anna.course.save()
    noah = cast.student(anna.course, "Noah Weiss")
    discussion = cast.discussion(anna)
    fresh = cast.response(noah, discussion)
    old = cast.response(noah, discussion, at=timezone.now() - timedelta(minutes=16))
    client = cast.sign_in(noah)
    fields = {"body": "Changed.", "version": "1"}
    assert client.post(f"/p/{fresh.public_id}/edit", fields).status_code == 302
    refused = client.post(f"/p/{old.public_id}/edit", fields)
    assert refused.status_code == 422
    assert "Changed." in refused.content.decode()
    assert "is over" in refused.content.decode()


# -- Leaders -------------------------------------------------------------------------------------


def test_who_leads_a_meeting_poses_its_question_and_no_other() -> None:
    anna = cast.instructor()
    course, meeting = anna.course, cast.meeting(anna.course)
    other = cast.meeting(course, "Another week")
    noah = cast.student(course, "Noah Weiss")
    client = cast.sign_in(noah)
    address = f"/c/{course.public_id}/ask"
    assert client.get(f"{address}?meeting={meeting.public_id}").status_code == 403
    meeting.leaders.create(person=noah)
    assert client.get(f"{address}?meeting={meeting.public_id}").status_code == 200
    assert client.get(f"{address}?meeting={other.public_id}").status_code == 403
    fields = {"title": "Who led whom?", "context": "Think.", "do": "open"}
    refused = client.post(address, {**fields, "meeting": other.pk})
    assert refused.status_code == 422
    assert client.post(address, {**fields, "meeting": meeting.pk}).status_code == 302
    posed = Discussion.objects.get(title="Who led whom?")
    assert (posed.author, posed.meeting) == (noah, meeting)
    assert client.get(f"/d/{posed.public_id}/edit").status_code == 200


# -- How a discussion says how it is held --------------------------------------------------------


def test_the_page_says_under_which_name_one_is_seen() -> None:
    scene = Masked()
    assert f"classmates see you as {scene.name}" in page_of(scene.noah, scene.discussion)
    assert f"Classmates see you as {scene.name}; teachers" in page_of(scene.noah, scene.discussion)
    assert "classmates do not see who writes" in page_of(scene.maya, scene.discussion)
    assert "you see both" in page_of(scene.anna, scene.discussion)


def test_the_page_and_the_course_say_for_which_section_and_what_comes_first() -> None:
    scene = First()
    monday = courses.make_section(course=scene.anna.course, name="Monday")
    Enrollment.objects.filter(pk=scene.maya.pk).update(section=monday)
    Discussion.objects.filter(pk=scene.discussion.pk).update(section=monday)
    course = cast.sign_in(scene.maya).get(f"/c/{scene.anna.course.public_id}/").content.decode()
    for page in (page_of(scene.maya, scene.discussion), course):
        assert "for section Monday" in page
        assert "answer first, then read the others" in page
    assert "0 responses" not in course
    cast.response(scene.maya, scene.discussion)
    course = cast.sign_in(scene.maya).get(f"/c/{scene.anna.course.public_id}/").content.decode()
    assert "2 responses" in course
