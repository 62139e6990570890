"""Texts made up for the tests of the index: words of our own, drawn at random but for ever alike."""

from __future__ import annotations

import random
from pathlib import Path

from quotecheck import Library, PageMark, Reading

STEMS = ["harbour", "miller", "winter", "bridge", "market", "lantern", "orchard", "captain"]
STEMS += ["widow", "baker", "quarrel", "ledger", "pasture", "garden", "thunder", "chapel", "ferry"]
SMALL = [
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "was",
    "not",
    "with",
    "his",
    "her",
    "for",
    "on",
    "that",
]
SMALL += ["it", "by", "as", "at", "from", "had"]
ENDINGS = ["", "", "s", "ed", "ing", "er", "ly"]


def words(rng: random.Random, count: int) -> list[str]:
    """Ordinary-looking words: a third are small ones, some are rare."""
    drawn = []
    for _ in range(count):
        roll = rng.random()
        if roll < 0.4:
            drawn.append(rng.choice(SMALL))
        elif roll < 0.95:
            drawn.append(rng.choice(STEMS) + rng.choice(ENDINGS))
        else:
            drawn.append("".join(rng.choice("bcdfglmnprstaeiou") for _ in range(rng.randint(5, 9))))
    return drawn


def text(seed: int, count: int = 1500) -> str:
    """Sentences and paragraphs of made-up words."""
    rng = random.Random(seed)
    parts: list[str] = []
    for i, word in enumerate(words(rng, count)):
        mark = rng.choice(["", "", "", "", "", "", ",", ";", "."])
        parts.append(word + mark)
        parts.append("\n\n" if mark == "." and i % 7 == 0 else " ")
    return "".join(parts)


def typeset(
    plain: str, title: str, *, width: int = 60, lines: int = 30
) -> tuple[str, list[PageMark]]:
    """The text as a PDF gives it: hard lines, words divided, heads and page numbers in between."""
    out: list[str] = []
    marks = [PageMark(0, "1")]
    page, count, line = 1, 0, ""

    def end_line() -> None:
        nonlocal page, count, line
        out.append(line + "\n")
        line = ""
        count += 1
        if count == lines:
            out.append(f"{page}\n\f")
            page += 1
            marks.append(PageMark(sum(map(len, out)), str(page)))
            out.append(f"{title.upper()} {page}\n" if page % 2 else f"{page} {title}\n")
            count = 0

    for word in plain.split():
        if len(line) + len(word) + 1 > width:
            if len(word) > 7 and word.isalpha():
                line += " " + word[:4] + "-"
                end_line()
                line = word[4:]
                continue
            end_line()
        line = f"{line} {word}" if line else word
    end_line()
    return "".join(out), marks


def filled(folder: Path, *, readings: int = 3, count: int = 1500) -> tuple[Library, dict[str, str]]:
    """A library of made-up readings, every second one typeset; and their texts."""
    library = Library.open(folder)
    texts: dict[str, str] = {}
    for i in range(readings):
        plain, marks = text(i, count), []
        if i % 2:
            plain, marks = typeset(plain, "The History of the Mill")
        texts[f"book{i}"] = plain
        library.put(Reading(f"book{i}", plain, f"Book {i}", pages=tuple(marks)))
    return library, texts
