"""Words in quotation marks that stand nowhere are only an accusation where somebody was cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from quotecheck import Library, Post, Reading, Verdict, check, check_quotation

# The index keeps its files open for as long as the library is in use.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library.open(tmp_path)
    library.put(Reading("budd", "The ice went out of the river on the ninth.", author="Ada Budd"))
    return library


def verdicts(text: str, library: Library) -> list[Verdict]:
    return [finding.verdict for finding in check(Post(text), library)]


def test_a_short_phrase_without_a_citation_is_left_in_peace(library: Library) -> None:
    assert verdicts("I voted “in part” because of the ice.", library) == [Verdict.TERM]


def test_the_same_phrase_with_a_citation_is_looked_for(library: Library) -> None:
    assert verdicts("It melted “in part” (Budd 3).", library) == [Verdict.NOT_FOUND]


def test_a_sentence_without_a_citation_is_looked_for(library: Library) -> None:
    text = "“Nobody in the whole town had seen the bridge go down,” and so on."
    assert verdicts(text, library) == [Verdict.NOT_FOUND]


def test_a_short_phrase_that_stands_in_a_reading_is_found_there(library: Library) -> None:
    assert verdicts("The ice went “out of the river” again.", library) == [Verdict.VERBATIM]


def test_a_short_quotation_that_somebody_asks_about_is_looked_for(library: Library) -> None:
    assert check_quotation("in part", library).verdict is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    "text",
    [
        "Imagine her saying “nobody ever crossed that river in winter” to us.",
        "One would expect something like “the whole town was on the bridge that night”.",
        "In other words, “nobody was there to see the bridge go down”.",
        "What would Budd say to the claim that “ice is only water with a grudge”?",
        "Budd calls it ice; I would call it “a very slow kind of fire, after all”.",
        "Some people say “the river takes one of us each year”, and some do not.",
        "My grandmother always said that “ice remembers everybody who walked on it”.",
        "There is a proverb, “who walks on ice should not carry fire with him”.",
        "Compare “The ice went out of the river” with “the fire went out at last of all” (mine).",
        "In the film, the mayor says “get off my river, all of you, right now”.",
        "Mein Opa sagte immer: „Wer übers Eis geht, soll kein Feuer tragen.“",
        "On dit souvent que « la glace n'oublie jamais ceux qui la traversent ».",
    ],
)
def test_what_is_said_to_be_imagined_or_anybodys_is_left_in_peace(
    text: str, library: Library
) -> None:
    assert Verdict.NOT_FOUND not in verdicts(text, library)


def test_what_is_given_to_an_author_is_looked_for_whoever_could_say_it_too(
    library: Library,
) -> None:
    text = "One could object, as Budd says, that “ice is only water with a grudge”."
    assert verdicts(text, library) == [Verdict.NOT_FOUND]


def test_but_it_is_found_where_it_stands_in_a_reading(library: Library) -> None:
    text = "Imagine her saying “The ice went out of the river on the ninth.”"
    assert verdicts(text, library) == [Verdict.VERBATIM]
    text = "Imagine her saying “The ice went out of the river on the tenth.”"
    assert verdicts(text, library) == [Verdict.ALTERED]


def test_and_whoever_is_cited_or_said_to_say_it_is_held_to_it(library: Library) -> None:
    for text in (
        "Imagine that: “nobody ever crossed that river in winter” (Budd 3).",
        "Budd could not know that the mayor would come, but she writes that “nobody ever crossed "
        "that river in the winter”, Budd says.",
        "Budd says that “nobody ever crossed that river in winter”.",
    ):
        assert Verdict.NOT_FOUND in verdicts(text, library), text
