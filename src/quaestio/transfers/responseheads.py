"""Where the responses of a blog page begin: their common heading, and the head of each.

A line like "Jones says:" may begin a response or stand in one. What settles it, in this order: the
printed number, the date that the other heads have, the indentation, the count in the heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quaestio.transfers import furniture
from quaestio.transfers.blogdates import FoundDate, date_at, find_date
from quaestio.transfers.pagetext import Line, letters_of

# --- the heading -------------------------------------------------------------------------------

_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "no zero keine kein aucun aucune ningún ninguna sin нет",
            "one a an ein eine un une una один",
            "two zwei deux dos",
            "three drei trois tres",
            "four vier quatre cuatro",
            "five fünf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete",
            "eight acht huit ocho",
            "nine neun neuf nueve",
            "ten zehn dix diez",
        )
    )
    for word in words.split()
}
_NOUN = (
    r"(?:responses?|comments?|repl(?:y|ies)|thoughts?|answers?|reactions?|antwort(?:en)?"
    r"|kommentare?|gedanken?|réponses?|commentaires?|réflexions?|respuestas?|comentarios?"
    r"|pensamientos?|rispost[ae]|comment[oi]|ответ(?:а|ов)?|комментари(?:й|я|ев))"
)
_COUNT = r"(?P<count>\d{1,5}|" + "|".join(_NUMBERS) + ")"
_HEADING = re.compile(
    rf"{_COUNT} {_NOUN}(?: so far| yet)?"
    r"(?:\s*(?:to|on|for|in|auf|zu|à|sur|a|en|к|на|:)\s+(?P<title>\S.*?))?\s?[.:»↓]?",
    re.I,
)
_HEADING_COUNT_LAST = re.compile(
    rf"{_NOUN}(?: (?:to|on) (?P<title>\S.*?))?\s*[:(\[]\s*(?P<count>\d{{1,5}})[)\]]?", re.I
)
_HEADING_BARE = re.compile(
    r"(?:responses|comments|replies|antworten|kommentare|discussion):?", re.I
)
_QUOTES = "“”„\"'‘’«»"


@dataclass(frozen=True, slots=True)
class Heading:
    index: int
    count: int | None
    title: str


def find_heading(lines: Sequence[Line], form: int) -> Heading | None:
    """The likeliest line; of equals the first. ``form`` is where the reply form begins."""
    titles = {letters_of(line.text) for line in lines[:form] if len(line.text) <= 500}
    best: Heading | None = None
    best_score = 1
    for index, line in enumerate(lines):
        heading = _as_heading(line, index)
        if heading:
            score = _heading_score(lines, heading, titles, form)
            if score > best_score:
                best, best_score = heading, score
    return best


def _as_heading(line: Line, index: int) -> Heading | None:
    text = line.text
    if len(text) > 600 or line.hint in {"widget", "navigation"}:
        return None
    found = _HEADING.fullmatch(text) or _HEADING_COUNT_LAST.fullmatch(text)
    if found:
        word = found["count"].lower()
        count = int(word) if word.isdigit() else _NUMBERS[word]
        return Heading(index, count, (found["title"] or "").strip())
    if _HEADING_BARE.fullmatch(text):
        return Heading(index, None, "")
    return None


def _heading_score(lines: Sequence[Line], heading: Heading, titles: set[str], form: int) -> int:
    score = 0
    if heading.title:
        score += 3 * (letters_of(heading.title) in titles)
        score += 2 * (heading.title[0] in _QUOTES and heading.title[-1] in _QUOTES)
    if any(_head_at(lines, at) for at in range(heading.index + 1, heading.index + 4)):
        score += 4
    if heading.count == 0 and heading.index + 3 >= min(form, len(lines)):
        score += 2
    if heading.count and not heading.title and lines[heading.index].hint in {"title", "head"}:
        score = 0
    return score


# --- the head of one response ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """The lines ``first`` to ``end`` (exclusive) that say whose response begins here.

    ``mark`` is the printed number ("3", "3.1", "a") and ``level`` how deep it puts the response;
    ``indent`` is the column of the mark, ``column`` that of the name. ``date`` is the date as
    printed, ``rest`` what stands on the line after the name, ``answers`` a name after "in reply
    to". ``sure`` comes from the page's source; ``doubtful`` asks for a look. ``below`` are the
    lines of a byline that stands under the text, as in "Comment by Ada — May 1, 2006".
    """

    first: int
    end: int
    name: str
    mark: str = ""
    level: int = 0
    indent: int = 0
    column: int = 0
    posted: datetime | None = None
    date: str = ""
    says: bool = False
    dated: bool = False
    timed: bool = False
    sure: bool = False
    rest: str = ""
    answers: str = ""
    doubtful: bool = False
    below: tuple[int, int] = (0, 0)


_MARK = re.compile(
    r"(?:(?P<mark>\d{1,4}(?:\.\d{1,3})*)[.)]?(?=\s)|#(?P<hash>\d{1,4})[:.]?|(?P<letter>[a-z])[.)]"
    r"|[•*◦▪‣·o–—-])\s+"
)
_SAYS = re.compile(
    r"(?P<name>\S.{0,79}?)\s+(?:says|said|writes|wrote|sagt|sagte|schreibt|schrieb|a dit|dit|dice"
    r"|dijo|ha scritto|scrive|пишет|говорит|написала?)"
    r"(?: in (?:reply|response) to (?P<answers>[^:]{1,60}))?"
    r"\s?:\s*(?P<rest>.*)",
    re.I,
)
_ROLE = re.compile(r"\s*[(\[]?(?:post author|author|instructor|admin)[)\]]\s*$", re.I)
_BY = re.compile(r"(?:comment (?:by|from)|posted by|by|von|from)\s+", re.I)
_BETWEEN = re.compile(r"\s*(?:\bon|\bam|\ble|\bel|[|·•,(–—-]|//)?\s*$", re.I)
_IN_REPLY = re.compile(r"(?:in reply to|replying to|@) ?(?P<name>[^.:?!]{1,60})\.?:?", re.I)
_LINKS = re.compile(
    r"[\s|·•,()#—–-]*(?:(?:permalink|reply|edit|link|log in to reply|said|says|wrote|#)"
    r"[\s|·•,:()#—–-]*)*",
    re.I,
)
_NO_NAME = re.compile(
    r"(?:he|she|it|they|one|who|i|we|you|this|that|the|as|and|but|for|when|which|what|if|so|in|on"
    r"|at|because|while|also)\b",
    re.I,
)


def _head_at(lines: Sequence[Line], index: int) -> Head | None:
    """The head that begins on this line, if it reads like one; `find_heads` decides."""
    if index >= len(lines) or len(lines[index].text) > 2000:
        return None
    line = lines[index]
    text, mark, level = _without_mark(line.text)
    if not text:
        return None
    column = line.indent + len(line.text) - len(text)
    sure = line.hint == "head"
    blank = Head(index, index + 1, "", mark, level, line.indent, column, sure=sure)
    if furniture.is_date_line(line.text) and index + 1 < len(lines):
        return _under_date(lines, blank)
    head = _with_says(text, blank) or _with_date(text, blank) or _over_date(lines, text, blank)
    if head is None and blank.sure:
        head = replace(blank, name=_ROLE.sub("", re.sub(r"\s+says:?$", "", text)))
    return _with_lines_below(lines, head) if head else None


def _without_mark(text: str) -> tuple[str, str, int]:
    found = _MARK.match(text)
    if found is None:
        return text, "", 0
    mark = found["mark"] or found["hash"] or found["letter"] or ""
    level = mark.count(".") + (found["letter"] is not None)
    return text[found.end() :], mark, level


def _with_says(text: str, head: Head) -> Head | None:
    found = _SAYS.fullmatch(text)
    if found is None:
        return None
    date = find_date(found["name"])
    name = _BETWEEN.sub("", found["name"][: date.start]) if date else found["name"]
    if date and date.start == 0:
        name = found["name"][date.end :].strip(" ,|–—-")
    rest = found["rest"]
    if not date:
        date = date_at(rest)
        if date and _LINKS.fullmatch(rest, date.end):
            rest = ""
        else:
            date = None
    if not _is_name(name) or (rest and not head.mark.isdigit()):
        return None
    named = replace(head, name=_clean(name), says=True, rest=rest, answers=found["answers"] or "")
    return _dated(named, date)


def _with_date(text: str, head: Head) -> Head | None:
    """NAME on DATE, DATE by NAME, alone on the line."""
    date = find_date(text) if len(text) <= 160 else None
    if date is None or not _LINKS.fullmatch(text, date.end):
        return None
    before = _BETWEEN.sub("", text[: date.start])
    name = _BY.sub("", before, count=1)
    if (
        not name
        or not _is_name(name)
        or (before == text[: date.start].rstrip() and not date.has_time)
    ):
        return None
    return _dated(replace(head, name=_clean(name)), date)


def _under_date(lines: Sequence[Line], head: Head) -> Head | None:
    """The date on one line, "NAME says:" on the next."""
    date = find_date(lines[head.first].text)
    below = replace(head, end=head.end + 1, indent=lines[head.end].indent)
    named = _with_says(lines[head.end].text, below)
    if named is None or named.dated or named.rest:
        return None
    return _dated(named, date)


def _over_date(lines: Sequence[Line], text: str, head: Head) -> Head | None:
    """NAME on one line, the date on the next."""
    after = head.first + 1
    if after < len(lines) and lines[after].text.lower() in {"says:", "said:", "says"}:
        after += 1
    if after >= len(lines) or not furniture.is_date_line(lines[after].text):
        return None
    name = _BY.sub("", text, count=1)
    if not _is_name(name) or text.endswith((".", "?", "!", ";", ",", ":")):
        return None
    if furniture.kind_of(text, furniture.Zone.RESPONSES):
        return None
    bare = re.sub(r"\s+says$", "", name)
    says = after > head.first + 1 or bare != name
    return replace(head, name=_clean(bare), says=says, end=after)


def _is_name(name: str) -> bool:
    words = name.split()
    if not words or len(words) > 7 or len(name) > 60 or not any(map(str.isalnum, name)):
        return False
    if re.search(r"[?!;:…“”\"]|[^.\s]{4,}\.\s", name):
        return False
    lower = len(words) > 1 and _NO_NAME.match(name) is not None and not words[-1][0].isupper()
    return not lower and not (len(words) == 1 and _PRONOUN.fullmatch(name))


_PRONOUN = re.compile(r"he|she|it|they|who|one|and|that|this|also", re.I)


def _clean(name: str) -> str:
    return _ROLE.sub("", name).strip(" ,|·•–—")


def _dated(head: Head, date: FoundDate | None) -> Head:
    if date is None:
        return head
    return replace(head, posted=date.when, date=date.text, dated=True, timed=date.has_time)


def _with_lines_below(lines: Sequence[Line], head: Head) -> Head:
    """Takes in the date, "says:" and "in reply to" that stand under the name."""
    for index in range(head.end, min(head.end + 4, len(lines))):
        text = lines[index].text
        answers = _IN_REPLY.fullmatch(text)
        if not head.dated and furniture.is_date_line(text):
            head = _dated(head, find_date(text))
        elif text.lower() in {"says:", "said:"}:
            head = replace(head, says=True)
        elif answers and not head.answers:
            head = replace(head, answers=answers["name"].strip())
        else:
            break
        head = replace(head, end=index + 1)
    return head


# --- which of them are heads -------------------------------------------------------------------

_SURE, _LIKELY, _DOUBTFUL, _UNLIKELY = 4, 3, 2, 1


def find_heads(lines: Sequence[Line], start: int, heading: Heading | None) -> list[Head]:
    """The heads of the responses, in order."""
    candidates = _candidates(lines, start)
    if heading is None:
        # Without a heading only what is printed like a head counts.
        candidates = [head for head in candidates if head.says or head.timed or head.sure]
    if not candidates or (heading and heading.count == 0):
        return []
    if all(_FROM_BELOW.match(lines[head.first].text) for head in candidates):
        return _from_below(lines, start, candidates)
    scored = _score(lines, candidates)
    wanted = None
    if heading and heading.count is not None:
        wanted = heading.count - _links_in(lines, start)
    return _chosen(_less_the_cited(lines, start, scored, wanted), wanted)


_FROM_BELOW = re.compile(r"comment (?:by|from) ", re.I)


def _from_below(lines: Sequence[Line], start: int, bylines: Sequence[Head]) -> list[Head]:
    """Old themes print the byline under the text: each response begins where the last ended."""
    heads = []
    for number, byline in enumerate(bylines, 1):
        text, mark, _level = _without_mark(lines[start].text)
        own = start < byline.first and mark == str(number)
        heads.append(
            replace(
                byline,
                first=start,
                end=start + own,
                mark=mark if own else "",
                indent=lines[start].indent,
                column=lines[start].indent,
                rest=text if own else "",
                below=(byline.first, byline.end),
            )
        )
        start = byline.end
    return heads


def _less_the_cited(
    lines: Sequence[Line], start: int, scored: list[tuple[int, Head]], wanted: int | None
) -> list[tuple[int, Head]]:
    """More heads than the heading counts: "Jones says:" is doubtful where the post cites Jones."""
    surplus = sum(score >= _LIKELY for score, _head in scored) - (wanted or 0)
    if wanted is None or surplus <= 0:
        return scored
    cited = {word for line in lines[:start] for word in re.findall(r"\w+", line.text)}
    doubted = {
        at
        for at, (score, head) in enumerate(scored)
        if at and score == _LIKELY and set(re.findall(r"\w{2,}", head.name)) <= cited
    }
    if not 0 < len(doubted) <= surplus:
        return scored
    return [(_UNLIKELY if at in doubted else one[0], one[1]) for at, one in enumerate(scored)]


def _candidates(lines: Sequence[Line], start: int) -> list[Head]:
    found: list[Head] = []
    index = start
    while index < len(lines):
        if found and _is_over(lines[index]):
            break
        head = None if lines[index].hint in {"widget", "navigation"} else _head_at(lines, index)
        if head:
            found.append(head)
        index = head.end if head else index + 1
    if any(head.sure for head in found):
        return [head for head in found if head.sure]
    return found


def _is_over(line: Line) -> bool:
    return line.hint in {"reply form", "page footer"} or (
        furniture.starts_form(line.text) and "cancel reply" not in line.text.lower()
    )


def _links_in(lines: Sequence[Line], start: int) -> int:
    return sum(
        1
        for line in lines[start:]
        if re.match(r"(?:\d+\. )?(?:pingback|trackback)\b", line.text, re.I)
    )


def _score(lines: Sequence[Line], candidates: Sequence[Head]) -> list[tuple[int, Head]]:
    """How sure each one is, judged by what the first one looks like."""
    model = candidates[0]
    levels: list[tuple[int, int]] = []  # indent and last number of the open lists
    scored: list[tuple[int, Head]] = []
    body = -1
    last = model
    for head in candidates:
        if scored:
            body = _body_indent(lines, last, head)
        score = _score_one(lines, head, model, last, body, levels)
        scored.append((score, head))
        if score >= _DOUBTFUL:
            last = head
    return scored


def _body_indent(lines: Sequence[Line], last: Head, head: Head) -> int:
    return lines[last.end].indent if last.end < head.first else -1


def _score_one(
    lines: Sequence[Line],
    head: Head,
    model: Head,
    last: Head,
    body: int,
    levels: list[tuple[int, int]],
) -> int:
    if head.sure or head is model:
        _number(head, levels)
        return _SURE
    if (model.dated and not head.dated) or (model.timed and not head.timed):
        return _UNLIKELY
    if model.says and not head.says:
        return _UNLIKELY
    if head.mark:
        return max(_number(head, levels), _SURE if model.timed else 0)
    if model.timed or furniture.kind_of(lines[head.first - 1].text, furniture.Zone.RESPONSES):
        return _SURE
    return _score_unnumbered(lines, head, model, last, body)


def _number(head: Head, levels: list[tuple[int, int]]) -> int:
    """Whether the printed number continues a list that is open at this indentation."""
    if not head.mark.isdigit():
        return _LIKELY
    number = int(head.mark)
    while levels and levels[-1][0] > head.indent + 1:
        levels.pop()
    if levels and abs(levels[-1][0] - head.indent) <= 1:
        expected = levels[-1][1] + 1
        if number >= expected:
            levels[-1] = (head.indent, number)
            return _SURE if number == expected else _LIKELY
        return _DOUBTFUL
    levels.append((head.indent, number))
    return _LIKELY if number == 1 else _DOUBTFUL


def _score_unnumbered(lines: Sequence[Line], head: Head, model: Head, last: Head, body: int) -> int:
    if body >= 0 and head.indent > body + 1:
        return _LIKELY
    if body > last.indent + 1 and head.indent <= last.indent + 1:
        return _LIKELY
    if model.mark or (body > last.indent + 1 and head.indent >= body):
        return _UNLIKELY
    return _LIKELY if lines[head.first].blank_before else _UNLIKELY


def _chosen(scored: Sequence[tuple[int, Head]], wanted: int | None) -> list[Head]:
    """All likely ones; where the heading gives a count, doubtful ones fill up or fall away."""
    order = sorted(range(len(scored)), key=lambda at: (-scored[at][0], at))
    likely = sum(score >= _LIKELY for score, _head in scored)
    take = sum(score >= _DOUBTFUL for score, _head in scored)
    if wanted is not None:
        take = min(max(likely, wanted), len(scored))
    taken = sorted(order[:take])
    return [replace(scored[at][1], doubtful=scored[at][0] <= _UNLIKELY) for at in taken]
