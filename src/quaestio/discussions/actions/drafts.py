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
from quaestio.web.richtext import clean, flatten, from_plain

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


def drop_draft(person: Enrollment, target: str, source: str, version: int | None) -> None:
    """The draft goes, now that ``source`` is posted. ``version`` is the one that the posted text
    grew from: a newer one, kept from another tab or device, stays unless every word of it was
    posted. None for whoever has seen no draft: then any goes.

    One query; two where there is a draft.
    """
    drafts = Draft.objects.filter(person=person, target=target)
    if version is None:
        drafts.delete()
        return
    drop_grown(drafts.first(), source, version)


def drop_grown(draft: Draft | None, source: str, version: int | None) -> None:
    """The same for a draft that has been found already. No query where there is none."""
    if draft is None:
        return
    if version is None or draft.version <= version or is_within(draft, source):
        # Unless it has grown at this very moment, in another tab.
        Draft.objects.filter(pk=draft.pk, version=draft.version).delete()


def is_within(draft: Draft, source: str) -> bool:
    """Whether all words of a draft stand in a text, in their order: an earlier state of it."""
    body = str(draft.fields.get("body") or draft.fields.get("context") or "")
    read = clean if draft.fields.get("format") == "html" else from_plain
    posted = iter(flatten(source).text.split())
    return all(word in posted for word in flatten(read(body)).text.split())
