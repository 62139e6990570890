"""What the log of the server says."""

from __future__ import annotations

import logging


class InOneLine(logging.Filter):
    """What is logged goes out as one line, without the way through our code that led there."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = record.stack_info = None
        return True
