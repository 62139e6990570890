"""What people do to a conversation. Each verb is atomic and returns the thing it made or changed.

Quotations are checked before the transaction opens: a lock is never held while text is searched.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.citations.checking import Checked
from quaestio.courses.models import Course, Enrollment, Meeting, Section
from quaestio.courses.roles import RIGHTS, Right
from quaestio.discussions.access import COUNTING, MASKED, in_edit_window
from quaestio.discussions.models import (
    Answer,
    Choice,
    Discussion,
    Draft,
    Position,
    Post,
    Pseudonym,
    Question,
    Quotation,
    Revision,
    Visit,
)
from quaestio.discussions.pseudonyms import new_name
from quaestio.discussions.rendering import Rendered, render
from quaestio.web.richtext import clean, is_empty

LONGEST = 100_000  # characters of a post's source: more than ten thousand words
LONGEST_DRAFT = 300_000


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


# -- Posing -------------------------------------------------------------------------------------


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
    at: datetime | None = None,
) -> Discussion:
    """A new discussion, as a draft unless ``open_now``. The same key makes the same one.

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
                section=rules.section,
                post_first=rules.post_first,
                pseudonyms=rules.pseudonyms,
                words_least=rules.words_least,
                words_most=rules.words_most,
                state=Discussion.State.OPEN if open_now else Discussion.State.DRAFT,
                opened_at=now if open_now else None,
                created_at=now,
                submission_key=key,
            )
            give_name(discussion, by)
            put_questions(discussion, questions)
            put_quotations(discussion, None, rendered.quotations)
            drop_draft(by, f"pose:{by.course.public_id}")
    except IntegrityError:
        known = Discussion.objects.filter(author=by, submission_key=key).first()
        if known is None:
            raise
        return the_same_discussion(known, title, source, questions)
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
) -> Discussion:
    """Change what was posed. ``questions`` pairs the old number (None for a new one) with the new
    wording. A question that has been answered stays; ``PostRefused`` if it was left out.
    Without ``rules`` it is held as before.
    """
    source = take_source(context, may_be_empty=True)
    rendered = render(discussion.course, source)
    with transaction.atomic():
        locked = lock(discussion.pk)
        rules = rules or Rules(
            section=locked.section,
            post_first=locked.post_first,
            pseudonyms=locked.pseudonyms,
            words_least=locked.words_least,
            words_most=locked.words_most,
        )
        keep_promise(locked, rules)
        changed = Discussion.objects.filter(pk=discussion.pk, version=version).update(
            title=title,
            context=source,
            body_html=rendered.html,
            meeting=meeting,
            due_at=due_at,
            section=rules.section,
            post_first=rules.post_first,
            pseudonyms=rules.pseudonyms,
            words_least=rules.words_least,
            words_most=rules.words_most,
            edited_at=timezone.now(),
            version=F("version") + 1,
        )
        if not changed:
            raise EditConflict(Discussion.objects.get(pk=discussion.pk))
        if rules.pseudonyms and not locked.pseudonyms:
            name_everybody(locked)
        keep_questions(discussion, questions)
        put_quotations(discussion, None, rendered.quotations)
        drop_draft(by, f"revise:{discussion.public_id}")
    discussion.refresh_from_db()
    return discussion


def keep_promise(discussion: Discussion, rules: Rules) -> None:
    """Whoever wrote under a made-up name was promised that classmates do not learn the real one."""
    if discussion.pseudonyms and not rules.pseudonyms and discussion.posts.exists():
        raise PostRefused(
            _(
                "People have written here under made-up names, trusting that classmates do not "
                "see the real ones. So this cannot be changed back."
            )
        )


def give_name(discussion: Discussion, person: Enrollment) -> None:
    """The made-up name under which classmates see this person here: once, and for good."""
    if not discussion.pseudonyms or person.role not in MASKED:
        return
    taken = dict(discussion.names.values_list("person", "name"))
    if person.pk not in taken:
        Pseudonym.objects.create(
            discussion=discussion, person=person, name=new_name(set(taken.values()))
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


def lock(discussion_pk: int) -> Discussion:
    """The discussion as it is now, for this transaction alone. Every verb that changes something
    in a discussion takes this lock first, so no two wait for each other.
    """
    return Discussion.objects.select_for_update().get(pk=discussion_pk)


@transaction.atomic
def open_discussion(*, discussion: Discussion) -> Discussion:
    """Open a draft, or reopen what was closed."""
    lock(discussion.pk)
    discussion.refresh_from_db(fields=["state", "opened_at"])
    discussion.state = Discussion.State.OPEN
    discussion.opened_at = discussion.opened_at or timezone.now()
    discussion.save(update_fields=["state", "opened_at"])
    touch(discussion)
    return discussion


@transaction.atomic
def close_discussion(*, discussion: Discussion) -> Discussion:
    lock(discussion.pk)
    discussion.refresh_from_db(fields=["state"])
    if discussion.state == Discussion.State.OPEN:
        discussion.state = Discussion.State.CLOSED
        discussion.save(update_fields=["state"])
        touch(discussion)
    return discussion


# -- Posting ------------------------------------------------------------------------------------


def respond(
    *,
    by: Enrollment,
    discussion: Discussion,
    source: str,
    answers: Iterable[int] = (),
    positions: Mapping[int, int] | None = None,
    key: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Post:
    """A response. ``answers`` are question numbers, ``positions`` maps a question's number to
    the number of the choice taken. The same key gives the same post, however often it comes.
    It waits for a teacher where the course or the person has it so.
    """
    key = key or uuid.uuid4()
    text = take_source(source)
    known = Post.objects.filter(author=by, submission_key=key).first()
    if known is not None:
        return the_same_post(known, text)
    if not discussion.is_open:
        raise PostRefused(closed_sentence(discussion))
    taken = take_stand(discussion, answers, positions or {})
    rendered = render(discussion.course, text)
    now = at or timezone.now()
    try:
        with transaction.atomic():
            locked = lock(discussion.pk)
            if not locked.is_open:
                raise PostRefused(closed_sentence(locked))
            held = waits(by, discussion.course)
            post = Post.objects.create(
                discussion=locked,
                author=by,
                number=0 if held else locked.numbers_given + 1,
                state=Post.State.HELD if held else Post.State.POSTED,
                source=text,
                body_html=rendered.html,
                words=rendered.words,
                created_at=now,
                shown_at=now,
                submission_key=key,
            )
            put_stand(post, taken, now, is_new=True)
            put_quotations(locked, post, rendered.quotations, is_new=True)
            give_name(locked, by)
            touch(locked, numbers_given=F("numbers_given") + (0 if held else 1))
            drop_draft(by, f"respond:{locked.public_id}")
    except IntegrityError:
        # The same submission, a moment earlier, by another process.
        return posted_meanwhile(by, key, text)
    return post


def waits(person: Enrollment, course: Course) -> bool:
    """Whether what this person posts waits until a teacher lets it in."""
    return (person.hold_posts or course.hold_posts) and Right.MODERATE not in RIGHTS[person.role]


def posted_meanwhile(by: Enrollment, key: uuid.UUID, text: str) -> Post:
    """The post that made this key or a number impossible; else a question was removed."""
    known = Post.objects.filter(author=by, submission_key=key).first()
    if known is None:
        raise PostRefused(
            _("The discussion was changed at this very moment. Please send your text once more.")
        )
    return the_same_post(known, text)


def the_same_post(known: Post, text: str) -> Post:
    """The post a key has made, unless the form was sent again with other words, as the browser's
    Back button allows: to call those posted would lose them.
    """
    if known.source != text and not known.revisions.filter(source=text).exists():
        raise PostedBefore
    return known


def reply(
    *,
    by: Enrollment,
    parent: Post,
    source: str,
    kind: str = Post.Kind.PLAIN,
    key: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Post:
    """A reply to a response or to another reply; it hangs under the response."""
    key = key or uuid.uuid4()
    text = take_source(source)
    known = Post.objects.filter(author=by, submission_key=key).first()
    if known is not None:
        return the_same_post(known, text)
    if not parent.discussion.is_open:
        raise PostRefused(closed_sentence(parent.discussion))
    if parent.state != Post.State.POSTED:
        raise PostRefused(taken_back_sentence())
    rendered = render(parent.discussion.course, text)
    root_pk = parent.root_id or parent.pk
    now = at or timezone.now()
    try:
        with transaction.atomic():
            discussion = lock(parent.discussion_id)
            if not discussion.is_open:
                raise PostRefused(closed_sentence(discussion))
            if not Post.objects.filter(pk=parent.pk, state=Post.State.POSTED).exists():
                raise PostRefused(taken_back_sentence())
            root = Post.objects.select_for_update().get(pk=root_pk)
            held = waits(by, parent.discussion.course)
            post = Post.objects.create(
                discussion=discussion,
                author=by,
                root=root,
                parent=parent,
                number=0 if held else root.replies_made + 1,
                state=Post.State.HELD if held else Post.State.POSTED,
                kind=Post.Kind(kind),
                source=text,
                body_html=rendered.html,
                words=rendered.words,
                created_at=now,
                shown_at=now,
                submission_key=key,
            )
            if not held:
                Post.objects.filter(pk=root.pk).update(replies_made=F("replies_made") + 1)
            put_quotations(discussion, post, rendered.quotations, is_new=True)
            give_name(discussion, by)
            touch(discussion)
            drop_draft(by, f"reply:{parent.public_id}")
    except IntegrityError:
        return posted_meanwhile(by, key, text)
    return post


def edit_post(
    *,
    post: Post,
    by: Enrollment,
    source: str,
    version: int,
    answers: Iterable[int] = (),
    positions: Mapping[int, int] | None = None,
) -> Post:
    """Change a post; what it said before is kept as a revision.

    ``version`` is the one the writer saw; ``EditConflict`` if it is no longer the newest.
    """
    if not post.discussion.is_open:
        raise PostRefused(closed_sentence(post.discussion))
    if not in_edit_window(post.discussion.course, post.created_at):
        raise PostRefused(run_out_sentence())
    text = take_source(source)
    taken = take_stand(post.discussion, answers, positions or {}) if post.root_id is None else None
    rendered = render(post.discussion.course, text)
    now = timezone.now()
    with transaction.atomic():
        discussion = lock(post.discussion_id)
        if not discussion.is_open:
            raise PostRefused(closed_sentence(discussion))
        before = Post.objects.select_for_update().get(pk=post.pk)
        if before.version != version:
            raise EditConflict(before)
        if before.state not in COUNTING:
            raise PostRefused(_("This post has been taken back and can no longer be edited."))
        if before.source != text:
            Revision.objects.create(
                post=before,
                version=before.version,
                source=before.source,
                written_at=before.edited_at or before.created_at,
                replaced_at=now,
            )
            before.edited_at = now
        before.source, before.body_html, before.words = text, rendered.html, rendered.words
        before.version += 1
        if waits(by, post.discussion.course):
            # What a teacher let in was the text as it was: a changed one waits again.
            before.state = Post.State.HELD
        before.save(update_fields=["source", "body_html", "words", "edited_at", "version", "state"])
        if taken is not None:
            put_stand(before, taken, now)
        put_quotations(before.discussion, before, rendered.quotations)
        touch(before.discussion)
        drop_draft(by, f"edit:{post.public_id}")
    return before


def lock_post(post: Post) -> Post:
    """The post as it is now: between the page and the press of its button it may have changed."""
    lock(post.discussion_id)
    now = Post.objects.select_for_update()
    post.refresh_from_db(fields=["state", "version", "hidden_because"], from_queryset=now)
    return post


@transaction.atomic
def withdraw(*, post: Post) -> Post:
    """Take a post back. Its number, its replies and its address stay."""
    post = lock_post(post)
    if post.state in COUNTING:
        post.state = Post.State.WITHDRAWN
        post.version += 1
        post.save(update_fields=["state", "version"])
        Position.objects.filter(post=post, ended_at__isnull=True).update(ended_at=timezone.now())
        touch(post.discussion)
    return post


@transaction.atomic
def hide(*, post: Post, because: str = "") -> Post:
    """Hide a post from classmates; its author sees it, with the reason. One that waits to be let
    in is turned down by this.
    """
    post = lock_post(post)
    if post.state in COUNTING:
        post.state, post.hidden_because = Post.State.HIDDEN, because[:500]
        post.save(update_fields=["state", "hidden_because"])
        touch(post.discussion)
    return post


@transaction.atomic
def show(*, post: Post) -> Post:
    """Let a hidden post be seen again, or one that waits be seen at all."""
    post = lock_post(post)
    if post.state not in {Post.State.HIDDEN, Post.State.HELD}:
        return post
    had_waited = post.state == Post.State.HELD or post.number == 0
    if had_waited:
        post.shown_at = timezone.now()
    post.state, post.hidden_because = Post.State.POSTED, ""
    number_it(post)
    post.save(update_fields=["state", "hidden_because", "number", "shown_at"])
    if had_waited:
        take_up_positions(post)
    touch(post.discussion)
    return post


def number_it(post: Post) -> None:
    """Give a post its number when it is first let in; the next one in its row."""
    if post.number:
        return
    if post.root_id is None:
        discussion = Discussion.objects.get(pk=post.discussion_id)
        post.number = discussion.numbers_given + 1
        Discussion.objects.filter(pk=discussion.pk).update(numbers_given=F("numbers_given") + 1)
        return
    root = Post.objects.get(pk=post.root_id)
    post.number = root.replies_made + 1
    Post.objects.filter(pk=root.pk).update(replies_made=F("replies_made") + 1)


def take_up_positions(post: Post) -> None:
    """The positions taken in a post that waited hold from now on, if its author has taken none
    later.
    """
    now = timezone.now()
    for position in post.positions.all():
        there = Position.objects.filter(
            question=position.question_id, person=position.person_id, ended_at__isnull=True
        )
        if there.filter(taken_at__gt=position.taken_at).exists():
            continue
        there.update(ended_at=now)
        Position.objects.filter(pk=position.pk).update(ended_at=None)


# -- Parts of the verbs -------------------------------------------------------------------------


def closed_sentence(discussion: Discussion) -> str:
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


@dataclass(frozen=True, slots=True)
class Stand:
    """Which questions a response answers, and the position taken on some of them."""

    questions: tuple[Question, ...]
    choices: Mapping[int, Choice]  # by the primary key of the question


def take_stand(
    discussion: Discussion, answers: Iterable[int], positions: Mapping[int, int]
) -> Stand:
    """Question and choice numbers, looked up; a position on a question answers it too.

    No query where nothing was ticked, two where a position was taken, else one.
    """
    numbers = set(answers) | set(positions)
    if not numbers:
        return Stand((), {})
    questions = discussion.questions.all()
    if positions:
        questions = questions.prefetch_related("choices")
    there = {question.number: question for question in questions}
    if not numbers <= set(there):
        raise PostRefused(
            _(
                "The questions of this discussion have changed meanwhile. "
                "Please tick again which ones you answer."
            )
        )
    choices: dict[int, Choice] = {}
    for number, wanted in positions.items():
        choice = next((c for c in there[number].choices.all() if c.number == wanted), None)
        if choice is None:
            raise PostRefused(
                _(
                    "The positions on question %(number)s have changed meanwhile. "
                    "Please choose again."
                )
                % {"number": number}
            )
        choices[there[number].pk] = choice
    return Stand(tuple(there[number] for number in sorted(numbers)), choices)


def put_stand(post: Post, stand: Stand, now: datetime, *, is_new: bool = False) -> None:
    """Bring a post's answers and its author's positions to what was ticked.

    A new post has no answers yet and no positions to give up.
    """
    there: set[int] = set()
    if not is_new:
        wanted = {question.pk for question in stand.questions}
        post.answers.exclude(question__in=wanted).delete()
        there = set(post.answers.values_list("question_id", flat=True))
    if post.state == Post.State.HELD:
        put_waiting_stand(post, stand, there, now)
        return
    Answer.objects.bulk_create(
        Answer(post=post, question=question)
        for question in stand.questions
        if question.pk not in there
    )
    if is_new and not stand.choices:
        return
    held = {
        position.question_id: position
        for position in Position.objects.filter(
            person=post.author, question__discussion=post.discussion, ended_at__isnull=True
        )
    }
    for question_pk, position in held.items():
        choice = stand.choices.get(question_pk)
        given_up = choice is None and position.post_id == post.pk
        # A new post that repeats a stand takes it over, so that the stand shows beside both.
        moved = choice is not None and (is_new or choice.pk != position.choice_id)
        if given_up or moved:
            Position.objects.filter(pk=position.pk).update(ended_at=now)
    Position.objects.bulk_create(
        Position(
            question_id=question_pk, person=post.author, choice=choice, post=post, taken_at=now
        )
        for question_pk, choice in stand.choices.items()
        if is_new or question_pk not in held or held[question_pk].choice_id != choice.pk
    )


def put_waiting_stand(post: Post, stand: Stand, there: set[int], now: datetime) -> None:
    """What a post that waits answers, and the positions it takes: kept, but they hold only once it
    is let in (``take_up_positions``).
    """
    post.positions.all().delete()
    Answer.objects.bulk_create(
        Answer(post=post, question=question)
        for question in stand.questions
        if question.pk not in there
    )
    Position.objects.bulk_create(
        Position(
            question_id=question_pk,
            person=post.author,
            choice=choice,
            post=post,
            taken_at=now,
            ended_at=now,
        )
        for question_pk, choice in stand.choices.items()
    )


def put_quotations(
    discussion: Discussion,
    post: Post | None,
    checked: Sequence[Checked],
    *,
    is_new: bool = False,
) -> None:
    """Replace what is known of the quotations of a post, or of the context without one."""
    if not is_new:
        Quotation.objects.filter(discussion=discussion, post=post).delete()
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
            detail=one.detail,
        )
        for number, one in enumerate(checked, start=1)
    )


def touch(discussion: Discussion, **more: Any) -> None:
    """Say that something a reader could see has changed."""
    Discussion.objects.filter(pk=discussion.pk).update(version=F("version") + 1, **more)


def recheck(*, course: Course) -> int:
    """Check every quotation of a course again, after its readings changed. How many changed."""
    changed = 0
    for discussion in Discussion.objects.filter(course=course).iterator():
        changed += recheck_one(discussion, None, discussion.context, discussion.body_html)
    posts = Post.objects.filter(discussion__course=course).select_related("discussion__course")
    for post in posts.iterator():
        changed += recheck_one(post.discussion, post, post.source, post.body_html)
    return changed


def recheck_one(discussion: Discussion, post: Post | None, source: str, before: str) -> int:
    rendered: Rendered = render(discussion.course, source)
    if rendered.html == before:
        return 0
    with transaction.atomic():
        lock(discussion.pk)
        if post is None:
            rows = Discussion.objects.filter(pk=discussion.pk, context=source)
        else:
            rows = Post.objects.filter(pk=post.pk, source=source)  # type: ignore[assignment]
        # Edited meanwhile: then the edit has checked it already.
        if not rows.update(body_html=rendered.html):
            return 0
        put_quotations(discussion, post, rendered.quotations)
        touch(discussion)
    return 1


# -- Drafts and visits --------------------------------------------------------------------------


def is_posted(*, person: Enrollment, key: uuid.UUID | None, source: str) -> bool:
    """Whether this text came as a post already: a draft sent just before may arrive after it."""
    if key is None:
        return False
    posts = Post.objects.filter(author=person, submission_key=key, source=source)
    posed = Discussion.objects.filter(author=person, submission_key=key, context=source)
    return posts.exists() or posed.exists()


@transaction.atomic
def save_draft(
    *, person: Enrollment, target: str, fields: Mapping[str, Any], version: int
) -> Draft:
    """Keep what is being written. ``version`` is the draft this text grew from (0: none).

    ``EditConflict`` when a newer one was kept meanwhile, from another tab or device: the older
    text never overwrites the newer.
    """
    size = sum(len(str(value)) for value in fields.values())
    if size > LONGEST_DRAFT:
        raise PostRefused(_("This is too long to keep as a draft."))
    draft, is_new = Draft.objects.select_for_update().get_or_create(
        person=person, target=target, defaults={"fields": dict(fields)}
    )
    if is_new or draft.fields == dict(fields):
        return draft
    if draft.version != version:
        raise EditConflict(draft)
    draft.fields, draft.version, draft.updated_at = dict(fields), version + 1, timezone.now()
    draft.save(update_fields=["fields", "version", "updated_at"])
    return draft


def drop_draft(person: Enrollment, target: str) -> None:
    Draft.objects.filter(person=person, target=target).delete()


def mark_seen(*, person: Enrollment, discussion: Discussion, at: datetime) -> None:
    visits = Visit.objects.filter(person=person, discussion=discussion)
    if not visits.update(seen_at=at):
        Visit.objects.get_or_create(person=person, discussion=discussion, defaults={"seen_at": at})
