"""The files that an operator copies to a server fit the site as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from quaestio.config.cli import parser
from quaestio.config.logs import SECRETS

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "packaging" / "server"


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, set[str]]]:
    """The beginning of every address, with the names of what it takes."""
    for one in resolver.url_patterns:
        whole = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from routes(one, whole)
        elif isinstance(one, URLPattern):
            yield whole, set(one.pattern.regex.groupindex)


def test_nginx_logs_no_address_that_is_a_secret() -> None:
    kept_out = re.findall(r"^    ~(\S+) 0;$", (SERVER / "nginx.conf").read_text(), re.MULTILINE)
    secret = [route for route, takes in routes(get_resolver()) if takes & SECRETS]
    assert len(secret) >= 8
    assert [one for one in secret if not any(re.match(rule, f"/{one}") for rule in kept_out)] == []


def test_nginx_lets_the_largest_file_through() -> None:
    (limit,) = re.findall(r"client_max_body_size (\d+)m;", (SERVER / "nginx.conf").read_text())
    assert int(limit) * 1024 * 1024 > settings.UPLOAD_LIMIT


@pytest.mark.skipif(not shutil.which("nginx"), reason="there is no nginx here")
def test_nginx_understands_its_file(tmp_path: Path) -> None:
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", tmp_path / "key", "-out", tmp_path / "cert"]
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    ours = (SERVER / "nginx.conf").read_text()
    ours = re.sub(r"/etc/ssl/certs/\S+(?=;)", str(tmp_path / "cert"), ours)
    ours = re.sub(r"/etc/ssl/private/\S+(?=;)", str(tmp_path / "key"), ours)
    ours = ours.replace("/var/log/nginx", str(tmp_path)).replace("443 ssl", "8443 ssl")
    ours = re.sub(r"(listen .*\b)80;", r"\g<1>8080;", ours)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{ours}\n}}\n")
    tried = subprocess.run(
        ["nginx", "-t", "-e", tmp_path / "errors", "-c", whole],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (tried.returncode, "test is successful" in tried.stderr) == (0, True), tried.stderr


def test_the_unit_and_the_command_call_what_there_is() -> None:
    (command,) = re.findall(r"^ExecStart=(.*)$", (SERVER / "quaestio.service").read_text(), re.M)
    program, *arguments = command.split()
    assert parser(arguments[0]).parse_args(arguments).command
    script = SERVER / "quaestio"
    assert program in script.read_text()
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    docs = (ROOT / "docs" / "operating.md").read_text()
    for one in SERVER.iterdir():
        assert f"packaging/server/{one.name}" in docs
