"""A real SMTP server on this machine, which keeps what it was sent and refuses what it is told to.

with SmtpServer() as server:
    server.refuse("gone@example.edu", "550 5.1.1 No such person")
    …
    server.mails
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

POLICY = email.policy.default
logging.getLogger("mail.log").setLevel(logging.ERROR)  # it tells of every command


class OnAnyPort(Controller):
    """The system chooses a free port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class SmtpServer:
    """Listens on a free port from ``with`` on."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.refused: dict[str, str] = {}
        self.answers: list[str] = []
        self.slowness = 0.0
        self.controller = OnAnyPort(self, hostname="127.0.0.1", port=0, decode_data=False)

    def __enter__(self) -> SmtpServer:
        self.controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.controller.stop()

    @property
    def port(self) -> int:
        return int(self.controller.port)

    @property
    def mails(self) -> list[EmailMessage]:
        return [parsed(one.content) for one in self.envelopes]

    @property
    def sources(self) -> list[str]:
        """Every mail as it came over the wire, headers and all."""
        return [raw(one.content).decode("utf-8", "replace") for one in self.envelopes]

    def refuse(self, address: str, answer: str) -> None:
        self.refused[address] = answer

    def then_answer(self, *answers: str) -> None:
        """What it says to the next mails, in turn; after that it takes them."""
        self.answers += answers

    # -- What aiosmtpd calls ------------------------------------------------------------------

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return lines

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[Any],
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            answer = self.answers.pop(0)
            if answer == "hang up":
                assert server.transport is not None
                server.transport.abort()  # type: ignore[attr-defined]
            return answer
        self.envelopes.append(envelope)
        await asyncio.sleep(self.slowness)
        return "250 OK"


def raw(content: bytes | str | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""


def parsed(content: bytes | str | None) -> EmailMessage:
    message = email.message_from_bytes(raw(content), policy=POLICY)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    """The text of one part: "plain" or "html"."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())
