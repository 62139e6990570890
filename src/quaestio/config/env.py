"""Settings from the environment: each value read once, a bad one refused with a sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
PORT = re.compile(r"(?<!\[):\d+$")  # not the end of [::1]

# Every setting there is. A name that is none of these is a slip that would go unnoticed.
NAMES = {
    f"QUAESTIO_{name}"
    for name in [
        "BEHIND_PROXY",
        "CATCH_UP",
        "CONFIRM_EMAIL",
        "DATA",
        "DATABASE_URL",
        "DEBUG",
        "DEMO",
        "DIGEST_HOUR",
        "HOSTS",
        "KEEP_ARCHIVES",
        "KEEP_INVITATIONS",
        "KEEP_LETTERS",
        "KEEP_NOTICES",
        "KEEP_TASKS",
        "LISTEN",
        "MAIL_FROM",
        "NO_HTTPS_REDIRECT",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "OIDC_ISSUER",
        "OIDC_NAME",
        "OCR_LANGUAGE",
        "OCR_PAGES",
        "PAGES_MB",
        "PICTURES_MB",
        "PORT",
        "PROXIES",
        "SEARCH",
        "SEARCH_URL",
        "SECRET_KEY",
        "SIGN_UP",
        "SITE_URL",
        "SMTP_HOST",
        "SMTP_PASSWORD",
        "SMTP_PORT",
        "SMTP_TLS",
        "SMTP_USER",
        "STATIC",
        "TASKS",
        "TESSERACT",
        "THREADS",
        "TIME_ZONE",
        "UPLOAD_MB",
        "WORKERS",
    ]
}


def slips(names: Iterable[str]) -> list[str]:
    """A sentence for each name that looks like a setting and is none."""
    found = []
    for name in sorted(names):
        if name.startswith("QUAESTIO_") and name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            said = f" Did you mean {near[0]}?" if near else ""
            found.append(f"There is no setting {name}; it does nothing.{said}")
    return found


class Environment:
    """Typed access to ``QUAESTIO_…`` variables."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default).strip()

    def flag(self, name: str, default: bool = False) -> bool:
        raw = self.values.get(name)
        if raw is None:
            return default
        word = raw.strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be yes or no; it is “{raw}”.")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        raw = self.text(name)
        if not raw:
            return default
        if not raw.isdecimal() or not least <= int(raw) <= most:
            raise ImproperlyConfigured(
                f"{name} must be a whole number from {least} to {most}; it is “{raw}”."
            )
        return int(raw)

    def names(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A list separated by commas."""
        raw = self.text(name)
        return [part.strip() for part in raw.split(",") if part.strip()] if raw else list(default)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name) or default
        if value not in allowed:
            raise ImproperlyConfigured(
                f"{name} must be one of {', '.join(allowed)}; it is “{value}”."
            )
        return value

    def url(self, name: str, default: str = "") -> str:
        """An address such as ``https://seminar.example.edu``, without a path."""
        value = self.text(name, default).rstrip("/")
        if value:
            parts = split(value)
            if parts is None or parts.scheme not in {"http", "https"} or parts.path:
                raise ImproperlyConfigured(
                    f"{name} must be an address such as https://seminar.example.edu; "
                    f"it is “{value}”."
                )
        return value

    def issuer(self, name: str) -> str:
        """An OpenID Connect issuer, letter for letter; encrypted, unless it is on this machine."""
        value = self.text(name)
        parts = split(value)
        local = parts is not None and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        schemes = {"https", "http"} if local else {"https"}
        if value and (parts is None or parts.query or parts.scheme not in schemes):
            raise ImproperlyConfigured(
                f"{name} must be an address such as https://login.example.edu, with https and "
                f"letter for letter as the provider has it; it is “{value}”."
            )
        return value

    def all_or_none(self, names: Iterable[str]) -> None:
        """Settings that mean nothing by themselves."""
        names = list(names)
        missing = [one for one in names if not self.text(one)]
        if 0 < len(missing) < len(names):
            there = next(one for one in names if one not in missing)
            raise ImproperlyConfigured(f"With {there} goes {', '.join(missing)}: set that too.")

    def hosts(self, name: str) -> list[str]:
        """Host names separated by commas, such as ``seminar.example.edu``; without a port."""
        found = self.names(name)
        for one in found:
            if split(f"http://{one}") is None or set(one) & set("/@?# \t") or PORT.search(one):
                raise ImproperlyConfigured(
                    f"{name} must be host names such as seminar.example.edu, separated by commas, "
                    f"without https:// and port; it is “{self.text(name)}”."
                )
        return found

    def mailbox(self, name: str, default: str) -> str:
        """An address that mail can come from, with or without a name before it."""
        value = self.text(name) or default
        try:
            validate_email(parseaddr(value)[1].replace("@localhost", "@localhost.localdomain"))
        except ValidationError as error:
            raise ImproperlyConfigured(
                f"{name} must be an address such as Quaestio <quaestio@example.edu>; "
                f"it is “{value}”."
            ) from error
        return value

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name) or default
        if value not in available_timezones():
            raise ImproperlyConfigured(
                f"{name} must be a time zone such as Europe/Berlin; it is “{value}”."
            )
        return value


def split(url: str) -> SplitResult | None:
    """The parts of an address with a host, and a port that is a number; else None."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:  # a port of letters, half an IPv6 address
        return None


def database(url: str, *, sqlite_journal: str) -> dict[str, Any]:
    """A Django database from ``sqlite:///path`` or ``postgres://user:password@host:port/name``."""
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(
            "QUAESTIO_DATABASE_URL is no address: write postgres://user:password@host:port/name."
        ) from error
    if parts.scheme == "sqlite":
        name = unquote(parts.path[1:] if parts.path.startswith("//") else parts.path)
        if not name or name == "/":
            raise ImproperlyConfigured(
                "QUAESTIO_DATABASE_URL names no file: write sqlite:////var/lib/quaestio/site.db."
            )
        if name != ":memory:":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "quaestio.config.sqlite",
            "NAME": name,
            # Opening the file and its log costs more than a page does.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: an acknowledged post survives a power cut, not only a crash.
                "init_command": (
                    f"PRAGMA journal_mode={sqlite_journal}; PRAGMA synchronous=FULL;"
                    "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        options = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
            "PORT": port,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise ImproperlyConfigured(
        "QUAESTIO_DATABASE_URL must start with sqlite:/// or postgres://; "
        f"it starts with “{url.split(':', 1)[0]}:”."
    )
