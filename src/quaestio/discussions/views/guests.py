"""What guests of an open course write: a response at the foot of a discussion, a reply to a post.

What becomes of it, and what its writer can still do, is reached by the link in their mail
(``guestlinks``).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from quaestio.courses.access import Seat
from quaestio.courses.models import Guest
from quaestio.discussions import actions, guests
from quaestio.discussions.access import can_read, enter, post_for, takes_guests
from quaestio.discussions.actions import PostedBefore, PostRefused
from quaestio.discussions.forms import GuestForm, as_shown, stand_of, storable, typed_fields
from quaestio.discussions.models import Discussion, Post
from quaestio.discussions.queries import Presence, questions_asked, thread_of
from quaestio.discussions.views.composing import anchor, byline_of, posted
from quaestio.discussions.views.previewing import (
    Preview,
    is_asked,
    preview_for_guest,
    stands_of,
)
from quaestio.discussions.views.relating import relation_shown
from quaestio.discussions.views.thread import guest_composer, thread_page


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
    return receive(request, seat, found, None)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("address")
def reply(request: HttpRequest, public_id: str) -> HttpResponse:
    """A guest's reply to a post: the page where it is written, and what is sent from there."""
    seat, parent = post_for(request.user, public_id)
    if request.method == "POST":
        if seat.is_member:
            raise PermissionDenied
        return receive(request, seat, parent.discussion, parent)
    if seat.is_member:
        return redirect("reply", public_id)
    if not takes_guests(seat, parent.discussion):
        return redirect(anchor(parent))
    if not can_read(seat, parent) or parent.state != Post.State.POSTED:
        raise Http404
    return reply_page(request, seat, parent)


def receive(
    request: HttpRequest, seat: Seat, found: Discussion, parent: Post | None
) -> HttpResponse:
    """Take what a guest sends, to a discussion or to a post in it; or give it back."""
    back = Back(request, seat, found, parent)
    if not takes_guests(seat, found):
        form = GuestForm(request.POST)
        form.is_valid()
        said = _("This course takes nothing from guests any more. Your text is kept below.")
        if not found.is_open:
            said = actions.closed_sentence(found)
        return back.given(form, said, "")
    known = guests.known_guest(request, seat.course)
    if "forget" in request.POST:
        return not_this_guest(back)
    form = GuestForm(request.POST, is_known=known is not None)
    valid = form.is_valid()
    problem, stamp = form_problem(request)
    try:
        if is_asked(request) and "body" not in form.errors:
            return previewed(back, form, known, stamp)
        if not valid or problem:
            return back.given(form, problem, stamp)
        if known is not None:
            return keep_at_once(request, form, found, parent, known)
        return keep_for_now(request, form, found, parent)
    except PostRefused as refused:
        key = uuid.uuid4() if isinstance(refused, PostedBefore) else form.submission_key
        found.refresh_from_db(fields=["state", "version"])
        return back.given(form, refused.sentence, stamp, key)


def previewed(back: Back, form: GuestForm, known: Guest | None, stamp: str) -> HttpResponse:
    """How it would read, above the form with all that was typed. What is still missing in the form
    is said when it is sent.
    """
    request, found, parent = back.request, back.found, back.parent
    stands, answered = [], None
    if parent is not None:
        answered = (parent, form.relation)
    else:
        stands = stands_of(questions_asked(found), *stand_of(request.POST))
    typed_name = form.cleaned_data.get("name", "")
    shown = preview_for_guest(
        source=form.source,
        name=known.enrollment.byline if known else typed_name,
        stands=stands,
        answered=answered,
    )
    names = ("name", "address", "tells_answers")
    initial = {"stamp": stamp, **{name: storable(request.POST.get(name, "")) for name in names}}
    page_form = GuestForm(is_known=known is not None, initial=initial)
    return back.page(page_form, {**back.typed(), "key": form.submission_key}, preview=shown)


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


def fields_of(request: HttpRequest, form: GuestForm, parent: Post | None) -> dict[str, Any]:
    """What an entry keeps of the form: see ``actions.send_entry``."""
    both = {"source": form.source, "tells_answers": form.cleaned_data["tells_answers"]}
    if parent is not None:
        said = form.relation
        return {**both, "kind": said.kind, "words": said.words, "near": said.near}
    answers, positions = stand_of(request.POST)
    return {
        **both,
        "answers": sorted(answers),
        "positions": {str(question): choice for question, choice in positions.items()},
    }


def keep_for_now(
    request: HttpRequest, form: GuestForm, found: Discussion, parent: Post | None
) -> HttpResponse:
    actions.send_entry(
        discussion=found,
        parent=parent,
        name=form.cleaned_data["name"],
        address=form.cleaned_data["address"],
        fields=fields_of(request, form, parent),
        key=form.submission_key,
        block=guests.block_of(request),
    )
    # The same sentence whatever became of it: it tells nobody which addresses are known here.
    return kept(
        request,
        found,
        parent,
        _(
            "What you wrote is kept. We have sent you a mail: open the link in it within three "
            "days to confirm that it was you. Then a teacher lets it in."
        ),
    )


def keep_at_once(
    request: HttpRequest, form: GuestForm, found: Discussion, parent: Post | None, known: Guest
) -> HttpResponse:
    known.enrollment.course = found.course
    actions.put_in_as_guest(
        by=known.enrollment,
        discussion=found,
        parent=parent,
        fields=fields_of(request, form, parent),
        key=form.submission_key,
    )
    return kept(
        request,
        found,
        parent,
        _("What you wrote is kept. It appears once a teacher has let it in; you get a mail then."),
    )


def kept(
    request: HttpRequest, found: Discussion, parent: Post | None, sentence: str
) -> HttpResponse:
    posted(request, sentence, f"guest:{(parent or found).public_id}")
    return redirect(anchor(parent) if parent else reverse("discussion", args=[found.public_id]))


@dataclass(frozen=True, slots=True)
class Back:
    """The page that a guest's form came from, to give it back with everything that was typed."""

    request: HttpRequest
    seat: Seat
    found: Discussion
    parent: Post | None

    def given(
        self, form: GuestForm, problem: str, stamp: str, key: uuid.UUID | None = None
    ) -> HttpResponse:
        data = self.request.POST.copy()
        data["stamp"] = stamp
        form.data = data
        return self.page(
            form,
            {**self.typed(), "key": key or self.request.POST.get("key")},
            problem,
            422 if takes_guests(self.seat, self.found) else 409,
        )

    def typed(self) -> dict[str, Any]:
        return typed_fields(self.request.POST)

    def page(
        self,
        form: GuestForm,
        typed: dict[str, Any],
        problem: str = "",
        status: int = 200,
        preview: Preview | None = None,
    ) -> HttpResponse:
        if self.parent is not None:
            return reply_page(
                *(self.request, self.seat, self.parent, form, typed, problem),
                status=status,
                preview=preview,
            )
        return thread_page(
            self.request,
            self.seat,
            thread_of(self.seat, self.found, Presence()),
            typed=typed,
            refused=problem,
            status=status,
            guest_form=form,
            preview=preview,
        )


def reply_page(
    request: HttpRequest,
    seat: Seat,
    parent: Post,
    form: GuestForm | None = None,
    fields: dict[str, Any] | None = None,
    refused: str = "",
    *,
    status: int = 200,
    preview: Preview | None = None,
) -> HttpResponse:
    fields = fields or {}
    readable = can_read(seat, parent)
    guest = guest_composer(request, seat, parent.discussion, [], form, fields, to_keep=False)
    return render(
        request,
        "discussions/guest_reply.html",
        {
            "seat": seat,
            "course": seat.course,
            "discussion": parent.discussion,
            "post": parent,
            "readable": readable,
            "byline": byline_of(seat, parent),
            "guest": guest,
            "relation": relation_shown(request, parent, fields, readable=readable),
            "refused": refused,
            "preview": preview,
            "kept_text": as_shown(fields.get("body", ""), fields.get("format", ""))[0],
        },
        status=status,
    )


def not_this_guest(back: Back) -> HttpResponse:
    """Somebody else sits at this browser now; what is typed stays."""
    back.request.COOKIES.pop(guests.cookie_of(back.seat.course), None)
    response = back.page(GuestForm(initial={"stamp": guests.new_stamp()}), back.typed())
    guests.forget(response, back.seat.course)
    return response
