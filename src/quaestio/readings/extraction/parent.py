"""The two doors to the fenced process: pages of a file, and the picture of one page."""

from __future__ import annotations

import base64
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from . import fence
from .sniff import SNIFFED_BYTES, coarse_kind
from .types import (
    DEFAULT_LIMITS,
    KINDS,
    LABEL_SOURCES,
    MEGABYTE,
    SIDES,
    Extracted,
    ExtractedPage,
    Heading,
    Limits,
    Order,
    Refused,
)
from .types import Sentence as _

if TYPE_CHECKING:
    from collections.abc import Iterator


def extract(
    path: Path,
    *,
    media_type: str | None = None,
    first_label: str = "",
    first_page: int = 1,
    recognised: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_progress: fence.Progress | None = None,
) -> Extracted:
    """The pages of a file, or ``Refused``; nothing else is ever raised.

    ``media_type`` is only a hint between plain text and Markdown, which no byte tells apart.
    ``first_label`` is the page number the teacher says is printed on page ``first_page`` of the
    file; numbers the file carries itself come before it. ``recognised`` is what was recognised
    on pages of a PDF that have no text (``ocr.write_recognised``).
    """
    with ExitStack() as stack:
        file, kind = stack.enter_context(_opened(path, limits))
        also = stack.enter_context(recognised.open("rb", buffering=0)) if recognised else None
        order = Order(kind, media_type or "", first_label.strip(), max(1, first_page))
        frames = fence.run(file, order, limits, on_progress, also)
    if not frames or "about" not in frames[0]:
        raise fence.stopped("no account of the file")
    try:
        return _extracted(frames[0]["about"], [frame["page"] for frame in frames[1:]])
    except (KeyError, TypeError, ValueError) as error:
        raise fence.stopped(f"a page that is none: {error}") from error


def render_page_png(
    path: Path,
    number: int,
    width: int = 1000,
    *,
    dpi: int = 0,
    mark: str = "",
    seen: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Page ``number`` (from 1) of a PDF as a PNG about ``width`` pixels wide, or at ``dpi``; with
    the words ``mark`` marked, where its text layer has them, or what was ``seen`` on the page by a
    text recogniser (``ocr.write_seen``).
    """
    order = Order("pdf", page=max(1, number), width=width, dpi=dpi, mark=mark)
    return _drawn(path, order, seen if mark else None, limits)[0]


def render_straight_png(
    path: Path, number: int, dpi: int, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[bytes, float]:
    """Page ``number`` of a PDF as a PNG in grey whose lines are level, and by how many degrees it
    was turned to the right for that.
    """
    order = Order("pdf", page=max(1, number), dpi=dpi, straight=True)
    return _drawn(path, order, None, limits)


def _drawn(path: Path, order: Order, seen: Path | None, limits: Limits) -> tuple[bytes, float]:
    with ExitStack() as stack:
        file, kind = stack.enter_context(_opened(path, limits))
        if kind != "pdf":
            raise Refused("unknown_type", _("Only pages of a PDF have a picture."))
        also = stack.enter_context(seen.open("rb", buffering=0)) if seen else None
        frames = fence.run(file, order, limits, None, also)
    try:
        png = base64.b64decode(frames[0]["png"], validate=True)
        turned = float(frames[0]["turned"])
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise fence.stopped("no picture") from error
    if not png.startswith(b"\x89PNG\r\n\x1a\n") or not -90 < turned < 90:
        raise fence.stopped("not a picture")
    return png, turned


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[tuple[BinaryIO, str]]:
    """The open file, rewound, and its kind by our own table."""
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise Refused(
            "damaged", _("This file is not where it was stored. Upload it again."), str(error)
        ) from error
    with file:
        size = file.seek(0, 2)
        file.seek(0)
        _refuse_by_size(size, limits)
        start = file.read(SNIFFED_BYTES)
        file.seek(0)  # the child shares our place in the file; hence no buffer, too
        yield file, coarse_kind(start)


def _refuse_by_size(size: int, limits: Limits) -> None:
    if size == 0:
        raise Refused("empty", _("This file is empty. Choose it again, or another one."))
    if size > limits.file_bytes:
        raise Refused(
            "too_large",
            _(
                "This file is %(size)d MB; a file may have up to %(limit)d MB. "
                "Upload the part the class reads, or a smaller copy.",
                size=-(-size // MEGABYTE),
                limit=limits.file_bytes // MEGABYTE,
            ),
        )


def _extracted(about: dict[str, Any], pages: list[dict[str, Any]]) -> Extracted:
    return Extracted(
        media_type=_text(about["media_type"]),
        title=_text(about["title"]),
        author=_text(about["author"]),
        pages=tuple(_page(page) for page in pages),
        warnings=tuple(_(_text(template), **values) for template, values in about["warnings"]),
        labels_from=_one_of(LABEL_SOURCES, about["labels_from"]),
        contents=tuple(
            Heading(max(0, int(level)), _text(title)[:300], int(number))
            for level, title, number in about["contents"]
        ),
    )


def _page(page: dict[str, Any]) -> ExtractedPage:
    return ExtractedPage(
        number=int(page["number"]),
        label=_text(page["label"]),
        text=_text(page["text"]),
        heading=_text(page["heading"]),
        paragraphs=tuple(int(number) for number in page["paragraphs"]),
        furniture=_text(page["furniture"]),
        kind=_one_of(KINDS, page["kind"]),
        chapter=_text(page["chapter"]),
        parts=tuple(
            (_text(chapter)[:20], _text(section)[:20]) for chapter, section in page["parts"]
        ),
        notes_at=min(max(0, int(page["notes_at"])), len(page["text"])),
        sheet=max(0, int(page["sheet"])),
        side=_one_of(SIDES, page["side"]),
    )


def _one_of(known: frozenset[str], value: Any) -> str:
    if value not in known:
        raise ValueError("not one of the words agreed on")
    return _text(value)


def _text(value: Any) -> str:
    """A string that can be stored and sent: half a surrogate pair cannot, nor can a zero byte."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
