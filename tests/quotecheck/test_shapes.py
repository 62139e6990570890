"""Shapes in which honest quotations are written, and slips, over prose in many languages.

The passages are drawn at random but for ever alike.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from quotecheck import Library, Reading, check_quotation
from quotecheck.types import Verdict

READINGS: dict[str, str] = json.loads(
    (Path(__file__).parent / "cases" / "verdicts.json").read_text("utf-8")
)["readings"]
SPACED = sorted(set(READINGS) - {"chinese", "japanese"})
PASSAGES = 6  # of each reading
Shape = Callable[[random.Random, list[str]], str]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    shelf = Library.open(tmp_path_factory.mktemp("readings"))
    for key, text in READINGS.items():
        shelf.put(Reading(key, text, title=key.title()))
    return shelf


def passages(key: str) -> list[tuple[random.Random, list[str]]]:
    """Some words of a reading each, with a source of chance for what is done to them."""
    words = READINGS[key].split()
    found = []
    for number in range(PASSAGES):
        rng = random.Random(f"{key} {number}")
        count = rng.randint(6, min(14, len(words) - 1))
        start = rng.randrange(len(words) - count)
        found.append((rng, words[start : start + count]))
    return found


def put(words: list[str], at: int, word: str) -> str:
    return " ".join([*words[:at], word, *words[at:]])


def divided(rng: random.Random, words: list[str], joint: str) -> str:
    """The longest plain word cut in two."""
    at = max(range(len(words)), key=lambda i: len(words[i]) * words[i].isalpha())
    word = words[at]
    if not word.isalpha() or len(word) < 5:
        return " ".join(words)
    cut = rng.randint(2, len(word) - 2)
    return " ".join([*words[:at], word[:cut] + joint + word[cut:], *words[at + 1 :]])


HONEST: dict[str, Shape] = {
    "as it stands": lambda _, words: " ".join(words),
    "dots around": lambda rng, words: (
        rng.choice(["… ", "[...] ", "... "])
        + " ".join(words)
        + rng.choice([" …", "...", " [. . .]"])
    ),
    "sic in square brackets": lambda rng, words: put(words, rng.randint(1, len(words)), "[sic]"),
    "sic in round brackets": lambda rng, words: put(words, rng.randint(1, len(words)), "(sic)"),
    "emphasis added": lambda _, words: " ".join(words) + " (emphasis added)",
    "a word explained": lambda rng, words: put(words, rng.randint(2, len(words) - 2), "[that is]"),
    "other quotation marks": lambda _, words: re.sub("[“”«»„‘’]", "'", " ".join(words)),
    "lines of verse": lambda rng, words: put(words, rng.randint(2, len(words) - 2), "/"),
    "line breaks": lambda rng, words: "".join(
        w + rng.choice([" ", "\n", "\u00a0 "]) for w in words
    ),
    "letters and accents apart": lambda _, words: unicodedata.normalize("NFD", " ".join(words)),
    "a line end kept": lambda rng, words: divided(rng, words, "-\n"),
    "a line end become a space": lambda rng, words: divided(rng, words, "- "),
    "a soft hyphen": lambda rng, words: divided(rng, words, "\u00ad"),
}


@pytest.mark.parametrize("shape", HONEST)
@pytest.mark.parametrize("key", SPACED)
def test_an_honest_quotation_is_not_held_against_its_writer(
    key: str, shape: str, library: Library
) -> None:
    for rng, words in passages(key):
        quoted = HONEST[shape](rng, words)
        finding = check_quotation(quoted, library)
        assert finding.verdict in (Verdict.VERBATIM, Verdict.EDITED), (quoted, finding.changes)
        assert finding.place is not None
        assert finding.place.reading == key, quoted


SLIPS: dict[str, Shape] = {
    "a word left out": lambda rng, words: " ".join(
        words[: (at := rng.randint(1, len(words) - 2))] + words[at + 1 :]
    ),
    "a word put in": lambda rng, words: put(words, rng.randint(1, len(words) - 1), "zzyzx"),
    "a word put for another": lambda rng, words: " ".join(
        [*words[: (at := rng.randint(1, len(words) - 2))], "zzyzx", *words[at + 1 :]]
    ),
    "a word twice": lambda rng, words: put(
        words, (at := rng.randint(1, len(words) - 2)), words[at]
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("key", SPACED)
def test_a_slip_is_never_passed(key: str, slip: str, library: Library) -> None:
    for rng, words in passages(key):
        quoted = SLIPS[slip](rng, words)
        finding = check_quotation(quoted, library)
        assert finding.verdict in (Verdict.ALTERED, Verdict.NOT_FOUND), quoted
