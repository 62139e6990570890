"""Posts as students write them, in several languages and disciplines, with all the mess.

Each quotation of a post has its verdict; what quotes nobody is left alone. A known failure is strict.
"""

from __future__ import annotations

from typing import Any

import pytest

from quotecheck import Finding, Library, Placing, Verdict, check
from tests.quotecheck.paged import shelf_of
from tests.quotecheck.posts import POSTS, READINGS, first_words, with_blocks


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return shelf_of(READINGS, tmp_path_factory.mktemp("readings"))


def told(finding: Finding) -> dict[str, str]:
    is_away = finding.translated or finding.placing is Placing.UNKNOWN_WORK
    unchecked = finding.verdict is Verdict.NOT_FOUND and is_away
    found = {
        "words": first_words(finding.quotation.text),
        "verdict": "not_checked" if unchecked else finding.verdict.value,
    }
    if finding.place is not None:
        ends = finding.place.pages[0], finding.place.pages[-1]
        found["stands"] = f"{finding.place.reading} {'–'.join(dict.fromkeys(ends))}"
        found["placing"] = str(finding.placing)
    return found


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case["label"],
            marks=pytest.mark.xfail(strict=True, reason=case["fails"]) if "fails" in case else (),
        )
        for case in POSTS["cases"]
    ],
)
def test_each_quotation_of_a_post_gets_its_verdict(case: dict[str, Any], library: Library) -> None:
    findings = check(with_blocks(case["text"]), library)
    quoted = [told(each) for each in findings if each.verdict is not Verdict.TERM]
    alone = [first_words(each.quotation.text) for each in findings if each.verdict is Verdict.TERM]
    assert quoted == case["found"]
    assert alone == case.get("left_alone", [])
