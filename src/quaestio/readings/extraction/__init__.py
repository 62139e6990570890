"""From an uploaded file to pages, with the parsing done in a process of its own.

``extract`` and ``render_page_png`` are all that others need, and for scans ``recognise_page`` of
what ``render_straight_png`` draws. None knows of Django, and none raises anything but ``Refused``,
whose sentence can be shown as it is.
"""

from .ocr import DPI as OCR_DPI
from .ocr import Engine, find_engine, read_seen, recognise_page, write_recognised, write_seen
from .parent import extract, render_page_png, render_straight_png
from .types import Extracted, ExtractedPage, Limits, Refused, Seen, Sentence

__all__ = [
    "OCR_DPI",
    "Engine",
    "Extracted",
    "ExtractedPage",
    "Limits",
    "Refused",
    "Seen",
    "Sentence",
    "extract",
    "find_engine",
    "read_seen",
    "recognise_page",
    "render_page_png",
    "render_straight_png",
    "write_recognised",
    "write_seen",
]
