"""Teaching a course again: choose what comes, look at it, begin."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quaestio.courses.access import course_for
from quaestio.courses.roles import Right
from quaestio.transfers import actions
from quaestio.transfers.forms import AgainForm
from quaestio.transfers.queries import coming


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def teach_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """What would come is looked at first; the same address begins the new course."""
    seat = course_for(request.user, public_id, Right.COURSE)
    form = AgainForm(request.POST if request.method == "POST" else None, seat=seat)
    context = {"seat": seat, "form": form}
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "transfers/again.html", context, status=status)
    again = form.again()
    if request.POST.get("do") == "begin":
        course = actions.begin_again(seat=seat, again=again, key=form.cleaned_data["key"])
        messages.success(request, _("Your course is there. Nobody but you sees it yet."))
        return redirect(course)
    # The same answers once more, to be sent by the one button that begins.
    hidden = AgainForm(request.POST, seat=seat, auto_id=False)
    context |= {"coming": coming(seat, again), "again": again, "hidden": hidden}
    return render(request, "transfers/again.html", context)
