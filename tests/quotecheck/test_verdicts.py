"""What the checker says of a quotation, in fifteen languages: the cases are data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from quotecheck import Finding, Library, PageMark, Post, Reading, Span, check, check_quotation
from quotecheck.types import Placing, Verdict

FOUND = json.loads((Path(__file__).parent / "cases" / "verdicts.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    shelf = Library.open(tmp_path_factory.mktemp("readings"))
    for key, text in FOUND["readings"].items():
        shelf.put(Reading(key, text, title=key.title()))
    return shelf


def params() -> list[Any]:
    return [
        pytest.param(
            case,
            id=case["label"],
            marks=pytest.mark.xfail(strict=True, reason=case["fails"]) if "fails" in case else (),
        )
        for case in FOUND["cases"]
    ]


@pytest.mark.parametrize("case", params())
def test_a_quotation_gets_its_verdict(case: dict[str, Any], library: Library) -> None:
    finding = check_quotation(case["quotation"], library)
    assert finding.verdict.value == case["verdict"], finding.changes
    if finding.place is not None:
        assert finding.place.reading == case["reading"]
    if "grave" in case:
        assert case["grave"] in [c.grave for c in finding.changes if c.op != "mark"]
    if "unfair" in case:
        assert [c.unfair for c in finding.changes] == [case["unfair"]]


@pytest.mark.parametrize("case", params())
def test_every_change_points_into_both_texts(case: dict[str, Any], library: Library) -> None:
    if "fails" in case:
        pytest.xfail(case["fails"])
    finding = check_quotation(case["quotation"], library)
    for change in finding.changes:
        assert case["quotation"][slice(*change.quote)] == change.quote_text
        source = FOUND["readings"][case["reading"]][slice(*change.source)]
        assert source == change.source_text


@pytest.mark.parametrize("case", params())
def test_every_finding_says_why(case: dict[str, Any], library: Library) -> None:
    if "fails" in case:
        pytest.xfail(case["fails"])
    finding = check_quotation(case["quotation"], library)
    assert finding.sentence
    assert finding.reasons[0][0] == str(finding.wording)
    for change in finding.changes:
        if change.grave:
            assert f"This changes a {change.grave}." in finding.sentence


@pytest.fixture
def paged(tmp_path: Path) -> Library:
    """Two readings; "the same sentence" stands on two pages of the first and in the second."""
    shelf = Library.open(tmp_path)
    first = "Winter came early that year to the valley of the mill. "
    second = "Here the same sentence stands again for all to see. "
    pages = [first, second, "Nothing else is said on this page of the book. ", second]
    starts = [sum(map(len, pages[:i])) for i in range(len(pages))]
    marks = tuple(PageMark(start, str(41 + i)) for i, start in enumerate(starts))
    shelf.put(Reading("mill", "".join(pages), "The Mill", pages=marks))
    shelf.put(Reading("other", "A preface. " + second + "An afterword.", "Another"))
    return shelf


def check_one(library: Library, text: str, cited: str, *pages: str) -> Finding:
    return check_quotation(text, library, cited=cited, pages=pages)


def test_the_cited_page_decides_between_equal_places(paged: Library) -> None:
    for page in ("42", "44"):
        finding = check_one(paged, "the same sentence stands again", "mill", page)
        assert finding.verdict is Verdict.VERBATIM
        assert finding.place is not None
        assert finding.place.pages == (page,)
        assert len(finding.others) == 2


def test_a_wrong_page_is_told_with_the_right_one(paged: Library) -> None:
    finding = check_one(paged, "Winter came early that year", "mill", "43")
    assert finding.verdict is Verdict.MISPLACED
    assert finding.placing is Placing.WRONG_PAGE
    assert "page 41" in finding.sentence


def test_a_page_that_does_not_exist_is_a_wrong_page(paged: Library) -> None:
    assert check_one(paged, "Winter came early", "mill", "400").verdict is Verdict.MISPLACED


def test_a_range_of_pages_covers_what_lies_between(paged: Library) -> None:
    finding = check_one(paged, "Nothing else is said on this page", "mill", "42", "44")
    assert finding.placing is Placing.RIGHT


def test_a_wrong_reading_is_told_with_the_right_one(paged: Library) -> None:
    finding = check_one(paged, "Winter came early that year", "other")
    assert finding.verdict is Verdict.ELSEWHERE
    assert "The Mill, page 41" in finding.sentence


def test_a_changed_word_weighs_more_than_a_wrong_page(paged: Library) -> None:
    finding = check_one(paged, "Winter came late that year to the valley of the mill", "mill", "43")
    assert finding.verdict is Verdict.ALTERED
    assert finding.placing is Placing.WRONG_PAGE


def test_what_could_not_be_searched_is_named(paged: Library) -> None:
    paged.put(Reading("scan", "", "A Scan", searchable=False, why_not="It has no text layer."))
    finding = check_quotation("words that stand nowhere in these two books", paged)
    assert finding.unsearched == ("scan",)


def test_a_subset_does_not_see_the_other_readings(paged: Library) -> None:
    finding = check_quotation("Winter came early that year", paged.subset(["other"]))
    assert finding.verdict is Verdict.NOT_FOUND


def test_an_unfinished_last_word_is_waited_for(paged: Library) -> None:
    typed = "Winter came early that year to the val"
    assert check_quotation(typed, paged, unfinished=True).verdict is Verdict.VERBATIM
    assert check_quotation(typed, paged).verdict is Verdict.ALTERED


def test_an_ellipsis_over_pages_is_pointed_out(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    filler = "Another sentence of the book follows upon the last one without haste. " * 120
    library.put(
        Reading("long", "The miller opened the sluice. " + filler + "The valley was drowned.")
    )
    finding = check_quotation("The miller opened the sluice … The valley was drowned", library)
    assert [change.unfair for change in finding.changes] == ["far_apart"]


def test_a_post_is_checked_whole(paged: Library) -> None:
    text = "As The Mill says, “Winter came late that year to the valley of the mill” (41)."
    findings = [f for f in check(Post(text), paged) if f.verdict is not Verdict.TERM]
    assert [finding.verdict for finding in findings] == [Verdict.ALTERED]
    assert findings[0].changes[0].quote_text == "late"


@pytest.mark.parametrize(
    ("quotation", "unfair"),
    [
        ("[And] they went home at dawn", ""),
        ("[But] we shall write to the bank", ""),
        ("Of the will he knew [much]", ""),
        ("[All] the bakers came to market", "swallows_negation"),
        ("[The town] trusted the ice", "swallows_negation"),
    ],
)
def test_a_bracket_at_an_edge_is_asked_for_the_negations_of_its_own_clause(
    tmp_path: Path, quotation: str, unfair: str
) -> None:
    library = Library.open(tmp_path)
    text = "She said no, they went home at dawn. If not, we shall write to the bank. "
    text += "Of the will he knew; not so the widow. None of the bakers came to market. "
    text += "No man trusted the ice."
    library.put(Reading("plain", text))
    finding = check_quotation(quotation, library, cited="plain")
    assert [change.unfair for change in finding.changes] == [unfair]


def test_a_scan_is_not_held_against_the_writer(tmp_path: Path) -> None:
    good = (FOUND["readings"]["english"] + " ") * 4
    noisy = good.replace("the sailors blamed", "the sailora blamed", 1)
    noisy += "wIth thIs aud tbat hIs lIttle shIp saIled agaInst the tIde wIthin the harbour. " * 9
    library = Library.open(tmp_path)
    library.put(Reading("scan", noisy))
    assert library.reading("scan").scanned
    finding = check_quotation("and the sailors blamed the bishop's cook", library)
    assert finding.verdict is Verdict.VERBATIM


def test_a_clean_text_is_not_taken_for_a_scan(library: Library) -> None:
    assert not any(reading.scanned for reading in library.readings())


def test_spans_are_of_the_named_type(paged: Library) -> None:
    finding = check_one(paged, "Winter came early", "mill", "41")
    assert finding.place is not None
    assert all(isinstance(span, Span) for span in finding.place.spans)


def test_an_answer_is_kept_only_while_the_readings_are_the_same(paged: Library) -> None:
    quoted = "Winter came early that year"
    first = check_quotation(quoted, paged)
    assert len(paged.answers) == 1
    assert check_quotation(quoted, paged) == first
    assert len(paged.answers) == 1
    assert check_quotation(quoted, paged, cited="other").verdict is Verdict.ELSEWHERE
    paged.remove("mill")
    assert check_quotation(quoted, paged).verdict is Verdict.NOT_FOUND


def test_the_same_words_in_two_posts_keep_their_own_places(paged: Library) -> None:
    texts = ["He wrote, “Winter came early that year” (41).", "“Winter came early that year” (41)."]
    starts = [check(Post(text), paged)[0].quotation.span.start for text in texts]
    assert starts == [10, 0]


def test_a_head_with_accents_inside_a_divided_word_is_no_difference(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    first = ["Le matin", "Plus tard", "À midi", "Vers le soir", "La nuit", "Le lendemain"]
    pages = [
        f"{number} DU CÔTÉ DE L’ÉTÉ\nversée par les feux de la lampe allumée depuis la veille.\n"
        f"Le vent se leva, la ville dormait.\n{when} la place était déserte et tra-\n"
        for number, when in enumerate(first)
    ]
    starts = [sum(map(len, pages[:i])) for i in range(len(pages))]
    marks = tuple(PageMark(start, str(i)) for i, start in enumerate(starts))
    library.put(Reading("town", "".join(pages), "La Ville", pages=marks))
    quoted = "la ville dormait. À midi la place était déserte et traversée par les feux"
    assert check_quotation(quoted, library).verdict is Verdict.VERBATIM


def test_words_left_out_where_the_writer_cuts_in_are_no_slip(library: Library) -> None:
    post = "“The harbour froze in the winter,” she writes, “and no ship could leave it.”"
    (finding,) = check(Post(post), library)
    assert finding.verdict is Verdict.EDITED


def test_a_negation_is_not_left_out_where_the_writer_cuts_in(library: Library) -> None:
    (finding,) = check(Post("“It was,” she writes, “hunger that broke the siege.”"), library)
    assert finding.verdict is Verdict.ALTERED
    assert [change.grave for change in finding.changes] == ["negation"]


def test_words_left_out_elsewhere_than_where_the_writer_cuts_in_are_told(library: Library) -> None:
    post = "“The harbour froze in the winter,” she writes, “and ship could leave it.”"
    (finding,) = check(Post(post), library)
    assert finding.verdict is Verdict.ALTERED


def test_a_clause_left_out_of_few_words_is_found_on_the_cited_page(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    filler = "Rain fell upon the market and the carts stood empty until the evening bell. " * 40
    sold = "The widow, as nobody in the valley would ever forget, sold the ferry. "
    pages = tuple(PageMark(at, str(n)) for n, at in enumerate((0, len(filler)), 7))
    library.put(Reading("mill", filler + sold + filler, "The Mill", pages=pages))
    finding = check_one(library, "The widow sold the ferry", "mill", "8")
    assert finding.verdict is Verdict.ALTERED
    left_out = [change.source_text for change in finding.changes]
    assert left_out == ["as nobody in the valley would ever forget"]
    elsewhere = check_one(library, "The widow sold the carts", "mill", "8")
    assert elsewhere.verdict is Verdict.NOT_FOUND
