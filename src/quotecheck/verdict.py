"""Differences -> verdict, with reasons that a student can read."""

from __future__ import annotations

from collections.abc import Sequence

from .types import Change, Placing, Verdict, Wording

Reason = tuple[str, dict[str, str]]

_MOST_TOLD = 5
_MOST_NAMED = 4  # readings that a citation may mean
_SENTENCES = {
    "not_found": "These words were not found in the readings.",
    "unsearched": "Readings that could not be searched: {count}.",
    "verbatim": "Word for word as in the reading.",
    "edited": "As in the reading, but for the changes that are marked.",
    "altered": "The wording differs from the reading.",
    "dropped": "Left out without a mark: “{source}”.",
    "added": "Not in the reading: “{quote}”.",
    "changed": "“{quote}” stands for “{source}” in the reading.",
    "more_changes": "There are {count} more differences.",
    "swallows_negation": "What is left out or replaced at “{mark}” holds a negation.",
    "cut_in": "Left out where the speech is cut into: “{source}”.",
    "far_apart": "The passages joined by “{mark}” stand far apart.",
    "misread": "The scan of the reading has “{source}” for “{quote}”; that is no fault of yours.",
    "wrong_page": "It stands on page {page}, not on the page cited.",
    "wrong_reading": "It stands in {title}, not in the reading cited.",
    "wrong_reading_page": "It stands in {title}, page {page}, not in the reading cited.",
    "unknown_work": "The work cited, “{cited}”, is none of the readings.",
    "ambiguous": "“{cited}” may mean several readings: {readings}.",
    "cited_unsearched": "The reading cited, {title}, could not be searched.",
    "stands_in": "The words stand in {title}.",
    "stands_in_page": "The words stand in {title}, page {page}.",
    "perhaps": "“{cited}” may mean {readings}.",
    "unknown_author": "{cited} is the author of none of the readings.",
    "translated": "A translation, which is not compared with the original.",
    "other_language": "In another language than {title}: a translation is not compared with it.",
    "one_more_place": "The same words stand in one more place.",
    "several_places": "The same words stand in {count} more places.",
}
_GRAVE = {
    "negation": "This changes a negation.",
    "number": "This changes a number.",
    "name": "This changes a name.",
    "date": "This changes a date.",
}
_OPS = {"delete": "dropped", "insert": "added", "replace": "changed"}


def wording(found: Sequence[Change]) -> Wording:
    """Verbatim, edited or altered."""
    if any(change.op != "mark" for change in found):
        return Wording.ALTERED
    return Wording.EDITED if found else Wording.VERBATIM


def verdict(words: Wording, placing: Placing) -> Verdict:
    """One word for both: wrong words weigh more than a wrong page."""
    if words is Wording.NOT_FOUND:
        return Verdict.NOT_FOUND
    if words is Wording.ALTERED:
        return Verdict.ALTERED
    if placing is Placing.WRONG_PAGE:
        return Verdict.MISPLACED
    if placing is Placing.WRONG_READING:
        return Verdict.ELSEWHERE
    return Verdict.VERBATIM if words is Wording.VERBATIM else Verdict.EDITED


def explain(
    words: Wording,
    placing: Placing,
    found: Sequence[Change],
    *,
    title: str = "",
    pages: Sequence[str] = (),
    unsearched: int = 0,
    others: int = 0,
    misread: Sequence[tuple[str, str]] = (),
    cited: str = "",
    among: Sequence[str] = (),
    closed: str = "",
    author: str = "",
) -> tuple[tuple[Reason, ...], str]:
    """The reasons as data, and the sentences that say them.

    ``title`` and ``pages`` are those of the place ("" where there is none), ``cited`` is the
    citation as written, ``among`` are the titles of the readings that it may mean, ``closed`` is
    the title of the reading cited when that could not be searched, ``author`` is whom the sentence
    merely names.
    """
    reasons: list[Reason] = [(words.value, {})]
    if unsearched:
        reasons.append(("unsearched", {"count": str(unsearched)}))
    reasons += _of_changes(found)
    reasons += [("misread", {"quote": q, "source": s}) for q, s in misread[:_MOST_TOLD]]
    reasons += _of_place(placing, title, pages)
    reasons += _of_citation(placing, title, pages, " ".join(cited.split()), among, closed, author)
    if others:
        code = "several_places" if others > 1 else "one_more_place"
        reasons.append((code, {"count": str(others)}))
    return tuple(reasons), " ".join(map(say, reasons))


def say(reason: Reason) -> str:
    """One reason as a sentence in English."""
    code, parameters = reason
    sentence = _SENTENCES[code].format(**parameters)
    grave = _GRAVE.get(parameters.get("grave", ""))
    return f"{sentence} {grave}" if grave else sentence


def _of_changes(found: Sequence[Change]) -> list[Reason]:
    unmarked = [change for change in found if change.op != "mark"]
    # The grave ones must not be cut off.
    unmarked.sort(key=lambda change: not change.grave)
    reasons: list[Reason] = [
        (
            _OPS[change.op],
            {"quote": change.quote_text, "source": change.source_text, "grave": change.grave},
        )
        for change in unmarked[:_MOST_TOLD]
    ]
    if len(unmarked) > _MOST_TOLD:
        reasons.append(("more_changes", {"count": str(len(unmarked) - _MOST_TOLD)}))
    reasons += [(c.unfair, {"mark": c.quote_text}) for c in found if c.unfair]
    reasons += [
        ("cut_in", {"source": c.source_text})
        for c in found
        if c.op == "mark" and c.source_text and not c.quote_text
    ]
    return reasons


def _of_citation(
    placing: Placing,
    title: str,
    pages: Sequence[str],
    cited: str,
    among: Sequence[str],
    closed: str,
    author: str,
) -> list[Reason]:
    """What is to be said of a citation that names no reading, several, or a closed one."""
    if among:
        named = "; ".join(among[:_MOST_NAMED])
        more = "; …" if len(among) > _MOST_NAMED else ""
        code = "ambiguous" if len(among) > 1 else "perhaps"
        reason = (code, {"cited": cited, "readings": named + more})
    elif placing is Placing.UNKNOWN_WORK and author:
        reason = ("unknown_author", {"cited": author})
    elif placing is Placing.UNKNOWN_WORK:
        reason = ("unknown_work", {"cited": cited})
    elif closed:
        reason = ("cited_unsearched", {"title": closed})
    else:
        return []
    if not title:
        return [reason]
    page = _from_to(pages)
    return [reason, ("stands_in_page" if page else "stands_in", {"title": title, "page": page})]


def _from_to(pages: Sequence[str]) -> str:
    return "–".join(dict.fromkeys([*pages[:1], *pages[-1:]]))


def _of_place(placing: Placing, title: str, pages: Sequence[str]) -> list[Reason]:
    page = _from_to(pages)
    if placing is Placing.WRONG_PAGE:
        return [("wrong_page", {"title": title, "page": page})]
    if placing is Placing.WRONG_READING:
        code = "wrong_reading_page" if page else "wrong_reading"
        return [(code, {"title": title, "page": page})]
    return []
