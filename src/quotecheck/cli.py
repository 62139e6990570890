"""The command line: posts and a folder of readings in, a report and an exit code out."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn, TextIO

from quotecheck.check import check
from quotecheck.files import Unreadable, from_roman, read_post, suffix_of
from quotecheck.folder import Folder, Loader, Unusable, open_folder
from quotecheck.report import FAILED, Checked, as_json, exit_code, markdown, printable, sarif, table
from quotecheck.types import ReadingInfo

_DESCRIPTION = """\
Checks the quotations in posts against a folder of readings: whether they stand there
word for word, whether changes are marked, whether the cited page is the right one.
"""

_EPILOG = """\
posts      text, Markdown, HTML or Word files; "-" reads text from standard input
readings   a folder of {kinds} files; a form feed in a
           text starts a new page. Author, title and year come from names such as
           "Jones - Myth, Memory, Trauma (2013).txt", or from a file readings.json:
           [{{"file": "jones.txt", "author": "Polly Jones", "title": "Myth, Memory,
           Trauma", "year": "2013", "aliases": [], "first_page": "41"}}]
           The folder is indexed once; what changes later is indexed again.

exit code  0  clean: all quotations are as in the readings
           1  doubtful: some were not found, or a marked change may mislead
           2  wrong: some are altered, or stand elsewhere than cited
           3  it could not be done; the sentence on standard error says why

Terms, titles and irony in quotation marks are left in peace (--all shows them).
Colours are used on a terminal only, and never when NO_COLOR is set.
"""


class _Parser(argparse.ArgumentParser):
    """Exit code 2 would say that quotations are wrong."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: {message}\n")


def main(
    argv: Sequence[str] | None = None,
    *,
    prog: str = "quotecheck",
    loaders: Mapping[str, Loader] | None = None,
) -> int:
    """Runs the command and returns its exit code.

    ``loaders`` read further kinds of readings, or kinds known here better: for a suffix such as
    ".pdf" what makes a ``Reading`` of a path. They raise ``files.Unreadable`` with a sentence.
    """
    try:
        options = _parser(prog, loaders or {}).parse_args(argv)
    except SystemExit as stop:  # --help, --version, a wrong option
        return stop.code if isinstance(stop.code, int) else FAILED
    _never_choke_on_letters()
    try:
        return _run(options, loaders)
    except Unusable as problem:
        _complain(str(problem))
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        _complain("Stopped.")
    except OSError as problem:
        _complain(f"{problem.filename or 'A file'}: {problem.strerror or problem}.")
    return FAILED


def _parser(prog: str, loaders: Mapping[str, Loader]) -> argparse.ArgumentParser:
    kinds = [".txt", ".md", ".html", ".docx", ".pdf"]
    *others, last = [*kinds, *(kind for kind in loaders if kind not in kinds)]
    parser = _Parser(
        prog=prog,
        description=_DESCRIPTION,
        epilog=_EPILOG.format(kinds=f"{', '.join(others)} and {last}"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("posts", nargs="+", metavar="POST", help="file to check")
    parser.add_argument("--readings", required=True, metavar="DIR", type=Path, help="the readings")
    parser.add_argument(
        "--format",
        choices=("table", "json", "markdown", "sarif"),
        default="table",
        help="how to report (default: table)",
    )
    parser.add_argument("--all", action="store_true", help="show terms and titles, too")
    parser.add_argument(
        "--first-page",
        default="1",
        metavar="LABEL",
        type=_label,
        help='number printed on the first page of readings with form feeds, such as "41" or "ix"',
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where to keep the index (default: .quotecheck in the folder of readings)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    return parser


def _label(text: str) -> str:
    if text.isdigit() or from_roman(text):
        return text
    raise argparse.ArgumentTypeError(f"“{text}” is no page number such as 41 or ix")


def _run(options: argparse.Namespace, loaders: Mapping[str, Loader] | None) -> int:
    progress = _Progress(sys.stderr, quiet=options.quiet)
    folder = open_folder(
        options.readings,
        cache=options.cache,
        first_page=options.first_page,
        loaders=loaders,
        progress=progress.reading,
    )
    progress.done()
    for problem in folder.problems:
        _complain(problem)
    posts, failed = _checked(options.posts, folder, progress)
    sys.stdout.write(_told(posts, folder, options) + "\n")
    sys.stdout.flush()
    return FAILED if failed else exit_code(posts)


def _checked(
    names: Sequence[str], folder: Folder, progress: _Progress
) -> tuple[list[Checked], bool]:
    posts: list[Checked] = []
    failed = False
    for number, name in enumerate(names, start=1):
        progress.post(number, len(names), name)
        try:
            posts.append(_one(name, folder))
        except Unreadable as problem:
            failed = True
            progress.done()
            _complain(f"{name}: {problem}")
        except OSError as problem:
            failed = True
            progress.done()
            _complain(f"{name}: {problem.strerror or problem}.")
    progress.done()
    return posts, failed


def _one(name: str, folder: Folder) -> Checked:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    post = read_post(data, name)
    lines = suffix_of(name) not in (".docx", ".html", ".htm", ".xhtml")
    return Checked(name, post.text, tuple(check(post, folder.library)), lines)


def _told(posts: Sequence[Checked], folder: Folder, options: argparse.Namespace) -> str:
    infos = {reading.key: reading.info for reading in folder.library.readings()}
    if options.format == "json":
        return as_json(posts, _readings(folder), folder.problems)
    if options.format == "sarif":
        return sarif(posts, _version())
    if options.format == "markdown":
        return markdown(posts, infos)
    width = shutil.get_terminal_size().columns
    return table(posts, infos, width=width, colours=_colours(sys.stdout), terms=options.all)


def _readings(folder: Folder) -> dict[str, Any]:
    found = {}
    for reading in folder.library.readings():
        info: ReadingInfo = reading.info
        found[reading.key] = {
            "file": folder.files.get(reading.key, ""),
            "title": info.title,
            "author": info.author,
            "year": info.year,
            "searchable": reading.searchable,
        }
    return found


def _colours(stream: TextIO) -> bool:
    """Only on a terminal that can show them, and unless somebody would rather not."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def _never_choke_on_letters() -> None:
    """An old terminal shows question marks for what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _complain(sentence: str) -> None:
    print(printable(sentence), file=sys.stderr)


def _version() -> str:
    for name in ("quotecheck", "quaestio"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "0"


class _Progress:
    """One line on a terminal, written over as work goes on; nothing elsewhere."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self.stream = stream
        self.shown = stream.isatty() and not quiet
        self.open = False

    def reading(self, number: int, count: int, name: str) -> None:
        """Says which reading is being looked at."""
        self._show(f"Reading {number} of {count}: {name}")

    def post(self, number: int, count: int, name: str) -> None:
        """Says which post is being checked."""
        self._show(f"Checking {number} of {count}: {name}")

    def done(self) -> None:
        """Clears the line."""
        if self.open:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.open = False

    def _show(self, text: str) -> None:
        if self.shown:
            width = max(20, shutil.get_terminal_size().columns - 1)
            self.stream.write(f"\r\x1b[K{printable(text)[:width]}")
            self.stream.flush()
            self.open = True


if __name__ == "__main__":
    sys.exit(main())
