"""Whatever is quoted, the answer comes, and it is no wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from quotecheck import Library, Post, Reading, check, check_quotation
from quotecheck.types import Verdict
from tests.quotecheck import shelf


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return shelf.filled(tmp_path_factory.mktemp("books"))[0]


@pytest.mark.parametrize(
    "quoted",
    [
        "",
        " ",
        "\u2026",
        "[...]",
        "[",
        "]][[",
        "[" * 5000,
        "(emphasis " * 3000,
        "\x00\x01\x02",
        "\ud800\udfff",
        "a\u00ad" + " " * 50_000 + "b",
        "-\n" * 20_000,
        "." * 50_000,
        ". " * 50_000,
        "[a]" * 5000,
        "\u0301" * 5000,
        "a" * 100_000,
        "'" * 10_000,
        "l'" * 10_000,
        "the " * 20_000,
        "\u202e" + "mill" * 10,
        "漢" * 5000,
        "🙂 🙃 " * 500,
    ],
    ids=lambda quoted: ascii(quoted[:12]),
)
def test_no_quotation_breaks_the_checker(quoted: str, library: Library) -> None:
    assert check_quotation(quoted, library).verdict is Verdict.NOT_FOUND


def test_a_quotation_of_a_megabyte_is_answered(library: Library) -> None:
    quoted = shelf.text(99, 140_000)
    assert len(quoted) > 900_000
    assert check_quotation(quoted, library).verdict is Verdict.NOT_FOUND


def test_a_whole_book_is_found_in_itself(library: Library) -> None:
    assert check_quotation(shelf.text(0), library).verdict is Verdict.VERBATIM


def test_ten_thousand_quotations_are_answered(library: Library) -> None:
    quoted = [w.fold for w in library.reading("book0").words(0, 1400)]
    for i in range(10_000):
        at = i % 1300
        assert check_quotation(" ".join(quoted[at : at + 6]), library).place is not None


def test_odd_readings_can_be_put_and_searched(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    for key, text in {
        "empty": "",
        "spaces": " \n\f\n ",
        "marks": "\u0301\u0301 ... \ud800 --",
        "one": "word",
        "feeds": "\f" * 500,
        "long": "x" * 200_000,
    }.items():
        library.put(Reading(key, text))
        assert library.reading(key).text() == text
    assert check_quotation("no such words in these", library).verdict is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    "text",
    [
        "“" * 20_000 + "word" + "”" * 20_000,
        "“" * 20_000 + "”" * 20_000,
        "“„" * 10_000 + "”“" * 10_000,
        "“a ” " * 2000,
        "“a ‘b " * 10_000,
        "«a " * 20_000,
        "(Jones 4) " * 5000,
        "(" * 40_000,
        "“qq” – Jones, p. 4. " * 3000,
        "“a” — " + "Jones. " * 30_000,
        "“a”\n— " * 5000,
        "‘a\n\n" * 10_000,
        "<<a " * 20_000,
        ">> a\n" * 10_000,
        "“a” (my translation) " * 3000,
        "“a” (" + "1.2.3–" * 39 + ") " * 2000,
        "“qq” [1] " * 3000 + "\n[1] Jones 4\n" * 3000,
    ],
    ids=lambda text: ascii(text[:16]),
)
def test_no_heap_of_marks_holds_a_post_up(text: str, library: Library) -> None:
    assert all(finding.place is None for finding in check(Post(text), library))


def test_a_post_of_quotations_that_stand_nowhere_is_answered(library: Library) -> None:
    text = " ".join(f"He wrote: “no {i} such sentence as this stands in them.”" for i in range(400))
    assert len(check(Post(text), library)) == 400
