"""A course as the rows of ``course.json``. The format is described in docs/course-archive.md.

Rows come one after another, in the order in which they were made, so that a large course takes no
more memory than a small one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any

from django.db.models import Max, Model, Prefetch, QuerySet

from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.discussions.models import (
    Answer,
    Discussion,
    OutsideWork,
    PastVerdict,
    Position,
    Post,
    Quotation,
    Revision,
)
from quaestio.readings.models import AssignedReading, Document, Page, Passage, Reading
from quaestio.transfers.archive.columns import KEPT
from quaestio.transfers.archive.names import Names

FORMAT, VERSION = "quaestio-course", 1
AT_ONCE = 200  # rows

Row = dict[str, Any]
Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants in an archive besides what is always in it."""

    readings: bool = False  # their files, and the text of their pages
    addresses: bool = False  # of members and guests
    made_up_names: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A course as it was when its archive was begun: what comes later is not in it."""

    course: Course
    wanted: Wanted
    names: Names
    last_post: int
    files: dict[str, str]  # by public id of a document, the path of its file in the archive

    @classmethod
    def of(cls, course: Course, wanted: Wanted, files: dict[str, str] | None = None) -> Source:
        last = Post.objects.filter(discussion__course=course).aggregate(last=Max("pk"))["last"]
        names = Names.of(course, made_up=wanted.made_up_names)
        return cls(course, wanted, names, last or 0, files or {})


def write_json(into: IO[bytes], source: Source, step: Step = lambda: None) -> None:
    """Canonical: keys in the order of the alphabet, no white space but an end of line after each
    row, UTF-8.
    """
    tables: dict[str, Any] = {
        "course": course_row(source),
        "discussions": discussion_rows(source),
        "documents": document_rows(source),
        "enrollments": enrollment_rows(source),
        "format": FORMAT,
        "made_up_names": source.wanted.made_up_names,
        "meetings": meeting_rows(source),
        "pages": page_rows(source),
        "passages": passage_rows(source),
        "posts": post_rows(source),
        "readings": reading_rows(source),
        "sections": section_rows(source),
        "version": VERSION,
    }
    for number, (name, value) in enumerate(sorted(tables.items())):
        into.write(b"{\n" if number == 0 else b",\n")
        into.write(f'"{name}":'.encode())
        if isinstance(value, (dict, str, int)):
            into.write(line(value))
            continue
        into.write(b"[")
        for place, row in enumerate(value):
            into.write(b"\n" if place == 0 else b",\n")
            into.write(line(row))
            step()
        into.write(b"]")
    into.write(b"\n}\n")


def line(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def kept(row: Model, *but: str) -> Row:
    """The columns of a row that are written as they are."""
    names = (name for name in KEPT[row._meta.label] if name not in but)
    return {name: plain(getattr(row, name)) for name in names}


def told(row: Model, names: Names, *columns: str) -> Row:
    """Columns with what somebody wrote, in which people may be named."""
    return {name: names.text(getattr(row, name)) for name in columns}


def plain(value: Any) -> Any:
    """A moment in UTC, a day as a date, everything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


# -- The course and its people ------------------------------------------------------------------


def course_row(source: Source) -> Row:
    course = source.course
    return {"id": course.public_id, **kept(course), **told(course, source.names, "title", "term")}


def section_rows(source: Source) -> Iterator[Row]:
    for section in source.course.sections.order_by("pk"):
        yield told(section, source.names, "name")


def enrollment_rows(source: Source) -> Iterator[Row]:
    for person in source.names.people:
        row = {
            "id": source.names.id_of(person.pk),
            "name": source.names.called(person),
            "section": source.names.text(person.section.name) if person.section else None,
            "has_account": person.user_id is not None,
            **kept(person),
        }
        if source.wanted.addresses:
            row["address"] = address_of(person)
        yield row


def address_of(person: Enrollment) -> str:
    if person.user is not None:
        return person.user.email
    guest = getattr(person, "guest", None)
    return guest.address if guest else ""


def meeting_rows(source: Source) -> Iterator[Row]:
    assigned = AssignedReading.objects.select_related("reading").order_by("pk")
    meetings = Meeting.objects.filter(course=source.course).order_by("pk")
    for meeting in meetings.prefetch_related("leaders", Prefetch("assigned", assigned)):
        yield {
            "id": meeting.public_id,
            **kept(meeting),
            **told(meeting, source.names, "title", "note"),
            "leaders": [
                source.names.id_of(one.person_id)
                for one in sorted(meeting.leaders.all(), key=lambda one: one.pk)
            ],
            "readings": [
                {"reading": one.reading.public_id, **kept(one)} for one in meeting.assigned.all()
            ],
        }


# -- Readings -----------------------------------------------------------------------------------


def reading_rows(source: Source) -> Iterator[Row]:
    """Those that were taken out too, because what was posted may name them."""
    for reading in Reading.objects.filter(course=source.course).order_by("pk"):
        yield {
            "id": reading.public_id,
            **kept(reading),
            "record": reading.csl,
            "added_by": source.names.id_of(reading.added_by_id),
        }


def documents_in(course: Course) -> QuerySet[Document]:
    """The files of the readings that are in the course."""
    documents = Document.objects.filter(reading__course=course, reading__removed_at__isnull=True)
    return documents.select_related("reading").order_by("pk")


def document_rows(source: Source) -> Iterator[Row]:
    for document in documents_in(source.course).prefetch_related("label_corrections"):
        yield {
            "id": document.public_id,
            **kept(document),
            **told(document, source.names, "name", "message"),
            "reading": document.reading.public_id,
            "file": source.files.get(document.public_id),
            "uploaded_by": source.names.id_of(document.uploaded_by_id),
            "corrections": [kept(one) for one in document.label_corrections.all()],
        }


TEXT_OF_A_PAGE = ("text", "furniture", "heading")


def page_rows(source: Source) -> Iterator[Row]:
    """All pages with their numbers; with their text only where the readings are wanted."""
    pages = Page.objects.filter(document__in=documents_in(source.course))
    if not source.wanted.readings:
        pages = pages.defer(*TEXT_OF_A_PAGE)
    without = () if source.wanted.readings else TEXT_OF_A_PAGE
    ids = dict(documents_in(source.course).values_list("pk", "public_id"))
    for page in pages.order_by("document", "number").iterator(chunk_size=AT_ONCE):
        yield {"document": ids.get(page.document_id, ""), **kept(page, *without)}


def passage_rows(source: Source) -> Iterator[Row]:
    passages = Passage.objects.filter(reading__course=source.course).select_related("reading")
    for passage in passages.order_by("pk").iterator(chunk_size=AT_ONCE):
        yield {
            "id": passage.public_id,
            **kept(passage),
            "reading": passage.reading.public_id,
            "made_by": source.names.id_of(passage.made_by_id),
        }


# -- The conversation ---------------------------------------------------------------------------


def discussions_in(course: Course) -> QuerySet[Discussion]:
    return Discussion.objects.filter(course=course).order_by("pk")


def discussion_rows(source: Source) -> Iterator[Row]:
    names = source.names
    about = {
        name: Prefetch(name, rows)
        for name, rows in findings().items()  # those of the context, which belong to no post
    }
    discussions = (
        discussions_in(source.course)
        .select_related("meeting", "section", "merged_into")
        .prefetch_related("questions__choices", "remarks", "names", *about.values())
    )
    for discussion in discussions.iterator(chunk_size=AT_ONCE):
        yield {
            "id": discussion.public_id,
            **kept(discussion),
            "title": names.text(discussion.title),
            "context": names.html(discussion.context),
            "author": names.id_of(discussion.author_id),
            "meeting": discussion.meeting.public_id if discussion.meeting else None,
            "section": names.text(discussion.section.name) if discussion.section else None,
            "merged_into": discussion.merged_into.public_id if discussion.merged_into else None,
            "questions": [
                {
                    **kept(question),
                    "text": names.text(question.text),
                    "choices": [
                        {**kept(choice), **told(choice, names, "label")}
                        for choice in question.choices.all()
                    ],
                }
                for question in discussion.questions.all()
            ],
            # One name in the whole course stands for these where names are made up.
            "pseudonyms_given": []
            if names.made_up
            else [
                {"person": names.id_of(one.person_id), **kept(one)}
                for one in sorted(discussion.names.all(), key=lambda one: one.pk)
            ],
            "remarks": [
                {**kept(one), "author": names.id_of(one.author_id), "text": names.text(one.text)}
                for one in discussion.remarks.all()
            ],
            **found_in(discussion, names),
        }


def findings() -> dict[str, QuerySet[Any]]:
    return {
        "quotations": Quotation.objects.filter(post=None).select_related("reading"),
        "past_verdicts": PastVerdict.objects.filter(post=None).select_related("reading"),
        "outside_works": OutsideWork.objects.filter(post=None),
    }


def post_rows(source: Source) -> Iterator[Row]:
    """Discussion by discussion, in the order in which they were written."""
    taken = Position.objects.select_related("question", "choice")
    parts = (
        Prefetch("answers", Answer.objects.select_related("question")),
        Prefetch("positions", taken.order_by("pk")),
        Prefetch("revisions", Revision.objects.order_by("version")),
        Prefetch("quotations", Quotation.objects.select_related("reading")),
        Prefetch("past_verdicts", PastVerdict.objects.select_related("reading")),
        "outside_works",
    )
    for discussion in discussions_in(source.course).values_list("pk", "public_id"):
        posts = Post.objects.filter(discussion=discussion[0], pk__lte=source.last_post)
        related = posts.select_related("root", "parent").prefetch_related(*parts)
        for post in related.order_by("pk").iterator(chunk_size=AT_ONCE):
            yield post_row(post, discussion[1], source.names)


def post_row(post: Post, discussion: str, names: Names) -> Row:
    row = {
        "id": post.public_id,
        **kept(post),
        "discussion": discussion,
        "author": names.id_of(post.author_id),
        "root": post.root.public_id if post.root else None,
        "parent": post.parent.public_id if post.parent else None,
        "endorsed_by": names.id_of(post.endorsed_by_id),
        "hidden_because": names.text(post.hidden_because),
    }
    if post.state == Post.State.WITHDRAWN:
        # Taken back: its words are for nobody but its author.
        nothing: Row = {"source": "", "quotes_text": "", "answers": [], "positions": []}
        lists = ("revisions", "quotations", "past_verdicts", "outside_works")
        empty: Row = {name: [] for name in lists}
        gone = {"quotes_start": None, "quotes_end": None, "kind": "", "hidden_because": ""}
        return {**row, **nothing, **empty, **gone}
    # What it quotes of a post that was taken back is that post's words.
    is_gone = post.parent is not None and post.parent.state == Post.State.WITHDRAWN
    if is_gone or names.made_up:
        # Offsets into a text that is not there, or another one now.
        row |= {"quotes_start": None, "quotes_end": None}
    return {
        **row,
        "source": names.html(post.source),
        "quotes_text": "" if is_gone else names.text(post.quotes_text),
        "answers": sorted(one.question.number for one in post.answers.all()),
        "positions": [
            {
                "question": one.question.number,
                "choice": one.choice.number,
                "person": names.id_of(one.person_id),
                **kept(one),
            }
            for one in post.positions.all()
        ],
        "revisions": [
            {**kept(one), "source": names.html(one.source)} for one in post.revisions.all()
        ],
        **found_in(post, names),
    }


def found_in(about: Any, names: Names) -> Row:
    """What checking has found in a post, or in the context of a discussion."""
    return {
        "quotations": [quotation_row(one, names) for one in about.quotations.all()],
        "past_verdicts": [
            {
                **kept(one),
                "text": names.text(one.text),
                "reading": one.reading.public_id if one.reading else None,
            }
            for one in about.past_verdicts.all()
        ],
        "outside_works": [
            {**kept(one), "raw": names.text(one.raw)} for one in about.outside_works.all()
        ],
    }


def quotation_row(one: Quotation, names: Names) -> Row:
    row = {
        **kept(one),
        "text": names.text(one.text),
        "citation": names.text(one.citation),
        "reading": one.reading.public_id if one.reading else None,
    }
    # Offsets into a text that is another one now, and pieces of that text.
    return {**row, "start": None, "end": None, "detail": {}} if names.made_up else row


def count_rows(course: Course) -> int:
    """About how many rows there will be: for whoever watches."""
    documents = documents_in(course)
    tables: Iterable[QuerySet[Any]] = (
        Enrollment.objects.filter(course=course),
        Post.objects.filter(discussion__course=course),
        discussions_in(course),
        Page.objects.filter(document__in=documents),
        documents,
    )
    return sum(table.count() for table in tables)
