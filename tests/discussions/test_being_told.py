"""Who is told of what, in the words that are theirs to read, at the moment of telling and again at
the moment of sending.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone
from tests.support import cast

from quaestio.config import clock
from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions import actions, emails
from quaestio.discussions.actions import Relation, Rules
from quaestio.discussions.models import Discussion, Post
from quaestio.notifications.actions import set_rule
from quaestio.notifications.models import How, Notice
from quaestio.notifications.queries import rule_of
from quaestio.notifications.words import words_of

pytestmark = pytest.mark.django_db


class Class_:
    """Anna teaches, Maya and Noah answer, Rolf was there; everybody wants mail at once."""

    def __init__(self) -> None:
        self.anna = cast.instructor()
        self.course: Course = self.anna.course
        self.maya = cast.student(self.course)
        self.noah = cast.student(self.course, "Noah Weiss")
        for person in (self.anna, self.maya, self.noah):
            at_once(person)

    def forget(self) -> None:
        """What was told so far does not count."""
        tick()
        mail.outbox.clear()
        Notice.objects.all().delete()


@pytest.fixture
def seminar() -> Class_:
    return Class_()


def at_once(person: Enrollment) -> Enrollment:
    assert person.user
    set_rule(person=person.user, list="", how=How.AT_ONCE)
    return person


def tick() -> None:
    clock.tick(worker="test")


def told(person: Enrollment) -> list[str]:
    """What a person is told on the site, newest first."""
    notices = list(Notice.objects.filter(to=person.user_id).select_related("to"))
    words = words_of(notices)
    return [words[one.pk].title if one.pk in words else "–" for one in notices]


def mails_to(person: Enrollment) -> list[str]:
    """The sources of all mails to a person, headers and all."""
    assert person.user
    return [one.message().as_string() for one in mail.outbox if person.user.email in str(one.to)]


def subjects(person: Enrollment) -> list[str]:
    assert person.user
    return [one.subject for one in mail.outbox if person.user.email in str(one.to)]


# -- Somebody answered you ----------------------------------------------------------------------


def test_who_is_answered_is_told_by_whom_and_what(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    response = cast.response(seminar.maya, asked)
    seminar.forget()
    cast.reply(seminar.noah, response, "Are you sure of that?")
    assert told(seminar.maya) == ["Noah Weiss replied to you"]
    assert told(seminar.anna) == []
    tick()
    (source,) = mails_to(seminar.maya)
    assert "Subject: Noah Weiss replied to you: Was the muddle purposeful?" in source
    assert "Are you sure of that?" in source
    assert asked.public_id in source
    assert len(mail.outbox) == 1


def test_who_posed_a_discussion_is_told_of_responses_to_it(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    seminar.forget()
    response = cast.response(seminar.maya, asked)
    assert told(seminar.anna) == ["Maya Lindqvist responded to your discussion"]
    cast.reply(seminar.anna, cast.reply(seminar.noah, response), "To Noah.")
    assert told(seminar.noah) == ["Anna Berg replied to you"]


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (Post.Kind.DISAGREE, "Noah Weiss disagrees with you"),
        (Post.Kind.ASK, "Noah Weiss asks you something"),
        (Post.Kind.SOURCE, "Noah Weiss adds a source to what you wrote"),
    ],
)
def test_it_says_what_kind_of_reply_it_is(seminar: Class_, kind: str, title: str) -> None:
    response = cast.response(seminar.maya, cast.discussion(seminar.anna))
    seminar.forget()
    cast.reply(seminar.noah, response, relation=Relation(kind=kind))
    assert told(seminar.maya) == [title]


def test_nobody_is_told_what_they_did_themselves(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    response = cast.response(seminar.maya, asked)
    own = cast.response(seminar.anna, asked)
    seminar.forget()
    cast.reply(seminar.maya, response, "And another thing.")
    cast.reply(seminar.anna, own)
    assert not Notice.objects.exists()


def test_the_same_post_sent_twice_is_told_once(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    seminar.forget()
    response = cast.response(seminar.maya, asked)
    emails.tell_of_post(response)
    emails.tell_of_post(response)
    assert len(told(seminar.anna)) == 1


def test_what_is_brought_in_from_elsewhere_is_no_news(seminar: Class_) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    asked = cast.discussion(seminar.anna, at=long_ago)
    response = cast.response(seminar.maya, asked, at=long_ago)
    cast.reply(seminar.noah, response, at=long_ago)
    assert not Notice.objects.exists()


# -- A discussion opened, an answer due ---------------------------------------------------------


def test_the_class_is_told_that_a_discussion_is_open_but_not_who_opened_it(
    seminar: Class_,
) -> None:
    draft = cast.discussion(seminar.anna, open_now=False)
    assert not Notice.objects.exists()
    actions.open_discussion(discussion=draft, by=seminar.anna)
    assert told(seminar.maya) == told(seminar.noah) == ["A discussion is open"]
    assert told(seminar.anna) == []
    actions.close_discussion(discussion=draft, by=seminar.anna)
    actions.open_discussion(discussion=draft, by=seminar.anna)
    assert len(told(seminar.maya)) == 1


def test_a_section_hears_of_its_own_discussions_alone(seminar: Class_) -> None:
    section = courses.make_section(course=seminar.course, name="A")
    courses.place(
        enrollment=seminar.maya,
        by=seminar.anna,
        role=Role.STUDENT,
        byline=seminar.maya.byline,
        section=section,
    )
    cast.discussion(seminar.anna, rules=Rules(section=section))
    assert told(seminar.maya) == ["A discussion is open"]
    assert not Notice.objects.filter(to=seminar.noah.user_id).exists()


def test_who_has_not_answered_is_told_the_day_before(seminar: Class_, settings: Any) -> None:
    settings.DIGEST_HOUR = 0
    tomorrow = timezone.now() + timedelta(days=1)
    asked = cast.discussion(seminar.anna, due_at=tomorrow)
    cast.discussion(seminar.anna, "Later", due_at=tomorrow + timedelta(days=3))
    cast.response(seminar.noah, asked)
    seminar.forget()
    tick()
    assert not mail.outbox  # it was done already, in the turn before
    from quaestio.notifications.models import Round

    Round.objects.all().delete()
    tick()
    (source,) = mails_to(seminar.maya)
    assert "Your answer is due" in source
    assert len(mail.outbox) == 1  # neither Noah, who has answered, nor Anna, who teaches


@pytest.mark.parametrize("how", ["answered", "closed", "sealed", "removed"])
def test_nobody_is_reminded_of_what_no_longer_waits_for_them(
    seminar: Class_, settings: Any, how: str
) -> None:
    settings.DIGEST_HOUR = 0
    tomorrow = timezone.now() + timedelta(days=1)
    asked = cast.discussion(seminar.anna, due_at=tomorrow)
    seminar.forget()
    assert emails.tell_what_is_due(timezone.localdate(tomorrow)) == 2
    if how == "answered":
        cast.response(seminar.maya, asked)
    elif how == "closed":
        actions.close_discussion(discussion=asked, by=seminar.anna)
    elif how == "sealed":
        courses.seal(course=seminar.course, by=seminar.anna)
    else:
        courses.remove_person(enrollment=seminar.maya, by=seminar.anna)
    tick()
    assert mails_to(seminar.maya) == []


# -- Not to those who may not see it, at the time of sending ------------------------------------


@pytest.mark.parametrize("how", ["hidden", "withdrawn", "removed", "section"])
def test_what_was_told_is_taken_back_with_the_thing(seminar: Class_, how: str) -> None:
    asked = cast.discussion(seminar.anna)
    response = cast.response(seminar.maya, asked)
    seminar.forget()
    reply = cast.reply(seminar.noah, response, "canaryinthemine")
    assert told(seminar.maya) == ["Noah Weiss replied to you"]
    if how == "hidden":
        actions.hide(post=reply, by=seminar.anna)
    elif how == "withdrawn":
        actions.withdraw(post=reply, by=seminar.noah)
    elif how == "removed":
        courses.remove_person(enrollment=seminar.maya, by=seminar.anna)
    else:
        section = courses.make_section(course=seminar.course, name="B")
        Discussion.objects.filter(pk=asked.pk).update(section=section)
    tick()
    assert mails_to(seminar.maya) == []
    assert seminar.maya.user
    page = cast.sign_in(seminar.maya).get("/notices/").content.decode()
    assert "canaryinthemine" not in page and "Noah" not in page


def test_post_first_keeps_what_others_wrote_out_of_the_mail(seminar: Class_) -> None:
    """Maya is answered, then takes her response back: the door is shut again."""
    asked = cast.discussion(seminar.anna, rules=Rules(post_first=True))
    response = cast.response(seminar.maya, asked)
    seminar.forget()
    cast.reply(seminar.noah, response, "canaryinthemine")
    actions.withdraw(post=response, by=seminar.maya)
    tick()
    assert mails_to(seminar.maya) == []
    assert told(seminar.maya) == ["–"]


def test_what_waits_for_a_teacher_is_told_once_it_is_let_in(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    response = cast.response(seminar.maya, asked)
    seminar.forget()
    Enrollment.objects.filter(pk=seminar.noah.pk).update(hold_posts=True)
    seminar.noah.refresh_from_db()
    reply = cast.reply(seminar.noah, response, "canaryinthemine")
    assert reply.state == Post.State.HELD
    tick()
    assert told(seminar.maya) == []
    actions.show(post=reply, by=seminar.anna)
    assert told(seminar.maya) == ["Noah Weiss replied to you"]
    assert told(seminar.noah) == ["The class can read your post now"]


def test_the_author_is_told_that_a_post_was_hidden_and_why(seminar: Class_) -> None:
    response = cast.response(seminar.maya, cast.discussion(seminar.anna))
    seminar.forget()
    actions.hide(post=response, by=seminar.anna, because="Please quote what you refer to.")
    tick()
    (source,) = mails_to(seminar.maya)
    assert "Your post was hidden" in source
    assert "Please quote what you refer to." in source
    assert len(mail.outbox) == 1


# -- Under the name that this reader may see ----------------------------------------------------


def test_a_made_up_name_hides_the_real_one_in_every_line_of_a_mail(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna, rules=Rules(pseudonyms=True))
    response = cast.response(seminar.maya, asked)
    seminar.forget()
    cast.reply(seminar.noah, response, "Are you sure?")
    name = asked.names.get(person=seminar.noah).name
    assert told(seminar.maya) == [f"{name} replied to you"]
    tick()
    (source,) = mails_to(seminar.maya)
    assert f"Subject: {name} replied to you" in source
    assert seminar.noah.user
    for secret in ("Noah", "Weiss", seminar.noah.user.email, seminar.noah.user.public_id):
        assert secret not in source
    assert seminar.noah.public_id not in source


def test_a_name_hidden_between_telling_and_sending_is_hidden_in_the_mail(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    response = cast.response(seminar.maya, asked)
    seminar.forget()
    cast.reply(seminar.noah, response, "Are you sure?")
    asked.refresh_from_db()
    actions.change_discussion(
        discussion=asked,
        by=seminar.anna,
        title=asked.title,
        context=asked.context,
        questions=[],
        meeting=None,
        due_at=None,
        version=asked.version,
        rules=Rules(pseudonyms=True),
    )
    tick()
    (source,) = mails_to(seminar.maya)
    assert "Noah" not in source


def test_a_post_that_went_to_another_discussion_is_told_as_it_is_there(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    masked = cast.discussion(seminar.anna, "With made-up names", rules=Rules(pseudonyms=True))
    response = cast.response(seminar.maya, asked)
    cast.response(seminar.noah, masked)
    seminar.forget()
    cast.reply(seminar.noah, response, "Are you sure?")
    Post.objects.filter(discussion=asked).update(discussion=masked, number=F("number") + 10)
    tick()
    (source,) = mails_to(seminar.maya)
    assert "With made-up names" in source
    assert "Noah" not in source


def test_notices_and_rules_go_along_when_a_discussion_is_merged(seminar: Class_) -> None:
    double, stays = cast.discussion(seminar.anna), cast.discussion(seminar.anna, "It stays")
    response = cast.response(seminar.maya, double)
    seminar.forget()
    client = cast.sign_in(seminar.maya)
    client.post(f"/d/{double.public_id}/mail", {"how": How.AT_ONCE})
    cast.reply(seminar.noah, response)
    actions.merge(source=double, into=stays, by=seminar.anna)
    assert told(seminar.maya) == ["Noah Weiss replied to you"]
    client.get(f"/d/{stays.public_id}/")
    assert 'class="count"' not in client.get("/").content.decode()
    assert seminar.maya.user
    assert rule_of(seminar.maya.user, stays.public_id) == How.AT_ONCE


def test_teachers_are_told_both_names(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna, rules=Rules(pseudonyms=True))
    seminar.forget()
    cast.response(seminar.maya, asked)
    name = asked.names.get(person=seminar.maya).name
    assert told(seminar.anna) == [f"Maya Lindqvist ({name}) responded to your discussion"]


# -- How it comes -------------------------------------------------------------------------------


def test_a_discussion_may_be_told_otherwise_than_its_course(seminar: Class_) -> None:
    quiet = cast.discussion(seminar.anna, "Quiet")
    loud = cast.discussion(seminar.anna, "Loud")
    assert seminar.anna.user
    client = cast.sign_in(seminar.anna)
    client.post("/mail/", {seminar.course.public_id: How.NEVER})
    client.post(f"/d/{loud.public_id}/mail", {"how": How.AT_ONCE})
    seminar.forget()
    for asked in (quiet, loud):
        cast.response(seminar.maya, asked)
    tick()
    assert subjects(seminar.anna) == ["Maya Lindqvist responded to your discussion: Loud"]
    page = client.get("/mail/").content.decode()
    assert "Loud" in page and "Quiet" not in page


def test_looking_at_a_discussion_clears_what_was_told_of_it(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    other = cast.discussion(seminar.anna, "Another")
    client = cast.sign_in(seminar.maya)
    assert 'class="count">2<' in client.get("/").content.decode()
    client.get(f"/d/{asked.public_id}/")
    assert 'class="count">1<' in client.get("/").content.decode()
    client.get(f"/d/{other.public_id}/")
    assert 'class="count"' not in client.get("/").content.decode()


def test_the_mails_of_one_discussion_belong_together(seminar: Class_) -> None:
    asked = cast.discussion(seminar.anna)
    seminar.forget()
    cast.response(seminar.maya, asked)
    cast.response(seminar.noah, asked)
    tick()
    threads = {one.extra_headers["References"] for one in mail.outbox}
    assert threads == {f"<{asked.public_id}@localhost>"}
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2


def test_a_page_of_notices_takes_as_many_queries_with_three_as_with_one(seminar: Class_) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = cast.sign_in(seminar.anna)
    counts = []
    for number in range(3):
        asked = cast.discussion(seminar.anna, f"Number {number}", rules=Rules(pseudonyms=True))
        cast.response(seminar.maya, asked)
        with CaptureQueriesContext(connection) as caught:
            client.get("/notices/")
        counts.append(len(caught))
    assert counts[0] == counts[2] <= 11


# -- Those who pose the question ----------------------------------------------------------------


def test_who_leads_a_meeting_is_told_so_for_as_long_as_they_do(seminar: Class_) -> None:
    meeting = cast.meeting(seminar.course)
    courses.set_leaders(meeting=meeting, people=[seminar.maya])
    courses.set_leaders(meeting=meeting, people=[seminar.maya])
    (title,) = told(seminar.maya)
    assert title.startswith("You pose the question for ")
    courses.set_leaders(meeting=meeting, people=[seminar.noah])
    tick()
    assert mails_to(seminar.maya) == []
    assert len(mails_to(seminar.noah)) == 1


def test_a_remark_on_a_draft_is_told_to_those_it_concerns(seminar: Class_) -> None:
    meeting = cast.meeting(seminar.course)
    courses.set_leaders(meeting=meeting, people=[seminar.maya])
    Notice.objects.all().delete()
    draft = cast.discussion(seminar.maya, meeting=meeting, open_now=False)
    actions.remark(discussion=draft, by=seminar.anna, text="Why now?")
    assert told(seminar.maya) == ["A remark on your draft"]
    assert told(seminar.anna) == told(seminar.noah) == []
    actions.remark(discussion=draft, by=seminar.maya, text="Because.")
    assert told(seminar.anna) == ["A remark on a draft"]
    assert told(seminar.maya) == ["A remark on your draft"]
