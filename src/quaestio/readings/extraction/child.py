"""The child's side of the fence: give up every power first, then read the file.

Runs as a process of its own, with the uploaded file as standard input. Everything it says goes
through ``Speaker`` as one JSON object a line.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from .types import Extracted, Limits, Order, Refused, Seen
from .types import Sentence as _


class Speaker:
    """Our end of the pipe. Printing by a library cannot get into it."""

    def __init__(self) -> None:
        self._pipe = os.fdopen(os.dup(1), "wb")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def say(self, frame: dict[str, Any], *, now: bool = True) -> None:
        self._pipe.write(json.dumps(frame).encode() + b"\n")
        if now:
            self._pipe.flush()

    def progress(self, done: int, total: int) -> None:
        self.say({"progress": [done, total]})


def main(orders: dict[str, Any]) -> None:
    """Do what was ordered and leave, by whatever door, without a traceback."""
    limits = Limits(**orders["limits"])
    order = Order(**orders["order"])
    speaker = Speaker()
    give_up_powers(limits)
    try:
        _obey(order, limits, speaker)
        speaker.say({"done": True})
    except Refused as refusal:
        speaker.say({"refused": _told(refusal)})
    except MemoryError:
        speaker.say({"refused": _told(_too_big())})
    except Exception as fault:  # whatever a parser throws is the file's fault, not the site's
        speaker.say({"refused": _told(_fault(fault))})
    # Not sys.exit: tearing down a parser that has seen a hostile file may crash or hang.
    os._exit(0)


def give_up_powers(limits: Limits) -> None:
    """No more memory, time, files, processes than the limits say. There is no way back."""
    seconds = limits.cpu_seconds
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, seconds, seconds + 2),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 32, 32),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        _lower(what, soft, hard)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            _linux_promises()


def _lower(what: int, soft: int, hard: int) -> None:
    """An operator's own lower limit stands."""
    ceiling = resource.getrlimit(what)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    with suppress(ValueError, OSError):  # not every system knows every limit
        resource.setrlimit(what, (soft, hard))


def _linux_promises() -> None:
    die_with_parent, no_new_privileges = 1, 38
    prctl = ctypes.CDLL(None).prctl
    prctl(die_with_parent, int(signal.SIGKILL), 0, 0, 0)
    prctl(no_new_privileges, 1, 0, 0, 0)


def _obey(order: Order, limits: Limits, speaker: Speaker) -> None:
    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    if order.page:
        from .picture import draw, draw_straight

        turned = 0.0
        if order.straight:
            png, turned = draw_straight(data, order, limits)
        else:
            png = draw(data, order, limits, _seen(order, limits))
        speaker.say({"png": base64.b64encode(png).decode(), "turned": turned})
        return
    _send(_read(data, order, limits, speaker), speaker)


def _seen(order: Order, limits: Limits) -> Seen | None:
    """What was recognised on the page that is drawn."""
    if order.recognised < 0:
        return None
    from .hocr import read_seen

    with os.fdopen(order.recognised, "rb") as file:
        return read_seen(file, limits)


def _read(data: bytes, order: Order, limits: Limits, speaker: Speaker) -> Extracted:
    """Each reader is imported only when its turn comes: the others' code stays out of reach."""
    if order.kind == "pdf":
        from .hocr import read_recognised
        from .pdf import read_pdf

        recognised = None
        if order.recognised >= 0:
            with os.fdopen(order.recognised, "rb") as file:
                recognised = read_recognised(file)
        return read_pdf(data, order, limits, speaker.progress, recognised)
    if order.kind == "zip":
        from .packed import read_packed

        return read_packed(data, order, limits, speaker.progress)
    from .plaintext import read_text

    return read_text(data, order, limits)


def _send(extracted: Extracted, speaker: Speaker) -> None:
    speaker.say(
        {
            "about": {
                "media_type": extracted.media_type,
                "title": extracted.title,
                "author": extracted.author,
                "warnings": [[w.template, w.values] for w in extracted.warnings],
                "labels_from": extracted.labels_from,
                "contents": extracted.contents,
            }
        },
        now=False,
    )
    for page in extracted.pages:
        speaker.say({"page": asdict(page)}, now=False)


def _told(refusal: Refused) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "template": refusal.sentence.template,
        "values": refusal.sentence.values,
        "detail": refusal.detail,
    }


def _too_big() -> Refused:
    return Refused(
        "too_big_inside",
        _(
            "This file needs more memory than one file may have. "
            "Upload the part the class reads, or a file without the pictures."
        ),
        "memory",
    )


def _fault(fault: Exception) -> Refused:
    return Refused(
        "damaged",
        _(
            "This file could not be read to its end. "
            "Open it elsewhere, save or print it as a new PDF, and upload that."
        ),
        f"{type(fault).__name__}: {fault}"[:500],
    )
