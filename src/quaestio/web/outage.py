"""Telling a database that is away, locked or full from a fault in the code."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError


def is_outage(error: BaseException | None) -> bool:
    """Whether the same thing may go well in a minute: the server is being started again, the disk
    is full, somebody else holds the lock. (SQLite calls a missing table an operational error too.)
    """
    if isinstance(error, InterfaceError):
        return True
    fault = getattr(getattr(error, "__cause__", None), "sqlite_errorname", "") == "SQLITE_ERROR"
    return isinstance(error, OperationalError) and not fault


def in_a_line(error: BaseException) -> str:
    return " ".join(str(error).split())
