"""Words that are answered, found and marked."""

from __future__ import annotations

from itertools import product

import pytest

from quaestio.web.richtext import Mark, annotate, clean_rendered, flatten
from quaestio.web.spans import (
    AnsweredSpan,
    Span,
    find_words,
    mark_answered,
    span_of_signs,
    squeeze,
)

SOURCE = (
    "<p>One <em>two</em> three.</p>\n<blockquote><p>Four “five” six</p><p>seven</p></blockquote>"
    '<ul><li>eight</li><li>nine <a href="https://x.org">ten</a> eleven</li></ul><p>One<br>more</p>'
)


def answered(words: str, near: int = 0, href: str = "#p-a") -> AnsweredSpan:
    return AnsweredSpan(near, near + len(words), words, href)


def rendered(source: str = SOURCE) -> str:
    text = flatten(source).text
    start = text.index("Four")
    note = '<div class="note"><p><span class="lemma">Four</span></p></div>'
    return annotate(source, [Mark(start, start + 11, "quote altered", "/r/x")], [note], "Notes")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("two three", "two three"),
        ("three. Four", "three.\n\nFour"),
        ('Four "five" six seven', "Four “five” six\n\nseven"),
        ("t\u200bwo", "two"),
        ("One more", "One\nmore"),
    ],
)
def test_words_are_found_whatever_the_white_space_and_the_marks(words: str, found: str) -> None:
    text = flatten(SOURCE).text
    span = find_words(text, words)
    assert span is not None
    assert span.words == found == text[span.start : span.end]


@pytest.mark.parametrize("words", ["", "  ", "\u200b", "twelve", "onetwo"])
def test_words_that_are_not_there_are_not_found(words: str) -> None:
    assert find_words(flatten(SOURCE).text, words) is None


def test_of_two_places_the_nearer_is_taken() -> None:
    text = "yes and no and yes"
    assert find_words(text, "yes", 0) == Span(0, 3, "yes")
    assert find_words(text, "yes", 14) == Span(15, 18, "yes")


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (3, 3), (5, 2), (0, 999)])
def test_a_span_that_lies_outside_the_text_is_none(first: int, last: int) -> None:
    assert span_of_signs("a b c", first, last) is None


@pytest.mark.parametrize(
    "words",
    ["two three", "three.\n\nFour", "“five” six", "six\n\nseven", "ten", "nine ten", "One\nmore"],
)
def test_a_mark_keeps_every_word_and_note_and_leads_to_the_reply(words: str) -> None:
    before = rendered()
    after = mark_answered(before, (answered(words),), "Answered")
    assert after.count('<a class="answered-by" href="#p-a"') == 1
    assert after.count('<div class="note">') == 1
    assert clean_rendered(after) == after
    assert "</a></a>" not in after
    bare = after.replace('<span class="vh">Answered</span>', "")
    assert flatten(bare).text.split() == flatten(before).text.split()


def test_two_replies_to_overlapping_words_have_a_link_each() -> None:
    after = mark_answered(
        "<p>One two three four.</p>",
        (answered("One two three", href="#p-a"), answered("two three four", href="#p-b")),
        "Answered",
    )
    assert after.index("#p-a") < after.index("#p-b")
    assert after.startswith('<p><span class="answered">One two three</span><a class="answered-by"')


def test_words_that_went_leave_the_post_as_it_is() -> None:
    assert mark_answered(rendered(), (answered("twelve"),), "Answered") == rendered()


def test_no_markup_of_a_writer_can_look_like_an_answered_span() -> None:
    from quaestio.web.richtext import clean

    assert "class" not in clean(
        '<p><span class="answered">x</span><a class="answered-by">y</a></p>'
    )


def test_the_nearest_of_many_places_is_found_also_where_they_overlap() -> None:
    for signs in product("ab ", repeat=7):
        text = "".join(signs)
        for words in ("a", "ab", "aba", "aa"):
            squeezed, places = squeeze(text)
            starts = [at for at in range(len(places)) if squeezed.startswith(words, at)]
            for near in range(-1, 9, 2):
                span = find_words(text, words, near)
                wanted = min(
                    (places[at] for at in starts), key=lambda at: abs(at - near), default=-1
                )
                assert (span.start if span else -1) == wanted, (text, words, near)
