"""A class list as people have it: lines pasted from a mail, or a CSV file of another system.

    read_list(decoded(content))  ->  a Line for each person, wrong ones with what is wrong

Nothing here knows the course or the database. What cannot be read at all raises ``ListRefused``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from quaestio.courses.roles import Role

MOST_BYTES = 1_000_000
MOST_LINES = 2_000
LONGEST_LINE = 100_000  # a whole class in one line, as mail programs list it
LONGEST_NAME, LONGEST_SECTION = 120, 80  # as the models have them

IN_ADDRESS = r"[^\s<>,;\"'()\[\]]"
# Begun only where a word begins, or a long word would be looked through from each of its letters.
ADDRESS = re.compile(rf"(?<!{IN_ADDRESS}){IN_ADDRESS}+@{IN_ADDRESS}+")
NAMED = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]*)>$")
SIGNS = ("\t", ";", ",")  # what parts columns; the first that a line has
UNSEEN = {"Cc", "Cf", "Cs"}
NO_TEXT = {
    b"PK\x03\x04": "Excel",
    b"\xd0\xcf\x11\xe0": "Excel",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}

# What columns are called, without capitals, accents and signs, in the exports of Moodle, Canvas,
# Blackboard and their like. Of several columns of one kind the first name in the row counts.
COLUMNS = {
    "address": "email emailaddress emailaddresses mail mailaddress eaddress primaryemail"
    " institutionalemail universityemail emailadresse mailadresse courriel adressemail adresseemail"
    " correo correoelectronico",
    "first": "firstname first givenname givennames forename vorname prenom nombre nome",
    "last": "lastname last surname familyname nachname familienname nom apellido apellidos cognome",
    "name": "name fullname displayname student studentname participant person",
    "section": "section sections group groups gruppe gruppen groupe grupo tutorial",
    "role": "role roles courserole rolle",
    "login": "sisloginid loginid login username userid",
}
KINDS = {word: kind for kind, words in COLUMNS.items() for word in words.split()}

ROLES = {
    Role.STUDENT: "student students learner participant studentin studierende etudiant s",
    Role.OBSERVER: "observer auditor guest visitor gasthorer",
    Role.ASSISTANT: "assistant ta tutor teachingassistant noneditingteacher grader tutorin",
    Role.INSTRUCTOR: "instructor teacher lecturer professor editingteacher courseleader dozentin"
    " primaryinstructor i",
}
ROLE_WORDS = {word: role for role, words in ROLES.items() for word in words.split()}


class ListRefused(ValueError):
    """This cannot be read as a list. The text says why, and where; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list. ``number`` is the line of the text where they stand, from 1;
    ``problem`` what is wrong with it ("" if nothing). ``role`` is "" where the list names none.
    """

    number: int
    text: str
    address: str = ""
    name: str = ""
    role: str = ""
    section: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns: where it stands, what parts its cells, and at which place
    each kind of column is.
    """

    number: int
    cells: list[str]
    sign: str
    columns: dict[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: list[str]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.cells).split())[:200]


# -- Bytes to text ------------------------------------------------------------------------------


def decoded(content: bytes) -> str:
    """UTF-8 or UTF-16, told by its first bytes or by trying; else Windows-1252, as Excel writes."""
    if len(content) > MOST_BYTES:
        raise ListRefused(_("This file is too large for a class list: 1 MB at most."))
    for begin, kind in NO_TEXT.items():
        if content.startswith(begin):
            raise ListRefused(
                _("This is a file of %(kind)s, not a text. Save it as CSV and choose that file.")
                % {"kind": kind}
            )
    encoding = next(encodings_of(content), "cp1252")
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise no_text_in(content[: error.start].count(b"\n") + 1) from error


def no_text_in(line: int) -> ListRefused:
    return ListRefused(
        _("Line %(line)s holds signs that are no text. Save the list as CSV in UTF-8.")
        % {"line": line}
    )


def encodings_of(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    zeros = [content[start:2000:2].count(0) for start in (0, 1)]
    if max(zeros) > len(content[:2000]) // 4:
        yield "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    try:
        content.decode("utf-8")
        yield "utf-8"
    except UnicodeDecodeError:
        return


# -- Text to lines ------------------------------------------------------------------------------


def read_list(text: str) -> list[Line]:
    """A line for each person in it, in their order; empty lines are left out."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ListRefused(_("The list is empty."))
    if len(text) > MOST_BYTES:
        raise ListRefused(_("This is too long for a class list."))
    if zero := text.find("\x00") + 1:
        raise no_text_in(text[:zero].count("\n") + 1)
    for number, one in enumerate(text.splitlines(), start=1):
        if len(one) > LONGEST_LINE:
            raise ListRefused(_("Line %(line)s is too long for a class list.") % {"line": number})
    header = header_of(text)
    people = without_header(text) if header is None else below(header, text)
    lines = list(islice(people, MOST_LINES + 1))
    if len(lines) > MOST_LINES:
        raise ListRefused(
            _("The list has more than %(most)s lines. Put it in in several parts.")
            % {"most": f"{MOST_LINES:,}"}
        )
    if not any(line.address for line in lines):
        raise ListRefused(no_address(header))
    return once_each(lines)


def no_address(header: Header | None) -> str:
    if header is None:
        return _("No line of this holds an e-mail address, such as maya@example.edu.")
    names = ", ".join(f"“{cell.strip()}”" for cell in header.cells if cell.strip())
    return _(
        "No column of this list holds e-mail addresses. Line %(line)s names its columns: %(names)s."
    ) % {"line": header.number, "names": names}


def cells_of(line: str, sign: str) -> list[str]:
    return [level(cell) for cell in next(csv.reader([line], delimiter=sign), [])]


def level(cell: str) -> str:
    """Without signs that nobody sees; what stands at the beginning tells “Last, First” apart."""
    one_line = re.sub(r"\s", " ", cell)
    seen = "".join(sign for sign in one_line if unicodedata.category(sign) not in UNSEEN)
    return seen.rstrip()


def word_of(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def header_of(text: str) -> Header | None:
    """The line that names the columns, which stands among the first; None where none does."""
    for number, line in enumerate(text.splitlines()[:8], start=1):
        if ADDRESS.search(line):
            return None
        for sign in SIGNS:
            cells = cells_of(line, sign)
            columns: dict[str, int] = {}
            for place, cell in enumerate(cells):
                if kind := KINDS.get(word_of(cell)):
                    columns.setdefault(kind, place)
            if "address" in columns or len(columns) >= 2:
                return Header(number, cells, sign, columns)
    return None


def below(header: Header, text: str) -> Iterator[Line]:
    """The people under a row that names the columns."""
    lines = text.splitlines(keepends=True)[header.number :]
    reader = csv.reader(lines, delimiter=header.sign)
    begins = 1
    try:
        for cells in reader:
            number, ends = header.number + begins, reader.line_num
            if ends - begins >= 3:
                raise ListRefused(
                    _("In line %(line)s a quotation mark is opened and not closed.")
                    % {"line": number}
                )
            if any(cell.strip() for cell in cells):
                yield by_columns(Row(number, [level(cell) for cell in cells]), header.columns)
            begins = ends + 1
    except csv.Error as error:
        raise ListRefused(
            _("Line %(line)s cannot be read as part of a list.")
            % {"line": header.number + reader.line_num}
        ) from error


def by_columns(row: Row, columns: dict[str, int]) -> Line:
    def cell(kind: str) -> str:
        place = columns.get(kind, len(row.cells))
        return row.cells[place].strip() if place < len(row.cells) else ""

    name = cell("name")
    if "first" in columns or "last" in columns:
        name = f"{cell('first')} {cell('last')}"
    where = cell("address") or (cell("login") if "@" in cell("login") else "")
    if found := NAMED.match(where):
        where, name = found["address"], name.strip() or found["name"]
    return line_of(row, where, turned(name), cell("section"), cell("role"))


def without_header(text: str) -> Iterator[Line]:
    """Lines as somebody typed them: ``Name <mail>``, ``mail``, ``Last, First; mail; section``, each
    in a way of its own; or several people in one, as mail programs list them.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if len(ADDRESS.findall(line)) > 1:
            for person in people_in(line, ";,"):
                yield somebody(Row(number, [level(person)]))
        else:
            sign = next((one for one in SIGNS if one in line), ",")
            yield somebody(Row(number, cells_of(line, sign)))


def people_in(line: str, signs: str) -> Iterator[str]:
    """The parts of a line with an address in each: parted by semicolons, else by commas."""
    for part in re.findall(rf'(?:[^"{signs[0]}]|"[^"]*"|")+', line):
        if len(ADDRESS.findall(part)) > 1 and signs[1:]:
            yield from people_in(part, signs[1:])
        elif ADDRESS.search(part):
            yield part


def somebody(row: Row) -> Line:
    at = next((place for place, cell in enumerate(row.cells) if ADDRESS.search(cell)), None)
    if at is None:
        return Line(row.number, row.text, problem=_("There is no e-mail address in it."))
    before, cell, after = row.cells[:at], row.cells[at].strip(), row.cells[at + 1 :]
    named = NAMED.match(cell)
    address = named["address"] if named else ADDRESS.findall(cell)[0]
    own = named["name"] if named else cell.replace(address, "").strip(" \t-–:·|")
    rest = [one.strip() for one in after if one.strip()]
    name = joined([*before, own] if own else before)
    if not name and rest and (len(rest) > 1 or " " in rest[0]):
        name = turned(rest.pop(0))
    role = next((one for one in rest if word_of(one) in ROLE_WORDS), "")
    section = next((one for one in rest if one != role), "")
    return line_of(row, address, name, section, role)


def joined(cells: Iterable[str]) -> str:
    """A name in one cell or two: “Lindqvist, Maya” was cut at its comma, which a space follows."""
    there = [cell for cell in cells if cell.strip()]
    if len(there) == 2 and there[1].startswith(" "):
        there.reverse()
    return turned(" ".join(one.strip() for one in there))


def turned(name: str) -> str:
    """“Lindqvist, Maya” the way round one says it."""
    name = name.strip().strip('"').strip()
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma and first.strip() and "," not in first else name


def line_of(row: Row, address: str, name: str, section: str, role: str) -> Line:
    address = address.strip().removeprefix("mailto:").rstrip(".,;:").lower()
    known = ROLE_WORDS.get(word_of(role), "") if role else ""
    line = Line(
        row.number,
        row.text,
        address=address,
        name=" ".join(name.split())[:LONGEST_NAME],
        role=known,
        section=" ".join(section.split()),
    )
    return replace(line, problem=problem_of(line, role))


def problem_of(line: Line, role: str) -> str:
    if not line.address:
        return _("There is no e-mail address in it.")
    try:
        validate_email(line.address)
    except ValidationError:
        return _("“%(address)s” is no e-mail address.") % {"address": line.address}
    if len(line.address) > 254:
        return _("The e-mail address is too long.")
    if role and not line.role:
        return _("“%(role)s” is no role here: %(roles)s.") % {
            "role": role,
            "roles": ", ".join(str(one.label) for one in Role if one != Role.GUEST),
        }
    if len(line.section) > LONGEST_SECTION:
        return _("The name of the section is too long: %(most)s signs at most.") % {
            "most": LONGEST_SECTION
        }
    return ""


def once_each(lines: list[Line]) -> list[Line]:
    """Of two lines with one address the second one says so."""
    first: dict[str, int] = {}
    told: list[Line] = []
    for line in lines:
        before = first.get(line.address)
        if line.address and not line.problem and before is not None:
            line = replace(
                line, problem=_("The same address stands in line %(line)s.") % {"line": before}
            )
        if not line.problem:
            first[line.address] = line.number
        told.append(line)
    return told
