"""The pages of a course for its teachers: what asks for them, and the record."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quaestio.courses.access import Seat, course_for
from quaestio.courses.roles import Right
from quaestio.discussions import actions, oversight
from quaestio.discussions.models import Post

LONGEST_REASON = 500


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def waiting(request: HttpRequest, public_id: str) -> HttpResponse:
    """What asks for a teacher. A button decides one post, those at the foot all that are ticked."""
    seat = course_for(request.user, public_id, Right.MODERATE)
    if request.method == "POST":
        decide(request, seat)
        return redirect("waiting", public_id)
    return render(
        request,
        "discussions/waiting.html",
        {"seat": seat, "waiting": oversight.waiting_in(seat)},
    )


def decide(request: HttpRequest, seat: Seat) -> None:
    by = seat.need(Right.MODERATE)
    data = request.POST
    if data.get("let-in"):
        for post in chosen(oversight.held_posts(seat), [data["let-in"]]):
            actions.show(post=post, by=by)
            messages.success(request, _("The post is let in."))
    elif data.get("turn-down"):
        for post in chosen(oversight.held_posts(seat), [data["turn-down"]]):
            actions.hide(post=post, by=by, because=reason(request, post))
            messages.success(request, _("The post is turned down. Its author sees why."))
    elif data.get("hide"):
        for post in chosen(oversight.reported_posts(seat), [data["hide"]]):
            actions.hide(post=post, by=by, because=reason(request, post))
            messages.success(request, _("The post is hidden from the class."))
    elif data.get("leave"):
        for post in chosen(oversight.reported_posts(seat), [data["leave"]]):
            actions.leave_reported(post=post, by=by)
            messages.success(request, _("The post stays. Its reports are answered."))
    elif data.get("do") in {"let-in", "turn-down"}:
        decide_ticked(request, seat)


def decide_ticked(request: HttpRequest, seat: Seat) -> None:
    by = seat.need(Right.MODERATE)
    ticked = request.POST.getlist("tick")[: oversight.AT_ONCE]
    posts = chosen(oversight.held_posts(seat), ticked)
    if not posts:
        messages.warning(request, _("No post was ticked, so nothing was done."))
        return
    if request.POST["do"] == "let-in":
        for post in posts:
            actions.show(post=post, by=by)
        said = ngettext("%(n)s post is let in.", "%(n)s posts are let in.", len(posts))
    else:
        for post in posts:
            actions.hide(post=post, by=by, because=reason(request))
        said = ngettext("%(n)s post is turned down.", "%(n)s posts are turned down.", len(posts))
    messages.success(request, said % {"n": len(posts)})


def chosen(asking: QuerySet[Post], names: Sequence[str]) -> list[Post]:
    """Those of the posts that ask for a teacher which were chosen, oldest first."""
    posts = asking.filter(public_id__in=names).select_related("discussion__course", "author")
    return list(posts.order_by("created_at", "pk"))


def reason(request: HttpRequest, post: Post | None = None) -> str:
    name = f"because-{post.public_id}" if post else "because"
    return request.POST.get(name, "").replace("\0", "").strip()[:LONGEST_REASON]


@require_POST
@login_required
def drop(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    """Delete what a guest has sent and not confirmed."""
    seat = course_for(request.user, course_id, Right.MODERATE)
    entry = oversight.unconfirmed_in(seat).filter(public_id=public_id).first()
    if entry is None:
        raise Http404
    actions.decline_entry(entry=entry)
    messages.success(request, _("It is deleted."))
    return redirect("waiting", course_id)


@require_safe
@login_required
def record(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was decided in the course: who, when, what, why."""
    seat = course_for(request.user, public_id, Right.SEE_HIDDEN)
    query = {
        name: value[:40]
        for name in ("about", "by", "discussion")
        if (value := request.GET.get(name, "").replace("\0", ""))
    }
    page, lines = oversight.record_of(seat, oversight.Chosen(**query), request.GET.get("page", 1))
    return render(
        request,
        "discussions/record.html",
        {
            "seat": seat,
            "page_obj": page,
            "lines": lines,
            "query": urlencode(query) + "&" if query else "",
            "chosen": query,
            "people": oversight.deciders(seat),
        },
    )
