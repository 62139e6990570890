"""What notices say. This app knows people, not discussions; the words come from whoever does,
through functions that the settings name (``NOTICE_WORDS``, ``LIST_NAMES``, ``OUTSIDE_LETTERS``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from quaestio.accounts.models import User
from quaestio.notifications.models import Notice


@dataclass(frozen=True, slots=True)
class Words:
    """A notice as its reader may see it now.

    ``title`` is one line ("Noah Weiss replied to you"), ``place`` where it happened (the title of
    a discussion), ``course`` the course's. ``text`` is plain, paragraphs parted by an empty line.
    ``path`` leads to it on the site, and ``button`` says so. ``list`` is what one click on
    "unsubscribe" ends, with its name for people.
    """

    title: str
    place: str
    course: str
    path: str
    button: str
    list: str
    list_name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter to somebody without an account: to which address and name, the subject, and the
    template (without its ending) with what it shows.

    Where mail like it can be ended, ``stop`` is the whole address that ends it by one POST and asks
    at a GET; ``list`` (a public id) and ``list_name`` say what it is about.
    """

    address: str
    name: str
    subject: str
    template: str
    context: Mapping[str, object]
    stop: str = ""
    list: str = ""
    list_name: str = ""


def words_of(notices: Sequence[Notice], *, as_news: bool = False) -> dict[int, Words]:
    """By primary key, for each notice that its reader may still be told; none for the others.

    ``as_news`` leaves out what has lost its point as well: that an answer is due which has been
    given meanwhile. ``notice.to`` must be loaded.
    """
    if not notices:
        return {}
    found: dict[int, Words] = import_string(settings.NOTICE_WORDS)(notices, as_news=as_news)
    return found


def written_outside(about: str) -> Written | None:
    """What to write to somebody without an account about a thing, by whoever knows of it."""
    for name in settings.OUTSIDE_LETTERS:
        written: Written | None = import_string(name)(about)
        if written is not None:
            return written
    return None


def list_names(person: User, lists: Iterable[str]) -> Mapping[str, str]:
    """What lists are called, for as many of them as this person may know of."""
    wanted = [one for one in lists if one]
    found: Mapping[str, str] = import_string(settings.LIST_NAMES)(person, wanted)
    return found if wanted else {}
