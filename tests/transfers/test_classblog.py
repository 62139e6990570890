"""Class blog pages as themes print them; each page has its expected reading beside it as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quaestio.transfers.classblog import ClassBlogPage, PageRefused, decode, describe, parse
from quaestio.transfers.pagetext import MAX_BYTES, MAX_LINES

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.name for path in PAGES.iterdir() if path.suffix != ".json")


def read(name: str) -> ClassBlogPage:
    return parse(decode((PAGES / name).read_bytes()))


def expected(name: str) -> dict[str, object]:
    return json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))


def as_data(page: ClassBlogPage) -> dict[str, object]:
    """The page as the JSON beside it says it; line numbers only where somebody must look."""
    return {
        "title": page.title,
        "label": page.label,
        "author": page.author,
        "category": page.category,
        "posted": day(page.posted),
        "context": list(page.context),
        "questions": [
            f"{'x' if question.offered else '-'} {question.text}" for question in page.questions
        ],
        "responses": [
            {
                "name": response.name,
                "parent": response.parent,
                "depth": response.depth,
                "posted": day(response.posted),
                "paragraphs": list(response.paragraphs),
            }
            for response in page.responses
        ],
        "left_over": [f"{left.line}: {left.text}" for left in page.left_over],
        "warnings": list(page.warnings),
    }


def day(when: object) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if when else ""


def page_cases() -> list[object]:
    marked = []
    for name in NAMES:
        reason = expected(name).get("known_failure")
        marks = [pytest.mark.xfail(strict=True, reason=str(reason))] if reason else []
        marked.append(pytest.param(name, marks=marks))
    return marked


@pytest.mark.parametrize("name", page_cases())
def test_a_page_is_read_as_its_data_file_says(name):
    wanted = expected(name)
    wanted.pop("known_failure", None)
    assert as_data(read(name)) == wanted


def test_responses_are_numbered_in_the_order_of_the_page():
    assert [response.number for response in read("nested-numbers.txt").responses] == [1, 2, 3, 4, 5]


def test_a_response_knows_the_line_where_it_begins():
    lines = (PAGES / "numbered-classic.txt").read_text(encoding="utf-8").splitlines()
    for response in read("numbered-classic.txt").responses:
        assert response.name in lines[response.line - 1]


def test_the_source_of_a_page_reads_like_the_copy_of_it():
    assert as_data(read("saved-twentyten.html")) == as_data(read("saved-twentyten-copied.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_and_hard_spaces_make_no_difference(name):
    text = decode((PAGES / name).read_bytes()).replace("\r\n", "\n")
    plain = as_data(parse(text))
    assert as_data(parse(text.replace("\n", "\r\n"))) == plain
    assert as_data(parse(text.replace("\n", "\r"))) == plain
    if name.endswith(".txt"):
        assert as_data(parse(text.replace(" ", "\xa0"))) == plain


@pytest.mark.parametrize("name", NAMES)
def test_the_description_names_every_response_and_everything_left_over(name):
    page = read(name)
    said = describe(page)
    assert page.title in said
    for response in page.responses:
        assert f"{response.number}. {response.name} (" in said
    for left in page.left_over:
        assert f"line {left.line}: " in said
    for warning in page.warnings:
        assert warning in said


# --- the heading of the responses --------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    [
        "2 Responses to Why the bell?",
        "2 responses to “Why the bell?”",
        "Two Responses to Why the bell?",
        "2 thoughts on “Why the bell?”",
        "2 Comments",
        "2 comments so far",
        "Comments (2)",
        "Comments: 2",
        "2 Replies to “Why the bell?”",
        "2 Comments on Why the bell?",
        "Comments",
        "2 Kommentare zu „Why the bell?“",
        "2 réponses à « Why the bell? »",
        "2 respuestas a “Why the bell?”",
        "2 комментария",
    ],
)
def test_a_heading_of_many_kinds_begins_the_responses(heading):
    page = parse(
        f"Why the bell?\n\nIt rings.\n\n{heading}\n\nAda says:\n\nOnce.\n\nBo says:\n\nTwice.\n"
    )
    assert [response.name for response in page.responses] == ["Ada", "Bo"]
    assert page.context == ("It rings.",)
    assert page.left_over == ()
    assert page.warnings == ()


@pytest.mark.parametrize(
    "heading", ["No Responses to Why the bell?", "No Comments", "0 Comments", "Comments (0)"]
)
def test_a_page_nobody_answered_has_no_responses_and_needs_no_warning(heading):
    page = parse(f"Why the bell?\n\nIt rings.\n\n{heading}\n\nLeave a Reply\n\nName *\n")
    assert page.responses == ()
    assert page.context == ("It rings.",)
    assert page.warnings == ()
    assert page.left_over == ()


def test_responses_that_were_announced_but_not_recognised_are_left_over():
    page = parse("Why?\n\nIt rings.\n\n2 Responses to Why?\n\n~ada~ once\n\n~bo~ twice\n")
    assert [left.text for left in page.left_over] == ["~ada~ once", "~bo~ twice"]
    assert page.warnings == ("The heading says 2 responses; 0 were found.",)


def test_a_sentence_of_the_context_that_counts_responses_is_no_heading():
    page = parse("Why?\n\nTwo responses to this are possible.\n\nBoth are wrong.\n")
    assert page.context == ("Two responses to this are possible.", "Both are wrong.")


@pytest.mark.parametrize(
    "sentence",
    [
        "Published in 1848, the preface runs to twelve pages.",
        "Tagged as a traitor, he left for the coast.",
        "Posted by the king himself, the edict was torn down at night.",
        "What do you think?",
        "Categories of people who were counted are listed on page nine of the report.",
        "Share this: it is what the poem asks of us.",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays_in_the_context(sentence):
    assert parse(f"Why?\n\nIt rings.\n\n{sentence}\n\nAnd again.\n").context[1] == sentence


@pytest.mark.parametrize("text", ["No comment.", "I would reply with a question.", "Edit it down."])
def test_a_short_response_is_not_taken_for_furniture(text):
    page = parse(f"Why?\n\nIt rings.\n\n1 Response to Why?\n\n1. Ada says:\n\n{text}\n")
    assert page.responses[0].paragraphs == (text,)


@pytest.mark.parametrize(
    ("printed", "label", "title"),
    [
        ("Discussion question: Why?", "Discussion question", "Why?"),
        ("DISCUSSION QUESTIONS: why?", "DISCUSSION QUESTIONS", "Why?"),
        ("Discussion Question #3 – Why?", "Discussion Question #3", "Why?"),
        ("DQ4: Why?", "DQ4", "Why?"),
        ("Week 5 discussion question: Why?", "Week 5 discussion question", "Why?"),
        ("Question for discussion: Why?", "Question for discussion", "Why?"),
        ("Question of the week: Why?", "Question of the week", "Why?"),
        ("Questions: The war: why?", "Questions", "The war: why?"),
        ("Discussion questions are overrated", "", "Discussion questions are overrated"),
        ("The question: why?", "", "The question: why?"),
        ("Discussion question:", "", "Discussion question:"),
    ],
)
def test_the_label_comes_off_the_title_and_only_the_label(printed, label, title):
    page = parse(f"{printed}\n\nIt rings.\n")
    assert (page.label, page.title) == (label, title)


# --- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf\n\n", "no text"),
        (b"%PDF-1.7\n\x93\x00", "PDF"),
        (b"PK\x03\x04rest", "Word"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (bytes(range(256)) * 4, "not text"),
        (b"\x00\x01\x02\x03", "not text"),
        ("Почему звонит колокол?".encode("cp1251"), "UTF-8"),
        ("鐘はなぜ鳴るのか".encode("shift_jis"), "UTF-8"),
        (b"\xff\xfea", "UTF-8"),
        (b"a" * (MAX_BYTES + 1), "5.0 MB"),
        (b"word " * 2_000_000, "10.0 MB"),
        (b"a\n" * (MAX_LINES + 1), "30001 lines"),
        (b"<!doctype html><html><head><title>x</title></head><body></body></html>", "web page"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_cannot_be_a_page_is_refused_with_a_sentence(raw, says):
    with pytest.raises(PageRefused) as refused:
        parse(decode(raw))
    assert says in refused.value.sentence
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("text", ["", " \n\xa0\n", "\ufeff"])
def test_a_paste_box_left_empty_is_refused_with_a_sentence(text):
    with pytest.raises(PageRefused, match="no text"):
        parse(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_file_in_a_common_encoding_is_read(encoding):
    text = "Why the bell?\n\nIt rings “twice” — for Zoë.\n"
    assert parse(decode(text.encode(encoding))).context == ("It rings “twice” — for Zoë.",)


def test_a_web_page_that_names_its_encoding_is_read_in_it():
    html = '<html><head><meta charset="windows-1251"></head><body><h1>Почему?</h1><p>Звон.</p></body></html>'
    page = parse(decode(html.encode("cp1251")))
    assert (page.title, page.context) == ("Почему?", ("Звон.",))


def test_a_page_with_tags_nested_without_end_is_refused_not_crashed_on():
    with pytest.raises(PageRefused):
        parse("<!doctype html>" + "<div>" * 100_000 + "text")


# --- nothing is lost ---------------------------------------------------------------------------

NAME = st.sampled_from(["Ada", "bo_77", "D’Arcy O’Neill", "Анна Петрова", "🦉 owl", "he"])
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
SENTENCE = st.sampled_from(
    [
        "Jones says:",
        "1. It rings",
        "Is it so?",
        "It rings. Twice.",
        "« Non »",
        "He wrote: no",
        "a) b",
    ]
)
FURNITURE = st.sampled_from(
    [
        "This entry was posted in Uncategorized. Bookmark the permalink.",
        "Leave a Reply",
        "Reply",
        "Log in to Reply",
        "← Previous",
        "Recent Posts",
        "March 3, 2014 at 5:12 pm",
        "Posted on March 3, 2014 by Ada",
        "Your email address will not be published. Required fields are marked *",
        "2 Responses to Why?",
        "5 Comments",
        "No Comments",
        "Comments",
        "Pingback: elsewhere",
        "Author",
        "Related",
        "Skip to content",
        "Discussion question: Why?",
    ]
)
HEAD = st.builds(
    lambda mark, name, says: f"{mark}{name}{says}",
    st.sampled_from(["", "1. ", "2. ", "1.1 ", "a. ", "#4 ", "• "]),
    NAME,
    st.sampled_from([" says:", " on March 3, 2014 at 5:12 pm said:", "", " wrote: so"]),
)
LINE = st.builds(
    lambda indent, text: indent + text,
    st.sampled_from(["", "", "  ", "    ", "\t", "\xa0 "]),
    st.one_of(TEXT, SENTENCE, FURNITURE, HEAD, st.just("")),
)
PAGE = st.lists(LINE, max_size=40)


@settings(max_examples=300, deadline=None)
@given(PAGE, st.sampled_from(["\n", "\r\n"]))
@example(["2 Responses to Why?"], "\n")
@example(["Leave a Reply"], "\n")
@example(["Ada says:"], "\n")
def test_every_line_that_is_not_blank_is_accounted_for_once(lines, end):
    text = end.join(lines)
    page = parsed_or_none(text)
    if page is None:
        return
    numbers = Counter(number for number, _use in page.lines)
    wanted = [number for number, line in enumerate(lines, 1) if levelled(line)]
    assert numbers == Counter(wanted)


@settings(max_examples=300, deadline=None)
@given(PAGE)
def test_the_words_of_every_line_stand_where_the_account_says(lines):
    page = parsed_or_none("\n".join(lines))
    if page is None:
        return
    places = {
        "title": [f"{page.label} {page.title}"],
        "context": list(page.context),
        "response": [
            part
            for response in page.responses
            for part in (response.name, *response.paragraphs, day(response.posted))
        ]
        + list(page.warnings),
        "furniture": [kept.text for kept in page.furniture],
        "left over": [left.text for left in page.left_over],
    }
    for number, use in page.lines:
        if use in {"context", "furniture", "left over"}:
            assert any(levelled(lines[number - 1]) in text for text in places[use])
        elif use == "response":
            words = Counter(re.findall(r"\w+", lines[number - 1].casefold()))
            kept = Counter(re.findall(r"\w+", " ".join(places[use]).casefold()))
            lost = set(words) - set(kept)
            # "b. Ada": the letter counts the response, it is no part of the name.
            mark = re.match(r"\W*([a-z]|[ivx]+)[.)]\s", lines[number - 1].casefold())
            assert lost - ({mark[1]} if mark else set()) <= HEAD_WORDS


HEAD_WORDS = {
    "says",
    "said",
    "wrote",
    "on",
    "at",
    "am",
    "pm",
    "march",
    "3",
    "2014",
    "5",
    "12",
    "1",
    "2",
    "4",
    "a",
    "reply",
    "to",
    "in",
}


def parsed_or_none(text: str) -> ClassBlogPage | None:
    """None for what is refused; a text that has letters is not."""
    try:
        return parse(text)
    except PageRefused:
        assert not re.search(r"\w", text) or text.lstrip("\ufeff \t\r\n").startswith("<")
        return None


def levelled(line: str) -> str:
    invisible = "\ufeff\u200b\u200e\u200f\u2060"
    return " ".join(line.split()).strip(invisible).strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all_is_read_or_refused(text):
    try:
        page = parse(text)
    except PageRefused as refused:
        assert refused.sentence
    else:
        assert describe(page)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_or_refused(raw):
    try:
        parse(decode(raw))
    except PageRefused as refused:
        assert refused.sentence
