"""Passages that keep their address, and the page where somebody stopped reading."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from quaestio.courses.models import Enrollment
from quaestio.readings.models import Bookmark, Document, Page, Passage, Reading
from quaestio.search.finding import Span, level, places_of

AROUND = 120  # characters kept on either side, to know the place again by
LONGEST = 8000  # characters of a passage


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: a page of the current document, and offsets in its text."""

    page: Page
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.page.text[self.start : self.end]


def place_on(
    page: Page, words: str, start: int | None = None, end: int | None = None
) -> Place | None:
    """The place of ``words`` on a page; None where they do not stand there.

    The offsets are believed if the words stand at them: since the page was opened, a better file
    may have come. Without words they are taken as they are.
    """
    if start is not None and end is not None and 0 <= start < end <= len(page.text):
        start, end = trimmed(page.text, start, end)
        if start < end and (not words.strip() or level(page.text[start:end]) == level(words)):
            return Place(page, start, end)
    wanted = level(words)
    found = next(places_of(wanted, page.text), None) if wanted else None
    return Place(page, *trimmed(page.text, *found)) if found else None


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


@transaction.atomic
def make_passage(*, by: Enrollment, reading: Reading, place: Place) -> Passage:
    """A lasting link to a passage; the same passage has the same link."""
    document = Document.objects.get(pk=place.page.document_id)
    there = Passage.objects.filter(
        reading=reading,
        page_number=place.page.number,
        start=place.start,
        end=place.end,
        words=place.words,
        orphaned_at=None,
    ).first()
    if there is not None:
        return there
    text = place.page.text
    return Passage.objects.create(
        reading=reading,
        words=place.words,
        before=text[max(0, place.start - AROUND) : place.start],
        after=text[place.end : place.end + AROUND],
        label=place.page.label,
        page_number=place.page.number,
        start=place.start,
        end=place.end,
        anchored_in=document.text_sha256,
        made_by=by,
    )


def settle(passage: Passage, place: Place | None, text_sha256: str) -> Passage:
    """Keep where a passage stands in the text it was just looked for in, or that it does not."""
    passage.anchored_in = text_sha256
    if place is None:
        passage.orphaned_at = passage.orphaned_at or timezone.now()
    else:
        passage.orphaned_at = None
        passage.page_number = place.page.number
        passage.start, passage.end = place.start, place.end
    passage.save(update_fields=["anchored_in", "orphaned_at", "page_number", "start", "end"])
    return passage


def mark_place(*, person: Enrollment, page: Page, reading: Reading) -> None:
    """Remember the page for the next time. One query, two at the first page of a reading."""
    now = {"page_number": page.number, "page_label": page.label, "read_at": timezone.now()}
    if not Bookmark.objects.filter(person=person, reading=reading).update(**now):
        Bookmark.objects.get_or_create(person=person, reading=reading, defaults=now)
