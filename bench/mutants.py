"""Spoil the doors, one small fault at a time, and see whether the tests notice.

    PYTHONPATH=src .venv/bin/python bench/mutants.py courses/access courses/roles -- tests/courses

Before the modules: ``--part=1/3`` tries every third fault, from the first on; ``--again=REPORT``
those that survived in what an earlier run has said, with other tests this time.

Runs the tests once, noting which lines of these modules each of them comes to; then, for every
fault, in a forked process, those that come to its place, the quickest first, until one fails. A
fault that none notices has survived: a test is missing, or the fault makes no difference. The
files on the disk stay as they are. Says what survived and one line of numbers for each module;
ends with 1 where something survived that ``SAME`` below does not explain.

Faults: a condition negated or left out, "and" for "or", a comparison shifted, an argument of a
query left out, a clause of its SQL, a right swapped for another, an element of a set left out,
"raise" left out, True for False, a number one more.
"""

from __future__ import annotations

import ast
import copy
import importlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120  # for the tests of one fault; one that takes longer has been noticed too
TESTS = 40  # at most for one fault, five times that for a table at the top of a module

# Faults that make no difference, by what was changed into what, and why.
D, C = "discussions/access", "courses/access"
NO_RIGHTS = "without an enrollment one has no right that writes, so the rest says no"
SAME: dict[str, str] = {
    f"{C}: User | AnonymousUser → User": "a type, for the reader",
    f"{C}: User | AnonymousUser → AnonymousUser": "a type, for the reader",
    f"{C}: SEAT.first([course.pk, user.pk]) if user.is_authenticated else None → "
    "SEAT.first([course.pk, user.pk])": "nobody without an account has a seat; it spares a query",
    f"{C}: enrollment is None or not seat.can(Right.INVITE) → not seat.can(Right.INVITE)": (
        NO_RIGHTS
    ),
    f"{C}: seat.can(Right.SEE_ROSTER) and seat.can(Right.SEE_EMAIL) → "
    "seat.can(Right.SEE_EMAIL)": "whoever sees addresses sees the roster",
    f"{D}: Q(author=me) if me else Q(pk__in=[]) → Q(author=me)": "every discussion has an author",
    f"{D}: Q(pk__in=[]) → Q()": "an empty condition beside another is left out",
    f"{D}: me is not None and me.section_id is not None → me is not None": (
        "no section is asked for a second time"
    ),
    f"{D}: discussion.meeting_id is not None and leads(seat, discussion.meeting_id) → "
    "leads(seat, discussion.meeting_id)": "nobody leads no meeting; it spares a query",
    f"{D}: me is not None and can_edit_discussion(seat, discussion) and (not waits(me, "
    "seat.course)) → can_edit_discussion(seat, discussion) and (not waits(me, seat.course))": (
        NO_RIGHTS
    ),
    f"{D}: me is not None and seat.can(Right.WRITE) and me.leads.exists() → "
    "seat.can(Right.WRITE) and me.leads.exists()": NO_RIGHTS,
}


# -- Faults -------------------------------------------------------------------------------------

Change = tuple[ast.AST, str]  # what stands there instead, and what was done

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def changes_of(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(ops=[op]):
            for other in COMPARED[type(op)]:
                yield changed(node, ops=[other()])
        case ast.BoolOp(op=op, values=values):
            yield changed(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for at in range(len(values)):
                rest = values[:at] + values[at + 1 :]
                yield rest[0] if len(rest) == 1 else changed(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub(), left=left, right=right):
            yield left
            yield right
        case ast.If(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield changed(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.Raise():
            yield ast.Pass()
        case ast.Call(func=ast.Attribute(attr="filter" | "exclude" | "update" | "annotate")):
            yield from with_less(node)
        case ast.Call(func=ast.Name(id="Q")):
            yield from with_less(node)
        case ast.Set(elts=elements) if len(elements) > 1:
            for at in range(len(elements)):
                yield changed(node, elts=elements[:at] + elements[at + 1 :])
        case ast.Tuple(elts=elements, ctx=ast.Load()) if len(elements) > 1:
            if all(isinstance(one, ast.Attribute) for one in elements):
                for at in range(len(elements)):
                    yield changed(node, elts=elements[:at] + elements[at + 1 :])
        case ast.Attribute(value=ast.Name(id="Right" | "R"), attr=name):
            yield changed(node, attr="COURSE" if name == "SEE" else "SEE")
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(text)) if "SELECT" in text:
            for clause in re.finditer(r" AND [^\n)]+?(?=\n| AND |\))", text):
                yield ast.Constant(text[: clause.start()] + text[clause.end() :])


def with_less(call: ast.Call) -> Iterator[ast.AST]:
    for at in range(len(call.keywords)):
        yield changed(call, keywords=call.keywords[:at] + call.keywords[at + 1 :])
    if isinstance(call.func, ast.Attribute):
        for at in range(len(call.args)):
            yield changed(call, args=call.args[:at] + call.args[at + 1 :])


def changed(node: ast.AST, **fields: Any) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


@dataclass(frozen=True)
class Fault:
    """One statement at the top of a module with something in it changed."""

    module: str
    line: int
    was: str
    now: str
    statement: ast.stmt = field(repr=False, compare=False)
    at: int = 0  # the place of the statement in its module

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.was}  →  {self.now}"

    @property
    def name(self) -> str:
        return f"{self.module}: {self.was} → {self.now}"


def faults_in(module: str, tree: ast.Module) -> Iterator[Fault]:
    for at, statement in enumerate(tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.If):
            continue
        if isinstance(statement, ast.ClassDef) and statement.name in {"Role", "Right"}:
            continue
        for path, node in places(statement):
            for other in changes_of(node):
                spoilt = put(copy.deepcopy(statement), path, ast.copy_location(other, node))
                ast.fix_missing_locations(spoilt)
                line = getattr(node, "lineno", statement.lineno)
                yield Fault(module, line, short(node, other), short(other, node), spoilt, at)


Path_ = tuple[tuple[str, int | None], ...]


def places(node: ast.AST, path: Path_ = ()) -> Iterator[tuple[Path_, ast.AST]]:
    """Every expression and statement below one that a fault may be put into, but annotations."""
    yield path, node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        if isinstance(value, ast.AST):
            yield from places(value, (*path, (name, None)))
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, ast.AST):
                    yield from places(one, (*path, (name, number)))


def put(root: ast.stmt, path: Path_, new: ast.AST) -> ast.stmt:
    if not path:
        return new  # type: ignore[return-value]
    node: Any = root
    for name, number in path[:-1]:
        node = getattr(node, name) if number is None else getattr(node, name)[number]
    name, number = path[-1]
    if number is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[number] = new
    return root


def short(node: ast.AST, other: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "SELECT" in node.value:
        mine, yours = (set(re.findall(r"[^\n]+", one.value)) for one in (node, other))  # type: ignore[attr-defined]
        return " ".join(line.strip() for line in sorted(mine - yours))
    return " ".join(ast.unparse(node).split())


# -- Putting a fault into what runs -------------------------------------------------------------


def spoil(fault: Fault, module: ModuleType, tree: ast.Module) -> None:
    """Whoever has imported something of the module by name has the spoilt one too."""
    space = dict(vars(module))
    rest = [one for one in tree.body[fault.at + 1 :] if isinstance(one, ast.Assign | ast.AnnAssign)]
    body: list[ast.stmt] = [fault.statement]
    if isinstance(fault.statement, ast.Assign | ast.AnnAssign):
        body += rest
    future = ast.parse("from __future__ import annotations").body
    exec(compile(ast.Module([*future, *body], []), str(module.__file__), "exec"), space)
    for name, new in space.items():
        old = vars(module).get(name)
        if new is old:
            continue
        if callable(old) and hasattr(old, "__code__"):
            take_over(old, new)
        elif isinstance(old, type):
            for key, one in vars(new).items():
                take_over_member(vars(old).get(key), one)
        else:
            for other in [one for key, one in sys.modules.items() if key.startswith("quaestio")]:
                if vars(other).get(name) is old:
                    setattr(other, name, new)


def take_over(old: Any, new: Any) -> None:
    old.__code__, old.__defaults__ = new.__code__, new.__defaults__
    old.__kwdefaults__ = new.__kwdefaults__


def take_over_member(old: Any, new: Any) -> None:
    if isinstance(old, property) and old.fget and new.fget:
        take_over(old.fget, new.fget)
    elif isinstance(old, classmethod):
        take_over(old.__func__, new.__func__)
    elif (
        hasattr(old, "__code__")
        and old.__code__.co_freevars == new.__code__.co_freevars
        and not old.__code__.co_filename.startswith("<")  # a dataclass makes some of its own
    ):
        take_over(old, new)


# -- Which tests come to a line -----------------------------------------------------------------


class Tracks:
    """The lines of some files that are come to, while it is told to look."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.seen: set[tuple[str, int]] = set()

    def __enter__(self) -> Tracks:
        self.seen = set()
        threading.settrace(self.call)
        sys.settrace(self.call)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def call(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        module = self.files.get(frame.f_code.co_filename)
        if module is None:
            return None
        seen = self.seen
        seen.add((module, frame.f_lineno))

        def line(inner: FrameType, _event: str, _arg: Any) -> Any:
            seen.add((module, inner.f_lineno))
            return line

        return line


# -- The run ------------------------------------------------------------------------------------


class Mutants:
    """A pytest plugin that runs the tests in its own way."""

    def __init__(self, modules: list[str], part: int, of: int, again: str | None) -> None:
        self.names, self.part, self.of, self.again = modules, part, of, again
        self.failed = False
        self.survived: list[Fault] = []
        self.numbers: dict[str, list[int]] = {one: [0, 0, 0] for one in modules}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = True
            sys.stderr.write(f"{report.nodeid}: {report.longreprtext}\n")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        trees = {one: ast.parse(file_of(one).read_text()) for one in self.names}
        loaded = {one: importlib.import_module(dotted(one)) for one in self.names}
        tracks = Tracks({str(loaded[one].__file__): one for one in self.names})
        comers: dict[tuple[str, int], list[tuple[float, pytest.Item]]] = {}
        whole: list[tuple[float, pytest.Item]] = []
        last = session.items[-1]
        for item in session.items:
            begun = time.process_time()
            with tracks:
                run(item, last)
            if self.failed:
                raise pytest.UsageError(f"{item.nodeid} fails without any fault")
            took = (time.process_time() - begun, item)
            whole.append(took)
            for place in tracks.seen:
                comers.setdefault(place, []).append(took)
        from django.db import connections

        for one in self.names:
            faults = list(faults_in(one, trees[one]))
            if self.again is not None:
                faults = [fault for fault in faults if f") {fault}\n" in self.again]
            for fault in faults[self.part - 1 :: self.of]:
                at_top = isinstance(fault.statement, ast.Assign | ast.AnnAssign)
                tests = whole if at_top else lines_of(fault, comers)
                connections.close_all()
                quickest = [item for _seconds, item in sorted(tests, key=lambda pair: pair[0])]
                known = fault.name in SAME
                most = TESTS * 5 if at_top else TESTS
                noticed = not known and self.try_out(
                    session, fault, loaded[one], trees[one], quickest[:most]
                )
                row = self.numbers[one]
                row[0] += 1
                row[1 if noticed else 2] += 1
                if not noticed and not known:
                    self.survived.append(fault)
                    print(f"SURVIVED ({len(tests)} tests come here) {fault}", flush=True)
        return True

    def try_out(
        self,
        session: pytest.Session,
        fault: Fault,
        module: ModuleType,
        tree: ast.Module,
        tests: list[pytest.Item],
    ) -> bool:
        child = os.fork()
        if child == 0:
            code = 2
            try:
                signal.alarm(SECONDS)
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, 1)
                os.dup2(null, 2)
                spoil(fault, module, tree)
                code = 0
                if tests:
                    session._setupstate.teardown_exact(tests[0])
                for item, following in zip(tests, [*tests[1:], *tests[-1:]], strict=True):
                    run(item, following)
                    if self.failed:
                        code = 1
                        break
            finally:
                os._exit(code)
        _pid, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 2:
            print(f"(cannot run) {fault}", flush=True)
        return not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0)


def run(item: pytest.Item, following: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def lines_of(
    fault: Fault, comers: dict[tuple[str, int], list[tuple[float, pytest.Item]]]
) -> list[tuple[float, pytest.Item]]:
    """The tests that come to the line of a fault, else to what it stands in."""
    found = comers.get((fault.module, fault.line), [])
    if found:
        return found
    statement = fault.statement
    around = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    near = [took for line in around for took in comers.get((fault.module, line), [])]
    return list({id(item): (seconds, item) for seconds, item in near}.values())


def dotted(module: str) -> str:
    return "quaestio." + module.replace("/", ".")


def file_of(module: str) -> Path:
    return ROOT / "src" / "quaestio" / f"{module}.py"


def main(arguments: list[str]) -> int:
    asked, tests = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    part, of, again = 1, 1, None
    while asked[0].startswith("--"):
        name, _is, value = asked.pop(0).partition("=")
        if name == "--part":
            part, of = (int(one) for one in value.split("/"))
        else:
            again = Path(value).read_text()
    os.chdir(ROOT)
    plugin = Mutants(asked, part, of, again)
    options = ["-s", "-qq", "-p", "no:cacheprovider", "-p", "no:xdist"]
    options += ["-o", "addopts=--import-mode=importlib", "-m", "not browser and not postgresql"]
    pytest.main([*options, *tests], plugins=[plugin])
    for one, (tried, noticed, left) in plugin.numbers.items():
        print(f"{one}: {tried} faults, {noticed} noticed, {left} not")
    return 1 if plugin.survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
