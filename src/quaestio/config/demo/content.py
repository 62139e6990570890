"""The demo course as data: reads the files of this folder, knows nothing of the database.

The format is described in README.md beside this file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).parent

_HEADING = re.compile(
    r"(?m)^## (?P<kind>response|reply|draft) (?P<key>\w+)(?: to (?P<to>\w+))?: (?P<by>\w+)\n"
)
_FIELD = re.compile(r"(?P<name>[a-z]+(?: \d+)?): (?P<value>.+)")
_BEFORE = "\n### before the edit\n"


class BadContent(Exception):
    """A demo file is not as README.md asks. The message says which and where."""


@dataclass(frozen=True, slots=True)
class When:
    """A time of day, counted in days from the day on which the demo is loaded."""

    day: int
    clock: time

    def on(self, today: date, zone: ZoneInfo) -> datetime:
        return datetime.combine(today + timedelta(days=self.day), self.clock, zone)


@dataclass(frozen=True, slots=True)
class CourseEntry:
    title: str
    term: str
    public: bool
    students_pose: bool
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonEntry:
    key: str
    name: str
    role: str
    about: str
    section: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@demo.invalid"


@dataclass(frozen=True, slots=True)
class ReadingEntry:
    """A reading; without a ``file`` it is only a record. ``pages`` is how many it has, or, where
    its file has none, ``paragraphs``. ``csl`` is what the bibliography says of it besides.
    """

    key: str
    author: str
    title: str
    year: str
    file: str = ""
    first_page: str = ""
    pages: int = 0
    paragraphs: int = 0
    also_cited_as: str = ""
    uploaded: When | None = None  # when the file came; before the term if it is not said
    csl: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return FOLDER / "readings" / self.file


@dataclass(frozen=True, slots=True)
class MeetingEntry:
    """``readings`` pairs the key of a reading with the pages to be read of it; ``leaders`` are the
    keys of those who pose its question.
    """

    key: str
    day: int
    title: str
    note: str
    readings: tuple[tuple[str, str], ...]
    leaders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionEntry:
    text: str
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostEntry:
    """A response, a reply (``to`` another post) or a draft.

    A reply ``does`` something to the other post, perhaps to some ``words`` of it. ``positions``
    maps a question's number to the label of the position taken. ``before`` is what an edited post
    said first.
    """

    key: str
    kind: str
    by: str
    when: When
    text: str
    to: str = ""
    does: str = ""
    words: str = ""
    answers: tuple[int, ...] = ()
    positions: tuple[tuple[int, str], ...] = ()
    edited: When | None = None
    before: str = ""
    withdrawn: When | None = None
    hidden: str = ""
    endorsed: tuple[str, When] | None = None
    thanked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemarkEntry:
    """What somebody says about a draft."""

    by: str
    when: When
    text: str


@dataclass(frozen=True, slots=True)
class DiscussionEntry:
    """A discussion that was never ``opened`` is a draft."""

    key: str
    author: str
    meeting: str
    title: str
    context: str
    questions: tuple[QuestionEntry, ...]
    posts: tuple[PostEntry, ...]
    due: When | None = None
    opened: When | None = None
    closed: When | None = None
    post_first: bool = False
    pseudonyms: bool = False
    remarks: tuple[RemarkEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the check should say of a quotation: see quotations.toml."""

    post: str
    words: str
    verdict: str
    reading: str = ""
    page: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Demo:
    course: CourseEntry
    people: tuple[PersonEntry, ...]
    readings: tuple[ReadingEntry, ...]
    meetings: tuple[MeetingEntry, ...]
    discussions: tuple[DiscussionEntry, ...]


def read_demo() -> Demo:
    data = tomllib.loads((FOLDER / "course.toml").read_text(encoding="utf-8"))
    course = data["course"]
    return Demo(
        CourseEntry(**{**course, "sections": tuple(course["sections"])}),
        tuple(PersonEntry(**person) for person in data["people"]),
        tuple(_reading(reading) for reading in data["readings"]),
        tuple(_meeting(meeting) for meeting in data["meetings"]),
        tuple(read_discussion(path) for path in sorted((FOLDER / "discussions").glob("*.md"))),
    )


def read_expected() -> tuple[Expected, ...]:
    data = tomllib.loads((FOLDER / "quotations.toml").read_text(encoding="utf-8"))
    return tuple(Expected(**quotation) for quotation in data["quotations"])


def sample_class_blog() -> str:
    """A page of a class blog as copied from a browser, to try the import with."""
    return (FOLDER / "sample-class-blog.txt").read_text(encoding="utf-8")


def _reading(data: dict[str, Any]) -> ReadingEntry:
    late = {"uploaded": when(data["uploaded"])} if "uploaded" in data else {}
    return ReadingEntry(**{**data, **late})


def _meeting(data: dict[str, Any]) -> MeetingEntry:
    readings = tuple((one["key"], one["pages"]) for one in data["readings"])
    leaders = tuple(data.get("leaders", ()))
    return MeetingEntry(**{**data, "readings": readings, "leaders": leaders})


def read_discussion(path: Path) -> DiscussionEntry:
    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    if len(parts) != 3 or parts[0]:
        raise BadContent(f"{path.name}: it must begin with its settings between two lines of +++.")
    settings = tomllib.loads(parts[1])
    context, *posts = re.split(r"(?m)^(?=## )", parts[2])
    times = {name: when(settings[name]) for name in ("opened", "due", "closed") if name in settings}
    return DiscussionEntry(
        key=settings["key"],
        author=settings["author"],
        meeting=settings["meeting"],
        title=settings["title"],
        context=context.strip(),
        questions=tuple(
            QuestionEntry(question["text"], tuple(question.get("positions", ())))
            for question in settings["questions"]
        ),
        posts=tuple(_post(post, path.name) for post in posts),
        post_first=settings.get("post_first", False),
        pseudonyms=settings.get("pseudonyms", False),
        remarks=tuple(
            RemarkEntry(one["by"], when(one["day"]), one["text"].strip())
            for one in settings.get("remarks", ())
        ),
        **times,
    )


def _post(text: str, name: str) -> PostEntry:
    heading = _HEADING.match(text)
    if heading is None:
        raise BadContent(f"{name}: not a heading of a post: {text.splitlines()[0]}")
    head, _, body = text[heading.end() :].partition("\n\n")
    fields = dict(_fields(head, f"{name}, {heading['key']}"))
    body, _, before = body.partition(_BEFORE)
    answers = fields.get("answers", "")
    return PostEntry(
        key=heading["key"],
        kind=heading["kind"],
        by=heading["by"],
        to=heading["to"] or "",
        does=fields.get("does", ""),
        words=fields.get("words", ""),
        when=when(fields["day"]),
        text=body.strip(),
        before=before.strip(),
        answers=tuple(int(number) for number in answers.split(",") if number),
        positions=tuple(
            (int(field.split()[1]), value)
            for field, value in fields.items()
            if field.startswith("position ")
        ),
        edited=when(fields["edited"]) if "edited" in fields else None,
        withdrawn=when(fields["withdrawn"]) if "withdrawn" in fields else None,
        hidden=fields.get("hidden", ""),
        endorsed=_endorsed(fields["endorsed"]) if "endorsed" in fields else None,
        thanked=tuple(name.strip() for name in fields.get("thanked", "").split(",") if name),
    )


def _fields(head: str, place: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        field = _FIELD.fullmatch(line)
        if field is None:
            raise BadContent(f"{place}: not a setting of the form “name: value”: {line}")
        yield field["name"], field["value"].strip()


def _endorsed(text: str) -> tuple[str, When]:
    """``halina -3 08:15``: by whom, and when."""
    by, _, moment = text.partition(" ")
    return by, when(moment)


def when(text: str) -> When:
    """``-5 20:18``: five days before the demo is loaded, at 20:18."""
    day, clock = text.split()
    return When(int(day), time.fromisoformat(clock))
