"""The dates that blog themes print, in a handful of languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

# The first three or four letters tell the months of these languages apart.
_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january januar jänner janvier enero gennaio января",
        "february februar février fevrier febrero febbraio февраля",
        "march märz maerz mars marzo марта",
        "april avril abril aprile апреля",
        "may mai mayo maggio мая",
        "june juni juin junio giugno июня",
        "july juli juillet julio luglio июля",
        "august août aout agosto августа",
        "september sept septembre septiembre settembre сентября",
        "october oktober octobre octubre ottobre октября",
        "november novembre noviembre ноября",
        "december dezember décembre decembre diciembre dicembre декабря",
    ),
    1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number
_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
for _number, _name in enumerate(_SHORT.split(), 1):
    _MONTHS[_name] = _number

_WEEKDAY = r"(?:[^\W\d_]{3,12}\.?,?\s+)?"
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TIME = (
    r"(?:,?\s*(?:at|um|à|a las|alle|в|@|-|–|\|)?\s*"
    r"(?P<hour{n}>\d{{1,2}})\s?(?:[:.]|h\s?)(?P<minute{n}>\d{{2}})(?:\s?min)?(?::\d{{2}})?"
    r"\s*(?P<half{n}>[ap]\.?m\.?)?(?:\s?(?:uhr|UTC|GMT))?)?"
)
_SHAPES = (
    rf"(?P<month0>{_MONTH})\.?\s+(?P<day0>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year0>\d{{4}})",
    rf"(?P<day1>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?(?P<month1>{_MONTH})\.?,?\s+"
    r"(?:de\s+)?(?P<year1>\d{4})",
    r"(?P<year2>\d{4})[-/.](?P<month2>\d{1,2})[-/.](?P<day2>\d{1,2})(?:T(?=\d))?",
    r"(?P<day3>\d{1,2})\.(?P<month3>\d{1,2})\.(?P<year3>\d{4})",
    r"(?P<left4>\d{1,2})/(?P<right4>\d{1,2})/(?P<year4>\d{4})",
)
_AGO = r"(?:an?|\d{1,3}|one|two)\s+(?:minute|hour|day|week|month|year)s?\s+ago"
_DATE = re.compile(
    _WEEKDAY
    + "(?:"
    + "|".join(shape + _TIME.format(n=n) for n, shape in enumerate(_SHAPES))
    + rf"|(?P<ago>{_AGO}))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a line. ``when`` is None where it names no one day (3/4/2014, "2 years ago")."""

    start: int
    end: int
    when: datetime | None
    has_time: bool
    text: str


def date_at(text: str, start: int = 0) -> FoundDate | None:
    """The date that begins exactly at ``start``."""
    found = _DATE.match(text, start)
    return _understood(found) if found else None


def find_date(text: str) -> FoundDate | None:
    """The first date anywhere in a line."""
    found = _DATE.search(text)
    return _understood(found) if found else None


def _understood(found: re.Match[str]) -> FoundDate:
    got = {key: value for key, value in found.groupdict().items() if value}
    shape = next((key[-1] for key in got if key.startswith("year")), "")
    has_time = f"hour{shape}" in got
    when = _when(got, shape) if shape else None
    return FoundDate(found.start(), found.end(), when, has_time, found.group())


def _when(got: dict[str, str], shape: str) -> datetime | None:
    day_month = _day_and_month(got, shape)
    if day_month is None:
        return None
    hour, minute = int(got.get(f"hour{shape}", 0)), int(got.get(f"minute{shape}", 0))
    half = got.get(f"half{shape}", "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    try:
        return datetime(int(got[f"year{shape}"]), day_month[1], day_month[0], hour, minute)
    except ValueError:
        return None


def _day_and_month(got: dict[str, str], shape: str) -> tuple[int, int] | None:
    if shape == "4":
        left, right = int(got["left4"]), int(got["right4"])
        if left > 12:
            return left, right
        return (right, left) if right > 12 or left == right else None
    month = got[f"month{shape}"].lower()
    return int(got[f"day{shape}"]), _MONTHS.get(month) or int(month)
