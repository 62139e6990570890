"""The doors to readings. Readings are for members: a public course does not publish them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from quaestio.courses.access import Seat, Viewer, seat_in
from quaestio.courses.roles import Right
from quaestio.readings.models import Document, Page, Passage, Reading


def visible_readings(seat: Seat) -> QuerySet[Reading]:
    """The readings of the seat's course, none for the public."""
    if not seat.is_member:
        return Reading.objects.none()
    return Reading.objects.filter(course=seat.course, removed_at__isnull=True)


def reading_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> tuple[Seat, Reading]:
    reading = (
        Reading.objects.select_related("course")
        .filter(public_id=public_id, removed_at__isnull=True)
        .first()
    )
    if reading is None:
        raise Http404
    seat = seat_in(user, reading.course, right)
    if not seat.is_member:
        raise Http404
    return seat, reading


def document_for(user: Viewer, public_id: str, right: Right = Right.SEE) -> tuple[Seat, Document]:
    document = (
        Document.objects.select_related("reading__course").filter(public_id=public_id).first()
    )
    if document is None or document.reading.removed_at is not None:
        raise Http404
    seat = seat_in(user, document.reading.course, right)
    if not seat.is_member:
        raise Http404
    return seat, document


def page_for(user: Viewer, public_id: str, number: int) -> tuple[Seat, Reading, Page]:
    """A page of the reading's current document, by its number in the file."""
    seat, reading = reading_for(user, public_id)
    page = (
        Page.objects.select_related("document")
        .defer("document__contents")
        .filter(document__reading=reading, document__is_current=True, number=number)
        .first()
    )
    if page is None:
        raise Http404
    return seat, reading, page


def passage_for(user: Viewer, public_id: str) -> tuple[Seat, Passage]:
    """A passage by its lasting address, wherever it stands now, orphaned or not."""
    passage = Passage.objects.select_related("reading__course").filter(public_id=public_id).first()
    if passage is None or passage.reading.removed_at is not None:
        raise Http404
    seat = seat_in(user, passage.reading.course)
    if not seat.is_member:
        raise Http404
    return seat, passage
