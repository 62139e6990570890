"""An archive as a file: everything goes into it piece by piece, and it gets its name when whole."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify

from quaestio.courses.models import Course
from quaestio.readings.models import Document
from quaestio.readings.names import short_name
from quaestio.transfers.archive.data import Source, Wanted, count_rows, documents_in, write_json
from quaestio.transfers.archive.pages import pages_of

Tell = Callable[[int, int], None]
EVERY = 1.0  # seconds between two words on how far it is
CHUNK = 1024 * 1024
FONTS = re.compile(r'url\("(fonts/[a-z0-9.-]+)"\)')
ENDINGS = {
    "application/pdf": "pdf",
    "application/epub+zip": "epub",
    "text/html": "html.txt",  # so that no browser runs what somebody put into it
    "text/markdown": "md",
    "text/plain": "txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


def write_archive(
    to: Path, course: Course, wanted: Wanted, tell: Tell = lambda done, total: None
) -> None:
    """Write the archive of a course to ``to``. ``tell`` is told now and then how far it is."""
    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = to.with_name(f"{to.name}.{secrets.token_hex(4)}")
    # Nobody but this site may read it.
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
            Writing(archive, course, wanted, tell).everything()
        unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)


def forget_file(path: Path) -> None:
    """Delete an archive, and what a worker that died has left of it."""
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink(missing_ok=True)


class Writing:
    def __init__(self, archive: ZipFile, course: Course, wanted: Wanted, tell: Tell) -> None:
        self.archive, self.course, self.wanted, self.tell = archive, course, wanted, tell
        self.now = timezone.localtime().timetuple()[:6]
        self.done, self.total, self.told_at = 0, count_rows(course), monotonic()

    def everything(self) -> None:
        files = self.readings() if self.wanted.readings else {}
        source = Source.of(self.course, self.wanted, files)
        self.text("READ ME.txt", render_to_string("transfers/archive/read_me.txt", {
            "course": source.names.text(self.course.title), "wanted": self.wanted,
        }))  # fmt: skip
        self.look()
        for name, html in pages_of(source):
            self.text(name, html)
            self.step()
        with self.archive.open(self.entry("course.json"), "w", force_zip64=True) as into:
            write_json(into, source, self.step)

    def step(self) -> None:
        self.done = min(self.done + 1, self.total)
        if monotonic() - self.told_at > EVERY:
            self.told_at = monotonic()
            self.tell(self.done, self.total)

    def entry(self, name: str, how: int = ZIP_DEFLATED) -> ZipInfo:
        entry = ZipInfo(name, self.now)
        entry.compress_type = how
        entry.external_attr = 0o644 << 16
        return entry

    def text(self, name: str, text: str) -> None:
        self.archive.writestr(self.entry(name), text.encode("utf-8", "replace"))

    def look(self) -> None:
        """The style of the site and the type it is set in."""
        style = static("web/quaestio.css").read_text(encoding="utf-8")
        self.text("quaestio.css", style)
        for font in [*dict.fromkeys(FONTS.findall(style)), "fonts/OFL.txt"]:
            self.file(font, static(f"web/{font}"))

    def file(self, name: str, path: Path) -> None:
        """Kept as it is: such files are packed already."""
        with path.open("rb") as whole, self.archive.open(
            self.entry(name, ZIP_STORED), "w", force_zip64=True
        ) as into:  # fmt: skip
            shutil.copyfileobj(whole, into, CHUNK)

    def readings(self) -> dict[str, str]:
        """Put the files of the readings in: where, by the public ids of the documents. One that is
        gone from the disk is left out.
        """
        there: dict[str, str] = {}
        for document in documents_in(self.course).filter(status=Document.Status.READY):
            name = name_of(document)
            with suppress(FileNotFoundError):
                self.file(name, Path(document.file.path))
                there[document.public_id] = name
            self.step()
        return there


def name_of(document: Document) -> str:
    """A name of our own: nothing of the uploaded one reaches anybody's disk as a path."""
    reading = document.reading
    about = slugify(f"{short_name(reading)} {reading.title}")[:60].strip("-")
    ending = ENDINGS.get(document.media_type, "bin")
    return f"readings/{'-'.join(filter(None, [about, document.public_id]))}.{ending}"


def static(name: str) -> Path:
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(found)
