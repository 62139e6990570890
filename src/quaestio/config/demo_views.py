"""Signing in with one click, for the people of the demo course and nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from quaestio.accounts.models import User
from quaestio.config.demo.content import read_demo
from quaestio.courses.roles import Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    user: User
    name: str
    role: str
    about: str


def demo_people() -> list[DemoPerson]:
    """Those whom the demo loader made, in the order of the demo's own list."""
    entries = read_demo().people
    users = User.objects.filter(is_active=True, is_staff=False).in_bulk(
        [entry.email for entry in entries], field_name="email"
    )
    return [
        DemoPerson(users[entry.email], entry.name, str(Role(entry.role).label), entry.about)
        for entry in entries
        if entry.email in users
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    # The address is not even there outside demo mode (config/urls.py); this is the second bolt.
    if not settings.DEMO:
        raise Http404
    there = demo_people()
    if request.method == "POST":
        wanted = request.POST.get("person", "")
        person = next((one for one in there if one.user.public_id == wanted), None)
        if person is None:
            raise Http404
        login(request, person.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("home")
    return render(request, "config/demo.html", {"people": there})
