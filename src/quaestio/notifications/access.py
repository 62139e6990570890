"""A notice is its reader's alone."""

from __future__ import annotations

from django.http import Http404

from quaestio.accounts.models import User
from quaestio.notifications.models import Notice


def notice_for(person: User, public_id: str) -> Notice:
    notice = Notice.objects.filter(to=person, public_id=public_id).first()
    if notice is None:
        raise Http404
    notice.to = person
    return notice
