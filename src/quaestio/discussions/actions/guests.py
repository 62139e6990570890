"""What guests do in an open course: send something, confirm that it was they, or say it was not."""

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
from quaestio.discussions.actions.parts import PostRefused, closed_sentence, lock
from quaestio.discussions.actions.posting import respond
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
    at: datetime | None = None,
) -> GuestEntry:
    """Keep what a guest wrote and mail them the link that makes a post of it. The same key is the
    same entry, however often it comes. ``fields`` is the form: ``source`` (clean HTML), ``answers``
    and ``positions``.
    """
    known = GuestEntry.objects.filter(key=key).first()
    if known is not None:
        return known
    now = at or timezone.now()
    try:
        with transaction.atomic():
            purge_entries(now=now)
            locked = lock(discussion.pk)
            if not locked.is_open:
                raise PostRefused(closed_sentence(locked))
            refuse_floods(locked, address_key(address), block, now)
            entry = GuestEntry.objects.create(
                discussion=locked,
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
    post = respond_as_guest(
        by=guest.enrollment,
        discussion=discussion,
        source=entry.fields.get("source", ""),
        answers=entry.fields.get("answers", []),
        positions={int(q): c for q, c in entry.fields.get("positions", {}).items()},
        key=entry.key,
    )
    decide(entry)
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


def respond_as_guest(*, by: Enrollment, discussion: Discussion, **what: Any) -> Post:
    """A response of a guest whose address is confirmed. It waits for a teacher in any case."""
    refuse_guests_of(discussion.course)
    if by.removed_at is not None:
        raise PostRefused(_("A teacher has decided to take nothing more from this address."))
    waiting = Post.objects.filter(author=by, state=Post.State.HELD)
    if waiting.count() >= WAITING_OF_ONE_GUEST:
        raise PostRefused(
            _(
                "Several of your responses wait for a teacher already. Please wait until they are "
                "let in. Your text is kept below."
            )
        )
    return respond(by=by, discussion=discussion, **what)


def decline_entry(*, entry: GuestEntry) -> None:
    """It was not they who wrote it, or a teacher does not want it: it goes."""
    decide(entry)


def decide(entry: GuestEntry) -> None:
    GuestEntry.objects.filter(pk=entry.pk, decided_at__isnull=True).update(
        name="", address="", fields={}, decided_at=timezone.now()
    )


def is_spent(entry: GuestEntry) -> bool:
    return entry.decided_at is not None or entry.created_at < timezone.now() - KEPT


def purge_entries(*, now: datetime) -> int:
    """What nobody has confirmed in time goes. How many rows."""
    return GuestEntry.objects.filter(created_at__lt=now - KEPT).delete()[0]
