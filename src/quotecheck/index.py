"""What is kept on disk for each reading, one file each in a directory.

A file is written whole under another name and then renamed, so that other processes see the old
one or the new one, never half of one.
"""

from __future__ import annotations

import bisect
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .furniture import layout
from .normalize import Word, words
from .types import PageMark, Reading, ReadingInfo, Span

_MAGIC = b"quotecheck reading\n"
_VERSION = 1
_SUFFIX = ".reading"


class IndexDamaged(Exception):
    """A file of the library is cut off, altered, or of another version."""


class IndexedReading:
    """A reading as the library keeps it: its text, pages and words."""

    def __init__(self, reading: Reading) -> None:
        self.key = reading.key
        self.info = ReadingInfo(
            reading.key, reading.title, reading.author, reading.year, reading.aliases
        )
        self.title, self.author, self.year = reading.title, reading.author, reading.year
        self.pages = reading.pages
        self.searchable, self.why_not = reading.searchable, reading.why_not
        self.length = len(reading.text)
        self._text = reading.text
        self._starts = [mark.start for mark in reading.pages]
        self._words: list[Word] | None = None

    def text(self, start: int = 0, end: int | None = None) -> str:
        """``text[start:end]`` of the reading."""
        return self._text[start:end]

    @property
    def word_count(self) -> int:
        return len(self._all())

    def words(self, start: int, end: int) -> list[Word]:
        """Words of the running text (the notes come after it), with their places in the text."""
        return self._all()[max(0, start) : end]

    def _all(self) -> list[Word]:
        if self._words is None:
            found: list[Word] = []
            plan = layout(self._text, self.pages)
            for spans in (plan.body, plan.notes):
                parts = "".join(self._text[a:b] for a, b in spans)
                found += _moved_back(words(parts), spans)
            self._words = found
        return self._words

    def page_labels(self, start: int, end: int) -> tuple[str, ...]:
        """The labels of the pages that ``text[start:end]`` touches."""
        if not self._starts:
            return ()
        first = max(0, bisect.bisect_right(self._starts, start) - 1)
        last = max(first, bisect.bisect_left(self._starts, end) - 1)
        return tuple(mark.label for mark in self.pages[first : last + 1])

    def page_index(self, offset: int) -> int:
        """Which page an offset stands on, counted from 0 (-1 when there are no pages)."""
        return bisect.bisect_right(self._starts, offset) - 1


def _moved_back(found: list[Word], spans: list[Span]) -> list[Word]:
    """Words of joined spans, with their offsets in the text the spans were taken from."""
    begins, total = [], 0
    for a, b in spans:
        begins.append(total)
        total += b - a
    moved = []
    for word in found:
        i = bisect.bisect_right(begins, word.start) - 1
        j = bisect.bisect_right(begins, word.end - 1) - 1
        moved.append(
            Word(
                word.fold,
                word.start - begins[i] + spans[i].start,
                word.end - begins[j] + spans[j].start,
            )
        )
    return moved


class Library:
    """A directory of readings. Any number of processes may have it open."""

    def __init__(self, directory: Path, only: frozenset[str] | None = None) -> None:
        self.directory = directory
        self._only = only
        self._open: dict[str, tuple[tuple[int, int], IndexedReading]] = {}

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
        return view

    def keys(self) -> tuple[str, ...]:
        """The keys of all readings, sorted."""
        return tuple(sorted(self._present()))

    def _present(self) -> dict[str, Path]:
        if self._only is not None:
            paths = ((key, self._path(key)) for key in self._only)
            return {key: path for key, path in paths if path.exists()}
        return {_key(path): path for path in self.directory.glob("*" + _SUFFIX)}

    def _path(self, key: str) -> Path:
        return self.directory / (_file_name(key) + _SUFFIX)

    def put(self, reading: Reading) -> bool:
        """Stores a reading, replacing one with its key. False when nothing had changed."""
        content = json.dumps(_as_json(reading), ensure_ascii=True).encode()
        digest = hashlib.sha256(content).hexdigest().encode()
        path = self._path(reading.key)
        head = _MAGIC + b"%d %s\n" % (_VERSION, digest)
        with contextlib.suppress(OSError), path.open("rb") as file:
            if file.read(len(head)) == head:
                return False
        _write(path, head + content)
        return True

    def remove(self, key: str) -> None:
        """Forgets a reading; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)

    def reading(self, key: str) -> IndexedReading:
        """One reading. KeyError when it is not there, IndexDamaged when its file is."""
        if self._only is not None and key not in self._only:
            raise KeyError(key)
        path = self._path(key)
        try:
            stat = path.stat()
        except FileNotFoundError:
            raise KeyError(key) from None
        stamp = (stat.st_mtime_ns, stat.st_ino)
        known = self._open.get(key)
        if known is None or known[0] != stamp:
            known = (stamp, IndexedReading(_read(path)))
            self._open[key] = known
        return known[1]

    def readings(self) -> Iterator[IndexedReading]:
        """All readings, in the order of their keys."""
        for key in self.keys():
            yield self.reading(key)


def _file_name(key: str) -> str:
    return key.encode("utf-8", "surrogatepass").hex()


def _key(path: Path) -> str:
    return bytes.fromhex(path.name[: -len(_SUFFIX)]).decode("utf-8", "surrogatepass")


def _as_json(reading: Reading) -> dict[str, object]:
    return {
        "key": reading.key,
        "text": reading.text,
        "title": reading.title,
        "author": reading.author,
        "year": reading.year,
        "pages": [list(mark) for mark in reading.pages],
        "aliases": list(reading.aliases),
        "searchable": reading.searchable,
        "why_not": reading.why_not,
    }


def _read(path: Path) -> Reading:
    data = path.read_bytes()
    magic, head, content = data.partition(b"\n")[0] + b"\n", b"", b""
    if magic == _MAGIC:
        head, _, content = data[len(_MAGIC) :].partition(b"\n")
    if head.split() != [b"%d" % _VERSION, hashlib.sha256(content).hexdigest().encode()]:
        raise IndexDamaged(f"{path.name} is damaged or of another version; store the reading anew")
    fields = json.loads(content)
    fields["pages"] = tuple(PageMark(*mark) for mark in fields["pages"])
    fields["aliases"] = tuple(fields["aliases"])
    return Reading(**fields)


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
