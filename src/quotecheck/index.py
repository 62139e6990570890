"""What is kept on disk for each reading, one file each in a directory.

A file is written whole under another name and then renamed, so that other processes see the old
one or the new one, never half of one. Every section has a checksum, looked at when the reading is
first used: a damaged or older index is built again from the stored text, or, where the text itself
is damaged, refused.
"""

from __future__ import annotations

import bisect
import json
import mmap
import os
import struct
import tempfile
import time
import weakref
import zlib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from .normalize import SHORTEST_SPELLED, Word, hash_half, nth_word, words
from .types import PageMark, Reading, ReadingInfo, Span

MAGIC = b"quotechk"
VERSION = 5
BLOCK = 4096
STRIDE = 8
_HEAD = struct.Struct("<8sIII")  # magic, version, length of the header, its checksum
_SUFFIX = ".reading"
_KEPT_BLOCKS = 12
_KEPT_WORDS = 6000
_LONGEST_SPELLED = 40
_TRIMMED_EVERY = 256  # questions after which the pages read are given back to the system
_TEXT = ("dictionary", "text", "text_ends", "page_starts", "page_labels")


class IndexDamaged(Exception):
    """A file of the library is cut off, altered, or cannot be read by this version."""


class IndexedReading:
    """A reading as the library keeps it, memory-mapped: its text, pages and words."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        weakref.finalize(self, self._file.close)
        size = os.fstat(self._file.fileno()).st_size
        self._header = header = _read_header(path, self._file.read(_HEAD.size), self._file, size)
        meta, sizes = header["meta"], header["sizes"]
        self.key: str = meta["key"]
        self.title: str = meta["title"]
        self.author: str = meta["author"]
        self.year: str = meta["year"]
        self.aliases: tuple[str, ...] = tuple(meta["aliases"])
        self.searchable: bool = meta["searchable"]
        self.why_not: str = meta["why_not"]
        self.info = ReadingInfo(self.key, self.title, self.author, self.year, self.aliases)
        self.digest: str = header["digest"]
        self.length: int = sizes["chars"]
        self.word_count: int = sizes["words"]
        self.bits: int = sizes["bits"]
        self.mask = (1 << self.bits) - 1
        self.shift: int = sizes["shift"]
        self.id_bytes = 4 if sizes["wide"] else 2
        self._stream: int = sizes["stream"]
        self.scanned = bool(sizes["scanned"])
        self.map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self._view = memoryview(self.map)
        self.hashes = self._numbers("hashes")
        self.buckets = self._numbers("buckets")
        self.firsts = self._numbers("firsts")
        self.postings = self._numbers("postings")
        self.halves = self._numbers("halves")
        self.half_owners = self._section("half_owners").cast("I" if sizes["wide"] else "H")
        self._spelled_at: int = header["sections"]["spelled"][0]
        self._spelled_ends = self._numbers("spelled_ends")
        self.ids = self._section("ids").cast("I" if sizes["wide"] else "H")
        self.ids_at: int = header["sections"]["ids"][0]
        self.postings_at: int = header["sections"]["postings"][0]
        self._marks = self._numbers("marks")
        self._segment_begins = self._numbers("segment_begins")
        self._segment_raws = self._numbers("segment_raws")
        self._text_ends = self._numbers("text_ends")
        self._text_at: int = header["sections"]["text"][0]
        self._page_starts = self._numbers("page_starts")
        self.page_words = self._numbers("page_words")
        self._dictionary: bytes | None = None
        self._blocks: dict[int, str] = {}
        self._labels: list[str] | None = None
        self._order: dict[str, int] | None = None

    def _section(self, name: str) -> memoryview:
        at, length, _ = self._header["sections"][name]
        return self._view[at : at + length]

    def _numbers(self, name: str) -> memoryview:
        return self._section(name).cast("I")

    def damaged(self) -> list[str]:
        """The names of sections whose checksum does not fit."""
        wrong = []
        with self.path.open("rb") as file:
            for name, (at, length, checksum) in self._header["sections"].items():
                file.seek(at)
                if zlib.crc32(file.read(length)) != checksum:
                    wrong.append(name)
        return wrong

    def trim(self) -> None:
        """Lets go of the memory that reading has filled; the system keeps the pages at hand."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.map.madvise(mmap.MADV_DONTNEED)

    # -- text ---------------------------------------------------------------------------------

    def text(self, start: int = 0, end: int | None = None) -> str:
        """``text[start:end]`` of the reading, unpacked from the blocks it touches."""
        stop = self.length if end is None else min(end, self.length)
        start = max(0, start)
        if stop <= start:
            return ""
        first, last = start // BLOCK, (stop - 1) // BLOCK
        if first == last:
            return self._block(first)[start - first * BLOCK : stop - first * BLOCK]
        joined = "".join([self._block(i) for i in range(first, last + 1)])
        return joined[start - first * BLOCK : stop - first * BLOCK]

    def _block(self, number: int) -> str:
        block = self._blocks.get(number)
        if block is None:
            if self._dictionary is None:
                self._dictionary = bytes(self._section("dictionary"))
            a, b = self._text_ends[number], self._text_ends[number + 1]
            packed = os.pread(self._file.fileno(), b - a, self._text_at + a)
            loosen = zlib.decompressobj(-15, zdict=self._dictionary)
            block = loosen.decompress(packed).decode("utf-8", "surrogatepass")
            if len(self._blocks) >= _KEPT_BLOCKS:
                self._blocks.clear()
            self._blocks[number] = block
        return block

    # -- words --------------------------------------------------------------------------------

    def words(self, start: int, end: int) -> list[Word]:
        """Words of the running text (notes come after it), with their places in the text."""
        start, end = max(0, start), min(end, self.word_count)
        if end <= start:
            return []
        first, last = start // STRIDE, (end + STRIDE - 1) // STRIDE
        low = self._marks[first]
        high = self._marks[last] if last < len(self._marks) else self._stream
        found = self._stream_words(low, high)
        skip = start - first * STRIDE
        return found[skip : skip + end - start]

    def span(self, start: int, end: int) -> Span:
        """The span of words ``start`` to ``end`` in the text."""
        return Span(self._word_span(start).start, self._word_span(end - 1).end)

    def _word_span(self, number: int) -> Span:
        mark = number // STRIDE
        low = self._marks[mark]
        high = self._marks[mark + 1] if mark + 1 < len(self._marks) else self._stream
        begins, raws = self._segment_begins, self._segment_raws
        i = bisect.bisect_right(begins, low) - 1
        if i + 1 < len(begins) and begins[i + 1] < high:
            word = self._stream_words(low, high)[number - mark * STRIDE]
            return Span(word.start, word.end)
        move = raws[i] - begins[i]
        return nth_word(self.text(low + move, high + move), number - mark * STRIDE, low + move)

    def _stream_words(self, low: int, high: int) -> list[Word]:
        begins, raws = self._segment_begins, self._segment_raws
        i = bisect.bisect_right(begins, low) - 1
        j = bisect.bisect_left(begins, high) - 1
        if i == j:
            move = raws[i] - begins[i]
            return words(self.text(low + move, high + move), low + move)
        pieces, edges = [], []
        for k in range(i, j + 1):
            a = max(low, begins[k])
            b = min(high, begins[k + 1] if k + 1 < len(begins) else self._stream)
            edges.append((a - low, raws[k] + a - begins[k]))
            pieces.append(self.text(raws[k] + a - begins[k], raws[k] + b - begins[k]))
        return [
            Word(word.fold, _moved(word.start, edges), _moved(word.end - 1, edges) + 1)
            for word in words("".join(pieces))
        ]

    def spelled(self, place: int) -> str:
        """The word at a place, levelled, without reading the text."""
        number, at = self.ids[place], self._spelled_at
        a, b = self._spelled_ends[number], self._spelled_ends[number + 1]
        return self.map[at + a : at + b].decode("utf-8", "surrogatepass")

    def akin(self, word: str) -> list[int]:
        """Numbers of other words that differ from this one by a letter, or two in a long one."""
        size = len(word)
        if not SHORTEST_SPELLED <= size <= _LONGEST_SPELLED:
            return []
        far = 1 + (size > 7)
        owners: set[int] = set()
        for key in _half_keys(word):
            owners.update(self._owners(key))
        ends, at, data = self._spelled_ends, self._spelled_at, self.map
        coded = word.encode("utf-8", "surrogatepass")
        low, high = len(coded) - 2 * far, len(coded) + 2 * far
        found = []
        for number in owners:
            a, b = ends[number], ends[number + 1]
            if low <= b - a <= high:
                other = data[at + a : at + b]
                if other == coded:
                    continue
                spelled = other.decode("utf-8", "surrogatepass")
                if Levenshtein.distance(word, spelled, score_cutoff=far) <= far:
                    found.append(number)
        return found

    def _owners(self, key: int) -> Sequence[int]:
        halves = self.halves
        low = bisect.bisect_left(halves, key)
        if low == len(halves) or halves[low] != key:
            return ()
        return self.half_owners[low : bisect.bisect_right(halves, key, low)]

    def word_id(self, hashed: int) -> int:
        """The number of a word in this reading, -1 when it does not occur."""
        buckets = self.buckets
        slot = hashed >> self.shift
        hashes = self.hashes
        for i in range(buckets[slot], buckets[slot + 1]):
            if hashes[i] == hashed:
                return i
        return -1

    # -- pages --------------------------------------------------------------------------------

    @property
    def labels(self) -> list[str]:
        if self._labels is None:
            self._labels = json.loads(bytes(self._section("page_labels")))
        return self._labels

    @property
    def pages(self) -> tuple[PageMark, ...]:
        """Where each page starts, with its label."""
        return tuple(map(PageMark, self._page_starts, self.labels))

    def page_order(self) -> dict[str, int]:
        """For each label the number of the first page that wears it."""
        if self._order is None:
            self._order = {label: i for i, label in reversed(list(enumerate(self.labels)))}
        return self._order

    def page_of(self, offset: int) -> int:
        """The number of the page an offset stands on, counted from 0; -1 without pages."""
        return bisect.bisect_right(self._page_starts, offset) - 1

    def page_labels(self, start: int, end: int) -> tuple[str, ...]:
        """The labels of the pages that ``text[start:end]`` touches."""
        if not self._page_starts:
            return ()
        first = max(0, self.page_of(start))
        last = max(first, bisect.bisect_left(self._page_starts, end) - 1)
        return tuple(self.labels[first : last + 1])


class Entry(NamedTuple):
    """A word over several readings: in which it occurs (as bits), its numbers, how often."""

    where: int
    ids: list[int]
    counts: list[int]
    total: int


class Lexicon:
    """The words of several readings. What was looked up is kept, for most words come again."""

    def __init__(self, readings: list[IndexedReading]) -> None:
        self.readings = readings
        self.everywhere = (1 << len(readings)) - 1
        self.total = sum(reading.word_count for reading in readings)
        self._known: dict[int, Entry] = {}

    def entry(self, hashed: int) -> Entry:
        """Where the word with this hash occurs."""
        entry = self._known.get(hashed)
        if entry is None:
            if len(self._known) >= _KEPT_WORDS:
                self._known.clear()
            entry = self._known[hashed] = self._look_up(hashed)
        return entry

    def _look_up(self, hashed: int) -> Entry:
        where, ids, counts = 0, [], []
        for number, reading in enumerate(self.readings):
            known = reading.word_id(hashed)
            ids.append(known)
            if known < 0:
                counts.append(0)
            else:
                where |= 1 << number
                counts.append(reading.firsts[known + 1] - reading.firsts[known])
        return Entry(where, ids, counts, sum(counts))


@lru_cache(maxsize=64)  # asked for one reading after the other
def _half_keys(word: str) -> tuple[int, ...]:
    """The numbers of the halves of a word, a letter more or less."""
    size = len(word)
    firsts = {(size - 1) // 2, (size + 1) // 2}
    lasts = {size // 2, (size + 2) // 2}
    return (
        *(hash_half(word[:part], first=True) for part in firsts),
        *(hash_half(word[-part:], first=False) for part in lasts),
    )


def _moved(at: int, edges: list[tuple[int, int]]) -> int:
    begin, raw = edges[bisect.bisect_right(edges, (at, 1 << 62)) - 1]
    return raw + at - begin


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
        self._asked += 1
        if self._asked % _TRIMMED_EVERY == 0:
            for reading in self._loaded:
                reading.trim()
        return self._lexicon

    def broken(self) -> tuple[str, ...]:
        """Keys of readings whose files are damaged beyond repair."""
        self._refresh()
        return self._broken

    def state(self) -> int:
        """A number that is another when the set of readings, as this process sees it, is."""
        self._refresh()
        return self._state

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
    if len(data) < _HEAD.size:
        raise IndexDamaged(f"{path.name} is cut off")
    magic, _, length, checksum = _HEAD.unpack(data[: _HEAD.size])
    content = data[_HEAD.size : _HEAD.size + length]
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


def _read_header(path: Path, head: bytes, file: Any, size: int) -> dict[str, Any]:
    if len(head) < _HEAD.size:
        raise IndexDamaged(f"{path.name} is cut off")
    magic, version, length, checksum = _HEAD.unpack(head)
    content = file.read(length)
    if magic != MAGIC or zlib.crc32(content) != checksum:
        raise IndexDamaged(f"{path.name} is not an index, or is damaged")
    header: dict[str, Any] = json.loads(content)
    if version != VERSION:
        raise IndexDamaged(f"{path.name} was written by another version")
    if size != header["size"]:
        raise IndexDamaged(f"{path.name} is cut off")
    return header


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
    room += -(room + _HEAD.size) % 8
    at = _HEAD.size + room
    body: list[bytes] = []
    for part, data in parts.items():
        padded = data + b"\0" * (-len(data) % 8)
        table[part] = (at, len(data), zlib.crc32(data))
        body.append(padded)
        at += len(padded)
    header["size"] = at
    content = json.dumps(header).encode().ljust(room)
    return _HEAD.pack(MAGIC, VERSION, room, zlib.crc32(content)) + content + b"".join(body)


def _file_name(key: str) -> str:
    return key.encode("utf-8", "surrogatepass").hex()


def _key(name: str) -> str:
    return bytes.fromhex(name[: -len(_SUFFIX)]).decode("utf-8", "surrogatepass")


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
