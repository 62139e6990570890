"""Zip files, looked over before anything in them is unpacked.

Nothing is ever written to disk, so a name in the archive can do no harm; one that tries to is
still reason enough to refuse the file.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from itertools import pairwise
from pathlib import PurePosixPath

from .types import MEGABYTE, Limits, Refused
from .types import Sentence as _

_END = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 65_535
_HEADER = 30  # the least an entry takes before its data
_DIRECTORY_ENTRY = 1_000  # the most one entry of the directory takes, names being what they are


class Archive:
    """The files inside, each read only when asked for, all of them within one budget."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        _refuse_by_directory(data, limits)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise damaged(str(error)) from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._budget = limits.unpacked_bytes
        _look_over(self._zip.infolist(), limits)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """The whole of one file; ``Refused`` where it is missing, broken or more than it said."""
        entry = self._entries.get(name)
        if entry is None:
            raise damaged(f"missing: {name}")
        try:
            with self._zip.open(entry) as file:
                data = file.read(self._budget + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise damaged(str(error)) from error
        self._budget -= len(data)
        if self._budget < 0:
            raise _too_big()
        return data


def _refuse_by_directory(data: bytes, limits: Limits) -> None:
    """By what the end of the file says of the directory, before the directory itself is read."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if at < 0 or len(data) - at < _END.size:
        raise damaged("no end record")
    _sign, _disk, _first_disk, _here, entries, size, _offset, _comment = _END.unpack_from(data, at)
    if entries == 0:
        raise Refused("empty", _("There is nothing in this file."))
    if entries > limits.unpacked_files or size > limits.unpacked_files * _DIRECTORY_ENTRY:
        raise _too_big()


def _look_over(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.unpacked_files:
        raise _too_big()
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise _too_big()
    for entry in entries:
        if entry.flag_bits & 1:
            raise protected()
        swollen = entry.file_size > limits.unpacked_ratio * max(entry.compress_size, 1)
        if swollen and entry.file_size > MEGABYTE:
            raise _too_big()
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged("method of compression")
        if _climbs(entry.filename):
            raise hostile("a path that climbs")
    by_place = sorted(entries, key=lambda entry: entry.header_offset)
    for first, second in pairwise(by_place):
        if first.header_offset + _HEADER + first.compress_size > second.header_offset:
            raise hostile("entries that overlap")


def _climbs(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[:1] or "\x00" in name


def damaged(detail: str) -> Refused:
    return Refused(
        "damaged",
        _(
            "This file is damaged and cannot be opened. "
            "Fetch it again, or save it again in the program it was made with, and upload that."
        ),
        detail,
    )


def hostile(detail: str) -> Refused:
    return Refused(
        "hostile",
        _(
            "This file is built in a way that no ordinary program builds files, so it was not "
            "opened. Save it again in Word or a similar program, or as PDF, and upload that."
        ),
        detail,
    )


def protected() -> Refused:
    return Refused(
        "encrypted",
        _(
            "This file is protected, by a password or by the shop it comes from. "
            "Upload a copy without protection."
        ),
    )


def _too_big() -> Refused:
    return Refused(
        "too_big_inside",
        _(
            "What is packed in this file is too big to be read here. "
            "Upload the part the class reads, or a file without the pictures."
        ),
    )
