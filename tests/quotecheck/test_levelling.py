"""Words made comparable, and what is not running text taken out of the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quotecheck.build import sections
from quotecheck.furniture import layout
from quotecheck.marks import read_marks
from quotecheck.normalize import fold, levelled, nth_word, words
from quotecheck.types import PageMark, Reading
from tests.quotecheck import shelf


@pytest.mark.parametrize(
    ("raw", "levelled"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("İZMİR", "izmir"),
        ("ışık", "isik"),
        ("ὈΔΥΣΣΕΎΣ", "οδυσσευσ"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("Ёлка", "елка"),
        ("йод", "йод"),
        ("ﬁﬂy", "fifly"),
        ("ſæculum", "saeculum"),
        ("o’er", "oer"),
        ("con-\nvention", "convention"),
        ("empire12", "empire"),
        ("word²", "word"),
        ("mp3", "mp3"),
        ("ｶﾞ", "ガ"),
        ("कि", "कि"),
        ("e\u0301te\u0301", "ete"),
    ],
)
def test_a_word_is_levelled(raw: str, levelled: str) -> None:
    assert fold(raw) == levelled


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_words_lie_in_order_in_any_text(text: str) -> None:
    end = 0
    for number, word in enumerate(words(text)):
        assert end <= word.start < word.end <= len(text)
        assert nth_word(text, number) == (word.start, word.end)
        end = word.end


# What levels the same text by quicker ways than ``words`` must come to the same.
TYPED = "aBl1²é \t\n\f-'`’‘“”—–…\u00ad\u00a0.,"


@given(st.one_of(st.text(max_size=60), st.text(alphabet=TYPED, max_size=30)))
@settings(max_examples=500, deadline=None)
def test_words_without_their_places_are_the_same_words(text: str) -> None:
    assert levelled(text) == [word.fold for word in words(text)]


@given(st.text(alphabet="aBl -'’“”—…\n", max_size=30))
@settings(max_examples=300, deadline=None)
def test_typeset_signs_part_and_join_words_as_typed_ones_do(text: str) -> None:
    typed = text.translate(str.maketrans("’“”—…", '\'"";.'))
    assert words(text) == words(typed)


@given(st.text(alphabet="ab.[]… ()1\u00ad-\n’", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_marks_are_read_without_losing_the_place(text: str) -> None:
    marked = read_marks(text)
    assert sorted(marked.words, key=lambda w: w.start) == list(marked.words)
    assert all(0 <= gap.at <= len(marked.words) for gap in marked.gaps)
    runs = marked.runs()
    assert sum(b - a for a, b in runs) == len(marked.words)


def test_heads_and_numbers_of_every_page_are_taken_out() -> None:
    text, marks = shelf.typeset(shelf.text(3, 3000), "The History of the Mill")
    body = "".join(text[a:b] for a, b in layout(text, marks).body)
    assert "HISTORY OF THE MILL" not in body.upper()
    assert "\f" not in body
    assert body.count("\n") == text.count("\n") - 2 * (len(marks) - 1)


def test_heads_a_little_misread_are_taken_out_too() -> None:
    text, marks = shelf.typeset(shelf.text(3, 3000), "The History of the Mill")
    misread = text.replace("THE HISTORY OF THE MILL 5\n", "THE HlSTORY 0F THE M1LL 5\n")
    assert misread != text
    body = "".join(misread[a:b] for a, b in layout(misread, marks).body)
    assert "HlSTORY" not in body


def test_numbered_verses_are_no_notes() -> None:
    pages = [
        f"{n} And the miller went out to the river, and saw that it was low.\n" for n in range(9)
    ]
    text = "".join(pages)
    marks = [PageMark(sum(map(len, pages[:i])), "") for i in range(9)]
    assert layout(text, marks).notes == []


def test_a_text_without_pages_is_all_running_text() -> None:
    assert layout("One line.\nAnother.", []).body == [(0, 18)]


def test_every_word_of_a_reading_is_numbered() -> None:
    text, marks = shelf.typeset(shelf.text(5, 900), "The History of the Mill")
    sizes, parts = sections(Reading("a", text, pages=tuple(marks)))
    assert sizes["words"] == len(parts["ids"]) // 2 == len(parts["postings"]) // 4
