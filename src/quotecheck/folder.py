"""The readings in a folder, indexed once and remembered in a folder beside them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from quotecheck.files import Unreadable, page_marks, read_reading, suffix_of
from quotecheck.index import IndexDamaged
from quotecheck.library import Library
from quotecheck.types import PageMark, Reading

Loader = Callable[[Path], Reading]
Progress = Callable[[int, int, str], None]

REMEMBERED = ".quotecheck"
METADATA = "readings.json"
READABLE = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".docx", ".pdf")
# To be raised when the same file gives another text than before.
VERSION = 1

_YEAR = re.compile(r"\(?(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)\)?")
_FIELDS = ("title", "author", "year", "aliases", "first_page", "key")


class Unusable(Exception):
    """The folder cannot be worked with; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of its reading, before its text is read."""

    title: str = ""
    author: str = ""
    year: str = ""
    aliases: tuple[str, ...] = ()
    first_page: str = "1"
    key: str = ""


@dataclass(slots=True)
class Folder:
    """The readings of a folder, ready to be searched.

    ``problems`` are sentences about files that could not be read; ``files`` says which file each
    reading came from.
    """

    library: Library
    files: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def open_folder(
    directory: Path,
    *,
    cache: Path | None = None,
    first_page: str = "1",
    loaders: Mapping[str, Loader] | None = None,
    progress: Progress | None = None,
) -> Folder:
    """Indexes what is new in a folder of readings, forgets what has gone, leaves the rest."""
    if not directory.is_dir():
        raise Unusable(f"There is no folder “{directory}”.")
    return _Indexing(directory, cache, first_page, loaders or {}).run(progress)


class _Indexing:
    def __init__(
        self, directory: Path, cache: Path | None, first_page: str, loaders: Mapping[str, Loader]
    ) -> None:
        self.directory = directory
        self.loaders = {suffix.lower(): loader for suffix, loader in loaders.items()}
        self.first_page = first_page
        self.cache = _writable(cache or directory / REMEMBERED, asked_for=cache is not None)
        self.folder = Folder(Library.open(self.cache / "index"))
        self.metadata = self._metadata()
        self.remembered = self._remembered()

    def run(self, progress: Progress | None) -> Folder:
        paths = self._paths()
        if not paths:
            kinds = ", ".join(sorted({*READABLE, *self.loaders}))
            raise Unusable(f"There are no readings in “{self.directory}” ({kinds}).")
        kept: dict[str, Any] = {}
        present = set(self.folder.library.keys())
        for number, path in enumerate(paths, start=1):
            name = path.relative_to(self.directory).as_posix()
            if progress is not None:
                progress(number, len(paths), name)
            kept[name] = self._one(path, name, present)
            self.folder.files[kept[name]["key"]] = name
            if kept[name]["problem"]:
                self.folder.problems.append(f"{name}: {kept[name]['problem']}")
        for key in present - set(self.folder.files):
            self.folder.library.remove(key)
        self._remember(kept)
        return self.folder

    def _one(self, path: Path, name: str, present: set[str]) -> dict[str, Any]:
        """Indexes one file unless it is known and unchanged; says what to remember of it."""
        found = self._found(path, name)
        state = _state(path, found)
        known = self.remembered.get(name)
        if known and known.get("state") == state and known.get("key") in present:
            try:
                self.folder.library.reading(known["key"])
                return known
            except IndexDamaged:
                self.folder.library.remove(known["key"])
        key = found.key or _key(name)
        reading = self._reading(path, name, key, found)
        self.folder.library.put(reading)
        return {"key": key, "state": state, "problem": reading.why_not}

    def _reading(self, path: Path, name: str, key: str, found: Found) -> Reading:
        """The reading of a file; one that cannot be searched when the file cannot be read."""
        try:
            loaded = self._load(path, found)
        except Unreadable as problem:
            why_not = str(problem)
            loaded = Reading(key, "", searchable=False, why_not=why_not)
        except OSError as problem:
            loaded = Reading(key, "", searchable=False, why_not=f"It cannot be opened: {problem}.")
        return replace(
            loaded,
            key=key,
            title=found.title or loaded.title,
            author=found.author or loaded.author,
            year=found.year or loaded.year,
            aliases=found.aliases or loaded.aliases,
        )

    def _load(self, path: Path, found: Found) -> Reading:
        suffix = suffix_of(path.name)
        if suffix in self.loaders:
            return self.loaders[suffix](path)
        if suffix == ".pdf":
            return _load_pdf(path, found.first_page)
        read = read_reading(path.read_bytes(), path.name)
        return Reading("", read.text, pages=page_marks(read.page_starts, found.first_page))

    # What is known of the files

    def _paths(self) -> list[Path]:
        """The files that may be readings, in order; hidden ones and what lies in them left out."""
        suffixes = {*READABLE, *self.loaders}
        found: list[Path] = []
        for root, folders, names in os.walk(self.directory):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            if Path(root).resolve() == self.cache.resolve():
                folders.clear()
                continue
            found += [
                Path(root) / name
                for name in sorted(names)
                if suffix_of(name) in suffixes and not name.startswith((".", "~$"))
            ]
        return found

    def _found(self, path: Path, name: str) -> Found:
        guessed = from_file_name(path.name)
        given = self.metadata.get(name) or self.metadata.get(path.name) or {}
        beside = path.with_suffix(".json")
        if beside.name != METADATA and beside.is_file():
            given = {**given, **_fields(_json(beside), beside.name)}
        return replace(guessed, **{"first_page": self.first_page, **given})

    def _metadata(self) -> dict[str, dict[str, Any]]:
        """What ``readings.json`` says of each file."""
        path = self.directory / METADATA
        if not path.is_file():
            return {}
        content = _json(path)
        if isinstance(content, dict):
            content = [{"file": name, **_an_object(each, path)} for name, each in content.items()]
        if not isinstance(content, list):
            raise Unusable(f"“{path.name}” must be a list of readings, each with its “file”.")
        found = {}
        for each in content:
            entry = _an_object(each, path)
            if not isinstance(entry.get("file"), str):
                raise Unusable(f"In “{path.name}” a reading has no “file”.")
            found[entry["file"]] = _fields(entry, path.name)
        return found

    def _remembered(self) -> dict[str, dict[str, Any]]:
        try:
            content = json.loads((self.cache / "files.json").read_text(encoding="utf-8"))
            if content["version"] == VERSION:
                return dict(content["files"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing is remembered yet, or it is damaged: all is read anew
        return {}

    def _remember(self, kept: dict[str, Any]) -> None:
        content = json.dumps({"version": VERSION, "files": kept}, ensure_ascii=False, indent=1)
        target = self.cache / "files.json"
        handle, name = tempfile.mkstemp(dir=self.cache, prefix=".new-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(name).replace(target)


def from_file_name(name: str) -> Found:
    """Author, title and year of "Jones - Myth, Memory, Trauma (2013).txt"."""
    stem = name.rpartition(".")[0] or name
    stem = stem.replace("_", " ").strip()
    year = ""
    for match in _YEAR.finditer(stem):
        rest = stem[: match.start()] + " " + stem[match.end() :]
        rest = " ".join(rest.split()).strip(" -–—,")
        if rest:  # otherwise the year is the title: "1984.txt"
            stem, year = rest, match[1]
            break
    parts = [part.strip() for part in re.split(r"\s[-–—]\s", stem) if part.strip()]
    if len(parts) > 1:
        return Found(title=" - ".join(parts[1:]), author=parts[0], year=year)
    if year and len(stem.split()) == 1:
        return Found(author=stem, year=year)
    return Found(title=stem, year=year)


def _key(name: str) -> str:
    """A short key for a file, the same each time: its name, and what tells it from others."""
    plain = re.sub(r"[^\w.-]+", "-", name.rpartition(".")[0])[:40].strip("-")
    return f"{plain}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _state(path: Path, found: Found) -> list[Any]:
    """What changes when the file or what is said of it changes."""
    stat = path.stat()
    said = [getattr(found, name) for name in _FIELDS]
    return json.loads(json.dumps([stat.st_size, stat.st_mtime_ns, said]))  # type: ignore[no-any-return]


def _load_pdf(path: Path, first_page: str) -> Reading:
    """The text of a PDF, page by page, where pypdfium2 is installed."""
    try:
        import pypdfium2
    except ImportError:
        raise Unreadable("PDFs can be read only where pypdfium2 is installed.") from None
    try:
        document = pypdfium2.PdfDocument(path)
        texts = list(_pdf_pages(document))
        labels = [str(document.get_page_label(number)) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        raise Unreadable("This PDF is damaged or locked with a password.") from error
    text = "\f".join(texts)
    if not text.strip():
        raise Unreadable("This PDF has no text, only pictures of pages.")
    starts = [0]
    for each in texts[:-1]:
        starts.append(starts[-1] + len(each) + 1)
    pages = page_marks(tuple(starts), first_page)
    if first_page == "1" and any(labels):
        pages = tuple(PageMark(start, label) for start, label in zip(starts, labels, strict=True))
    return Reading("", text, pages=pages)


def _pdf_pages(document: Any) -> Iterator[str]:
    for page in document:
        yield page.get_textpage().get_text_bounded().replace("\r\n", "\n")


# Files that say something about readings


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Unusable(f"“{path.name}” is not sound JSON: {error}.") from None


def _an_object(content: Any, path: Path) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise Unusable(f"“{path.name}” must describe each reading as {{…}}.")
    return content


def _fields(content: Any, name: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise Unusable(f"“{name}” must describe a reading as {{…}}.")
    given = {key: value for key, value in content.items() if key in _FIELDS}
    aliases = given.pop("aliases", [])
    if not isinstance(aliases, list):
        raise Unusable(f"In “{name}” “aliases” must be a list.")
    found: dict[str, Any] = {key: str(value) for key, value in given.items() if value is not None}
    if aliases:
        found["aliases"] = tuple(str(alias) for alias in aliases)
    return found


def _writable(cache: Path, *, asked_for: bool) -> Path:
    """The folder to remember in; one of the user's own where the readings' is read-only."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=cache, prefix=".new-")
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        if asked_for:
            raise Unusable(f"The folder “{cache}” cannot be written: {error.strerror}.") from None
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        digest = hashlib.sha256(str(cache.resolve()).encode()).hexdigest()[:16]
        return _writable(base / "quotecheck" / digest, asked_for=True)
    return cache
