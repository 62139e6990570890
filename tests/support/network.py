"""No test reaches beyond this machine, and none gets away with trying."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest

_attempts: list[str] = []


class NetworkBlocked(RuntimeError):
    """A test tried to reach something outside this machine."""


def is_here(host: object) -> bool:
    """Whether an address stays on this machine: loopback, or no host at all."""
    if host in ("", None, "localhost", b"localhost"):
        return True
    try:
        address = ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if not isinstance(address, tuple):  # a Unix socket
            return
        host = address[0]
    else:
        return
    if not is_here(host):
        _attempts.append(f"{event} {host}")
        raise NetworkBlocked(f"Tests may not reach {host}.")


def pytest_configure() -> None:
    sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def closed_network() -> Iterator[list[str]]:
    """Fails the test even where the code under test swallowed the refusal."""
    _attempts.clear()
    yield _attempts
    attempts = list(_attempts)
    _attempts.clear()
    assert not attempts, f"reached for the network: {', '.join(attempts)}"
