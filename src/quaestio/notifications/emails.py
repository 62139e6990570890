"""Letters as mail: plain text and HTML, with the headers that mail programs sort by and stop by.

What a letter says is asked at the moment of sending, so nothing is told to somebody who may no
longer know it. Every link leads to this site, and no address but the reader's own stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formataddr
from itertools import groupby
from textwrap import fill
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import punycode
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from quaestio.notifications.links import unsubscribe_url, whole
from quaestio.notifications.models import How, Letter, Notice
from quaestio.notifications.queries import rules_for
from quaestio.notifications.words import Words, words_of, written_outside

WIDTH = 72  # characters of a line of plain text
MOST = 60  # notices in one mail; the others stand on the site
LONGEST_SUBJECT = 160
SHORT = 400  # characters of a text in a digest


@dataclass(frozen=True, slots=True)
class Item:
    """A notice in a mail."""

    words: Words
    url: str

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.words.text.split("\n\n") if part.strip()]

    @property
    def plain(self) -> str:
        return "\n\n".join(wrapped(part) for part in self.paragraphs)

    @property
    def short(self) -> str:
        """How the text begins, on one line."""
        text = " ".join(self.words.text.split())
        return text if len(text) <= SHORT else f"{text[:SHORT].rsplit(' ', 1)[0]} …"

    @property
    def short_plain(self) -> str:
        return wrapped(self.short, indent="  ")


def wrapped(paragraph: str, indent: str = "") -> str:
    """Lines that any mail program shows whole; a long address is not cut."""
    return fill(
        paragraph,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The mail as it is to be sent now; None when there is nothing left that may be told.

    ``letter.to`` must be loaded.
    """
    if letter.to is None:
        return outside(letter)
    if not letter.to.is_active:
        return None
    items = items_of(letter)
    if not items:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        if letter.kind == Letter.Kind.DIGEST:
            return digest(letter, items)
        return one_notice(letter, items[0])


def outside(letter: Letter) -> EmailMultiAlternatives | None:
    """To somebody without an account, by whoever knows what it is about."""
    with translation.override(settings.LANGUAGE_CODE):
        written = written_outside(letter.about)
        if written is None:
            return None
        context = {
            **written.context,
            **of_the_site(),
            "subject": written.subject,
            "unsubscribe_url": written.stop,
        }
        stops = stopped_by(written.stop, written.list, written.list_name) if written.stop else {}
        message = EmailMultiAlternatives(
            subject=one_line(written.subject)[:LONGEST_SUBJECT],
            body=render_to_string(f"{written.template}.txt", context).strip() + "\n",
            to=[addressed(written.name, written.address)],
            headers={**by_a_machine(letter), **stops},
        )
        message.attach_alternative(
            render_to_string(f"{written.template}.html", context), "text/html"
        )
    return message


def addressed(name: str, address: str) -> str:
    """To whom a mail goes: a domain beyond ASCII as mail servers know it."""
    box, _at, domain = address.rpartition("@")
    return formataddr((one_line(name), f"{box}@{punycode(domain)}"))


def by_a_machine(letter: Letter) -> dict[str, str]:
    """What tells programs that nobody typed this mail, and whether they have it already."""
    return {
        "Message-ID": f"<{letter.public_id}@{host()}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def stopped_by(stop: str, list: str, list_name: str) -> dict[str, str]:
    """What lets a mail program sort mail by what it is about, and end it (RFC 2919, RFC 8058)."""
    return {
        "List-Id": list_id(list_name, list),
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def of_the_site() -> dict[str, str]:
    return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}


def items_of(letter: Letter) -> list[Item]:
    """What may still be told, and is still wanted by mail."""
    notices = list(letter.notices.order_by("created_at", "pk"))
    for notice in notices:
        notice.to = letter.to  # type: ignore[assignment]  # a digest or notice has a reader
    rules = rules_for(notices)
    wanted = [
        one
        for one in notices
        if rules.how(one.to_id, one.list, one.wider_list) != How.NEVER
        # In the mail of a day, what was read on the site meanwhile is no news.
        and (one.seen_at is None or letter.kind == Letter.Kind.NOTICE)
    ]
    words = words_of(wanted, as_news=True)
    return [Item(words[one.pk], address_of(one)) for one in wanted if one.pk in words]


def address_of(notice: Notice) -> str:
    """The notice's own address: it leads on, and whoever comes that way has seen it."""
    return whole(reverse("notice", args=[notice.public_id]))


def one_notice(letter: Letter, item: Item) -> EmailMultiAlternatives:
    words = item.words
    thread = f"<{letter.notices.values_list('list', flat=True)[0]}@{host()}>"
    return mail(
        letter,
        subject=f"{words.title}: {words.place}" if words.place else words.title,
        template="notice",
        context={"item": item, "words": words},
        stops=words.list,
        list_name=words.list_name,
        # Nobody sends a mail with this id, but mail programs put together what refers to it.
        headers={"References": thread, "In-Reply-To": thread},
    )


def digest(letter: Letter, items: Sequence[Item]) -> EmailMultiAlternatives:
    shown = sorted(items[:MOST], key=lambda item: (item.words.course, item.words.place))
    courses = [
        (course, list(group))
        for course, group in groupby(shown, key=lambda item: item.words.course)
    ]
    count = ngettext("%(n)s notice", "%(n)s notices", len(items)) % {"n": len(items)}
    if len(items) == 1:
        subject = f"{items[0].words.title}: {items[0].words.place}"
    else:
        names = [course for course, _items in courses if course]
        subject = f"{count}: {', '.join(names)}" if names else count
    day = date_format(letter.day, "l, j F") if letter.day else ""
    return mail(
        letter,
        subject=subject,
        template="digest",
        context={"courses": courses, "count": count, "day": day, "more": len(items) - len(shown)},
        stops="",
        list_name=gettext("The day on %(site)s") % {"site": settings.SITE_NAME},
        headers={},
    )


def mail(
    letter: Letter,
    *,
    subject: str,
    template: str,
    context: dict[str, object],
    stops: str,
    list_name: str,
    headers: dict[str, str],
) -> EmailMultiAlternatives:
    assert letter.to is not None
    stop = unsubscribe_url(letter.to, stops)
    context = {
        **context,
        **of_the_site(),
        "notices_url": whole(reverse("notices")),
        "settings_url": whole(reverse("mail-settings")),
        "unsubscribe_url": stop,
        "list_name": list_name,
        "subject": subject,
    }
    message = EmailMultiAlternatives(
        subject=one_line(subject)[:LONGEST_SUBJECT],
        body=render_to_string(f"notifications/mail/{template}.txt", context).strip() + "\n",
        to=[addressed(letter.to.name, letter.to.email)],
        headers={
            **by_a_machine(letter),
            **stopped_by(stop, stops or "daily", list_name),
            **headers,
        },
    )
    html = render_to_string(f"notifications/mail/{template}.html", context)
    message.attach_alternative(html, "text/html")
    return message


def list_id(name: str, label: str) -> str:
    """RFC 2919: a name for people, an id that never changes."""
    plain = one_line(name).replace('"', "").replace("\\", "").replace("<", "").replace(">", "")
    return f'"{plain}" <{label}.{host()}>' if plain.isascii() else f"<{label}.{host()}>"


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def one_line(text: str) -> str:
    """A header is one line, whatever a title holds."""
    return " ".join(text.split())
