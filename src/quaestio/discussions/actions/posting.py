"""Responding, replying, editing, taking back.

Quotations are checked before the transaction opens: a lock is never held while text is searched.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions.access import COUNTING, in_edit_window, waits
from quaestio.discussions.actions.drafts import drop_grown
from quaestio.discussions.actions.parts import (
    NOTHING,
    EditConflict,
    Known,
    PostedBefore,
    PostRefused,
    closed_sentence,
    count_waiting,
    give_name,
    lock_home,
    note_post,
    put_quotations,
    run_out_sentence,
    take_source,
    taken_back_sentence,
    touch,
)
from quaestio.discussions.actions.relating import (
    Relation,
    changed_relation,
    relation_fields,
)
from quaestio.discussions.actions.stands import put_new_stand, put_stand, take_stand
from quaestio.discussions.actions.telling import have_answered_told
from quaestio.discussions.models import (
    Discussion,
    Draft,
    Position,
    Post,
    Revision,
)
from quaestio.discussions.rendering import Rendered, render
from quaestio.search import index
from quaestio.web.rows import Joined


def respond(
    *,
    by: Enrollment,
    discussion: Discussion,
    source: str,
    answers: Iterable[int] = (),
    positions: Mapping[int, int] | None = None,
    key: uuid.UUID | None = None,
    draft_version: int | None = None,
    at: datetime | None = None,
) -> Post:
    """A response. ``answers`` are question numbers, ``positions`` maps a question's number to
    the number of the choice taken. The same key gives the same post, however often it comes.
    It waits for a teacher where the course or the person has it so. With ``at`` it is an old one
    that is brought in, and nobody is told.
    """
    key = key or uuid.uuid4()
    text = take_source(source)
    target = f"respond:{discussion.public_id}"
    held = waits(by, discussion.course)

    def make() -> Post:
        if not discussion.is_open:
            raise PostRefused(closed_sentence(discussion))
        new = NewPost(by, text, render(discussion.course, text), key, held, at)
        with transaction.atomic():
            locked, draft = open_to_change(discussion.pk, by, target, numbers=0 if held else 1)
            locked.course = discussion.course
            post = new.put(locked, number=locked.numbers_given)
            if held:
                stand = take_stand(locked, by, answers, positions or {})
                put_stand(post, stand, post.created_at)
            else:
                put_new_stand(post, answers, positions or {}, post.created_at)
            drop_grown(draft, text, draft_version)
        return post

    return made_once(by, key, text, make)


def reply(
    *,
    by: Enrollment,
    parent: Post,
    source: str,
    relation: Relation | None = None,
    key: uuid.UUID | None = None,
    draft_version: int | None = None,
    at: datetime | None = None,
) -> Post:
    """A reply to a response or to another reply; it hangs under the response. ``relation`` says
    what it does to the post it answers, and which words of it.
    """
    key = key or uuid.uuid4()
    text = take_source(source)
    target = f"reply:{parent.public_id}"
    root_pk = parent.root_id or parent.pk
    held = waits(by, parent.discussion.course)

    def make() -> Post:
        if not parent.discussion.is_open:
            raise PostRefused(closed_sentence(parent.discussion))
        if parent.state != Post.State.POSTED:
            raise PostRefused(taken_back_sentence())
        related = relation_fields(parent, relation or Relation())
        new = NewPost(by, text, render(parent.discussion.course, text), key, held, at)
        with transaction.atomic():
            discussion, draft = open_to_change(parent.discussion_id, by, target)
            discussion.course = parent.discussion.course
            number = number_below(root_pk, parent.pk, given=0 if held else 1)
            post = new.put(discussion, number=number, root_id=root_pk, parent=parent, **related)
            drop_grown(draft, text, draft_version)
        return post

    return made_once(by, key, text, make)


# The response and the post that is answered, which may be one: as they are now, and locked.
ANSWERED = """
    UPDATE discussions_post
    SET replies_made = replies_made + CASE WHEN id = %s THEN %s ELSE 0 END
    WHERE id IN (%s, %s)
    RETURNING id, state, replies_made
"""


def number_below(root_pk: int, parent_pk: int, *, given: int) -> int:
    """The number of the newest reply under a response, after so many more were ``given``;
    ``PostRefused`` where the post that is answered does not stand any more. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, [root_pk, given, root_pk, parent_pk])
        there = {pk: (state, made) for pk, state, made in cursor.fetchall()}
    if parent_pk not in there or there[parent_pk][0] != Post.State.POSTED:
        raise PostRefused(taken_back_sentence())
    return int(there[root_pk][1])


@dataclass(frozen=True, slots=True)
class NewPost:
    """What a response and a reply have in common: who wrote what, and what became of its
    quotations. ``held``: it waits for a teacher. With ``at`` it is an old one, and nobody is told.
    """

    by: Enrollment
    text: str
    rendered: Rendered
    key: uuid.UUID
    held: bool
    at: datetime | None

    def put(self, discussion: Discussion, *, number: int, **where: Any) -> Post:
        """Store it, under this number unless it waits; with its quotations, the words that are
        found, its writer's name, and whoever is to be told. The discussion is locked.
        """
        now, held = self.at or timezone.now(), self.held
        post = Post.objects.create(
            discussion=discussion,
            author=self.by,
            number=0 if held else number,
            state=Post.State.HELD if held else Post.State.POSTED,
            source=self.text,
            body_html=self.rendered.html,
            words=self.rendered.words,
            created_at=now,
            shown_at=now,
            submission_key=self.key,
            **where,
        )
        put_quotations(discussion, post, self.rendered, there=NOTHING)
        index.put([post])
        give_name(discussion, self.by)
        if held:
            count_waiting(discussion.course_id)
        if self.at is None:
            have_answered_told(post)
        return post


# The discussion with its version grown, and so locked; and the draft that is to go.
CHANGING = Joined(
    """
    UPDATE discussions_discussion
    SET version = version + 1, numbers_given = numbers_given + %s
    WHERE id = %s
    RETURNING {discussions_discussion},
        (SELECT id FROM discussions_draft WHERE person_id = %s AND target = %s),
        (SELECT version FROM discussions_draft WHERE person_id = %s AND target = %s)
    """,
    discussions_discussion=Discussion,  # SQLite knows no other name in RETURNING
    draft=int,
    draft_version=int,
)


def open_to_change(
    discussion_pk: int, by: Enrollment, target: str, *, numbers: int = 0
) -> tuple[Discussion, Draft | None]:
    """The discussion as it is now, for this transaction alone (``parts.lock``), which changes what
    readers see (``parts.touch``) and gives out so many ``numbers``. With it, without its text, the
    draft that this person has for ``target``. ``PostRefused`` where it takes nothing any more. One
    query.
    """
    mine = (by.pk, target)
    found = CHANGING.first([numbers, discussion_pk, *mine, *mine])
    if found is None:
        raise Discussion.DoesNotExist
    discussion, draft, version = found
    if not discussion.is_open:
        raise PostRefused(closed_sentence(discussion))
    if draft is None:
        return discussion, None
    names = ["id", "person_id", "target", "version"]
    return discussion, Draft.from_db(DEFAULT_DB_ALIAS, names, [draft, *mine, version])


def put_in_index(post: Post, course: Course) -> None:
    """So that its words are found from now on. Who may find them is asked at every search."""
    post.discussion.course = course
    index.put([post])


def made_once(by: Enrollment, key: uuid.UUID, text: str, make: Callable[[], Post]) -> Post:
    """What ``make`` makes, or what the same submission has made already, or makes at this moment in
    another process. A replay is known by its key, which the database takes once; it gets its post
    also where a new one would be refused by now.
    """
    try:
        return make()
    except PostRefused:
        known = posted_before(by, key, text)
        if known is None:
            raise
        return known
    except IntegrityError as error:
        known = posted_before(by, key, text)
        if known is not None:
            return known
        # A number was given twice, or a question was removed.
        raise PostRefused(
            _("The discussion was changed at this very moment. Please send your text once more.")
        ) from error


def posted_before(by: Enrollment, key: uuid.UUID, text: str) -> Post | None:
    """What this key has made already."""
    known = Post.objects.filter(author=by, submission_key=key).first()
    return None if known is None else the_same_post(known, text)


def the_same_post(known: Post, text: str) -> Post:
    """The post a key has made, unless the form was sent again with other words, as the browser's
    Back button allows: to call those posted would lose them.
    """
    if known.source != text and not known.revisions.filter(source=text).exists():
        raise PostedBefore
    return known


def edit_post(
    *,
    post: Post,
    by: Enrollment,
    source: str,
    version: int,
    answers: Iterable[int] = (),
    positions: Mapping[int, int] | None = None,
    relation: Relation | None = None,
    draft_version: int | None = None,
) -> Post:
    """Change a post; what it said before is kept as a revision.

    ``version`` is the one the writer saw; ``EditConflict`` if it is no longer the newest.
    Without ``relation`` a reply does what it did.
    """
    if not post.discussion.is_open:
        raise PostRefused(closed_sentence(post.discussion))
    if not in_edit_window(post.discussion.course, post.created_at):
        raise PostRefused(run_out_sentence())
    text = take_source(source)
    target = f"edit:{post.public_id}"
    related = changed_relation(post, relation) if relation and post.parent_id else {}
    rendered = render(post.discussion.course, text, (post.discussion, post), edited=True)
    now = timezone.now()
    with transaction.atomic():
        discussion, draft = open_to_change(post.discussion_id, by, target)
        old, changed, there = put_changed(post, version, by, text, rendered, related, now)
        changed.discussion, changed.author = discussion, post.author
        if post.root_id is None:
            stand = take_stand(discussion, post.author, answers, positions or {}, changed)
            put_stand(changed, stand, now)
        if old.source != text:
            Revision.objects.create(
                post=changed,
                version=old.version,
                source=old.source,
                written_at=old.edited_at or old.created_at,
                replaced_at=now,
            )
        put_quotations(discussion, changed, rendered, there=there)
        put_in_index(changed, post.discussion.course)
        if changed.state == Post.State.HELD:
            count_waiting(discussion.course_id)
        drop_grown(draft, text, draft_version)
    return changed


# A post with its new text, if it is still what it was; and how many quotations and works from
# outside the course were known of the old one.
CHANGED = """
    UPDATE discussions_post
    SET source = %s, body_html = %s, words = %s, edited_at = %s, state = %s, version = version + 1,
        kind = %s, quotes_text = %s, quotes_start = %s, quotes_end = %s
    WHERE id = %s AND version = %s AND state = %s
    RETURNING
        (SELECT COUNT(*) FROM discussions_quotation quoted WHERE quoted.post_id = %s),
        (SELECT COUNT(*) FROM discussions_outsidework outside WHERE outside.post_id = %s)
"""


def put_changed(
    post: Post,
    version: int,
    by: Enrollment,
    text: str,
    rendered: Rendered,
    related: Mapping[str, Any],
    now: datetime,
) -> tuple[Post, Post, Known]:
    """The post as it was, and as it is from now on; and what is known of its quotations.
    ``EditConflict`` where it has another version than this by now. The discussion is locked.

    One query where ``post`` is as the database has it; two more where it has changed since.
    """
    old = post
    for known in (post, None):
        if known is None:
            old = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
            old.discussion, old.author = post.discussion, post.author
            if old.version != version:
                raise EditConflict(old)
            if old.state not in COUNTING:
                raise PostRefused(_("This post has been taken back and can no longer be edited."))
        elif known.version != version or known.state not in COUNTING:
            continue
        changed = copy(old)
        if changed.source != text:
            changed.edited_at = now
        changed.source, changed.body_html, changed.words = text, rendered.html, rendered.words
        changed.version += 1
        for name, value in related.items():
            setattr(changed, name, value)
        if waits(by, post.discussion.course):
            # What a teacher let in was the text as it was: a changed one waits again.
            changed.state = Post.State.HELD
        if there := stored_changed(old, changed):
            return old, changed, there
    raise Post.DoesNotExist


def stored_changed(old: Post, changed: Post) -> Known | None:
    """Puts the one in the place of the other; None where that is not there any more."""
    values = [
        *(changed.source, changed.body_html, changed.words),
        connection.ops.adapt_datetimefield_value(changed.edited_at),
        *(changed.state, changed.kind, changed.quotes_text),
        *(changed.quotes_start, changed.quotes_end),
    ]
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [*values, old.pk, old.version, old.state, old.pk, old.pk])
        found = cursor.fetchone()
    return Known(*found) if found else None


def lock_post(post: Post) -> Post:
    """The post as it is now: between the page and the press of its button it may have changed."""
    lock_home(post)
    now = Post.objects.select_for_update(no_key=True)
    post.refresh_from_db(fields=["state", "version", "hidden_because"], from_queryset=now)
    return post


@transaction.atomic
def withdraw(*, post: Post, by: Enrollment) -> Post:
    """Take a post back. Its number, its replies and its address stay."""
    post = lock_post(post)
    if post.state in COUNTING:
        post.state = Post.State.WITHDRAWN
        post.version += 1
        post.save(update_fields=["state", "version"])
        Position.objects.filter(post=post, ended_at__isnull=True).update(ended_at=timezone.now())
        note_post(Deed.WITHDREW, post, by=by)
        touch(post.discussion)
        # Nobody can read it any more, so nothing is left to decide.
        post.reports.filter(settled_at__isnull=True).update(settled_at=timezone.now())
        count_waiting(post.discussion.course_id)
    return post
