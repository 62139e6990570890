"""What a finding says of the citation beside the words: the shapes that students write.

Each shape is data (``cases/cited.json``): a sentence, what is found of it, and whether the place
cited is right, wrong, unknown or open to question.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quotecheck import Library, Placing, Post, Reading, Verdict, check, check_quotation
from tests.quotecheck.paged import shelf_of

FOUND = json.loads((Path(__file__).parent / "cases" / "cited.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return shelf_of(FOUND["readings"], tmp_path_factory.mktemp("readings"))


@pytest.mark.parametrize("case", FOUND["cases"], ids=lambda case: case["label"])
def test_a_citation_is_held_against_the_place_of_the_words(
    case: dict[str, Any], library: Library
) -> None:
    findings = [f for f in check(Post(case["text"]), library) if f.verdict is not Verdict.TERM]
    told = [
        {
            "verdict": finding.verdict.value,
            "placing": str(finding.placing),
            "page": finding.place.pages[0] if finding.place else "",
        }
        | ({"ambiguous": list(finding.ambiguous)} if finding.ambiguous else {})
        for finding in findings
    ]
    assert told == case["found"]


def test_the_readings_that_may_be_meant_are_named(library: Library) -> None:
    [finding] = check(Post("It was “a quarrel about one window” (Orlova 30)."), library)
    assert finding.ambiguous == ("orlova-courts", "orlova-stairs")
    assert "“(Orlova 30)” may mean several readings: Courts of Honour; Stairs." in finding.sentence
    assert "The words stand in Courts of Honour, page 31." in finding.sentence


def test_a_work_that_is_no_reading_is_said_to_be_none(library: Library) -> None:
    [finding] = check(Post("It was “a quarrel about one window” (Haldane 30)."), library)
    assert finding.placing is Placing.UNKNOWN_WORK
    assert finding.verdict is Verdict.VERBATIM
    assert "The work cited, “(Haldane 30)”, is none of the readings." in finding.sentence
    assert "The words stand in Courts of Honour, page 31." in finding.sentence


def test_words_that_stand_nowhere_are_no_proof_against_a_reading(library: Library) -> None:
    [finding] = check(Post("It was “a lamp nobody had ever lit” (Jones 42)."), library)
    assert finding.verdict is Verdict.NOT_FOUND
    assert finding.placing is Placing.UNCITED
    [finding] = check(Post("It was “a lamp nobody had ever lit” (Haldane 42)."), library)
    assert finding.placing is Placing.UNKNOWN_WORK
    assert "“(Haldane 42)”, is none of the readings" in finding.sentence


def test_nobody_is_blamed_where_the_cited_reading_cannot_be_searched(tmp_path: Path) -> None:
    shelf = Library.open(tmp_path)
    shelf.put(Reading("scan", "", "The Scan", "Ada Budd", searchable=False, why_not="No text."))
    shelf.put(Reading("mill", "The ice went out of the river on the ninth.", "The Mill", "Roe"))
    finding = check_quotation("went out of the river on the ninth", shelf, cited="scan")
    assert finding.verdict is Verdict.VERBATIM
    assert finding.placing is Placing.UNCITED
    assert finding.unsearched == ("scan",)
    assert "The reading cited, The Scan, could not be searched." in finding.sentence
    assert "The words stand in The Mill." in finding.sentence


def test_an_answer_kept_for_one_citation_is_not_given_for_another(library: Library) -> None:
    told = {
        cited: check(Post(f"It was “a quarrel about one window” {cited}."), library)[0].ambiguous
        for cited in ("(Orlova 30)", "(Orlova, Stairs 30)", "(Orlova 30)")
    }
    assert told["(Orlova 30)"] == ("orlova-courts", "orlova-stairs")
    assert told["(Orlova, Stairs 30)"] == ()
