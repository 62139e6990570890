"""Records from BibTeX, RIS and CSL-JSON, and back."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quaestio.readings.bibliography.formats import FORMATS, MOST, parse, write
from quaestio.readings.bibliography.names import name_from, name_text
from quaestio.readings.bibliography.records import issued_from, record, year_of

BIBTEX = r"""
@string{sr = "Slavic Review"}
% a remark
@article{jones2006,
  author = {Jones, Polly and M{\"u}ller, Hans and {Central Committee}},
  title = {The {B}urial of {Stalin}}, journal = sr, year = 2006, month = mar,
  volume = {65}, number = 2, pages = {33--58}, doi = {10.1000/x},
}
@book{kitchen,
  title = {Inventory of a Kitchen \& Other Lists}, author = {Vera Samsonova-Reid},
  year = {1988}, publisher = {Northgate}, address = {Leeds}, editor = {Ludwig van Aken}
}
"""
RIS = """TY  - JOUR
AU  - Jones, Polly
AU  - Müller, Hans
TI  - The Burial of Stalin
T2  - Slavic Review
VL  - 65
IS  - 2
SP  - 33
EP  - 58
DA  - 2006/03
DO  - 10.1000/x
ER  -

TY  - CHAP
A1  - Teague, Rosalind
TI  - Mud
BT  - Thaws and Their
      Afterlives
ED  - Holt, E.
PY  - 2014///
PB  - Northgate
CY  - Leeds
ER  -
"""


def test_bibtex_becomes_records_with_their_letters_and_names_whole() -> None:
    parsed = parse(BIBTEX)
    assert parsed.faults == []
    article, book = (entry.csl for entry in parsed.entries)
    assert article == {
        "type": "article-journal",
        "title": "The Burial of Stalin",
        "container-title": "Slavic Review",
        "volume": "65",
        "issue": "2",
        "page": "33-58",
        "DOI": "10.1000/x",
        "issued": {"date-parts": [[2006, 3]]},
        "author": [
            {"family": "Jones", "given": "Polly"},
            {"family": "Müller", "given": "Hans"},
            {"literal": "Central Committee"},
        ],
    }
    assert book["title"] == "Inventory of a Kitchen & Other Lists"
    assert book["author"] == [{"family": "Samsonova-Reid", "given": "Vera"}]
    assert book["editor"] == [{"family": "van Aken", "given": "Ludwig"}]
    assert (book["publisher"], book["publisher-place"]) == ("Northgate", "Leeds")


def test_ris_becomes_records() -> None:
    parsed = parse(RIS)
    assert parsed.faults == []
    article, chapter = (entry.csl for entry in parsed.entries)
    assert article["author"] == [
        {"family": "Jones", "given": "Polly"},
        {"family": "Müller", "given": "Hans"},
    ]
    assert (article["page"], article["issued"]) == ("33-58", {"date-parts": [[2006, 3]]})
    assert (chapter["type"], year_of(chapter)) == ("chapter", "2014")
    assert chapter["container-title"] == "Thaws and Their Afterlives"


def test_csl_json_is_reduced_to_what_is_known() -> None:
    parsed = parse(
        '{"items": [{"id": 1, "type": "book", "title": ["<i>Kitchens</i>\\u0000"], "abstract": "…",'
        ' "issued": {"date-parts": [["1988", "5"]]}, "author": [{"name": "?"}, "Vera Reid"]}]}'
    )
    (entry,) = parsed.entries
    assert entry.csl == {
        "type": "book",
        "title": "Kitchens",
        "author": [{"family": "Reid", "given": "Vera"}],
        "issued": {"date-parts": [[1988, 5]]},
    }


BAD = {
    "@book{ok, title={Fine}}\n@book{bad, title={Oops\n@book{ok2, title={Fine too}}": (2, 2),
    "@book{a, author={Nobody}}": (1, 0),
    "TY  - BOOK\nAU  - X\nER  - \nTY  - BOOK\nTI  - Fine\nER  - ": (1, 1),
    "TY  - BOOK\nTI  - Cut off\nTY  - BOOK\nTI  - Fine": (1, 1),
    '[{"title": "Fine"},\n {"title": }]': (2, 0),
    '[{"title": "Fine"}, {"author": []}, 7]': (2, 1),
    "Dear colleague, here are my readings.": (1, 0),
    "@comment{nothing}": (1, 0),
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_told_with_its_line_and_the_rest_is_read(text: str) -> None:
    line, good = BAD[text]
    parsed = parse(text)
    assert parsed.faults[0].line == line
    assert all(fault.sentence.endswith(".") for fault in parsed.faults)
    assert len(parsed.entries) == good


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", [BIBTEX, RIS])
def test_what_is_written_is_read_again_as_it_was(name: str, text: str) -> None:
    records = [(f"k{n}", entry.csl) for n, entry in enumerate(parse(text).entries)]
    parsed = parse(write(name, records))
    assert parsed.faults == []
    assert [(entry.key, entry.csl) for entry in parsed.entries] == records


LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1
).filter(lambda text: any(sign.isalnum() for sign in text))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(title=LETTERS)
@example(title="2^n {and} 0^")
def test_any_title_survives_the_way_out_and_back(name: str, title: str) -> None:
    told = record({"title": title, "type": "book"})
    (entry,) = parse(write(name, [("k", told)])).entries
    squeezed = "".join(told["title"].split()).replace("--", "–")
    assert "".join(entry.csl["title"].split()).replace("--", "–") == squeezed


HOSTILE = {
    "braces without end": "@book{" * 50_000,
    "many braces": "@a{x, title={" + "{}" * 200_000 + "}}",
    "accents without letters": "@book{k, title = {" + r"\'" * 200_000 + "}}",
    "more records than anybody has": "@book{a,title={x}}" * (MOST + 1),
    "brackets without end": "[" * 200_000,
    "too long": "@book{k, title={" + "x" * 1_000_001,
    "names without end": "@book{k, title={x}, author={" + "a and " * 100_000 + "}}",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_bibliographies_end_in_records_or_a_sentence(case: str) -> None:
    parsed = parse(HOSTILE[case])
    assert parsed.entries or parsed.faults[0].sentence.endswith(".")


NAMES = {
    "Polly Jones": {"family": "Jones", "given": "Polly"},
    "Jones, Polly": {"family": "Jones", "given": "Polly"},
    "P. N. Grebnev": {"family": "Grebnev", "given": "P. N."},
    "Ludwig van Beethoven": {"family": "van Beethoven", "given": "Ludwig"},
    "Simone de la Croix": {"family": "de la Croix", "given": "Simone"},
    "Martin Luther King Jr.": {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
    "Evtushenko": {"family": "Evtushenko"},
    "Central Committee of the Party": {"literal": "Central Committee of the Party"},
}


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_taken_apart_as_a_bibliography_sorts_it(text: str) -> None:
    assert name_from(text) == NAMES[text]
    if "," not in text:
        assert name_text(NAMES[text]) == text


DATES = {
    "2006": [[2006]],
    "2006-03-14": [[2006, 3, 14]],
    "2006/03//": [[2006, 3]],
    "March 2006": [[2006, 3]],
    "2006-99": [[2006]],
    "c. 1953": None,
    "1953–1956": None,
}


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_read_or_kept_as_it_was_said(text: str) -> None:
    date = issued_from(text)
    assert date.get("date-parts") == DATES[text]
    if DATES[text] is None:
        assert date == {"literal": text}


def test_a_chapter_has_its_book_from_the_record_that_it_names() -> None:
    found = parse(
        "@incollection{one, crossref={Rooms}, author={Isolde Farrant}, title={Doors}, pages={1--20}}"
        "@book{rooms, editor={Piotr Maas}, author={Nobody Here}, title={Rooms}, year={2004}}"
    )
    doors = found.entries[0].csl
    assert (doors["title"], doors["container-title"], doors["page"]) == ("Doors", "Rooms", "1-20")
    assert doors["author"] == [{"family": "Farrant", "given": "Isolde"}]
    assert doors["editor"] == [{"family": "Maas", "given": "Piotr"}]
    assert doors["issued"] == {"date-parts": [[2004]]}


def test_a_body_is_no_person_whose_family_name_comes_last() -> None:
    found = parse("TY  - RPRT\nAU  - World Health Organization\nTI  - Report\nER  - \n")
    assert found.entries[0].csl["author"] == [{"literal": "World Health Organization"}]


def test_quotation_marks_of_latex_become_those_of_print() -> None:
    found = parse("@book{one, title={Die ``Tauwetter''-Zeit}, year={2010}}")
    assert found.entries[0].csl["title"] == "Die “Tauwetter”-Zeit"
    for title in ("The '' and ``", "''' and ```"):
        [again] = parse(write("bibtex", [("one", record({"title": title}))])).entries
        assert again.csl["title"] == title
