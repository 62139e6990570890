"""Records set in the styles a course can choose. The wording is that of the styles' handbooks."""

from __future__ import annotations

import re

import pytest

from quaestio.courses.models import CitationStyle
from quaestio.readings.bibliography.records import record
from quaestio.readings.bibliography.styles import STYLES, in_text, set_in

ARTICLE = record(
    {
        "type": "article-journal",
        "title": "The Burial of Stalin",
        "author": ["Polly Jones", "Hans Müller"],
        "container-title": "Slavic Review",
        "volume": "65",
        "issue": "2",
        "page": "33-58",
        "issued": "2006",
    }
)
BOOK = record(
    {"type": "book", "title": "Mud", "author": ["Rosalind Teague"], "publisher": "Northgate"}
)

SET = {
    "chicago": "Jones, Polly, and Hans Müller. 2006. “The Burial of Stalin.” Slavic Review 65 (2): 33–58.",
    "chicago-notes": "Jones, Polly, and Hans Müller. “The Burial of Stalin.” Slavic Review 65, no. 2 (2006): 33–58.",
    "mla": "Jones, Polly, and Hans Müller. “The Burial of Stalin.” Slavic Review, vol. 65, no. 2, 2006, pp. 33–58.",
    "apa": "Jones, P., & Müller, H. (2006). The Burial of Stalin. Slavic Review, 65(2), 33–58.",
}


def test_the_styles_are_those_a_course_can_choose() -> None:
    assert set(STYLES) == set(CitationStyle.values) == set(SET)


@pytest.mark.parametrize("style", STYLES)
def test_an_article_is_set_as_the_style_wants_it(style: str) -> None:
    assert set_in(style, ARTICLE).text == SET[style]
    assert "<i>Slavic Review" in set_in(style, ARTICLE).html


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("type", ["book", "article-journal"])
def test_no_full_stop_follows_the_question_mark_of_a_title(style: str, type: str) -> None:
    asked = record({"type": type, "title": "What Is Enlightenment?", "author": ["Immanuel Kant"]})
    assert not re.search(r"\?[”’]?\.", set_in(style, asked).text)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "kind", ["article-journal", "article-magazine", "article-newspaper", "chapter", "book"]
)
def test_nothing_is_named_that_is_not_told(style: str, kind: str) -> None:
    told = {**ARTICLE, "type": kind}
    for missing in ((), ("container-title",), ("container-title", "volume", "issue", "page")):
        text = set_in(style, record({k: v for k, v in told.items() if k not in missing})).text
        assert "edition" not in text.lower(), text
        assert not re.search(r"(?:vol|no|pp?)\.(?! \d)", text), text


@pytest.mark.parametrize("style", STYLES)
def test_an_edition_that_is_told_is_named(style: str) -> None:
    text = set_in(style, record({**BOOK, "edition": "2"})).text
    assert re.search(r"2nd ed\.", text), text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("title", ["A note on α-particles and the β decay", "О культе личности"])
def test_english_capitals_are_for_latin_letters(style: str, title: str) -> None:
    text = set_in(style, record({**ARTICLE, "title": title})).text
    for word in title.split():
        if not word.isascii():
            assert word in text


@pytest.mark.parametrize("style", STYLES)
def test_a_title_alone_stands_once(style: str) -> None:
    assert set_in(style, record({"title": "Anonymous Notes"})).text.lower().count("notes") == 1


@pytest.mark.parametrize("style", STYLES)
def test_markup_in_a_record_stays_text(style: str) -> None:
    told = record({"title": "A & B < C <script>alert(1)</script>", "author": ["<b>X</b> Y"]})
    found = set_in(style, told)
    assert "<script" not in found.html
    assert "A & B < C" in found.text


IN_TEXT = {
    "chicago": ("(Jones and Müller 2006)", "(Teague n.d.)"),
    "chicago-notes": ("(Jones and Müller)", "(Teague)"),
    "mla": ("(Jones and Müller)", "(Teague)"),
    "apa": ("(Jones & Müller, 2006)", "(Teague, n.d.)"),
}


@pytest.mark.parametrize("style", IN_TEXT)
def test_a_citation_in_the_text_follows_the_style(style: str) -> None:
    assert (in_text(style, ARTICLE), in_text(style, BOOK)) == IN_TEXT[style]


RANGES = {
    "chicago": ["1–20", "9–10", "101–8", "321–28", "100–104", "98–104", "i–xx"],
    "mla": ["1–20", "9–10", "101–08", "321–28", "100–04", "98–104", "i–xx"],
    "apa": ["1–20", "9–10", "101–108", "321–328", "100–104", "98–104", "i–xx"],
}


@pytest.mark.parametrize("style", RANGES)
def test_ranges_of_pages_are_shortened_as_the_style_does(style: str) -> None:
    told = ["1-20", "9-10", "101-108", "321-328", "100-104", "98-104", "i-xx"]
    for page, wanted in zip(told, RANGES[style], strict=True):
        text = set_in(style, record({**ARTICLE, "page": page})).text
        assert re.search(rf"[ .]{wanted}\.$", text), text


EDITED = {
    "chicago": (
        "Farrant, Isolde, ed. 2004. Rooms Without Portraits.",
        "Farrant, Isolde, and Piotr Maas, eds. 2004. Rooms Without Portraits.",
    ),
    "chicago-notes": (
        "Farrant, Isolde, ed. Rooms Without Portraits. 2004.",
        "Farrant, Isolde, and Piotr Maas, eds. Rooms Without Portraits. 2004.",
    ),
    "mla": (
        "Farrant, Isolde, editor. Rooms Without Portraits. 2004.",
        "Farrant, Isolde, and Piotr Maas, editors. Rooms Without Portraits. 2004.",
    ),
    "apa": (
        "Farrant, I. (Ed.). (2004). Rooms without portraits.",
        "Farrant, I., & Maas, P. (Eds.). (2004). Rooms without portraits.",
    ),
}


@pytest.mark.parametrize("style", EDITED)
def test_who_edited_a_book_without_an_author_is_named_once_and_as_editor(style: str) -> None:
    book = {"type": "book", "title": "Rooms without portraits", "issued": "2004"}
    one = record({**book, "editor": ["Isolde Farrant"]})
    two = record({**book, "editor": ["Isolde Farrant", "Piotr Maas"]})
    assert (set_in(style, one).text, set_in(style, two).text) == EDITED[style]


@pytest.mark.parametrize("style", STYLES)
def test_of_many_editors_some_are_named_and_all_of_them_are_editors(style: str) -> None:
    many = [f"Anna Name{number}" for number in range(30)]
    text = set_in(style, record({"type": "book", "title": "Essays", "editor": many})).text
    assert re.search(r"\bed(s|itors)\b", text, re.IGNORECASE), text
    assert text.count("Name0") == 1
    assert "\ue000" not in text


def test_a_translated_book_with_an_editor_has_its_labels_as_the_style_wants_them() -> None:
    told = record({**BOOK, "editor": ["Piotr Maas"], "translator": ["Tamara Deutscher"]})
    apa = set_in("apa", record({**told, "edition": "2"})).text
    assert "(P. Maas, Ed.; T. Deutscher, Trans.; 2nd ed.)" in apa
    assert "Edited by Piotr Maas, translated by Tamara Deutscher," in set_in("mla", told).text


@pytest.mark.parametrize("style", STYLES)
def test_a_title_in_another_language_keeps_its_small_letters(style: str) -> None:
    told = {**ARTICLE, "title": "Über die Folgen", "container-title": "Zeitschrift für Geschichte"}
    text = set_in(style, record(told)).text
    assert "Über die Folgen" in text
    assert "Zeitschrift für Geschichte" in text
    assert "The Die Is Cast" in set_in("mla", record({**BOOK, "title": "The die is cast"})).text
