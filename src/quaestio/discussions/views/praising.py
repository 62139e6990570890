"""Endorsing a post, and saying thank you for one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from quaestio.courses.roles import Right
from quaestio.discussions import actions
from quaestio.discussions.access import can_endorse, can_thank, post_for
from quaestio.discussions.models import Post
from quaestio.discussions.showing import Wanted


@require_POST
@login_required
def endorse(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_endorse(seat, found):
        raise PermissionDenied
    actions.endorse(post=found, by=seat.need(Right.MODERATE), on=is_on(request))
    return back(request, found)


@require_POST
@login_required
def thank(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.WRITE)
    if not can_thank(seat, found):
        raise PermissionDenied
    actions.thank(post=found, by=seat.need(Right.WRITE), on=is_on(request))
    return back(request, found)


def is_on(request: HttpRequest) -> bool:
    return request.POST.get("on") != "0"


def back(request: HttpRequest, post: Post) -> HttpResponse:
    """To the post, on the page where its button was pressed."""
    wanted = Wanted.of(QueryDict(request.POST.get("shown", "")[:200]))
    thread = reverse("discussion", args=[post.discussion.public_id])
    return redirect(f"{thread}{wanted.query}#p-{post.public_id}")
