"""The mail to somebody on a class list who is not in the course yet."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from quaestio.courses.links import link_of
from quaestio.courses.models import Invitee
from quaestio.notifications.links import whole
from quaestio.notifications.words import Written


def invitation(about: str) -> Written | None:
    """What to write to whom a place is kept for; None when it is taken, ended or over."""
    invitee = (
        Invitee.objects.select_related("course", "invited_by", "section")
        .filter(public_id=about, expires_at__gt=timezone.now(), course__sealed_at__isnull=True)
        .first()
    )
    if invitee is None:
        return None
    course = invitee.course
    return Written(
        address=invitee.address,
        name=invitee.name,
        subject=_("You are invited to %(course)s") % {"course": course.title},
        template="courses/mail/invited",
        context={
            "course": course,
            "by": invitee.invited_by.byline if invitee.invited_by else "",
            "role": invitee.get_role_display(),
            "section": invitee.section,
            "url": whole(link_of(invitee)),
            "until": date_format(timezone.localtime(invitee.expires_at), "j F Y"),
        },
    )
