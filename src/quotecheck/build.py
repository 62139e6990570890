"""A reading -> the sections of its index file.

Every word of the running text is numbered. ``ids`` gives for each number which word it is,
``postings`` for each word where it stands, its places in the order of the word that follows, so
that a pair of words is looked up as quickly as one.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib

import numpy as np
import numpy.typing as npt

from .furniture import layout
from .normalize import (
    SHORTEST_SPELLED,
    fold,
    hash_half,
    hash_word,
    is_note_mark,
    split_words,
)
from .types import Reading, Span

BLOCK = 1024  # code points of text compressed together
STRIDE = 8  # words between two notes of where a word stands
# Code points of the text with which all its blocks are compressed. A block is unpacked whole for a
# word of it: small ones with a large dictionary take as much room as ones of twice the size with
# half of it, and little more than half the time.
_DICTIONARY = 16_384
_SAMPLE = 1_000_000
_ODD_WORDS = 0.0005  # share of odd words from which on a text is taken for a scan
_ODD = re.compile(
    "\\b[a-z]++[A-Z][a-z]*+\\b|\\b[a-z]++[0-9]++[a-z]++|\\b[0-9][a-z]{3,}+"
    "|[a-z][\\\\|^~!\u00ab\u00bb\u25a0\u2022{}<>=*\u00b0\u00a3$%#@]++[a-z]"
)
# The long s read as f, in the commonest of its words.
_LONG_S = re.compile(
    "\\b(?:[Ff](?:uch|hould|hall|irft|ince|till|aid|mall|tate|ich)|[Tt]hefe|[Tt]hofe"
    "|[Mm]uft|[Mm]oft|[Jj]uft|[Aa]lfo|[Aa]gainft|[Hh]imfelf|[Ii]tfelf|[Bb]ecaufe|[Aa]uffi)\\b"
)
_PART = 200_000  # characters of the sample that are read for it

Sections = dict[str, bytes]


def digest(reading: Reading) -> str:
    """A name for everything that is stored of a reading."""
    fields = [
        reading.key,
        reading.title,
        reading.author,
        reading.year,
        [list(mark) for mark in reading.pages],
        reading.aliases,
        reading.searchable,
        reading.why_not,
    ]
    seal = hashlib.sha256(json.dumps(fields).encode())
    seal.update(reading.text.encode("utf-8", "surrogatepass"))
    return seal.hexdigest()


def sections(reading: Reading) -> tuple[dict[str, int], Sections]:
    """The sizes and the binary sections of a reading's index."""
    plan = layout(reading.text, reading.pages)
    segments = [*plan.body, *plan.notes]
    stream = "".join(reading.text[a:b] for a, b in segments)
    begins = np.cumsum([0, *(b - a for a, b in segments)])[:-1]
    raws = np.array([a for a, _ in segments], dtype=np.int64)
    tokens, starts = _tokens(stream)
    hashes, ids, spelled = _vocabulary(tokens)
    parts: Sections = _text_sections(reading.text)
    parts["segment_begins"] = begins.astype("<u4").tobytes()
    parts["segment_raws"] = raws.astype("<u4").tobytes()
    parts["marks"] = starts[::STRIDE].astype("<u4").tobytes()
    wide = len(hashes) > 0xFFFF
    parts["ids"] = ids.astype("<u4" if wide else "<u2").tobytes()
    parts["hashes"] = hashes.astype("<u4").tobytes()
    bits, shift = _posting_bits(len(ids)), _shift(len(hashes))
    parts["buckets"] = _buckets(hashes, shift)
    parts |= _spelling(spelled, wide=wide)
    firsts, postings = _postings(hashes, ids, bits)
    parts["firsts"] = firsts.astype("<u4").tobytes()
    parts["postings"] = postings.astype("<u4").tobytes()
    page_starts = np.array([mark.start for mark in reading.pages], dtype=np.int64)
    parts["page_starts"] = page_starts.astype("<u4").tobytes()
    parts["page_labels"] = json.dumps([mark.label for mark in reading.pages]).encode()
    parts["page_words"] = _page_words(page_starts, plan.body, begins, starts).tobytes()
    sizes = {
        "chars": len(reading.text),
        "stream": len(stream),
        "words": len(ids),
        "bits": bits,
        "shift": shift,
        "wide": int(wide),
        "scanned": int(_looks_scanned(reading.text, len(ids))),
    }
    return sizes, parts


def _tokens(stream: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The words of the stream as written, and where each begins; note marks left out."""
    parts = split_words(stream)
    lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    starts = (np.cumsum(lengths) - lengths)[1::2]
    tokens = parts[1::2]
    dropped: list[int] = []
    for i, raw in enumerate(tokens):
        if (
            len(raw) <= 3
            and raw.isdigit()
            and is_note_mark(raw, parts[2 * i], parts[2 * i + 2][:1])
            and not (dropped and dropped[-1] == i - 1)
        ):
            dropped.append(i)
    if dropped:
        keep = np.ones(len(tokens), dtype=bool)
        keep[dropped] = False
        starts = starts[keep]
        gone = set(dropped)
        tokens = [raw for i, raw in enumerate(tokens) if i not in gone]
    return tokens, starts


def _vocabulary(
    tokens: list[str],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], list[str]]:
    """The hashes of all words, sorted; for each token its word's number there; the words."""
    folds = {raw: fold(raw) for raw in set(tokens)}
    spelled = {hash_word(word): word for word in sorted(set(folds.values()))}
    known = {raw: hash_word(word) for raw, word in folds.items()}
    each = np.fromiter(map(known.__getitem__, tokens), dtype=np.uint32, count=len(tokens))
    hashes, ids = np.unique(each, return_inverse=True)
    return hashes, ids.astype(np.int64), [spelled[int(h)] for h in hashes]


def _spelling(spelled: list[str], *, wide: bool) -> Sections:
    """The words themselves, and which of them share a half.

    A word with one letter wrong keeps either its first half or its second.
    """
    encoded = [word.encode("utf-8", "surrogatepass") for word in spelled]
    ends = np.cumsum([0, *map(len, encoded)])
    halves: list[tuple[int, int]] = []
    for number, word in enumerate(spelled):
        if len(word) >= SHORTEST_SPELLED:
            middle = len(word) // 2
            halves.append((hash_half(word[:middle], first=True), number))
            halves.append((hash_half(word[middle:], first=False), number))
    halves.sort()
    keys = np.array([key for key, _ in halves], dtype="<u4")
    owners = np.array([number for _, number in halves], dtype="<u4" if wide else "<u2")
    return {
        "spelled": b"".join(encoded),
        "spelled_ends": ends.astype("<u4").tobytes(),
        "halves": keys.tobytes(),
        "half_owners": owners.tobytes(),
    }


def _looks_scanned(text: str, words: int) -> bool:
    """Whether a text has the odd words of one read by a machine: "agaInst", "3carcely", "w^ith"."""
    sample = text if len(text) < _SAMPLE else text[: _SAMPLE // 2] + text[-_SAMPLE // 2 :]
    middle = len(sample) // 2
    part = sample[max(0, middle - _PART // 2) : middle + _PART // 2]
    return any(
        len(pattern.findall(read)) > max(3.0, len(read) / max(1, len(text)) * words * _ODD_WORDS)
        for pattern, read in ((_ODD, sample), (_LONG_S, part))
    )


def _posting_bits(words: int) -> int:
    return max(1, int(words).bit_length())


def _shift(hashes: int) -> int:
    """How far a hash is shifted to give its bucket: about two words share one."""
    return 32 - max(1, int(hashes // 2).bit_length())


def _buckets(hashes: npt.NDArray[np.uint32], shift: int) -> bytes:
    edges = np.arange((1 << (32 - shift)) + 1, dtype=np.uint64) << np.uint64(shift)
    return np.searchsorted(hashes.astype(np.uint64), edges).astype("<u4").tobytes()


def _postings(
    hashes: npt.NDArray[np.uint32], ids: npt.NDArray[np.int64], bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """Where each word stands: the upper bits tell the word that follows, the lower ones where."""
    count = len(ids)
    follower = np.zeros(count, dtype=np.uint64)
    if count > 1:
        follower[:-1] = hashes[ids[1:]].astype(np.uint64) >> np.uint64(bits)
    entry = (follower << np.uint64(bits)) | np.arange(count, dtype=np.uint64)
    keyed = np.sort((ids.astype(np.uint64) << np.uint64(32)) | entry)
    firsts = np.searchsorted(keyed >> np.uint64(32), np.arange(len(hashes) + 1, dtype=np.uint64))
    return firsts.astype(np.int64), keyed & np.uint64(0xFFFFFFFF)


def _page_words(
    page_starts: npt.NDArray[np.int64],
    body: list[Span],
    begins: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint32]:
    """The number of the first word of each page."""
    if not len(page_starts) or not body:
        return np.zeros(0, dtype="<u4")
    lows = np.array([a for a, _ in body])
    highs = np.array([b for _, b in body])
    which = np.clip(np.searchsorted(highs, page_starts, "right"), 0, len(body) - 1)
    inside = np.clip(page_starts, lows[which], highs[which]) - lows[which]
    firsts: npt.NDArray[np.uint32] = np.searchsorted(starts, begins[which] + inside).astype("<u4")
    return firsts


def _text_sections(text: str) -> Sections:
    """The text in blocks, each compressed alone, and where each begins."""
    middle = max(0, len(text) // 2 - _DICTIONARY // 2)
    dictionary = text[middle : middle + _DICTIONARY].encode("utf-8", "surrogatepass")
    dictionary = dictionary[:32768]
    packed, ends = [], [0]
    for at in range(0, len(text), BLOCK):
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15, 9, 0, dictionary)
        block = squeeze.compress(text[at : at + BLOCK].encode("utf-8", "surrogatepass"))
        packed.append(block + squeeze.flush())
        ends.append(ends[-1] + len(packed[-1]))
    return {
        "dictionary": dictionary,
        "text": b"".join(packed),
        "text_ends": np.array(ends, dtype="<u4").tobytes(),
    }
