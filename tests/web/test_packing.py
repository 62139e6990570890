"""What is sent packed, in which way, and that it is the same when it is unpacked."""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Callable

import brotli
import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from quaestio.web import packing
from quaestio.web.finished import FORM_KEY, NOTICES, TOKEN, Page, answer
from quaestio.web.middleware import packed
from quaestio.web.packing import LONGEST_FILLING, brotlied, preferred

TEXT = "<p>The lamp oil ran out before the last report, on the fourteenth of October.</p>" * 20
BROWSER = "gzip, deflate, br, zstd"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (BROWSER, "br"),
        ("gzip, deflate", "gzip"),
        ("br", "br"),
        ("BR;Q=0.9 , GZIP", "gzip"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("gzip;q=1.0, br;q=0.8", "gzip"),
        ("br;q=0, gzip;q=0.001", "gzip"),
        ("br;q=0.000, gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "gzip"),
        ("*;q=0", ""),
        ("identity, *;q=0", ""),
        ("identity;q=0.5, gzip;q=0.2", ""),
        ("identity;q=0, gzip;q=0.2", "gzip"),
        ("", ""),
        ("deflate, zstd", ""),
        ("brotli, xbr, x-gzip", ""),
        ("br;q=2, br;level=3, ;;;, gzip;q=0.3", "gzip"),
    ],
)
def test_the_browser_says_how_it_likes_to_be_answered(accepted: str, chosen: str) -> None:
    assert preferred(accepted) == chosen


# -- Any page ------------------------------------------------------------------------------------


def answered(accepted: str, **options: object) -> HttpResponse:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(**{"content": TEXT, **options})

    return packed(view)(RequestFactory(headers={"Accept-Encoding": accepted}).get("/"))


@pytest.mark.parametrize(
    ("accepted", "way", "unpack"),
    [("br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
    ids=["brotli", "gzip"],
)
def test_a_page_is_sent_packed(accepted: str, way: str, unpack: Callable[[bytes], bytes]) -> None:
    sent = answered(accepted, headers={"ETag": '"one"'})
    assert sent["Content-Encoding"] == way
    assert unpack(sent.content).decode() == TEXT
    assert int(sent["Content-Length"]) == len(sent.content) < len(TEXT)
    assert sent["ETag"] == 'W/"one"'
    assert sent["Vary"] == "Accept-Encoding"


def test_whoever_takes_nothing_packed_gets_the_page_as_it_is() -> None:
    sent = answered("br;q=0, gzip;q=0", headers={"ETag": '"one"'})
    assert sent.content.decode() == TEXT
    assert not sent.has_header("Content-Encoding")
    assert sent["ETag"] == '"one"'
    assert sent["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "options",
    [
        {"content": "short"},
        {"content_type": "image/png"},
        {"content_type": "application/pdf"},
        {"headers": {"Content-Encoding": "gzip"}},
    ],
    ids=["short", "a picture", "a file", "packed already"],
)
def test_what_would_not_become_smaller_goes_as_it_is(options: dict[str, object]) -> None:
    sent = answered("br", **options)
    assert sent.content == str(options.get("content", TEXT)).encode()
    assert sent.get("Content-Encoding") != "br"


@pytest.mark.parametrize("kind", ["application/atom+xml", "application/feed+json; charset=utf-8"])
def test_feeds_are_texts(kind: str) -> None:
    assert answered("br", content_type=kind)["Content-Encoding"] == "br"


def test_a_stream_is_left_alone() -> None:
    def view(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse([TEXT.encode()])

    sent = packed(view)(RequestFactory(headers={"Accept-Encoding": "br"}).get("/"))  # type: ignore[arg-type]
    assert not sent.has_header("Content-Encoding")


def test_the_length_of_an_answer_tells_nothing_exact() -> None:
    assert len({len(brotlied(TEXT.encode())) for _ in range(60)}) > 10


@pytest.mark.django_db
def test_every_page_of_the_site_is_packed() -> None:
    sent = Client().get("/accounts/login/", headers={"Accept-Encoding": BROWSER})
    assert sent["Content-Encoding"] == "br"
    assert "</html>" in brotli.decompress(sent.content).decode()


# -- Kept pages ----------------------------------------------------------------------------------

PROSE = re.sub(r"lamp", lambda _: secrets.token_hex(3), TEXT * 300)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "plain",
        TOKEN,
        f"{TOKEN}{FORM_KEY}",
        f"a{TOKEN}b{FORM_KEY}c{TOKEN}",
        f"a{TOKEN}bc{FORM_KEY}d",
        "é" * 70_000,
        f"{PROSE}{TOKEN}{PROSE}{FORM_KEY}{PROSE}{TOKEN}é{PROSE}",
        "".join(f"<li>{TOKEN} {number} {FORM_KEY}</li>" for number in range(40)),
    ],
    ids=[
        "empty",
        "without a hole",
        "a hole alone",
        "two holes side by side",
        "three holes",
        "two letters between",
        "long",
        "long, with holes",
        "many holes",
    ],
)
def test_a_kept_page_is_filled_and_packed_byte_for_byte(html: str) -> None:
    page = Page(html.encode())
    for _ in range(3):
        values = {TOKEN: secrets.token_hex(32), FORM_KEY: secrets.token_hex(18)}
        sent = page.brotlied(values)
        assert sent is not None
        assert brotli.decompress(sent) == page.filled(values)


def test_what_fills_a_hole_is_packed_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # If it were, a token that repeats what stands on the page would make the answer shorter.
    monkeypatch.setattr(packing, "LONGEST_FILLING", 0)
    page = Page(f"<p>{'guess' * 12}</p>{TOKEN}<p>{'guess' * 12}</p>".encode())
    lengths = {
        len(page.brotlied({TOKEN: token}) or b"")
        for token in ("guess" * 12, "x" * 60, secrets.token_hex(30))
    }
    assert len(lengths) == 1


def test_the_length_of_a_kept_page_tells_nothing_exact() -> None:
    page = Page(TEXT.encode())
    lengths = {len(page.brotlied({}) or b"") for _ in range(200)}
    assert 10 < len(lengths) <= LONGEST_FILLING + 1


def test_a_page_is_packed_once_however_many_notices_there_are() -> None:
    page = Page(f"<p>Anna{NOTICES}</p>{TEXT}{TOKEN}".encode())
    values = {TOKEN: "t" * 64}
    first = page.brotlied({**values, NOTICES: ""})
    woven = page.woven
    second = page.brotlied({**values, NOTICES: ' <span class="count">3</span>'})
    assert first and second
    assert page.woven is woven
    assert b'Anna <span class="count">3</span> ' in brotli.decompress(second)


def test_a_filling_of_another_width_is_packed_rightly_too() -> None:
    page = Page(f"{TEXT}{TOKEN}{TEXT}".encode())
    for token in ("t" * 64, "t" * 10, "", "t" * 4000):
        sent = page.brotlied({TOKEN: token})
        assert sent is not None
        assert brotli.decompress(sent) == page.filled({TOKEN: token})


def test_a_page_with_more_holes_than_can_be_woven_is_sent_otherwise() -> None:
    page = Page("".join(f"<li>{TOKEN}</li>" for _ in range(100)).encode())
    assert page.brotlied({TOKEN: "t" * 64}) is None
    request = RequestFactory(headers={"Accept-Encoding": BROWSER}).get("/")
    assert answer(request, page, {TOKEN: "t" * 64}, {})["Content-Encoding"] == "gzip"


def test_nothing_is_packed_before_somebody_asks_and_room_for_it_is_reckoned() -> None:
    page = Page(f"{PROSE}{TOKEN}{TEXT}".encode())
    assert page.woven is None
    assert "deflated" not in vars(page)
    values = {TOKEN: "t" * 64}
    page.brotlied(values)
    page.zipped(values)
    assert page.woven is not None
    packed_copies = page.woven.size + sum(map(len, page.deflated))
    assert sum(map(len, page.pieces)) + packed_copies <= page.size
