"""What students write: whole posts on readings of our own, with what is to be found in each.

``cases/posts.json`` has the readings page by page, the people of the course, and the posts; a block
quotation stands between lines of ``<<<`` and ``>>>``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from quotecheck import Post, Span

POSTS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "cases" / "posts.json").read_text("utf-8")
)
READINGS: list[dict[str, Any]] = POSTS["readings"]
PEOPLE = tuple(POSTS["people"])


def with_blocks(text: str, people: tuple[str, ...] = PEOPLE) -> Post:
    """The post that a case writes, its block quotations as spans."""
    blocks = []
    while "<<<\n" in text:
        start = text.index("<<<\n")
        text = text[:start] + text[start + 4 :]
        end = text.index("\n>>>")
        text = text[:end] + text[end + 4 :]
        blocks.append(Span(start, end))
    return Post(text, tuple(blocks), people)


def as_typed(text: str) -> str:
    """The same as it is typed into a text field: block quotations with ``>`` before each line."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line in ("<<<", ">>>"):
            inside = line == "<<<"
            continue
        lines.append(f"> {line}" if inside else line)
    return "\n".join(lines)


def first_words(text: str) -> str:
    """A quotation as the cases call it: its first six words, emphasis left out."""
    return " ".join(re.sub("[*_]", "", text).split()[:6])
