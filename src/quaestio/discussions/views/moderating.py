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
    can_report,
    discussion_for,
    post_for,
    visible_discussions,
)
from quaestio.discussions.actions import PostRefused
from quaestio.discussions.forms import (
    HideForm,
    MergeForm,
    MoveForm,
    ReportForm,
)
from quaestio.discussions.models import Discussion
from quaestio.discussions.views.composing import anchor, byline_of, page_about


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hide(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_read(seat, found):
        raise PermissionDenied
    form = HideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.hide(post=found, by=seat.need(Right.MODERATE), because=form.cleaned_data["because"])
        if found.number:
            messages.success(request, _("The post is hidden from the class."))
        else:
            messages.success(request, _("The post is turned down. Its author sees why."))
        return redirect(anchor(found))
    return page_about(request, "discussions/hide.html", seat, found, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = post_for(request.user, public_id, Right.MODERATE)
    if not can_read(seat, found):
        raise PermissionDenied
    if request.method == "POST":
        actions.show(post=found, by=seat.need(Right.MODERATE))
        messages.success(request, _("The class can see the post."))
        return redirect(anchor(found))
    return page_about(request, "discussions/show.html", seat, found)


@require_POST
@login_required
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = discussion_for(request.user, public_id, Right.MODERATE)
    actions.close_discussion(discussion=found, by=seat.need(Right.MODERATE))
    messages.success(request, _("The discussion is closed: it can be read, nothing can be added."))
    return redirect("discussion", public_id)


@require_POST
@login_required
def pin(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a discussion first; pressed again (``pinned=0``), back in its row."""
    seat, found = discussion_for(request.user, public_id, Right.MODERATE)
    pinned = request.POST.get("pinned") != "0"
    actions.pin(discussion=found, by=seat.need(Right.MODERATE), pinned=pinned)
    if pinned:
        messages.success(request, _("The discussion now stands first."))
    else:
        messages.success(request, _("The discussion stands in its row again."))
    return redirect("discussion", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a discussion into another meeting."""
    seat, found = discussion_for(request.user, public_id, Right.MODERATE)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        course=seat.course,
        initial={"meeting": found.meeting_id},
    )
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["meeting"]
        actions.move_discussion(discussion=found, by=seat.need(Right.MODERATE), to=to)
        messages.success(request, _("The discussion is moved. Its address is the same."))
        return redirect("discussion", public_id)
    return render(
        request,
        "discussions/move.html",
        {"seat": seat, "course": seat.course, "discussion": found, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def merge(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose another discussion (``?into=ID``), see what would happen, then do it."""
    seat, found = discussion_for(request.user, public_id, Right.MODERATE)
    data = request.POST if request.method == "POST" else request.GET
    opened = visible_discussions(seat).exclude(state=Discussion.State.DRAFT)
    form = MergeForm(data if "into" in data else None, others=opened.exclude(pk=found.pk))
    into, plan, refused = None, None, ""
    if form.is_bound and form.is_valid():
        into = form.cleaned_data["into"]
        if request.method == "POST":
            try:
                actions.merge(source=found, into=into, by=seat.need(Right.MODERATE))
            except PostRefused as refusal:
                refused = refusal.sentence
            else:
                messages.success(request, _("The two discussions are one now."))
                return redirect("discussion", into.public_id)
        plan = actions.plan_merge(source=found, into=into)
    return render(
        request,
        "discussions/merge.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": found,
            "form": form,
            "into": into,
            "plan": plan,
            "refused": refused,
        },
        status=409 if refused else 422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tell the teachers that somebody else's post is not right."""
    seat, found = post_for(request.user, public_id, Right.REPORT)
    me = seat.need(Right.REPORT)
    if not can_report(seat, found):
        raise PermissionDenied
    form = ReportForm(request.POST if request.method == "POST" else None, about=found.author)
    if request.method == "POST" and form.is_valid():
        try:
            actions.report(post=found, by=me, because=form.cleaned_data["because"])
        except PostRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Thank you. The teachers will look at it."))
            return redirect(anchor(found))
    return page_about(
        *(request, "discussions/report.html", seat, found),
        status=422 if form.errors else 200,
        form=form,
        byline=byline_of(seat, found),
    )
