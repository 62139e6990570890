"""Pages that belong to nobody: health, errors."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from quaestio.web.outage import in_a_line, is_outage
from quaestio.web.rescue import typed_in

log = logging.getLogger(__name__)

A_MINUTE = "60"  # seconds, for whoever tries again by itself


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For a load balancer: 200 while the database answers, 503 while it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (DatabaseError, InterfaceError) as error:
        log.warning("The database does not answer: %s", in_a_line(error))
        response = JsonResponse({"status": "the database does not answer"}, status=503)
    else:
        response = JsonResponse({"status": "ok"})
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere; what was typed is shown to be copied."""
    return render(request, "403_csrf.html", {"typed": typed_in(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What cannot be read, or was sent to an address that is none of this site's."""
    context = {"wrong_host": isinstance(exception, DisallowedHost)}
    return render(request, "400.html", context, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong was ours; what was typed is shown to be copied. While the database is away
    or the disk full, that is said. Neither page asks the database for anything.
    """
    typed = {"typed": typed_in(request)}
    if is_outage(sys.exc_info()[1]):
        page = render_to_string("503.html", typed)
        return HttpResponse(page, status=503, headers={"Retry-After": A_MINUTE})
    return HttpResponse(render_to_string("500.html", typed), status=500)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A member without the right; what somebody had typed before they lost it is given back."""
    context = {"typed": typed_in(request), "reason": str(exception)}
    return render(request, "403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page for this viewer. What was typed for it is the writer's own, and given back."""
    return render(request, "404.html", {"typed": typed_in(request)}, status=404)
