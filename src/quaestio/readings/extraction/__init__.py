"""From an uploaded file to pages, with the parsing done in a process of its own.

``extract`` and ``render_page_png`` are all that others need. Neither knows of Django, and neither
raises anything but ``Refused``, whose sentence can be shown as it is.
"""

from .parent import extract, render_page_png
from .types import Extracted, ExtractedPage, Limits, Refused, Sentence

__all__ = [
    "Extracted",
    "ExtractedPage",
    "Limits",
    "Refused",
    "Sentence",
    "extract",
    "render_page_png",
]
