"""Work done behind the page."""

from __future__ import annotations

from django_tasks import task

from quaestio.readings import actions
from quaestio.readings.models import Document


# Before the checks that wait: somebody looks on while a file is read.
@task(priority=10)
def read_document(document_public_id: str) -> str:
    """Read an uploaded file into pages; the answer is the status it ended in."""
    document = (
        Document.objects.select_related("reading__course")
        .filter(public_id=document_public_id)
        .first()
    )
    if document is None:
        return "gone"
    return actions.read_document(document=document).status
