"""Sending letters: each once, however often the worker dies.

A letter is claimed in a short transaction, sent, and marked in another; no transaction is open
while a server is spoken to. Who dies between the server's "accepted" and the mark leaves a letter
that is sent again with the same Message-ID: one at most, the one in hand.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.utils import timezone

from quaestio.notifications.emails import compose
from quaestio.notifications.models import Letter, ReturnedMail

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # longer than a server can take to answer everything
# After a failure the next try comes so much later; after the last one the letter is given up.
PAUSES = [timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 360, 720, 1440)]
PERMANENT = range(500, 600)  # what SMTP answers when it will never take something


class ServerAway(Exception):
    """The mail server cannot be reached, or will not let us in. No letter is to blame."""


@dataclass
class Sent:
    """What became of a round."""

    sent: int = 0
    put_off: int = 0
    refused: int = 0
    empty: int = 0
    server_away: bool = False


@dataclass
class Server:
    """One connection for a round; a broken one is made anew."""

    connection: Any = field(default_factory=get_connection)
    is_open: bool = False

    def send(self, message: EmailMultiAlternatives) -> None:
        self.open()
        self.connection.send_messages([message])

    def open(self) -> None:
        if self.is_open:
            return
        try:
            self.connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(sentence(error)) from error
        self.is_open = True

    def close(self) -> None:
        self.is_open = False
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException):
            log.debug("The mail server had gone before we said goodbye.")


def send_letters(
    *, worker: str, stop: Callable[[], bool] = lambda: False, most: int | None = None
) -> Sent:
    """Send what is due, one by one, until nothing is left, ``stop`` says so, or the server is
    away. ``worker`` names who sends, so that their claims can be taken up when they die.
    """
    told, server = Sent(), Server()
    try:
        while not stop() and (most is None or told.sent < most):
            letter = claim(worker=worker, now=timezone.now())
            if letter is None:
                break
            if not deliver(letter, server, told):
                break
    finally:
        server.close()
    return told


def claim(*, worker: str, now: datetime) -> Letter | None:
    """The letter that has waited longest is now this worker's, until the lease ends."""
    due = Letter.objects.filter(state=Letter.State.WAITING, next_try_at__lte=now)
    for pk in due.order_by("next_try_at", "pk").values_list("pk", flat=True)[:20]:
        taken = due.filter(pk=pk).update(
            next_try_at=now + LEASE, tries=F("tries") + 1, claimed_by=worker
        )
        if taken:
            return Letter.objects.select_related("to").get(pk=pk)
    return None


def deliver(letter: Letter, server: Server, told: Sent) -> bool:
    """One letter, with whatever becomes of it. False if no other need be tried now."""
    if letter.tries > len(PAUSES):
        give_up(letter, letter.reason or "It ended every worker that sent it.")
        told.refused += 1
        return True
    try:
        message = None if is_returned(letter) else compose(letter)
        if message is None:
            end(letter, Letter.State.EMPTY, "mail to this address came back" * is_returned(letter))
            told.empty += 1
            return True
        server.send(message)
    except (ServerAway, smtplib.SMTPSenderRefused) as error:
        # Not the letter's fault: it counts as no try.
        log.warning("The mail server takes nothing from us: %s", sentence(error))
        put_back(letter, timezone.now(), sentence(error), tries=letter.tries - 1)
        told.server_away = True
        return False
    except smtplib.SMTPRecipientsRefused as error:
        refused_or_later(letter, *answer_of(error), told, is_address=True)
        return True
    except smtplib.SMTPDataError as error:
        refused_or_later(letter, error.smtp_code, text_of(error.smtp_error), told)
        server.close()
        return True
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        later(letter, sentence(error), told)
        return True
    except Exception as error:
        # A letter that cannot be written must not keep the others from being sent.
        log.exception("Letter %s cannot be written.", letter.public_id)
        later(letter, f"{type(error).__name__}", told)
        return True
    end(letter, Letter.State.SENT)
    told.sent += 1
    return True


def is_returned(letter: Letter) -> bool:
    if letter.to is None:
        return False
    return ReturnedMail.objects.filter(person=letter.to_id, address=letter.to.email).exists()


def refused_or_later(
    letter: Letter, code: int, said: str, told: Sent, *, is_address: bool = False
) -> None:
    """A server's 5xx is for good, its 4xx for now. 5.7 (RFC 3463) is about what we may, not about
    the address: that can be set right while the letter waits.
    """
    reason = f"{code} {said}"[:300]
    if code not in PERMANENT or (is_address and said.startswith("5.7.")):
        later(letter, reason, told)
        return
    if is_address and letter.to is not None:
        ReturnedMail.objects.update_or_create(
            person=letter.to,
            defaults={
                "address": letter.to.email,
                "reason": reason,
                "returned_at": timezone.now(),
            },
        )
    give_up(letter, reason)
    told.refused += 1


def later(letter: Letter, reason: str, told: Sent) -> None:
    pause = PAUSES[min(letter.tries, len(PAUSES)) - 1]
    put_back(letter, timezone.now() + pause, reason)
    told.put_off += 1


def put_back(letter: Letter, at: datetime, reason: str, tries: int | None = None) -> None:
    mine(letter).update(
        next_try_at=at,
        claimed_by="",
        reason=kept(letter, reason),
        tries=letter.tries if tries is None else tries,
    )


def give_up(letter: Letter, reason: str) -> None:
    log.warning("Letter %s is given up: %s", letter.public_id, reason[:4])
    end(letter, Letter.State.REFUSED, reason)


def end(letter: Letter, state: str, reason: str = "") -> None:
    mine(letter).update(
        state=state,
        reason=kept(letter, reason),
        claimed_by="",
        sent_at=timezone.now() if state == Letter.State.SENT else None,
    )


def kept(letter: Letter, reason: str) -> str:
    """What is remembered of an answer. A server may repeat the address, and whoever has no account
    is known here by none.
    """
    said = reason if letter.to_id else re.sub(r"\S*@\S*", "…", reason)
    return said[:300]


def mine(letter: Letter) -> Any:
    """The letter, unless it was marked as sent meanwhile by another whom the lease had let in."""
    return Letter.objects.filter(pk=letter.pk, state=Letter.State.WAITING)


def answer_of(error: smtplib.SMTPRecipientsRefused) -> tuple[int, str]:
    code, said = next(iter(error.recipients.values()))
    return code, text_of(said)


def text_of(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


def sentence(error: Exception) -> str:
    if isinstance(error, ServerAway):
        return str(error)
    code = getattr(error, "smtp_code", None)
    said = text_of(getattr(error, "smtp_error", "") or str(error))
    return f"{code} {said}" if code else f"{type(error).__name__}: {said}"
