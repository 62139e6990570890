"""Which questions are found in a discussion's text, how they read, and which are ticked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quaestio.discussions.asking import find_questions


def texts(*paragraphs: str, title: str = "") -> list[str]:
    return [question.text for question in find_questions(paragraphs, title)]


def ticked(*paragraphs: str, title: str = "") -> list[str]:
    return [question.text for question in find_questions(paragraphs, title) if question.offered]


def test_a_closing_paragraph_typed_in_haste_gives_its_questions():
    closing = (
        "With the above in mind, my questions are: What was the “tithe” to those who paid it? "
        "Most importantly, Was its end planned? And was it the fairest way to end it (and if not, "
        "how could/should it have been ended differently?"
    )
    assert texts(closing) == [
        "What was the “tithe” to those who paid it?",
        "Was its end planned?",
        "And was it the fairest way to end it?",
        "If not, how could/should it have been ended differently?",
    ]


def test_the_questions_of_the_title_come_first_and_stand_in_no_paragraph():
    found = find_questions(["It rings."], "Why the bell? Who hears it?")
    assert [(q.text, q.paragraph) for q in found] == [
        ("Why the bell?", None),
        ("Who hears it?", None),
    ]


def test_a_span_covers_the_words_as_they_were_typed():
    text = "It rings. My question is: 1) who rings it? Nobody knows."
    (question,) = find_questions([text])
    assert text[question.start : question.end] == "who rings it?"
    assert question.text == "Who rings it?"


def test_a_question_asked_in_passing_is_listed_but_not_ticked():
    context = "Why did he do it? We shall never know, and the letters do not say."
    assert texts(context, "What do the letters say?") == [
        "Why did he do it?",
        "What do the letters say?",
    ]
    assert ticked(context, "What do the letters say?") == ["What do the letters say?"]


def test_what_historians_ask_in_the_middle_is_not_announced_to_the_class():
    context = "Historians ask the question: why then? They have asked it since 1850."
    assert ticked(context, "What do you make of it?") == ["What do you make of it?"]


def test_a_list_below_an_announcement_is_ticked_though_text_follows():
    assert ticked(
        "Please discuss the following questions:",
        "1. Can a river have an interest?",
        "b) Who should speak for it?",
        "• And who should pay?",
        "Answers are due on Friday.",
    ) == ["Can a river have an interest?", "Who should speak for it?", "And who should pay?"]


def test_closing_questions_over_several_paragraphs_are_ticked():
    assert ticked("The bell rang.", "Who rang it?", "Was anybody meant to hear?") == [
        "Who rang it?",
        "Was anybody meant to hear?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "“What is to be done?” he asked in 1902.",
        '"Who goes there?" is the first line.',
        "„Was soll ich sagen?“, fragt er.",
        "« Que faire ? » demande-t-il.",
        "He asked: “Who? What? When?” and left.",
        "She wrote ‘who’s there?’ on the wall.",
    ],
)
def test_a_question_inside_quotation_marks_is_not_ours(text):
    assert texts(text) == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("What is meant by “Who, whom?” Discuss.", "What is meant by “Who, whom?”"),
        ("Is the “reform” real?", "Is the “reform” real?"),
        ("“Reform”: was it real?", "“Reform”: was it real?"),
        ("What did he mean by “now”?", "What did he mean by “now”?"),
        ("The inch is 1”. Was it ever longer?", "Was it ever longer?"),
        ("An “open mark. Was it closed?", "Was it closed?"),
    ],
)
def test_quotation_marks_inside_a_question_do_not_hide_it(text, question):
    assert texts(text) == [question]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("why the bell?", "Why the bell?"),
        ("Why the bell????", "Why the bell?"),
        ("Also, why   the\nbell?", "Why the bell?"),
        ("Finally: why the bell?", "Why the bell?"),
        ("Q2: why the bell?", "Why the bell?"),
        ("(2) Why the bell?", "Why the bell?"),
        ("(Why the bell?)", "Why the bell?"),
        ("Was it planned (and if so, why?", "Was it planned (and if so, why)?"),
        ("Was it planned? Why or why not?", "Was it planned? Why or why not?"),
        (
            "Dr. Jones asks (p. 42): was J. Mill wrong?",
            "Dr. Jones asks (p. 42): was J. Mill wrong?",
        ),
        ("Est-ce que la cloche sonne ?", "Est-ce que la cloche sonne ?"),
        ("¿Por qué suena la campana?", "¿Por qué suena la campana?"),
        ("Suena. ¿Por qué? No sé.", "¿Por qué?"),
        ("Warum läutet sie?", "Warum läutet sie?"),
        ("Why the bell？", "Why the bell？"),
    ],
)
def test_a_question_is_tidied_and_keeps_its_words(text, question):
    assert texts(text) == [question]


def test_after_an_announcement_a_question_may_lack_its_mark():
    assert texts("My questions are: how did it end. Also, was it planned") == [
        "How did it end?",
        "Was it planned?",
    ]


def test_a_question_asked_in_title_and_text_is_ticked_once():
    assert ticked("It rang. Why the bell?", title="Why the bell?") == ["Why the bell?"]


@pytest.mark.parametrize("text", ["", "?", "???", "It rings.", "He wondered why.", "¿?", "1. ?"])
def test_a_text_that_asks_nothing_gives_nothing(text):
    assert texts(text, title=text) == []


ASKING = st.lists(
    st.sampled_from(
        [*'?!.:()“”„«»"’‘¿ \n', "Why", "and if not", "my questions are:", "word", "1)", "Dr.", "é"]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.lists(ASKING, max_size=4), ASKING)
def test_every_question_stands_where_it_says_and_none_overlap(paragraphs, title):
    ends: dict[int | None, int] = {}
    for question in find_questions(paragraphs, title):
        text = title if question.paragraph is None else paragraphs[question.paragraph]
        assert 0 <= ends.get(question.paragraph, 0) <= question.start < question.end <= len(text)
        assert any(char.isalpha() for char in text[question.start : question.end])
        assert question.text == " ".join(question.text.split())
        ends[question.paragraph] = question.end
