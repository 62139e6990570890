"""PDF: the text layer as PDFium finds it, with the place of every word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from . import labels
from .footnotes import footnotes
from .furniture import find_furniture
from .hocr import lines_seen
from .layout import Line, Sheet
from .outline import headings_of, in_chapters, outline_of
from .pdftext import Box, lines_of
from .prose import Vocabulary, clean, paragraphs
from .spreads import Spread, are_spreads, is_cut, spread_of, two_labels
from .types import PDF, Extracted, ExtractedPage, Limits, Order, Refused
from .types import Sentence as _

_TAIL = 65_536

Progress = Callable[[int, int], None]


def read_pdf(
    data: bytes,
    order: Order,
    limits: Limits,
    progress: Progress,
    recognised: Mapping[int, str] | None = None,
) -> Extracted:
    """All pages of a PDF, or ``Refused``. ``recognised`` is the hOCR of pages without text."""
    document = open_pdf(data)
    count = len(document)
    _refuse_by_count(count, limits)
    spreads: list[Spread] = []
    lost: list[int] = []
    seen: list[int] = []
    characters = 0
    for index in range(count):
        spread = _spread(document, index)
        if spread is None:
            lost.append(index + 1)
        spread = spread or Spread(Sheet([]))
        if not spread.has_text and recognised and index + 1 in recognised:
            spread = _recognised(document, index, recognised[index + 1], limits)
            seen += [index + 1] if spread.has_text else []
        spreads.append(spread)
        characters += sum(len(line.text) for line in spread.sheet.lines)
        _refuse_by_length(characters, limits)
        if (index + 1) * 100 // count > index * 100 // count:
            progress(index + 1, count)
    bare = [number for number, one in enumerate(spreads, 1) if not one.has_text]
    _refuse_without_text(len(bare), count, was_recognised=recognised is not None)
    carried = [clean(document.get_page_label(index) or "")[:20] for index in range(count)]
    pages, warnings, labels_from = _pages(_parts(spreads, carried), order)
    bare = [number for number in bare if number not in lost]
    outline = outline_of(document)
    return Extracted(
        PDF,
        _meant(_meta(document, "Title")),
        _meant(_meta(document, "Author")),
        tuple(in_chapters(outline, pages)) if outline else pages,
        tuple(warnings + _of_recognition(seen) + _missing(lost, bare)),
        labels_from,
        tuple(headings_of(outline, pages)),
    )


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """The document, or a reason why not that a teacher can act on."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", 0) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Refused(
                "encrypted",
                _("This PDF is protected with a password. Save a copy without it and upload that."),
            ) from error
        raise _damaged(data) from error
    # PDFium mends a file that was cut off as well as it can, and loses pages without a word.
    tail = data[-_TAIL:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise _damaged(data)
    return document


def _damaged(data: bytes) -> Refused:
    if b"%%EOF" in data[-_TAIL:]:
        return Refused(
            "damaged",
            _(
                "This PDF is damaged and cannot be opened. "
                "Fetch it again, or save or print it as a new PDF, and upload that."
            ),
        )
    return Refused(
        "damaged",
        _(
            "This PDF breaks off before its end; perhaps a download was interrupted. "
            "Fetch it again and upload the whole file."
        ),
    )


def _refuse_by_count(count: int, limits: Limits) -> None:
    if count == 0:
        raise Refused("damaged", _("This PDF has no pages. Fetch or save it again."))
    if count > limits.pages:
        raise Refused(
            "too_many_pages",
            _(
                "This PDF has %(count)d pages; a reading may have up to %(limit)d. "
                "Upload the chapters the class reads.",
                count=count,
                limit=limits.pages,
            ),
        )


def _refuse_by_length(characters: int, limits: Limits) -> None:
    if characters > limits.characters:
        raise Refused(
            "too_big_inside",
            _(
                "This file holds more text than a reading may have, %(limit)d million characters. "
                "Upload the chapters the class reads.",
                limit=limits.characters // 1_000_000,
            ),
        )


def _refuse_without_text(bare: int, count: int, *, was_recognised: bool) -> None:
    if bare < count:
        return
    if was_recognised:
        raise Refused(
            "no_text",
            _(
                "No text could be recognised on the pages of this PDF. "
                "A sharper scan, or one in another language setting, may do better."
            ),
        )
    raise Refused(
        "scan",
        _(
            "This PDF is made of pictures: there is no text in it to read or to check. "
            "Upload a copy whose words can be selected with the mouse, "
            "or have the scan's text recognised (OCR) first."
        ),
    )


def _spread(document: pdfium.PdfDocument, index: int) -> Spread | None:
    """One page; None where PDFium cannot make one of it."""
    try:
        page = document[index]
        lines, seen = lines_of(page)
        page.close()
    except pdfium.PdfiumError:
        return None
    if not _is_readable(lines):
        lines = []
    return _in_order(lines, seen)


def _recognised(document: pdfium.PdfDocument, index: int, hocr: str, limits: Limits) -> Spread:
    page = document[index]
    width, height = page.get_size()
    page.close()
    return _in_order(lines_seen(hocr, width, height, limits), Box(0.0, 0.0, width, height))


def _in_order(lines: list[Line], seen: Box) -> Spread:
    middle = (seen.bottom + seen.top) / 2
    spread = spread_of(lines, seen.left, seen.right, seen.top - seen.bottom, middle)
    for sheet in (spread.sheet, *(spread.halves or ())):
        for line in sheet.lines:
            line.forget_words()  # two thousand pages of them are half a gigabyte
    return spread


@dataclass(frozen=True, slots=True)
class _Part:
    """What becomes a page: a whole sheet of the file or half of one, with the label it carries."""

    sheet: Sheet
    number: int
    side: str
    carried: str


def _parts(spreads: list[Spread], carried: list[str]) -> list[_Part]:
    halved: list[_Part] = []
    for number, (one, label) in enumerate(zip(spreads, carried, strict=True), 1):
        if one.halves and is_cut(one):
            sides = zip(one.halves, ("left", "right"), two_labels(label), strict=True)
            halved += [_Part(half, number, side, two) for half, side, two in sides]
        else:
            halved.append(_Part(one.sheet, number, "", ""))
    numbered = labels.printed_numbers([_edge_texts(part.sheet) for part in halved])
    if are_spreads(spreads, numbered=any(numbered)):
        return halved
    return [
        _Part(one.sheet, number, "", label)
        for number, (one, label) in enumerate(zip(spreads, carried, strict=True), 1)
    ]


def _is_readable(lines: list[Line]) -> bool:
    """False for a text layer of signs without meaning: fonts that do not say what they show."""
    text = "".join(line.text for line in lines)
    strange = sum(1 for sign in text if sign == "\ufffd" or "\ue000" <= sign <= "\uf8ff")
    return 2 * strange <= len(text)


def _pages(parts: list[_Part], order: Order) -> tuple[tuple[ExtractedPage, ...], list[_], str]:
    sheets = [part.sheet for part in parts]
    printed = labels.printed_numbers([_edge_texts(sheet) for sheet in sheets])
    carried = [part.carried for part in parts]
    chosen, labels_from = labels.choose(carried, printed, order.first_label, order.first_page)
    furniture = find_furniture(sheets, printed if any(printed) else chosen)
    vocabulary = Vocabulary(line.text for sheet in sheets for line in sheet.lines)
    bodies = [
        [line for number, line in enumerate(sheet.lines) if number not in gone]
        for sheet, gone in zip(sheets, furniture, strict=True)
    ]
    pages = []
    for index, (part, gone, body, notes) in enumerate(
        zip(parts, furniture, bodies, footnotes(bodies), strict=True)
    ):
        lines = part.sheet.lines
        text, notes_at = _body_and_notes(body, notes, vocabulary)
        pages.append(
            ExtractedPage(
                number=index + 1,
                label=chosen[index],
                text=text,
                notes_at=notes_at,
                furniture="\n".join(lines[number].text for number in sorted(gone)),
                sheet=part.number,
                side=part.side,
            )
        )
    return tuple(pages), _disagreement(order, chosen), labels_from


def _body_and_notes(lines: list[Line], notes: set[int], vocabulary: Vocabulary) -> tuple[str, int]:
    """The text of a page, its footnotes last, and where they begin; 0 where there are none."""
    body = [line for number, line in enumerate(lines) if number not in notes]
    text = "\n\n".join(paragraphs(body, vocabulary))
    if not notes:
        return text, 0
    columns: dict[int, list[Line]] = {}
    for number in sorted(notes):
        columns.setdefault(lines[number].column, []).append(lines[number])
    below = [one for column in columns.values() for one in paragraphs(column, vocabulary)]
    return "\n\n".join([text, *below]), len(text) + 2


def _edge_texts(sheet: Sheet) -> list[str]:
    upright = [line for line in sheet.lines if not line.sideways]
    by_height = sorted(upright, key=lambda line: -line.base)
    return [line.text for line in (*by_height[:2], *by_height[2:][-2:])]


def _disagreement(order: Order, chosen: list[str]) -> list[_]:
    at = order.first_page - 1
    if not order.first_label or at >= len(chosen) or chosen[at] == order.first_label:
        return []
    return [
        _(
            "You gave %(given)s as the first page number, but the file says %(found)s. "
            "The file's numbers were kept.",
            given=order.first_label,
            found=chosen[at] or "–",
        )
    ]


def _of_recognition(seen: list[int]) -> list[_]:
    if not seen:
        return []
    return [
        _(
            "The text of these pages of the file was recognised from their pictures (OCR): "
            "%(pages)s. A letter may be wrong here and there; the check allows for it.",
            pages=ranges(seen),
        )
    ]


def _missing(lost: list[int], bare: list[int]) -> list[_]:
    warnings = []
    if lost:
        warnings.append(_("These pages of the file are damaged: %(pages)s.", pages=ranges(lost)))
    if bare:
        warnings.append(
            _(
                "These pages of the file have no text, only a picture or nothing at all: "
                "%(pages)s. Quotations from them cannot be checked.",
                pages=ranges(bare),
            )
        )
    return warnings


def ranges(numbers: list[int]) -> str:
    """``1, 3–5, 9``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}–{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)


def _meta(document: pdfium.PdfDocument, key: str) -> str:
    try:
        return " ".join(clean(document.get_metadata_value(key)).split())[:300]
    except (pdfium.PdfiumError, UnicodeError):
        return ""


def _meant(text: str) -> str:
    """ "" for what a program put there by itself."""
    lowered = text.casefold()
    is_file_name = lowered.endswith((".doc", ".docx", ".pdf", ".indd", ".tex", ".dvi", ".qxd"))
    if is_file_name or lowered.startswith(("microsoft word", "untitled")):
        return ""
    return text if any(sign.isalpha() for sign in text) else ""
