"""Signing in with one click, for the people of the demo course and nobody else."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from quaestio.accounts.models import User
from quaestio.courses.models import Enrollment

# Nobody can own such an address: RFC 2606 keeps .invalid free of domains.
DOMAIN = "@demo.invalid"


def demo_people() -> QuerySet[User]:
    """Those whom the demo loader made, each with their courses."""
    courses = Enrollment.objects.filter(removed_at__isnull=True).select_related("course")
    return (
        User.objects.filter(email__endswith=DOMAIN, is_active=True, is_staff=False)
        .order_by("pk")
        .prefetch_related(Prefetch("enrollments", queryset=courses))
    )


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    # The address is not even there outside demo mode (config/urls.py); this is the second bolt.
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        person = get_object_or_404(demo_people(), public_id=request.POST.get("person", ""))
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("home")
    return render(request, "config/demo.html", {"people": demo_people()})
