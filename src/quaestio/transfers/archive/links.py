"""Where the links in an archive lead: to its own pages, wherever the thing itself is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import urlsplit

from django.conf import settings

from quaestio.courses.models import Course
from quaestio.discussions.models import Discussion, Post
from quaestio.readings.models import Passage

HREF = re.compile(r'( href=")([^"]*)"')
INDEX, BIBLIOGRAPHY = "index.html", "readings.html"
ID = "[23456789bcdfghjkmnpqrstvwxz]+"
PLACES = (
    (re.compile(rf"/d/({ID})(?:/.*)?"), "discussion"),
    (re.compile(rf"/p/({ID})(?:/.*)?"), "post"),
    (re.compile(rf"/m/({ID})(?:/.*)?"), "meeting"),
    (re.compile(rf"/r/({ID})(?:/.*)?"), "reading"),
    (re.compile(rf"/passage/({ID})"), "passage"),
)


def discussion_page(public_id: str) -> str:
    return f"d-{public_id}.html"


def last_of(public_id: str, into: Mapping[str, str | None]) -> str:
    """Where a discussion has gone, which may have gone further itself."""
    while following := into.get(public_id):
        public_id = following
    return public_id


class Links:
    """Leads what leads to the site into the archive; what is not in it, to the site's address."""

    def __init__(self, course: Course) -> None:
        self.course = course
        # A merged discussion's posts are on the page of the one it went into.
        rows = Discussion.objects.filter(course=course)
        into = dict(rows.values_list("public_id", "merged_into__public_id"))
        self.pages = {one: last_of(one, into) for one in into}

    def html(self, html: str) -> str:
        """The same clean HTML with its links led elsewhere."""
        return HREF.sub(lambda found: f'{found[1]}{self.lead(found[2])}"', html)

    def lead(self, href: str) -> str:
        """Both as they stand in HTML."""
        address = unescape(href)
        if address.startswith("#"):
            return href
        own = settings.SITE_URL + "/"
        if address.startswith(own):
            address = address[len(own) - 1 :]
        if not address.startswith("/") or address.startswith("//"):
            return href
        return escape(self.place_of(address) or settings.SITE_URL + address)

    def place_of(self, address: str) -> str:
        """ "" for what has no place here."""
        parts = urlsplit(address)
        for pattern, kind in PLACES:
            if found := pattern.fullmatch(parts.path):
                return self.place(kind, found[1], parts.fragment)
        return ""

    def place(self, kind: str, public_id: str, fragment: str) -> str:
        if kind == "discussion" and public_id in self.pages:
            page = discussion_page(self.pages[public_id])
            return f"{page}#{fragment}" if fragment else page
        if kind == "post":
            posts = Post.objects.filter(discussion__course=self.course, public_id=public_id)
            into = posts.values_list("discussion__public_id", flat=True).first()
            return f"{discussion_page(self.pages[into])}#p-{public_id}" if into else ""
        if kind == "meeting":
            return f"{INDEX}#m-{public_id}"
        if kind == "passage":
            passages = Passage.objects.filter(reading__course=self.course, public_id=public_id)
            public_id = passages.values_list("reading__public_id", flat=True).first() or ""
        return f"{BIBLIOGRAPHY}#r-{public_id}" if public_id and kind != "discussion" else ""
