"""Who gets what at every address of the site. ``test_access_matrix.py`` asks for all of it.

A row is the name of a URL, a method, and one answer for each person, in the order of ``PEOPLE``:

    ok   the page, or the redirect after the deed          in   "sign in first"
    404  as if nothing were there                          403  "not open to you"
    401, 405, 410, 422: that status

HEAD answers as GET does. A method that a row does not name answers 405 to everybody. A URL without
a row fails the test, and so does a row without a URL.

New pages: add rows at the right place; the URL's arguments and the fields of a POST come from
``World`` (below), by the name of the URL where needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.support import cast

from quaestio.accounts.models import User
from quaestio.courses.actions import admit_guest, make_feed_key
from quaestio.courses.links import proof_of as invited_proof
from quaestio.courses.models import Course
from quaestio.discussions import actions as discussions
from quaestio.discussions.emails import tell_of_opening
from quaestio.discussions.guests import proof_of, stop_link_of
from quaestio.notifications.links import token_for

PEOPLE = (
    "anonymous",  # not signed in
    "stranger",  # signed in, in no course
    "removed",  # was in this course
    "elsewhere",  # a student of another course
    "other_teacher",  # an instructor of another course
    "operator",  # looks after the site; in no course
    "observer",
    "student",
    "author",  # the student who wrote the post
    "assistant",
    "instructor",
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

#                              anonymous, five from outside,  obs stu aut ass ins
ROWS = """
home                    GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
health                  GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

notices                 GET    in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
notices-read            POST   in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
address-again           POST   in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
notice                  GET    in  404 404 404 404 404 404 404 ok  404 404
unsubscribe             GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
unsubscribe             POST   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
mail-settings           GET    in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
mail-settings           POST   in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok

course-new              GET    in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
course-new              POST   in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
course                  GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
course-settings         GET    in  404 404 404 404 404 403 403 403 403 ok
course-settings         POST   in  404 404 404 404 404 403 403 403 403 ok
course-finish           GET    in  404 404 404 404 404 403 403 403 403 ok
course-finish           POST   in  404 404 404 404 404 403 403 403 403 ok
course-reopen           POST   in  404 404 404 404 404 403 403 403 403 ok
teach-again             GET    in  404 404 404 404 404 403 403 403 403 ok
teach-again             POST   in  404 404 404 404 404 403 403 403 403 ok
archives                GET    in  404 404 404 404 404 403 403 403 403 ok
archives                POST   in  404 404 404 404 404 403 403 403 403 ok
archive-file            GET    in  404 404 404 404 404 403 403 403 403 ok
archive-remove          POST   in  404 404 404 404 404 403 403 403 403 ok
section-new             POST   in  404 404 404 404 404 403 403 403 403 ok
participation           GET    in  404 404 404 404 404 403 403 403 ok  ok
participation-file      GET    in  404 404 404 404 404 403 403 403 ok  ok
people                  GET    in  404 404 404 404 404 403 ok  ok  ok  ok
class-list              GET    in  404 404 404 404 404 403 403 403 403 ok
class-list              POST   in  404 404 404 404 404 403 403 403 403 ok
invitee-again           POST   in  404 404 404 404 404 403 403 403 403 ok
invitee-end             POST   in  404 404 404 404 404 403 403 403 403 ok
invited                 GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
invited                 POST   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
person-role             GET    in  404 404 404 404 404 403 403 403 403 ok
person-role             POST   in  404 404 404 404 404 403 403 403 403 ok
person-remove           GET    in  404 404 404 404 404 403 403 403 403 ok
person-remove           POST   in  404 404 404 404 404 403 403 403 403 ok
invitations             GET    in  404 404 404 404 404 403 403 403 ok  ok
invitations             POST   in  404 404 404 404 404 403 403 403 ok  ok
invitation-revoke       POST   in  404 404 404 404 404 403 403 403 ok  ok
join                    GET    ok  ok  410 ok  ok  ok  ok  ok  ok  ok  ok
join                    POST   ok  ok  410 ok  ok  ok  ok  ok  ok  ok  ok
meeting-new             GET    in  404 404 404 404 404 403 403 403 ok  ok
meeting-new             POST   in  404 404 404 404 404 403 403 403 ok  ok
search                  GET    in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
course-search           GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
meeting                 GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
brief                   GET    in  404 404 404 404 404 403 403 403 ok  ok
meeting-edit            GET    in  404 404 404 404 404 403 403 403 ok  ok
meeting-edit            POST   in  404 404 404 404 404 403 403 403 ok  ok
meeting-leaders         GET    in  404 404 404 404 404 403 403 403 ok  ok
meeting-leaders         POST   in  404 404 404 404 404 403 403 403 ok  ok
meeting-readings        GET    in  404 404 404 404 404 403 403 403 ok  ok
meeting-readings        POST   in  404 404 404 404 404 403 403 403 ok  ok

readings                GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
reading-new             GET    in  404 404 404 404 404 403 403 403 ok  ok
reading-new             POST   in  404 404 404 404 404 403 403 403 ok  ok
reading                 GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
reading-edit            GET    in  404 404 404 404 404 403 403 403 ok  ok
reading-edit            POST   in  404 404 404 404 404 403 403 403 ok  ok
reading-upload          GET    in  404 404 404 404 404 403 403 403 ok  ok
reading-upload          POST   in  404 404 404 404 404 403 403 403 ok  ok
reading-remove          GET    in  404 404 404 404 404 403 403 403 ok  ok
reading-remove          POST   in  404 404 404 404 404 403 403 403 ok  ok
reading-go              GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
reading-search          GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
reading-pages           GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
reading-on              GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
page                    GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
bibliography            GET     in  404 404 404 404 404 ok  ok  ok  ok  ok
bibliography-file       GET     in  404 404 404 404 404 ok  ok  ok  ok  ok
bibliography-import     GET     in  404 404 404 404 404 403 403 403 ok  ok
bibliography-import     POST    in  404 404 404 404 404 403 403 403 ok  ok
reading-paste           GET     in  404 404 404 404 404 403 403 403 ok  ok
reading-paste           POST    in  404 404 404 404 404 403 403 403 ok  ok
document-use            POST    in  404 404 404 404 404 403 403 403 ok  ok
document-remove         GET     in  404 404 404 404 404 403 403 403 ok  ok
document-remove         POST    in  404 404 404 404 404 403 403 403 ok  ok
document-reread         POST    in  404 404 404 404 404 403 403 403 ok  ok
document-recognise      POST    in  404 404 404 404 404 403 403 403 ok  ok
document-numbers        GET    in  404 404 404 404 404 403 403 403 ok  ok
document-numbers        POST   in  404 404 404 404 404 403 403 403 ok  ok
picture                 GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
quote                   GET    in  404 404 404 404 404 403 ok  ok  ok  ok
quote                   POST   in  404 404 404 404 404 403 ok  ok  ok  ok
ask                     POST   in  404 404 404 404 404 403 403 403 ok  ok
passage                 GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
passage-new             POST   in  404 404 404 404 404 ok  ok  ok  ok  ok
document-file           GET    in  404 404 404 404 404 ok  ok  ok  ok  ok

import                  GET    in  404 404 404 404 404 403 403 403 ok  ok
import                  POST   in  404 404 404 404 404 403 403 403 ok  ok

feeds                   GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
feeds                   POST   in  404 404 404 404 404 ok  ok  ok  ok  ok
course-feed             GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
discussion-feed         GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
keyed-course-feed       GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
keyed-discussion-feed   GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
pose                    GET    in  404 404 404 404 404 403 403 403 ok  ok
pose                    POST   in  404 404 404 404 404 403 403 403 ok  ok
waiting                 GET    in  404 404 404 404 404 403 403 403 ok  ok
waiting                 POST   in  404 404 404 404 404 403 403 403 ok  ok
record                  GET    in  404 404 404 404 404 403 403 403 ok  ok
check                   POST   in  404 404 404 404 404 403 ok  ok  ok  ok
discussion              GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
who-answered            GET    in  404 404 404 404 404 403 ok  ok  ok  ok
remarks                 GET    in  404 404 404 404 404 403 403 403 ok  ok
remarks                 POST   in  404 404 404 404 404 403 403 403 ok  ok
mark-read               POST   in  404 404 404 404 404 ok  ok  ok  ok  ok
respond                 GET    in  404 404 404 404 404 403 ok  ok  ok  ok
respond                 POST   in  404 404 404 404 404 403 ok  ok  ok  ok
guest-respond           GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
guest-respond           POST   in  404 404 404 404 404 403 403 403 403 403
guest-confirm           GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
guest-confirm           POST   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
guest-mail              GET    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
guest-mail              POST   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
guest-drop              POST   in  404 404 404 404 404 403 403 403 ok  ok
discussion-edit         GET    in  404 404 404 404 404 403 403 403 ok  ok
discussion-edit         POST   in  404 404 404 404 404 403 403 403 ok  ok
discussion-open         POST   in  404 404 404 404 404 403 403 403 ok  ok
discussion-close        POST   in  404 404 404 404 404 403 403 403 ok  ok
discussion-pin          POST   in  404 404 404 404 404 403 403 403 ok  ok
discussion-move         GET    in  404 404 404 404 404 403 403 403 ok  ok
discussion-move         POST   in  404 404 404 404 404 403 403 403 ok  ok
discussion-mail         GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
discussion-mail         POST   in  404 404 404 404 404 ok  ok  ok  ok  ok
discussion-merge        GET    in  404 404 404 404 404 403 403 403 ok  ok
discussion-merge        POST   in  404 404 404 404 404 403 403 403 ok  ok
post                    GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
reply                   GET    in  404 404 404 404 404 403 ok  ok  ok  ok
reply                   POST   in  404 404 404 404 404 403 ok  ok  ok  ok
post-edit               GET    in  404 404 404 404 404 403 403 ok  403 403
post-edit               POST   in  404 404 404 404 404 403 403 ok  403 403
guest-reply             GET    in  404 404 404 404 404 ok  ok  ok  ok  ok
guest-reply             POST   in  404 404 404 404 404 403 403 403 403 403
withdraw                GET    in  404 404 404 404 404 403 403 ok  403 403
withdraw                POST   in  404 404 404 404 404 403 403 ok  403 403
endorse                 POST   in  404 404 404 404 404 403 403 403 ok  ok
thank                   POST   in  404 404 404 404 404 403 ok  403 403 403
hide                    GET    in  404 404 404 404 404 403 403 403 ok  ok
hide                    POST   in  404 404 404 404 404 403 403 403 ok  ok
show                    GET    in  404 404 404 404 404 403 403 403 ok  ok
show                    POST   in  404 404 404 404 404 403 403 403 ok  ok
report                  GET    in  404 404 404 404 404 ok  ok  403 ok  ok
report                  POST   in  404 404 404 404 404 ok  ok  403 ok  ok
revisions               GET    in  404 404 404 404 404 403 403 ok  ok  ok
draft                   POST   401 404 404 404 404 404 403 ok  ok  ok  ok
"""

# Addresses that other people's code brings, by how they begin, with the rule that holds for all.
GROUPS = {
    "accounts/": "allauth's own pages: nobody's data but one's own",
    "operator/": "Django's admin: operators look, nobody changes anything",
}

# What a course that is open to the public shows to everybody, and no other page of it.
OPEN_TO_ALL = {
    "course",
    "course-search",
    "course-feed",
    "discussion-feed",
    "meeting",
    "discussion",
    "post",
    "guest-respond",  # leads to the discussion
    "guest-reply",  # where guests are not asked, to the post
}

# What a GET may remember: that somebody was here. Nothing else may change.
REMEMBERED = {
    "discussion": {"discussions_visit", "notifications_notice"},
    "notice": {"notifications_notice"},
    "page": {"readings_bookmark"},
}
# Signing in, messages: kept in the session, which is nobody's data but the browser's.
BOOKKEEPING = {"django_session"}


@dataclass
class World:
    """One course with everything in it, people around it, and what URLs and forms need."""

    course: Course
    people: dict[str, User | None]
    # By the name of the URL: its arguments, and what a POST to it carries.
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)


def build() -> World:
    teacher = cast.instructor(name="Anna Berg")
    course = teacher.course
    author = cast.student(course, "Chance Robbins")
    someone = cast.student(course, "Danielle Price")
    other = cast.instructor(name="Otto Elsewhere")
    meeting = cast.meeting(course)
    reading = cast.reading(course)
    cast.assigned(meeting, reading)
    document = cast.document(reading)
    passage = cast.passage(teacher, reading)
    drawn = cast.reading(course, "A reading with pictures of its pages")
    cast.printed(drawn)
    link = cast.invitation(teacher)
    discussion = cast.discussion(teacher, meeting=meeting)
    post = cast.response(author, discussion)
    hidden = discussions.hide(post=cast.response(someone, discussion, "Hidden words."), by=teacher)
    entry = cast.guest_entry(discussion)
    discussion.refresh_from_db()
    people: dict[str, User | None] = {
        "anonymous": None,
        "stranger": cast.person("Sam Stranger"),
        "removed": cast.removed(course).user,
        "elsewhere": cast.student(other.course, "Elsa Elsewhere").user,
        "other_teacher": other.user,
        "operator": cast.operator(),
        "observer": cast.observer(course).user,
        "student": cast.student(course).user,
        "author": author.user,
        "assistant": cast.assistant(course).user,
        "instructor": teacher.user,
    }
    # After somebody was taken out: an older invitation would not let them in again.
    (invitee,) = cast.listed(teacher, "Iris Listed <iris@example.org>")
    kept = {"course_id": course.public_id, "public_id": invitee.public_id}
    assert author.user and teacher.user
    tell_of_opening(discussion, teacher)
    told = author.user.notices.get()
    key = make_feed_key(person=author).token  # a feed reader is nobody: who has the key, reads
    in_course = {"public_id": course.public_id}
    copy = {"course_id": course.public_id, "public_id": cast.archive(teacher).public_id}
    at_meeting = {"public_id": meeting.public_id}
    at_discussion = {"public_id": discussion.public_id}
    of_reading = {"public_id": reading.public_id}
    at_post = {"public_id": post.public_id}
    at_page = {**of_reading, "number": 1}
    words = {"words": "distress, outrage"}
    guest = admit_guest(course=course, address="ruth@example.org", byline="Ruth")
    person = {"course_id": course.public_id, "public_id": someone.public_id}
    a_meeting = {"title": "The Manège", "date": "2026-12-01", "note": ""}
    return World(
        course,
        people,
        arguments={
            "course": in_course,
            "course-settings": in_course,
            "course-finish": in_course,
            "course-reopen": in_course,
            "teach-again": in_course,
            "archives": in_course,
            "archive-file": copy,
            "archive-remove": copy,
            "section-new": in_course,
            "participation": in_course,
            "participation-file": in_course,
            "people": in_course,
            "class-list": in_course,
            "invitee-again": kept,
            "invitee-end": kept,
            "invited": {
                "public_id": invitee.public_id,
                "proof": invited_proof(invitee.public_id),
            },
            "person-role": person,
            "person-remove": person,
            "invitations": in_course,
            "invitation-revoke": {"course_id": course.public_id, "public_id": link.public_id},
            "join": {"token": link.token},
            "feeds": in_course,
            "course-feed": {**in_course, "form": "atom"},
            "discussion-feed": {**at_discussion, "form": "json"},
            "keyed-course-feed": {"key": key, "form": "json"},
            "keyed-discussion-feed": {**at_discussion, "key": key, "form": "atom"},
            "meeting-new": in_course,
            "course-search": in_course,
            "meeting": at_meeting,
            "brief": at_meeting,
            "meeting-edit": at_meeting,
            "meeting-readings": at_meeting,
            "meeting-leaders": at_meeting,
            "readings": in_course,
            "reading-new": in_course,
            "reading": of_reading,
            "reading-edit": of_reading,
            "reading-upload": of_reading,
            "reading-remove": of_reading,
            "reading-go": of_reading,
            "reading-search": of_reading,
            "bibliography": in_course,
            "bibliography-file": {**in_course, "ending": "bib"},
            "bibliography-import": in_course,
            "reading-paste": of_reading,
            "document-use": {"public_id": document.public_id},
            "document-remove": {"public_id": document.public_id},
            "document-reread": {"public_id": document.public_id},
            "document-recognise": {"public_id": document.public_id},
            "document-numbers": {"public_id": document.public_id},
            "reading-on": of_reading,
            "reading-pages": of_reading,
            "page": at_page,
            "picture": {"public_id": drawn.public_id, "number": 1},
            "quote": at_page,
            "ask": at_page,
            "passage": {"public_id": passage.public_id},
            "passage-new": at_page,
            "document-file": {"public_id": document.public_id},
            "import": in_course,
            "waiting": in_course,
            "record": in_course,
            "pose": in_course,
            "check": in_course,
            "discussion": at_discussion,
            "mark-read": at_discussion,
            "remarks": at_discussion,
            "who-answered": at_discussion,
            "respond": at_discussion,
            "guest-respond": at_discussion,
            "guest-confirm": {"public_id": entry.public_id, "proof": proof_of(entry.public_id)},
            "guest-mail": {"token": stop_link_of(guest.enrollment).rsplit("/", 1)[1]},
            "guest-reply": {"public_id": post.public_id},
            "guest-drop": {"course_id": course.public_id, "public_id": entry.public_id},
            "discussion-edit": at_discussion,
            "discussion-mail": at_discussion,
            "notice": {"public_id": told.public_id},
            "unsubscribe": {"token": token_for(teacher.user, course.public_id)},
            "discussion-open": at_discussion,
            "discussion-close": at_discussion,
            "discussion-pin": at_discussion,
            "discussion-move": at_discussion,
            "discussion-merge": at_discussion,
            "post": at_post,
            "reply": at_post,
            "post-edit": at_post,
            "withdraw": at_post,
            "endorse": at_post,
            "thank": at_post,
            "hide": at_post,
            "show": {"public_id": hidden.public_id},
            "report": at_post,
            "revisions": at_post,
            "draft": {"kind": "respond", "public_id": discussion.public_id},
        },
        fields={
            "course-new": {"title": "Middlemarch", "term": ""},
            "course-settings": {"title": "Renamed", "term": ""},
            "teach-again": {"title": "Again", "key": str(uuid4()), "do": "begin"},
            "section-new": {"name": "A"},
            "person-role": {"byline": "Danielle", "role": "assistant"},
            "invitations": {"role": "student"},
            "class-list": {"list": "ida@example.org", "role": "student", "do": "store"},
            "meeting-new": a_meeting,
            "meeting-edit": a_meeting,
            "meeting-readings": {f"pages-{reading.public_id}": "1-2"},
            "reading-new": {"title": "The Precocious Autobiography", "author": "Evtushenko"},
            "reading-edit": {"title": "The Burial of Stalin", "author": "Polly Jones"},
            "bibliography-import": {"text": "@book{a, title={Kitchens}}"},
            "reading-paste": {"body": "A text without a file."},
            "document-recognise": {"language": "eng"},
            "document-numbers": {"number": "1", "label": "43", "counts_on": "on"},
            "quote": {**words, "target": f"respond:{discussion.public_id}"},
            "ask": words,
            "passage-new": words,
            "import": {"page": "Was it planned?\n\n1 Response\n\nann says:\n\nYes."},
            "pose": {"title": "Who was in the room?", "context": "Think of it.", "do": "draft"},
            "discussion-edit": {"title": "Changed", "version": discussion.version},
            "check": {"body": "He wrote of “distress”."},
            "respond": {"body": "An answer."},
            "guest-respond": {"body": "An answer.", "name": "Ruth", "address": "ruth@example.org"},
            "guest-reply": {"body": "A reply.", "name": "Ruth", "address": "ruth@example.org"},
            "guest-confirm": {"do": "decline"},
            "reply": {"body": "A reply."},
            "remarks": {"body": "A remark."},
            "meeting-leaders": {"people": [someone.public_id]},
            "post-edit": {"body": "Changed.", "version": "1"},
            "report": {"because": "Rude."},
            "draft": {"body": "Begun.", "draft_version": "0"},
            "discussion-mail": {"how": "at_once"},
        },
    )


def parse(rows: str) -> dict[tuple[str, str], dict[str, str]]:
    """The table as ``{(url name, method): {person: answer}}``."""
    table: dict[tuple[str, str], dict[str, str]] = {}
    for line in rows.strip().splitlines():
        if not line.strip():
            continue
        name, method, *answers = line.split()
        if (name, method) in table:
            raise ValueError(f"{name} {method} is declared twice")
        table[name, method] = dict(zip(PEOPLE, answers, strict=True))
        if method == "GET":
            table[name, "HEAD"] = table[name, "GET"]
    return table


TABLE = parse(ROWS)
NAMES = list(dict.fromkeys(name for name, _method in TABLE))
