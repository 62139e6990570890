"""A translation stands in no reading: it is not compared, and not held to be missing."""

from __future__ import annotations

import pytest

from quotecheck import Finding, Library, Post, Reading, Verdict, check

GERMAN = (
    "Wer in einem geliehenen Haus wohnt, der räumt nichts um. Er lernt die Schubladen der anderen "
    "auswendig, und zu den Stühlen ist er höflich. Das war die Ordnung der Gäste, und sie ist es. "
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    shelf = Library.open(tmp_path_factory.mktemp("readings"))
    shelf.put(Reading("bensow", GERMAN * 20, "Das geliehene Haus", "Ulrike Bensow"))
    shelf.put(Reading("iwanowa", "Письма приходили в город весной. " * 20, author="Анна Иванова"))
    shelf.put(
        Reading("roe", "The letters came to the town in the spring of that year.", author="Roe")
    )
    return shelf


def one(text: str, library: Library) -> Finding:
    (found,) = check(Post(text), library)
    return found


@pytest.mark.parametrize(
    "cited",
    [
        "(Bensow 42, my translation)",
        "(Bensow 42; my trans.)",
        "(Bensow 42; translation mine)",
        "(Bensow 42, translated by me)",
        "(Bensow 42) [my translation]",
        "(Bensow, S. 42, meine Übersetzung)",
        "(Bensow 42, Übers. d. Verf.)",
        "(Bensow, p. 42, ma traduction)",
        "(Bensow 42, traducción mía)",
    ],
)
def test_what_is_called_a_translation_is_not_compared(cited: str, library: Library) -> None:
    found = one(f"It is said that “guests never move furniture about” {cited}.", library)
    assert (found.verdict, found.translated) == (Verdict.NOT_FOUND, True)
    assert found.sentence == "A translation, which is not compared with the original."


def test_so_are_all_of_a_post_that_says_it_of_all(library: Library) -> None:
    for said in (
        "All translations are mine.",
        "Translations are my own.",
        "Übersetzungen von mir.",
    ):
        found = one(f"“Guests never move furniture about” (Bensow 42). {said}", library)
        assert found.translated, said


def test_what_is_in_another_language_or_script_than_the_reading_cited_is_not_either(
    library: Library,
) -> None:
    for words, cited in (
        ("he learns the drawers of the others by heart and is polite to the chairs", "Bensow 42"),
        ("the letters reached us in May", "Иванова 7"),
        ("Pisma prikhodili v gorod vesnoi", "Иванова 7"),
    ):
        found = one(f"It is said that “{words}” ({cited}).", library)
        assert (found.verdict, found.translated) == (Verdict.NOT_FOUND, True), words
        assert found.sentence.startswith("In another language than")


def test_in_the_language_of_the_reading_it_is_looked_for_and_missed(library: Library) -> None:
    found = one("Es heißt, „die Gäste sind nicht zu den Stühlen gegangen“ (Bensow 42).", library)
    assert (found.verdict, found.translated) == (Verdict.NOT_FOUND, False)


def test_the_original_beside_a_translation_is_found_all_the_same(library: Library) -> None:
    found = one("“Das war die Ordnung der Gäste” (Bensow 42, my translation).", library)
    assert (found.verdict, found.translated) == (Verdict.VERBATIM, False)


def test_where_all_are_translated_a_slip_in_the_original_is_told(library: Library) -> None:
    found = one("All translations are mine. „Das war die Unordnung der Gäste“ (Bensow).", library)
    assert (found.verdict, found.translated) == (Verdict.ALTERED, False)


@pytest.mark.parametrize(
    "text",
    [
        "“The letters went to the town and that was in the summer” (Roe 4, my translation).",
        "All translations are mine. “The letters went to that town in the autumn” (Roe).",
        "All translations are mine, and this is what I think of it: “letters came late” (Roe 4).",
        "It is said of the town that “letters came late” (Roe 4) [my translation].",
    ],
)
def test_words_in_the_language_of_the_reading_are_no_translation_of_it(
    text: str, library: Library
) -> None:
    found = one(text, library)
    assert found.verdict in {Verdict.ALTERED, Verdict.NOT_FOUND} and not found.translated


def test_a_slip_is_told_whatever_calls_it_a_translation(library: Library) -> None:
    found = one(
        "“Das war die Unordnung der Gäste, und sie ist es” (Bensow, my translation).", library
    )
    assert (found.verdict, found.translated) == (Verdict.ALTERED, False)
    found = one(
        "It is said that “the letters came to the town in the summer of that year” (Roe, my "
        "translation).",
        library,
    )
    assert (found.verdict, found.translated) == (Verdict.ALTERED, False)


def test_without_a_citation_it_may_be_of_any_reading_in_another_language(library: Library) -> None:
    found = one("All translations are mine. “The guests never move the chairs about.”", library)
    assert found.translated


def test_who_is_only_named_as_translator_does_not_excuse(library: Library) -> None:
    text = (
        "It is said that “the letters reached that town in the summer” (Roe, trans. Garnett, p. 4)."
    )
    assert not one(text, library).translated


def test_words_and_what_they_mean_are_one_quotation(library: Library) -> None:
    text = "“Das war die Ordnung der Gäste” (Bensow 42), that is, “that was the order of guests”."
    assert [found.verdict for found in check(Post(text), library)] == [
        Verdict.VERBATIM,
        Verdict.TERM,
    ]
