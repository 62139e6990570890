"""Footnotes in Markdown and plain text: behind the text of their page, where they are clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import cast

from quaestio.citations.checking import read_source
from quaestio.readings import actions
from quaestio.readings.extraction import extract
from quaestio.readings.extraction.types import MARKDOWN
from quaestio.readings.models import Document


def read(folder: Path, text: str, media_type: str = "") -> list[tuple[str, str]]:
    """Of each page its text and its notes."""
    path = folder / "upload.bin"
    path.write_text(text)
    pages = extract(path, media_type=media_type).pages
    return [
        (page.text[: page.notes_at].strip(), page.text[page.notes_at :])
        if page.notes_at
        else (page.text, "")
        for page in pages
    ]


def markdown(folder: Path, text: str) -> list[tuple[str, str]]:
    return read(folder, text, MARKDOWN)


def test_notes_of_markdown_stand_behind_the_text_that_calls_them(tmp_path: Path) -> None:
    (page,) = markdown(
        tmp_path,
        "The frost came[^1] and went [^late]; see `[^1]`.\n\n[^1]: Jones, *Frost*, 12.\n"
        "[^late]: Two lines\nof it.\n\n    And more.\n\nThe end[^1].\n",
    )
    assert page == (
        "The frost came and went; see [^1].\n\nThe end.",
        "Jones, Frost, 12.\n\nTwo lines of it. And more.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "A mark[^1] without a note.",
        "A note without a mark.\n\n[^2]: Somewhere.",
        "Two[^1] of a name.\n\n[^1]: One.\n\n[^1]: Another.",
        "```\nCode[^1]\n```\n\n[^1]: A note of no text.",
    ],
)
def test_what_is_not_clear_stays_in_the_text_of_markdown(tmp_path: Path, text: str) -> None:
    assert all(not notes for _text, notes in markdown(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The frost came[1] early and nobody\nwas ready,[2] least of all the plumbers.\n\n"
            "Another paragraph.\n\n[1] Jones, 12.\n[2] Teague, 44, and the papers\n    there.\n",
            (
                "The frost came early and nobody was ready, least of all the plumbers.\n\n"
                "Another paragraph.",
                "Jones, 12.\n\nTeague, 44, and the papers there.",
            ),
        ),
        (
            "A raised¹ mark and another.²\n\n1. First note.\n\n2. Second note.\n",
            ("A raised mark and another.", "First note.\n\nSecond note."),
        ),
        (
            "The frost came[1] early.\n\n[Footnote 1: In the old\ncalendar.]\n\nIt went on.[A]\n\n"
            "[Footnote A: Not all.]\n",
            ("The frost came early.\n\nIt went on.", "In the old calendar.\n\nNot all."),
        ),
        (  # Counted anew in each section.
            "One.[1]\n\n[1] The first.\n\nSECTION\n\nTwo.[1]\n\n[1] The second.\n",
            ("One.\n\nSECTION\n\nTwo.", "The first.\n\nThe second."),
        ),
    ],
)
def test_the_clear_cases_of_plain_text_are_notes(
    tmp_path: Path, text: str, expected: tuple[str, str]
) -> None:
    assert read(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "There are two things:\n\n1. One thing.\n\n2. Another thing.",
        "Called twice [1] and [1].\n\n[1] A work.",
        "In another order [2], [1].\n\n[1] A work.\n\n[2] Another.",
        "One has no mark [1].\n\n[1] A work.\n\n[2] Another.",
        "The mark comes after.\n\n[1] A note?\n\nIt is [1] here.",
        "E = mc² is no note.\n\n3. A point.",
    ],
)
def test_what_is_not_clear_stays_in_plain_text(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == [(text, "")]


def test_signs_of_our_own_in_a_file_are_left_alone(tmp_path: Path) -> None:
    text = "A sign\U0010f000 and a mark[1].\n\n[1] A note."
    assert read(tmp_path, text) == [(text, "")]


@pytest.mark.django_db
def test_a_sentence_is_quoted_over_its_mark_and_the_note_is_found_too(tmp_path: Path) -> None:
    maya = cast.student(cast.instructor().course)
    reading = cast.reading(maya.course, "Frost", author="Rosalind Teague")
    path = tmp_path / "upload.bin"
    path.write_text(
        "The winter ended[^1] in a single afternoon and nobody noticed it.\n\n"
        "[^1]: The calendar of the ministry says otherwise, and nobody believes it.\n"
    )
    document = Document.objects.create(reading=reading, name="frost.md", size=1)
    actions.keep_pages(document, extract(path, media_type=MARKDOWN))
    for words in (
        "The winter ended in a single afternoon and nobody noticed it",
        "The calendar of the ministry says otherwise, and nobody believes it",
    ):
        (found,) = read_source(maya.course, f"<p>“{words}” (Teague).</p>").quotations
        assert found.verdict == "verbatim"
    shown = cast.sign_in(maya).get(f"/r/{reading.public_id}/p/1").content.decode()
    assert '<p class="footnote"' in shown
