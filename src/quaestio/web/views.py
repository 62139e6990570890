"""Pages that belong to nobody: health, errors."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For a load balancer: 200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    response = JsonResponse({"status": "ok"})
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere; what was typed is shown to be copied."""
    typed = {
        name: value
        for name in ("body", "context", "title")
        if (value := request.POST.get(name, "").strip())
    }
    return render(request, "403_csrf.html", {"typed": typed}, status=403)
