"""What guests do in an open course: send something, confirm that it was they, or say it was not;
change it while it waits, take it back.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.actions import admit_guest
from quaestio.courses.models import Course, Enrollment, Guest
from quaestio.discussions.actions.parts import PostedBefore, PostRefused, closed_sentence, lock
from quaestio.discussions.actions.posting import reply, respond
from quaestio.discussions.actions.relating import Relation, relation_fields
from quaestio.discussions.actions.telling import have_guest_asked
from quaestio.discussions.guests import KEPT, address_key
from quaestio.discussions.models import Discussion, GuestEntry, Post

# A class of sixty behind one address sends sixty within minutes, some of them twice, and confirms
# most of them soon; only what is not confirmed counts. A machine comes to the end at a hundred.
FROM_ONE_NETWORK_AN_HOUR = 100
FROM_ONE_NETWORK = 300
IN_ONE_COURSE = 500
MAILS_TO_ONE_ADDRESS_A_DAY = 3
WAITING_OF_ONE_GUEST = 10


class LinkSpent(Exception):
    """A link to confirm an address that has been used, or has expired."""


def send_entry(
    *,
    discussion: Discussion,
    name: str,
    address: str,
    fields: Mapping[str, Any],
    key: uuid.UUID,
    block: str,
    parent: Post | None = None,
    at: datetime | None = None,
) -> GuestEntry:
    """Keep what a guest wrote and mail them the link that makes a post of it. The same key is the
    same entry, however often it comes. ``fields`` is the form: ``source`` (clean HTML); of a
    response ``answers`` and ``positions``, of a reply (to ``parent``) ``kind``, ``words`` and
    ``near``, as in ``Relation``; of both ``tells_answers``, where a mail about answers is wanted.
    """
    known = GuestEntry.objects.filter(key=key).first()
    if known is not None:
        return known
    now = at or timezone.now()
    try:
        with transaction.atomic():
            locked = lock(discussion.pk)
            purge_entries(now=now)
            if not locked.is_open:
                raise PostRefused(closed_sentence(locked))
            if parent is not None:
                parent.refresh_from_db(fields=["state"])
                relation_fields(parent, relation_in(fields))
            refuse_floods(locked, address_key(address), block, now)
            entry = GuestEntry.objects.create(
                discussion=locked,
                parent=parent,
                key=key,
                name=name,
                address=address,
                fields=dict(fields),
                address_key=address_key(address),
                block=block,
                created_at=now,
            )
            have_guest_asked(entry)
    except IntegrityError:
        return GuestEntry.objects.get(key=key)
    return entry


def refuse_floods(discussion: Discussion, mailbox: str, block: str, now: datetime) -> None:
    """``PostRefused`` where too much comes from one network, to one course or to one mailbox."""
    mailed = GuestEntry.objects.filter(
        address_key=mailbox, created_at__gt=now - timedelta(days=1)
    ).count()
    if mailed >= MAILS_TO_ONE_ADDRESS_A_DAY:
        raise PostRefused(
            _(
                "We have sent several messages to this address within a day. Please open one of "
                "them first, or come back tomorrow. Your text is kept below."
            )
        )
    open_entries = GuestEntry.objects.filter(decided_at__isnull=True)
    near = open_entries.filter(block=block)
    if (
        near.filter(created_at__gt=now - timedelta(hours=1)).count() >= FROM_ONE_NETWORK_AN_HOUR
        or near.count() >= FROM_ONE_NETWORK
        or open_entries.filter(discussion__course=discussion.course_id).count() >= IN_ONE_COURSE
    ):
        raise PostRefused(
            _(
                "Very much has come in from guests, and most of it was not confirmed yet. Please "
                "send yours again in an hour. Your text is kept below."
            )
        )


def relation_in(fields: Mapping[str, Any]) -> Relation:
    return Relation(fields.get("kind", ""), fields.get("words", ""), fields.get("near", 0))


def confirm_entry(*, entry: GuestEntry) -> tuple[Guest, Post]:
    """The address is the guest's own: what they wrote waits for a teacher from now on.

    ``LinkSpent`` when this has been done or is too late, ``PostRefused`` when the discussion takes
    nothing any more.
    """
    entry.refresh_from_db()
    if is_spent(entry):
        raise LinkSpent
    discussion = where_to(entry)
    refuse_guests_of(discussion.course)
    if not discussion.is_open:
        raise PostRefused(closed_sentence(discussion))
    # Not one transaction, because quotations are checked on the way: each step may be done twice.
    try:
        guest = admit_guest(course=discussion.course, address=entry.address, byline=entry.name)
    except IntegrityError:  # the same person, from another of their mails, at this very moment
        guest = admit_guest(course=discussion.course, address=entry.address, byline=entry.name)
    post = put_in_as_guest(
        by=guest.enrollment,
        discussion=discussion,
        parent=entry.parent,
        fields=entry.fields,
        key=entry.key,
    )
    return guest, post


def where_to(entry: GuestEntry) -> Discussion:
    """The discussion it was sent to, or the one with which that was merged since."""
    discussions = Discussion.objects.select_related("course")
    found = discussions.get(pk=entry.discussion_id)
    while found.merged_into_id is not None:
        found = discussions.get(pk=found.merged_into_id)
    return found


def refuse_guests_of(course: Course) -> None:
    if not course.guests or course.is_sealed:
        raise PostRefused(_("This course takes nothing from guests any more."))


def put_in_as_guest(
    *,
    by: Enrollment,
    discussion: Discussion,
    fields: Mapping[str, Any],
    key: uuid.UUID,
    parent: Post | None = None,
) -> Post:
    """The response of a guest whose address is confirmed, or their reply to ``parent``, from the
    fields of an entry.
    """
    refuse_the_key_of_another(by, key)
    tells = fields.get("tells_answers") is True
    if parent is not None:
        parent.discussion = discussion
        related = relation_in(fields)
        return reply_as_guest(
            by=by, parent=parent, tells=tells, source=fields["source"], relation=related, key=key
        )
    return respond_as_guest(
        by=by,
        discussion=discussion,
        tells=tells,
        source=fields["source"],
        answers=fields.get("answers", []),
        positions={int(q): c for q, c in fields.get("positions", {}).items()},
        key=key,
    )


def respond_as_guest(
    *, by: Enrollment, discussion: Discussion, tells: bool = False, **what: Any
) -> Post:
    """A response of a guest whose address is confirmed. It waits for a teacher in any case.
    ``tells``: they want a mail when somebody answers it.
    """
    refuse_more_of(by, discussion)
    return with_link(respond(by=by, discussion=discussion, **what), tells)


def reply_as_guest(*, by: Enrollment, parent: Post, tells: bool = False, **what: Any) -> Post:
    """A reply of theirs. It waits likewise."""
    refuse_more_of(by, parent.discussion)
    return with_link(reply(by=by, parent=parent, **what), tells)


def refuse_more_of(guest: Enrollment, discussion: Discussion) -> None:
    """``PostRefused`` where nothing is taken from this guest, now or any more."""
    refuse_guests_of(discussion.course)
    if guest.removed_at is not None:
        raise PostRefused(_("A teacher has decided to take nothing more from this address."))
    waiting = Post.objects.filter(author=guest, state=Post.State.HELD)
    if waiting.count() >= WAITING_OF_ONE_GUEST:
        raise PostRefused(
            _(
                "Several of your posts wait for a teacher already. Please wait until they are "
                "let in. Your text is kept below."
            )
        )


def refuse_the_key_of_another(guest: Enrollment, key: uuid.UUID) -> None:
    """``PostedBefore`` where the form was sent before under another address, as somebody at the
    same browser may have done: the link that went there must not lead to this guest's post.
    """
    entry = GuestEntry.objects.filter(key=key, post__isnull=True).first()
    if entry is not None and entry.address != guest.guest.address:
        raise PostedBefore


@transaction.atomic
def with_link(post: Post, tells: bool) -> Post:
    """Every post of a guest has an entry: its link leads whoever wrote the post to it."""
    entry, _made = GuestEntry.objects.get_or_create(
        key=post.submission_key,
        defaults={"discussion_id": post.discussion_id, "created_at": post.created_at}
        | {"decided_at": timezone.now(), "post": post, "tells_answers": tells},
    )
    decide(entry)
    GuestEntry.objects.filter(pk=entry.pk, post__isnull=True).update(post=post, tells_answers=tells)
    return post


@transaction.atomic
def tell_answers(*, post: Post, wanted: bool) -> None:
    """Whether the guest who wrote a post wants a mail when somebody answers it."""
    GuestEntry.objects.filter(post=post).update(tells_answers=wanted)


@transaction.atomic
def stop_answers(*, guest: Enrollment) -> None:
    """No more mail to this guest about answers to anything they wrote in the course."""
    GuestEntry.objects.filter(post__author=guest, tells_answers=True).update(tells_answers=False)


def decline_entry(*, entry: GuestEntry) -> None:
    """It was not they who wrote it, or a teacher does not want it: it goes."""
    decide(entry)


def decide(entry: GuestEntry) -> None:
    GuestEntry.objects.filter(pk=entry.pk, decided_at__isnull=True).update(
        name="", address="", fields={}, parent=None, decided_at=timezone.now()
    )


def is_spent(entry: GuestEntry) -> bool:
    return entry.decided_at is not None or entry.created_at < timezone.now() - KEPT


@transaction.atomic
def purge_entries(*, now: datetime) -> int:
    """What nobody has confirmed in time goes. How many rows. What became a post keeps its link,
    without the traces of where it came from.
    """
    old = GuestEntry.objects.filter(created_at__lt=now - KEPT)
    old.filter(post__isnull=False).exclude(address_key="", block="").update(
        address_key="", block=""
    )
    return old.filter(post__isnull=True).delete()[0]
