"""Reads: what somebody has been told, and how they want to hear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db import connection

from quaestio.accounts.models import User
from quaestio.notifications.models import How, Letter, MailRule, Notice, ReturnedMail
from quaestio.notifications.words import Words, words_of

PAGE = 30
DEFAULT = How.DAILY

# Written out because every page of a signed-in person asks for it (see courses.access.SEAT). The
# partial index answers it without looking at a row.
UNSEEN = "SELECT COUNT(*) FROM notifications_notice WHERE to_id = %s AND seen_at IS NULL"


def unseen(person: User) -> int:
    """How many notices this person has not seen. One query."""
    with connection.cursor() as cursor:
        cursor.execute(UNSEEN, [person.pk])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice on the page; without words where it can no longer be told."""

    notice: Notice
    words: Words | None

    @property
    def is_new(self) -> bool:
        return self.notice.seen_at is None


def notices_of(person: User, number: str) -> tuple[list[NoticeRow], Page[Notice]]:
    """A page of a person's notices, newest first."""
    page = Paginator(Notice.objects.filter(to=person), PAGE).get_page(number)
    notices = list(page.object_list)
    for notice in notices:
        notice.to = person
    words = words_of(notices)
    return [NoticeRow(one, words.get(one.pk)) for one in notices], page


class Rules:
    """How some people want mail about some lists: the narrower list decides. One query."""

    def __init__(self, people: Iterable[int], lists: Iterable[str]) -> None:
        rows = MailRule.objects.filter(person__in=set(people), list__in={*lists, ""})
        self.said = {
            (person, name): How(how)
            for person, name, how in rows.values_list("person_id", "list", "how")
        }

    def how(self, person: int, *lists: str) -> How:
        """``lists`` from the narrowest to the widest."""
        for name in (*lists, ""):
            if (person, name) in self.said:
                return self.said[person, name]
        return DEFAULT


def rules_for(notices: Sequence[Notice]) -> Rules:
    lists = {name for one in notices for name in (one.list, one.wider_list)}
    return Rules((one.to_id for one in notices), lists)


def rule_of(person: User, name: str) -> How | None:
    """What somebody said about one list; None if nothing."""
    said = MailRule.objects.filter(person=person, list=name).values_list("how", flat=True).first()
    return How(said) if said else None


def returned_mail(person: User) -> ReturnedMail | None:
    """That mail to this person's present address came back."""
    return ReturnedMail.objects.filter(person=person, address=person.email).first()


def letters_outside(about: Iterable[str], *, since: datetime | None = None) -> list[Letter]:
    """The letters to people without an account about these things, the oldest first. One query."""
    letters = Letter.objects.filter(kind=Letter.Kind.OUTSIDE, about__in=list(about))
    if since is not None:
        letters = letters.filter(created_at__gte=since)
    return list(letters.order_by("created_at", "pk"))
