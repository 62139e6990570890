"""The parent's side of the fence: start the child, watch the clock and the flow, believe little.

A file that was made to do harm may take the child over. So the child gets nothing but the open
file, an empty environment and its orders, and what it sends is checked like any other input.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from .types import Limits, Order, Refused
from .types import Sentence as _

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Frame = dict[str, Any]

# -I: neither the environment nor the current directory decides what is imported; our own
# sys.path is handed over instead, so that an editable install or a PYTHONPATH works as well.
_BOOT = (
    "import json, sys; orders = json.loads(sys.argv[1]); sys.path[:] = orders['path']; "
    "from quaestio.readings.extraction.child import main; main(orders)"
)

_TOO_SLOW = _(
    "Reading this file took too long and was stopped. "
    "Split it, or save or print it as a new PDF, and upload that."
)
_TOO_BUSY = _("The site is too busy to read this file just now. Try again in a few minutes.")
_TOO_BIG = _(
    "What is packed in this file is too big to be read here. "
    "Upload the part the class reads, or a file without the pictures."
)
_STOPPED = _(
    "Something in this file stopped the program that reads it. "
    "Open it elsewhere, save or print it as a new PDF, and upload that."
)

_SIGNALS = {
    signal.SIGXCPU: ("too_slow", _TOO_SLOW),
    signal.SIGKILL: ("too_big_inside", _TOO_BIG),  # not by us: the machine ran out of memory
}


def run(
    file: BinaryIO,
    order: Order,
    limits: Limits,
    progress: Progress | None,
    also: BinaryIO | None = None,
) -> list[Frame]:
    """The frames the child sent, once it has said that it is done. Raises only ``Refused``.

    ``also`` is a second file the child may read, besides the one it is about.
    """
    frames: list[Frame] = []
    with _child(file, order, limits, also) as process:
        for line in _lines(process, limits):
            frame = _frame(line)
            if "refused" in frame:
                raise _refusal(frame["refused"])
            if "progress" in frame:
                _report(frame["progress"], progress)
            elif "done" in frame:
                return frames
            else:
                frames.append(frame)
        raise _untimely_end(process)


@contextmanager
def _child(
    file: BinaryIO, order: Order, limits: Limits, also: BinaryIO | None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a process group of its own; the whole group is gone afterwards."""
    orders = {
        "path": [entry or str(Path.cwd()) for entry in sys.path],
        "order": asdict(replace(order, recognised=also.fileno()) if also else order),
        "limits": asdict(limits),
    }
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", _BOOT, json.dumps(orders)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
            pass_fds=(also.fileno(),) if also else (),
        )
    except OSError as error:
        raise Refused("too_slow", _TOO_BUSY, str(error)) from error
    try:
        yield process
    finally:
        # Before wait(): until then the dead child keeps its number from being given to another.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _lines(process: subprocess.Popen[bytes], limits: Limits) -> Iterator[bytes]:
    """Whole lines as they come, until the child closes its end."""
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    deadline = time.monotonic() + limits.wall_seconds
    poll = select.poll()
    poll.register(pipe, select.POLLIN | select.POLLHUP)
    received, rest = 0, bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise Refused("too_slow", _TOO_SLOW, "wall clock")
        piece = os.read(pipe, 1 << 16)
        if not piece:
            return
        received += len(piece)
        if received > limits.output_bytes:
            raise Refused("too_big_inside", _TOO_BIG, "output")
        if b"\n" not in piece:
            rest += piece
            continue
        *lines, last = piece.split(b"\n")
        lines[0] = bytes(rest) + lines[0]
        rest = bytearray(last)
        yield from lines


def _frame(line: bytes) -> Frame:
    try:
        frame = json.loads(line)
    except (ValueError, RecursionError):
        frame = None
    if not isinstance(frame, dict):
        raise Refused("hostile", _STOPPED, "not a frame")
    return frame


def _report(counted: Any, progress: Progress | None) -> None:
    match counted:
        case [int(done), int(total)] if progress:
            progress(done, total)


def _refusal(told: Any) -> Refused:
    """The child's own refusal, or, where it makes no sense, ours."""
    match told:
        case {
            "code": str(code),
            "template": str(template),
            "values": dict(values),
            "detail": str(detail),
        }:
            if detail:
                logger.warning("a file was refused (%s): %s", code, detail[:2000])
            with suppress(ValueError, KeyError, TypeError):
                return Refused(code, _(template[:1000], **values), detail)
    return Refused("hostile", _STOPPED, "not a refusal")


def _untimely_end(process: subprocess.Popen[bytes]) -> Refused:
    """The child closed its end without a word: the way it died says why."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    status = process.poll()
    logger.warning("the child that reads files ended with status %s", status)
    code, sentence = "hostile", _STOPPED
    if status is not None and status < 0:
        code, sentence = _SIGNALS.get(signal.Signals(-status), (code, sentence))
    return Refused(code, sentence, f"status {status}")


def stopped(detail: str) -> Refused:
    """For frames that arrive whole and still make no sense."""
    return Refused("hostile", _STOPPED, detail)
