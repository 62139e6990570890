"""A class list as people have it: what is understood, and what is said of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quaestio.courses.classlist import MOST_LINES, Line, ListRefused, decoded, read_list
from quaestio.courses.roles import Role

MAYA = ("Maya Lindqvist", "maya@example.edu")


def people(text: str) -> list[tuple[str, ...]]:
    return [
        tuple(str(one) for one in (line.name, line.address, line.section, line.role) if one)
        for line in read_list(text)
        if not line.problem
    ]


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("Maya Lindqvist <maya@example.edu>", MAYA),
        ("Maya Lindqvist <mailto:Maya@Example.EDU>", MAYA),
        ('"Lindqvist, Maya" <maya@example.edu>,', MAYA),
        ("maya@example.edu", ("maya@example.edu",)),
        ("  <maya@example.edu>;", ("maya@example.edu",)),
        ("Maya Lindqvist maya@example.edu", MAYA),
        ("Maya Lindqvist – maya@example.edu", MAYA),
        ("Lindqvist, Maya; maya@example.edu; Monday", (*MAYA, "Monday")),
        ("Lindqvist, Maya, maya@example.edu, Monday", (*MAYA, "Monday")),
        ("Maya,Lindqvist,maya@example.edu,Monday", (*MAYA, "Monday")),
        ("Maya Lindqvist\tmaya@example.edu\tMonday", (*MAYA, "Monday")),
        ("maya@example.edu; Maya Lindqvist; Monday", (*MAYA, "Monday")),
        ("maya@example.edu; Maya Lindqvist", MAYA),
        ("maya@example.edu; Monday", ("maya@example.edu", "Monday")),
        ("Maya Lindqvist; maya@example.edu; TA; Monday", (*MAYA, "Monday", "assistant")),
        ("Майя Линдквист <maya@example.edu>", ("Майя Линдквист", "maya@example.edu")),
        ("Maya\u00a0Lindqvist\u200b <maya@example.edu>", MAYA),
    ],
)
def test_a_line_is_understood_as_it_was_typed(line: str, understood: tuple[str, ...]) -> None:
    assert people(line) == [understood]


@pytest.mark.parametrize(
    "line",
    [
        "a" * 200_000,
        " " * 200_000 + "maya@example.edu",
        "maya@example.edu, <" + " " * 200_000,
        "maya@example.edu;" * 20_000,
    ],
)
def test_a_line_that_is_too_long_for_any_list_is_named(line: str) -> None:
    with pytest.raises(ListRefused, match="Line 2 is too long"):
        read_list(f"noah@example.edu\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        "a" * 99_000,
        "maya@example.edu, <" + " " * 99_000,
        '";' * 49_000 + '"',
        "maya@example.edu" + ";" * 99_000 + '"',
    ],
)
def test_a_long_line_of_no_sense_takes_no_long_time(line: str) -> None:
    """It would be minutes if anything were looked through from each of its letters."""
    assert read_list(f"noah@example.edu\n{line}")[0].address == "noah@example.edu"


def test_lines_of_one_list_may_have_different_shapes() -> None:
    text = (
        "Maya Lindqvist <maya@example.edu>\n\nnoah@example.edu\nPrice, Danielle; dp@example.edu\n"
    )
    assert people(text) == [MAYA, ("noah@example.edu",), ("Danielle Price", "dp@example.edu")]
    assert [line.number for line in read_list(text)] == [1, 3, 4]


def test_what_a_mail_program_copies_is_taken_apart() -> None:
    text = 'Maya <m@example.edu>; "Weiss, Noah" <n@example.edu>, Anna Berg <a@example.edu>; b@x.org'
    assert people(text) == [
        ("Maya", "m@example.edu"),
        ("Noah Weiss", "n@example.edu"),
        ("Anna Berg", "a@example.edu"),
        ("b@x.org",),
    ]


EXPORTS = {
    "Moodle": "First name,Surname,Email address,Groups\nMaya,Lindqvist,maya@example.edu,Monday\n",
    "Canvas": "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"Lindqvist, Maya",12,77,maya@example.edu,Monday\n',
    "Blackboard": '"Last Name"\t"First Name"\t"Username"\t"Email"\t"Section"\n'
    '"Lindqvist"\t"Maya"\t"ml12"\t"maya@example.edu"\t"Monday"\n',
    "a title above it": "HIST 301, Autumn\n\nName;E-Mail;Section\nMaya Lindqvist;"
    "maya@example.edu;Monday\n",
    "German Excel": "Nachname;Vorname;E-Mail-Adresse;Gruppe\nLindqvist;Maya;maya@example.edu;"
    "Monday\n",
    "French": "Nom;Prénom;Adresse e-mail;Groupe\nLindqvist;Maya;maya@example.edu;Monday\n",
    "a name and an address in one cell": "Email,Section\nMaya Lindqvist <maya@example.edu>,Monday\n",
}


@pytest.mark.parametrize("system", EXPORTS)
def test_the_export_of_another_system_is_understood_by_its_headings(system: str) -> None:
    assert people(EXPORTS[system]) == [(*MAYA, "Monday")]


def test_a_role_is_understood_in_the_words_of_other_systems() -> None:
    rows = ["Name,Email,Role"]
    words = ["Student", "learner", "TA", "Non-editing teacher", "Teacher", "Auditor", ""]
    rows += [f"P{n},p{n}@example.edu,{word}" for n, word in enumerate(words)]
    roles = [line.role for line in read_list("\n".join(rows))]
    assert roles == [
        *(Role.STUDENT, Role.STUDENT, Role.ASSISTANT, Role.ASSISTANT),
        *(Role.INSTRUCTOR, Role.OBSERVER, ""),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Maya Lindqvist", "There is no e-mail address in it."),
        ("Maya <maya@example>", "“maya@example” is no e-mail address."),
        ("NOAH@example.edu", "The same address stands in line 1."),
        (f"Maya; m@example.edu; {'x' * 81}", "The name of the section is too long"),
    ],
)
def test_a_line_that_is_wrong_says_what_and_the_others_are_taken(line: str, problem: str) -> None:
    lines = read_list(f"noah@example.edu\n{line}\nada@example.edu")
    assert [bool(one.problem) for one in lines] == [False, True, False]
    assert lines[1].problem.startswith(problem)
    assert lines[1].number == 2


def test_a_role_that_there_is_not_is_told_with_those_there_are() -> None:
    (line,) = read_list("Name,Email,Role\nMaya,maya@example.edu,Dean")
    assert line.problem == ("“Dean” is no role here: Instructor, Assistant, Student, Observer.")


def test_a_cell_over_two_lines_keeps_the_numbers_right() -> None:
    text = 'Name,Email,Section\n"Maya\nLindqvist",maya@example.edu,A\nNoah,nothing,B\n'
    maya, noah = read_list(text)
    assert (maya.name, maya.number, noah.number) == ("Maya Lindqvist", 2, 4)


REFUSED = {
    "": "The list is empty.",
    " \n\t\n": "The list is empty.",
    "Maya\nNoah": "No line of this holds an e-mail address, such as maya@example.edu.",
    "Last Name,First Name,Username\nLindqvist,Maya,ml12": (
        "No column of this list holds e-mail addresses. Line 1 names its columns: “Last Name”, "
        "“First Name”, “Username”."
    ),
    'Name,Email\nMaya,m@example.edu\n"Noah,n@example.edu\nx\ny\nz\n': (
        "In line 3 a quotation mark is opened and not closed."
    ),
    "maya@example.edu\nno\x00ah@example.edu": "Line 2 holds signs that are no text. "
    "Save the list as CSV in UTF-8.",
    "\n".join(f"p{n}@example.edu" for n in range(MOST_LINES + 1)): (
        "The list has more than 2,000 lines. Put it in in several parts."
    ),
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_list_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ListRefused) as refused:
        read_list(text)
    assert str(refused.value) == REFUSED[text]


# -- Files --------------------------------------------------------------------------------------

ZOE = "Zoë Müller;zoe@example.edu\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_a_file_in_a_common_encoding_is_read(encoding: str) -> None:
    assert people(decoded(ZOE.encode(encoding))) == [("Zoë Müller", "zoe@example.edu")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04rest", "This is a file of Excel, not a text. Save it as CSV"),
        (b"%PDF-1.7", "This is a file of PDF, not a text."),
        (b"a@example.edu\n\x81\x8d\xff", "Line 2 holds signs that are no text."),
        (b"a" * 1_000_001, "This file is too large for a class list: 1 MB at most."),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ListRefused, match=sentence):
        decoded(content)


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


def read_or_refused(text: str) -> None:
    try:
        lines = read_list(text)
    except ListRefused as refused:
        assert str(refused)
    else:
        assert all(isinstance(line, Line) and (line.problem or line.address) for line in lines)


@given(st.binary())
def test_any_bytes_at_all_are_read_or_refused(content: bytes) -> None:
    try:
        assert isinstance(decoded(content), str)
    except ListRefused as refused:
        assert str(refused)


@given(
    st.lists(st.sampled_from(['"', ",", ";", "<", ">", "@", "a@b.de", " ", "\n", "Name", "Email"]))
)
def test_any_signs_of_a_list_in_any_order_are_read_or_refused(signs: list[str]) -> None:
    read_or_refused("".join(signs))
