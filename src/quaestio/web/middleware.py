"""What holds for every answer of the site."""

from __future__ import annotations

import re
from collections.abc import Callable

from csp.constants import HEADER
from csp.utils import build_policy
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from quaestio.web.packing import brotlied, preferred

Handler = Callable[[HttpRequest], HttpResponse]


def private_by_default(get_response: Handler) -> Handler:
    """No shared cache may keep a page, unless its view said otherwise.

    A browser may keep its own copy but must ask again (``no-cache``), which lets an unchanged
    page be answered with 304.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        return response

    return middleware


TEXTS = re.compile(r"text/|application/(.*\+)?(json|xml|javascript)\b")
SHORT = 200  # bytes, from which on it is worth while


def packed(get_response: Handler) -> Handler:
    """Texts in Brotli or gzip, as the browser likes best. Files that are streamed are packed
    already, most of them, and go as they are.
    """
    gzip = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 304:
            patch_vary_headers(response, ["Accept-Encoding"])
            return response
        if (
            response.streaming
            or response.has_header("Content-Encoding")
            or len(response.content) < SHORT
            or not TEXTS.match(response.get("Content-Type", ""))
        ):
            return response
        packing = preferred(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        if packing == "gzip":
            gzip.process_response(request, response)
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if packing:
            response.content = brotlied(response.content)
            response["Content-Length"] = str(len(response.content))
            response["Content-Encoding"] = packing
            tag = response.get("ETag", "")
            if tag.startswith('"'):  # bytes that differ, and mean the same
                response["ETag"] = f"W/{tag}"
        return response

    return middleware


def page_where_only_forms_go(get_response: Handler) -> Handler:
    """A browser that opens anew an address which only takes forms gets a page that says so, where
    Django sends an empty answer.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            isinstance(response, HttpResponseNotAllowed)
            and request.method == "GET"
            and request.accepts("text/html")
            and not response.content
        ):
            response.content = render_to_string("405.html", request=request)
        return response

    return middleware


def content_security_policy(get_response: Handler) -> Handler:
    """The one policy of the site on every answer, unless its view set a stricter one.

    django-csp writes it from the settings, once: its own middleware does so for every answer.
    """
    policy = build_policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, policy)
        return response

    return middleware


class SignInToSee:
    """Somebody who is not signed in and may not see a page is sent to sign in and then back.

    The answer is the same whether the page exists or not, so it tells nothing.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Http404 | PermissionDenied) or request.user.is_authenticated:
            return None
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
        return redirect_to_login(back)
