"""How far a page lies askew on its picture: the angle at which its lines of print are sharpest.

Seen along its lines, print is stripes: dark where letters stand, light between them. At the right
angle the stripes differ most. What counts is where dark ends and light begins beneath it, so that
the shadow at the edge of a book, or a photograph, weighs little.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from itertools import pairwise

DPI = 72  # enough to tell a tenth of a degree over the width of a page
MOST_PIXELS = 2_000_000  # of a page that calls itself large, as scans do that tell no resolution
_MOST = 8.0  # degrees; what lies worse was not laid by a scanner
_LEAST = 0.2  # below that, straightening would only blur
_CLEARER = 1.15  # how much sharper the lines must be than as the page lies
_DARK = 0.7  # of the lightness of the paper
_FEWEST, _POINTS = 200, 20_000

Point = tuple[int, int]


def angle_of(grey: bytes, stride: int, width: int, height: int) -> float:
    """By how many degrees lines rise to the right (or fall, below 0) on a picture in grey; 0 where
    they are level, or where that cannot be told. A page may lie on its side.
    """
    paper = statistics.median(grey[:: max(1, len(grey) // 10_000)])
    dark = bytes(1 if value < _DARK * paper else 0 for value in range(256))
    rows = [grey[row * stride : row * stride + width].translate(dark) for row in range(height)]
    columns = [bytes(column) for column in zip(*rows, strict=True)]
    upright, sideways = _found(_undersides(rows)), _found(_undersides(columns))
    # What is a turn to the left seen along the rows is one to the right along the columns.
    found = upright if upright.sharpness >= sideways.sharpness else replace(sideways, way=-1)
    clear = found.sharpness > _CLEARER * found.as_it_lies and abs(found.angle) >= _LEAST
    return found.way * found.angle if clear else 0.0


@dataclass(frozen=True, slots=True)
class _Found:
    angle: float
    sharpness: float
    as_it_lies: float
    way: int = 1


def _found(points: list[Point]) -> _Found:
    """The angle at which these points are sharpest."""
    if len(points) < _FEWEST:
        return _Found(0.0, 0.0, 0.0)
    points = points[:: len(points) // _POINTS + 1]
    coarse = [step / 2 for step in range(int(-2 * _MOST), int(2 * _MOST) + 1)]
    sharpness = {angle: _sharpness(points, angle) for angle in coarse}
    about = max(sharpness, key=lambda angle: sharpness[angle])
    fine = [round(about + step / 10, 1) for step in range(-4, 5)]
    sharpness |= {angle: _sharpness(points, angle) for angle in fine}
    best = max(fine, key=lambda angle: sharpness[angle])
    return _Found(best, sharpness[best], sharpness[0.0])


def _undersides(inked: list[bytes]) -> list[Point]:
    """Where a dark point has a light one below it."""
    return [
        (x, y)
        for y, (here, below) in enumerate(pairwise(inked))
        if 1 in here
        for x, (ink, under) in enumerate(zip(here, below, strict=True))
        if ink and not under
    ]


def _sharpness(points: list[Point], angle: float) -> float:
    slope = math.tan(math.radians(angle))
    stripes: dict[int, int] = {}
    for x, y in points:
        at = int(y + x * slope + 10_000)
        stripes[at] = stripes.get(at, 0) + 1
    return float(sum((stripes.get(at + 1, 0) - count) ** 2 for at, count in stripes.items()))
