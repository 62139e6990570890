"""The names in an archive: as teachers see them, or made-up ones all through.

A made-up name belongs to one person in the whole course, and is the same in every archive of it:
it is chosen by the site's key, in the order in which people came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from quaestio.courses.models import Course, Enrollment
from quaestio.courses.roles import Role
from quaestio.discussions.access import guest_name
from quaestio.discussions.pseudonyms import PLANTS

PIECE = re.compile(r'<(?:[^">]|"[^"]*")*>|[^<]+')
HREF = re.compile(r'( href=")([^"]*)"')
GAP = r"(?:\s|&nbsp;)+"


class Names:
    """Ids and names of a course's people, and what becomes of their names in texts."""

    def __init__(self, people: Iterable[Enrollment], *, made_up: bool) -> None:
        """``people`` with their ``user`` and ``guest``; no query then."""
        self.made_up = made_up
        self.people = sorted(people, key=lambda one: one.pk)
        self.ids = {one.pk: one.public_id for one in self.people}
        self.names = {one.pk: shown(one) for one in self.people}
        self.instead: dict[str, str] = {}
        self.pattern: re.Pattern[str] | None = None
        if made_up:
            self.ids = {one.pk: digest(one)[:16] for one in self.people}
            self.names = made_up_names(self.people)
            self.instead = instead_of(self.people, self.names)
            self.pattern = pattern_of(self.instead)

    @classmethod
    def of(cls, course: Course, *, made_up: bool) -> Names:
        """One query."""
        people = Enrollment.objects.filter(course=course)
        return cls(people.select_related("user", "guest", "section"), made_up=made_up)

    def id_of(self, person: int | None) -> str | None:
        """None for nobody; "" for somebody who came while the archive was being made."""
        return None if person is None else self.ids.get(person, "")

    def called(self, person: Enrollment) -> str:
        """The name alone: in the data it is the role that says who is a guest."""
        return self.names[person.pk] if self.made_up else person.byline

    def name_of(self, person: int) -> str:
        return self.names.get(person) or gettext("somebody")

    def text(self, text: str) -> str:
        """Plain text, in which the names of people of this course are replaced."""
        if self.pattern is None:
            return text
        return self.pattern.sub(self._instead, text)

    def html(self, html: str) -> str:
        """The same for clean HTML: in its text and where its links lead, not in our own marks."""
        if self.pattern is None:
            return html
        return PIECE.sub(lambda found: self._piece(found[0]), html)

    def _instead(self, found: re.Match[str]) -> str:
        return self.instead.get(key_of(found[0])) or gettext("somebody")

    def _piece(self, piece: str) -> str:
        if not piece.startswith("<"):
            return self.text(piece)
        return HREF.sub(lambda found: f'{found[1]}{self.text(found[2])}"', piece)


def shown(person: Enrollment) -> str:
    return guest_name(person.byline) if person.role == Role.GUEST else person.byline


def digest(person: Enrollment) -> str:
    return salted_hmac("quaestio.archive.person", person.public_id).hexdigest()


def made_up_names(people: Iterable[Enrollment]) -> dict[int, str]:
    """Whoever comes later gets a name that is free, so that those before keep theirs."""
    taken: dict[str, int] = {}
    for person in people:
        start = int(digest(person)[:12], 16)
        for step in range(len(PLANTS) * 100):
            turn, place = divmod(step, len(PLANTS))
            name = PLANTS[(start + place) % len(PLANTS)] + (f" {turn + 1}" if turn else "")
            if name not in taken:
                taken[name] = person.pk
                break
    return {person: name for name, person in taken.items()}


def instead_of(people: Iterable[Enrollment], names: Mapping[int, str]) -> dict[str, str]:
    """By what a person is called in texts: the byline, the name of the account, the addresses."""
    instead: dict[str, str] = {}
    for person in people:
        guest = getattr(person, "guest", None)
        called = [person.byline, guest.address if guest else ""]
        if person.user is not None:
            called += [person.user.name, person.user.email]
        for one in called:
            if key := key_of(one):
                instead.setdefault(key, names[person.pk])
                instead.setdefault(key_of(escape(one)), names[person.pk])
    return instead


def key_of(name: str) -> str:
    """A name of several words is known in any spelling of its capitals; one word, which may be a
    word of the language too, only as it is.
    """
    words = re.sub(GAP, " ", name.replace("’", "'")).strip()
    return words.lower() if is_certain(words) else words


def is_certain(name: str) -> bool:
    return " " in name or "@" in name


def pattern_of(instead: Mapping[str, str]) -> re.Pattern[str] | None:
    if not instead:
        return None
    longest_first = sorted(instead, key=lambda one: (-len(one), one))
    several = [spelled(one) for one in longest_first if is_certain(one)]
    single = [spelled(one) for one in longest_first if not is_certain(one)]
    parts = [f"(?i:{'|'.join(several)})"] if several else []
    return re.compile(rf"(?<!\w)(?:{'|'.join([*parts, *single])})(?!\w)")


def spelled(name: str) -> str:
    return GAP.join(re.escape(word).replace("'", "['’]") for word in name.split())
