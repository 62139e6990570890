"""What is a quotation, what is a citation, and which belongs to which: the cases are data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotecheck.extract import find_citations, find_quotations
from quotecheck.types import Citation, Post, Quotation, ReadingInfo, Span
from tests.quotecheck.posts import with_blocks

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = [folder / "shared/samples/class-blog-page.txt" for folder in ROOT.parents[:2]]
SAMPLE = next((path for path in SAMPLES if path.exists()), SAMPLES[0])


def cases(name: str, *, strict: bool = True) -> list[Any]:
    """The cases of a file; a known failure must fail, so that progress shortens the list."""
    found = json.loads((CASES / name).read_text(encoding="utf-8"))
    return [
        pytest.param(
            case,
            id=case["label"],
            marks=pytest.mark.xfail(strict=True, reason=case["fails"])
            if strict and "fails" in case
            else (),
        )
        for case in found["cases"]
    ]


def shelf(name: str, case: dict[str, Any]) -> list[ReadingInfo]:
    shelves = json.loads((CASES / name).read_text(encoding="utf-8"))["shelves"]
    return [
        ReadingInfo(**(reading | {"aliases": tuple(reading.get("aliases", ()))}))
        for reading in shelves[case.get("shelf", "seminar")]
    ]


def post(case: dict[str, Any]) -> Post:
    """Block quotations stand between lines of <<< and >>> in the cases."""
    return with_blocks(case["text"], tuple(case.get("people", ())))


def told(quotation: Quotation) -> dict[str, Any]:
    """A quotation as the cases write it: what is empty left out."""
    found: dict[str, Any] = {"text": quotation.text}
    if quotation.term:
        found["term"] = quotation.term
    if quotation.block:
        found["block"] = True
    if len(quotation.pieces) > 1:
        found["pieces"] = len(quotation.pieces)
    if quotation.citation is not None:
        found["citation"] = quotation.citation.raw
    return found


def told_citation(citation: Citation) -> dict[str, Any]:
    found = {
        "raw": citation.raw,
        "how": citation.how,
        "author": citation.author,
        "title": citation.title,
        "year": citation.year,
        "pages": list(citation.pages),
        "reading": citation.reading,
        "candidates": list(citation.candidates),
    }
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("case", cases("quotations.json"))
def test_quotations_are_told_from_what_is_none(case: dict[str, Any]) -> None:
    found = find_quotations(post(case), shelf("quotations.json", case))
    assert [told(quotation) for quotation in found] == case["expected"]


@pytest.mark.parametrize("case", cases("citations.json"))
def test_citations_are_read_and_matched_to_the_readings(case: dict[str, Any]) -> None:
    found = find_citations(post(case), shelf("citations.json", case))
    assert [told_citation(citation) for citation in found] == case["expected"]


@pytest.mark.parametrize("case", cases("quotations.json", strict=False))
def test_every_span_points_into_the_post(case: dict[str, Any]) -> None:
    written = post(case)
    for quotation in find_quotations(written, shelf("quotations.json", {})):
        whole = written.text[quotation.span.start : quotation.span.end]
        pieces = [written.text[start:end] for start, end in quotation.pieces]
        assert all(piece and piece in whole for piece in pieces)
        assert quotation.text.split() == " ".join(pieces).split()
        if quotation.citation is not None:
            span = quotation.citation.span
            assert written.text[span.start : span.end].strip() == quotation.citation.raw


def test_the_class_blog_page_has_three_citations_and_its_scare_quotes_are_left_alone() -> None:
    if not SAMPLE.exists():
        pytest.skip(f"the sample page {SAMPLE} is not on this machine")
    written = Post(SAMPLE.read_text(encoding="utf-8"))
    readings = shelf("quotations.json", {})
    cited = [
        (citation.raw, citation.reading)
        for citation in find_citations(written, readings)
        if citation.how == "bracket"
    ]
    assert cited == [
        ("(Evtushenko)", "evtushenko"),
        ("(The Cult of the Individual, Khruschev)", "khrushchev"),
        ("(Jones 42)", "jones"),
    ]
    found = find_quotations(written, readings)
    assert [quotation.text for quotation in found if not quotation.term] == [
        "whirlpool of the crowd",
        "cult of personality",  # uncited: ``check`` leaves it in peace unless a reading has it
        "superman possessing supernatural characteristics, akin to those of a god",
        "distress, outrage and confusion",
        "learned its lesson",
    ]


def test_the_same_citations_are_recognised_before_any_reading_is_known() -> None:
    if not SAMPLE.exists():
        pytest.skip(f"the sample page {SAMPLE} is not on this machine")
    found = find_citations(Post(SAMPLE.read_text(encoding="utf-8")), [])
    assert [(citation.author, citation.title, citation.pages) for citation in found] == [
        ("Evtushenko", "", ()),
        ("Khruschev", "The Cult of the Individual", ()),
        ("Jones", "", ("42",)),
    ]


SIGNS = "\"'“”„‟«»‹›‘’‚「」『』()[]（）.,:;!?—– \n\n\t0129"
WORDS = ["Jones", "writes", "that", "Khrushchev", "the", "(Jones 42)", "p. 3", "ibid.", "S. 42ff."]
WORDS += [
    "<<",
    ">>",
    ",,",
    "``",
    "´",
    "\n\n",
    "\n\n“",
    "\n\n‘",
    " – ",
    "(1)",
    "(2)",
    "[1]",
    "3.1.4",
    "514a",
]


@given(st.lists(st.one_of(st.sampled_from(SIGNS), st.sampled_from(WORDS)), max_size=120))
def test_whatever_is_typed_spans_are_sound_and_apart(parts: list[str]) -> None:
    written = Post("".join(parts))
    found = find_quotations(written, shelf("quotations.json", {}))
    position = 0
    for quotation in found:
        assert position <= quotation.span.start < quotation.span.end <= len(written.text)
        position = quotation.span.end
        inside = [quotation.span.start, *sum(quotation.pieces, ()), quotation.span.end]
        assert inside == sorted(inside)
        assert any(char.isalnum() for char in quotation.text)


@given(st.text(max_size=200), st.lists(st.tuples(st.integers(0, 250), st.integers(0, 250))))
def test_no_text_and_no_block_breaks_it(text: str, blocks: list[tuple[int, int]]) -> None:
    written = Post(text, tuple(Span(*block) for block in blocks))
    readings = shelf("quotations.json", {})
    for quotation in find_quotations(written, readings):
        assert quotation.text.strip() == quotation.text
    assert find_citations(written, readings) == sorted(
        find_citations(written, readings), key=lambda citation: citation.span
    )


@given(st.sampled_from([("“", "”"), ('"', '"'), ("„", "“"), ("«", "»"), ("»", "«"), ("‘", "’")]))
def test_the_habit_of_marking_changes_nothing(marks: tuple[str, str]) -> None:
    opening, closing = marks
    text = (
        f"Jones writes that {opening}it was a hard year{closing} (42), the {opening}thaw{closing}."
    )
    found = find_quotations(Post(text), shelf("quotations.json", {}))
    assert [(quotation.text, quotation.term) for quotation in found] == [
        ("it was a hard year", ""),
        ("thaw", "word"),
    ]
    assert found[0].citation is not None
    assert found[0].citation.reading == "jones"
