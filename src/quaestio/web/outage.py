"""Telling a database that is away or locked, and a disk that is full, from a fault in the code."""

from __future__ import annotations

from errno import EDQUOT, EIO, ENOSPC, EROFS

from django.db import InterfaceError, OperationalError

DISK = {ENOSPC, EDQUOT, EIO, EROFS}


def is_outage(error: BaseException | None) -> bool:
    """Whether the same thing may go well in a minute: the server is being started again, the disk
    is full, somebody else holds the lock. (SQLite calls a missing table an operational error too.)
    """
    if isinstance(error, InterfaceError):
        return True
    if isinstance(error, OSError) and error.errno in DISK:
        return True
    fault = getattr(getattr(error, "__cause__", None), "sqlite_errorname", "") == "SQLITE_ERROR"
    return isinstance(error, OperationalError) and not fault


def in_a_line(error: BaseException) -> str:
    return " ".join(str(error).split())
