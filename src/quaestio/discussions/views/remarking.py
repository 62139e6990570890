"""The remarks of teachers and the author on a discussion."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import discussion_for, sees_remarks
from quaestio.discussions.actions import PostRefused
from quaestio.discussions.forms import storable
from quaestio.discussions.remarks import remarks_of
from quaestio.web.rescue import rescued, sign_in_keeping


@require_http_methods(["GET", "HEAD", "POST"])
def remarks(request: HttpRequest, public_id: str) -> HttpResponse:
    """What has been said about a discussion, and a field to say more."""
    target = f"remark:{public_id}"
    body = storable(request.POST.get("body", ""))
    if not request.user.is_authenticated:
        return sign_in_keeping(request, target, {"body": body}, request.path)
    seat, found = discussion_for(request.user, public_id)
    if not sees_remarks(seat, found):
        raise PermissionDenied if seat.is_member else Http404
    refused = ""
    if request.method == "POST":
        try:
            actions.remark(discussion=found, by=seat.need(Right.WRITE), text=body)
        except PostRefused as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("Your remark is there."))
            return redirect(f"{reverse('discussion', args=[public_id])}#remarks")
    kept = rescued(request, target) or {}
    return render(
        request,
        "discussions/remarks.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found,
            "remarks": remarks_of(seat, found),
            "body": body or kept.get("body", ""),
            "refused": refused,
        },
        status=422 if refused else 200,
    )
