"""What is kept on disk of one reading: its text, its pages, where each word stands.

Every section has a checksum, looked at when the reading is first used.
"""

from __future__ import annotations

import bisect
import json
import math
import mmap
import os
import struct
import weakref
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from .normalize import Word, hash_word, nth_word, words
from .types import PageMark, ReadingInfo, Span

MAGIC = b"quotechk"
VERSION = 9
BLOCK = 1024
STRIDE = 8
HEAD = struct.Struct("<8sIII")  # magic, version, length of the header, its checksum
_KEPT_BLOCKS = 16
_READ_AT_ONCE = 1 << 17
# Words that no text of a language does without, and hardly one of another has; and their least
# share of the words by which a reading is known to be in that language.
_USUAL = {
    "en": "the of and to that with for his which",
    "de": "der die und das nicht zu den ist sich",
    "fr": "de la le et les des que du une",
    "es": "de que y la el en los se las",
    "it": "di che e la il per un del non",
    "la": "et in est ad cum non ut sed atque",
}
_LEAST_SHARE = 0.06


class IndexDamaged(Exception):
    """A file of the library is cut off, altered, or cannot be read by this version."""


class IndexedReading:
    """A reading as the library keeps it, memory-mapped: its text, pages and words."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        weakref.finalize(self, self._file.close)
        size = os.fstat(self._file.fileno()).st_size
        self._header = header = _read_header(path, self._file.read(HEAD.size), self._file, size)
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
        self.word_bits = math.log2(max(1, self.word_count))
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
        self.spelled_ends = self._numbers("spelled_ends")
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
        # Through one small buffer, for fresh memory takes longer to get than to read into.
        buffer = memoryview(bytearray(_READ_AT_ONCE))
        with self.path.open("rb", buffering=0) as file:
            for name, (at, length, checksum) in self._header["sections"].items():
                file.seek(at)
                found = 0
                while length > 0 and (size := file.readinto(buffer[:length])):
                    found = zlib.crc32(buffer[:size], found)
                    length -= size
                if length or found != checksum:
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

    def stretch(self, start: int, end: int) -> Stretch:
        """Words ``start`` to ``end``, read only as far as they are asked for."""
        return Stretch(self, max(0, start), min(end, self.word_count))

    def spelled_bytes(self) -> memoryview:
        """All the words, levelled, one behind the other; ``spelled_ends`` parts them."""
        return self._section("spelled")

    def spelling(self, number: int) -> str:
        """A word by its number, levelled."""
        at, ends = self._spelled_at, self.spelled_ends
        return self.map[at + ends[number] : at + ends[number + 1]].decode("utf-8", "surrogatepass")

    def spelled(self, start: int, end: int) -> list[str]:
        """The words of places ``start`` to ``end``, levelled, without reading the text."""
        at, ends, data = self._spelled_at, self.spelled_ends, self.map
        return [
            data[at + ends[n] : at + ends[n + 1]].decode("utf-8", "surrogatepass")
            for n in self.ids[max(0, start) : end]
        ]

    def word_id(self, hashed: int) -> int:
        """The number of a word in this reading, -1 when it does not occur."""
        buckets = self.buckets
        slot = hashed >> self.shift
        hashes = self.hashes
        for i in range(buckets[slot], buckets[slot + 1]):
            if hashes[i] == hashed:
                return i
        return -1

    def times(self, number: int) -> int:
        """How often a word occurs, by its number; never, when that is -1."""
        return self.firsts[number + 1] - self.firsts[number] if number >= 0 else 0

    @cached_property
    def language(self) -> str:
        """What the reading is written in, by its commonest words: "en", "de", "fr", "es", "it",
        "la", or "" for another or where it is not plain.
        """
        shares = {code: self._share(usual.split()) for code, usual in _USUAL.items()}
        first, second = sorted(shares, key=lambda code: -shares[code])[:2]
        plain = shares[first] >= _LEAST_SHARE and shares[first] > 1.25 * shares[second]
        return first if plain else ""

    def _share(self, usual: list[str]) -> float:
        known = [number for word in usual if (number := self.word_id(hash_word(word))) >= 0]
        return sum(self.firsts[n + 1] - self.firsts[n] for n in known) / max(1, self.word_count)

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


class Stretch(Sequence[Word]):
    """Words of a reading in order, as ``IndexedReading.words`` gives them.

    Most of what is quoted need not be taken from the text: how its words are spelled the index
    knows. Where they stand is read for those alone that differ, a stride at a time.
    """

    def __init__(self, reading: IndexedReading, start: int, end: int) -> None:
        self._reading, self._start, self._end = reading, start, end
        self._strides: dict[int, list[Word]] = {}

    def part(self, start: int, end: int) -> Stretch:
        """Some of the words."""
        part = Stretch(self._reading, self._start + start, self._start + end)
        part._strides = self._strides
        return part

    def __len__(self) -> int:
        return max(0, self._end - self._start)

    @overload
    def __getitem__(self, index: int) -> Word: ...
    @overload
    def __getitem__(self, index: slice) -> list[Word]: ...
    def __getitem__(self, index: int | slice) -> Word | list[Word]:
        if isinstance(index, slice):
            return [self._word(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError("the stretch has fewer words")
        return self._word(index % len(self))

    def _word(self, index: int) -> Word:
        stride, place = divmod(self._start + index, STRIDE)
        known = self._strides.get(stride)
        if known is None:
            known = self._reading.words(stride * STRIDE, (stride + 1) * STRIDE)
            self._strides[stride] = known
        return known[place]

    def folds(self) -> list[str]:
        """The words, levelled."""
        return self._reading.spelled(self._start, self._end)


def _moved(at: int, edges: list[tuple[int, int]]) -> int:
    begin, raw = edges[bisect.bisect_right(edges, (at, 1 << 62)) - 1]
    return raw + at - begin


def _read_header(path: Path, head: bytes, file: Any, size: int) -> dict[str, Any]:
    if len(head) < HEAD.size:
        raise IndexDamaged(f"{path.name} is cut off")
    magic, version, length, checksum = HEAD.unpack(head)
    content = file.read(length)
    if magic != MAGIC or zlib.crc32(content) != checksum:
        raise IndexDamaged(f"{path.name} is not an index, or is damaged")
    header: dict[str, Any] = json.loads(content)
    if version != VERSION:
        raise IndexDamaged(f"{path.name} was written by another version")
    if size != header["size"]:
        raise IndexDamaged(f"{path.name} is cut off")
    return header
