"""Where it is kept what was recognised on the pages of a scan: the places of the words, too."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from quaestio.readings.models import Document


def ocr_folder(document: Document) -> Path:
    return Path(settings.OCR_ROOT, document.public_id)


def seen_path(document: Document, sheet: int) -> Path:
    """What was seen on one page of the file (``extraction.ocr.write_seen``); there or not."""
    return ocr_folder(document) / f"{sheet}.seen"


def seen_sheets(document: Document) -> list[int]:
    """The pages of the file on which it is kept what was seen."""
    return sorted(int(path.stem) for path in ocr_folder(document).glob("*.seen"))
