"""What ``quaestio …`` does on the command line. Each command says in one sentence what went wrong.

Nothing here is imported before it is needed: the settings are read from the environment when
Django starts, and ``demo`` and ``serve`` still set some of it.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from quaestio.config.env import slips
from quaestio.config.serving import Address, Refused, complain, prepare_database, run_site

if TYPE_CHECKING:
    from quaestio.accounts.models import User
    from quaestio.transfers.persons import Somebody
    from quotecheck import Reading

DESCRIPTION = "The discussion site for reading seminars."
EPILOG = "quaestio COMMAND --help says more about one. docs/operating.md lists the settings."


def run(argv: Sequence[str]) -> int:
    """The exit code: 0 when it went well, 1 or more when not."""
    if argv and argv[0] == "check":
        return check(list(argv[1:]))
    try:
        options = parser(argv[0] if argv else "").parse_args(argv)
    except SystemExit as stop:  # help was asked for, or the arguments make no sense
        return int(stop.code or 0)
    for sentence in slips(os.environ):
        complain(sentence)
    try:
        return int(options.command(options))
    except Refused as refused:
        return complain(str(refused))
    except KeyboardInterrupt:
        return 130


def parser(command: str) -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser("quaestio", description=DESCRIPTION, epilog=EPILOG)
    whole.set_defaults(command=lambda _options: show(whole))
    commands = whole.add_subparsers(title="commands", metavar="COMMAND")

    one = commands.add_parser(
        "demo",
        help="try it: a course with people, readings and discussions, on this machine",
        description="Loads the demo course into var/demo (or QUAESTIO_DATA) and serves it. "
        "Anybody who reaches the address can sign in as anybody, so keep it on this machine.",
    )
    add_port(one)
    one.set_defaults(command=demo)

    one = commands.add_parser(
        "serve",
        help="run the site: the web server and the worker for work in the background",
        description="Brings the database up to date, then runs the web server and one worker "
        "until it is stopped (Ctrl+C). The settings come from QUAESTIO_… in the environment.",
    )
    add_port(one)
    one.add_argument("--host", metavar="ADDRESS", help="where to listen (127.0.0.1)")
    one.add_argument("--workers", type=int, metavar="N", help="web processes (one to a core)")
    one.add_argument(
        "--no-worker", action="store_true", help="only the web server; a worker runs elsewhere"
    )
    one.add_argument(
        "--no-migrate", action="store_true", help="leave the database as it is (see migrate)"
    )
    one.set_defaults(command=serve)

    one = commands.add_parser(
        "migrate", help="bring the database up to date (serve does it by itself)"
    )
    one.set_defaults(command=migrate)

    one = commands.add_parser(
        "reindex",
        help="make the search index anew from what is stored",
        description="For after a change of QUAESTIO_SEARCH, or in doubt; after an upgrade the "
        "worker brings the index up to date by itself. The site may run meanwhile; on SQLite "
        "nobody can post until it is done.",
    )
    one.set_defaults(command=reindex)

    one = commands.add_parser(
        "reread",
        help="have stored readings read again that an older version read",
        description="For after an upgrade that reads files better, where QUAESTIO_CATCH_UP=no; "
        "else the worker does it by itself. It is done after all other work, from the files as "
        "they were uploaded; the pages in use stay until the new ones are there. Courses that are "
        "finished are left as they are.",
    )
    one.set_defaults(command=reread)

    one = commands.add_parser(
        "status",
        help="say how far the site has come with what an upgrade left to do",
        description="Which files an older version read, how many of them could not be read again, "
        "how much of the search index is up to date, and what waits in the background.",
    )
    one.set_defaults(command=status)

    one = commands.add_parser(
        "backup",
        help="copy database, files and key into a new folder, while the site runs",
        description="The folder is laid out as QUAESTIO_DATA is: to restore, stop the site and put "
        "it in its place. A PostgreSQL database is not in it: pg_dump copies that.",
    )
    one.add_argument("folder", metavar="FOLDER", type=Path)
    one.set_defaults(command=backup)

    one = commands.add_parser(
        "movedatabase",
        help="copy all that is in the database into another one, from SQLite to PostgreSQL, say",
        description="For a site that is stopped. URL is as in QUAESTIO_DATABASE_URL and names a "
        "database that is empty; nothing is changed in the one the site has now. Files stay "
        "where they are.",
    )
    one.add_argument("url", metavar="URL")
    one.set_defaults(command=movedatabase)

    one = commands.add_parser(
        "export",
        help="write a copy of one course into a ZIP file",
        description="Pages that open in any browser, and course.json for programs: what every "
        "instructor of the course sees. No e-mail address is in it.",
    )
    one.add_argument("course", metavar="COURSE", help="the course's id, as in its address /c/ID/")
    one.add_argument("file", metavar="FILE.zip", type=Path)
    one.add_argument(
        "--with-readings", action="store_true", help="with their files and the text of their pages"
    )
    one.add_argument("--made-up-names", action="store_true", help="everybody is called by a plant")
    one.set_defaults(command=export)

    one = commands.add_parser(
        "person",
        help="print what the site holds of a person, as JSON",
        description="Their account, and in each course what they wrote, chose and began.",
    )
    one.add_argument("address", metavar="EMAIL")
    one.set_defaults(command=person)

    one = commands.add_parser(
        "forget",
        help="take a person's name, address and account off the site",
        description="Their drafts and notices go too. What they posted stays, by “former member”, "
        "since others have answered it. This cannot be undone; a backup still holds them.",
    )
    one.add_argument("address", metavar="EMAIL")
    one.add_argument("--yes", action="store_true", help="do not ask once more")
    one.set_defaults(command=forget)

    one = commands.add_parser(
        "tick",
        help="send the mail that is due, once (the worker of serve does it all the time)",
        description="For a site without a worker, to be called by cron every few minutes: tells "
        "what is due tomorrow and writes the mail of the day at its hour, and sends what waits.",
    )
    one.set_defaults(command=tick)

    commands.add_parser(
        "check", help="check the quotations of texts against a folder of readings", add_help=False
    )

    one = commands.add_parser(
        "import",
        help="bring a class blog page into a course",
        description="Understands a class blog page, copied from a browser or saved as HTML, and "
        "stores it as a discussion with its responses. --dry-run shows what it understood.",
    )
    if command == "import":
        from quaestio.transfers import cli as transfers

        transfers.add_arguments(one)
    one.set_defaults(command=import_page)

    one = commands.add_parser(
        "createoperator",
        help="make an account that may look at the administration pages",
        description="Makes an account for whoever looks after the site, or gives an account that "
        "is there the right to see /operator/. Operators look; they change nothing there.",
    )
    one.add_argument("address", nargs="?", metavar="EMAIL", help="their address (else asked for)")
    one.add_argument("--email", help=argparse.SUPPRESS)  # as it was called before
    one.add_argument("--name", help="their name (asked for if left out)")
    one.set_defaults(command=createoperator)

    one = commands.add_parser(
        "password",
        help="give an account a new password, where no mail reaches its owner",
        description="Asks for it twice; from a program, it is one line of the input. Whoever is "
        "signed in to the account has to sign in again.",
    )
    one.add_argument("address", metavar="EMAIL")
    one.set_defaults(command=password)

    one = commands.add_parser(
        "close",
        help="close an account: nobody can sign in to it",
        description="Whoever is signed in to it is so no longer, by a password or at the "
        "university; its feeds and mail end. What was written stays, and “reopen” undoes it.",
    )
    one.add_argument("address", metavar="EMAIL")
    one.set_defaults(command=close)

    one = commands.add_parser("reopen", help="open an account again that was closed")
    one.add_argument("address", metavar="EMAIL")
    one.set_defaults(command=reopen)
    return whole


def show(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


def add_port(to: argparse.ArgumentParser) -> None:
    to.add_argument("--port", type=int, metavar="N", help="port (QUAESTIO_PORT, PORT, else 8000)")


def tell(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# -- Commands -----------------------------------------------------------------------------------


def demo(options: argparse.Namespace) -> int:
    os.environ["QUAESTIO_DEMO"] = "yes"
    os.environ.setdefault("QUAESTIO_DATA", str(Path("var", "demo")))
    address = Address.chosen("127.0.0.1", options.port)
    address.claim()
    start_django()
    prepare_database()
    load_demo()
    return run_site(
        address, workers=2, worker=has_queue(), ready=lambda: greet(address), quiet=True
    )


def has_queue() -> bool:
    """Whether background work waits in a queue; with QUAESTIO_TASKS=immediate there is none, and
    a worker would have nothing to do and end at once.
    """
    from django.conf import settings

    return "immediate" not in settings.TASKS["default"]["BACKEND"]


def load_demo() -> None:
    try:
        from quaestio.config.demo.load import load_demo as load
    except ImportError:
        tell("The demo course is not part of this version: the site starts empty.")
        return
    from django.utils import timezone

    load(timezone.localdate(), tell)


def greet(address: Address) -> None:
    from quaestio.config.demo_views import demo_people

    tell()
    tell(f"Quaestio is at {address}/demo/ (Ctrl+C stops it). Go in as:")
    for person in demo_people():
        tell(f"  {person.name}, {person.role}: {person.about}")


def serve(options: argparse.Namespace) -> int:
    address = Address.chosen(options.host, options.port)
    address.claim()
    start_django()
    if not options.no_migrate:
        prepare_database()
        tell_of_outdated()
    return run_site(
        address,
        workers=options.workers,
        worker=has_queue() and not options.no_worker,
        ready=lambda: tell(f"Quaestio is at {address} (Ctrl+C stops it)."),
    )


def tell_of_outdated() -> None:
    """After an upgrade, what becomes of the files that an older version read."""
    from django.conf import settings

    from quaestio.readings.rereading import untried

    number = untried().count()
    if number:
        files = "file was" if number == 1 else "files were"
        they = "it is" if number == 1 else "they are"
        done = f"{they} read again in the background" if settings.CATCH_UP else READ_BY_HAND
        tell(f"{number} {files} read by an older version; {done}.")


READ_BY_HAND = "“quaestio reread” reads them again"


def status(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    need_newest_tables()
    from quaestio.config.upkeep import sentences

    for sentence in sentences():
        tell(sentence)
    return 0


def migrate(options: argparse.Namespace) -> int:
    start_django()
    prepare_database(verbosity=1)
    return 0


def reindex(options: argparse.Namespace) -> int:
    start_django()
    from quaestio.search import index

    for name, number in index.rebuild():
        tell(f"{number} {name}")
    return 0


def reread(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    need_newest_tables()
    from quaestio.readings import rereading

    asked = sum(rereading.reread(document=one, at_leisure=True) for one in rereading.outdated())
    tell(f"{asked} file{'' if asked == 1 else 's'} to be read again.")
    return 0


def backup(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    from quaestio.config.backup import backup as copy

    kept = copy(options.folder)
    files = f"{kept.files} uploaded file{'' if kept.files == 1 else 's'}"
    if kept.database is None:
        tell(f"{options.folder} holds {files}. The database is PostgreSQL's: copy it with pg_dump.")
    else:
        size = f"{kept.database / 1_000_000:.1f} MB"
        tell(f"{options.folder} holds the database ({size}) and {files}.")
    return 0


def movedatabase(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    need_newest_tables()
    from django.core.exceptions import ImproperlyConfigured

    from quaestio.config.moving import move

    try:
        number = move(options.url)
    except ImproperlyConfigured as error:
        raise Refused(str(error)) from error
    tell(f"{number} rows are in the other database. Set QUAESTIO_DATABASE_URL, and start the site.")
    return 0


def export(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    need_newest_tables()
    from quaestio.transfers.cli import CannotExport, export_course

    try:
        size = export_course(
            options.course,
            options.file,
            readings=options.with_readings,
            made_up_names=options.made_up_names,
        )
    except CannotExport as sentence:
        raise Refused(str(sentence)) from sentence
    tell(f"{options.file} holds the course ({size / 1_000_000:.1f} MB).")
    return 0


def known(address: str) -> Somebody:
    start_django()
    need_tables()
    need_newest_tables()
    from quaestio.transfers.persons import somebody_at

    found = somebody_at(address)
    if found is None:
        raise Refused(f"Nobody here has the address {address}: no member and no guest.")
    return found


def person(options: argparse.Namespace) -> int:
    found = known(options.address)
    import json

    from django.core.serializers.json import DjangoJSONEncoder

    from quaestio.transfers.persons import all_about

    tell(json.dumps(all_about(found), indent=2, ensure_ascii=False, cls=DjangoJSONEncoder))
    return 0


def forget(options: argparse.Namespace) -> int:
    found = known(options.address)
    from quaestio.transfers import persons

    if not options.yes:
        typed = input(f"Type {found.address} once more to forget {found.name}: ")
        if typed.strip().lower() != found.address:
            raise Refused("That is another address. Nothing was changed.")
    name = found.name
    try:
        courses = persons.forget(found)
    except persons.StillNeeded as needed:
        raise Refused(
            f"“{needed}” has no other instructor. Make somebody else one, or finish the course."
        ) from needed
    where = f"{courses} course{'' if courses == 1 else 's'}"
    tell(f"{name} is forgotten, in {where}. What was posted stays, by “former member”.")
    return 0


def tick(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    from quaestio.config.clock import tick as turn
    from quaestio.config.leftovers import alive, give_back_letters

    with alive() as name:
        give_back_letters()
        told = turn(worker=name)
    tell(f"Sent {told.sent}, put off {told.put_off}, refused {told.refused}.")
    return complain("The mail server is away; the mail waits.") if told.server_away else 0


def check(argv: list[str]) -> int:
    """No database and no settings: it works on any machine with files on it."""
    from quotecheck.cli import main

    loaders = dict.fromkeys((".pdf", ".epub", ".docx"), fenced_reading)
    return int(main(argv, prog="quaestio check", loaders=loaders))


def fenced_reading(path: Path) -> Reading:
    """A reading from a file that is taken apart in a process of its own, as the site does."""
    from quaestio.readings.extraction import Refused, extract
    from quotecheck import PageMark, Reading
    from quotecheck.files import Unreadable

    try:
        extracted = extract(path)
    except Refused as refused:
        raise Unreadable(str(refused.sentence)) from refused
    marks, parts, start = [], [], 0
    for page in extracted.pages:
        marks.append(PageMark(start, page.label if page.kind == "page" else ""))
        parts.append(page.text)
        start += len(page.text) + 1
    return Reading(key=path.name, text="\f".join(parts), pages=tuple(marks))


def import_page(options: argparse.Namespace) -> int:
    from quaestio.transfers import cli as transfers

    start_django()
    if not options.dry_run:
        need_tables()
    return transfers.run(options)


def createoperator(options: argparse.Namespace) -> int:
    start_django()
    need_tables()
    from django.core.exceptions import ValidationError

    from quaestio.accounts.actions import make_operator
    from quaestio.accounts.models import User

    email = options.address or options.email or input("E-mail address: ").strip()
    there = User.objects.filter(email=User.objects.normalize_email(email)).first()
    if there is not None:
        make_operator(email=email)
        tell(f"{there.name} may look at /operator/ from now on. The password is as it was.")
        return 0
    name = options.name or input("Name: ").strip()
    try:
        made = make_operator(email=email, name=name, password=asked_password())
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    tell(f"{made.name} may sign in and look at /operator/.")
    return 0


def account_at(address: str) -> User:
    start_django()
    need_tables()
    from quaestio.accounts.models import User

    found = User.objects.filter(email=User.objects.normalize_email(address)).first()
    if found is None:
        raise Refused(f"No account here has the address {address}.")
    return found


def password(options: argparse.Namespace) -> int:
    user = account_at(options.address)
    from django.core.exceptions import ValidationError

    from quaestio.accounts.actions import give_password

    try:
        give_password(user=user, password=asked_password())
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    tell(f"{user.name} has a new password.")
    return 0


def close(options: argparse.Namespace) -> int:
    user = account_at(options.address)
    from quaestio.accounts.actions import close_account

    close_account(user=user)
    tell(f"The account of {user.name} is closed. “quaestio reopen” opens it again.")
    return 0


def reopen(options: argparse.Namespace) -> int:
    user = account_at(options.address)
    from quaestio.accounts.actions import reopen_account

    reopen_account(user=user)
    tell(f"The account of {user.name} is open.")
    return 0


def asked_password() -> str:
    """Typed twice at a terminal; one line of the input otherwise."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise Refused("The two passwords differ. Nothing was changed.")
    return password


def need_tables() -> None:
    """A command that changes the site needs one that is there, of this version or an older one."""
    from django.conf import settings
    from django.db import DatabaseError, connection

    try:
        there = "accounts_user" in connection.introspection.table_names()
    except DatabaseError as error:
        raise Refused(f"The database cannot be used: {error}") from error
    if not there:
        raise Refused(
            f"There is no site in {settings.DATA} yet. Is QUAESTIO_DATA right? "
            "“quaestio migrate” makes a new one."
        )


def need_newest_tables() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused("The database is older than this version: “quaestio migrate” goes first.")


def start_django() -> None:
    """Read the settings; a bad one is refused with its own sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"The data folder cannot be used: {error}.") from error
