"""What would put a quotation right."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.quotecheck import shelf

from quaestio.citations.mending import Mend, cited, mends_of, which_of
from quaestio.readings.models import Reading
from quotecheck import Library, PageMark, Placing, Post, Verdict, Wording, check
from quotecheck import Reading as Text

PAGES = (
    "Initially there was distress, outrage and confusion. Nobody knew what was to be done, "
    "and the party did not say.",
    "It was what was left when a policy of announcing met a habit of waiting to be told. The "
    "listeners folded their questions.",
)
JONES = Reading(pk=1, title="The Myth of the Short Course", author="Polly Jones", year="2006")
KEY = "jones"


@pytest.fixture
def library(tmp_path: Any) -> Library:
    library = Library.open(tmp_path)
    whole = "\f".join(PAGES)
    marks = (PageMark(0, "42"), PageMark(len(PAGES[0]) + 1, "43"))
    library.put(Text(KEY, whole, JONES.title, JONES.author, JONES.year, pages=marks))
    return library


def mended(text: str, library: Library, others: tuple[Reading, ...] = ()) -> tuple[Mend, ...]:
    """What is offered for the one quotation in this text."""
    [finding] = [one for one in check(Post(text), library) if one.verdict is not Verdict.TERM]
    label = "–".join(dict.fromkeys(finding.place.pages)) if finding.place else ""
    return mends_of(finding, text, JONES, label, others)


def apply(text: str, mend: Mend) -> str:
    for edit in reversed(mend.edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("wrote", "right"),
    [
        ("distress, outrage and some confusion", "distress, outrage and confusion"),
        ("distress, outrage, confusion", "distress, outrage and confusion"),
        ("the party did say", "the party did not say"),
        ("was distress, fury and confusion", "was distress, outrage and confusion"),
        ("Really there was distress, outrage", "Initially there was distress, outrage"),
        (
            "distress, fury … what was to be done, and the church did not say",
            "distress, outrage … what was to be done, and the party did not say",
        ),
        (
            "distress, outrage and [great] confusion. Nobody knew which was to be done",
            "distress, outrage and [great] confusion. Nobody knew what was to be done",
        ),
    ],
)
def test_the_readings_wording_takes_the_place_of_what_differs(
    library: Library, wrote: str, right: str
) -> None:
    [mend] = mended(f"She says “{wrote}” (Jones 42). So be it.", library)
    assert mend.kind == "wording"
    assert apply(f"She says “{wrote}” (Jones 42). So be it.", mend) == (
        f"She says “{right}” (Jones 42). So be it."
    )


def test_an_edit_touches_only_the_words_that_differ(library: Library) -> None:
    text = "She says “distress, fury and confusion” (Jones 42)."
    [mend] = mended(text, library)
    [edit] = mend.edits
    assert (text[edit.start : edit.end], edit.text) == ("fury", "outrage")


@pytest.mark.parametrize(
    ("citation", "right"),
    [
        ("(Jones 42)", "(Jones 43)"),
        ("(Jones, p. 42)", "(Jones, p. 43)"),
        ("(Jones 2006, 42)", "(Jones 2006, 43)"),
        ("(Jones 41–42)", "(Jones 43)"),
    ],
)
def test_the_right_page_takes_the_place_of_the_wrong_one(
    library: Library, citation: str, right: str
) -> None:
    text = f"“The listeners folded their questions” {citation}."
    [mend] = mended(text, library)
    assert (mend.kind, mend.shown) == ("page", "43")
    assert apply(text, mend) == f"“The listeners folded their questions” {right}."


def test_wrong_words_on_a_wrong_page_are_two_things_to_mend(library: Library) -> None:
    text = "“The listeners folded his questions” (Jones 42)."
    assert [mend.kind for mend in mended(text, library)] == ["wording", "page"]


def test_a_citation_that_is_not_there_is_added_behind_the_quotation(library: Library) -> None:
    text = "I like “a policy of announcing met a habit of waiting”. Very much."
    [mend] = mended(text, library)
    assert mend.kind == "cite"
    assert "”. (Jones 43)" in apply(text, mend) or "” (Jones 43)" in apply(text, mend)


def test_nothing_is_offered_for_what_is_right_or_nowhere(library: Library) -> None:
    assert mended("“The listeners folded their questions” (Jones 43).", library) == ()
    [finding] = check(
        Post("“Words that nobody has ever written down anywhere” (Jones 43)."), library
    )
    assert mends_of(finding, "", JONES, "", ()) == ()


def test_two_readings_of_one_name_are_told_apart() -> None:
    later = Reading(pk=2, title="Later", author="Jones, Polly", year="2013")
    undated = Reading(pk=3, title="Undated", author="Ann Jones")
    assert cited(JONES, "42", [JONES]) == "(Jones 42)"
    assert cited(JONES, "42", [JONES, later]) == "(Jones 2006, 42)"
    assert cited(undated, "42", [JONES, undated]) == "(Jones, Undated, 42)"
    assert cited(Reading(pk=4, title="Anonymous letter"), "", []) == "(Anonymous letter)"


@pytest.mark.parametrize(
    ("style", "cite"),
    [("mla", "(Jones 43)"), ("chicago", "(Jones 2006, 43)"), ("apa", "(Jones, 2006, p. 43)")],
)
def test_a_citation_is_added_in_the_style_of_the_course(
    library: Library, style: str, cite: str
) -> None:
    text = "I like “a policy of announcing met a habit of waiting”."
    [finding] = [one for one in check(Post(text), library) if one.verdict is not Verdict.TERM]
    [mend] = mends_of(finding, text, JONES, "43", (), style)
    assert mend.shown == cite


def test_of_several_readings_that_a_citation_fits_each_is_offered(library: Library) -> None:
    whole = "A page about something else, and nothing more."
    library.put(Text("other", whole, "The Burial of Stalin", "Polly Jones", "2013"))
    text = "“Words that nobody has ever written down anywhere” (Jones 43), she says."
    [finding] = check(Post(text), library)
    mends = which_of(finding, ["(Jones 2006, 43)", "(Jones 2013, 43)"])
    assert [mend.kind for mend in mends] == ["which", "which"]
    assert apply(text, mends[1]) == (
        "“Words that nobody has ever written down anywhere” (Jones 2013, 43), she says."
    )


def misquote(rng: random.Random, words: list[str]) -> list[str]:
    """One to three words dropped, put in or exchanged."""
    words = list(words)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(words))
        change = rng.choice(["drop", "add", "swap"])
        if change == "drop" and len(words) > 6:
            del words[at]
        elif change == "add":
            words.insert(at, rng.choice(["quite", "never", "blue", "however"]))
        else:
            words[at] = rng.choice(["umbrella", "seventeen", "slowly", "hers"])
    return words


def test_mended_misquotations_are_right(tmp_path: Any) -> None:
    library = Library.open(tmp_path)
    whole = shelf.text(7, 4000)
    library.put(Text(KEY, whole, JONES.title, JONES.author, pages=(PageMark(0, "1"),)))
    rng = random.Random(1956)
    there = whole.split(" ")
    offered = wrong = altered = 0
    for _ in range(150):
        start = rng.randrange(len(there) - 40)
        words = " ".join(there[start : start + rng.randint(10, 30)]).split()
        text = f"She says “{' '.join(misquote(rng, words))}” (Jones 1)."
        found = [one for one in check(Post(text), library) if one.wording is Wording.ALTERED]
        if not found:
            continue
        altered += 1
        mends = [one for one in mends_of(found[0], text, JONES, "1", ()) if one.kind == "wording"]
        if not mends:
            continue
        offered += 1
        [after] = check(Post(apply(text, mends[0])), library)
        wrong += after.wording not in {Wording.VERBATIM, Wording.EDITED}
        assert after.placing is Placing.RIGHT
    assert altered > 100
    assert offered > altered * 0.95
    assert wrong == 0
