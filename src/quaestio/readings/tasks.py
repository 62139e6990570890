"""Work done behind the page."""

from __future__ import annotations

from django.db import transaction
from django_tasks import task

from quaestio.readings import actions, rereading
from quaestio.readings.models import Document


# Before the checks that wait: somebody looks on while a file is read.
@task(priority=10)
def read_document(document_public_id: str) -> str:
    """Read an uploaded file into pages; the answer is the status it ended in."""
    document = _still_there(document_public_id)
    if document is None:
        return "gone"
    return actions.read_document(document=document).status


@task()
def index_document(document_public_id: str) -> str:
    """Let a search find the pages of a file in use that came with them."""
    document = _still_there(document_public_id, is_current=True)
    if document is None:
        return "gone"
    with transaction.atomic():
        actions.put_in_index(document)
    return "done"


@task(priority=-10)
def reread_document(document_public_id: str) -> str:
    """Read a stored file once more into pages."""
    document = _still_there(document_public_id, rereading=True)
    if document is None:
        return "gone"
    rereading.read_again(document=document)
    return "done"


SLICE = 30  # seconds; then others' work has its turn


@task(priority=-10)
def recognise_document(document_public_id: str) -> str:
    """Recognise the text of a scan, some pages at a time."""
    document = _still_there(document_public_id, recognising=True)
    if document is None:
        return "gone"
    if actions.recognise_some(document=document, seconds=SLICE):
        return "done"
    recognise_document.enqueue(document_public_id)
    return "to be continued"


def _still_there(public_id: str, **state: bool) -> Document | None:
    """The document with its course, if it still waits for what was queued."""
    documents = Document.objects.select_related("reading__course")
    return documents.filter(public_id=public_id, **state).first()
