"""What guests of an open course see and send."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from quaestio.courses.access import Seat
from quaestio.courses.models import Guest
from quaestio.discussions import actions, guests
from quaestio.discussions.access import enter, takes_guests
from quaestio.discussions.actions import LinkSpent, PostedBefore, PostRefused
from quaestio.discussions.forms import GuestForm, stand_of, typed_fields
from quaestio.discussions.models import Discussion, GuestEntry
from quaestio.discussions.queries import Presence, thread_of
from quaestio.discussions.views.thread import thread_page
from quaestio.web.richtext import clean


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("address")
def respond(request: HttpRequest, public_id: str) -> HttpResponse:
    """A guest's response: kept until they have confirmed their address, or, where this browser is
    known, put before a teacher at once.
    """
    entered = enter(request.user, public_id)
    if request.method != "POST":
        # A form that was given back stands at this address; a browser may ask for it anew.
        return redirect("discussion", entered.discussion.public_id)
    seat, found = entered.seat, entered.discussion
    if seat.is_member:
        raise PermissionDenied
    if not takes_guests(seat, found):
        form = GuestForm(request.POST)
        form.is_valid()
        said = _("This course takes nothing from guests any more. Your text is kept below.")
        if not found.is_open:
            said = actions.closed_sentence(found)
        return given_back(request, seat, found, form, said, "")
    known = guests.known_guest(request, seat.course)
    if "forget" in request.POST:
        return not_this_guest(request, seat, found)
    form = GuestForm(request.POST, is_known=known is not None)
    valid = form.is_valid()
    problem, stamp = form_problem(request)
    if not valid or problem:
        return given_back(request, seat, found, form, problem, stamp)
    try:
        if known is not None:
            return keep_at_once(request, form, found, known)
        return keep_for_now(request, form, found)
    except PostRefused as refused:
        key = uuid.uuid4() if isinstance(refused, PostedBefore) else form.submission_key
        found.refresh_from_db(fields=["state", "version"])
        return given_back(request, seat, found, form, refused.sentence, stamp, key)


def form_problem(request: HttpRequest) -> tuple[str, str]:
    """What makes a form look like a machine's, said to a person; and the stamp to go on with."""
    stamp = request.POST.get("stamp", "")
    if request.POST.get(guests.HONEYPOT, "").strip():
        return _("A field that is to stay empty was filled in. Please send it once more."), stamp
    how = guests.stamp_problem(stamp)
    if how == "fast":
        return _("That was very quick. Please look it over, then send it once more."), stamp
    if how == "old":
        fresh = guests.new_stamp()
        return _("This page had been open for long. Your text is below; please send it again."), (
            fresh
        )
    return "", stamp


def keep_for_now(request: HttpRequest, form: GuestForm, found: Discussion) -> HttpResponse:
    answers, positions = stand_of(request.POST)
    actions.send_entry(
        discussion=found,
        name=form.cleaned_data["name"],
        address=form.cleaned_data["address"],
        fields={
            "source": form.source,
            "answers": sorted(answers),
            "positions": {str(question): choice for question, choice in positions.items()},
        },
        key=form.submission_key,
        block=guests.block_of(request),
    )
    # The same sentence whatever became of it: it tells nobody which addresses are known here.
    messages.success(
        request,
        _(
            "Your response is kept. We have sent you a mail: open the link in it within three days "
            "to confirm that it was you. Then a teacher lets it in."
        ),
        extra_tags=f"draft-done:guest:{found.public_id}",
    )
    return redirect("discussion", found.public_id)


def keep_at_once(
    request: HttpRequest, form: GuestForm, found: Discussion, known: Guest
) -> HttpResponse:
    answers, positions = stand_of(request.POST)
    known.enrollment.course = found.course
    actions.respond_as_guest(
        by=known.enrollment,
        discussion=found,
        source=form.source,
        answers=answers,
        positions=positions,
        key=form.submission_key,
    )
    messages.success(
        request,
        _("Your response is kept. It appears once a teacher has let it in; you get a mail then."),
        extra_tags=f"draft-done:guest:{found.public_id}",
    )
    return redirect("discussion", found.public_id)


def given_back(
    request: HttpRequest,
    seat: Seat,
    found: Discussion,
    form: GuestForm,
    problem: str,
    stamp: str,
    key: uuid.UUID | None = None,
) -> HttpResponse:
    """The page again, with everything that was typed."""
    data = request.POST.copy()
    data["stamp"] = stamp
    form.data = data
    typed: dict[str, Any] = {**typed_fields(request.POST), "key": key or request.POST.get("key")}
    return thread_page(
        request,
        seat,
        thread_of(seat, found, Presence()),
        typed=typed,
        refused=problem,
        status=422 if takes_guests(seat, found) else 409,
        guest_form=form,
    )


def not_this_guest(request: HttpRequest, seat: Seat, found: Discussion) -> HttpResponse:
    """Somebody else sits at this browser now; what is typed stays."""
    request.COOKIES.pop(guests.cookie_of(seat.course), None)
    form = GuestForm(initial={"stamp": guests.new_stamp()})
    response = thread_page(
        request,
        seat,
        thread_of(seat, found, Presence()),
        typed=typed_fields(request.POST),
        guest_form=form,
    )
    guests.forget(response, seat.course)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("proof")
def confirm(request: HttpRequest, public_id: str, proof: str) -> HttpResponse:
    """What the link in the mail opens. Looking changes nothing, so programs that try links in mails
    confirm nothing.
    """
    entry = (
        GuestEntry.objects.select_related("discussion__course").filter(public_id=public_id).first()
    )
    if entry is None or not guests.is_proof(public_id, proof):
        return link_page(request, None, "unknown", 404)
    if actions.is_spent(entry):
        return link_page(request, entry, "spent", 410)
    if request.method != "POST":
        return link_page(request, entry, "", 200)
    if request.POST.get("do") == "decline":
        actions.decline_entry(entry=entry)
        return link_page(request, None, "declined", 200)
    try:
        guest, post = actions.confirm_entry(entry=entry)
    except LinkSpent:
        return link_page(request, entry, "spent", 410)
    except PostRefused as refused:
        return link_page(request, entry, refused.sentence, 409)
    messages.success(
        request,
        _("Thank you, your address is confirmed. Your response appears once a teacher lets it in."),
    )
    response = redirect(reverse("discussion", args=[post.discussion.public_id]))
    guests.remember(response, guest)
    return response


def link_page(
    request: HttpRequest, entry: GuestEntry | None, problem: str, status: int
) -> HttpResponse:
    response = render(
        request,
        "discussions/guest_confirm.html",
        {
            "entry": entry,
            "text": clean(entry.fields.get("source", "")) if entry else "",
            "problem": problem,
        },
        status=status,
    )
    response["X-Robots-Tag"] = "noindex"
    return response
