"""What the log of the server says."""

from __future__ import annotations

import logging

from django.urls import Resolver404, resolve

from quaestio.web.outage import in_a_line, is_outage

# What an address holds that opens something for whoever has it, by its name in the URL patterns.
SECRETS = {"token", "proof", "key", "uidb36"}


class InOneLine(logging.Filter):
    """What is logged goes out as one line, without the way through our code that led there."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = record.stack_info = None
        return True


class Failures(logging.Filter):
    """Of an answer that failed: a database that is away or a full disk is told in one line, since
    everybody meets it and no code is at fault; an address that is a secret is told by its pattern.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(without_secrets, record.args))
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and is_outage(error):
            record.msg = f"{record.getMessage()}: nothing can be stored or read: {in_a_line(error)}"
            record.args = ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def without_secrets(part: object) -> object:
    """A path as it is, unless it holds a secret: then the pattern it fits.

    >>> without_secrets("/d/3f9a/"), without_secrets("/join/3f9a")
    ('/d/3f9a/', '/join/<slug:token>')
    """
    if not isinstance(part, str) or not part.startswith("/"):
        return part
    try:
        match = resolve(part)
    except Resolver404:
        return part
    return f"/{match.route}" if SECRETS & set(match.kwargs) else part
