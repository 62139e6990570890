"""Telling people, and what they do about being told. Verbs: keyword-only, atomic."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from quaestio.accounts.models import User
from quaestio.notifications.models import How, Letter, MailRule, Notice, ReturnedMail, Round
from quaestio.notifications.queries import Rules
from quaestio.notifications.words import words_of


@transaction.atomic
def tell(
    *,
    to: Iterable[User],
    kind: str,
    about: str,
    key: str,
    list: str,
    wider_list: str = "",
    at: datetime | None = None,
) -> int:
    """Tell people of one thing; how many were told now. Whoever was told before, under the same
    ``key``, is not told again; whoever may not be told, is not. To be called by whoever knows of
    the thing, in the transaction of the deed or in a task that it has enqueued.
    """
    people = {one.pk: one for one in to if one.is_active}
    there = Notice.objects.filter(to__in=people, key=key).values_list("to_id", flat=True)
    for known in there:
        del people[known]
    if not people:
        return 0
    rules = Rules(people, [list, wider_list])
    notices = [
        Notice(
            pk=number,  # only to ask for words: it gets its own when it is stored
            to=one,
            key=key,
            kind=kind,
            about=about,
            list=list,
            wider_list=wider_list,
            how=rules.how(one.pk, list, wider_list),
            created_at=at or timezone.now(),
        )
        for number, one in enumerate(people.values(), start=1)
    ]
    may = words_of(notices, as_news=True)
    told = [one for one in notices if one.pk in may]
    for one in told:
        one.pk = None
    Notice.objects.bulk_create(told, ignore_conflicts=True)
    return len(told)


@transaction.atomic
def mark_seen(
    *, person: User, notice: Notice | None = None, list: str = "", at: datetime | None = None
) -> int:
    """One notice, all about one list, or all of a person's. How many were new."""
    unseen = Notice.objects.filter(to=person, seen_at__isnull=True)
    if notice is not None:
        unseen = unseen.filter(pk=notice.pk)
    if list:
        unseen = unseen.filter(list=list)
    return unseen.update(seen_at=at or timezone.now())


@transaction.atomic
def set_rule(*, person: User, list: str, how: str) -> None:
    """How somebody wants mail about a list from now on; "" for as the wider one says."""
    if how:
        MailRule.objects.update_or_create(person=person, list=list, defaults={"how": How(how)})
    else:
        MailRule.objects.filter(person=person, list=list).delete()


@transaction.atomic
def unsubscribe(*, person: User, list: str) -> None:
    """No more mail about this list. The empty list is the mail of the day, with all in it."""
    if not list:
        MailRule.objects.filter(person=person, how=How.DAILY).update(how=How.NEVER)
    set_rule(person=person, list=list, how=How.NEVER)


@transaction.atomic
def pass_on(*, list: str, to: str) -> None:
    """What a list was about goes on in another one: its notices and people's rules go there, but
    for those that are about the list itself, and where a person has a rule there already.
    """
    Notice.objects.filter(list=list).exclude(about=list).update(list=to)
    there = MailRule.objects.filter(list=to).values("person")
    MailRule.objects.filter(list=list).exclude(person__in=there).update(list=to)


@transaction.atomic
def try_address_again(*, person: User) -> None:
    ReturnedMail.objects.filter(person=person).delete()


# -- Letters ------------------------------------------------------------------------------------


def write_letters(*, now: datetime) -> int:
    """A letter for each notice that is to be mailed at once. How many."""
    waiting = Notice.objects.filter(how=How.AT_ONCE, letter__isnull=True)
    made = 0
    for pk, to in waiting.order_by("pk").values_list("pk", "to_id"):
        with transaction.atomic():
            letter = Letter.objects.create(
                to_id=to, kind=Letter.Kind.NOTICE, created_at=now, next_try_at=now
            )
            if Notice.objects.filter(pk=pk, letter__isnull=True).update(letter=letter):
                made += 1
            else:  # another worker was faster
                transaction.set_rollback(True)
    return made


def write_digests(*, day: date, now: datetime) -> int:
    """A letter for everybody who wants one a day and has something in it. How many. However often
    this is called, nobody gets a second one on the same day.
    """
    waiting = Notice.objects.filter(how=How.DAILY, letter__isnull=True)
    people = waiting.order_by("to").values_list("to", flat=True).distinct()
    made = 0
    for to in people:
        with transaction.atomic():
            letter, is_new = Letter.objects.get_or_create(
                to_id=to,
                day=day,
                defaults={"kind": Letter.Kind.DIGEST, "created_at": now, "next_try_at": now},
            )
            if is_new:
                waiting.filter(to=to).update(letter=letter)
                made += 1
    return made


@transaction.atomic
def write_outside(*, about: Iterable[str], now: datetime | None = None) -> int:
    """A letter to somebody without an account for each of these things, by its public id: what it
    says, and to which address, is asked when it is sent. How many.
    """
    at = now or timezone.now()
    letters = [
        Letter(kind=Letter.Kind.OUTSIDE, about=one, created_at=at, next_try_at=at) for one in about
    ]
    return len(Letter.objects.bulk_create(letters))


@transaction.atomic
def forget_letters(*, letters: Collection[int]) -> None:
    """Delete letters that were sent or given up, by their keys. Their notices stay on the site and
    are not mailed again.
    """
    Notice.objects.filter(letter__in=letters).update(letter=None, how=How.NEVER)
    Letter.objects.filter(pk__in=letters).exclude(state=Letter.State.WAITING).delete()


@transaction.atomic
def note_round(*, name: str, day: date) -> None:
    Round.objects.get_or_create(name=name, day=day)


def was_done(name: str, day: date) -> bool:
    return Round.objects.filter(name=name, day=day).exists()


def release(*, worker: str) -> int:
    """What a worker that died was sending is due again at once."""
    held = Letter.objects.filter(claimed_by=worker, state=Letter.State.WAITING)
    return held.update(next_try_at=timezone.now(), claimed_by="")
