"""An OpenID Connect provider on this machine, which can be told to answer as it must not.

It signs with RS256, asks for PKCE, and gives a code that is good once. ``person`` is who sits at
it; ``wrong`` changes the id token before it is signed, ``sign`` how.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "quaestio", "a secret between the two"
KID = "the key of the day"


@dataclass
class Provider:
    """What the provider knows and does. ``asked`` are the paths it was asked for."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    published: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)  # what it adds on the way back
    userinfo: dict[str, Any] = field(default_factory=dict)
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def reset(self) -> None:
        self.person, self.wrong, self.sign, self.published = {}, {}, None, {}
        self.answer, self.userinfo, self.is_away, self.asked = {}, {}, False, []

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            **self.published,
        }

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KID, "use": "sig", "alg": "RS256"}]}

    def code_for(self, asked: dict[str, str]) -> str:
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return code

    def tokens(self, sent: dict[str, str], sign_in: str) -> dict[str, Any] | None:
        asked = self.codes.pop(sent.get("code", ""), None)
        secret = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or sign_in != f"Basic {secret}":
            return None
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]:
            return None
        if sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.wrong,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        sign = self.sign or (lambda good: signed(good, self.key))
        return {"access_token": "t", "token_type": "Bearer", "id_token": sign(claims)}


def signed(claims: dict[str, Any], key: Any, algorithm: str = "RS256", kid: str = KID) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Nothing."""

        def send(self, what: Any, status: int = 200) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if provider.is_away:
                self.send({}, 503)
            elif parts.path == "/.well-known/openid-configuration":
                self.send(provider.configuration())
            elif parts.path == "/keys":
                self.send(provider.keys())
            elif parts.path == "/userinfo":
                self.send(provider.userinfo)
            elif parts.path == "/authorize":
                back = {"state": asked["state"], **provider.answer}
                if "error" not in back:
                    back["code"] = provider.code_for(asked)
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.send({}, 404)

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(sent).items()}
            tokens = provider.tokens(fields, self.headers.get("Authorization", ""))
            self.send(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    return Handler


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
