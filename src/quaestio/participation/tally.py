"""Who wrote how much in a course, for teachers: a page, and a table to take into a gradebook.

It counts; what a contribution is worth, it leaves to whoever reads them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO

from django.utils.translation import gettext as _

from quaestio.courses.access import Seat
from quaestio.courses.models import Enrollment
from quaestio.courses.roles import Right, Role
from quaestio.discussions.access import COUNTING, counting_answers, visible_discussions
from quaestio.discussions.models import Discussion, Post
from quaestio.participation.answered import is_asked


@dataclass(slots=True)
class PersonTally:
    """What one student has written: in how many of the discussions that ask them, and how much."""

    person: Enrollment
    asked_in: set[int] = field(default_factory=set)  # discussions, by primary key
    responses: int = 0
    replies: int = 0
    words: int = 0
    last_at: datetime | None = None
    in_discussion: dict[int, int] = field(default_factory=dict)  # responses, by primary key
    answered: int = 0

    @property
    def asked(self) -> int:
        return len(self.asked_in)

    @property
    def is_silent(self) -> bool:
        return self.responses + self.replies == 0


@dataclass(frozen=True, slots=True)
class Tally:
    discussions: Sequence[Discussion]
    rows: Sequence[PersonTally]


def tally_of(seat: Seat) -> Tally:
    """Every student of the course, those without a word too, and every discussion that has been
    opened. Four queries. What was hidden or withdrawn does not count; what waits does. A response
    that is shorter than was asked counts, but its writer has not answered yet.
    """
    opened = visible_discussions(seat).exclude(state=Discussion.State.DRAFT)
    discussions = list(opened.order_by("opened_at", "pk"))
    people = Enrollment.objects.filter(
        course=seat.course, role=Role.STUDENT, removed_at__isnull=True
    )
    people = people.select_related("user", "section").order_by("byline", "pk")
    rows = {one.pk: PersonTally(one) for one in people}
    posts = Post.objects.filter(
        discussion__in=discussions, author__in=rows, state__in=COUNTING
    ).order_by()
    for author, discussion, root, words, at in posts.values_list(
        "author_id", "discussion_id", "root_id", "words", "created_at"
    ):
        row = rows[author]
        row.words += words
        row.last_at = max(row.last_at or at, at)
        if root is not None:
            row.replies += 1
            continue
        row.responses += 1
        row.in_discussion[discussion] = row.in_discussion.get(discussion, 0) + 1
    full = counting_answers().filter(discussion__in=discussions, author__in=rows).order_by()
    done = set(full.values_list("author_id", "discussion_id"))
    for pk, row in rows.items():
        row.asked_in = {
            one.pk
            for one in discussions
            if is_asked(row.person, one, has_written=one.pk in row.in_discussion)
        }
        row.answered = sum(1 for one in row.asked_in if (pk, one) in done)
    return Tally(discussions, list(rows.values()))


def as_csv(seat: Seat, tally: Tally) -> str:
    """The same with a column for each discussion, and the addresses for those who may see them, so
    that it can be matched with another roster.
    """
    out = StringIO()
    writer = csv.writer(out)
    address = [_("E-mail")] if seat.can(Right.SEE_EMAIL) else []
    counted = [_("Asked"), _("Answered"), _("Responses"), _("Replies"), _("Words"), _("Last post")]
    titles = [one.title for one in tally.discussions]
    writer.writerow(inert([_("Name"), *address, _("Section"), *counted, *titles]))
    for row in tally.rows:
        person = row.person
        mail = [person.user.email if person.user else ""] if address else []
        section = person.section.name if person.section else ""
        cells = [person.byline, *mail, section, row.asked, row.answered, row.responses]
        cells += [row.replies, row.words, row.last_at.date().isoformat() if row.last_at else ""]
        cells += [
            row.in_discussion.get(one.pk, 0) if one.pk in row.asked_in else ""
            for one in tally.discussions
        ]
        writer.writerow(inert(cells))
    return out.getvalue()


def inert(cells: Sequence[object]) -> Iterator[str]:
    """A name or title that a spreadsheet would take for a formula stays a text."""
    for cell in cells:
        text = str(cell)
        yield f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
