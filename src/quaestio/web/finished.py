"""Finished pages, kept in memory: the next look at an unchanged page costs no rendering.

A page is kept in pieces, cut where something must be new in every answer: the CSRF token, the key
of a form, the number of new notices, the time. Its writer puts ``TOKEN``, ``FORM_KEY``,
``NOTICES`` and ``STAMP`` into the page; ``Page.filled`` puts the new values into these holes. Who
may see a page is decided before it is looked up here, and the key under which it is kept must name
all that it shows, the person included.
"""

from __future__ import annotations

import os
import re
import secrets
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import cached_property
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token

from quaestio.web.packing import LONGEST_FILLING, Woven, preferred

# Made anew in every process and filled before a page leaves it, so nobody can write one into
# a text. Letters and digits only: no escaping changes them.
TOKEN = f"hole{secrets.token_hex(16)}token"
FORM_KEY = f"hole{secrets.token_hex(16)}key"
NOTICES = f"hole{secrets.token_hex(16)}notices"
STAMP = f"hole{secrets.token_hex(16)}stamp"
HOLES = re.compile(f"({TOKEN}|{FORM_KEY}|{NOTICES}|{STAMP})".encode())

# White space after these means nothing: with it they all take the same room.
ROOM = {NOTICES: 100}

LEVEL = 6
GZIP_HEAD = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"  # with a file name, without a time
GZIP_LAST_BLOCK = b"\x01\x00\x00\xff\xff"


class Page:
    """A page in pieces, with the names of the holes between them."""

    def __init__(self, html: bytes) -> None:
        parts = HOLES.split(html)
        self.pieces = parts[::2]
        self.holes = [part.decode() for part in parts[1::2]]
        self.check = None if self.holes else zlib.crc32(html)
        self.woven: Woven | None = None

    @property
    def size(self) -> int:
        """Bytes, with room for the page packed in both ways: each takes a sixth of it."""
        return sum(80 + len(piece) * 4 // 3 for piece in self.pieces)

    @cached_property
    def deflated(self) -> list[bytes]:
        """The pieces, packed when somebody first takes them so."""
        return [deflate(piece) for piece in self.pieces]

    def has(self, hole: str) -> bool:
        return hole in self.holes

    def filled(self, values: Mapping[str, str]) -> bytes:
        if not self.holes:
            return self.pieces[0]
        return b"".join(in_turn(self.pieces, self.fillings(values)))

    def fillings(self, values: Mapping[str, str]) -> list[bytes]:
        return [values[hole].encode() for hole in self.holes]

    def brotlied(self, values: Mapping[str, str]) -> bytes | None:
        """The filled page as a Brotli stream. Its pieces were packed once; what is filled in stands
        unpacked between them. None where that cannot be done.
        """
        fillings = self.fillings(values)
        for place, hole in enumerate(self.holes):
            if hole in ROOM:
                fillings[place] = fillings[place].ljust(ROOM[hole])
        widths, woven = tuple(map(len, fillings)), self.woven
        if woven is None or woven.widths != widths:
            woven = self.woven = Woven(self.pieces, widths)
        return woven.filled(fillings) if woven.is_sound else None

    def zipped(self, values: Mapping[str, str]) -> bytes:
        """The filled page as a gzip file. Its pieces were packed once.

        What is filled in stands unpacked between them, so its bytes are compared with nothing.
        A file name of random length keeps others from learning from the length of the answer
        what stands in it (BREACH; Django's own GZipMiddleware does the same).
        """
        whole = self.filled(values)
        fillings = [stored(value) for value in self.fillings(values)]
        name = b"a" * secrets.randbelow(LONGEST_FILLING + 1) + b"\x00"
        check = zlib.crc32(whole) if self.check is None else self.check
        length = (len(whole) & 0xFFFFFFFF).to_bytes(4, "little")
        return b"".join(
            [
                GZIP_HEAD,
                name,
                *in_turn(self.deflated, fillings),
                GZIP_LAST_BLOCK,
                check.to_bytes(4, "little"),
                length,
            ]
        )


def in_turn(pieces: Iterable[bytes], fillings: Iterable[bytes]) -> list[bytes]:
    """A piece, a filling, a piece, …, a piece."""
    joined = []
    for piece, filling in zip(pieces, [*fillings, b""], strict=True):
        joined += [piece, filling]
    return joined


def deflate(piece: bytes) -> bytes:
    """Deflate blocks that end on a whole byte and are not the last ones."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)


def stored(value: bytes) -> bytes:
    """A deflate block that holds bytes as they are."""
    length = len(value)
    return b"\x00" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + value


def answer(
    request: HttpRequest, page: Page, values: Mapping[str, str], headers: Mapping[str, str]
) -> HttpResponse:
    """The filled page, packed as the browser likes best."""
    headers = {"Vary": "Accept-Encoding", **headers}
    packing = preferred(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    packed = page.brotlied(values) if packing == "br" else None
    if packed is None and packing:
        packing, packed = "gzip", page.zipped(values)
    if packed is None:
        return HttpResponse(page.filled(values), headers=headers)
    headers["Content-Encoding"] = packing
    return HttpResponse(packed, headers=headers)


# -- The token ----------------------------------------------------------------------------------

LETTERS = CSRF_ALLOWED_CHARS.encode()
UNEVEN = bytes(range(256 - 256 % len(LETTERS), 256))  # they would make some letters likelier
LETTER = bytes(LETTERS[byte % len(LETTERS)] for byte in range(256))
PLACE = bytes(max(LETTERS.find(byte), 0) for byte in range(256))


def token(request: HttpRequest) -> str:
    """What ``get_token`` gives, for a browser that has its secret already: the secret under a mask
    that is new in every answer. Django asks the system for each of its 32 letters alone, and sends
    the cookie once more, to make it last a year from now; the pages that are rendered see to that.
    """
    secret = request.META.get("CSRF_COOKIE", "")
    if len(secret) != CSRF_SECRET_LENGTH or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return get_token(request)
    mask = b""
    while len(mask) < CSRF_SECRET_LENGTH:
        mask += os.urandom(CSRF_SECRET_LENGTH * 2).translate(LETTER, UNEVEN)
    mask = mask[:CSRF_SECRET_LENGTH]
    pairs = zip(secret.encode().translate(PLACE), mask.translate(PLACE), strict=True)
    return (mask + bytes(map(sum, pairs)).translate(LETTER)).decode()


class Shelf:
    """The pages used last, up to a number of bytes. One for each process."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.pages: OrderedDict[str, Page] = OrderedDict()
        self.lock = Lock()

    def get(self, key: str) -> Page | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def put(self, key: str, page: Page) -> None:
        if page.size > self.limit // 4:
            return  # it would push out everybody else's
        with self.lock:
            old = self.pages.pop(key, None)
            self.size += page.size - (old.size if old else 0)
            self.pages[key] = page
            while self.size > self.limit:
                self.size -= self.pages.popitem(last=False)[1].size

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()
            self.size = 0
