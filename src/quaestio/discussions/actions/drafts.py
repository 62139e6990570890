"""What is being written."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.models import Enrollment
from quaestio.discussions.actions.parts import EditConflict, PostRefused
from quaestio.discussions.models import (
    Discussion,
    Draft,
    Post,
)

LONGEST_DRAFT = 300_000


def is_posted(*, person: Enrollment, key: uuid.UUID | None, source: str) -> bool:
    """Whether this text came as a post already: a draft sent just before may arrive after it."""
    if key is None:
        return False
    posts = Post.objects.filter(author=person, submission_key=key, source=source)
    posed = Discussion.objects.filter(author=person, submission_key=key, context=source)
    return posts.exists() or posed.exists()


@transaction.atomic
def save_draft(
    *, person: Enrollment, target: str, fields: Mapping[str, Any], version: int
) -> Draft:
    """Keep what is being written. ``version`` is the draft this text grew from (0: none).

    ``EditConflict`` when a newer one was kept meanwhile, from another tab or device: the older
    text never overwrites the newer.
    """
    size = sum(len(str(value)) for value in fields.values())
    if size > LONGEST_DRAFT:
        raise PostRefused(_("This is too long to keep as a draft."))
    draft, is_new = Draft.objects.select_for_update().get_or_create(
        person=person, target=target, defaults={"fields": dict(fields)}
    )
    if is_new or draft.fields == dict(fields):
        return draft
    if draft.version != version:
        raise EditConflict(draft)
    draft.fields, draft.version, draft.updated_at = dict(fields), version + 1, timezone.now()
    draft.save(update_fields=["fields", "version", "updated_at"])
    return draft


def drop_draft(person: Enrollment, target: str) -> None:
    Draft.objects.filter(person=person, target=target).delete()
