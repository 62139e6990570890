"""Home and the course page: what is due, what is new, what has been answered."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quaestio.accounts.models import User
from quaestio.courses.access import Seat, Viewer, course_for, meeting_for, seats_of
from quaestio.courses.roles import Right
from quaestio.discussions.access import discussion_for
from quaestio.discussions.due import answers_due
from quaestio.discussions.models import Discussion
from quaestio.notifications.actions import set_rule
from quaestio.participation import actions, answered, leading, queries
from quaestio.participation.brief import brief_of
from quaestio.participation.forms import AssignForm, MailForm
from quaestio.participation.tally import Tally, as_csv, tally_of
from quaestio.readings.access import visible_readings
from quaestio.readings.queries import by_name

page = require_http_methods(["GET", "HEAD"])


@page
def home(request: HttpRequest) -> HttpResponse:
    """The first page: for a stranger what this is, for a person their week."""
    if not request.user.is_authenticated:
        return render(request, "participation/landing.html")
    seats = seats_of(request.user)
    return render(request, "participation/home.html", {"home": queries.home(seats)})


@page
def course(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id)
    return render(
        request,
        "participation/course.html",
        {"seat": seat, "overview": queries.course_overview(seat)},
    )


@page
def meeting(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = meeting_for(request.user, public_id)
    row = queries.meeting_overview(seat, found)
    discussions = [one.discussion for one in row.discussions]
    return render(
        request,
        "participation/meeting.html",
        {
            "seat": seat,
            "row": row,
            "leaders": leading.leaders_of(seat, found),
            "lead": leading.lead_of(seat, found, discussions),
        },
    )


@page
@login_required
def brief(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a teacher reads before class; those who see who answered see it, in a finished course
    too.
    """
    seat, found = meeting_for(request.user, public_id, Right.SEE_HIDDEN)
    seat.need(Right.SEE_NAMES)
    drafts = found.discussions.filter(state=Discussion.State.DRAFT)
    return render(
        request,
        "participation/brief.html",
        {
            "seat": seat,
            "meeting": found,
            "briefs": brief_of(seat, found),
            "drafts": drafts.count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def meeting_readings(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is to be read for a meeting, and which pages of it."""
    seat, found = meeting_for(request.user, public_id, Right.MEETINGS)
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        readings=by_name(visible_readings(seat)),
        assigned=dict(found.assigned.values_list("reading", "pages")),
    )
    if request.method == "POST" and form.is_valid():
        actions.assign_readings(meeting=found, wanted=form.wanted())
        if request.POST.get("then") == "add" and seat.can(Right.READINGS):
            to = reverse("reading-new", args=[seat.course.public_id])
            return redirect(f"{to}?meeting={found.public_id}")
        messages.success(request, _("What is to be read is saved."))
        return redirect(found)
    return render(
        request,
        "participation/meeting_readings.html",
        {"seat": seat, "meeting": found, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail_settings(request: HttpRequest) -> HttpResponse:
    """What comes by mail, for each of a person's courses."""
    person = cast(User, request.user)
    rules = queries.mail_rules(seats_of(person))
    form = MailForm(request.POST if request.method == "POST" else None, rules=rules)
    if request.method == "POST" and form.is_valid():
        for name, how in form.cleaned_data.items():
            if how:
                set_rule(person=person, list=name, how=how)
        messages.success(request, _("Your mail settings are saved."))
        return redirect("mail-settings")
    return render(
        request,
        "participation/mail.html",
        {"form": form, "hour": settings.DIGEST_HOUR},
        status=422 if form.errors else 200,
    )


@page
@login_required
def who_answered(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who answered which question: everybody for teachers, a student's own answers for them."""
    seat, discussion = discussion_for(request.user, public_id)
    everybody = answered.sees_everybody(seat)
    if not everybody and not answered.has_a_record(seat):
        raise PermissionDenied if seat.is_member else Http404
    table = answered.who_answered(seat, discussion)
    own = [] if everybody else table.rows
    return render(
        request,
        "participation/who_answered.html",
        {
            "seat": seat,
            "discussion": discussion,
            "table": table,
            "due": answers_due(discussion, timezone.now()),
            "everybody": everybody,
            "columns": len(table.questions) + 4,
            "pairs": [pair for row in own for pair in zip(table.questions, row.cells, strict=True)],
        },
    )


def tally_for(user: Viewer, public_id: str) -> tuple[Seat, Tally]:
    """For those who see everybody and everything, in a finished course too."""
    seat = course_for(user, public_id, Right.SEE_HIDDEN)
    seat.need(Right.SEE_NAMES)
    return seat, tally_of(seat)


@page
@login_required
def participation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who wrote how much in the course."""
    seat, tally = tally_for(request.user, public_id)
    return render(request, "participation/tally.html", {"seat": seat, "tally": tally})


@page
@login_required
def participation_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same for a spreadsheet; with a mark in front that tells Excel of its UTF-8."""
    seat, tally = tally_for(request.user, public_id)
    name = f"{slugify(seat.course.title) or 'course'}-participation.csv"
    return HttpResponse(
        "\ufeff" + as_csv(seat, tally),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )
