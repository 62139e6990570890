"""Text recognition: Tesseract, where it is installed, on the picture of one page at a time.

The picture is ours, drawn by PDFium behind the fence; what Tesseract says of it is read behind
the fence as well (``hocr``). Tesseract itself gets no more memory, time, files or processes than
its ``Limits`` say.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .types import MEGABYTE, Refused, Seen
from .types import Sentence as _

logger = logging.getLogger(__name__)

DPI = 300  # what Tesseract is trained on
NO_LANGUAGE = frozenset({"osd", "snum", "equ"})

# Lowers its own limits, then becomes the program named after them.
_LAUNCH = (
    "import os, resource as r, sys\n"
    "memory, seconds = int(sys.argv[1]), int(sys.argv[2])\n"
    "for what, most in ((r.RLIMIT_AS, memory), (r.RLIMIT_CPU, seconds), (r.RLIMIT_CORE, 0),\n"
    "                   (r.RLIMIT_FSIZE, 0), (r.RLIMIT_NOFILE, 64)):\n"
    "    r.setrlimit(what, (most, most))\n"
    "os.nice(10)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What the recognition of one page may cost."""

    wall_seconds: float = 180
    cpu_seconds: int = 120
    memory_bytes: int = 1024 * MEGABYTE
    output_bytes: int = 8 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Engine:
    """A Tesseract on this machine and the languages it knows, by their three letters."""

    path: str
    languages: tuple[str, ...]


def find_engine(command: str = "tesseract") -> Engine | None:
    """The Tesseract of that name or path, None where there is none that can read a language."""
    path = shutil.which(command)
    if path is None:
        return None
    languages = _languages(path, Path(path).stat().st_mtime_ns)
    return Engine(path, languages) if languages else None


@lru_cache(maxsize=4)
def _languages(path: str, _changed: int) -> tuple[str, ...]:
    try:
        told = subprocess.run(
            [path, "--list-langs"], capture_output=True, timeout=20, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    lines = told.stdout.decode("utf-8", "replace").splitlines()[1:]
    return tuple(line.strip() for line in lines if line.strip() and line not in NO_LANGUAGE)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ}
    return {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}


def recognise_page(
    png: bytes, engine: Engine, language: str, limits: PageLimits | None = None
) -> str:
    """What stands on a picture, as hOCR; ``Refused`` when it takes too much."""
    limits = limits or PageLimits()
    if language not in engine.languages:
        raise ValueError(f"not a language of this engine: {language}")
    with _tesseract(engine, language, limits) as process:
        try:
            told, _error = process.communicate(png, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired as error:
            raise _given_up("wall clock") from error
    if process.returncode != 0 or len(told) > limits.output_bytes:
        raise _given_up(f"status {process.returncode}, {len(told)} bytes")
    return told.decode("utf-8", "replace").replace("\x00", "")


@contextmanager
def _tesseract(
    engine: Engine, language: str, limits: PageLimits
) -> Iterator[subprocess.Popen[bytes]]:
    """Tesseract, waiting for a picture; it is gone afterwards."""
    process = subprocess.Popen(
        [
            sys.executable, "-I", "-S", "-B", "-c", _LAUNCH,
            str(limits.memory_bytes), str(limits.cpu_seconds), engine.path,
            "stdin", "stdout", "-l", language, "--dpi", str(DPI), "--psm", "1", "hocr",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


def _given_up(detail: str) -> Refused:
    logger.warning("recognising a page was given up: %s", detail)
    return Refused("too_slow", _("The text of this page could not be recognised."), detail)


def write_seen(seen: Seen, target: Path) -> None:
    """What was seen on a page, whole or not at all, in the form that the child takes."""
    begun = target.with_suffix(".begun")
    begun.write_bytes(gzip.compress(json.dumps(seen).encode(), compresslevel=6, mtime=0))
    begun.replace(target)


def read_seen(path: Path) -> Seen:
    """As ``write_seen`` wrote it."""
    return Seen(*json.loads(gzip.decompress(path.read_bytes())))


def write_recognised(pages: Iterable[tuple[int, str]], target: Path) -> None:
    """The hOCR of some pages in the form that ``extract`` takes: one JSON array a line."""
    with target.open("w", encoding="utf-8") as file:
        for number, hocr in pages:
            file.write(json.dumps([number, hocr]) + "\n")
