"""A course as HTML pages that open from a disk: without script, without a request to anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from quaestio.courses.access import Seat
from quaestio.courses.models import Meeting
from quaestio.courses.roles import RIGHTS, Role
from quaestio.discussions.access import visible_discussions
from quaestio.discussions.models import Discussion
from quaestio.discussions.pieces import Posts, Rights
from quaestio.discussions.queries import PostRow, Presence, QuestionRow, Thread, thread_of
from quaestio.readings.models import Reading
from quaestio.readings.queries import by_name, row_of
from quaestio.transfers.archive.data import Source
from quaestio.transfers.archive.links import BIBLIOGRAPHY, INDEX, Links, discussion_page
from quaestio.transfers.archive.names import Names


@dataclass(frozen=True, slots=True)
class Entry:
    """A discussion in a list."""

    page: str
    title: str
    state: str
    responses: int


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting with what belongs to it."""

    meeting: Meeting
    title: str
    note: str
    readings: Sequence[tuple[Reading, str]]
    discussions: Sequence[Entry]


def teachers_seat(source: Source) -> Seat:
    """What every instructor of the course sees, and nothing that is one person's own."""
    return Seat(source.course, None, RIGHTS[Role.INSTRUCTOR])


def pages_of(source: Source) -> Iterator[tuple[str, str]]:
    """The name of each page and its HTML, one after another."""
    links = Links(source.course)
    discussions = list(visible_discussions(teachers_seat(source)).order_by("created_at", "pk"))
    entries: dict[int | None, list[Entry]] = {}
    for discussion in discussions:
        thread = thread_in(source, discussion)
        entry = Entry(
            discussion_page(discussion.public_id),
            source.names.text(discussion.title),
            discussion.state,
            thread.count,
        )
        entries.setdefault(discussion.meeting_id, []).append(entry)
        yield entry.page, discussion_html(source, links, thread)
    yield INDEX, index_html(source, entries)
    yield BIBLIOGRAPHY, bibliography_html(source)


def page(template: str, source: Source, **more: Any) -> str:
    names = source.names
    teachers = [
        names.name_of(one.pk)
        for one in names.people
        if one.role == Role.INSTRUCTOR and one.removed_at is None
    ]
    context = {
        "course": source.course,
        "title_of_course": names.text(source.course.title),
        "term": names.text(source.course.term),
        "teachers": teachers,
        "made_on": timezone.localdate(),
        "made_up_names": names.made_up,
        "index": INDEX,
        "bibliography": BIBLIOGRAPHY,
    }
    return render_to_string(f"transfers/archive/{template}.html", {**context, **more})


# -- The course ---------------------------------------------------------------------------------


def index_html(source: Source, entries: dict[int | None, list[Entry]]) -> str:
    names = source.names
    meetings = Meeting.objects.filter(course=source.course).order_by("date", "pk")
    sessions = [
        Session(
            meeting,
            names.text(meeting.title),
            names.text(meeting.note),
            [
                (one.reading, one.pages)
                for one in meeting.assigned.all()
                if one.reading.removed_at is None
            ],
            entries.get(meeting.pk, []),
        )
        for meeting in meetings.prefetch_related("assigned__reading")
    ]
    return page(
        "index",
        source,
        sessions=sessions,
        others=entries.get(None, []),
        is_empty=not sessions and not entries,
        zone=timezone.get_current_timezone_name(),
    )


def bibliography_html(source: Source) -> str:
    readings = by_name(
        Reading.objects.filter(course=source.course, removed_at__isnull=True).prefetch_related(
            "documents"
        )
    )
    style = source.course.citation_style
    rows = [(row_of(style, one), files_of(source, one)) for one in readings]
    return page("readings", source, rows=rows)


def files_of(source: Source, reading: Reading) -> list[tuple[str, str]]:
    """Path and name of the files of a reading that are in the archive."""
    found = [(source.files.get(one.public_id), one.name) for one in reading.documents.all()]
    return [(path, source.names.text(name)) for path, name in found if path]


# -- A discussion -------------------------------------------------------------------------------


class KeptPosts(Posts):
    """Posts as they are kept: nothing can be done with them, and all links stay on the page."""

    def __init__(self) -> None:
        super().__init__(Rights())
        self.paths = dict.fromkeys(self.paths, "#p-ID")

    def actions(self, post: PostRow) -> str:
        return ""

    def question(self, number: int) -> str:
        return f"#question-{number}"


def thread_in(source: Source, discussion: Discussion) -> Thread:
    discussion.course = source.course
    thread = thread_of(teachers_seat(source), discussion, Presence())
    if source.names.made_up:
        rename(thread, source.names)
    return thread


def rename(thread: Thread, names: Names) -> None:
    """Put the made-up name in the place of every name that a thread shows."""
    by_post: dict[str, str] = {}
    for response in thread.responses:
        for post in (response, *response.replies):
            post.byline = by_post[post.public_id] = names.name_of(post.author_id)
            post.endorsed_by = names.text(post.endorsed_by)
            post.body, post.quotes = names.html(post.body), names.text(post.quotes)
            post.because = names.text(post.because)
            post.answers = [
                replace(one, position=names.text(one.position), before=names.text(one.before))
                for one in post.answers
            ]
    thread.posed_by = names.name_of(thread.discussion.author_id)
    for question in thread.questions:
        question.text = names.text(question.text)
        rename_stances(question, names, by_post)


def rename_stances(question: QuestionRow, names: Names, by_post: dict[str, str]) -> None:
    """Each holder stands with the post that says why, and so under the name of its author."""
    for stance in question.stances:
        stance.label = names.text(stance.label)
        stance.holders = [type(one)(by_post.get(one.post, ""), one.post) for one in stance.holders]
    question.moves = [
        replace(
            one,
            name=by_post.get(one.post, ""),
            before=names.text(one.before),
            after=names.text(one.after),
        )
        for one in question.moves
    ]


def discussion_html(source: Source, links: Links, thread: Thread) -> str:
    discussion, names = thread.discussion, source.names
    posts = KeptPosts()
    for response in thread.responses:
        for post in (response, *response.replies):
            post.body = links.html(post.body)
    return page(
        "discussion",
        source,
        discussion=discussion,
        title=names.text(discussion.title),
        section=names.text(discussion.section.name) if discussion.section else "",
        meeting=discussion.meeting,
        meeting_title=names.text(discussion.meeting.title) if discussion.meeting else "",
        context=as_html(links.html(names.html(discussion.body_html))),
        thread=thread,
        questions=[(one, bars_of(one)) for one in thread.questions],
        posts=posts.list(thread.responses),
        is_long=thread.count > 50,
    )


def as_html(clean: str) -> SafeString:
    """What the sanitizer has let through when it was written."""
    return mark_safe(clean)  # noqa: S308  names are replaced in its text, links by their address


def bars_of(question: QuestionRow) -> list[dict[str, object]]:
    """The split of a question without the links that choose among its answers."""
    return [{**bar, "url": ""} for bar in question.split]
