"""Merging a double discussion into another one of its course.

The posts go over with everything that hangs on them; what stays behind is an address that leads to
the other discussion for ever. Responses of the other one keep their numbers, because people refer
to them; those that come get the next ones, in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from quaestio.courses.actions import note_deed
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Enrollment
from quaestio.discussions.actions.parts import (
    LONGEST,
    PostRefused,
    count_waiting,
    put_quotations,
    touch,
)
from quaestio.discussions.models import (
    Answer,
    Choice,
    Discussion,
    Draft,
    GuestEntry,
    OutsideWork,
    PastVerdict,
    Position,
    Post,
    Pseudonym,
    Question,
    Quotation,
    Visit,
)
from quaestio.discussions.pseudonyms import new_name
from quaestio.discussions.rendering import render
from quaestio.notifications.actions import pass_on
from quaestio.search import index
from quaestio.web.richtext import clean, from_plain

MOST_QUESTIONS = 20
MOST_CHOICES = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge will do; ``why_not`` is the sentence that says why it cannot be, or ""."""

    why_not: str = ""
    responses: int = 0
    replies: int = 0
    next_number: int = 1  # of the first response that comes
    same: Sequence[Question] = ()  # questions of the one that the other has, word for word
    added: Sequence[Question] = ()  # questions that the other gets
    brings_context: bool = False
    renamed: int = 0  # people whose made-up name is another one there


def plan_merge(*, source: Discussion, into: Discussion) -> Plan:
    """What will happen, before it happens. Changes nothing."""
    why_not = why_not_merged(source, into)
    if why_not:
        return Plan(why_not)
    pairs, added = pair_questions(source, into)
    for here, there in pairs:
        if there.choices.count() + len(missing_labels(here, there)) > MOST_CHOICES:
            return Plan(
                _("Question %(n)s would have more than five positions.") % {"n": there.number}
            )
    if into.questions.count() + len(added) > MOST_QUESTIONS:
        return Plan(_("Together they have more than twenty questions."))
    if len(joined_context(source, into)) > LONGEST:
        return Plan(_("Together their contexts are too long."))
    posts = source.posts.all()
    return Plan(
        responses=posts.filter(root__isnull=True).count(),
        replies=posts.filter(root__isnull=False).count(),
        next_number=into.numbers_given + 1,
        same=[there for _here, there in pairs],
        added=added,
        brings_context=bool(source.context),
        renamed=len(new_names(source, into)[1]),
    )


def why_not_merged(source: Discussion, into: Discussion) -> str:
    if source.pk == into.pk:
        return _("A discussion cannot be merged into itself.")
    if source.course_id != into.course_id:
        return _("Only discussions of the same course can be merged.")
    if source.merged_into_id is not None or into.merged_into_id is not None:
        return _("One of the two has been merged into another discussion already.")
    if Discussion.State.DRAFT in {source.state, into.state}:
        return _("A discussion that was not opened yet cannot be merged.")
    if source.section_id != into.section_id:
        return _("The two are not for the same section, so people would see what is not for them.")
    if source.pseudonyms != into.pseudonyms:
        return _("Only one of the two hides names, so names would come to light or be lost.")
    if source.post_first != into.post_first:
        return _(
            "Only one of the two asks to answer first. Change that in one of them, then merge."
        )
    return ""


def merge(*, source: Discussion, into: Discussion, by: Enrollment) -> Discussion:
    """Merge ``source`` into ``into``, which is returned. ``PostRefused`` where it cannot be."""
    fresh = Discussion.objects.select_related("course")
    source, into = fresh.get(pk=source.pk), fresh.get(pk=into.pk)
    context = joined_context(source, into)
    rendered = render(into.course, context, (into, None), edited=True) if source.context else None
    with transaction.atomic():
        # Always in the same order, so that two merges never wait for each other.
        both = Discussion.objects.select_for_update(no_key=True).filter(pk__in=[source.pk, into.pk])
        locked = {one.pk: one for one in both.order_by("pk")}
        here, there = locked[source.pk], locked[into.pk]
        plan = plan_merge(source=here, into=there)
        if plan.why_not:
            raise PostRefused(plan.why_not)
        if joined_context(here, there) != context:
            raise PostRefused(
                _("One of the two was changed at this very moment. Please try again.")
            )
        numbers = move_questions(here, there)
        move_names(here, there)
        names = list(here.posts.values_list("public_id", flat=True))
        given = move_posts(here, there)
        move_drafts(here, there, numbers, names)
        pass_on(list=here.public_id, to=there.public_id)
        GuestEntry.objects.filter(discussion=here).update(discussion=there)
        Visit.objects.filter(discussion=here).delete()
        Visit.objects.filter(discussion=there).update(version=F("version") + 1)
        if rendered is not None:
            Discussion.objects.filter(pk=there.pk).update(
                context=context, body_html=rendered.html, edited_at=timezone.now()
            )
            put_quotations(there, None, rendered)
        touch(there, numbers_given=F("numbers_given") + given, head_version=F("version") + 1)
        # Whatever was merged into this one before leads on to the same place.
        Discussion.objects.filter(merged_into=here).update(merged_into=there)
        touch(here, merged_into=there, state=Discussion.State.CLOSED, pinned_at=None)
        count_waiting(there.course_id)
        note_deed(
            Deed.MERGED,
            by=by,
            discussion=there.public_id,
            detail={"merged": here.title, "posts": plan.responses + plan.replies},
        )
        index.drop(Discussion.objects.filter(pk=here.pk))
        there.refresh_from_db()
        index.put([there])
    return there


# -- Questions ----------------------------------------------------------------------------------


def level(text: str) -> str:
    return " ".join(text.split()).casefold()


def pair_questions(
    source: Discussion, into: Discussion
) -> tuple[list[tuple[Question, Question]], list[Question]]:
    """Questions with the same words are the same question; the others are added."""
    there = {}
    for question in into.questions.order_by("-number"):
        there[level(question.text)] = question
    pairs, added = [], []
    for question in source.questions.order_by("number"):
        # Two questions of the one with the same words: only the first is the other's.
        same = there.pop(level(question.text), None)
        if same is None:
            added.append(question)
        else:
            pairs.append((question, same))
    return pairs, added


def missing_labels(here: Question, there: Question) -> list[str]:
    known = {level(label) for label in there.choices.values_list("label", flat=True)}
    labels = here.choices.order_by("number").values_list("label", flat=True)
    return [label for label in labels if level(label) not in known]


Numbers = dict[int, tuple[int, dict[int, int]]]


def move_questions(source: Discussion, into: Discussion) -> Numbers:
    """By the number a question had: the one it has now, and likewise of its positions."""
    pairs, added = pair_questions(source, into)
    numbers: Numbers = {}
    for here, there in pairs:
        numbers[here.number] = there.number, join_questions(here, there)
    last = max([question.number for question in into.questions.all()], default=0)
    for offset, question in enumerate(added, start=1):
        choices = dict.fromkeys(question.choices.values_list("number", flat=True), 0)
        numbers[question.number] = last + offset, {number: number for number in choices}
        Question.objects.filter(pk=question.pk).update(discussion=into, number=last + offset)
    return numbers


def join_questions(here: Question, there: Question) -> dict[int, int]:
    """Answers and positions go over to the same question there; a position by its label. By the
    number a position had: the one it has now.
    """
    first_free = there.choices.count() + 1
    Choice.objects.bulk_create(
        Choice(question=there, number=number, label=label)
        for number, label in enumerate(missing_labels(here, there), start=first_free)
    )
    labels = {level(choice.label): choice for choice in there.choices.all()}
    end_older(here, there)
    numbers = {}
    for choice in here.choices.all():
        same = labels[level(choice.label)]
        numbers[choice.number] = same.number
        Position.objects.filter(choice=choice).update(choice=same, question=there)
    Answer.objects.filter(question=here).update(question=there)
    here.delete()
    return numbers


def end_older(here: Question, there: Question) -> None:
    """Whoever holds a position on both holds the one taken last."""
    held = {
        position.person_id: position
        for position in Position.objects.filter(question=there, ended_at__isnull=True)
    }
    for position in Position.objects.filter(question=here, ended_at__isnull=True):
        other = held.get(position.person_id)
        if other is None:
            continue
        older, newer = sorted([position, other], key=lambda one: (one.taken_at, one.pk))
        Position.objects.filter(pk=older.pk).update(ended_at=newer.taken_at)


# -- People and posts ---------------------------------------------------------------------------


def new_names(source: Discussion, into: Discussion) -> tuple[list[Pseudonym], dict[int, Pseudonym]]:
    """The made-up names that come along, and those whose person has another name there already or
    whose name somebody else has, by person.
    """
    there = dict(into.names.values_list("person", "name"))
    taken = set(there.values())
    come, change = [], {}
    for name in source.names.order_by("pk"):
        if name.person_id in there:
            if there[name.person_id] != name.name:
                change[name.person_id] = name
        elif name.name in taken:
            change[name.person_id] = name
        else:
            come.append(name)
    return come, change


def move_names(source: Discussion, into: Discussion) -> None:
    """Whoever has a made-up name there keeps it; nobody gets one that somebody has."""
    there = dict(into.names.values_list("person", "name"))
    come, change = new_names(source, into)
    for name in come:
        Pseudonym.objects.filter(pk=name.pk).update(discussion=into)
    taken = set(there.values()) | {name.name for name in come}
    for person, name in change.items():
        if person not in there:
            fresh = new_name(taken)
            taken.add(fresh)
            Pseudonym.objects.filter(pk=name.pk).update(discussion=into, name=fresh)
    Pseudonym.objects.filter(discussion=source).delete()


def move_posts(source: Discussion, into: Discussion) -> int:
    """How many numbers were given."""
    given = 0
    responses = list(Post.objects.filter(discussion=source, root__isnull=True))
    for post in sorted(responses, key=lambda one: (one.created_at, one.pk)):
        post.discussion = into
        if post.number:
            given += 1
            post.number = into.numbers_given + given
    Post.objects.bulk_update(responses, ["discussion", "number"], batch_size=200)
    Post.objects.filter(discussion=source).update(discussion=into)
    for model in (Quotation, PastVerdict, OutsideWork):
        model._default_manager.filter(discussion=source, post__isnull=False).update(discussion=into)
    return given


# -- What was posed and what is being written ---------------------------------------------------


def joined_context(source: Discussion, into: Discussion) -> str:
    """What led to the questions of both, the one that comes under its title."""
    if not source.context:
        return into.context
    return f"{into.context}<h3>{escape(source.title)}</h3>{source.context}"


def move_drafts(
    source: Discussion, into: Discussion, numbers: Numbers, moved: Sequence[str]
) -> None:
    """What somebody was writing is for the other discussion now. Whoever has begun something there
    too finds it behind that: nothing is overwritten.
    """
    target = f"respond:{into.public_id}"
    # As they are now: whoever writes on at this moment waits, and is told of a newer one.
    drafts = Draft.objects.select_for_update().order_by("pk")
    there = {draft.person_id: draft for draft in drafts.filter(target=target)}
    for draft in drafts.filter(target=f"respond:{source.public_id}"):
        fields = renumbered(draft.fields, numbers)
        other = there.get(draft.person_id)
        if other is None:
            draft.target, draft.fields, draft.version = target, fields, draft.version + 1
            draft.save(update_fields=["target", "fields", "version"])
            continue
        both = [as_html(one) for one in (other.fields, fields)]
        other.fields = {**fields, **other.fields, "body": "".join(both), "format": "html"}
        other.version += 1
        other.save(update_fields=["fields", "version"])
        draft.delete()
    for draft in in_lots([f"edit:{name}" for name in moved]):
        draft.fields = renumbered(draft.fields, numbers)
        draft.save(update_fields=["fields"])


def as_html(fields: Mapping[str, Any]) -> str:
    body = str(fields.get("body", ""))
    return clean(body) if fields.get("format") == "html" else from_plain(body)


def in_lots(targets: Sequence[str], size: int = 500) -> Iterable[Draft]:
    for start in range(0, len(targets), size):
        lot = Draft.objects.filter(target__in=targets[start : start + size])
        yield from lot.select_for_update().order_by("pk")


def renumbered(fields: Mapping[str, Any], numbers: Numbers) -> dict[str, Any]:
    """A form with the questions and positions called by the numbers they have now."""
    out = {
        name: value
        for name, value in fields.items()
        if name != "answers" and not name.startswith("position-")
    }
    ticked = [int(one) for one in fields.get("answers", []) if is_number(str(one))]
    out["answers"] = [str(numbers[one][0]) for one in ticked if one in numbers]
    for name, value in fields.items():
        number = name.removeprefix("position-")
        if name.startswith("position-") and is_number(number) and is_number(str(value)):
            now, choices = numbers.get(int(number), (0, {}))
            if int(value) in choices:
                out[f"position-{now}"] = str(choices[int(value)])
    return out


def is_number(text: str) -> bool:
    """Whether it can be the number of a question or position. A draft holds whatever was sent."""
    return text.isdecimal() and len(text) < 5
