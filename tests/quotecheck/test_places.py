"""Where quotations are found: properties that hold for any text, and the slow way as witness."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quotecheck import Finding, Library, PageMark, Reading, check_quotation, reference
from quotecheck.locate import locate
from quotecheck.marks import read_marks
from quotecheck.types import Wording
from tests.quotecheck import shelf

# How many random cases each property is tried on; more by  QUOTES_EXAMPLES=5000 pytest ...
EXAMPLES = int(os.environ.get("QUOTES_EXAMPLES", "40"))
few = settings(max_examples=EXAMPLES, deadline=None)
Shelf = tuple[Library, dict[str, str]]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    yield shelf.filled(tmp_path_factory.mktemp("books"))


def words_of(library: Library, key: str) -> int:
    return library.reading(key).word_count


def slice_of(books: Shelf, key: str, start: int, count: int) -> tuple[str, int, int]:
    """Some words of the running text as the file has them, and their span."""
    found = books[0].reading(key).words(start, start + count)
    return books[1][key][found[0].start : found[-1].end], found[0].start, found[-1].end


def placed_at(finding: Finding, key: str, start: int, end: int) -> bool:
    places = [finding.place, *finding.others] if finding.place else []
    return any(
        p.reading == key and p.spans[0].start == start and p.spans[-1].end == end for p in places
    )


@given(data=st.data())
@few
def test_a_slice_of_any_text_is_found_where_it_was_taken(data: st.DataObject, books: Shelf) -> None:
    key = data.draw(st.sampled_from(sorted(books[1])))
    count = data.draw(st.one_of(st.integers(3, 30), st.integers(31, 900)))
    start = data.draw(st.integers(0, words_of(books[0], key) - count))
    quoted, a, b = slice_of(books, key, start, count)
    if "\f" in quoted:  # a writer does not quote the running head
        quoted = re.sub(r"\d+\n\f[^\n]*\n", "", quoted)
    finding = check_quotation(quoted, books[0])
    assert finding.wording is Wording.VERBATIM
    assert placed_at(finding, key, a, b)


@given(data=st.data())
@few
def test_white_space_and_typography_change_nothing(data: st.DataObject, books: Shelf) -> None:
    start = data.draw(st.integers(0, 1400))
    quoted, a, b = slice_of(books, "book0", start, data.draw(st.integers(3, 60)))
    spaced = re.sub(r" ", lambda _: data.draw(st.sampled_from([" ", "  ", "\n", "\u00a0"])), quoted)
    changed = spaced.replace(",", data.draw(st.sampled_from([",", " \u2014", ";"])))
    changed = changed[0].upper() + changed[1:] + data.draw(st.sampled_from(["", ".", ",", "!"]))
    finding = check_quotation(changed, books[0])
    assert finding.wording is Wording.VERBATIM
    assert placed_at(finding, "book0", a, b)


@given(data=st.data())
@few
def test_a_changed_word_is_never_passed(data: st.DataObject, books: Shelf) -> None:
    count = data.draw(st.integers(10, 60))
    start = data.draw(st.integers(0, 1400 - count))
    quoted, a, b = slice_of(books, "book0", start, count)
    parts = quoted.split()
    at = data.draw(st.integers(1, len(parts) - 2))
    how = data.draw(st.sampled_from(["drop", "put", "change"]))
    if how == "drop":
        del parts[at]
    elif how == "put":
        parts.insert(at, "zzyzx")
    else:
        parts[at] = "zzyzx"
    finding = check_quotation(" ".join(parts), books[0])
    assert finding.wording in (Wording.ALTERED, Wording.VERBATIM)
    if finding.wording is Wording.VERBATIM:  # a doubled word was dropped: then it stands so
        assert how == "drop"
        assert finding.place is not None
        source = books[1][finding.place.reading][slice(*finding.place.spans[0])]
        assert read_folds(source) == read_folds(" ".join(parts))
    else:
        assert finding.place is not None
        span = finding.place.spans[0]
        assert abs(span.start - a) < 40
        assert abs(span.end - b) < 40


def read_folds(text: str) -> list[str]:
    return [word.fold for word in read_marks(text).words]


@given(data=st.data())
@few
def test_the_changes_replayed_on_the_source_give_the_quotation(
    data: st.DataObject, books: Shelf
) -> None:
    count = data.draw(st.integers(12, 40))
    quoted, _, _ = slice_of(books, "book0", data.draw(st.integers(0, 1400)), count)
    rng = random.Random(data.draw(st.integers(0, 10**6)))
    parts = [w if rng.random() > 0.1 else rng.choice(["zzyzx", ""]) for w in quoted.split()]
    written = " ".join(parts)
    finding = check_quotation(written, books[0])
    if finding.place is None:
        return
    source = books[1][finding.place.reading]
    at, end = finding.place.spans[0]
    replayed = ""
    for change in finding.changes:
        replayed += source[at : max(at, change.source.start)] + f" {change.quote_text} "
        at = max(at, change.source.end)
    replayed += source[at:end]
    assert read_folds(replayed) == read_folds(written)


@given(data=st.data())
@few
def test_the_fast_way_agrees_with_the_slow_one(data: st.DataObject, books: Shelf) -> None:
    key = data.draw(st.sampled_from(sorted(books[1])))
    count = data.draw(st.integers(2, 25))
    start = data.draw(st.integers(0, words_of(books[0], key) - count))
    found = books[0].reading(key).words(start, start + count)
    parts = [word.fold for word in found]
    if data.draw(st.booleans()) and count > 9:
        cut = data.draw(st.integers(3, count - 5))
        parts[cut : cut + 2] = ["\u2026"]
    if data.draw(st.booleans()):
        parts = parts[::-1] if data.draw(st.booleans()) else parts
    marked = read_marks(" ".join(parts))
    slow = reference.locate(marked, books[0], limit=1000)
    fast = locate(marked, books[0].lexicon(), limit=1000)
    stands = {(p.reading.key, p.ranges) for p in slow if p.whole}
    assert {(p.reading.key, p.ranges) for p in fast if p.whole} == stands


def test_a_short_turn_is_found_in_all_its_places(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    library.put(Reading("a", "so it goes on. " * 30))
    finding = check_quotation("so it goes", library)
    assert len(finding.others) == 20
    assert ("several_places", {"count": "29"}) in finding.reasons


def test_a_divided_word_and_a_soft_hyphen_are_read_through(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    source = "The con-\nvention of the mill\u00ad\n ers \ufb01xed the ﬂour price at twelve pence."
    library.put(Reading("a", source))
    finding = check_quotation("the convention of the millers fixed the flour price", library)
    assert finding.wording is Wording.VERBATIM
    assert finding.place is not None
    assert source[slice(*finding.place.spans[0])].startswith("The con-\nvention")


def test_a_hyphen_of_its_own_at_a_line_end_is_no_difference(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    library.put(Reading("a", "They were well-\nknown merchants of the lower town."))
    for quoted in ("They were well-known merchants", "They were wellknown merchants"):
        assert check_quotation(quoted, library).wording is Wording.VERBATIM


def test_a_note_mark_stuck_to_a_word_is_no_difference(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    library.put(Reading("a", "The town was hungry.12 The mill stood still,¹ and so did trade."))
    finding = check_quotation("The town was hungry. The mill stood still, and so did", library)
    assert finding.wording is Wording.VERBATIM


def test_a_note_at_the_foot_of_a_page_is_passed_over_and_can_be_quoted(tmp_path: Path) -> None:
    verbs = ["stood", "lay", "burned", "rose", "slept"]
    text = "".join(
        f"Where the mill {verb} in the valley,{n} its old wheel\n{n} See ledger {verb}.\n{n}\n\f"
        for n, verb in enumerate(verbs, 1)
    )
    library = Library.open(tmp_path)
    library.put(Reading("a", text + "The end of the book.\n"))
    over = check_quotation("in the valley, its old wheel Where the mill burned", library)
    assert over.wording is Wording.VERBATIM
    assert check_quotation("See ledger burned", library).wording is Wording.VERBATIM


def test_a_word_that_comes_again_further_on_does_not_carry_the_place_away(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    source = (
        "For the sake of variety I will call goose and gander by one name, since in the valley "
        "they quarrelled all winter long about the strength of the gander."
    )
    library.put(Reading("a", source))
    quoted = "the sake of variety I [the miller] will call goose [sic] and gander"
    finding = check_quotation(quoted, library)
    assert finding.wording is Wording.EDITED
    assert finding.place is not None
    assert source[slice(*finding.place.spans[0])].endswith("goose and gander")


def test_the_cited_page_makes_a_few_words_enough(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    filler = " ".join(
        f"clerk {n} counted the sacks and wrote {n * 7} in the book." for n in range(90)
    )
    pages = [f"{filler} sheet {n}.\n\f" for n in range(40)]
    pages[12] = f"{filler} It was the minute causes that he minded, and no dead hand.\n\f"
    starts = [sum(map(len, pages[:n])) for n in range(40)]
    marks = tuple(PageMark(start, str(n)) for n, start in enumerate(starts, 1))
    library.put(Reading("a", "".join(pages), pages=marks))
    altered = check_quotation("minute cause", library, cited="a", pages=("13",))
    assert altered.wording is Wording.ALTERED
    assert check_quotation("dead han", library, cited="a", pages=("13",), unfinished=True).place
    assert check_quotation("dead han", library, cited="a", pages=("30",)).place is None
