"""Words in quotation marks that stand nowhere are only an accusation where somebody was cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from quotecheck import Library, Post, Reading, Verdict, check, check_quotation

# The index keeps its files open for as long as the library is in use.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library.open(tmp_path)
    library.put(Reading("budd", "The ice went out of the river on the ninth.", author="Ada Budd"))
    return library


def verdicts(text: str, library: Library) -> list[Verdict]:
    return [finding.verdict for finding in check(Post(text), library)]


def test_a_short_phrase_without_a_citation_is_left_in_peace(library: Library) -> None:
    assert verdicts("I voted “in part” because of the ice.", library) == [Verdict.TERM]


def test_the_same_phrase_with_a_citation_is_looked_for(library: Library) -> None:
    assert verdicts("It melted “in part” (Budd 3).", library) == [Verdict.NOT_FOUND]


def test_a_sentence_without_a_citation_is_looked_for(library: Library) -> None:
    text = "“Nobody in the whole town had seen the bridge go down,” and so on."
    assert verdicts(text, library) == [Verdict.NOT_FOUND]


def test_a_short_phrase_that_stands_in_a_reading_is_found_there(library: Library) -> None:
    assert verdicts("The ice went “out of the river” again.", library) == [Verdict.VERBATIM]


def test_a_short_quotation_that_somebody_asks_about_is_looked_for(library: Library) -> None:
    assert check_quotation("in part", library).verdict is Verdict.NOT_FOUND
