"""People's names: as a title page has them, and as a bibliography sorts them."""

from __future__ import annotations

import re
from typing import Any

Name = dict[str, str]

_PARTICLES = frozenset(
    [
        "af", "al", "bin", "da", "das", "de", "dei", "del", "della", "den", "der", "des", "di",
        "do", "dos",
        "du", "el", "la", "le", "te", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
        "фон",
    ]
)  # fmt: skip
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_BODY = re.compile(
    r"\b(?:committee|commission|institute|university|council|ministry|office|society|association|"
    r"press|group|bureau|archives?|museum|union|party|department|board|academy|organi[sz]ation|"
    r"nations|agency|fund|congress|parliament|government|library|cent(?:re|er)|foundation|"
    r"federation|league|secretariat|embassy|collective|college|school)\b",
    re.IGNORECASE,
)


def names_from(text: str) -> list[Name]:
    """ "Polly Jones; Müller, Hans" as names; what names no person is kept whole."""
    return [name_from(part) for one in text.split(";") if (part := one.strip())]


def name_from(text: str) -> Name:
    """One name, "Given Family" or "Family, Given"."""
    text = " ".join(text.split())
    if "," in text:
        parts = [part.strip() for part in text.split(",")]
        family, given = parts[0], parts[-1]
        name = {"family": family, "given": given}
        if len(parts) > 2:
            name["suffix"] = parts[1]
        return {key: value for key, value in name.items() if value}
    words = text.split(" ")
    if len(words) == 1:
        return {"family": text}
    if _BODY.search(text):
        return {"literal": text}
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    name = {"family": " ".join(words[at:]), "given": " ".join(words[:at])}
    return {**name, "suffix": suffix} if suffix else name


def name_text(name: Name) -> str:
    """As on a title page."""
    if name.get("literal"):
        return name["literal"]
    family = " ".join(
        part for key in ("non-dropping-particle", "family") if (part := name.get(key, ""))
    )
    given = " ".join(part for key in ("given", "dropping-particle") if (part := name.get(key, "")))
    return " ".join(part for part in (given, family, name.get("suffix", "")) if part)


def names_text(names: Any) -> str:
    """ "Polly Jones; Hans Müller"."""
    return "; ".join(text for name in names or [] if (text := name_text(name)))


def sorting_text(name: Name) -> str:
    """ "Jones, Polly", as BibTeX and RIS have it."""
    if name.get("literal"):
        return name["literal"]
    family = " ".join(
        part
        for key in ("dropping-particle", "non-dropping-particle", "family")
        if (part := name.get(key, ""))
    )
    parts = (family, name.get("suffix", ""), name.get("given", ""))
    return ", ".join(part for part in parts if part)
