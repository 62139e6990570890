"""Answers packed for the way: Brotli for browsers that take it, gzip for others.

Two secrets could be guessed from the length of a packed page that also holds what another wrote
(BREACH): the CSRF token, which is masked anew in each answer, and which pages that are kept hold
unpacked; and words of the page. Every answer gets a filling of random length that means nothing,
as in Django's ``GZipMiddleware``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO

import brotli

LONGEST_FILLING = 100  # bytes
QUALITY = 5  # for what is sent once; takes no longer than gzip
QUALITY_KEPT = 7  # for what is packed once and sent often
WINDOW = 18  # bits: 256 kB, which also bounds the memory that packing takes
LAST_BLOCK = b"\x03"
PACKINGS = ("br", "gzip")
# A walk through all pairs of the 64 bytes that begin a letter in UTF-8: none comes twice in it, and
# none stands in a text.
UNREPEATED = b"".join(
    bytes([one]) + b"".join(bytes([one, other]) for other in range(one + 1, 256))
    for one in range(192, 256)
)
CODING = re.compile(r"\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?\Z", re.I)


@lru_cache(maxsize=256)
def preferred(accepted: str) -> str:
    """Of ``br``, ``gzip`` and ``""`` (as it is) the one that an Accept-Encoding header likes best.

    What is not named is not taken, unless by ``*``; of what is liked equally, the smaller one. A
    part that cannot be read counts as not there.
    """
    liked: dict[str, float] = {}
    for part in accepted.split(","):
        found = CODING.match(part)
        if found:
            liked[found[1].lower()] = float(found[2] or 1)
    others = liked.get("*", 0.0)
    likings = {name: liked.get(name, others) for name in PACKINGS}
    best = max(PACKINGS, key=lambda name: likings[name])
    return best if likings[best] > 0 and likings[best] >= liked.get("identity", 0.0) else ""


def brotlied(content: bytes) -> bytes:
    """``content`` as one Brotli stream of a length that tells nothing exact."""
    packer = brotli.Compressor(quality=QUALITY, lgwin=WINDOW)
    stream: bytes = packer.process(content) + packer.flush()
    return stream + filling() + LAST_BLOCK


def filling() -> bytes:
    """A metadata block (RFC 7932, 9.2) of random length, which every reader skips."""
    length = secrets.randbelow(LONGEST_FILLING + 1)
    if not length:
        return b"\x06"
    return (0b010110 | (length - 1) << 6).to_bytes(2, "little") + b"a" * length


def stored(content: bytes) -> bytes:
    """A block that holds up to 65,536 bytes as they are."""
    if not content:
        return b""
    return ((len(content) - 1) << 3 | 1 << 19).to_bytes(3, "little") + content


class Woven:
    """One Brotli stream with holes of fixed widths, packed once and filled often.

    A stream cannot be put together from streams: its letters are coded by the two before them, and
    its repetitions count back through all that came before. So all pieces go through one packer,
    with stand-ins of the same width in the holes. What it makes of a stand-in is thrown away; the
    filling goes there as a stored block, together with the first two letters of the next piece.
    The stand-ins are made so that nothing repeats a part of one. That it all holds is tried once.
    """

    def __init__(self, pieces: Sequence[bytes], widths: Sequence[int]) -> None:
        self.widths = tuple(widths)
        self.heads = [piece[:2] for piece in pieces[1:]]
        stand_ins = BytesIO(UNREPEATED)
        packer = brotli.Compressor(quality=QUALITY_KEPT, lgwin=WINDOW)
        self.packed = [packer.process(pieces[0]) + packer.flush()]
        for width, head, piece in zip(self.widths, self.heads, pieces[1:], strict=True):
            packer.process(stand_ins.read(width) + head)
            packer.flush()
            self.packed.append(packer.process(piece[2:]) + packer.flush())
        self.is_sound = sum(self.widths) <= len(UNREPEATED) and self.holds(pieces)

    @property
    def size(self) -> int:
        return sum(map(len, self.packed))

    def filled(self, fillings: Iterable[bytes]) -> bytes:
        """The stream with ``fillings`` of just the promised widths in its holes."""
        parts = [self.packed[0], filling()]
        for value, head, packed in zip(fillings, self.heads, self.packed[1:], strict=True):
            parts += [stored(value + head), packed]
        return b"".join([*parts, LAST_BLOCK])

    def holds(self, pieces: Sequence[bytes]) -> bool:
        """Whether what comes out is what went in, whatever fills the holes."""
        fillings = [secrets.token_hex(width)[:width].encode() for width in self.widths]
        wanted = b"".join(
            [pieces[0], *(part for pair in zip(fillings, pieces[1:], strict=True) for part in pair)]
        )
        try:
            return bool(brotli.decompress(self.filled(fillings)) == wanted)
        except brotli.error:
            return False
