"""Telling a database that is away or locked, and a disk that is full, from a fault in the code."""

from __future__ import annotations

from errno import EDQUOT, EIO, ENOSPC, EROFS

from django.db import InterfaceError, OperationalError

DISK = {ENOSPC, EDQUOT, EIO, EROFS}
# What an error of PostgreSQL's server begins with that may be gone in a minute: the way to it, who
# is let in, two that wait for each other, no room, a lock, a shutdown, the machine.
PASSING = ("08", "28", "40", "53", "55P03", "57", "58", "F0")
# What SQLite calls a statement that is wrong, or wrongly used.
WRONG = {"SQLITE_ERROR", "SQLITE_MISUSE"}


def is_outage(error: BaseException | None) -> bool:
    """Whether the same thing may go well in a minute: the server is being started again, the disk
    is full, somebody else holds the lock. (A missing table is an operational error of SQLite's, a
    value too long for an index one of PostgreSQL's: those are faults.)
    """
    if isinstance(error, OSError):
        return error.errno in DISK
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or PASSING[0]  # the server said nothing
    return getattr(error.__cause__, "sqlite_errorname", "") not in WRONG and state.startswith(
        PASSING
    )


def in_a_line(error: BaseException) -> str:
    return " ".join(str(error).split())
