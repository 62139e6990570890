"""Public ids: what stands in addresses. Random, so that nobody can guess or count."""

from __future__ import annotations

import secrets

from django.db import models

# No vowels, so no words; no look-alikes, so an id can be read out loud.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 16  # 27**16 is more than 2**76


def new_public_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """A unique random id of 16 characters, made when the row is."""

    def __init__(self, **options: object) -> None:
        options.setdefault("max_length", LENGTH)
        options.setdefault("unique", True)
        options.setdefault("editable", False)
        options.setdefault("default", new_public_id)
        super().__init__(**options)  # type: ignore[arg-type]
