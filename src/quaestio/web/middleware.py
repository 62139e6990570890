"""What holds for every answer of the site."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
