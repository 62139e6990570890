"""The picture of one page, drawn by PDFium, as a PNG."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from . import askew
from .pdf import open_pdf
from .tracing import boxes_of, boxes_seen, tinted
from .types import Limits, Order, Refused, Seen
from .types import Sentence as _

_NARROWEST, _WIDEST, _TALLEST = 16, 4_000, 30_000


def draw(data: bytes, order: Order, limits: Limits, seen: Seen | None = None) -> bytes:
    """The page at ``width`` pixels, or so many to the inch; smaller where it would grow too large.
    The words to be marked are, if they are found in its text layer or in what was ``seen`` on it.
    """
    number, width, dpi = order.page, order.width, order.dpi
    document = open_pdf(data)
    if number > len(document):
        raise Refused("damaged", _("This PDF has no page %(number)d.", number=number))
    try:
        page = document[number - 1]
        size = page.get_size()
        scale = _scale(size, int(size[0] * dpi / 72) if dpi else width, limits)
        # Nothing a PDF brings along is filled in or run: no form, no script.
        bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True)
        boxes = boxes_of(page, order.mark, bitmap.width, bitmap.height) if order.mark else []
        if seen and order.mark and not boxes:
            boxes = boxes_seen(seen, order.mark, bitmap.width, bitmap.height, limits)
    except pdfium.PdfiumError as error:
        raise Refused(
            "damaged", _("Page %(number)d of this PDF cannot be drawn.", number=number)
        ) from error
    pixels = tinted(bytes(bitmap.buffer), bitmap.stride, bitmap.n_channels, boxes)
    return png(pixels, bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)


def draw_straight(data: bytes, order: Order, limits: Limits) -> tuple[bytes, float]:
    """The page in grey at so many dots to the inch, turned so that its lines are level, and by how
    many degrees they rose to the right before. The picture is as large as the page; what is turned
    out of it at the corners is margin.
    """
    document = open_pdf(data)
    number = order.page
    if number > len(document):
        raise Refused("damaged", _("This PDF has no page %(number)d.", number=number))
    try:
        page = document[number - 1]
        few = replace(limits, image_pixels=min(limits.image_pixels, askew.MOST_PIXELS))
        small = _scale(size := page.get_size(), int(size[0] * askew.DPI / 72), few)
        seen = page.render(scale=small, may_draw_forms=False, grayscale=True)
        angle = askew.angle_of(bytes(seen.buffer), seen.stride, seen.width, seen.height)
        bitmap = _turned(page, angle, order.dpi, limits)
    except pdfium.PdfiumError as error:
        raise Refused(
            "damaged", _("Page %(number)d of this PDF cannot be drawn.", number=number)
        ) from error
    return png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, 1), angle


def _turned(page: pdfium.PdfPage, angle: float, dpi: int, limits: Limits) -> pdfium.PdfBitmap:
    """The page in grey, turned by the angle to the right about its middle."""
    size = page.get_size()
    scale = _scale(size, int(size[0] * dpi / 72), limits)
    width, height = math.ceil(size[0] * scale), math.ceil(size[1] * scale)
    bitmap = pdfium.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    across, down = size[0] / 2, size[1] / 2
    matrix = raw.FS_MATRIX(
        scale * cosine,
        scale * sine,
        -scale * sine,
        scale * cosine,
        scale * (across - cosine * across + sine * down),
        scale * (down - sine * across - cosine * down),
    )
    whole = raw.FS_RECTF(0, 0, width, height)
    flags = raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, whole, flags)
    return bitmap


def _scale(size: tuple[float, float], width: int, limits: Limits) -> float:
    """Pixels for each point."""
    page_width, page_height = max(size[0], 1.0), max(size[1], 1.0)
    wanted = min(max(width, _NARROWEST), _WIDEST) / page_width
    most = math.sqrt(limits.image_pixels / (page_width * page_height))
    return min(wanted, most, _TALLEST / page_height)


def png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """Rows of RGB, RGBA or grey as a PNG file."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    rows = bytearray()
    for row in range(height):
        rows.append(0)  # no filter: pages are mostly white, which deflates well as it is
        rows += pixels[row * stride : row * stride + width * channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(rows, 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    check = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)
