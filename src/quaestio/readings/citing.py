"""How a place in a reading is cited in a sentence, in the course's citation style."""

from __future__ import annotations

from collections.abc import Iterable

from quaestio.readings.bibliography.styles import in_text
from quaestio.readings.locators import PARAGRAPH, called, paragraph_at
from quaestio.readings.models import Reading
from quaestio.readings.names import short_name
from quaestio.readings.passages import Place
from quaestio.web.richtext import escape


def citation(place: Place, reading: Reading, others: Iterable[Reading], style: str) -> str:
    """“(Jones 42)”, “(Jones 2006, 42)”, “(Jones, 2006, p. 42)” as clean HTML, which may hold
    emphasis. ``others`` are the course's readings: where two of them would be cited alike, the
    title is added.
    """
    name = named(reading, style)
    year = name.endswith(reading.year) if reading.year else False
    alike = [one for one in others if one.pk != reading.pk and named(one, style) == name]
    if not reading.author:
        name = f"<em>{escape(reading.title)}</em>"
    elif alike:
        name, year = f"{escape(name)}, <em>{escape(reading.title)}</em>", True
    else:
        name = escape(name)
    where = escape(located(place, style))
    if not where:
        return f"({name})"
    return f"({name}{',' if year or style == 'apa' else ''} {where})"


def named(reading: Reading, style: str) -> str:
    """Who is cited, with the year where the style wants it and there is one."""
    if not reading.author:
        return reading.title
    told = in_text(style, reading.record).removeprefix("(").removesuffix(")")
    told = told.removesuffix("n.d.").rstrip(" ,")
    return told or short_name(reading)


def located(place: Place, style: str) -> str:
    """The page's printed number, or the numbers of the paragraphs; "" where there are none."""
    page = place.page
    if page.kind != PARAGRAPH:
        return f"p. {page.label}" if page.label and style == "apa" else page.label
    ends = (place.start, place.end - 1)
    numbers = [paragraph_at(page.text, page.paragraphs, offset) for offset in ends]
    label = "–".join(dict.fromkeys(str(number) for number in numbers if number))
    if not label:
        return ""
    if style == "apa":
        return f"paras. {label}" if "–" in label else f"para. {label}"
    return called(PARAGRAPH, label, page.number)
