"""Files that are read while somebody does something else with them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from tests.support import cast
from tests.support.atonce import meanwhile

from quaestio.courses.models import Enrollment
from quaestio.readings import actions
from quaestio.readings.extraction import Extracted, extract
from quaestio.readings.models import Document, Page, Reading

TEXT = b"Initially there was distress, outrage and confusion."


@pytest.fixture
def anna(db: None) -> Enrollment:
    return cast.instructor()


@pytest.fixture
def reading(anna: Enrollment) -> Reading:
    return cast.reading(anna.course)


def unread(reading: Reading) -> Document:
    """A file that has come and that nobody has read yet."""
    file = ContentFile(TEXT, name="text.txt")
    return Document.objects.create(reading=reading, file=file, name="text.txt", size=len(TEXT))


def read(document: Document) -> Extracted:
    return extract(Path(document.file.path))


def test_a_file_that_is_removed_while_it_is_read_stays_away(reading: Reading) -> None:
    document = unread(reading)
    extracted = read(document)
    actions.remove_document(document=Document.objects.get(pk=document.pk))
    actions.keep_pages(document, extracted)
    assert not Document.objects.exists() and not Page.objects.exists()


def test_a_file_that_is_removed_while_it_is_read_needs_no_refusal(reading: Reading) -> None:
    document = unread(reading)
    actions.remove_document(document=Document.objects.get(pk=document.pk))
    actions.read_document(document=document)
    actions.refuse(document, "This file could not be read.")
    actions.stop_recognising(document, "The text of this file could not be recognised.")
    assert not Document.objects.exists()


def test_the_pages_of_a_file_that_was_just_removed_cannot_be_renumbered(reading: Reading) -> None:
    document = cast.document(reading)
    actions.remove_document(document=Document.objects.get(pk=document.pk))
    assert actions.correct_label(document=document, number=1, label="7", counts_on=True) == 0
    assert actions.take_back_correction(document=document, number=1) == 0
    assert not actions.use_document(document=document).is_current or not Document.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_files_of_one_reading_are_read_at_once_and_the_later_is_in_use(
    reading: Reading,
) -> None:
    cast.document(reading)
    first, second = unread(reading), unread(reading)
    with meanwhile(partial(actions.keep_pages, second, read(second))) as keeping:
        actions.keep_pages(first, read(first))
    assert keeping.result().is_current
    assert [one.pk for one in Document.objects.filter(is_current=True)] == [second.pk]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_number_is_corrected_while_new_pages_come(reading: Reading) -> None:
    document = cast.document(reading)
    document.file.save("text.txt", ContentFile(TEXT))
    pages = read(document)
    with meanwhile(partial(actions.keep_pages, document, pages)) as keeping:
        actions.correct_label(document=document, number=1, label="7", counts_on=True)
    keeping.result()
    assert [page.label for page in document.pages.all()] == ["7"]
