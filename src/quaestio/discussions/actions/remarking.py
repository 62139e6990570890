"""What teachers and the author say to each other about a discussion, before it opens."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from quaestio.courses.models import Enrollment
from quaestio.courses.roles import RIGHTS, Right
from quaestio.discussions.actions.parts import PostRefused, lock
from quaestio.discussions.actions.telling import have_remark_told
from quaestio.discussions.actions.visits import tell
from quaestio.discussions.models import Discussion, Remark

LONGEST_REMARK = 20_000  # characters


@transaction.atomic
def remark(*, discussion: Discussion, by: Enrollment, text: str) -> Remark:
    """A remark on a discussion. The same words sent once more are the same remark."""
    text = text.strip()
    if not text:
        raise PostRefused(_("There is nothing written yet."))
    if len(text) > LONGEST_REMARK:
        raise PostRefused(
            _("This is longer than a remark can be: at most %s characters.") % LONGEST_REMARK
        )
    lock(discussion.pk)
    last = discussion.remarks.last()
    if last is not None and (last.author_id, last.text) == (by.pk, text):
        return last
    made = Remark.objects.create(discussion=discussion, author=by, text=text)
    tell(discussion, *readers(discussion))
    have_remark_told(made)
    return made


def readers(discussion: Discussion) -> list[int]:
    """The people whose pages show the remarks: teachers, and the author."""
    teachers = [role for role, rights in RIGHTS.items() if Right.SEE_HIDDEN in rights]
    people = Enrollment.objects.filter(course=discussion.course_id, removed_at__isnull=True)
    return list(
        people.filter(Q(role__in=teachers) | Q(pk=discussion.author_id)).values_list(
            "pk", flat=True
        )
    )
