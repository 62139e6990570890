"""Students as authors: who leads a meeting poses its question; teachers say what they think of the
draft.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.models import Enrollment
from quaestio.discussions import actions
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Discussion, Remark
from quaestio.discussions.views import thread as views

pytestmark = pytest.mark.django_db


def page(who: Enrollment | Client, path: str) -> str:
    client = who if isinstance(who, Client) else cast.sign_in(who)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


class Scene:
    """Maya leads a meeting in a course where students do not pose otherwise."""

    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.course = self.anna.course
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        self.meeting = cast.meeting(self.course)
        self.other = cast.meeting(self.course, "The Manège")
        self.ask = f"/c/{self.course.public_id}/ask?meeting={self.meeting.public_id}"
        courses.set_leaders(meeting=self.meeting, people=[self.maya])

    def draft(self, **rules: bool) -> Discussion:
        return cast.discussion(
            self.maya, meeting=self.meeting, open_now=False, rules=Rules(**rules)
        )


# -- Who leads -----------------------------------------------------------------------------------


def test_a_teacher_picks_who_leads_and_changes_it() -> None:
    scene = Scene()
    client, path = cast.sign_in(scene.anna), f"/m/{scene.meeting.public_id}/leaders"
    shown = page(client, path)
    ticked = re.findall(r'value="(\w+)"[^>]*\bchecked\b', shown)
    assert ticked == [scene.maya.public_id]
    assert "Anna Berg" not in shown.split("<main")[1]
    answer = client.post(path, {"people": [scene.noah.public_id]})
    assert answer.status_code == 302
    assert [one.person for one in scene.meeting.leaders.all()] == [scene.noah]
    client.post(path, {})
    assert not scene.meeting.leaders.exists()


def test_nobody_of_another_course_can_be_picked() -> None:
    scene = Scene()
    far = cast.student(cast.course(), "Stella Far")
    path = f"/m/{scene.meeting.public_id}/leaders"
    answer = cast.sign_in(scene.anna).post(path, {"people": [far.public_id]})
    assert answer.status_code == 422
    assert [one.person for one in scene.meeting.leaders.all()] == [scene.maya]


def test_who_leads_sees_it_at_home_and_at_the_meeting_with_the_day() -> None:
    scene = Scene()
    day = scene.meeting.date.strftime("%A")
    home = page(scene.maya, "/")
    assert "You lead" in home
    assert f'href="{scene.ask}"' in home
    assert f"the class meets {day}" in home
    assert "You lead this meeting" in page(scene.maya, f"/m/{scene.meeting.public_id}/")
    for who in (scene.noah, scene.anna):
        assert "You lead" not in page(who, "/")
        there = page(who, f"/m/{scene.meeting.public_id}/")
        assert "led by Maya Lindqvist" in there
        assert "You lead" not in there


def test_it_is_done_once_the_question_is_open_or_the_day_has_passed() -> None:
    scene = Scene()
    draft = scene.draft()
    home = page(scene.maya, "/")
    assert "not opened yet" in home
    assert home.count(f"/d/{draft.public_id}/") == 1
    actions.open_discussion(discussion=draft, by=scene.maya)
    assert "You lead" not in page(scene.maya, "/")
    assert "You lead" not in page(scene.maya, f"/m/{scene.meeting.public_id}/")
    Discussion.objects.all().delete()
    courses.change_meeting(
        meeting=scene.meeting, title="Past", on=timezone.localdate() - timedelta(days=1), note=""
    )
    assert "You lead" not in page(scene.maya, "/")


def test_classmates_are_not_told_who_leads_where_names_are_hidden() -> None:
    scene = Scene()
    scene.draft(pseudonyms=True)
    path = f"/m/{scene.meeting.public_id}/"
    assert "Maya" not in page(scene.noah, path)  # nor while it is a draft that he does not see
    actions.open_discussion(discussion=Discussion.objects.get(), by=scene.maya)
    assert "Maya" not in page(scene.noah, path)
    assert "led by Maya Lindqvist" in page(scene.anna, path)
    assert "led by Maya Lindqvist" in page(scene.maya, path)


# -- Posing --------------------------------------------------------------------------------------


def test_the_leader_poses_for_that_meeting_alone_and_first_as_a_draft() -> None:
    scene = Scene()
    client = cast.sign_in(scene.maya)
    form = page(client, scene.ask)
    assert 'value="keep">Keep as a draft for your teachers to see' in form
    assert scene.meeting.title in form
    assert scene.other.title not in form
    fields = {"title": "Whose thaw?", "context": "Think.", "meeting": scene.meeting.pk}
    answer = client.post(scene.ask, {**fields, "do": "keep"})
    assert answer.status_code == 302
    made = Discussion.objects.get()
    assert (made.state, made.author, made.meeting) == ("draft", scene.maya, scene.meeting)
    refused = client.post(scene.ask, {**fields, "meeting": scene.other.pk, "do": "keep"})
    assert refused.status_code == 422
    assert client.post(f"/d/{made.public_id}/open").status_code == 302
    assert "Whose thaw?" in page(scene.noah, f"/m/{scene.meeting.public_id}/")


def test_the_leader_moves_a_question_to_no_meeting_that_others_lead() -> None:
    scene = Scene()
    draft = scene.draft()
    client, path = cast.sign_in(scene.maya), f"/d/{draft.public_id}/edit"
    fields = {"title": "Whose thaw?", "context": "Think.", "version": draft.version}
    for elsewhere in (scene.other.pk, ""):
        refused = client.post(path, {**fields, "meeting": elsewhere})
        assert refused.status_code == 422
        assert "Think." in refused.content.decode()
    draft.refresh_from_db()
    assert draft.meeting == scene.meeting
    assert client.post(path, {**fields, "meeting": scene.meeting.pk}).status_code == 302


def test_a_teacher_may_open_the_draft_and_classmates_do_not_see_it_before() -> None:
    scene = Scene()
    draft = scene.draft()
    assert cast.sign_in(scene.noah).get(f"/d/{draft.public_id}/").status_code == 404
    assert cast.sign_in(scene.anna).post(f"/d/{draft.public_id}/open").status_code == 302
    page(scene.noah, f"/d/{draft.public_id}/")


def test_who_no_longer_leads_no_longer_changes_the_draft_from_that_moment() -> None:
    scene = Scene()
    draft = scene.draft()
    client, path = cast.sign_in(scene.maya), f"/d/{draft.public_id}/"
    for _ in range(2):
        assert "Change title, context, questions" in page(client, path)
    courses.set_leaders(meeting=scene.meeting, people=[scene.noah])
    assert "Change title, context, questions" not in page(client, path)


# -- Remarks -------------------------------------------------------------------------------------


def say(who: Enrollment, discussion: Discussion, text: str) -> int:
    answer = cast.sign_in(who).post(f"/d/{discussion.public_id}/remarks", {"body": text})
    return answer.status_code


def test_teachers_and_the_author_talk_about_the_draft_on_its_page() -> None:
    scene = Scene()
    draft = scene.draft()
    assert say(scene.anna, draft, "Which thaw do you mean?\n\nTeague has three.") == 302
    assert say(scene.maya, draft, "The second.") == 302
    for who in (scene.maya, scene.anna, cast.assistant(scene.course)):
        shown = page(who, f"/d/{draft.public_id}/")
        assert "Which thaw do you mean?" in shown
        assert "<p>The second.</p>" in shown
    assert say(scene.noah, draft, "I am not here.") == 404


def test_remarks_stay_for_those_two_sides_after_the_opening_and_classmates_never_see_them() -> None:
    scene = Scene()
    draft = scene.draft()
    say(scene.anna, draft, "Which thaw do you mean?")
    actions.open_discussion(discussion=draft, by=scene.maya)
    path = f"/d/{draft.public_id}/"
    for who in (scene.maya, scene.anna):
        assert "1 remark on the draft" in page(who, path)
        assert "Which thaw do you mean?" in page(who, f"{path}remarks")
    assert "remark" not in page(scene.noah, path)
    assert cast.sign_in(scene.noah).get(f"{path}remarks").status_code == 403
    assert say(scene.noah, draft, "Me too.") == 403


def test_a_remark_is_there_at_once_though_pages_are_kept() -> None:
    scene = Scene()
    draft = scene.draft()
    client, path = cast.sign_in(scene.maya), f"/d/{draft.public_id}/"
    views.finished.clear()
    for _ in range(2):
        page(client, path)
    say(scene.anna, draft, "At once.")
    assert "At once." in page(client, path)


def test_a_remark_makes_no_edit_of_the_draft_a_conflict() -> None:
    scene = Scene()
    draft = scene.draft()
    say(scene.anna, draft, "While you write.")
    fields = {"title": "New", "version": draft.version, "meeting": scene.meeting.pk}
    answer = cast.sign_in(scene.maya).post(f"/d/{draft.public_id}/edit", fields)
    assert answer.status_code == 302


def test_the_same_words_sent_twice_are_one_remark_and_none_is_no_remark() -> None:
    scene = Scene()
    draft = scene.draft()
    for _ in range(2):
        say(scene.anna, draft, "Once.")
    assert say(scene.anna, draft, "  ") == 422
    assert Remark.objects.count() == 1


def test_a_remark_typed_while_the_session_ended_comes_back() -> None:
    scene = Scene()
    draft = scene.draft()
    client, path = Client(), f"/d/{draft.public_id}/remarks"
    assert scene.anna.user is not None
    scene.anna.user.set_password("a long enough secret")
    scene.anna.user.save()
    answer = client.post(path, {"body": "Half a remark"})
    assert answer["Location"].startswith("/accounts/login/?next=")
    client.post(
        answer["Location"], {"login": scene.anna.user.email, "password": "a long enough secret"}
    )
    assert "Half a remark</textarea>" in page(client, path)


def test_a_remark_is_text_and_keeps_the_made_up_name() -> None:
    scene = Scene()
    draft = scene.draft(pseudonyms=True)
    say(scene.maya, draft, "<script>x</script>")
    shown = page(scene.anna, f"/d/{draft.public_id}/")
    assert "<script>x" not in shown
    assert "Maya Lindqvist (" in shown


def test_where_nobody_could_lead_the_page_says_how_students_come_in() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    shown = page(anna, f"/m/{meeting.public_id}/leaders")
    assert "There are no students yet." in shown
    assert f'/c/{anna.course.public_id}/invitations"' in shown
