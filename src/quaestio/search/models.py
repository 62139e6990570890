"""How far the index of each model has been brought up to date."""

from __future__ import annotations

from django.db import models


class Stamp(models.Model):
    """All rows of a model are in the index as ``version`` makes it (``index.VERSION``). While they
    are being put in as a newer one does, ``reached`` is the key of the last of them.
    """

    kind = models.CharField(max_length=100, unique=True)
    version = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
