"""What teachers do to posts and discussions, and the page of what asks for them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support import cast

from quaestio.courses import actions as courses
from quaestio.courses.access import seat_in
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment, Trace
from quaestio.discussions import actions, oversight
from quaestio.discussions.actions import PostRefused, Rules
from quaestio.discussions.emails import words_of
from quaestio.discussions.models import Discussion, Post, Pseudonym, Report
from quaestio.notifications.models import Notice

pytestmark = pytest.mark.django_db


class Held:
    """A course whose posts wait, with two of them."""

    def __init__(self) -> None:
        self.anna = cast.instructor()
        Course.objects.filter(pk=self.anna.course.pk).update(hold_posts=True)
        self.anna.course.refresh_from_db()
        self.course = self.anna.course
        self.noah = cast.student(self.course, "Noah Weiss")
        self.maya = cast.student(self.course)
        self.discussion = cast.discussion(self.anna)
        self.first = cast.response(self.noah, self.discussion, "First words.")
        self.second = cast.response(self.maya, self.discussion, "Second words.")
        self.address = f"/c/{self.course.public_id}/waiting"
        self.teacher = cast.sign_in(self.anna)

    def page(self, who: Enrollment | None = None) -> str:
        client = cast.sign_in(who) if who else self.teacher
        return client.get(f"/d/{self.discussion.public_id}/").content.decode()

    def waiting(self) -> int:
        return Course.objects.get(pk=self.course.pk).waiting


# -- The queue -----------------------------------------------------------------------------------


def test_what_waits_stands_on_one_page_oldest_first_and_is_counted_beside_it() -> None:
    scene = Held()
    page = scene.teacher.get(scene.address).content.decode()
    assert 0 < page.index("First words.") < page.index("Second words.")
    assert '2<span class="vh"> ask for a teacher' in page
    assert scene.waiting() == 2
    student = cast.sign_in(scene.maya).get(f"/c/{scene.course.public_id}/").content.decode()
    assert "ask for a teacher" not in student


def test_a_button_lets_one_post_in_and_the_numbers_follow_the_order_of_letting_in() -> None:
    scene = Held()
    scene.teacher.post(scene.address, {"let-in": scene.second.public_id})
    scene.teacher.post(scene.address, {"let-in": scene.first.public_id})
    numbers = dict(scene.discussion.posts.values_list("pk", "number"))
    assert numbers == {scene.second.pk: 1, scene.first.pk: 2}
    assert scene.waiting() == 0
    assert "First words." in scene.page(scene.maya)


def test_a_post_is_turned_down_with_a_reason_that_its_author_alone_reads() -> None:
    scene = Held()
    name = f"because-{scene.first.public_id}"
    answer = scene.teacher.post(
        scene.address,
        {"turn-down": scene.first.public_id, name: "Please quote the page."},
        follow=True,
    )
    assert "turned down" in answer.content.decode()
    page = scene.page(scene.noah)
    assert "Not let in by a teacher. The reason: Please quote the page." in page
    assert "quote the page" not in scene.page(scene.maya)
    assert Trace.objects.get().deed == Deed.TURNED_DOWN


def test_several_are_let_in_or_turned_down_at_once() -> None:
    scene = Held()
    both = [scene.first.public_id, scene.second.public_id]
    answer = scene.teacher.post(scene.address, {"do": "let-in", "tick": both}, follow=True)
    assert "2 posts are let in." in answer.content.decode()
    third, fourth = (cast.response(scene.noah, scene.discussion, word) for word in ("3", "4"))
    scene.teacher.post(
        scene.address,
        {"do": "turn-down", "tick": [third.public_id, fourth.public_id], "because": "Again?"},
    )
    for post in (third, fourth):
        post.refresh_from_db()
        assert (post.state, post.hidden_because) == (Post.State.HIDDEN, "Again?")
    answer = scene.teacher.post(scene.address, {"do": "let-in"}, follow=True)
    assert "nothing was done" in answer.content.decode()


def test_what_was_decided_meanwhile_or_stands_elsewhere_is_left_alone() -> None:
    scene = Held()
    actions.show(post=scene.first, by=scene.anna)
    other = Held()
    scene.teacher.post(scene.address, {"turn-down": scene.first.public_id})
    scene.teacher.post(scene.address, {"let-in": other.first.public_id})
    for post, state in ((scene.first, Post.State.POSTED), (other.first, Post.State.HELD)):
        post.refresh_from_db()
        assert post.state == state


def test_taking_a_waiting_post_back_takes_it_out_of_the_queue() -> None:
    scene = Held()
    actions.withdraw(post=scene.first, by=scene.noah)
    assert scene.waiting() == 1
    assert "First words." not in scene.teacher.get(scene.address).content.decode()


def test_the_queue_takes_the_same_few_queries_for_two_and_for_five() -> None:
    scene = Held()

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            scene.teacher.get(scene.address)
        return len(caught)

    cast.response(scene.maya, scene.discussion, "Yes.", answers=[1], positions={1: 1})
    few = queries()
    for word in ("Third", "Fourth", "Fifth"):
        cast.response(scene.noah, scene.discussion, word, answers=[1], positions={1: 1})
    assert queries() == few


# -- Reports -------------------------------------------------------------------------------------


class Reported:
    def __init__(self, **rules: bool) -> None:
        self.anna = cast.instructor()
        self.noah = cast.student(self.anna.course, "Noah Weiss")
        self.maya = cast.student(self.anna.course)
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))  # type: ignore[arg-type]
        self.post = cast.response(self.noah, self.discussion, "You are a fool.")
        self.client = cast.sign_in(self.maya)
        self.address = f"/p/{self.post.public_id}/report"
        self.queue = f"/c/{self.anna.course.public_id}/waiting"
        self.teacher = cast.sign_in(self.anna)


def test_a_member_reports_a_post_and_only_teachers_learn_who() -> None:
    scene = Reported()
    thread = scene.client.get(f"/d/{scene.discussion.public_id}/").content.decode()
    assert scene.address in thread
    page = scene.client.get(scene.address).content.decode()
    assert "You are a fool." in page
    scene.client.post(scene.address, {"because": "An insult."})
    queue = scene.teacher.get(scene.queue).content.decode()
    assert "An insult." in queue
    assert "Maya Lindqvist" in queue
    for person in (scene.noah, cast.student(scene.anna.course, "Ola Nord")):
        thread = cast.sign_in(person).get(f"/d/{scene.discussion.public_id}/").content.decode()
        assert "An insult." not in thread


def test_the_same_person_reports_a_post_once_until_it_is_answered() -> None:
    scene = Reported()
    for word in ("An insult.", "Once more."):
        scene.client.post(scene.address, {"because": word})
    assert Report.objects.get().because == "An insult."
    assert Course.objects.get().waiting == 1
    actions.leave_reported(post=scene.post, by=scene.anna)
    scene.client.post(scene.address, {"because": "Again."})
    assert Report.objects.filter(settled_at__isnull=True).get().because == "Again."


def test_a_report_says_what_is_not_right() -> None:
    scene = Reported()
    assert scene.client.post(scene.address, {"because": " "}).status_code == 422
    assert not Report.objects.exists()


def test_hiding_a_post_answers_its_reports() -> None:
    scene = Reported()
    scene.client.post(scene.address, {"because": "An insult."})
    name = f"because-{scene.post.public_id}"
    scene.teacher.post(scene.queue, {"hide": scene.post.public_id, name: "Please be civil."})
    scene.post.refresh_from_db()
    assert (scene.post.state, scene.post.hidden_because) == ("hidden", "Please be civil.")
    report = Report.objects.get()
    assert report.settled_by == scene.anna
    assert Course.objects.get().waiting == 0
    deeds = list(Trace.objects.values_list("deed", flat=True))
    assert deeds == [Deed.HID, Deed.REPORTED]


def test_a_reported_post_may_stay() -> None:
    scene = Reported()
    scene.client.post(scene.address, {"because": "An insult."})
    scene.teacher.post(scene.queue, {"leave": scene.post.public_id})
    scene.post.refresh_from_db()
    assert scene.post.state == Post.State.POSTED
    assert "Nothing waits." in scene.teacher.get(scene.queue).content.decode()


def test_what_is_withdrawn_has_no_open_report() -> None:
    scene = Reported()
    scene.client.post(scene.address, {"because": "An insult."})
    actions.withdraw(post=scene.post, by=scene.noah)
    assert Course.objects.get().waiting == 0


def test_an_assistant_learns_nothing_of_a_report_of_their_own_post() -> None:
    scene = Reported()
    tom = cast.assistant(scene.anna.course)
    post = cast.response(tom, scene.discussion, "You are all fools.")
    assert "Who wrote the post does not." in (
        scene.client.get(f"/p/{post.public_id}/report").content.decode()
    )
    scene.client.post(f"/p/{post.public_id}/report", {"because": "An insult."})
    course = f"/c/{scene.anna.course.public_id}"
    theirs = cast.sign_in(tom)
    pages = [f"{course}/waiting", f"{course}/record", f"/d/{scene.discussion.public_id}/"]
    for page in [*pages, f"{course}/record?about=posts"]:
        shown = theirs.get(page).content.decode()
        assert "An insult." not in shown
        assert "asks for a teacher" not in shown
        assert "reported a post" not in shown
    assert "Maya Lindqvist" not in theirs.get(f"{course}/record").content.decode()
    theirs.post(f"{course}/waiting", {"leave": post.public_id})
    assert Report.objects.filter(settled_at__isnull=True).exists()
    queue = scene.teacher.get(f"{course}/waiting").content.decode()
    assert "An insult." in queue
    assert "asks for a teacher" in queue
    other = cast.sign_in(cast.assistant(scene.anna.course, "Ida Roth"))
    assert "An insult." in other.get(f"{course}/waiting").content.decode()
    scene.teacher.post(f"{course}/waiting", {"leave": post.public_id})
    assert "left a reported post" not in theirs.get(f"{course}/record").content.decode()
    assert "left a reported post" in scene.teacher.get(f"{course}/record").content.decode()


def test_an_instructor_is_told_of_a_report_of_their_own_post_and_the_form_says_so() -> None:
    scene = Reported()
    post = cast.response(scene.anna, scene.discussion, "Think again.")
    page = scene.client.get(f"/p/{post.public_id}/report").content.decode()
    assert "so does the instructor who wrote" in page
    scene.client.post(f"/p/{post.public_id}/report", {"because": "Unkind."})
    assert "Unkind." in scene.teacher.get(scene.queue).content.decode()


def test_teachers_are_told_of_a_report_but_not_in_which_words_nor_who_was_reported() -> None:
    scene = Reported()
    tom = cast.assistant(scene.anna.course)
    scene.client.post(scene.address, {"because": "An insult."})
    told = Notice.objects.filter(kind="reported")
    assert {one.to for one in told} == {scene.anna.user, tom.user}
    for person in (scene.anna, tom):
        page = cast.sign_in(person).get("/notices/").content.decode()
        assert "A post was reported" in page
        assert "An insult." not in page
        assert "Maya Lindqvist" not in page.split("A post was reported")[1].split("</li>")[0]
    assert "A post was reported" not in cast.sign_in(scene.noah).get("/notices/").content.decode()
    notice = told.get(to=scene.anna.user)
    assert scene.teacher.get(f"/notices/{notice.public_id}/")["Location"].endswith(scene.queue)
    of_tom = cast.response(tom, scene.discussion, "You are all fools.")
    scene.client.post(f"/p/{of_tom.public_id}/report", {"because": "An insult."})
    about_tom = Notice.objects.filter(kind="reported", about=of_tom.public_id)
    assert [one.to for one in about_tom] == [scene.anna.user]
    about_tom.update(to=tom.user)  # were it there all the same, it would say nothing
    assert words_of(list(about_tom)) == {}


def test_no_mail_goes_out_of_a_report_that_was_answered() -> None:
    scene = Reported()
    scene.client.post(scene.address, {"because": "An insult."})
    notices = list(Notice.objects.filter(kind="reported"))
    assert len(words_of(notices, as_news=True)) == 1
    actions.leave_reported(post=scene.post, by=scene.anna)
    assert words_of(notices, as_news=True) == {}
    assert len(words_of(notices)) == 1


def test_what_is_reported_of_each_person_is_counted_and_counted_down_again() -> None:
    scene = Reported()
    scene.client.post(scene.address, {"because": "An insult."})
    scene.noah.refresh_from_db()
    assert scene.noah.reported == 1
    actions.hide(post=scene.post, by=scene.anna)
    scene.noah.refresh_from_db()
    assert scene.noah.reported == 0


def test_ones_own_post_and_one_that_is_gone_are_not_reported() -> None:
    scene = Reported()
    assert cast.sign_in(scene.noah).get(scene.address).status_code == 403
    stale = Post.objects.get(pk=scene.post.pk)
    actions.hide(post=scene.post, by=scene.anna)
    assert scene.client.get(scene.address).status_code == 403
    with pytest.raises(PostRefused):
        actions.report(post=stale, by=scene.maya, because="An insult.")


def test_a_made_up_name_stays_made_up_while_one_reports() -> None:
    scene = Reported(pseudonyms=True)
    page = scene.client.get(scene.address).content.decode()
    assert Pseudonym.objects.get(person=scene.noah).name in page
    assert "Noah Weiss" not in page


# -- Pinning and moving --------------------------------------------------------------------------


def titles_on(person: Enrollment, address: str, *titles: str) -> list[str]:
    page = cast.sign_in(person).get(address).content.decode()
    return sorted(titles, key=page.index)


def test_a_pinned_discussion_stands_first_on_the_pages_of_course_and_meeting() -> None:
    anna = cast.instructor()
    meeting = cast.meeting(anna.course)
    cast.discussion(anna, "The older one", meeting=meeting)
    newer = cast.discussion(anna, "The newer one", meeting=meeting)
    client = cast.sign_in(anna)
    pages = (f"/c/{anna.course.public_id}/", f"/m/{meeting.public_id}/")
    client.post(f"/d/{newer.public_id}/pin", {"pinned": "1"})
    for page in pages:
        assert titles_on(anna, page, "The older one", "The newer one")[0] == "The newer one"
    assert "pinned" in client.get(f"/d/{newer.public_id}/").content.decode()
    client.post(f"/d/{newer.public_id}/pin", {"pinned": "0"})
    for page in pages:
        assert titles_on(anna, page, "The older one", "The newer one")[0] == "The older one"
    assert [one.deed for one in Trace.objects.all()] == [Deed.UNPINNED, Deed.PINNED]


def test_a_discussion_moves_to_another_meeting_of_its_course_alone() -> None:
    anna = cast.instructor()
    here, there = cast.meeting(anna.course), cast.meeting(anna.course, "Another week")
    elsewhere = cast.meeting(cast.course(), "Elsewhere")
    discussion = cast.discussion(anna, meeting=here)
    client = cast.sign_in(anna)
    address = f"/d/{discussion.public_id}/move"
    assert client.post(address, {"meeting": elsewhere.pk}).status_code == 422
    assert client.post(address, {"meeting": there.pk}).status_code == 302
    discussion.refresh_from_db()
    assert discussion.meeting == there
    assert Trace.objects.get().detail == {"meeting": [here.title, "Another week"]}
    client.post(address, {"meeting": ""})
    assert Discussion.objects.get().meeting is None


# -- The record ----------------------------------------------------------------------------------


def test_the_record_says_who_did_what_to_what_and_why() -> None:
    scene = Reported()
    anna = scene.anna
    actions.hide(post=scene.post, by=anna, because="Please be civil.")
    actions.close_discussion(discussion=scene.discussion, by=anna)
    courses.change_role(enrollment=scene.maya, by=anna, role="assistant")
    page = scene.teacher.get(f"/c/{anna.course.public_id}/record").content.decode()
    for words in ("hid a post", "Noah Weiss", "“Please be civil.”", "closed a discussion"):
        assert words in page
    assert "role: Student → Assistant" in page


def test_the_record_is_chosen_from_by_what_it_is_about_by_whom_and_of_which_discussion() -> None:
    scene = Reported()
    tom = cast.assistant(scene.anna.course)
    actions.hide(post=scene.post, by=scene.anna)
    actions.close_discussion(discussion=scene.discussion, by=tom)
    seat = seat_in(scene.anna.user, scene.anna.course)

    def deeds(**chosen: str) -> list[str]:
        return [line.did for line in oversight.record_of(seat, oversight.Chosen(**chosen), 1)[1]]

    assert deeds() == ["closed a discussion", "hid a post"]
    assert deeds(about="posts") == ["hid a post"]
    assert deeds(about="discussions") == ["closed a discussion"]
    assert deeds(about="course") == []
    assert deeds(by=tom.public_id) == ["closed a discussion"]
    assert deeds(discussion=scene.discussion.public_id) == ["closed a discussion", "hid a post"]
    assert deeds(discussion="nowhere") == []


def test_the_record_is_paged_and_takes_the_same_few_queries_for_one_line_and_for_sixty() -> None:
    scene = Reported()
    address = f"/c/{scene.anna.course.public_id}/record"

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            scene.teacher.get(address)
        return len(caught)

    actions.hide(post=scene.post, by=scene.anna)
    one = queries()
    for _time in range(30):
        actions.show(post=scene.post, by=scene.anna)
        actions.hide(post=scene.post, by=scene.anna)
    assert queries() == one
    assert "Page 1 of 2" in scene.teacher.get(address).content.decode()
    assert scene.teacher.get(f"{address}?page=2&about=%00").status_code == 200


def test_the_record_of_a_finished_course_can_still_be_read() -> None:
    scene = Reported()
    courses.seal(course=scene.anna.course, by=scene.anna)
    page = scene.teacher.get(f"/c/{scene.anna.course.public_id}/record")
    assert "finished the course" in page.content.decode()
    assert scene.teacher.get(scene.queue).status_code == 403
