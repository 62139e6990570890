"""Findings at their places in what was typed."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.urls import reverse
from tests.support import cast

from quaestio.discussions.marking import places_in
from quaestio.web.richtext import flatten, from_plain

pytestmark = pytest.mark.django_db

WRITTEN = "“distress, outrage and some confusion” (Jones 41)."


@pytest.mark.parametrize(
    "typed",
    [
        "Plain words.\n\nAnd more.",
        "*Set* off, **strong** and \\*starred\\*.",
        "> A block\n> of two lines\n\nand after.",
        "- one\n- two\n\n3. three\n4. four",
        "A [link](https://example.org/the(re)) behind. <https://a.example/x> too.",
        "🙂 emoji, e\u0301 combining, ש\u05c1לום, zero\u200bwidth, a\u00a0b.",
        "  Leading, trailing \t\n\n\n\nand empty lines.  ",
        "1956\\. It was the year.",
    ],
)
def test_every_sign_has_its_place_or_none(typed: str) -> None:
    text = flatten(from_plain(typed)).text
    place = places_in(typed, text)
    known = [(number, at) for number in range(len(text)) if (at := place(number)) is not None]
    assert all(typed[at] == text[number] or text[number].isspace() for number, at in known)
    assert [at for _, at in known] == sorted({at for _, at in known})
    assert len([1 for number, _ in known if not text[number].isspace()]) > len(text) / 2


def panel(body: str, **more: str) -> str:
    anna = cast.instructor()
    cast.document(cast.reading(anna.course))
    address = reverse("check", args=[anna.course.public_id])
    return cast.sign_in(anna).post(address, {"body": body, **more}).content.decode()


def test_a_card_says_where_its_quotation_stands_and_what_would_mend_it() -> None:
    typed = f"> 🙂 *set* in\n\nShe says {WRITTEN}"
    page = panel(typed)
    start = re.findall(r'data-start="(\d+)"', page)[-1]
    end = re.findall(r'data-end="(\d+)"', page)[-1]
    assert typed[int(start) : int(end)] == "“distress, outrage and some confusion”"
    [edits] = re.findall(r'data-edits="([^"]*)"', page)
    [[first, last, words]] = json.loads(unescape(edits))
    assert typed[:first] + words + typed[last:] == typed.replace(" some", "")
    assert 'data-verdict="altered"' in page


def test_what_differs_is_shown_at_once_unless_it_is_long() -> None:
    shown = panel(f"She says {WRITTEN}")
    assert "<details open>" in shown
    assert re.search(r"<mark>\s*some\s*</mark>", shown)
    long = WRITTEN.replace("and some", " ".join(["and some"] * 30))
    assert "<details open>" not in panel(f"She says {long}")
    assert "<details open>" not in panel("She says “distress, outrage and confusion” (Jones 47)")


def test_for_the_editor_places_are_those_of_the_flattened_text() -> None:
    body = f"<blockquote><p>set in</p></blockquote><p>She <em>says</em> {WRITTEN}</p>"
    page = panel(body, format="html")
    start = re.findall(r'data-start="(\d+)"', page)[-1]
    end = re.findall(r'data-end="(\d+)"', page)[-1]
    text = flatten(body).text
    assert text[int(start) : int(end)] == "“distress, outrage and some confusion”"


def test_what_somebody_wrote_cannot_break_out_of_a_card() -> None:
    typed = 'She says “distress, "><img src=x onerror=alert(1)> outrage and confusion” (Jones 41).'
    page = panel(typed)
    assert "<img" not in page
    assert 'data-verdict="' in page


def test_words_of_a_reading_are_put_into_plain_text_as_words() -> None:
    anna = cast.instructor()
    cast.document(
        cast.reading(anna.course), "There was *much* distress, outrage and [some] confusion."
    )
    address = reverse("check", args=[anna.course.public_id])
    typed = "“There was distress, outrage and confusion” (Jones 41)."
    page = cast.sign_in(anna).post(address, {"body": typed}).content.decode()
    [edits] = re.findall(r'data-edits="([^"]*)"', page)
    for first, last, words in reversed(json.loads(unescape(edits))):
        typed = typed[:first] + words + typed[last:]
    assert "<em>" not in from_plain(typed)
