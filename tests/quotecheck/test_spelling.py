"""Words spelled by other habits, run together, torn apart or misread: found, and told for what."""

from __future__ import annotations

import pytest

from quotecheck import Finding, Library, Reading, check_quotation
from quotecheck.spelling import are_one_word, other_spellings
from quotecheck.types import Wording

PAMPHLET = (
    "The publick has no honour left but what it can shew in an open court. A killjoy of a bailiff "
    "sat amongst us, and 'tis neither here nor there what he compleated. The water-wheel stood "
    "still. He did control the sluice, though the centre of the weir was gone."
)
SCAN = (
    "A patient shoulder bore the lantern of the cellar. Her luxurious sheltor was a barge, and "
    "an errnnt will had brought her thero. The price of mony rose, for mony was scarce, and mony "
    "was all; nobody had mony. wIth thIs aud tbat hIs lIttle shIp saIled agaInst the tIde. "
)


# An old print whose long s was read as f, some of whose words are torn or run together.
OLD = (
    "Such perfons as had loft their houfe in the fire went to ano ther parifh with the price ofbread "
    "in hand, and thoir horfes ftood in the rain. He moulders there. "
    "Fuch was the firft of thefe, and fome of thofe. "
)
MODERN = (
    "Such persons as lost the house with another of their horses stood in the first rain of bread. "
    "His parish moulders; his horses mouldered. "
)
# A scan in which negations are what they look like.
DENIALS = (
    "Of all fuch debts the council was not able to speak, able as it was, and able men were few; "
    "they were able to wait. The widow had nowhere to turn. Her lodger was no ble man. "
    "Thefe things were faid of fome who had loft the firft of thofe. "
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    shelf = Library.open(tmp_path_factory.mktemp("books"))
    shelf.put(Reading("pamphlet", PAMPHLET))
    shelf.put(Reading("scan", SCAN + "wIthIn and agaInst, wIthout and besIde. " * 6))
    shelf.put(Reading("clean", "The shelter of the errant miller cost money there. " * 30))
    shelf.put(Reading("old", OLD))
    shelf.put(Reading("modern", MODERN * 60))
    shelf.put(Reading("denials", DENIALS))
    return shelf


def changed(finding: Finding) -> list[tuple[str, str]]:
    return [(change.quote_text, change.source_text) for change in finding.changes]


@pytest.mark.parametrize(
    ("quoted", "changes"),
    [
        ("The public has no honor left", [("public", "publick"), ("honor", "honour")]),
        ("what it can show in", [("show", "shew")]),
        ("bailiff sat among us", [("among", "amongst")]),
        ("A kill-joy of a bailiff", [("kill-joy", "killjoy")]),
        ("'T is neither here nor there", [("'T is", "'tis")]),
        ("what he completed", [("completed", "compleated")]),
        ("the center of the weir", [("center", "centre")]),
    ],
)
def test_another_spelling_is_found_and_told(
    quoted: str, changes: list[tuple[str, str]], library: Library
) -> None:
    finding = check_quotation(quoted, library)
    assert finding.wording is Wording.ALTERED
    assert finding.place is not None
    assert finding.place.reading == "pamphlet"
    assert [(q.strip("'"), s.strip("'")) for q, s in changed(finding)] == [
        (q.strip("'"), s.strip("'")) for q, s in changes
    ]


def test_a_few_words_of_a_scan_are_found_over_its_mistakes(library: Library) -> None:
    for quoted in ("luxurious shelter", "errant will"):
        finding = check_quotation(quoted, library)
        assert finding.place is not None, quoted
        assert finding.place.reading == "scan"
        assert finding.wording is Wording.VERBATIM
        assert "The scan of the reading has" in finding.sentence


def test_a_spelling_that_comes_again_and_again_is_the_books_own(library: Library) -> None:
    finding = check_quotation("for money was scarce", library)
    assert finding.wording is Wording.ALTERED
    assert changed(finding) == [("money", "mony")]


def test_words_of_the_writer_before_inner_marks_are_told(library: Library) -> None:
    finding = check_quotation("w her “patient shoulder bore", library)
    assert finding.wording is Wording.ALTERED
    assert finding.place is not None
    assert SCAN[slice(*finding.place.spans[0])] == "patient shoulder bore"
    assert changed(finding) == [("w her", "")]


def test_an_outer_quotation_of_nobody_is_not_found_by_its_smaller_part(library: Library) -> None:
    quoted = "nobody in the whole village would have dreamt of “the cellar” that night"
    assert check_quotation(quoted, library).wording is Wording.NOT_FOUND


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("favour", "favor"),
        ("realize", "realise"),
        ("publick", "public"),
        ("whilst", "while"),
        ("towards", "toward"),
        ("traveller", "traveler"),
        ("theatre", "theater"),
        ("connexion", "connection"),
        ("choose", "chuse"),
        ("joynt", "joint"),
    ],
)
def test_spellings_lead_to_one_another(word: str, other: str) -> None:
    assert other in other_spellings(word)
    assert word in other_spellings(other)


def test_a_misreading_is_no_other_spelling() -> None:
    assert are_one_word("unravelling", "unraveling")
    assert are_one_word("results", "result")
    assert not are_one_word("have", "havo")
    assert not are_one_word("either", "eithor")


def test_a_long_s_read_as_f_makes_a_scan(library: Library) -> None:
    assert library.reading("old").scanned
    assert not library.reading("modern").scanned
    finding = check_quotation("Such persons as had lost their house in the fire", library)
    assert finding.wording is Wording.VERBATIM
    assert "The scan of the reading has “perfons” for “persons”" in finding.sentence


def test_what_a_scan_has_torn_or_run_together_is_no_slip(library: Library) -> None:
    quoted = "went to another parish with the price of bread in hand"
    assert check_quotation(quoted, library).wording is Wording.VERBATIM


@pytest.mark.parametrize(
    ("quoted", "ours", "theirs"),
    [
        ("Of all such debts the council was notable to speak", "notable", "not able"),
        ("The widow had now here to turn. Her lodger", "now here", "nowhere"),
    ],
)
def test_no_negation_is_lost_between_two_words_of_a_scan(
    library: Library, quoted: str, ours: str, theirs: str
) -> None:
    assert library.reading("denials").scanned
    finding = check_quotation(quoted, library)
    assert changed(finding) == [(ours, theirs)]
    assert [change.grave for change in finding.changes] == ["negation"]


def test_what_looks_like_a_negation_in_a_torn_word_is_none(library: Library) -> None:
    finding = check_quotation("had nowhere to turn. Her lodger was noble man", library)
    assert finding.wording is Wording.VERBATIM


def test_a_word_of_many_thousand_letters_is_no_two_run_together(library: Library) -> None:
    """It would be minutes if it were cut after each of its letters."""
    assert check_quotation("shelter " + "x" * 300_000, library).place is None


def test_a_misreading_is_that_of_the_nearest_common_word(library: Library) -> None:
    finding = check_quotation("of bread in hand, and his horses stood in the rain", library)
    assert changed(finding) == [("his", "thoir")]
    right = check_quotation("of bread in hand, and their horses stood in the rain", library)
    assert right.wording is Wording.VERBATIM


@pytest.mark.parametrize(
    ("one", "other"),
    [("moulders", "mouldered"), ("colossus", "colossi"), ("unhistoric", "unhistorical")],
)
def test_forms_of_one_word_are_known(one: str, other: str) -> None:
    assert are_one_word(one, other)
    assert are_one_word(other, one)
