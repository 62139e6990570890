"""The people and things that tests tell of, made by the same actions as in earnest.

    anna = cast.instructor()                  # and her course: anna.course
    maya = cast.student(anna.course)
    discussion = cast.discussion(anna)
    response = cast.response(maya, discussion)

Every function takes what a test cares about and makes up the rest. ``sign_in`` gives a client.
"""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from tests.readings.extraction.makepdf import pdf, sheet

from quaestio.accounts.models import User
from quaestio.courses import actions as courses
from quaestio.courses.classlist import read_list
from quaestio.courses.models import Course, Enrollment, Invitation, Invitee, Meeting
from quaestio.courses.roles import Role
from quaestio.discussions import actions as discussions
from quaestio.discussions.models import Discussion, GuestEntry, Post
from quaestio.readings.extraction.types import VERSION
from quaestio.readings.models import PAGE_BREAK, AssignedReading, Document, Page, Passage, Reading
from quaestio.readings.passages import make_passage, place_on
from quaestio.search import index
from quaestio.transfers.models import Archive
from quaestio.transfers.queries import file_of

_number = count(1)


def person(name: str = "", email: str = "", **fields: Any) -> User:
    """Somebody with an account and no password: tests sign in with ``sign_in``."""
    number = next(_number)
    name = name or f"Person {number}"
    return User.objects.create_user(
        email or f"{name.split()[0].lower()}-{number}@example.edu", name=name, **fields
    )


def operator() -> User:
    return person("Olga Operator", is_staff=True)


def sign_in(who: User | Enrollment | None) -> Client:
    """A browser with this person signed in; with nobody for None."""
    client = Client()
    user = who.user if isinstance(who, Enrollment) else who
    if user is not None:
        client.force_login(user)
    return client


# -- A course and its people --------------------------------------------------------------------


def course(
    title: str = "Russia after Stalin", *, by: User | None = None, **settings: Any
) -> Course:
    made = courses.create_course(
        by=by or person("Anna Berg"), title=title, term=settings.pop("term", "Autumn 2026")
    )
    if settings:
        Course.objects.filter(pk=made.pk).update(**settings)
        made.refresh_from_db()
    return made


def instructor(of: Course | None = None, name: str = "Anna Berg") -> Enrollment:
    """The instructor of a course, of a new one if none is given."""
    if of is None:
        of = course(by=person(name))
        return Enrollment.objects.select_related("course", "user").get(course=of)
    return member(of, Role.INSTRUCTOR, name)


def teacher(of: Course) -> Enrollment:
    """Whoever made the course."""
    return Enrollment.objects.filter(course=of, role=Role.INSTRUCTOR).earliest("pk")


def member(of: Course, role: str, name: str = "", user: User | None = None) -> Enrollment:
    """Somebody who has joined by a link with this role."""
    link = courses.invite(by=teacher(of), role=role)
    return courses.join(by=user or person(name), token=link.token)


def student(of: Course, name: str = "Maya Lindqvist", user: User | None = None) -> Enrollment:
    return member(of, Role.STUDENT, name, user)


def assistant(of: Course, name: str = "Tom Ashe") -> Enrollment:
    return member(of, Role.ASSISTANT, name)


def observer(of: Course, name: str = "Vera Guest") -> Enrollment:
    return member(of, Role.OBSERVER, name)


def removed(of: Course, name: str = "Rolf Gone") -> Enrollment:
    """Somebody who was in the course and is no longer."""
    return courses.remove_person(enrollment=student(of, name), by=teacher(of))


def invitation(by: Enrollment, role: str = Role.STUDENT, **options: Any) -> Invitation:
    return courses.invite(by=by, role=role, **options)


def listed(by: Enrollment, *lines: str) -> list[Invitee]:
    """The people of a class list who have no account yet, and are invited by mail."""
    courses.put_list_in(by=by, lines=read_list("\n".join(lines)))
    return list(by.course.invitees.order_by("pk"))


# -- Meetings and readings ----------------------------------------------------------------------


def meeting(of: Course, title: str = "The Thaw", on: date | None = None) -> Meeting:
    return courses.make_meeting(
        course=of, title=title, on=on or timezone.localdate() + timedelta(days=3)
    )


def reading(of: Course, title: str = "The Myth of the Short Course", **fields: Any) -> Reading:
    """A bibliographic record without a document."""
    fields.setdefault("author", "Polly Jones")
    return Reading.objects.create(course=of, title=title, **fields)


def document(of: Reading, *texts: str, first_label: int = 41) -> Document:
    """A document that has been read: a page for each text."""
    pages = texts or ("Initially there was distress, outrage and confusion.",)
    whole = PAGE_BREAK.join(pages)
    made = Document.objects.create(
        reading=of,
        file=ContentFile(whole.encode(), name="reading.txt"),
        name="jones-2006.txt",
        size=len(whole.encode()),
        media_type="text/plain",
        status=Document.Status.READY,
        text_sha256=sha256(whole.encode()).hexdigest(),
        extractor=VERSION,
        pages_done=len(pages),
        pages_total=len(pages),
        is_current=True,
    )
    start = 0
    for number, text in enumerate(pages, start=1):
        Page.objects.create(
            document=made,
            number=number,
            label=str(first_label + number - 1),
            found_label=str(first_label + number - 1),
            sheet=number,
            text=text,
            start=start,
        )
        start += len(text) + len(PAGE_BREAK)
    index.put(list(Page.get_indexed_objects().filter(document=made)))
    return made


def printed(of: Reading, text: str = "Initially there was distress.") -> Document:
    """A PDF that has been read: one page, which can be drawn."""
    made = document(of, text)
    made.file.save("reading.pdf", ContentFile(pdf([sheet(text)])), save=False)
    made.media_type = "application/pdf"
    made.save(update_fields=["file", "media_type"])
    return made


def passage(by: Enrollment, on: Reading, words: str = "distress, outrage") -> Passage:
    """A lasting link to words on the first page of a reading."""
    place = place_on(Page.objects.get(document__reading=on, number=1), words)
    assert place
    return make_passage(by=by, reading=on, place=place)


def assigned(to: Meeting, what: Reading, pages: str = "41–63") -> AssignedReading:
    return AssignedReading.objects.create(meeting=to, reading=what, pages=pages)


def archive(by: Enrollment) -> Archive:
    """A copy of the course that lies ready; what is in its file is no matter here."""
    made = Archive.objects.create(
        course=by.course, by=by, state=Archive.State.READY, made_at=timezone.now()
    )
    file_of(made).parent.mkdir(parents=True, exist_ok=True)
    file_of(made).write_bytes(b"PK")
    return made


# -- The conversation ---------------------------------------------------------------------------


def discussion(
    by: Enrollment, title: str = "Was the muddle purposeful?", **options: Any
) -> Discussion:
    """An open discussion with two questions; ``open_now=False`` for a draft."""
    options.setdefault("open_now", True)
    options.setdefault("context", "<p>Think of the first months.</p>")
    options.setdefault(
        "questions",
        [
            discussions.QuestionInput("Was it planned?", ("yes", "no", "in part")),
            discussions.QuestionInput("What came of it?"),
        ],
    )
    return discussions.pose(by=by, title=title, **options)


def response(by: Enrollment, to: Discussion, text: str = "I think it was.", **options: Any) -> Post:
    return discussions.respond(by=by, discussion=to, source=f"<p>{text}</p>", **options)


def guest_entry(to: Discussion, text: str = "I was there.", **given: Any) -> GuestEntry:
    """What a guest has sent and not confirmed yet."""
    return discussions.send_entry(
        discussion=to,
        name=given.get("name", "Ruth Kellner"),
        address=given.get("address", f"ruth-{next(_number)}@example.org"),
        parent=given.get("parent"),
        fields={"source": f"<p>{text}</p>", "answers": [], "positions": {}},
        key=uuid4(),
        block=given.get("block", "somewhere"),
    )


def guest_response(to: Discussion, text: str = "I was there.", **given: Any) -> Post:
    """The response of a guest who has confirmed their address; it waits for a teacher."""
    Course.objects.filter(pk=to.course_id).update(is_public=True, guests=True)
    return discussions.confirm_entry(entry=guest_entry(to, text, **given))[1]


def reply(by: Enrollment, to: Post, text: str = "Are you sure?", **options: Any) -> Post:
    return discussions.reply(by=by, parent=to, source=f"<p>{text}</p>", **options)
