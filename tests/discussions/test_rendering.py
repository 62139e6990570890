"""What the note beside a quotation says."""

from __future__ import annotations

from quaestio.citations.checking import Checked
from quaestio.discussions.rendering import lemma, note, sides

PASSAGE = [
    ["kept", "The leadership did "],
    ["dropped", "not"],
    ["kept", " know what it "],
    ["dropped", "wanted"],
    ["written", "hoped"],
    ["kept", " to do"],
]


def text_of(pieces: list[tuple[bool, str]]) -> str:
    return " ".join("".join(text for _differs, text in pieces).split())


def test_both_sides_of_a_difference_are_shown_whole() -> None:
    shown = sides(PASSAGE)
    assert text_of(shown["here"]) == "The leadership did know what it hoped to do"
    assert text_of(shown["there"]) == "The leadership did not know what it wanted to do"
    assert [text for differs, text in shown["there"] if differs] == ["not", "wanted"]


def test_an_inserted_word_does_not_stick_to_its_neighbours() -> None:
    shown = sides([["kept", "did"], ["written", "never"], ["kept", "know"]])
    assert text_of(shown["here"]) == "did never know"


def test_where_nothing_differs_nothing_is_compared() -> None:
    assert sides([["kept", "word for word"]]) == {}


def test_a_note_escapes_what_people_wrote() -> None:
    checked = Checked(
        0,
        9,
        "<b>bold</b> words",
        "altered",
        detail={"sentence": "<i>x</i>", "passage": [["dropped", "<u>y</u>"], ["written", "<s>z"]]},
    )
    made = note(checked, {})
    for markup in ("<b>", "<i>", "<u>", "<s>"):
        assert markup not in made


def test_a_long_quotation_is_named_by_its_ends() -> None:
    assert lemma("one two three four five") == "one two three four five"
    assert lemma("one two three four five six") == "one two … six"
