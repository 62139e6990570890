"""Reads a class blog page, copied from a browser or saved from it, into dataclasses.

Nothing is stored and nothing is thrown away: each line of the input becomes part of the title, the
context or a response, or is named as furniture, or is kept in ``left_over`` with the reason.
Read `parse` first: the page is cut at the heading of the responses and at the reply form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from quaestio.discussions.asking import FoundQuestion, find_questions
from quaestio.transfers import furniture
from quaestio.transfers.blogdates import date_at, find_date
from quaestio.transfers.furniture import Zone
from quaestio.transfers.pagetext import Line, PageRefused, Sentence, decode, letters_of, lines_of
from quaestio.transfers.responseheads import Head, Heading, find_heading, find_heads

__all__ = [
    "ClassBlogPage",
    "FoundResponse",
    "Furniture",
    "LeftOver",
    "PageRefused",
    "decode",
    "describe",
    "parse",
]


def _(message: str) -> str:
    """Marks a sentence for translation; whoever shows a `Sentence` translates its template."""
    return message


@dataclass(frozen=True, slots=True)
class FoundResponse:
    """``number`` counts all responses of the page; ``parent`` is such a number, not an index.

    ``line`` is the line of the input where the response begins; ``depth`` is 0 for an answer to
    the post itself.
    """

    number: int
    name: str
    paragraphs: tuple[str, ...]
    posted: datetime | None
    parent: int | None
    depth: int
    line: int


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A line that was not understood. Somebody has to look at it."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line of the blog's own, of which kind, so that a preview can show what was set aside."""

    line: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class ClassBlogPage:
    """What was understood.

    ``lines`` accounts for the input: each line that is not blank, once, with "title", "context",
    "heading", "response", "furniture" or "left over". For a saved web page the numbers are those
    of its source.
    """

    title: str
    label: str
    context: tuple[str, ...]
    questions: tuple[FoundQuestion, ...]
    responses: tuple[FoundResponse, ...]
    category: str
    posted: datetime | None
    author: str
    left_over: tuple[LeftOver, ...]
    warnings: tuple[str, ...]
    furniture: tuple[Furniture, ...] = ()
    lines: tuple[tuple[int, str], ...] = ()


def parse(text: str) -> ClassBlogPage:
    """The page that the text is a copy of; `PageRefused` only where there is no text at all."""
    lines = lines_of(text)
    heading = find_heading(lines, _entry_end(lines))
    heads = find_heads(lines, heading.index + 1 if heading else 0, heading)
    start = heading.index if heading else (heads[0].first if heads else _entry_end(lines))
    reading = _Reading(lines)
    _read_entry(reading, start, heading)
    if heading:
        reading.use(heading.index, "heading")
    after = _read_responses(reading, start + bool(heading), heads)
    _read_tail(reading, after)
    _warn_of_counts(reading, heading, heads)
    return reading.page()


@dataclass
class _Reading:
    """The page while it is read: what has been understood so far, and of which lines."""

    lines: list[Line]
    title: str = ""
    label: str = ""
    context: list[str] = field(default_factory=list)
    responses: list[FoundResponse] = field(default_factory=list)
    category: str = ""
    posted: datetime | None = None
    author: str = ""
    left_over: list[LeftOver] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)
    uses: dict[int, str] = field(default_factory=dict)
    links_in: int = 0

    def use(self, index: int, use: str) -> None:
        self.uses[index] = use

    def set_aside(self, index: int, kind: str) -> None:
        line = self.lines[index]
        self.furniture.append(Furniture(line.number, line.text, kind))
        self.use(index, "furniture")

    def leave(self, index: int, why: str) -> None:
        line = self.lines[index]
        self.left_over.append(LeftOver(line.number, line.text, Sentence(why)))
        self.use(index, "left over")

    def warn(self, template: str, **values: object) -> None:
        self.warnings.append(Sentence(template, **values))

    def page(self) -> ClassBlogPage:
        return ClassBlogPage(
            title=self.title,
            label=self.label,
            context=tuple(self.context),
            questions=tuple(find_questions(self.context, self.title)),
            responses=tuple(self.responses),
            category=self.category,
            posted=self.posted,
            author=self.author,
            left_over=tuple(sorted(self.left_over, key=lambda kept: kept.line)),
            warnings=tuple(self.warnings),
            furniture=tuple(self.furniture),
            lines=tuple(
                (number, self.uses[index])
                for index, line in enumerate(self.lines)
                for number in line.numbers
            ),
        )


# --- the entry: title, byline, context, footer --------------------------------------------------

_LABEL = re.compile(
    r"(?:(?:week|unit|session|class|day|module|chapter)\s*#?\d{1,3}\s*[:,–—-]?\s*)?"
    r"(?:(?:reading )?discussion(?: (?:questions?|qs?|prompts?|topics?))?|dqs?"
    r"|questions? (?:for|of|to) (?:the )?"
    r"(?:discussion|week|day|class)|(?:class|reading|blog) questions?|prompt|questions?"
    r"|diskussionsfragen?|frage zur diskussion|questions? (?:de|pour la) discussion"
    r"|preguntas? (?:para|de) (?:la |el )?(?:discusión|debate)|вопросы? для обсуждения)"
    r"\s*(?:#|no\.? ?|nr\.? ?)?(?:\d{1,3}|[ivx]{1,4}|one|two|three|four|five)?"
    r"(?:\s*\([^)]{1,40}\))?\s*(?::|\s[–—-]|–|—)\s*",
    re.I,
)
_LONGEST_TITLE = 400


def _entry_end(lines: Sequence[Line]) -> int:
    """Where the reply form begins, if the page has one; else the end of the page.

    "Leave a comment" alone is weak: it is also a link above many a post.
    """
    weak = len(lines)
    for index, line in enumerate(lines):
        text = furniture.bare(line.text)
        if line.hint == "reply form" or furniture.surely_starts_form(text):
            return weak if weak < index <= weak + 4 else index
        if index and furniture.starts_form(text):
            weak = index
    prose_below = any(len(line.text) > 160 for line in lines[weak + 1 :])
    return len(lines) if prose_below else weak


def _read_entry(reading: _Reading, end: int, heading: Heading | None) -> None:
    title = _find_title(reading.lines, end, heading.title if heading else "")
    _read_masthead(reading, title if title is not None else 0)
    if title is None:
        reading.warn(_("No title was found."))
    else:
        reading.label, reading.title = _split_label(reading.lines[title].text)
        reading.use(title, "title")
    _read_body(reading, 0 if title is None else title + 1, end)


def _split_label(text: str) -> tuple[str, str]:
    found = _LABEL.match(text)
    if found is None or found.end() == len(text):
        return "", text
    rest = text[found.end() :]
    return found.group().strip().rstrip(":–—- "), rest[:1].upper() + rest[1:]


def _find_title(lines: Sequence[Line], end: int, announced: str) -> int | None:
    """By the source, by what the heading of the responses repeats, by its label, by its place."""
    within = range(min(end, len(lines)))
    if announced:
        wanted = letters_of(announced)
        for index in within:
            if _same_title(letters_of(lines[index].text), wanted):
                return index
    tests: tuple[Callable[[int], bool], ...] = (
        lambda index: lines[index].hint == "title",
        lambda index: _has_label(lines[index].text),
        lambda index: _stands_over_byline(lines, index, end),
        lambda index: _may_be_title(lines[index]),
    )
    for test in tests:
        for index in within:
            if test(index):
                return index
            if test is tests[-1] and not _is_masthead(lines[index]):
                return None
    return None


def _same_title(line: str, wanted: str) -> bool:
    """Themes cut long titles short in the heading."""
    return bool(wanted) and (line == wanted or (len(wanted) > 30 and line.startswith(wanted)))


def _has_label(text: str) -> bool:
    found = _LABEL.match(text) if len(text) <= _LONGEST_TITLE else None
    return found is not None and found.end() < len(text)


def _stands_over_byline(lines: Sequence[Line], index: int, end: int) -> bool:
    if index + 1 >= end or not _may_be_title(lines[index]):
        return False
    below = lines[index + 1].text
    return furniture.is_byline(below) and find_date(below) is not None


def _may_be_title(line: Line) -> bool:
    return len(line.text) <= _LONGEST_TITLE and not _is_masthead(line)


def _is_masthead(line: Line) -> bool:
    if line.hint in {"navigation", "site header"}:
        return True
    return bool(furniture.kind_of(line.text, Zone.BEFORE)) or furniture.is_byline(line.text)


def _read_masthead(reading: _Reading, title: int) -> None:
    """Above the title: the blog's name and menus."""
    kinds = [_kind(line, Zone.BEFORE) for line in reading.lines[:title]]
    has_menu = "site header" in kinds
    for index, kind in enumerate(kinds):
        line = reading.lines[index]
        if kind or line.text.casefold() == "uncategorized":
            _note_footer(reading, line.text, kind)
            reading.set_aside(index, kind or "byline")
        elif furniture.is_byline(line.text):
            _take_byline(reading, index)
        elif has_menu and len(line.text) <= 80 and furniture.is_widget_item(line.text):
            reading.set_aside(index, "site header")
        else:
            reading.leave(index, _("It stands above the title."))


def _kind(line: Line, zone: Zone) -> str:
    if line.hint and line.hint not in {"title", "head"}:
        return line.hint
    return furniture.kind_of(line.text, zone)


def _read_body(reading: _Reading, start: int, end: int) -> None:
    """Byline, then paragraphs, then the footer; what follows the footer is not context."""
    over = False
    for index in range(start, end):
        line = reading.lines[index]
        kind = _kind(line, Zone.ENTRY)
        if (
            start < index
            and furniture.is_key(reading.lines[index - 1].text)
            and len(line.text) < 80
        ):
            _take_byline(reading, index, reading.lines[index - 1].text)
        elif furniture.is_key(line.text) and index + 1 < end:
            reading.set_aside(index, "byline")
            over = over or bool(reading.context)
        elif not reading.context and not kind and _is_top_line(reading, index):
            _take_byline(reading, index)
        elif reading.context and line.text.casefold() in {"related", "related posts"}:
            reading.set_aside(index, "widget")
            over = True
        elif over and _names_neighbour(reading.lines[index - 1].text) and len(line.text) < 160:
            reading.set_aside(index, "navigation")
        elif kind:
            _note_footer(reading, line.text, kind)
            reading.set_aside(index, kind)
            over = over or bool(reading.context and kind in {"entry footer", "navigation"})
        elif over:
            reading.leave(index, _("It stands below the end of the post."))
        elif letters_of(line.text) == letters_of(reading.title) and not reading.context:
            reading.set_aside(index, "title again")
        else:
            reading.context.append(line.text)
            reading.use(index, "context")


def _is_top_line(reading: _Reading, index: int) -> bool:
    text = reading.lines[index].text
    if furniture.is_byline(text) or _is_comment_count(text):
        return True
    above = index > 0 and furniture.is_byline(reading.lines[index - 1].text)
    return above and re.fullmatch(r"in [^.?!,;]{1,40}", text, re.I) is not None


def _is_comment_count(text: str) -> bool:
    return (
        re.fullmatch(r"(?:\d{1,4}|no) (?:comments?|responses?|replies|reply)", text, re.I)
        is not None
    )


_WRITER = re.compile(
    r"\b(?:by|von|par|por)[: ]\s*(?P<name>[^|·•,]{1,60}?)\s*"
    r"(?=$|[|·•,→]|\.?\s*Bookmark\b|\.$|\s(?:on|in|am|le|el)\s)",
    re.I,
)


def _take_byline(reading: _Reading, index: int, key: str = "") -> None:
    """``key`` is a word like "Posted by" that stood on the line above."""
    text = f"{key} {reading.lines[index].text}".strip()
    if key.casefold().startswith("author"):
        reading.author = reading.author or reading.lines[index].text
    elif text.casefold().startswith("in "):
        reading.category = reading.category or text[3:]
    _note_facts(reading, text)
    reading.set_aside(index, "byline")


def _note_facts(reading: _Reading, text: str) -> None:
    """Day, writer and category, from the first line that says them."""
    date = find_date(text)
    if date and reading.posted is None:
        reading.posted = date.when
    by = _WRITER.search(text)
    if by and not reading.author and date_at(by["name"]) is None:
        reading.author = by["name"]
    category = _IN_CATEGORY.search(text)
    if category and not reading.category and date_at(category["category"]) is None:
        reading.category = category["category"].strip(" :,")


_IN_CATEGORY = re.compile(
    r"(?:(?:posted|filed|published)(?: on .{1,60}?)?(?: (?:in|under)| in:|:)|is filed under"
    r"|categor(?:y|ies):?|filed under:?|veröffentlicht(?: am .{1,40}?)? in|wurde unter"
    r"|publiée? (?:le .{1,40}? )?dans|publicada? en)\s+"
    r"(?P<category>[^|.·•]{1,120}?)\s*"
    r"(?=$|[|.·•]|\band tagged\b|\btagged\b|\bby\b|\bon\b|\bTags?:"
    r"|\b(?:abgelegt|veröffentlicht)\b)",
    re.I,
)


def _note_footer(reading: _Reading, text: str, kind: str) -> None:
    if text.casefold() == "uncategorized":
        reading.category = reading.category or text
    if kind == "entry footer":
        _note_facts(reading, text)


# --- the responses -----------------------------------------------------------------------------


def _read_responses(reading: _Reading, start: int, heads: Sequence[Head]) -> int:
    """Reads from the heading to the reply form; returns where the form begins."""
    first = heads[0].first if heads else None
    end = _responses_end(reading.lines, start, heads)
    for index in range(start, min(first, end) if first is not None else end):
        _read_between(reading, index, bool(heads))
    parents = _Parents()
    for number, head in enumerate(heads, 1):
        until = heads[number].first if number < len(heads) else end
        _read_response(reading, number, head, until, parents)
    return end


def _responses_end(lines: Sequence[Line], start: int, heads: Sequence[Head]) -> int:
    begin = heads[-1].end if heads else start
    for index in range(begin, len(lines)):
        line = lines[index]
        if line.hint in {"reply form", "widget", "page footer"}:
            return index
        if furniture.starts_form(line.text):
            return index
    return len(lines)


def _read_between(reading: _Reading, index: int, heads: bool) -> None:
    kind = _kind(reading.lines[index], Zone.RESPONSES | Zone.ENTRY)
    if kind:
        reading.set_aside(index, kind)
    elif _is_link_in(reading.lines[index].text):
        _leave_link_in(reading, index)
    elif heads:
        reading.leave(index, _("It stands between the heading and the first response."))
    else:
        reading.leave(index, _("It stands among the responses, but whose it is was not found."))


def _read_response(
    reading: _Reading, number: int, head: Head, until: int, parents: _Parents
) -> None:
    paragraphs = []
    for index in range(head.first, head.end):
        reading.use(index, "response")
    if head.rest:
        paragraphs.append(head.rest)
    bottom, beyond = head.below if head.below[1] else (until, until)
    for index in range(head.end, bottom):
        paragraphs.extend(_body_line(reading, index))
    for index in range(bottom, beyond):
        reading.use(index, "response")
    for index in range(beyond, until):
        _read_between(reading, index, heads=False)
    parent, depth = parents.place(number, head)
    reading.responses.append(
        FoundResponse(
            number=number,
            name=head.name,
            paragraphs=tuple(paragraphs),
            posted=head.posted,
            parent=parent,
            depth=depth,
            line=reading.lines[head.first].number,
        )
    )
    if not paragraphs:
        reading.warn(
            _("Response %(number)s (%(name)s) has no text."), number=number, name=head.name
        )


def _body_line(reading: _Reading, index: int) -> Iterable[str]:
    line = reading.lines[index]
    kind = _kind(line, Zone.RESPONSES)
    if kind:
        reading.set_aside(index, kind)
    elif _is_link_in(line.text):
        _leave_link_in(reading, index)
    else:
        reading.use(index, "response")
        yield line.text


_LINK_IN = re.compile(r"(?:\d{1,4}[.)]\s+)?(?:pingback|trackback)(?: (?:by|from))?:?\s.*", re.I)


def _is_link_in(text: str) -> bool:
    return len(text) <= 500 and _LINK_IN.fullmatch(text) is not None


def _leave_link_in(reading: _Reading, index: int) -> None:
    reading.links_in += 1
    reading.leave(index, _("It is a link from another page, not a response."))


@dataclass
class _Parents:
    """Which response each one answers: by its printed number, else by how far it is indented."""

    open: list[tuple[int, int, int]] = field(default_factory=list)  # column, level, number
    by_mark: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    depths: dict[int, int] = field(default_factory=dict)

    def place(self, number: int, head: Head) -> tuple[int | None, int]:
        parent = self._parent(head)
        depth = self.depths[parent] + 1 if parent else 0
        self.depths[number] = depth
        self.open.append((head.column, head.level, number))
        if head.mark:
            self.by_mark[head.mark] = number
        self.by_name[head.name.casefold()] = number
        return parent, depth

    def _parent(self, head: Head) -> int | None:
        """Pops what is closed by this head; what then lies on top holds it."""
        if head.answers:
            return self.by_name.get(head.answers.casefold())
        if "." in head.mark and head.mark.rpartition(".")[0] in self.by_mark:
            self._close(head)
            return self.by_mark[head.mark.rpartition(".")[0]]
        self._close(head)
        return self.open[-1][2] if self.open else None

    def _close(self, head: Head) -> None:
        while self.open and not self._holds(self.open[-1], head):
            self.open.pop()

    def _holds(self, above: tuple[int, int, int], head: Head) -> bool:
        if head.level != above[1]:
            return head.level > above[1]
        return head.column > above[0] + 1


# --- below the reply form ----------------------------------------------------------------------


def _read_tail(reading: _Reading, start: int) -> None:
    """The form, the sidebars and the foot of the page. Anything like prose is kept."""
    in_widget = False
    header = {letters_of(kept.text) for kept in reading.furniture if kept.kind == "site header"}
    for index in range(start, len(reading.lines)):
        line = reading.lines[index]
        kind = _kind(line, Zone.AFTER)
        if letters_of(line.text) in header:
            kind = "page footer"
        elif index > start and _names_neighbour(reading.lines[index - 1].text):
            kind = kind or ("navigation" if len(line.text) < 160 else "")
        if furniture.is_widget_heading(line.text):
            in_widget = True
            reading.set_aside(index, "widget")
        elif kind:
            reading.set_aside(index, kind)
        elif in_widget and furniture.is_widget_item(line.text):
            reading.set_aside(index, "widget")
        else:
            reading.leave(index, _("It stands below the responses."))


def _names_neighbour(text: str) -> bool:
    """The line below "Previous post:" is the title of that post."""
    return re.fullmatch(r"(?:previous|next)(?: (?:post|article))?:?", text, re.I) is not None


# --- what to point out -------------------------------------------------------------------------


def _warn_of_counts(reading: _Reading, heading: Heading | None, heads: Sequence[Head]) -> None:
    found = len(heads)
    if heading is None:
        if found:
            reading.warn(_("No heading like “6 Responses” was found; the responses were."))
        else:
            reading.warn(_("No responses were found."))
    elif heading.count is not None and heading.count != found + reading.links_in:
        reading.warn(
            _("The heading says %(said)s responses; %(found)s were found."),
            said=heading.count,
            found=found,
        )
    for head in heads:
        if head.dated and head.posted is None:
            reading.warn(
                _("Line %(line)s: which day “%(date)s” is cannot be told."),
                line=reading.lines[head.first].number,
                date=head.date,
            )
        if head.doubtful:
            reading.warn(
                _("Line %(line)s may belong to the response above it (“%(name)s”)."),
                line=reading.lines[head.first].number,
                name=head.name,
            )


# --- for a terminal ----------------------------------------------------------------------------


def describe(page: ClassBlogPage) -> str:
    """What was understood, in full, for someone who checks it before it is stored."""
    parts = [_describe_entry(page), _describe_questions(page), _describe_responses(page)]
    parts += [_describe_rest(page)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _describe_entry(page: ClassBlogPage) -> str:
    rows = [("Title", page.title or "(none)"), ("Label", page.label), ("Author", page.author)]
    rows += [("Posted", _day(page.posted)), ("Category", page.category)]
    rows += [("Context", _count(len(page.context), "paragraph"))]
    return "\n".join(f"{name + ':':<10} {value}" for name, value in rows if value)


def _describe_questions(page: ClassBlogPage) -> str:
    if not page.questions:
        return "Questions: none found"
    lines = ["Questions (x: offered):"]
    for number, question in enumerate(page.questions, 1):
        where = "title" if question.paragraph is None else f"paragraph {question.paragraph + 1}"
        tick = "x" if question.offered else " "
        lines.append(f"  [{tick}] {number}. {question.text}  ({where})")
    return "\n".join(lines)


def _describe_responses(page: ClassBlogPage) -> str:
    lines = [_count(len(page.responses), "response") + (":" if page.responses else "")]
    for response in page.responses:
        facts = [_count(len(response.paragraphs), "paragraph"), _day(response.posted)]
        if response.parent:
            facts.append(f"answers {response.parent}")
        said = ", ".join(fact for fact in facts if fact)
        lines.append(f"  {'  ' * response.depth}{response.number}. {response.name} ({said})")
        lines += [f"     {'  ' * response.depth}{_short(text)}" for text in response.paragraphs]
    return "\n".join(lines)


def _describe_rest(page: ClassBlogPage) -> str:
    lines = [f"Note: {warning}" for warning in page.warnings]
    lines.append(_count(len(page.furniture), "line") + " of the blog's own set aside")
    if page.left_over:
        lines.append("Left over, to be looked at:")
        lines += [
            f"  line {left.line}: {_short(left.text)}  ({left.why})" for left in page.left_over
        ]
    else:
        lines.append("Nothing left over")
    return "\n".join(lines)


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if when else ""


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number == 1 else 's'}"


def _short(text: str, width: int = 90) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
