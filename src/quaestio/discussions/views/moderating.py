"""What teachers do to posts and discussions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import (
    can_read,
    discussion_for,
    post_for,
)
from quaestio.discussions.forms import (
    HideForm,
)
from quaestio.discussions.views.composing import anchor


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hide(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_read(seat, found):
        raise PermissionDenied
    form = HideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.hide(post=found, by=seat.need(Right.MODERATE), because=form.cleaned_data["because"])
        messages.success(request, _("The post is hidden from the class."))
        return redirect(anchor(found))
    return render(
        request,
        "discussions/hide.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found.discussion,
            "post": found,
            "form": form,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_read(seat, found):
        raise PermissionDenied
    if request.method == "POST":
        actions.show(post=found, by=seat.need(Right.MODERATE))
        messages.success(request, _("The post can be seen again."))
        return redirect(anchor(found))
    return render(
        request,
        "discussions/show.html",
        {"seat": seat, "course": seat.course, "discussion": found.discussion, "post": found},
    )


@require_POST
@login_required
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = discussion_for(request.user, public_id, Right.MODERATE)
    actions.close_discussion(discussion=found, by=seat.need(Right.MODERATE))
    messages.success(request, _("The discussion is closed: it can be read, nothing can be added."))
    return redirect("discussion", public_id)
