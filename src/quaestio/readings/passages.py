"""Passages that keep their address, and the page where somebody stopped reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from quaestio.courses.models import Enrollment
from quaestio.readings.models import Bookmark, Document, Page, Passage, Reading
from quaestio.readings.turns import over_the_turn, run_on
from quaestio.search.finding import Span, level, places_of

AROUND = 120  # characters kept on either side, to know the place again by
LONGEST = 8000  # characters of a passage


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: a page of the current document, and offsets in its text. ``rest`` is what
    of them stands on the pages after it.
    """

    page: Page
    start: int
    end: int
    rest: tuple[Place, ...] = ()

    @property
    def parts(self) -> tuple[Place, ...]:
        return (self, *self.rest)

    @property
    def last(self) -> Place:
        return self.parts[-1]

    @property
    def words(self) -> str:
        return run_on(part.page.text[part.start : part.end] for part in self.parts)


def place_over(page: Page, following: Page | None, words: str) -> Place | None:
    """The place of words that begin on a page and end on the one after it."""
    wanted = level(words)
    if following is None or not wanted:
        return None
    for here, there in over_the_turn(page.body, following.body, partial(places_of, wanted)):
        return Place(page, *here, (Place(following, *there),))
    return None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that run from an offset on one page to an offset on another, or on the same."""

    first: int
    start: int
    last: int
    end: int

    @classmethod
    def asked(cls, data: Mapping[str, Any], number: int) -> Stretch | None:
        """What an address of page ``number`` asks to be marked; None where it asks nothing."""
        told = [data.get(name, "") for name in ("from", "to", "since", "until")]
        if not all(told[:2]) or any(one and not one.isdecimal() for one in told):
            return None
        if len("".join(told)) > 32:
            return None
        start, end, first, last = (int(one) if one else number for one in told)
        there = first < last or (first == last and start < end)
        return cls(first, start, last, end) if there and first <= number <= last else None

    def query(self, number: int) -> str:
        """The same as the query of an address of page ``number``."""
        since = f"&since={self.first}" if self.first != number else ""
        until = f"&until={self.last}" if self.last != number else ""
        return f"from={self.start}&to={self.end}{since}{until}"

    def on(self, page: Page) -> Span | None:
        """What of it stands on a page."""
        start = self.start if self.first == page.number else 0
        end = min(self.end, len(page.text)) if self.last == page.number else len(page.body.rstrip())
        return (start, end) if self.first <= page.number <= self.last and start < end else None


def stretch_of(passage: Passage) -> Stretch:
    last, end = passage.last_page or passage.page_number, passage.last_end or passage.end
    return Stretch(passage.page_number, passage.start, last, end)


def passages_on(page: Page) -> QuerySet[Passage]:
    """The linked passages of which something stands on a page of the current document."""
    there = Passage.objects.filter(reading=page.document.reading_id, orphaned_at=None)
    return there.filter(
        Q(page_number=page.number) | Q(page_number__lt=page.number, last_page__gte=page.number)
    )


def words_now(passage: Passage) -> str:
    """The words as they stand now, in the file in use. One query."""
    stretch = stretch_of(passage)
    pages = Page.objects.filter(
        document__reading=passage.reading_id,
        document__is_current=True,
        number__range=(stretch.first, stretch.last),
    ).order_by("number")
    spans = [(page, stretch.on(page)) for page in pages]
    return run_on(page.text[slice(*span)] for page, span in spans if span)


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
        reading=reading, words=place.words, orphaned_at=None, **stands_at(place)
    ).first()
    if there is not None:
        return there
    before, after = surroundings(place)
    return Passage.objects.create(
        reading=reading,
        words=place.words,
        before=before,
        after=after,
        label="–".join(dict.fromkeys(part.page.label for part in (place, place.last)))[:40],
        anchored_in=document.text_sha256,
        made_by=by,
        **stands_at(place),
    )


def stands_at(place: Place) -> dict[str, int | None]:
    """The columns of a passage that say where it stands."""
    return {
        "page_number": place.page.number,
        "start": place.start,
        "end": place.end,
        "last_page": place.last.page.number if place.rest else None,
        "last_end": place.last.end if place.rest else None,
    }


def surroundings(place: Place) -> tuple[str, str]:
    """What stands before and after a place, on the pages next to it too. A query for each end of
    it that is near the end of its page.
    """
    first, last = place, place.last
    before, after = first.page.text[: first.start], last.page.text[last.end :]
    beside = Page.objects.filter(document_id=first.page.document_id).values_list("text", flat=True)
    if len(before) < AROUND:
        before = run_on([*beside.filter(number=first.page.number - 1), before])
    if len(after) < AROUND:
        after = run_on([after, *beside.filter(number=last.page.number + 1)])
    return before[-AROUND:], after[:AROUND]


def settle(passage: Passage, place: Place | None, text_sha256: str) -> Passage:
    """Keep where a passage stands in the text it was just looked for in, or that it does not."""
    passage.anchored_in = text_sha256
    if place is None:
        passage.orphaned_at = passage.orphaned_at or timezone.now()
    else:
        passage.orphaned_at = None
        for name, value in stands_at(place).items():
            setattr(passage, name, value)
    passage.save()
    return passage


def mark_place(*, person: Enrollment, page: Page, reading: Reading) -> None:
    """Remember the page for the next time. One query, two at the first page of a reading."""
    label = page.locator if page.kind == Page.Kind.PARAGRAPH and page.label else page.label
    now = {"page_number": page.number, "page_label": label, "read_at": timezone.now()}
    if not Bookmark.objects.filter(person=person, reading=reading).update(**now):
        Bookmark.objects.get_or_create(person=person, reading=reading, defaults=now)
