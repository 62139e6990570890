"""What a typed search means, where its words stand, and what of a text is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quaestio.search.words import (
    LONGEST_SEARCH,
    LONGEST_SNIPPET,
    Term,
    places_of_terms,
    snippet,
    wanted,
    words_of,
)

MEANT = {
    "one word is the beginning of longer ones": ("thaw", [(("thaw",), False)], []),
    "several words": ("butter price", [(("butter",), False), (("price",), False)], []),
    "quotation marks": ('"the price of butter"', [(("the", "price", "of", "butter"), True)], []),
    "a single word in them is whole": ('"thaw"', [(("thaw",), True)], []),
    "curly ones": ("“two words”", [(("two", "words"), True)], []),
    "German ones": ("„zwei Wörter“", [(("zwei", "worter"), True)], []),
    "one that is never closed": ('"two words', [(("two", "words"), True)], []),
    "a minus": ("butter -price", [(("butter",), False)], [(("price",), False)]),
    "a minus before a phrase": ('-"of bread" rye', [(("rye",), False)], [(("of", "bread"), True)]),
    "a hyphen inside a word": ("post-war", [(("post", "war"), True)], []),
    "a short word is whole": ("in 1956", [(("in",), True), (("1956",), False)], []),
    "an apostrophe": ("don’t", [(("don", "t"), True)], []),
    "capitals and accents": ("ÉLAN", [(("elan",), False)], []),
    "Cyrillic": ("Ёлка", [(("елка",), False)], []),
    "Greek": ("Λόγος", [(("λογοσ",), False)], []),
    "Han characters, one by one": ("銀河", [(("銀", "河"), True)], []),
    "Han beside Latin": ("銀河abc", [(("銀", "河", "abc"), True)], []),
    "Thai": ("ไทย", [(("ไ", "ท", "ย"), True)], []),
    "nothing but signs": ('"" - -- ?! * ( ) : ^ \' \\ %s', [(("s",), True)], []),
    "words that engines take for their own": (
        "NEAR AND OR NOT",
        [(("near",), False), (("and",), False), (("or",), True), (("not",), False)],
        [],
    ),
    "nothing": ("   ", [], []),
}


@pytest.mark.parametrize("case", MEANT)
def test_what_was_typed_is_understood(case: str) -> None:
    typed, terms, without = MEANT[case]
    found = wanted(typed)
    assert [(term.words, term.whole) for term in found.terms] == terms
    assert [(term.words, term.whole) for term in found.without] == without


@given(st.text(max_size=400))
def test_nothing_that_can_be_typed_is_an_error(typed: str) -> None:
    found = wanted(typed)
    for term in (*found.terms, *found.without):
        assert term.words
        assert all(word.isalnum() for word in term.words)


def test_a_very_long_search_is_cut() -> None:
    assert len(wanted("word " * 1000).terms) == 20
    assert sum(len(term.words[0]) for term in wanted("x" * 1000).terms) == 100
    assert LONGEST_SEARCH == 200


def shown(typed: str, text: str) -> list[str]:
    return [text[start:end] for start, end in places_of_terms(wanted(typed).terms, text)]


PLACES = {
    "a beginning is enough": ("thaw", "The Thaws and a thaw", ["Thaws", "thaw"]),
    "in the middle of a word is not": ("art", "apart from Art", ["Art"]),
    "a phrase over a line break": ('"the party"', "said the\nparty had", ["the\nparty"]),
    "accents": ("cafe", "a café, a cafe\u0301!", ["café", "cafe\u0301"]),
    "Han in the middle of a run": ("銀河", "夜の銀河鉄道", ["銀河"]),
    "places that overlap are told once": ('"a b" "b c"', "a b c", ["a b"]),
    "one letter that is two": ("strasse", "auf der Straße", ["Straße"]),
    "nowhere": ("butter", "bread", []),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_words_are_marked_where_they_stand(case: str) -> None:
    typed, text, marked = PLACES[case]
    assert shown(typed, text) == marked


@given(st.text(max_size=60), st.integers(0, 60), st.integers(1, 12))
def test_any_words_of_any_text_are_found_in_it(text: str, start: int, length: int) -> None:
    part = text[start : start + length]
    term = Term(tuple(words_of(text)), whole=True)
    assert not term.words or places_of_terms([term], text)
    for first, last in places_of_terms(wanted(part).terms, text):
        assert 0 <= first < last <= len(text)


@given(st.text(max_size=900), st.text(max_size=4))
def test_a_snippet_is_short_and_made_of_the_text(text: str, typed: str) -> None:
    places = places_of_terms(wanted(typed).terms, text)
    pieces = snippet(text, places)
    whole = "".join(piece.text for piece in pieces)
    assert len(whole) <= LONGEST_SNIPPET + 4
    assert whole.removeprefix("… ").removesuffix(" …") in text
    if places:
        assert any(piece.is_found for piece in pieces)


def test_a_snippet_shows_where_most_of_the_words_stand() -> None:
    text = "Butter. " + "And so on. " * 60 + "The price of butter rose, and the price of bread."
    pieces = snippet(text, places_of_terms(wanted("butter price").terms, text))
    assert [piece.text for piece in pieces if piece.is_found] == ["price", "butter", "price"]
    assert pieces[0].text == "… "


def test_a_snippet_of_ten_thousand_places_is_made_at_once() -> None:
    text = "butter " * 10_000
    assert snippet(text, places_of_terms(wanted("butter").terms, text))[0].text == "butter"
