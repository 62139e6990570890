"""A feed written down: as Atom (RFC 4287) with its threads (RFC 4685) and pages (RFC 5005), and as
JSON Feed 1.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext
from lxml import etree

from quaestio.discussions.feeds import Entry, Feed, Said
from quaestio.web.richtext import clean

ATOM = "http://www.w3.org/2005/Atom"
THREAD = "http://purl.org/syndication/thread/1.0"
XML = "http://www.w3.org/XML/1998/namespace"

# What XML 1.0 has no way to say: control characters, halves of pairs, two that mean nothing.
UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the feed itself is, and those of single discussions: paths of this site, from a page
    (1, 2, …) and from a discussion's public id.
    """

    of_page: Callable[[int], str]
    of_discussion: Callable[[str], str]


def full(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def content(entry: Entry) -> str:
    """The entry's HTML, with whole addresses: it is read elsewhere."""
    return sayable(clean(entry.html, base=f"{settings.SITE_URL}/"))


def tag(said: Said) -> str:
    """“Question 2: in part”"""
    name = gettext("Question %(n)s") % {"n": said.question}
    return f"{name}: {said.position}" if said.position else name


def sayable(text: str) -> str:
    return UNSAYABLE.sub("", text)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- Atom ---------------------------------------------------------------------------------------

ATOM_TYPE = "application/atom+xml"


def atom(feed: Feed, to: Addresses) -> bytes:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "thr": THREAD})
    root.set(f"{{{XML}}}lang", get_language() or settings.LANGUAGE_CODE)
    root.set(f"{{{XML}}}base", full("/"))
    put(root, "id", feed.id)
    put(root, "title", feed.title)
    if feed.subtitle:
        put(root, "subtitle", feed.subtitle)
    put(root, "updated", stamp(feed.updated))
    put(root, "generator", settings.SITE_NAME)
    link(root, "alternate", feed.path, "text/html")
    link(root, "self", to.of_page(feed.page), ATOM_TYPE)
    link(root, "first", to.of_page(1), ATOM_TYPE)
    if feed.page > 1:
        link(root, "previous", to.of_page(feed.page - 1), ATOM_TYPE)
    if feed.has_more:
        link(root, "next", to.of_page(feed.page + 1), ATOM_TYPE)
    for entry in feed.entries:
        put_entry(root, entry, to)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def put_entry(root: etree._Element, entry: Entry, to: Addresses) -> None:
    element = etree.SubElement(root, f"{{{ATOM}}}entry")
    put(element, "id", entry.id)
    put(element, "title", entry.title)
    put(put(element, "author"), "name", entry.author)
    put(element, "published", stamp(entry.published))
    put(element, "updated", stamp(entry.updated))
    link(element, "alternate", entry.path, "text/html")
    if entry.answers is not None:
        etree.SubElement(
            element,
            f"{{{THREAD}}}in-reply-to",
            ref=entry.answers.id,
            href=full(entry.answers.path),
            type="text/html",
            source=full(to.of_discussion(entry.answers.feed)),
        )
    if entry.is_discussion:
        replies = link(element, "replies", to.of_discussion(entry.discussion), ATOM_TYPE)
        replies.set(f"{{{THREAD}}}count", str(entry.replies))
    elif entry.replies:
        replies = link(element, "replies", entry.path, "text/html")
        replies.set(f"{{{THREAD}}}count", str(entry.replies))
    for said in entry.said:
        etree.SubElement(
            element,
            f"{{{ATOM}}}category",
            term=f"question-{said.question}",
            scheme=full(entry.page),
            label=sayable(tag(said)),
        )
    put(element, "content", content(entry)).set("type", "html")


def put(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    if text:
        element.text = sayable(text)
    return element


def link(parent: etree._Element, rel: str, path: str, kind: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=full(path), type=kind)


# -- JSON Feed ----------------------------------------------------------------------------------

JSON_TYPE = "application/feed+json"


def json_feed(feed: Feed, to: Addresses) -> bytes:
    """Two names are ours: ``_thread`` says what an item answers and how many answer it,
    ``_answers`` which questions a response answers, with the position it takes.
    """
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.subtitle,
        "home_page_url": full(feed.path),
        "feed_url": full(to.of_page(feed.page)),
        **({"next_url": full(to.of_page(feed.page + 1))} if feed.has_more else {}),
        "language": get_language() or settings.LANGUAGE_CODE,
        "items": [
            {
                "id": entry.id,
                "url": full(entry.path),
                "title": entry.title,
                "authors": [{"name": entry.author}],
                "date_published": stamp(entry.published),
                "date_modified": stamp(entry.updated),
                "content_html": content(entry),
                "_thread": {
                    "in_reply_to": entry.answers.id if entry.answers else None,
                    "replies": entry.replies,
                },
                **answers_of(entry),
            }
            for entry in feed.entries
        ],
    }
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")


def answers_of(entry: Entry) -> dict[str, Any]:
    if not entry.said:
        return {}
    return {
        "tags": [tag(said) for said in entry.said],
        "_answers": [
            {
                "question": said.question,
                "text": said.text,
                "position": said.position or None,
                "moved_from": said.before or None,
            }
            for said in entry.said
        ],
    }
