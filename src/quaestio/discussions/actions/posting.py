"""Responding, replying, editing, taking back.

Quotations are checked before the transaction opens: a lock is never held while text is searched.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.deeds import Deed
from quaestio.courses.models import Course, Enrollment
from quaestio.discussions.access import COUNTING, in_edit_window, waits
from quaestio.discussions.actions.drafts import drop_draft
from quaestio.discussions.actions.parts import (
    EditConflict,
    PostedBefore,
    PostRefused,
    closed_sentence,
    count_waiting,
    give_name,
    lock,
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
from quaestio.discussions.actions.stands import put_stand, take_stand
from quaestio.discussions.actions.telling import have_answered_told
from quaestio.discussions.models import (
    Discussion,
    Position,
    Post,
    Revision,
)
from quaestio.discussions.rendering import Rendered, render
from quaestio.search import index


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
    known = posted_before(by, key, text)
    if known is not None:
        return known
    if not discussion.is_open:
        raise PostRefused(closed_sentence(discussion))
    taken = take_stand(discussion, answers, positions or {})
    new = NewPost(by, text, render(discussion.course, text), key, at)
    try:
        with transaction.atomic():
            locked = lock_open(discussion.pk)
            locked.course = discussion.course
            post = new.put(locked, number=locked.numbers_given + 1)
            put_stand(post, taken, post.created_at, is_new=True)
            touch(locked, numbers_given=F("numbers_given") + (1 if post.number else 0))
            drop_draft(by, f"respond:{locked.public_id}", text, draft_version)
    except IntegrityError:
        # The same submission, a moment earlier, by another process.
        return posted_meanwhile(by, key, text)
    return post


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
    known = posted_before(by, key, text)
    if known is not None:
        return known
    if not parent.discussion.is_open:
        raise PostRefused(closed_sentence(parent.discussion))
    if parent.state != Post.State.POSTED:
        raise PostRefused(taken_back_sentence())
    related = relation_fields(parent, relation or Relation())
    new = NewPost(by, text, render(parent.discussion.course, text), key, at)
    root_pk = parent.root_id or parent.pk
    try:
        with transaction.atomic():
            discussion = lock_open(parent.discussion_id)
            discussion.course = parent.discussion.course
            there = Post.objects.select_for_update().in_bulk({parent.pk, root_pk})
            if parent.pk not in there or there[parent.pk].state != Post.State.POSTED:
                raise PostRefused(taken_back_sentence())
            root = there[root_pk]
            number = root.replies_made + 1
            post = new.put(discussion, number=number, root=root, parent=parent, **related)
            if post.number:
                Post.objects.filter(pk=root.pk).update(replies_made=F("replies_made") + 1)
            touch(discussion)
            drop_draft(by, f"reply:{parent.public_id}", text, draft_version)
    except IntegrityError:
        return posted_meanwhile(by, key, text)
    return post


@dataclass(frozen=True, slots=True)
class NewPost:
    """What a response and a reply have in common: who wrote what, and what became of its
    quotations. With ``at`` it is an old one, and nobody is told.
    """

    by: Enrollment
    text: str
    rendered: Rendered
    key: uuid.UUID
    at: datetime | None

    def put(self, discussion: Discussion, *, number: int, **where: Any) -> Post:
        """Store it, under this number unless it waits; with its quotations, the words that are
        found, its writer's name, and whoever is to be told. The discussion is locked.
        """
        now = self.at or timezone.now()
        held = waits(self.by, discussion.course)
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
        put_quotations(discussion, post, self.rendered, is_new=True)
        index.put([post])
        give_name(discussion, self.by)
        if held:
            count_waiting(discussion.course_id)
        if self.at is None:
            have_answered_told(post)
        return post


def lock_open(discussion_pk: int) -> Discussion:
    """The discussion, locked; ``PostRefused`` where it takes nothing any more."""
    discussion = lock(discussion_pk)
    if not discussion.is_open:
        raise PostRefused(closed_sentence(discussion))
    return discussion


def put_in_index(post: Post, course: Course) -> None:
    """So that its words are found from now on. Who may find them is asked at every search."""
    post.discussion.course = course
    index.put([post])


def posted_before(by: Enrollment, key: uuid.UUID, text: str) -> Post | None:
    """What this key has made already."""
    known = Post.objects.filter(author=by, submission_key=key).first()
    return None if known is None else the_same_post(known, text)


def posted_meanwhile(by: Enrollment, key: uuid.UUID, text: str) -> Post:
    """The post that made this key or a number impossible; else a question was removed."""
    known = posted_before(by, key, text)
    if known is None:
        raise PostRefused(
            _("The discussion was changed at this very moment. Please send your text once more.")
        )
    return known


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
    taken = take_stand(post.discussion, answers, positions or {}) if post.root_id is None else None
    related = changed_relation(post, relation) if relation and post.parent_id else {}
    rendered = render(post.discussion.course, text, (post.discussion, post), edited=True)
    now = timezone.now()
    with transaction.atomic():
        discussion = lock_open(post.discussion_id)
        before = Post.objects.select_for_update().get(pk=post.pk)
        before.discussion, before.author = discussion, post.author
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
        for name, value in related.items():
            setattr(before, name, value)
        if waits(by, post.discussion.course):
            # What a teacher let in was the text as it was: a changed one waits again.
            before.state = Post.State.HELD
        before.save(
            update_fields=[
                *("source", "body_html", "words", "edited_at", "version", "state"),
                *related,
            ]
        )
        if taken is not None:
            put_stand(before, taken, now)
        put_quotations(discussion, before, rendered)
        put_in_index(before, post.discussion.course)
        touch(discussion)
        if before.state == Post.State.HELD:
            count_waiting(discussion.course_id)
        drop_draft(by, f"edit:{post.public_id}", text, draft_version)
    return before


def lock_post(post: Post) -> Post:
    """The post as it is now: between the page and the press of its button it may have changed."""
    lock(post.discussion_id)
    now = Post.objects.select_for_update()
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
