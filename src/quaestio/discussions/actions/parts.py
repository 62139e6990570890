"""What the verbs share: refusals, the lock, the limits, the marks of a change."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from quaestio.courses.actions import note_deed
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.discussions.access import MASKED
from quaestio.discussions.models import (
    Discussion,
    OutsideWork,
    PastVerdict,
    Post,
    Pseudonym,
    Quotation,
    Report,
)
from quaestio.discussions.pseudonyms import new_name
from quaestio.discussions.rendering import Rendered
from quaestio.web.richtext import clean, is_empty

LONGEST = 100_000  # characters of a post's source: more than ten thousand words


class PostRefused(Exception):
    """A post cannot be taken. ``sentence`` says why and what to do; the text goes back whole."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class PostedBefore(PostRefused):
    """The form was sent before, with another text: what changed since needs a key of its own."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You had posted this before; it was changed since. The earlier text stands. "
                "Yours is below: post it as another one, or edit the earlier one."
            )
        )


class EditConflict(Exception):
    """Somebody changed the thing since this writer opened it. ``current`` is as it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__("changed meanwhile")
        self.current = current


def give_name(discussion: Discussion, person: Enrollment) -> None:
    """The made-up name under which classmates see this person here: once, and for good."""
    if not discussion.pseudonyms or person.role not in MASKED:
        return
    taken = dict(discussion.names.values_list("person", "name"))
    if person.pk not in taken:
        Pseudonym.objects.create(
            discussion=discussion, person=person, name=new_name(set(taken.values()))
        )


def lock(discussion_pk: int) -> Discussion:
    """The discussion as it is now, for this transaction alone. Every verb that changes something
    in a discussion takes this lock first, so no two wait for each other. Its key is left free: a
    row that only refers to it, as a visit does, waits for nobody.
    """
    return Discussion.objects.select_for_update(no_key=True).get(pk=discussion_pk)


def lock_home(post: Post) -> Discussion:
    """The same for the discussion in which a post is now: it may have been merged into another one
    since the post was read, and then the post is there. One query where it was not.
    """
    locked = lock(post.discussion_id)
    while locked.merged_into_id is not None:
        locked = lock(locked.merged_into_id)
    if locked.pk != post.discussion_id:
        post.discussion = locked
    return locked


def note_post(deed: Deed, post: Post, *, by: Enrollment, because: str = "") -> None:
    """Write into the record what was done to a post."""
    note_deed(
        deed,
        by=by,
        person=post.author,
        discussion=post.discussion.public_id,
        post=post.public_id,
        because=because,
    )


def note_move(before: Discussion, to: Meeting | None, *, by: Enrollment) -> None:
    titles = [before.meeting.title if before.meeting else "", to.title if to else ""]
    note_deed(Deed.MOVED, by=by, discussion=before.public_id, detail={"meeting": titles})


def closed_sentence(discussion: Discussion) -> str:
    if discussion.merged_into_id is not None:
        return _("This discussion has been merged into another one. Your text is kept below.")
    if discussion.state == Discussion.State.DRAFT:
        return _("This discussion has not been opened yet. Your text is kept below.")
    return _("This discussion has been closed meanwhile. Your text is kept below.")


def run_out_sentence() -> str:
    return _(
        "The time in which this post could be edited is over. Your text is below: you can post it "
        "as a reply to your own post."
    )


def taken_back_sentence() -> str:
    return _("The post you reply to has been taken back. Your text is below.")


def take_source(source: str, *, may_be_empty: bool = False) -> str:
    """Clean HTML within the limits, or ``PostRefused``."""
    if len(source) > LONGEST:
        raise PostRefused(
            _(
                "This is longer than a post can be: %(now)s characters, at most %(most)s. "
                "Your text is kept below; please shorten it or post it in two parts."
            )
            % {"now": len(source), "most": LONGEST}
        )
    text = clean(source)
    if is_empty(text):
        if may_be_empty:
            return ""
        raise PostRefused(_("There is nothing written yet."))
    return text


class Known(NamedTuple):
    """How many quotations of a post are known, and how many works from outside the course."""

    quotations: int
    outside: int


NOTHING = Known(0, 0)


def put_quotations(
    discussion: Discussion, post: Post | None, rendered: Rendered, *, there: Known | None = None
) -> None:
    """Replace what is known of the quotations of a post, or of the context without one, and of
    the works that it cites from outside the course. What the verdicts were is added. ``there`` is
    what is known so far, for whoever has counted it under the lock.
    """
    PastVerdict.objects.bulk_create(rendered.past)
    if there is None or there.quotations:
        Quotation.objects.filter(discussion=discussion, post=post).delete()
    if there is None or there.outside:
        OutsideWork.objects.filter(discussion=discussion, post=post).delete()
    OutsideWork.objects.bulk_create(
        OutsideWork(
            discussion=discussion,
            post=post,
            raw=one.raw,
            author=one.author,
            title=one.title,
            year=one.year,
            is_sure=one.is_sure,
        )
        for one in rendered.outside
    )
    Quotation.objects.bulk_create(
        Quotation(
            discussion=discussion,
            post=post,
            number=number,
            text=one.text,
            start=one.start,
            end=one.end,
            verdict=one.verdict,
            citation=one.citation,
            reading_id=one.reading_id,
            page_number=one.page_number,
            page_label=one.page_label[:40],
            page_start=one.page_start,
            page_end=one.page_end,
            last_page=one.further[-1][0] if one.further else None,
            further=one.further,
            detail=one.detail,
        )
        for number, one in enumerate(rendered.quotations, start=1)
    )


def count_waiting(course_id: int) -> None:
    """Count anew how many posts of a course ask for a teacher, with the discussions that wait to be
    opened, and how many of each person's are reported. To be called by every verb that can change
    it; counting, not adding, so that nothing ever has to be put right.
    """
    course = Course.objects.select_for_update(no_key=True).get(pk=course_id)
    reports = Report.objects.filter(post=OuterRef("pk"), settled_at__isnull=True)
    posts = Post.objects.filter(discussion__course=course, discussion__merged_into__isnull=True)
    asking = posts.filter(Q(state=Post.State.HELD) | Q(Exists(reports)))
    rows = list(asking.values_list("author", "state"))
    to_open = Discussion.objects.filter(course=course, asked_at__isnull=False).count()
    if len(rows) + to_open != course.waiting:
        Course.objects.filter(pk=course.pk).update(waiting=len(rows) + to_open)
    reported = Counter(author for author, state in rows if state != Post.State.HELD)
    people = Enrollment.objects.filter(Q(reported__gt=0) | Q(pk__in=reported), course=course)
    for person in people.only("reported"):
        if person.reported != reported[person.pk]:
            Enrollment.objects.filter(pk=person.pk).update(reported=reported[person.pk])


def touch(discussion: Discussion, **more: Any) -> None:
    """Say that something a reader could see has changed."""
    Discussion.objects.filter(pk=discussion.pk).update(version=F("version") + 1, **more)
