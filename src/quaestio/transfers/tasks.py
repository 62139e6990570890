"""Work done behind the page."""

from __future__ import annotations

from django_tasks import task

from quaestio.transfers import actions
from quaestio.transfers.models import Archive


# After the checks that wait: nobody is kept from reading or writing by it.
@task(priority=-5)
def make_archive(archive_public_id: str) -> str:
    """Make an archive; the answer is the state it ended in."""
    archive = (
        Archive.objects.select_related("course")
        .filter(public_id=archive_public_id, state=Archive.State.WAITING)
        .first()
    )
    return actions.make_archive(archive=archive).state if archive else "gone"
