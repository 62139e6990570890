"""Passages found again by their words, after another file of a reading has come into use.

Words are only said to stand where they are found: as they were, or, where a better scan corrects
a letter here and there, nearly so. What is too short or too common to know by itself must also
stand among the words it stood among. Everything else is orphaned, never moved on a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

import quotecheck
from quaestio.citations.placing import place_of
from quaestio.citations.shelf import course_library, course_shelf, public_id_of
from quaestio.courses.models import Course
from quaestio.readings.models import Document, Page, Passage, Reading
from quaestio.readings.passages import Place, settle, surroundings
from quaestio.search.finding import level, places_of
from quotecheck import Span

KNOWN_BY_ITSELF = 6  # words; so many, found once, need nothing around them
SAME_WORDS = 0.8  # how alike words must be to be the same, misread here and there
SAME_SURROUNDINGS = 0.5


def settled(passage: Passage) -> Passage:
    """The passage, looked for anew if the reading's text is no longer the one it was found in."""
    current = Document.objects.filter(reading=passage.reading_id, is_current=True).first()
    if current is None or current.text_sha256 == passage.anchored_in:
        return passage
    return settle(passage, find_again(passage), current.text_sha256)


def settle_course(course: Course) -> int:
    """Look for every passage of a course whose reading has another text now. How many moved."""
    moved = 0
    of_course = Passage.objects.filter(reading__course=course, reading__removed_at=None)
    for passage in of_course.select_related("reading__course"):
        before = (passage.page_number, passage.start, passage.orphaned_at)
        now = settled(passage)
        moved += before != (now.page_number, now.start, now.orphaned_at)
    return moved


def find_again(passage: Passage) -> Place | None:
    """Where the words of a passage stand in the reading's current document."""
    exact = list(places_in(passage.reading, passage.words))
    best = choose(passage, exact, alone=len(exact) == 1)
    if best is not None:
        return best
    near = [
        place
        for place in near_places(passage.reading, passage.words)
        if alike(level(passage.words), level(place.words)) >= SAME_WORDS
    ]
    return choose(passage, near, alone=len(near) == 1)


def choose(passage: Passage, places: Iterable[Place], *, alone: bool) -> Place | None:
    """The place whose surroundings are those of old."""
    scored = sorted(
        ((likeness(passage, place), place) for place in places),
        key=lambda one: (-one[0], abs(one[1].page.number - passage.page_number)),
    )
    if not scored:
        return None
    score, best = scored[0]
    is_known = alone and len(passage.words.split()) >= KNOWN_BY_ITSELF
    return best if is_known or score >= SAME_SURROUNDINGS else None


def likeness(passage: Passage, place: Place) -> float:
    """How alike what stands around is to what stood around: 1 where it is the same."""
    before, after = map(level, surroundings(place))
    old_before, old_after = level(passage.before), level(passage.after)
    sides = [
        (old_before, before[-len(old_before) :]),
        (old_after, after[: len(old_after)]),
    ]
    told = [alike(old, new) for old, new in sides if old]
    return sum(told) / len(told) if told else 1.0


def alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def places_in(reading: Reading, words: str) -> Iterator[Place]:
    """Where the words stand as they are, but for typography and case."""
    wanted = level(words)
    pages = Page.objects.filter(document__reading=reading, document__is_current=True)
    for page in pages.order_by("number").iterator(chunk_size=100):
        for start, end in places_of(wanted, page.text):
            yield Place(page, start, end)


def near_places(reading: Reading, words: str) -> Iterator[Place]:
    """Where the library finds them: nearly as they are, or across pages."""
    library = course_library(reading.course, course_shelf(reading.course))
    keys = (one.info.key for one in library.readings())
    key = next((key for key in keys if public_id_of(key) == reading.public_id), None)
    if key is None:
        return
    finding = quotecheck.check_quotation(words, library, cited=key)
    for place in [finding.place, *finding.others]:
        if place is None or place.reading != key:
            continue
        whole = Span(place.spans[0].start, place.spans[-1].end)
        there = place_of(reading, [whole])
        if there is not None:
            yield there
