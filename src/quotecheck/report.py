"""What was found, told: a table for people, Markdown, JSON, SARIF."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from quotecheck.types import Finding, Place, Placing, ReadingInfo, Verdict

CLEAN, DOUBTFUL, WRONG, FAILED = 0, 1, 2, 3
# Marks, words and colours for each verdict, worst last.
_WRONG = frozenset((Verdict.ALTERED, Verdict.MISPLACED, Verdict.ELSEWHERE))
_NAMES = {
    Verdict.VERBATIM: "verbatim",
    Verdict.EDITED: "edited",
    Verdict.ALTERED: "altered",
    Verdict.MISPLACED: "misplaced",
    Verdict.ELSEWHERE: "elsewhere",
    Verdict.NOT_FOUND: "not found",
    Verdict.TERM: "term",
}
_COLOURS = {
    Verdict.VERBATIM: "32",
    Verdict.EDITED: "32",
    Verdict.ALTERED: "31",
    Verdict.MISPLACED: "33",
    Verdict.ELSEWHERE: "33",
    Verdict.NOT_FOUND: "35",
    Verdict.TERM: "2",
}
NOT_CHECKED = "not checked"
_RULES = {
    Verdict.ALTERED: "The wording differs from the reading and is not marked as changed.",
    Verdict.MISPLACED: "The words stand in the reading, but not on the cited page.",
    Verdict.ELSEWHERE: "The words stand in another reading than the cited one.",
    Verdict.NOT_FOUND: "The words were not found in the readings.",
    Verdict.EDITED: "A change that is marked may mislead.",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A post that was checked. ``lines``: its text has the lines of its file."""

    path: str
    text: str
    findings: tuple[Finding, ...]
    lines: bool = True


def weight(finding: Finding) -> int:
    """How much a finding weighs: clean, doubtful or wrong."""
    if finding.verdict in _WRONG:
        return WRONG
    if finding.translated:
        return CLEAN
    unfair = any(change.unfair for change in finding.changes)
    return DOUBTFUL if finding.verdict is Verdict.NOT_FOUND or unfair else CLEAN


def _name(finding: Finding) -> str:
    """The verdict in words; a translation was not looked at."""
    return NOT_CHECKED if finding.translated else _NAMES[finding.verdict]


def exit_code(posts: Sequence[Checked]) -> int:
    """The worst of all findings."""
    return max((weight(each) for post in posts for each in post.findings), default=CLEAN)


def line_of(text: str, offset: int) -> int:
    """The number of the line an offset lies in."""
    return text.count("\n", 0, offset) + 1


# For people


def table(
    posts: Sequence[Checked],
    readings: dict[str, ReadingInfo],
    *,
    width: int = 80,
    colours: bool = False,
    terms: bool = False,
) -> str:
    """One line for each quotation, a sentence below those that need a second look."""
    blocks: list[str] = []
    for post in posts:
        shown = [each for each in post.findings if terms or each.verdict is not Verdict.TERM]
        lines = [_bold(post.path, colours)]
        for finding in shown:
            lines += _rows(post, finding, readings, width, colours)
        if not shown:
            lines.append("  No quotations.")
        blocks.append("\n".join(lines))
    return "\n\n".join([*blocks, summary(posts)])


def summary(posts: Sequence[Checked]) -> str:
    """ "12 quotations: 10 verbatim, 1 altered, 1 not found." """
    found = [_name(each) for post in posts for each in post.findings]
    counts = [(name, found.count(name)) for name in (*_NAMES.values(), NOT_CHECKED)]
    told = ", ".join(f"{count} {name}" for name, count in counts if count and name != "term")
    total = sum(count for name, count in counts if name != "term")
    if not total:
        return "No quotations found."
    return f"{total} {'quotation' if total == 1 else 'quotations'}: {told}."


def _rows(
    post: Checked, finding: Finding, readings: dict[str, ReadingInfo], width: int, colours: bool
) -> list[str]:
    name = _name(finding)
    start = f"  {_where(post, finding):>5}  "
    where = _place(finding.place, readings)
    room = max(20, width - len(start) - 12 - (_cells(where) + 2 if where else 0))
    words = _cut(" ".join(finding.quotation.text.split()), room - 2)
    row = f"{start}{_painted(f'{name:<11}', finding.verdict, colours)} “{words}”"
    row += f"  {where}" if where else ""
    return [row, *_sentence(finding, width)]


def _where(post: Checked, finding: Finding) -> str:
    start = finding.quotation.span.start
    if post.lines:
        return str(line_of(post.text, start))
    return f"¶{post.text.count(chr(10) * 2, 0, start) + 1}"


def _sentence(finding: Finding, width: int) -> list[str]:
    open_question = (
        finding.ambiguous or finding.translated or finding.placing is Placing.UNKNOWN_WORK
    )
    if not finding.sentence or (weight(finding) == CLEAN and not open_question):
        return []
    indent = " " * 21
    return textwrap.wrap(
        printable(finding.sentence),
        max(40, width),
        initial_indent=indent,
        subsequent_indent=indent,
    )


def _place(place: Place | None, readings: dict[str, ReadingInfo]) -> str:
    if place is None:
        return ""
    info = readings.get(place.reading)
    name = (info.author or info.title if info else "") or place.reading
    name = _cut(name, 30)
    return f"{name} {_pages(place)}".strip()


def _pages(place: Place) -> str:
    ends = [label for label in dict.fromkeys([*place.pages[:1], *place.pages[-1:]]) if label]
    return "–".join(ends)


def _painted(text: str, verdict: Verdict, colours: bool) -> str:
    return f"\x1b[{_COLOURS[verdict]}m{text}\x1b[0m" if colours else text


def _bold(text: str, colours: bool) -> str:
    text = printable(text)
    return f"\x1b[1m{text}\x1b[0m" if colours else text


def printable(text: str) -> str:
    """The text without what would steer a terminal or turn it round."""
    return "".join(
        "�" if unicodedata.category(char) in ("Cc", "Cs", "Cf") and char != "\u00ad" else char
        for char in text
    )


def _cells(text: str) -> int:
    """How many columns a text takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)


def _cut(text: str, room: int) -> str:
    text = printable(text)
    if _cells(text) <= room:
        return text
    while text and _cells(text) > room - 1:
        text = text[: min(len(text) - 1, room)]
    return text.rstrip() + "…"


# For pages and programs


def markdown(posts: Sequence[Checked], readings: dict[str, ReadingInfo]) -> str:
    """A table for each post."""
    parts: list[str] = []
    for post in posts:
        rows = [
            f"| {_where(post, each)} | {_name(each)} | {_cell(each.quotation.text)} "
            f"| {_cell(_place(each.place, readings))} | {_cell(each.sentence)} |"
            for each in post.findings
            if each.verdict is not Verdict.TERM
        ]
        head = [
            "| line | verdict | quotation | place | remark |",
            "| --- | --- | --- | --- | --- |",
        ]
        parts.append("\n".join([f"## {_cell(post.path)}", "", *(head + rows if rows else [])]))
    return "\n\n".join([*parts, summary(posts)])


def _cell(text: str) -> str:
    flat = " ".join(printable(text.replace("\n", " ")).split())
    for sign in "\\|*_`[]<>#":
        flat = flat.replace(sign, "\\" + sign)
    return flat


def as_json(posts: Sequence[Checked], readings: dict[str, Any], problems: Sequence[str]) -> str:
    """Everything, for programs."""
    content = {
        "version": 1,
        "posts": [
            {"path": post.path, "findings": [_finding(post, each) for each in post.findings]}
            for post in posts
        ],
        "readings": readings,
        "problems": list(problems),
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _finding(post: Checked, finding: Finding) -> dict[str, Any]:
    found = asdict(finding)
    found["line"] = line_of(post.text, finding.quotation.span.start) if post.lines else None
    found["weight"] = ("clean", "doubtful", "wrong")[weight(finding)]
    return found


def sarif(posts: Sequence[Checked], version: str) -> str:
    """SARIF 2.1.0, as code hosts and editors read it."""
    rules = [
        {"id": str(verdict), "shortDescription": {"text": text}} for verdict, text in _RULES.items()
    ]
    results = [
        _result(post, each) for post in posts for each in post.findings if weight(each) != CLEAN
    ]
    run = {
        "tool": {"driver": {"name": "quotecheck", "version": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    content = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _result(post: Checked, finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(post.path).as_posix())}}
    if post.lines:
        location["region"] = _region(post.text, *finding.quotation.span)
    message = finding.sentence or _RULES[finding.verdict]
    return {
        "ruleId": str(finding.verdict),
        "level": "error" if weight(finding) == WRONG else "warning",
        "message": {"text": f"“{_cut(' '.join(finding.quotation.text.split()), 100)}”: {message}"},
        "locations": [{"physicalLocation": location}],
    }


def _region(text: str, start: int, end: int) -> dict[str, int]:
    return {
        "startLine": line_of(text, start),
        "startColumn": start - text.rfind("\n", 0, start),
        "endLine": line_of(text, end),
        "endColumn": end - text.rfind("\n", 0, end),
    }
