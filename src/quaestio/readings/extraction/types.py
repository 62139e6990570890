"""What goes into an extraction and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

# To be raised whenever files come out as other pages than before: those that an older version read
# are then read again. 1: chapters from the outline of a PDF. 2: contents with levels in all kinds
# of files, the notes of Markdown and plain text.
VERSION = 2

MEGABYTE = 1024 * 1024

PDF = "application/pdf"
HTML = "text/html"
PLAIN = "text/plain"
MARKDOWN = "text/markdown"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EPUB = "application/epub+zip"

REFUSALS = frozenset(
    {
        "empty",  # no bytes, or nothing but white space
        "too_large",  # the file itself
        "encrypted",
        "damaged",
        "no_text",  # a picture book
        "scan",  # a PDF of pictures, whose text could be recognised
        "too_many_pages",
        "too_slow",
        "too_big_inside",  # small file, huge contents
        "unknown_type",
        "encoding",
        "hostile",  # made to do harm, or as good as
    }
)


class Sentence(str):
    """A finished English sentence that still knows its template, so that it can be translated.

    Modules import it as ``_``, which is also how the templates get into the catalogue.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Sentence:
        sentence = super().__new__(cls, template % values)
        sentence.template = template
        sentence.values = values
        return sentence


class Refused(Exception):
    """The file cannot become pages; ``sentence`` tells the teacher why and what to do about it.

    ``detail`` is for the operator's log only and may hold anything.
    """

    def __init__(self, code: str, sentence: Sentence, detail: str = "") -> None:
        if code not in REFUSALS:
            raise ValueError(f"not a reason to refuse: {code}")
        super().__init__(code, sentence)
        self.code = code
        self.sentence = sentence
        self.detail = detail

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. Beyond any of these it is refused, never cut short."""

    file_bytes: int = 100 * MEGABYTE
    pages: int = 2_000
    characters: int = 12_000_000
    wall_seconds: float = 120
    cpu_seconds: int = 20
    memory_bytes: int = 512 * MEGABYTE
    output_bytes: int = 96 * MEGABYTE
    unpacked_bytes: int = 128 * MEGABYTE
    unpacked_ratio: int = 200
    unpacked_files: int = 5_000
    depth: int = 250  # elements within elements
    image_pixels: int = 16_000_000


DEFAULT_LIMITS = Limits()

KINDS = frozenset({"page", "paragraph"})
SIDES = frozenset({"", "left", "right"})
LABEL_SOURCES = frozenset({"carried", "printed", "given", "counted"})


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """One page as the reader shows it.

    ``number`` counts the pages of the file from 1; ``label`` is the number printed on the page,
    or "" where there are none. ``kind`` says what the label counts: ``page``, or ``paragraph``
    where a file has no pages ("12–19" then are the paragraphs on it). ``text`` is paragraphs
    between blank lines; a single line break inside one is meant (verse, an address).
    ``paragraphs`` has one number for each of them, counted through the whole reading, 0 for a
    heading; it is empty for printed pages.
    ``heading`` is the one it stands under, ``chapter`` the number such a heading bears. ``parts``
    has for each paragraph the numbers of the chapter and the section it certainly stands in, ""
    where none is known; it is empty where there are none at all.
    ``furniture`` is what was kept out of the text: running heads, page numbers. ``notes_at`` is
    where in the text the footnotes begin, which stand last; 0 if there are none. ``sheet`` is the
    page of the file it was printed on, 0 where the file has none, and ``side`` which half of it
    (``left``, ``right``) where two pages lie on one sheet.
    """

    number: int
    label: str
    text: str
    heading: str = ""
    paragraphs: tuple[int, ...] = ()
    furniture: str = ""
    kind: str = "page"
    chapter: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    notes_at: int = 0
    sheet: int = 0
    side: str = ""


class Heading(NamedTuple):
    """An entry of a table of contents: how deep it stands (0 at the top), its title, and the
    ``number`` of the page on which it begins.
    """

    level: int
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class Extracted:
    """A whole file. ``warnings`` are sentences for the teacher; the pages are good all the same.

    ``labels_from`` says where the labels come from: ``carried`` inside the file, ``printed`` on
    the pages, ``given`` by the teacher, or ``counted``. ``contents`` are its headings, where they
    are known.
    """

    media_type: str
    title: str
    author: str
    pages: tuple[ExtractedPage, ...]
    warnings: tuple[Sentence, ...] = ()
    labels_from: str = "counted"
    contents: tuple[Heading, ...] = ()


class Seen(NamedTuple):
    """What a text recogniser saw on the picture of a page: hOCR, and by how many degrees the page
    had been ``turned`` to the right for it, about its middle.
    """

    hocr: str
    turned: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is asked to do, beside the file itself."""

    kind: str  # the coarse type our own table found: pdf, zip, text
    media_type: str = ""
    first_label: str = ""
    first_page: int = 1
    page: int = 0  # above 0: draw this page instead
    width: int = 0  # in pixels
    dpi: int = 0  # instead of a width
    mark: str = ""  # words to be marked on the picture
    straight: bool = False  # turn the picture so that its lines are level
    recognised: int = -1  # the open file of what was recognised, if any was
