"""A directory of readings, one file each, that any number of processes may have open.

A file is written whole under another name and then renamed, so that other processes see the old
one or the new one, never half of one. A damaged or older index is built again from the stored
text, or, where the text itself is damaged, refused.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import zlib
from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from . import index
from .index import HEAD, MAGIC, IndexDamaged, IndexedReading
from .lexicon import Lexicon
from .types import PageMark, Reading

_SUFFIX = ".reading"
_TRIMMED_EVERY = 8  # questions after which the memory of one reading is given back
# The system keeps a file in memory in pieces as large as it was written in, up to 2 MB, and maps a
# whole piece where a byte of it is read. With these, 3 of 100 MB less are resident.
_WRITTEN_AT_ONCE = 1 << 19
_TEXT = ("dictionary", "text", "text_ends", "page_starts", "page_labels")


class Look(NamedTuple):
    """The readings at one moment.

    ``state`` is another number when the set of readings, as this process sees it, is another;
    ``broken`` are the keys of those whose files are damaged beyond repair.
    """

    state: int
    readings: list[IndexedReading]
    lexicon: Lexicon
    broken: tuple[str, ...]


class Library:
    """A directory of readings. Any number of processes may have it open."""

    def __init__(self, directory: Path, only: frozenset[str] | None = None) -> None:
        self.directory = directory
        self._name = str(directory)
        self._only = only
        self._open: dict[str, tuple[tuple[int, int, int], IndexedReading | None]] = {}
        self._seen = -1
        self._loaded: list[IndexedReading] = []
        self._broken: tuple[str, ...] = ()
        self._lexicon = Lexicon([])
        self._asked = 0
        self._state = 0
        self.answers: dict[Hashable, Any] = {}  # what was found before, kept by the checker

    @classmethod
    def open(cls, directory: str | os.PathLike[str]) -> Library:
        """Opens a directory, made if it is not there."""
        path = Path(directory)
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    def subset(self, keys: Iterable[str]) -> Library:
        """The same library, seeing only some of its readings."""
        wanted = frozenset(keys)
        view = Library(self.directory, wanted if self._only is None else wanted & self._only)
        view._open = self._open
        view.answers = self.answers
        return view

    def keys(self) -> tuple[str, ...]:
        """The keys of all readings, sorted."""
        return tuple(sorted(self._present()))

    def _present(self) -> dict[str, Path]:
        if self._only is not None:
            paths = ((key, self._path(key)) for key in self._only)
            return {key: path for key, path in paths if path.exists()}
        with os.scandir(self.directory) as entries:
            names = [e.name for e in entries if e.name.endswith(_SUFFIX)]
        return {_key(name): self.directory / name for name in names}

    def _path(self, key: str) -> Path:
        return self.directory / (_file_name(key) + _SUFFIX)

    def put(self, reading: Reading) -> bool:
        """Stores a reading, replacing one with its key. False when nothing had changed."""
        from .build import digest

        path = self._path(reading.key)
        name = digest(reading)
        try:
            known = IndexedReading(path)
        except (FileNotFoundError, IndexDamaged):
            known = None
        if known is not None and known.digest == name and not known.damaged():
            return False
        _write(path, _packed(reading, name))
        self._seen = -1
        return True

    def remove(self, key: str) -> None:
        """Forgets a reading; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)
        self._seen = -1

    def reading(self, key: str) -> IndexedReading:
        """One reading. KeyError when it is not there, IndexDamaged when its file is."""
        if self._only is not None and key not in self._only:
            raise KeyError(key)
        found = self._load(key, self._path(key))
        if found is None:
            raise IndexDamaged(f"The index of {key!r} is damaged: store the reading anew.")
        return found

    def readings(self) -> list[IndexedReading]:
        """All sound readings, in the order of their keys."""
        self._refresh()
        return self._loaded

    def lexicon(self) -> Lexicon:
        """Where each word occurs, over all sound readings that can be searched."""
        self._refresh()
        return self._lexicon

    def look(self) -> Look:
        """Everything a question needs, as of one moment."""
        self._refresh()
        self._asked += 1
        if self._loaded and self._asked % _TRIMMED_EVERY == 0:
            self._loaded[self._asked // _TRIMMED_EVERY % len(self._loaded)].trim()
        return Look(self._state, self._loaded, self._lexicon, self._broken)

    def broken(self) -> tuple[str, ...]:
        """Keys of readings whose files are damaged beyond repair."""
        self._refresh()
        return self._broken

    def __iter__(self) -> Iterator[IndexedReading]:
        return iter(self.readings())

    def _refresh(self) -> None:
        stamp = os.stat(self._name).st_mtime_ns  # noqa: PTH116 - asked for every quotation
        if stamp == self._seen:
            return
        loaded, broken = [], []
        for key, path in sorted(self._present().items()):
            try:
                found = self._load(key, path)
            except KeyError:
                continue
            if found is None:
                broken.append(key)
            else:
                loaded.append(found)
        if loaded != self._loaded:
            self._lexicon = Lexicon([r for r in loaded if r.searchable and r.word_count])
        self._loaded, self._broken = loaded, tuple(broken)
        self._state = hash((self._broken, tuple((r.key, r.digest) for r in loaded)))
        # A change within the clock's grain of this look would not be seen later.
        self._seen = stamp if time.time_ns() - stamp > 1_000_000_000 else -1

    def _load(self, key: str, path: Path) -> IndexedReading | None:
        try:
            stat = path.stat()
        except FileNotFoundError:
            raise KeyError(key) from None
        stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        known = self._open.get(key)
        if known is None or known[0] != stamp:
            known = (stamp, _sound(path))
            self._open[key] = known
        return known[1]


def _sound(path: Path) -> IndexedReading | None:
    """The reading in a file, built again if its index is damaged or old; None if it is lost."""
    try:
        found = IndexedReading(path)
        if not found.damaged():
            return found
    except IndexDamaged:
        pass
    try:
        reading, name = _stored(path)
        _write(path, _packed(reading, name))
        return IndexedReading(path)
    except IndexDamaged:
        return None


def _stored(path: Path) -> tuple[Reading, str]:
    """The reading in a file whose index cannot be trusted, if its text can."""
    data = path.read_bytes()
    if len(data) < HEAD.size:
        raise IndexDamaged(f"{path.name} is cut off")
    magic, _, length, checksum = HEAD.unpack(data[: HEAD.size])
    content = data[HEAD.size : HEAD.size + length]
    if magic != MAGIC or zlib.crc32(content) != checksum:
        raise IndexDamaged(f"{path.name} is not an index, or is damaged")
    header = json.loads(content)
    parts = {}
    for name in _TEXT:
        at, size, sum_ = header["sections"].get(name, (0, 0, -1))
        parts[name] = data[at : at + size]
        if len(parts[name]) != size or zlib.crc32(parts[name]) != sum_:
            raise IndexDamaged(f"{path.name}: the text is damaged")
    meta = header["meta"]
    starts = memoryview(parts["page_starts"]).cast("I")
    return Reading(
        meta["key"],
        unpacked(
            parts["text"], list(memoryview(parts["text_ends"]).cast("I")), parts["dictionary"]
        ),
        meta["title"],
        meta["author"],
        meta["year"],
        tuple(map(PageMark, starts, json.loads(parts["page_labels"]))),
        tuple(meta["aliases"]),
        meta["searchable"],
        meta["why_not"],
    ), header["digest"]


def unpacked(text: bytes, ends: list[int], dictionary: bytes) -> str:
    """The whole text out of its blocks."""
    blocks = []
    for a, b in pairwise(ends):
        loosen = zlib.decompressobj(-15, zdict=dictionary)
        blocks.append(loosen.decompress(text[a:b]).decode("utf-8", "surrogatepass"))
    return "".join(blocks)


def _packed(reading: Reading, name: str) -> bytes:
    from .build import sections

    sizes, parts = sections(reading)
    table: dict[str, tuple[int, int, int]] = {}
    header: dict[str, Any] = {
        "digest": name,
        "meta": {
            "key": reading.key,
            "title": reading.title,
            "author": reading.author,
            "year": reading.year,
            "aliases": list(reading.aliases),
            "searchable": reading.searchable,
            "why_not": reading.why_not,
        },
        "sizes": sizes,
        "sections": table,
        "size": 0,
    }
    # The header's length depends on the offsets in it: room is left for them.
    room = len(json.dumps(header)) + 48 * len(parts) + 64
    room += -(room + HEAD.size) % 8
    at = HEAD.size + room
    body: list[bytes] = []
    for part, data in parts.items():
        padded = data + b"\0" * (-len(data) % 8)
        table[part] = (at, len(data), zlib.crc32(data))
        body.append(padded)
        at += len(padded)
    header["size"] = at
    content = json.dumps(header).encode().ljust(room)
    return HEAD.pack(MAGIC, index.VERSION, room, zlib.crc32(content)) + content + b"".join(body)


def _file_name(key: str) -> str:
    return key.encode("utf-8", "surrogatepass").hex()


def _key(name: str) -> str:
    return bytes.fromhex(name[: -len(_SUFFIX)]).decode("utf-8", "surrogatepass")


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            for at in range(0, len(data), _WRITTEN_AT_ONCE):
                file.write(data[at : at + _WRITTEN_AT_ONCE])
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
