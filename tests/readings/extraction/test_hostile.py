"""Files made to do harm, or broken beyond what any program writes.

Each must end in pages or in ``Refused``, within its limits, and leave no process behind. Here are
three hundred; ``bench/ingest.py --hostile N`` tries as many more as one likes.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.readings.extraction.hostile import CASES, PDFS, mutated
from tests.readings.extraction.makezip import overlapping
from tests.support import cast

from quaestio.readings import actions
from quaestio.readings.extraction import Limits, Refused, extract, render_page_png
from quaestio.readings.extraction.types import MEGABYTE

STRICT = Limits(
    wall_seconds=20,
    cpu_seconds=8,
    memory_bytes=384 * MEGABYTE,
    unpacked_bytes=16 * MEGABYTE,
    characters=2_000_000,
    output_bytes=16 * MEGABYTE,
)
MANY = 300

# Where there is one right answer.
EXPECTED = {
    "a million pages claimed": "too_many_pages",
    "a script on opening": "read",
    "a program on opening": "read",
    "a cross-reference into nowhere": "read",
    "an unknown lock": "encrypted",
    "a zip bomb": "too_big_inside",
    "a smaller zip bomb": "too_big_inside",
    "entries that overlap": "too_big_inside",
    "a path that climbs": "hostile",
    "a path from the root": "hostile",
    "a billion laughs": "hostile",
    "a billion laughs in UTF-16": "hostile",
    "a file from outside": "hostile",
    "nesting just too deep": "hostile",
    "a book that names a file outside": "damaged",
    "only form feeds": "too_many_pages",
    **dict.fromkeys(
        [
            "bookmarks in a circle",
            "bookmarks without end",
            "bookmarks without a bottom",
            "a bookmark as long as a book",
            "ten thousand bookmarks on one page",
            "nine hundred bookmarks on one crowded page",
            "bookmarks a thousand deep",
            "one endless title for all bookmarks",
            "bookmarks that are each other's parents",
            "bookmarks of signs that nobody sees",
        ],
        "read",
    ),
    "half of UTF-16": "encoding",
}


def children() -> set[str]:
    """The processes whose parent we are."""
    found: set[str] = set()
    for task in Path("/proc/self/task").glob("*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may have ended meanwhile
            found |= set((task / "children").read_text().split())
    return found


@contextmanager
def no_child_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def outcome(path: Path, media_type: str = "") -> str:
    """The code of the refusal, or "read"; whatever else happens is a failure."""
    try:
        extracted = extract(path, media_type=media_type, limits=STRICT)
    except Refused as refused:
        assert refused.sentence.endswith(".")
        return refused.code
    assert extracted.pages
    assert all(len(page.label) <= 20 for page in extracted.pages)
    assert len(extracted.contents) <= 1000
    for one in extracted.contents:
        assert 0 < len(one.title) <= 300
        assert not any(ord(sign) < 32 for sign in one.title)
    return "read"


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_ends_in_pages_or_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(CASES[name]())
    with no_child_left():
        ended = outcome(path, "text/markdown" if "Markdown" in name else "")
    assert ended == EXPECTED.get(name, ended)


def test_three_hundred_files_end_in_pages_or_in_a_sentence(tmp_path: Path) -> None:
    """Those above, and as many spoilt ones as are missing. Each in its own process, two at a time."""

    paths = [tmp_path / f"{seed}.bin" for seed in range(MANY - len(CASES))]
    for seed, path in enumerate(paths):  # before any thread: PDFium, which draws some, knows none
        path.write_bytes(mutated(seed))
    # The most that any child of this process has taken; other tests have started some before.
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    with no_child_left(), ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(outcome, paths))
    # Some can still be read, or the spoiling is no trial; most cannot.
    assert {"read", "damaged", "scan"} <= set(ended)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert most <= max(STRICT.memory_bytes, before)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["a content bomb", "a zip bomb", "a billion laughs", "a form inside itself", "an unknown lock"],
)
def test_the_page_of_the_reading_says_what_became_of_it(
    name: str, django_capture_on_commit_callbacks: Any
) -> None:
    teacher = cast.instructor()
    reading = cast.reading(teacher.course)
    file = SimpleUploadedFile("../../etc/passwd.pdf", CASES[name]())
    with django_capture_on_commit_callbacks(execute=True):
        document = actions.upload(by=teacher, reading=reading, file=file, name=str(file.name))
    document.refresh_from_db()
    assert document.status in {"ready", "refused"}
    assert document.name == "passwd.pdf"
    assert document.status == "ready" or document.message.endswith(".")
    assert cast.sign_in(teacher).get(f"/r/{reading.public_id}/").status_code == 200


def test_overlapping_entries_are_refused_even_when_small(tmp_path: Path) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(overlapping(5, 1000))
    assert outcome(path) == "hostile"


@pytest.mark.parametrize(
    "name",
    [
        "a huge page",
        "a page without width",
        "a page box of words",
        "a form inside itself",
        "two hundred pages claimed, one there",
    ],
)
def test_drawing_a_hostile_page_ends_in_a_picture_or_in_a_sentence(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(PDFS[name]())
    try:
        png = render_page_png(path, 1, 200, limits=STRICT)
    except Refused as refused:
        assert refused.sentence.endswith(".")
    else:
        assert len(png) < 64 * MEGABYTE
