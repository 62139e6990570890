"""Put the demo course into the database, through the same verbs that people use.

``load_demo(today)`` does nothing when the course is there already, and all or nothing otherwise.
Only the times are set back afterwards: the verbs know no other time than now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Model

from quaestio.accounts.models import User
from quaestio.config.demo.content import (
    Demo,
    DiscussionEntry,
    MeetingEntry,
    PersonEntry,
    PostEntry,
    ReadingEntry,
    When,
    read_demo,
)
from quaestio.config.demo.evening import load_evening
from quaestio.courses import actions as courses
from quaestio.courses.models import Course, Enrollment, Invitation, Meeting, Section
from quaestio.courses.roles import Role
from quaestio.discussions import actions as discussions
from quaestio.discussions import emails
from quaestio.discussions.actions import QuestionInput, Relation, Rules
from quaestio.discussions.models import Discussion, Draft, PastVerdict, Position, Post, Revision
from quaestio.notifications.models import Notice
from quaestio.readings import actions as readings
from quaestio.readings.bibliography.records import record
from quaestio.readings.models import Reading
from quaestio.web.richtext import from_plain

AnyModel = TypeVar("AnyModel", bound=Model)

TERM_BEGAN = When(-80, datetime.min.time())
LAST_VISIT = timedelta(days=2)
LOOKING_BACK = timedelta(days=10)


def demo_cast() -> list[tuple[User, PersonEntry]]:
    """The people of the demo, each with the line that says who they are."""
    users = User.objects.in_bulk(
        [person.email for person in read_demo().people], field_name="email"
    )
    return [(users[one.email], one) for one in read_demo().people if one.email in users]


def find_demo() -> Course | None:
    """The demo course, if it has been loaded."""
    demo = read_demo()
    teacher = next(person for person in demo.people if person.role == Role.INSTRUCTOR)
    return Course.objects.filter(
        title=demo.course.title,
        enrollments__user__email=teacher.email,
        enrollments__role=Role.INSTRUCTOR,
    ).first()


def load_demo(today: date, say: Callable[[str], None] = print) -> None:
    """``today`` is the day of the class in the middle; ``say`` is told how it goes."""
    if find_demo() is not None:
        say("The demo course is there already; it is left as it is.")
        return
    with transaction.atomic():
        _Loader(read_demo(), today, say).load()


@dataclass
class _Loader:
    demo: Demo
    today: date
    say: Callable[[str], None]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(settings.TIME_ZONE))
    people: dict[str, Enrollment] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    late: list[ReadingEntry] = field(default_factory=list)  # whose files have not come yet

    def load(self) -> None:
        self.say(f"Loading the demo course, “{self.demo.course.title}” …")
        self.load_people()
        self.say(f"  {len(self.people)} people")
        for reading in self.demo.readings:
            self.load_reading(reading)
        for meeting in self.demo.meetings:
            self.load_meeting(meeting)
        self.say(f"  {len(self.meetings)} meetings around {self.today:%d %B %Y}")
        for discussion in self.demo.discussions:
            self.load_discussion(discussion)
        self.tell_people()
        self.load_evening()

    def load_evening(self) -> None:
        """A second course, open to everybody, where posts wait for its teacher."""
        users = {key: person.user for key, person in self.people.items() if person.user}
        teacher = self.teacher.user
        assert teacher is not None
        course = load_evening(teacher, users, self.at(When(0, datetime.min.time())))
        set_back(course, created_at=self.at(TERM_BEGAN) - timedelta(days=1))
        course.enrollments.update(joined_at=self.at(TERM_BEGAN))
        self.say(f"  “{course.title}”, open to read, with guests")

    # -- People --------------------------------------------------------------------------------

    def load_people(self) -> None:
        users = {person.key: self.make_user(person) for person in self.demo.people}
        teacher = next(person for person in self.demo.people if person.role == Role.INSTRUCTOR)
        entry = self.demo.course
        course = courses.create_course(
            by=users[teacher.key],
            title=entry.title,
            term=entry.term,
            is_public=entry.public,
            students_pose=entry.students_pose,
        )
        set_back(course, created_at=self.at(TERM_BEGAN))
        self.people[teacher.key] = course.enrollments.get(user=users[teacher.key])
        sections = {name: courses.make_section(course=course, name=name) for name in entry.sections}
        links: dict[tuple[str, str], Invitation] = {}
        for person in self.demo.people:
            if person is not teacher:
                link = self.link(links, person, sections.get(person.section))
                user = users[person.key]
                self.people[person.key] = courses.join(by=user, token=link.token)
        for link in links.values():
            set_back(link, created_at=self.at(TERM_BEGAN))
            if link.role != Role.STUDENT:
                courses.revoke_invitation(invitation=link)
        for enrollment in self.people.values():
            set_back(enrollment, joined_at=self.at(TERM_BEGAN))

    def make_user(self, person: PersonEntry) -> User:
        """An account without a password: in demo mode one click signs in."""
        there = User.objects.filter(email=person.email).first()
        return there or User.objects.create_user(person.email, name=person.name)

    def link(
        self,
        links: dict[tuple[str, str], Invitation],
        person: PersonEntry,
        section: Section | None,
    ) -> Invitation:
        """One link for each role and section, as a teacher would make them."""
        wanted = (person.role, person.section)
        if wanted not in links:
            teacher = next(iter(self.people.values()))
            links[wanted] = courses.invite(by=teacher, role=person.role, section=section)
        return links[wanted]

    @property
    def teacher(self) -> Enrollment:
        return next(one for one in self.people.values() if one.role == Role.INSTRUCTOR)

    # -- Readings and meetings -----------------------------------------------------------------

    def load_reading(self, entry: ReadingEntry) -> None:
        reading = readings.add_reading(
            by=self.teacher,
            title=entry.title,
            author=entry.author,
            year=entry.year,
            also_cited_as=entry.also_cited_as,
            csl=record({"title": entry.title, **entry.csl}) if entry.csl else None,
        )
        set_back(reading, added_at=self.at(TERM_BEGAN))
        self.readings[entry.key] = reading
        if not entry.file:
            self.say(f"  {entry.author}: a record without a file")
        elif entry.uploaded is None:
            self.load_file(entry, self.at(TERM_BEGAN))
        else:
            self.late.append(entry)

    def load_late_files(self, until: datetime) -> None:
        """The files that came in the middle of the term, as soon as that moment has come."""
        for entry in list(self.late):
            at = self.at(entry.uploaded) if entry.uploaded else until
            if at <= until:
                self.late.remove(entry)
                self.load_file(entry, at)
                discussions.recheck(course=self.teacher.course)
                PastVerdict.objects.filter(reading=self.readings[entry.key]).update(until=at)
                # The notes tell the time, so they are made once more.
                discussions.recheck(course=self.teacher.course)

    def load_file(self, entry: ReadingEntry, at: datetime) -> None:
        reading = self.readings[entry.key]
        with entry.path.open("rb") as file:
            document = readings.upload(
                by=self.teacher,
                reading=reading,
                file=File(file),
                name=entry.file,
                first_label=entry.first_page,
            )
        document = readings.read_document(document=document)
        set_back(document, uploaded_at=at)
        self.say(f"  {entry.author}: {document.get_status_display()}, {document.pages_total} pages")

    def load_meeting(self, entry: MeetingEntry) -> None:
        meeting = courses.make_meeting(
            course=self.teacher.course,
            title=entry.title,
            on=self.today + timedelta(days=entry.day),
            note=entry.note,
        )
        self.meetings[entry.key] = meeting
        courses.set_leaders(meeting=meeting, people=[self.people[key] for key in entry.leaders])
        for key, pages in entry.readings:
            readings.assign_reading(meeting=meeting, reading=self.readings[key], pages=pages)

    # -- Discussions ---------------------------------------------------------------------------

    def load_discussion(self, entry: DiscussionEntry) -> None:
        discussion = discussions.pose(
            by=self.people[entry.author],
            title=entry.title,
            context=from_plain(entry.context),
            questions=[QuestionInput(one.text, one.positions) for one in entry.questions],
            meeting=self.meetings[entry.meeting],
            due_at=self.at(entry.due) if entry.due else None,
            rules=Rules(post_first=entry.post_first, pseudonyms=entry.pseudonyms),
            open_now=entry.opened is not None,
            at=self.at(entry.opened) if entry.opened else None,
        )
        posts: dict[str, Post] = {}
        for post in entry.posts:
            self.load_late_files(until=self.at(post.when))
            if post.kind == "draft":
                self.load_draft(post, discussion, posts)
            else:
                posts[post.key] = self.load_post(post, discussion, posts)
        for post in entry.posts:
            if post.key in posts:
                self.follow_up(post, posts[post.key])
        for remark in entry.remarks:
            made = discussions.remark(
                discussion=discussion, by=self.people[remark.by], text=remark.text
            )
            set_back(made, created_at=self.at(remark.when))
        self.mark_seen(discussion, entry)
        if entry.closed:
            discussions.close_discussion(discussion=fresh(discussion), by=self.teacher)
        self.say(f"  “{entry.title}”: {len(posts)} posts")

    def load_post(self, entry: PostEntry, discussion: Discussion, posts: dict[str, Post]) -> Post:
        source = from_plain(entry.before or entry.text)
        if entry.kind == "reply":
            return discussions.reply(
                by=self.people[entry.by],
                parent=posts[entry.to],
                source=source,
                relation=Relation(entry.does, entry.words),
                at=self.at(entry.when),
            )
        return discussions.respond(
            by=self.people[entry.by],
            discussion=discussion,
            source=source,
            answers=entry.answers,
            positions=self.positions(entry, discussion),
            at=self.at(entry.when),
        )

    def positions(self, entry: PostEntry, discussion: Discussion) -> dict[int, int]:
        labels = {
            question.number: {choice.label: choice.number for choice in question.choices.all()}
            for question in discussion.questions.all()
        }
        return {number: labels[number][label] for number, label in entry.positions}

    def follow_up(self, entry: PostEntry, post: Post) -> None:
        """What became of a post after it was written."""
        if entry.edited:
            self.edit(entry, fresh(post), self.at(entry.edited))
        if entry.endorsed:
            by, moment = entry.endorsed
            discussions.endorse(post=fresh(post), by=self.people[by])
            set_back(post, endorsed_at=self.at(moment))
        for key in entry.thanked:
            discussions.thank(post=post, by=self.people[key])
        if entry.hidden:
            discussions.hide(post=fresh(post), by=self.teacher, because=entry.hidden)
        if entry.withdrawn:
            discussions.withdraw(post=fresh(post), by=post.author)
            at = self.at(entry.withdrawn)
            Position.objects.filter(post=post, ended_at__isnull=False).update(ended_at=at)

    def edit(self, entry: PostEntry, post: Post, at: datetime) -> None:
        discussions.edit_post(
            post=post,
            by=post.author,
            source=from_plain(entry.text),
            version=post.version,
            answers=entry.answers,
            positions=self.positions(entry, post.discussion),
        )
        set_back(post, edited_at=at)
        Revision.objects.filter(post=post).update(replaced_at=at)

    def load_draft(self, entry: PostEntry, discussion: Discussion, posts: dict[str, Post]) -> None:
        fields: dict[str, Any] = {"body": entry.text, "format": "text"}
        fields["answers"] = [str(number) for number in entry.answers]
        for number, choice in self.positions(entry, discussion).items():
            fields[f"position-{number}"] = str(choice)
        to = f"reply:{posts[entry.to].public_id}" if entry.to else f"respond:{discussion.public_id}"
        draft = discussions.save_draft(
            person=self.people[entry.by], target=to, fields=fields, version=0
        )
        Draft.objects.filter(pk=draft.pk).update(updated_at=self.at(entry.when))

    def mark_seen(self, discussion: Discussion, entry: DiscussionEntry) -> None:
        """Everybody has looked at what was there two days ago, so that something is new; and at
        what was there when they wrote themselves.
        """
        seen = self.at(When(0, datetime.min.time())) - LAST_VISIT
        if entry.opened is not None and self.at(entry.opened) <= seen:
            for person in self.people.values():
                discussions.mark_seen(person=person, discussion=discussion, at=seen)
        for post in entry.posts:
            if post.kind != "draft":
                writer, at = self.people[post.by], self.at(post.when)
                discussions.mark_seen(person=writer, discussion=discussion, at=at)

    def tell_people(self) -> None:
        """What they would have been told in the last days; they have seen what is older than their
        last visit.
        """
        course, seen = self.teacher.course, self.at(When(0, datetime.min.time())) - LAST_VISIT
        opened = Discussion.objects.filter(course=course, opened_at__gte=seen - LOOKING_BACK)
        for discussion in opened.select_related("course", "author"):
            emails.tell_of_opening(discussion, discussion.author, at=discussion.opened_at)
        posts = Post.objects.filter(discussion__course=course, created_at__gte=seen - LOOKING_BACK)
        for post in posts.select_related("author", "discussion__course", "discussion__author"):
            emails.tell_of_post(post, at=post.created_at)
        people = [one.user_id for one in self.people.values()]
        Notice.objects.filter(to__in=people, created_at__lt=seen).update(seen_at=seen)

    def at(self, moment: When) -> datetime:
        return moment.on(self.today, self.zone)


def fresh(row: AnyModel) -> AnyModel:
    """The row as it is in the database now."""
    row.refresh_from_db()
    return row


def set_back(row: Model, **times: datetime) -> None:
    """Give a row the times it would have if the term had really happened."""
    type(row)._default_manager.filter(pk=row.pk).update(**times)
