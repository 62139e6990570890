"""How a reading is called for short."""

from __future__ import annotations

from quaestio.readings.models import Reading


def short_name(reading: Reading) -> str:
    """“Jones” for “Jones, Polly” or “Polly Jones”; the title where there is no author."""
    author = reading.author.split(";")[0].strip()
    if not author:
        return reading.title
    return author.split(",")[0].strip() if "," in author else author.split()[-1]
