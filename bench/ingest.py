"""How long it takes to turn a file into pages, and how much memory at most: a generated PDF of 300
pages, the other formats, and scans where Tesseract is installed.

    python bench/ingest.py                    # the table
    python bench/ingest.py --hostile 2000     # so many spoilt files: what became of them

Each file is read in a fenced process, as on the site; the memory is that process's. Storing the
pages in the database is measured with it for the PDF.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
os.environ["QUAESTIO_DATA"] = tempfile.mkdtemp(prefix="bench")
os.environ["QUAESTIO_TASKS"] = "immediate"

import django

django.setup()

from django.core.files.base import ContentFile
from django.core.management import call_command
from tests.readings.extraction.hostile import mutated
from tests.readings.extraction.makepdf import Line, Sheet, open_book, pdf, scanned, two_columns
from tests.readings.extraction.makezip import docx, epub, paragraph, xhtml

logging.disable(logging.WARNING)

from quaestio.readings.extraction import (
    Refused,
    extract,
    find_engine,
    recognise_page,
    render_page_png,
    write_recognised,
)

WORDS = """
the committee met in a room above the post office where nobody had brought a pencil and what was
said there was written with a burnt match on the back of an envelope by somebody who had not been
asked to write it down so that all we know of the evening is the price of the lamp oil and a
complaint about the cold which the chairman is said to have read aloud twice
""".split()  # noqa: SIM905
ROUNDS = 3


def line(seed: int, words: int = 11) -> str:
    return " ".join(WORDS[(seed * 7 + n * (1 + seed % 5)) % len(WORDS)] for n in range(words))


def print_page(number: int, lines: int = 38) -> Sheet:
    """A page of print: running head, number, some 420 words, a word divided in every fifth line."""
    rows = [line(number * 100 + row) + (" com-" if row % 5 == 0 else "") for row in range(lines)]
    sheet = [Line(row, 72, 700 - at * 16, 11) for at, row in enumerate(rows)]
    head = Line("THE COMMITTEE" if number % 2 else "A. WINTER", 72, 750, 9)
    return Sheet([head, *sheet, Line(str(number), 300, 40, 9)])


def columns(number: int) -> Sheet:
    return two_columns(
        [line(number + n, 6) for n in range(44)], [line(number + 50 + n, 6) for n in range(44)]
    )


def prose(paragraphs: int) -> list[str]:
    return [" ".join(line(n * 10 + part, 12) for part in range(7)) + "." for n in range(paragraphs)]


FILES: dict[str, Callable[[], bytes]] = {
    "PDF, 300 pages": lambda: pdf([print_page(n) for n in range(1, 301)]),
    "PDF, 300 pages in two columns": lambda: pdf([columns(n) for n in range(300)]),
    "PDF, 150 sheets of an open book": lambda: pdf(
        [open_book(print_page(n), print_page(n + 1)) for n in range(1, 301, 2)]
    ),
    "EPUB, 30 chapters, 126,000 words": lambda: epub(
        ["<h1>Chapter</h1>" + "".join(f"<p>{one}</p>" for one in prose(50)) for _ in range(30)]
    ),
    "Word, 126,000 words": lambda: docx("".join(paragraph(one) for one in prose(1500))),
    "web page, 126,000 words": lambda: xhtml(
        "<nav>x</nav><article>" + "".join(f"<p>{one}</p>" for one in prose(1500)) + "</article>"
    ).encode(),
    "plain text, 126,000 words": lambda: "\n\n".join(prose(1500)).encode(),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hostile", type=int, default=0)
    given = options.parse_args()
    if given.hostile:
        hostile(given.hostile)
    else:
        table()


def table() -> None:
    say(f"{'':34} {'file':>8} {'pages':>6} {'clock':>8} {'CPU':>8} {'memory':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in FILES.items():
            path = Path(folder, "file")
            path.write_bytes(make())
            rounds = [measured(path) for _ in range(ROUNDS)]
            clock = min(one[1] for one in rounds)
            cpu = min(one[2] for one in rounds)
            memory = max(one[3] for one in rounds)
            size = f"{path.stat().st_size / 2**20:.1f} MB"
            say(
                f"{name:34} {size:>8} {rounds[0][0]:>6} {clock:>6.2f} s {cpu:>6.2f} s"
                f" {memory:>5.0f} MB"
            )
        scans(Path(folder, "scan"))
        stored(Path(folder, "file"))


# By itself, so that the peak is this file's: a child begins with the memory of its parent.
_ONE = """
import resource, sys, time
from pathlib import Path
from quaestio.readings.extraction import extract
began = time.perf_counter()
pages = len(extract(Path(sys.argv[1])).pages)
took = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(pages, took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def measured(path: Path) -> tuple[int, float, float, float]:
    """Pages, seconds by the clock and of a processor, megabytes."""
    told = subprocess.run(
        [sys.executable, "-c", _ONE, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ).stdout.split()
    return int(told[0]), float(told[1]), float(told[2]), float(told[3])


def scans(path: Path) -> None:
    engine = find_engine()
    if engine is None:
        say("scans: no Tesseract here")
        return
    path.write_bytes(scanned(pdf([print_page(n) for n in range(1, 5)]), dpi=200))
    before = processor_time()
    began = time.perf_counter()
    seen = []
    for number in range(1, 5):
        picture = render_page_png(path, number, dpi=300)
        seen.append((number, recognise_page(picture, engine, "eng")))
    target = path.with_suffix(".seen")
    write_recognised(seen, target)
    pages = len(extract(path, recognised=target).pages)
    took, cpu = time.perf_counter() - began, processor_time() - before
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    name = "scan, 4 pages of 420 words, OCR"
    say(f"{name:34} {'':>8} {pages:>6} {took:>6.2f} s {cpu:>6.2f} s {peak:>5.0f} MB")


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def stored(path: Path) -> None:
    """From the upload to the pages in the database, recheck of an empty course included."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from quaestio.accounts.models import User
    from quaestio.courses import actions as courses
    from quaestio.readings import actions

    path.write_bytes(FILES["PDF, 300 pages"]())
    teacher = User.objects.create_user("t@example.edu", name="Anna Berg")
    me = courses.create_course(by=teacher, title="Bench").enrollments.get()
    reading = actions.add_reading(by=me, title="The Committee")
    began = time.perf_counter()
    actions.upload(by=me, reading=reading, file=ContentFile(path.read_bytes()), name="a.pdf")
    took = time.perf_counter() - began
    say(f"upload of the PDF of 300 pages, to its pages in the database: {took:.2f} s")


def hostile(count: int) -> None:
    mutated(0)  # draws a page by PDFium, which knows no threads; the drawing is then kept

    def tried(seed: int) -> tuple[str, float]:
        with tempfile.NamedTemporaryFile() as file:
            file.write(mutated(seed))
            file.flush()
            began = time.perf_counter()
            try:
                extract(Path(file.name))
                return "read", time.perf_counter() - began
            except Refused as refused:
                return refused.code, time.perf_counter() - began

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(tried, range(count)))
    for code, times in Counter(code for code, _ in ended).most_common():
        say(f"{code:16} {times}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    say(f"slowest {max(seconds for _, seconds in ended):.1f} s, most memory {peak:.0f} MB")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
