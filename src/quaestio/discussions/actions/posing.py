"""Posing a discussion and changing what was posed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.actions import note_deed
from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment, Meeting, Section
from quaestio.discussions.access import waits
from quaestio.discussions.actions.drafts import drop_draft
from quaestio.discussions.actions.parts import (
    EditConflict,
    PostedBefore,
    PostRefused,
    count_waiting,
    give_name,
    lock,
    note_move,
    put_quotations,
    take_source,
    touch,
)
from quaestio.discussions.actions.telling import have_class_told, have_teachers_asked
from quaestio.discussions.models import (
    Choice,
    Discussion,
    Position,
    Question,
)
from quaestio.discussions.rendering import render
from quaestio.search import index
from quaestio.web.richtext import annotate


@dataclass(frozen=True, slots=True)
class QuestionInput:
    """A question as posed; no choices for an open one, else two to five labels."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """How a discussion is held: for whom, who reads what when, under which name, how long."""

    section: Section | None = None
    post_first: bool = False
    pseudonyms: bool = False
    words_least: int | None = None
    words_most: int | None = None

    @classmethod
    def of(cls, course: Course) -> Rules:
        """How the course begins new ones."""
        return cls(post_first=course.post_first, pseudonyms=course.pseudonyms)

    @classmethod
    def now(cls, discussion: Discussion) -> Rules:
        """How this one is held."""
        return cls(**{name: getattr(discussion, name) for name in cls.__slots__})

    def columns(self) -> dict[str, Any]:
        """The same as a discussion keeps it."""
        return {name: getattr(self, name) for name in self.__slots__}


def pose(
    *,
    by: Enrollment,
    title: str,
    context: str = "",
    questions: Sequence[QuestionInput] = (),
    meeting: Meeting | None = None,
    due_at: datetime | None = None,
    rules: Rules | None = None,
    open_now: bool = False,
    key: uuid.UUID | None = None,
    draft_version: int | None = None,
    at: datetime | None = None,
) -> Discussion:
    """A new discussion, as a draft unless ``open_now``. The same key makes the same one. Where what
    its author posts waits, a teacher is asked to open it. With ``at`` it is an old one.

    Without ``rules`` it is held as the course has it.
    """
    key = key or uuid.uuid4()
    rules = rules or Rules.of(by.course)
    source = take_source(context, may_be_empty=True)
    known = Discussion.objects.filter(author=by, submission_key=key).first()
    if known is not None:
        return the_same_discussion(known, title, source, questions)
    rendered = render(by.course, source)
    now = at or timezone.now()
    asks = open_now and at is None and waits(by, by.course)
    open_now = open_now and not asks
    try:
        with transaction.atomic():
            discussion = Discussion.objects.create(
                course=by.course,
                author=by,
                title=title,
                context=source,
                body_html=rendered.html,
                meeting=meeting,
                due_at=due_at,
                **rules.columns(),
                state=Discussion.State.OPEN if open_now else Discussion.State.DRAFT,
                opened_at=now if open_now else None,
                created_at=now,
                submission_key=key,
            )
            give_name(discussion, by)
            put_questions(discussion, questions)
            put_quotations(discussion, None, rendered)
            index.put([discussion])
            if asks:
                put_before_teachers(discussion)
            elif open_now and at is None:
                have_class_told(discussion, by)
            drop_draft(by, f"pose:{by.course.public_id}", source, draft_version)
    except IntegrityError:
        known = Discussion.objects.filter(author=by, submission_key=key).first()
        if known is None:
            raise
        return the_same_discussion(known, title, source, questions)
    return discussion


@transaction.atomic
def pose_again(
    *,
    by: Enrollment,
    earlier: Discussion,
    meeting: Meeting | None = None,
    section: Section | None = None,
    due_at: datetime | None = None,
) -> Discussion:
    """What was posed in another course, as a draft in the course of ``by``: title, context,
    questions and how it is held; nothing that was answered. The quotations in it are checked when
    the course's readings are (``AFTER_READINGS_CHANGED``).
    """
    source = take_source(earlier.context, may_be_empty=True)
    rules = replace(Rules.now(earlier), section=section)
    discussion = Discussion.objects.create(
        course=by.course,
        author=by,
        title=earlier.title,
        context=source,
        body_html=annotate(source, [], []),
        meeting=meeting,
        due_at=due_at,
        **rules.columns(),
    )
    questions = [
        QuestionInput(asked.text, tuple(str(choice) for choice in asked.choices.all()))
        for asked in earlier.questions.prefetch_related("choices")
    ]
    put_questions(discussion, questions)
    index.put([discussion])
    return discussion


def the_same_discussion(
    known: Discussion, title: str, source: str, questions: Sequence[QuestionInput]
) -> Discussion:
    asked = list(known.questions.values_list("text", flat=True))
    if known.version == 1 and (known.title, known.context, asked) != (
        title,
        source,
        [question.text for question in questions],
    ):
        raise PostedBefore
    return known


def change_discussion(
    *,
    discussion: Discussion,
    by: Enrollment,
    title: str,
    context: str,
    questions: Sequence[tuple[int | None, QuestionInput]],
    meeting: Meeting | None,
    due_at: datetime | None,
    version: int,
    rules: Rules | None = None,
    draft_version: int | None = None,
) -> Discussion:
    """Change what was posed. ``questions`` pairs the old number (None for a new one) with the new
    wording. A question that has been answered stays; ``PostRefused`` if it was left out.
    Without ``rules`` it is held as before. ``version`` is the one the writer saw;
    ``EditConflict`` if somebody has changed the same since.
    """
    source = take_source(context, may_be_empty=True)
    rendered = render(discussion.course, source, (discussion, None), edited=True)
    with transaction.atomic():
        locked = lock(discussion.pk)
        rules = rules or Rules.now(locked)
        keep_promise(locked, rules)
        # Posts make the version grow too; they are no reason to refuse.
        unchanged = Discussion.objects.filter(pk=discussion.pk, head_version__lte=version)
        changed = unchanged.update(
            title=title,
            context=source,
            body_html=rendered.html,
            meeting=meeting,
            due_at=due_at,
            **rules.columns(),
            edited_at=timezone.now(),
            version=F("version") + 1,
            head_version=F("version") + 1,
        )
        if not changed:
            raise EditConflict(Discussion.objects.get(pk=discussion.pk))
        if rules.pseudonyms and not locked.pseudonyms:
            name_everybody(locked)
        note_changes(locked, rules, meeting, by=by)
        keep_questions(discussion, questions)
        put_quotations(discussion, None, rendered)
        drop_draft(by, f"revise:{discussion.public_id}", source, draft_version)
        discussion.refresh_from_db()
        index.put([discussion])
    return discussion


def note_changes(
    before: Discussion, rules: Rules, meeting: Meeting | None, *, by: Enrollment
) -> None:
    """Write into the record what of it concerns others: where it stands and how it is held."""
    if before.state == Discussion.State.DRAFT:
        return  # not there for the class yet
    here = before.public_id
    if before.meeting_id != (meeting.pk if meeting else None):
        note_move(before, meeting, by=by)
    was = {
        "section": before.section.name if before.section else "",
        "post_first": before.post_first,
        "pseudonyms": before.pseudonyms,
    }
    now = {
        "section": rules.section.name if rules.section else "",
        "post_first": rules.post_first,
        "pseudonyms": rules.pseudonyms,
    }
    changed = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
    if changed:
        note_deed(Deed.CHANGED_RULES, by=by, discussion=here, detail=changed)


def keep_promise(discussion: Discussion, rules: Rules) -> None:
    """Whoever wrote under a made-up name was promised that classmates do not learn the real one."""
    if discussion.pseudonyms and not rules.pseudonyms and discussion.posts.exists():
        raise PostRefused(
            _(
                "People have written here under made-up names, trusting that classmates do not "
                "see the real ones. So this cannot be changed back."
            )
        )


def name_everybody(discussion: Discussion) -> None:
    """Names are hidden from now on: also those of whoever has written here before."""
    discussion.pseudonyms = True
    people = Enrollment.objects.filter(
        Q(posts__discussion=discussion) | Q(pk=discussion.author_id)
    ).distinct()
    for person in people:
        give_name(discussion, person)


def put_questions(discussion: Discussion, questions: Iterable[QuestionInput]) -> None:
    for number, wanted in enumerate(questions, start=1):
        question = Question.objects.create(discussion=discussion, number=number, text=wanted.text)
        put_choices(question, wanted.choices)


def put_choices(question: Question, labels: Sequence[str]) -> None:
    Choice.objects.bulk_create(
        Choice(question=question, number=number, label=label)
        for number, label in enumerate(labels, start=1)
    )


def keep_questions(
    discussion: Discussion, wanted: Sequence[tuple[int | None, QuestionInput]]
) -> None:
    """Bring the questions to what is wanted without losing an answer."""
    there = {question.number: question for question in discussion.questions.all()}
    kept = {number for number, _wording in wanted if number is not None}
    for number, question in there.items():
        if number in kept:
            continue
        if question.answers.exists() or question.positions.exists():
            raise PostRefused(
                _("Question %(number)s has answers, so it cannot be removed.") % {"number": number}
            )
        question.delete()
    # Two steps, because a number may pass from one question to another.
    for question in there.values():
        Question.objects.filter(pk=question.pk).update(number=question.number + 10_000)
    for number, (old, wording) in enumerate(wanted, start=1):
        question_there = there.get(old) if old is not None else None
        if question_there is None:
            question = Question.objects.create(
                discussion=discussion, number=number, text=wording.text
            )
            put_choices(question, wording.choices)
            continue
        question_there.number, question_there.text = number, wording.text
        question_there.save(update_fields=["number", "text"])
        keep_choices(question_there, wording.choices)


def keep_choices(question: Question, labels: Sequence[str]) -> None:
    """Reword, add, drop or reorder positions. A label that stays keeps those who hold it, wherever
    it moves to; a position that somebody holds is not dropped.
    """
    there = list(question.choices.order_by("number"))
    if [choice.label for choice in there] == list(labels):
        return
    held = {choice.pk for choice in there if choice.positions.exists()}
    if not held:
        question.choices.all().delete()
        put_choices(question, labels)
        return
    goes_to = new_numbers(question, there, held, labels)
    held_by = {choice.pk: list(choice.positions.values_list("pk", flat=True)) for choice in there}
    # Out of the way first, because a label may pass from one row to another.
    for choice in there:
        Choice.objects.filter(pk=choice.pk).update(label=f"\u2063{choice.pk}")
    rows: dict[int, int] = {}
    for number, label in enumerate(labels, start=1):
        row = next((choice for choice in there if choice.number == number), None)
        if row is None:
            row = Choice.objects.create(question=question, number=number, label=label)
        else:
            Choice.objects.filter(pk=row.pk).update(label=label)
        rows[number] = row.pk
    for choice in there:
        if held_by[choice.pk]:
            positions = Position.objects.filter(pk__in=held_by[choice.pk])
            positions.update(choice_id=rows[goes_to[choice.pk]])
    question.choices.exclude(pk__in=rows.values()).delete()


def new_numbers(
    question: Question, there: Sequence[Choice], held: set[int], labels: Sequence[str]
) -> dict[int, int]:
    """Where each choice that stays or is held goes: by its label, else, being reworded, to its own
    number or the first that is free.
    """
    goes_to = {
        choice.pk: labels.index(choice.label) + 1 for choice in there if choice.label in labels
    }
    free = [number for number in range(1, len(labels) + 1) if number not in set(goes_to.values())]
    for choice in there:
        if choice.pk not in held or choice.pk in goes_to:
            continue
        if not free:
            raise PostRefused(
                _(
                    "Somebody holds a position on question %(number)s: positions can be reworded "
                    "or added, not removed."
                )
                % {"number": question.number}
            )
        number = choice.number if choice.number in free else free[0]
        free.remove(number)
        goes_to[choice.pk] = number
    return goes_to


@transaction.atomic
def ask_to_open(*, discussion: Discussion) -> Discussion:
    """Its author is done with a draft that a teacher is to open. Asking twice is asking once."""
    lock(discussion.pk)
    discussion.refresh_from_db(fields=["state", "asked_at"])
    if discussion.state == Discussion.State.DRAFT and discussion.asked_at is None:
        put_before_teachers(discussion)
    return discussion


def put_before_teachers(discussion: Discussion) -> None:
    discussion.asked_at = timezone.now()
    discussion.save(update_fields=["asked_at"])
    touch(discussion)
    count_waiting(discussion.course_id)
    have_teachers_asked(discussion)


@transaction.atomic
def open_discussion(*, discussion: Discussion, by: Enrollment) -> Discussion:
    """Open a draft, or reopen what was closed. The class is told the first time."""
    lock(discussion.pk)
    discussion.refresh_from_db(fields=["state", "opened_at", "merged_into"])
    if discussion.state == Discussion.State.OPEN or discussion.merged_into_id is not None:
        return discussion
    deed = Deed.OPENED if discussion.state == Discussion.State.DRAFT else Deed.REOPENED
    discussion.state = Discussion.State.OPEN
    discussion.opened_at = discussion.opened_at or timezone.now()
    discussion.asked_at = None
    discussion.save(update_fields=["state", "opened_at", "asked_at"])
    note_deed(deed, by=by, discussion=discussion.public_id)
    touch(discussion)
    if deed == Deed.OPENED:
        count_waiting(discussion.course_id)
        have_class_told(discussion, by)
    return discussion
