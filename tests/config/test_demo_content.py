"""The demo course says what it means to say: its quotations, its times, its people."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import pytest
from rapidfuzz import fuzz

from quaestio.config.demo.content import (
    DiscussionEntry,
    Expected,
    PostEntry,
    read_demo,
    read_expected,
    sample_class_blog,
)
from quaestio.readings.extraction import extract
from quaestio.transfers.classblog import parse

DEMO = read_demo()
EXPECTED = read_expected()
READINGS = {reading.key: reading for reading in DEMO.readings}
VERDICTS = {"verbatim", "edited", "altered", "misplaced", "elsewhere", "not_found", "term"}


def bare(text: str) -> str:
    """Letters and digits only: quotation marks, dashes, line ends and case do not matter here."""
    return re.sub(r"[\W_]+", "", text.casefold())


@cache
def pages(key: str) -> dict[str, str]:
    """The bare text of each page of a reading by its printed number."""
    reading = READINGS[key]
    if not reading.file:
        return {}
    extracted = extract(reading.path, first_label=reading.first_page)
    return {page.label: bare(page.text) for page in extracted.pages}


def where(words: str, key: str) -> list[str]:
    """The pages of a reading on which some words stand or begin."""
    there = pages(key)
    labels, wanted = list(there), bare(words)
    found = [label for label in labels if wanted in there[label]]
    for before, after in pairwise(labels):
        overlap = len(wanted) - 1
        if wanted in there[before][-overlap:] + there[after][:overlap]:
            found.append(before)
    return found


def post_text(address: str) -> str:
    """The text of ``discussion/post``, ``discussion/context`` or ``discussion/question 2``."""
    key, _, place = address.partition("/")
    discussion = next(one for one in DEMO.discussions if one.key == key)
    if place == "context":
        return discussion.context
    if place.startswith("question "):
        return discussion.questions[int(place.removeprefix("question ")) - 1].text
    return next(post.text for post in discussion.posts if post.key == place)


def named(cases: tuple[Expected, ...]) -> list[str]:
    return [f"{case.post}: {case.words[:30]}" for case in cases]


def of(*verdicts: str) -> tuple[Expected, ...]:
    return tuple(case for case in EXPECTED if case.verdict in verdicts)


def test_every_verdict_can_be_seen() -> None:
    assert {case.verdict for case in EXPECTED} == VERDICTS


@pytest.mark.parametrize("case", EXPECTED, ids=named(EXPECTED))
def test_the_words_stand_in_the_post_as_a_quotation(case: Expected) -> None:
    text = post_text(case.post)
    marked = [f"“{case.words}", f"«{case.words}»", f"> {case.words}"]
    assert any(one in text for one in marked)


WORD_FOR_WORD = of("verbatim", "misplaced", "elsewhere")


@pytest.mark.parametrize("case", WORD_FOR_WORD, ids=named(WORD_FOR_WORD))
def test_words_said_to_be_right_stand_on_their_page(case: Expected) -> None:
    assert case.page in where(case.words, case.reading)


@pytest.mark.parametrize("case", of("edited"), ids=named(of("edited")))
def test_edited_words_stand_on_their_page_but_for_what_is_marked(case: Expected) -> None:
    pieces = [piece for piece in re.split(r"…|\[[^\]]*\]", case.words) if bare(piece)]
    assert len(pieces) > 1
    text = pages(case.reading)[case.page]
    at = 0
    for piece in pieces:
        at = text.index(bare(piece), at) + len(bare(piece))


@pytest.mark.parametrize("case", of("altered"), ids=named(of("altered")))
def test_altered_words_are_near_the_wording_of_their_page_and_not_the_same(case: Expected) -> None:
    assert not any(where(case.words, key) for key in READINGS)
    assert fuzz.partial_ratio(bare(case.words), pages(case.reading)[case.page]) > 75


@pytest.mark.parametrize("case", of("not_found"), ids=named(of("not_found")))
def test_words_said_to_be_nowhere_are_near_nothing(case: Expected) -> None:
    nearest = max(
        fuzz.partial_ratio(bare(case.words), text)
        for key in READINGS
        for text in pages(key).values()
    )
    assert nearest < 75


def test_every_reading_with_a_file_has_its_printed_numbers() -> None:
    for reading in DEMO.readings:
        if reading.file:
            labels = list(pages(reading.key))
            assert len(labels) == reading.pages, reading.key
            if reading.paragraphs:
                assert labels[-1].endswith(f"–{reading.paragraphs}"), reading.key
            else:
                assert labels[0] == reading.first_page, reading.key


def test_every_reading_says_that_it_was_composed_for_the_demo() -> None:
    for reading in DEMO.readings:
        if reading.file:
            first = next(iter(pages(reading.key).values()))
            assert "composedforthedemonstrationcourse" in first, reading.key


def test_the_printed_pages_hold_the_whole_source_text() -> None:
    for source in (READINGS["newspaper"].path.parent).glob("*.source.txt"):
        name = source.name.removesuffix(".source.txt")
        reading = next(one for one in DEMO.readings if one.file == f"{name}.pdf")
        _, *rest = re.split(r"(?m)^=== (\w+)\n", source.read_text(encoding="utf-8"))
        for label, text in zip(rest[::2], rest[1::2], strict=True):
            printed = pages(reading.key)[label]
            for paragraph in text.split("\n\n"):
                assert bare(paragraph) in printed, (name, label, paragraph[:40])


def posts(*kinds: str) -> list[tuple[DiscussionEntry, PostEntry]]:
    return [
        (discussion, post)
        for discussion in DEMO.discussions
        for post in discussion.posts
        if post.kind in kinds
    ]


def test_everything_named_is_there() -> None:
    people = {person.key for person in DEMO.people}
    meetings = {meeting.key for meeting in DEMO.meetings}
    for discussion in DEMO.discussions:
        keys = {post.key for post in discussion.posts}
        assert discussion.author in people
        assert discussion.meeting in meetings
        assert {post.by for post in discussion.posts} <= people
        assert {post.to for post in discussion.posts if post.to} <= keys
    assert {key for meeting in DEMO.meetings for key, _ in meeting.readings} <= set(READINGS)


def test_answers_and_positions_fit_the_questions() -> None:
    for discussion, post in posts("response", "draft"):
        assert set(post.answers) <= set(range(1, len(discussion.questions) + 1))
        for number, label in post.positions:
            assert number in post.answers
            assert label in discussion.questions[number - 1].positions, (discussion.key, post.key)


def test_responses_stand_in_the_order_in_which_they_were_written() -> None:
    for discussion in DEMO.discussions:
        times = [
            (post.when.day, post.when.clock) for post in discussion.posts if post.kind == "response"
        ]
        assert times == sorted(times)


def test_a_reply_is_younger_than_what_it_answers() -> None:
    for discussion, post in posts("reply"):
        parent = next(one for one in discussion.posts if one.key == post.to)
        assert (parent.when.day, parent.when.clock) < (post.when.day, post.when.clock)


def test_nobody_has_written_anything_in_the_future() -> None:
    assert all(post.when.day < 0 for _, post in posts("response", "reply", "draft"))
    assert all(one.opened is None or one.opened.day < 0 for one in DEMO.discussions)


def test_there_is_something_of_everything_to_see() -> None:
    assert [one.key for one in DEMO.discussions if one.opened is None] == ["butter", "vote"]
    assert [one.key for one in DEMO.discussions if one.closed] == ["grief"]
    for has in ("edited", "withdrawn", "hidden"):
        assert len([post for _, post in posts("response") if getattr(post, has)]) == 1, has
    assert posts("draft")
    divided = [
        {label for post in one.posts for number, label in post.positions if number == 1}
        for one in DEMO.discussions
        if one.opened
    ]
    assert all(len(labels) >= 3 for labels in divided)
    unanswered = set(range(1, 5)) - {
        number
        for one in DEMO.discussions
        if one.key == "squares"
        for post in one.posts
        if post.kind == "response"
        for number in post.answers
    }
    assert unanswered == {4}


def test_the_sample_page_of_a_class_blog_is_understood_whole() -> None:
    page = parse(sample_class_blog())
    assert page.title == "Why was Stalin moved out of the Mausoleum at night? Who was the move for?"
    assert len(page.context) == 4
    assert len(page.questions) == 5
    names = [response.name for response in page.responses]
    assert names == ["feldsj", "Desmond A-C", "whitlockc", "Noor H.", "Luis"]
    assert page.left_over == ()
