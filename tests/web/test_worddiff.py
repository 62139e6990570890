"""Texts compared word by word."""

from __future__ import annotations

import random

import pytest

from quaestio.web.worddiff import Piece, changes, side_by_side

SIGNS = {"same": "", "gone": "-", "new": "+"}


def told(before: str, now: str) -> str:
    return "¶".join(
        "".join(
            f"{SIGNS[one.kind]}[{one.text.strip()}]" if one.kind != "same" else one.text
            for one in paragraph
        )
        for paragraph in changes(before, now)
    )


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ("It was planned.", "It was not planned.", "It was +[not]planned."),
        ("It was not planned.", "It was planned.", "It was -[not]planned."),
        ("He said it.", "She said it.", "-[He]+[She]said it."),
        ("One.", "One.\n\nTwo.", "One.¶+[Two.]"),
        ("One.\n\nTwo.", "One.", "One.-[Two.]"),
        ("One. Two.", "One.\n\nTwo.", "One.¶Two."),
        (
            "He came to the town by the road at night.",
            "She left for his house in the morning, alone.",
            "-[He came to the town by the road at night]+[She left for his house in the morning, alone].",
        ),
        ("Слово не воробей", "Слово — воробей", "Слово -[не]+[—]воробей"),
        ("", "New.", "+[New.]"),
        ("Old.", "", "-[Old.]"),
    ],
)
def test_what_went_and_what_came_is_told(before: str, now: str, shown: str) -> None:
    assert told(before, now) == shown


@pytest.mark.parametrize("text", ["", "Same.", "Same.\n\nWords.", "a  b"])
def test_where_no_word_differs_there_is_nothing_to_tell(text: str) -> None:
    assert changes(text, text) == []
    assert changes(text, text.replace(" ", "  ")) == []


def test_side_by_side_each_text_has_its_own_words() -> None:
    rows = side_by_side("One.\n\nTwo old words.\n\nThree.", "One.\n\nTwo new words.\n\nThree.")
    assert [row.differs for row in rows] == [False, True, False]
    assert rows[0].before == rows[0].now == [Piece("same", "One.")]
    assert rows[1].before == [Piece("same", "Two "), Piece("gone", "old "), Piece("same", "words.")]
    assert rows[1].now == [Piece("same", "Two "), Piece("new", "new "), Piece("same", "words.")]


def test_a_paragraph_that_only_one_text_has_is_parted_there() -> None:
    [_, last] = side_by_side("One.\n\nEnd.", "One.\n\nTwo.\n\nThree.\n\nEnd.")
    assert [piece.text for piece in last.now] == ["Two.", "\n\n", "Three.", "\n\n", "End."]
    assert last.before == [Piece("same", "End.")]


def test_no_word_of_either_text_is_lost() -> None:
    rng = random.Random(4)
    vocabulary = [
        *["the", "of", "and", "a", "horse", "plan", "muddle", "speech", ".", ",", ";", "“", "”"],
        "\n\n",
    ]
    for _ in range(300):
        before, now = (
            " ".join(rng.choice(vocabulary) for _ in range(rng.randint(0, 40))) for _ in range(2)
        )
        rows = side_by_side(before, now)
        for side, text in (("before", before), ("now", now)):
            shown = " ".join(piece.text for row in rows for piece in getattr(row, side))
            assert shown.split() == text.split()
        pieces = [piece for paragraph in changes(before, now) for piece in paragraph]
        if pieces:
            left = " ".join(one.text for one in pieces if one.kind != "new")
            assert left.split() == before.split()


def test_ten_thousand_words_are_compared() -> None:
    rng = random.Random(5)
    words = [rng.choice(["the", "of", "and", "horse", "plan", "muddle"]) for _ in range(10_000)]
    other = [word for word in words if rng.random() > 0.1]
    assert changes(" ".join(words), " ".join(other))


def test_what_nobody_writes_is_told_as_gone_and_come_instead_of_taking_all_memory() -> None:
    rng = random.Random(7)
    signs = ["".join(rng.choice("!?.,;:-+*#") for _ in range(49_000)) for _ in range(2)]
    before, now = (f"It began. {middle} It ended." for middle in signs)
    shown = changes(before, now)
    assert [piece.kind for piece in shown[0]] == ["same", "gone", "new", "same"]
    assert shown[0][0].text.startswith("It began.")
    assert shown[0][-1].text.endswith("It ended.")
    rows = side_by_side(before, now)
    assert "".join(one.text for one in rows[0].before).split() == before.split()
    assert "".join(one.text for one in rows[0].now).split() == now.split()
