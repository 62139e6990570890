"""From an uploaded file to pages, with the parsing done in a process of its own.

``extract`` and ``render_page_png`` are all that others need, and for scans ``recognise_page``.
None knows of Django, and none raises anything but ``Refused``, whose sentence can be shown as it
is.
"""

from .ocr import DPI as OCR_DPI
from .ocr import Engine, find_engine, recognise_page, write_recognised
from .parent import extract, render_page_png
from .types import Extracted, ExtractedPage, Limits, Refused, Sentence

__all__ = [
    "OCR_DPI",
    "Engine",
    "Extracted",
    "ExtractedPage",
    "Limits",
    "Refused",
    "Sentence",
    "extract",
    "find_engine",
    "recognise_page",
    "render_page_png",
    "write_recognised",
]
