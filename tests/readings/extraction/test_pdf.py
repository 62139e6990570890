"""PDF to pages: paragraphs, labels, what is kept out of the text, and what is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.readings.extraction.makepdf import Line, Sheet, pdf, sheet, two_columns

from quaestio.readings.extraction import Extracted, Limits, Refused, extract, render_page_png

Write = Callable[[bytes], Path]

LEFT = [
    "The left column of this page",
    "goes on for quite some time,",
    "until it has filled the lines",
    "that were meant for its text,",
    "and then it ends right here.",
]
RIGHT = [
    "The other column is the right",
    "one and should be read after",
    "the left one has been read to",
    "its very end, and not before",
    "it or in between its own rows.",
]
CHAPTER = [
    "Nobody had told him that the meeting would be held behind\n"
    "closed doors, and nobody told him afterwards what it meant.",
    "The delegates listened without a word to the end of it. Some\n"
    "of them had to be led out of the hall before that came.",
    "What was said there became known within a few weeks, and by\n"
    "the summer there was hardly anyone who had not read it.",
    "The text itself was not printed at home for thirty years and\n"
    "more, although everybody spoke as if they knew it by heart.",
    "It is an odd fate for a speech: to be known by everybody and\n"
    "to be read by no one, as if it were a poem or a law.",
]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(data: bytes) -> Path:
        path = tmp_path / "upload.bin"
        path.write_bytes(data)
        return path

    return _write


def only_page(extracted: Extracted) -> str:
    (page,) = extracted.pages
    return page.text


def refusal(path: Path, limits: Limits | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        extract(path, limits=limits or Limits())
    return caught.value


def test_a_page_becomes_paragraphs_with_their_lines_joined(write: Write) -> None:
    text = "One sentence that goes over two lines\nof the print. Another.\n\nA new paragraph.\n"
    extracted = extract(write(pdf([sheet(text)], title="The Speech", author="Jones")))
    assert only_page(extracted) == (
        "One sentence that goes over two lines of the print. Another.\n\nA new paragraph."
    )
    assert (extracted.title, extracted.author) == ("The Speech", "Jones")
    assert extracted.media_type == "application/pdf"
    assert extracted.warnings == ()


def test_an_indented_line_begins_a_paragraph(write: Write) -> None:
    page = sheet(
        "The first paragraph of the page fills its lines to the\n"
        "end and goes on until here, more or less as it should.\n"
        "This is usual in a printed book, whose lines are full.\n"
        "A second paragraph begins with an indent, and\n"
        "goes on from there to the very end of this whole page."
    )
    page.lines[3].x += 15
    assert only_page(extract(write(pdf([page])))).count("\n\n") == 1


def test_verse_keeps_its_lines(write: Write) -> None:
    poem = "Here lies a line\nas short as this\nand not so fine\nas lovers' bliss"
    long_line = "And this is the prose around it, which fills the whole width of the page."
    assert poem in only_page(extract(write(pdf([sheet(f"{long_line}\n\n{poem}\n\n{long_line}")]))))


def test_words_parted_at_a_line_end_are_made_whole(write: Write) -> None:
    text = (
        "He spoke of the person-\nality and of the well-\nknown facts, the Anglo-\nSaxon ones too; "
        "a twenty-\nyear plan."
    )
    assert only_page(extract(write(pdf([sheet(text)])))) == (
        "He spoke of the personality and of the well-known facts, the Anglo-Saxon ones too; "
        "a twenty-year plan."
    )


def test_the_rest_of_the_text_tells_whether_a_hyphen_was_meant(write: Write) -> None:
    text = (
        "They met in a coffee-\nhouse as one did then. A coffee-house was where one met, and no\n"
        "other place would do."
    )
    assert "in a coffee-house as" in only_page(extract(write(pdf([sheet(text)]))))


def test_a_raised_footnote_mark_is_no_part_of_the_sentence(write: Write) -> None:
    page = Sheet(
        [
            Line("He said so himself.", 72, 700),
            Line("3", 166, 705, 7),
            Line("Nobody answered in 1956.", 176, 700),
            Line("It was late", 72, 686),
        ]
    )
    assert "He said so himself. Nobody answered in 1956. It" in only_page(
        extract(write(pdf([page])))
    )


def test_a_mark_raised_so_high_that_it_seems_a_line_of_its_own_is_left_out_too(
    write: Write,
) -> None:
    page = Sheet(
        [
            Line("He said so himself.", 72, 700),
            Line("3", 169, 709, 6),
            Line("Nobody answered in 1956.", 176, 700),
            Line("It was late", 72, 686),
        ]
    )
    assert "He said so himself. Nobody answered in 1956. It" in only_page(
        extract(write(pdf([page])))
    )


def test_a_note_at_the_foot_keeps_its_number(write: Write) -> None:
    page = sheet(CHAPTER[0])
    page.lines += [Line("3", 72, 103, 6), Line("See Jones, p. 42.", 78, 100, 9)]
    assert only_page(extract(write(pdf([page])))).endswith("\n\n3 See Jones, p. 42.")


def test_raised_letters_and_exponents_stay(write: Write) -> None:
    page = Sheet(
        [
            Line("In the 19", 72, 700),
            Line("th", 115, 705, 7),
            Line("century x", 126, 700),
            Line("2", 171, 705, 7),
            Line("was known.", 181, 700),
        ]
    )
    assert only_page(extract(write(pdf([page])))) == "In the 19th century x2 was known."


def test_a_large_first_letter_belongs_to_its_word(write: Write) -> None:
    page = Sheet(
        [
            Line("T", 72, 676, 36),
            Line("The Beginning", 72, 730, 14),
            Line("hought is free, as the song has it,", 95, 700),
            Line("and the song was sung in places", 95, 686),
            Line("where thought was not at all free.", 95, 672),
        ]
    )
    assert only_page(extract(write(pdf([page])))) == (
        "The Beginning\n\nThought is free, as the song has it, and the song was sung in places "
        "where thought was not at all free."
    )


@pytest.mark.parametrize("by_row", [False, True], ids=["one after the other", "row by row"])
def test_columns_are_read_one_after_the_other(write: Write, by_row: bool) -> None:
    text = only_page(extract(write(pdf([two_columns(LEFT, RIGHT, by_row=by_row)]))))
    assert " ".join(text.split()) == " ".join(LEFT + RIGHT)


def test_a_title_across_both_columns_stays_on_top(write: Write) -> None:
    page = two_columns(LEFT, RIGHT, by_row=True)
    page.lines.insert(
        0, Line("A title that runs across both of the columns below it", 130, 740, 14)
    )
    text = only_page(extract(write(pdf([page]))))
    assert text.startswith("A title that runs across both of the columns below it\n\nThe left")


def test_running_heads_and_page_numbers_are_kept_out(write: Write) -> None:
    sheets = [
        sheet(text, head="The Cult" if number % 2 else "Jones", foot=str(number + 41))
        for number, text in enumerate(CHAPTER + CHAPTER[:1])
    ]
    extracted = extract(write(pdf(sheets)))
    assert [page.text for page in extracted.pages] == [
        text.replace("\n", " ") for text in CHAPTER + CHAPTER[:1]
    ]
    assert extracted.pages[0].furniture == "Jones\n41"


def test_a_head_that_a_short_essay_has_but_twice_is_kept_out(write: Write) -> None:
    heads = ["", "Jones", "The Cult", "Jones", "The Cult"]
    sheets = [sheet(text, head=head) for text, head in zip(CHAPTER, heads, strict=True)]
    pages = extract(write(pdf(sheets))).pages
    assert [page.furniture for page in pages] == heads


def test_a_first_line_that_only_looks_like_the_last_page_stays(write: Write) -> None:
    refrain = "And so it goes, and so it went before,\n"
    sheets = [sheet(refrain + text) for text in CHAPTER]
    extracted = extract(write(pdf(sheets)))
    assert all(page.text.startswith("And so it goes") for page in extracted.pages)


def test_pages_that_are_all_alike_keep_their_text(write: Write) -> None:
    extracted = extract(write(pdf([sheet(CHAPTER[0])] * 6)))
    assert {page.text for page in extracted.pages} == {CHAPTER[0].replace("\n", " ")}


@pytest.mark.parametrize(
    ("carried", "feet", "first_label", "expected"),
    [
        ("0 << /S /r >> 2 << /S /D /St 1 >>", "", "", "i ii 1 2 3"),
        ("0 << /S /D /P (A-) /St 7 >>", "", "", "A-7 A-8 A-9 A-10 A-11"),
        ("", "41 42 43 44 45", "", "41 42 43 44 45"),
        ("", "- 42 - 44 -", "", "41 42 43 44 45"),
        ("", "vii viii ix x xi", "", "vii viii ix x xi"),
        ("0 << /S /D >>", "215 216 217 218 219", "", "215 216 217 218 219"),
        ("0 << /S /D >>", "", "215", "215 216 217 218 219"),
        ("", "", "xi", "xi xii xiii xiv xv"),
        ("", "", "", "1 2 3 4 5"),
    ],
    ids=[
        "carried by the file, roman then arabic",
        "carried by the file, with a prefix",
        "printed at the foot",
        "printed on some pages",
        "printed in roman",
        "printed beats mere counting",
        "the teacher's beats mere counting",
        "the teacher's, roman",
        "nothing known",
    ],
)
def test_labels(write: Write, carried: str, feet: str, first_label: str, expected: str) -> None:
    numbers = [foot.strip("-") for foot in feet.split()] or [""] * 5
    sheets = [sheet(text, foot=foot) for text, foot in zip(CHAPTER, numbers, strict=True)]
    extracted = extract(write(pdf(sheets, labels=carried)), first_label=first_label)
    assert " ".join(page.label for page in extracted.pages) == expected


def test_a_year_in_every_head_is_not_a_page_number(write: Write) -> None:
    sheets = [sheet(text, head="A History 1956") for text in CHAPTER]
    labels = [page.label for page in extract(write(pdf(sheets))).pages]
    assert labels == ["1", "2", "3", "4", "5"]


def test_pages_before_the_teachers_first_have_no_label(write: Write) -> None:
    extracted = extract(
        write(pdf([sheet(text) for text in CHAPTER])), first_label="215", first_page=2
    )
    assert [page.label for page in extracted.pages] == ["", "215", "216", "217", "218"]


def test_the_teacher_hears_when_the_printed_numbers_differ_from_the_given_one(write: Write) -> None:
    sheets = [sheet(text, foot=str(41 + number)) for number, text in enumerate(CHAPTER)]
    extracted = extract(write(pdf(sheets)), first_label="1")
    assert extracted.pages[0].label == "41"
    assert "You gave 1" in extracted.warnings[0]


def test_pages_without_text_are_named(write: Write) -> None:
    sheets = [sheet(CHAPTER[0]), Sheet(), Sheet(), sheet(CHAPTER[1]), Sheet()]
    extracted = extract(write(pdf(sheets)))
    assert [bool(page.text) for page in extracted.pages] == [True, False, False, True, False]
    assert "2–3, 5" in extracted.warnings[0]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "empty"),
        (pdf([sheet("A secret.")], encrypted=True), "encrypted", "password"),
        (pdf([sheet("Whole once.")] * 3)[:-700], "damaged", "breaks off"),
        (pdf([Sheet()] * 3), "scan", "pictures"),
        (pdf([]), "damaged", "damaged"),
        (pdf([Sheet()] * 5000), "too_many_pages", "5000 pages"),
        (b"%PDF-1.7\nnothing more\n%%EOF", "damaged", "damaged"),
    ],
    ids=["empty", "encrypted", "truncated", "scan", "no pages", "5,000 pages", "only a head"],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    write: Write, data: bytes, code: str, words: str
) -> None:
    refused = refusal(write(data))
    assert (refused.code, words in refused.sentence) == (code, True)


def test_a_file_that_is_too_large_is_refused_unread(write: Write) -> None:
    refused = refusal(write(pdf([sheet("Small.")])), Limits(file_bytes=100))
    assert refused.code == "too_large"


def test_many_pages_within_the_limit_are_read(write: Write) -> None:
    extracted = extract(write(pdf([sheet(f"Page {n}.") for n in range(1, 61)])))
    assert [page.text for page in extracted.pages] == [f"Page {n}." for n in range(1, 61)]


def test_progress_is_told_page_by_page(write: Write) -> None:
    told: list[tuple[int, int]] = []
    extract(write(pdf([sheet("A.")] * 3)), on_progress=lambda *counts: told.append(counts))
    assert told == [(1, 3), (2, 3), (3, 3)]


def upright(lines: list[Line]) -> bytes:
    """Set from bottom to top along the left edge of a lying sheet, as scanners and Word do."""
    return b"\n".join(
        f"BT /F1 {line.size} Tf 0 1 -1 0 {800 - line.y} {line.x} Tm ({line.text}) Tj ET".encode()
        for line in lines
    )


def test_a_page_that_lies_on_its_side_is_read_like_any_other(write: Write) -> None:
    sheets = [
        Sheet(raw=upright(sheet(text, foot=str(41 + number)).lines), extra="/Rotate 90")
        for number, text in enumerate(CHAPTER)
    ]
    pages = extract(write(pdf(sheets))).pages
    assert [page.text for page in pages] == [text.replace("\n", " ") for text in CHAPTER]
    assert [page.label for page in pages] == ["41", "42", "43", "44", "45"]


def test_a_librarys_stamp_up_the_margin_is_kept_out(write: Write) -> None:
    stamped = sheet(CHAPTER[0])
    raw = b"\n".join(
        f"BT /F1 12 Tf 1 0 0 1 {line.x} {line.y} Tm ({line.text}) Tj ET".encode()
        for line in stamped.lines
    )
    raw += b"\nBT /F1 12 Tf 0 1 -1 0 30 200 Tm (Lent to you by the library) Tj ET"
    (page,) = extract(write(pdf([Sheet(raw=raw)]))).pages
    assert page.text == CHAPTER[0].replace("\n", " ")
    assert page.furniture == "Lent to you by the library"


def test_the_picture_of_a_page_is_a_png_of_the_width_asked_for(write: Write) -> None:
    png = render_page_png(write(pdf([sheet("First."), sheet("Second.")])), 2, 306)
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (width, height, depth) == (306, 396, 8)
    rows = zlib.decompress(png[png.index(b"IDAT") + 4 : png.rindex(b"IEND") - 8])
    assert len(rows) == height * (1 + width * {0: 1, 2: 3, 6: 4}[colour])
    assert min(rows[1:]) < 100 < max(rows)  # ink on paper


def test_there_is_no_picture_of_a_page_that_is_not_there(write: Write) -> None:
    with pytest.raises(Refused, match="no page 3"):
        render_page_png(write(pdf([sheet("First.")])), 3, 300)


def test_only_a_pdf_has_pictures_of_its_pages(write: Write) -> None:
    with pytest.raises(Refused, match="Only pages of a PDF"):
        render_page_png(write(b"Plain text."), 1, 300)
