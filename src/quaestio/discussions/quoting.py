"""From a page of a reading into what somebody is writing: the words, their citation, the draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.access import Seat
from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Right
from quaestio.discussions.access import drafts_of, readable_posts, visible_discussions
from quaestio.discussions.actions import PostRefused
from quaestio.discussions.actions.drafts import LONGEST_DRAFT
from quaestio.discussions.models import Discussion, Draft, Post
from quaestio.readings.citing import citation, label_of
from quaestio.readings.models import Reading
from quaestio.readings.passages import Place
from quaestio.web.richtext import clean, escape, to_plain

LONGEST_IN_LINE = 40  # words; what is longer is set off as a block
WRITTEN = {
    "respond": "body",
    "reply": "body",
    "edit": "body",
    "pose": "context",
    "revise": "context",
}


# -- The words and their citation ---------------------------------------------------------------


def citation_of(reading: Reading, place: Place) -> str:
    """“(Jones 42)” as clean HTML, in the course's citation style. One query."""
    course = reading.course
    others = Reading.objects.filter(course=course, removed_at=None)
    return citation(reading, label_of(place), others, course.citation_style)


def quotation_html(words: str, cited: str) -> str:
    """The words with their citation, as they would be typed: in quotation marks, or, when they
    are long or in several paragraphs or verses, as a block.
    """
    parts = [part.strip() for part in re.split(r"\n[^\S\n]*\n\s*", words) if part.strip()]
    lines = [" ".join(line.split()) for part in parts for line in part.split("\n")]
    if len(lines) == 1 and len(words.split()) <= LONGEST_IN_LINE:
        return clean(f"<p>“{escape(inner_marks(lines[0]))}” {cited}</p>")
    blocks = [
        "<br>".join(escape(" ".join(line.split())) for line in part.split("\n")) for part in parts
    ]
    blocks[-1] = f"{blocks[-1]} {cited}"
    return clean(f"<blockquote>{''.join(f'<p>{block}</p>' for block in blocks)}</blockquote>")


def inner_marks(text: str) -> str:
    """Quotation marks inside a quotation are single ones."""
    text = text.translate(str.maketrans("“”„", "‘’‘"))
    return re.sub(r'"(?=\w)', "‘", text).replace('"', "’")


# -- What it may go into ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """Something the person writes, or could begin to: ``key`` is that of its draft."""

    key: str
    title: str
    kind: str
    is_begun: bool
    meeting_id: int | None = None

    @property
    def label(self) -> str:
        if self.kind == "reply":
            return _("your reply in “%s”") % self.title
        if self.kind == "edit":
            return _("the post you are changing in “%s”") % self.title
        return _("your response to “%s”") % self.title


def targets_of(seat: Seat) -> list[Target]:
    """The open discussions, and the replies and edits that have been begun. Three queries."""
    me = seat.enrollment
    if me is None or not seat.can(Right.WRITE):
        return []
    drafts = dict(drafts_of(me).values_list("target", "updated_at"))
    open_ones = (
        visible_discussions(seat)
        .filter(state=Discussion.State.OPEN)
        .order_by("-opened_at")
        .values_list("public_id", "title", "meeting_id")
    )
    found = [
        Target(f"respond:{public_id}", title, "respond", f"respond:{public_id}" in drafts, meeting)
        for public_id, title, meeting in open_ones
    ]
    begun = {key.partition(":")[2]: key for key in drafts if key.startswith(("reply:", "edit:"))}
    if begun:
        posts = readable_posts([seat]).filter(public_id__in=begun, state=Post.State.POSTED)
        for public_id, title in posts.values_list("public_id", "discussion__title"):
            key = begun[public_id]
            found.append(Target(key, title, key.partition(":")[0], True))
    found.sort(key=lambda one: not one.is_begun)  # what was begun comes first
    return found


def target_for(targets: Sequence[Target], reading: Reading, came_from: str) -> Target | None:
    """Where a quotation goes unless the reader says otherwise; None where it has to be asked."""
    for one in targets:
        if one.key == came_from:
            return one
    begun = [one for one in targets if one.is_begun]
    if len(begun) == 1:
        return begun[0]
    meetings = set(reading.assigned.values_list("meeting_id", flat=True)) if targets else set()
    of_meeting = [one for one in targets if one.meeting_id in meetings]
    for some in (of_meeting, targets):
        if len(some) == 1 and not begun:
            return some[0]
    return None


def nearest_first(targets: Sequence[Target], reading: Reading) -> list[Target]:
    """What was begun, then what is discussed in a meeting that this reading is for. One query."""
    meetings = set(reading.assigned.values_list("meeting_id", flat=True))
    return sorted(targets, key=lambda one: (not one.is_begun, one.meeting_id not in meetings))


def place_written(key: str, course: Course) -> str:
    """Where a draft goes on being written: the page, at its text field."""
    kind, _colon, public_id = key.partition(":")
    if kind == "respond":
        return f"{reverse('discussion', args=[public_id])}#body-help"
    if kind == "reply":
        return f"{reverse('reply', args=[public_id])}#body-help"
    if kind == "edit":
        return f"{reverse('post-edit', args=[public_id])}#body-help"
    if kind == "revise":
        return reverse("discussion-edit", args=[public_id])
    return reverse("pose", args=[course.public_id])


# -- Putting it there ---------------------------------------------------------------------------


@transaction.atomic
def put_into_draft(
    *, person: Enrollment, target: str, addition: str, fresh: dict[str, Any] | None = None
) -> Draft:
    """Add clean HTML to the end of a draft, which grows by a version; nothing in it is changed.

    ``fresh`` is what the draft begins with where there is none.
    """
    name = WRITTEN[target.partition(":")[0]]
    draft, is_new = Draft.objects.select_for_update().get_or_create(
        person=person,
        target=target,
        defaults={"fields": {name: "", "format": "html", **(fresh or {})}},
    )
    fields = dict(draft.fields)
    fields[name] = with_addition(str(fields.get(name, "")), str(fields.get("format", "")), addition)
    if sum(len(str(value)) for value in fields.values()) > LONGEST_DRAFT:
        raise PostRefused(_("This is too long to keep as a draft."))
    draft.fields, draft.updated_at = fields, timezone.now()
    draft.version = draft.version if is_new else draft.version + 1
    draft.save(update_fields=["fields", "version", "updated_at"])
    return draft


def with_addition(body: str, format_: str, addition: str) -> str:
    if format_ == "html":
        return body + addition
    return "\n\n".join(part for part in (body.rstrip(), to_plain(addition)) if part)
