"""How a place in a reading is cited in a sentence, in the course's citation style."""

from __future__ import annotations

from collections.abc import Iterable

from quaestio.readings.bibliography.styles import in_text
from quaestio.readings.locators import PARAGRAPH, called, paragraph_at
from quaestio.readings.models import Reading
from quaestio.readings.names import short_name
from quaestio.readings.passages import Place
from quaestio.web.richtext import escape


def citation(reading: Reading, label: str, others: Iterable[Reading], style: str) -> str:
    """“(Jones 42)”, “(Jones 2006, 42)”, “(Jones, 2006, p. 42)” as clean HTML, which may hold
    emphasis. ``label`` says where (``label_of``), or is "". ``others`` are the course's readings:
    where two of them would be cited alike, the year or the title is added.
    """
    name = named(reading, style)
    year = name.endswith(reading.year) if reading.year else False
    alike = [one for one in others if one.pk != reading.pk and named(one, style) == name]
    if not reading.author:
        name = f"<em>{escape(reading.title)}</em>"
    elif alike and not year and reading.year not in {"", *(one.year for one in alike)}:
        name, year = f"{escape(name)} {escape(reading.year)}", True
    elif alike:
        name, year = f"{escape(name)}, <em>{escape(reading.title)}</em>", True
    else:
        name = escape(name)
    if not label:
        return f"({name})"
    where = escape(in_words(label) if style == "apa" else label)
    return f"({name}{',' if year or style == 'apa' else ''} {where})"


def named(reading: Reading, style: str) -> str:
    """Who is cited, with the year where the style wants it and there is one."""
    if not reading.author:
        return reading.title
    told = in_text(style, reading.record).removeprefix("(").removesuffix(")")
    told = told.removesuffix("n.d.").rstrip(" ,")
    return told or short_name(reading)


def label_of(place: Place) -> str:
    """Where a place is, as it is cited: "42", "42–43", "¶ 12", "¶¶ 12–13"; "" where nothing is
    numbered.
    """
    page, last = place.page, place.last
    if page.kind != PARAGRAPH:
        # Where two pages lie on one sheet that was not cut, its label has both already.
        ends = [page.label.partition("–")[0], last.page.label.rpartition("–")[2]]
        return "–".join(dict.fromkeys(filter(None, ends))) if place.rest else page.label
    numbers = [
        paragraph_at(part.page.text, part.page.paragraphs, offset)
        for part, offset in ((place, place.start), (last, last.end - 1))
    ]
    label = "–".join(dict.fromkeys(str(number) for number in numbers if number))
    return called(PARAGRAPH, label, page.number) if label else ""


def in_words(label: str) -> str:
    """ "p. 42", "pp. 42–43", "para. 12": as APA has it."""
    bare = label.lstrip("¶ ")
    several = "–" in bare
    if bare != label:
        return f"{'paras.' if several else 'para.'} {bare}"
    return f"{'pp.' if several else 'p.'} {bare}"
