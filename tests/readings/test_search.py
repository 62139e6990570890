from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.support import cast

from quaestio.readings.models import Reading
from quaestio.readings.queries import search_in
from quaestio.search.finding import level, places_of

CASES = {
    "capitals": ("THAW", "After the Thaw came", "Thaw"),
    "accents in the text": ("cafe", "in a café there", "café"),
    "accents in the search": ("café", "in a cafe there", "cafe"),
    "an accent set as a character of its own": ("cafe", "in a cafe\u0301 there", "cafe\u0301"),
    "a line break in the text": ("the party", "said the\nparty had", "the\nparty"),
    "a paragraph between": ("end begin", "the end\n\nBegin again", "end\n\nBegin"),
    "straight quotes for curly ones": ("don't", "I don’t know", "don’t"),
    "a dash of another length": ("1953-56", "the years 1953–56 were", "1953–56"),
    "one letter that is two": ("strasse", "auf der Straße hier", "Straße"),
    "a ligature": ("official", "an oﬃcial letter", "oﬃcial"),
    "a break mark inside a word": ("collective", "a collec\u00adtive one", "collec\u00adtive"),
    "Cyrillic": ("ёлка", "Наша Елка", "Елка"),
    "spaces around the search": ("  thaw ", "the thaw.", "thaw"),
}


@pytest.mark.parametrize("case", CASES)
def test_words_are_found_whatever_they_wear(case: str) -> None:
    words, text, found = CASES[case]
    assert [text[start:end] for start, end in places_of(level(words), text)] == [found]


def test_every_place_is_found_and_none_twice() -> None:
    assert list(places_of("aa", "aaaa aa")) == [(0, 2), (2, 4), (5, 7)]


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 12))
def test_any_piece_of_any_text_is_found_in_it(text: str, start: int, length: int) -> None:
    wanted = level(text[start : start + length])
    places = list(places_of(wanted, text))
    assert bool(places) == bool(wanted)
    assert all(0 <= first < last <= len(text) for first, last in places)
    assert all(wanted in level(text[first:last]) for first, last in places)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("texts", "words", "found"),
    [
        (
            ("They believed that the", "party had learned. That the"),
            "that the party",
            "that the party",
        ),
        (
            ("It was the central com-", "mittee that met."),
            "the central committee",
            "the central committee",
        ),
        (("that the\n\n", "  party"), "THAT THE PARTY", "that the party"),
    ],
)
def test_words_that_run_over_the_end_of_a_page_are_found(
    texts: tuple[str, str], words: str, found: str
) -> None:
    reading = cast.reading(cast.instructor().course)
    cast.document(reading, *texts, "A third page.")
    (hit,) = search_in(reading, words).hits
    assert (hit.number, hit.locator, hit.found) == (1, "pp. 41–42", found)
    client = cast.sign_in(cast.student(reading.course))
    page = client.get(f"/r/{reading.public_id}/search?q={words}").content.decode()
    address = re.search(r'href="(/r/[^"]+#passage)"', page)
    assert address
    shown = client.get(unescape(address[1])).content.decode()
    assert '<mark id="passage">' in shown
    assert "The passage continues on p. 42" in shown


# -- The page -----------------------------------------------------------------------------------


@pytest.fixture
def reading(db: None) -> Reading:
    found = cast.reading(cast.instructor().course)
    cast.document(found, "The Thaw began late.", "Nobody said thaw then.", "A frost.")
    return found


@pytest.fixture
def client(reading: Reading) -> Client:
    return cast.sign_in(cast.student(reading.course))


def shown(client: Client, reading: Reading, words: str) -> str:
    return client.get(f"/r/{reading.public_id}/search", {"q": words}).content.decode()


def test_a_hit_says_its_printed_page_and_leads_to_the_marked_passage(
    client: Client, reading: Reading
) -> None:
    page = shown(client, reading, "THAW")
    assert "2 places of “THAW”" in page
    assert "Nobody said <mark>thaw</mark> then." in page
    links = re.findall(r'<a href="([^"]+)#passage">([^<]+)</a>', page)
    assert [label for _url, label in links] == ["p. 41", "p. 42"]
    there = client.get(unescape(links[1][0])).content.decode()
    assert '<mark id="passage">thaw</mark>' in there


def test_a_search_without_a_hit_says_so_and_keeps_the_words(
    client: Client, reading: Reading
) -> None:
    page = shown(client, reading, "summer <b>")
    assert "“summer &lt;b&gt;” was not found" in page
    assert 'value="summer &lt;b&gt;"' in page


def test_nothing_is_searched_for_before_words_are_given(client: Client, reading: Reading) -> None:
    for words in ("", "   "):
        page = shown(client, reading, words)
        assert 'name="q"' in page
        assert "not found" not in page


def test_words_on_a_page_are_text_and_not_markup(client: Client, reading: Reading) -> None:
    other = cast.reading(reading.course, "Markup")
    cast.document(other, "before <script>thaw</script> after")
    page = shown(client, other, "thaw")
    assert "&lt;script&gt;<mark>thaw</mark>&lt;/script&gt;" in page


def test_a_hundred_places_are_shown_and_more_are_said_to_be_there(
    client: Client, reading: Reading
) -> None:
    other = cast.reading(reading.course, "Weather")
    cast.document(other, "thaw " * 100)
    assert not search_in(other, "thaw").more
    cast.document(full := cast.reading(reading.course, "More weather"), "thaw " * 60, "thaw " * 41)
    result = search_in(full, "thaw")
    assert (len(result.hits), result.more) == (100, True)
    assert "There are more." in shown(client, full, "thaw")


def test_a_hit_is_shown_with_whole_words_around_it() -> None:
    from quaestio.readings.queries import AROUND, surroundings

    text = "word " * 40 + "thaw" + " word" * 40
    before, after = surroundings(text, 200, 204)
    assert before.startswith("… word")
    assert after.endswith("word …")
    assert len(before) < AROUND + 4


def test_only_the_file_in_use_is_searched(reading: Reading) -> None:
    reading.documents.update(is_current=False)
    cast.document(reading, "Nothing of the kind.")
    assert search_in(reading, "thaw").hits == []


def test_the_number_of_queries_does_not_grow_with_the_hits(
    client: Client, reading: Reading
) -> None:
    shown(client, reading, "frost")
    counts = []
    for words in ("frost", "a"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown(client, reading, words)
        counts.append(len(queries))
    assert counts[0] == counts[1]
