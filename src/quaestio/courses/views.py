"""The pages of a course that concern its people and its order. (The course page itself shows
discussions and readings too, so it is in ``participation``.)"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from quaestio.accounts.models import User
from quaestio.courses import actions, queries
from quaestio.courses.access import (
    Seat,
    course_for,
    enrollment_for,
    enrollment_in,
    invitation_for,
    invitee_for,
    meeting_for,
    visible_people,
)
from quaestio.courses.forms import (
    CourseForm,
    InvitationForm,
    LeadersForm,
    ListForm,
    MeetingForm,
    NewCourseForm,
    PersonForm,
    SectionForm,
)
from quaestio.courses.links import is_proof
from quaestio.courses.listplan import Plan, plan_of
from quaestio.courses.models import Course
from quaestio.courses.roles import Right, Role

page_with_form = require_http_methods(["GET", "HEAD", "POST"])


def status_of(form: Form | ModelForm[Any]) -> int:
    """A form that was refused is no success, though the page looks like any other."""
    return 422 if form.errors else 200


@page_with_form
@login_required
def course_new(request: HttpRequest) -> HttpResponse:
    form = NewCourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        course = actions.create_course(by=cast(User, request.user), **form.cleaned_data)
        messages.success(request, _("Your course is there. Nobody but you sees it yet."))
        return redirect(course)
    return render(request, "courses/course_new.html", {"form": form}, status=status_of(form))


@page_with_form
@login_required
def course_settings(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.COURSE)
    form = CourseForm(request.POST or None, instance=seat.course)
    if request.method == "POST" and form.is_valid():
        actions.change_course(course=seat.course, by=seat.need(Right.COURSE), **form.cleaned_data)
        messages.success(request, _("The settings are saved."))
        return redirect("course-settings", seat.course.public_id)
    return render(
        request,
        "courses/course_settings.html",
        {
            "seat": seat,
            "form": form,
            "sections": queries.sections(seat),
            "section_form": SectionForm(),
        },
        status=status_of(form),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def course_finish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks, and then nothing in the course can be changed any more."""
    seat = course_for(request.user, public_id, Right.COURSE)
    if request.method == "POST":
        actions.seal(course=seat.course, by=seat.need(Right.COURSE))
        messages.success(request, _("The course is finished. It can be read and not changed."))
        return redirect(seat.course)
    return render(
        request,
        "courses/finish.html",
        {
            "seat": seat,
            "heading": _("Finish this course?"),
            "body": _(
                "It can then be read and not changed: nobody posts, edits, uploads or joins any "
                "more, teachers included. Every link goes on working. In the settings you can "
                "open it again."
            ),
            "submit": _("Finish the course"),
            "cancel_url": reverse("course-settings", args=[public_id]),
        },
    )


@require_POST
@login_required
def course_reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.COURSE)
    actions.unseal(course=seat.course, by=seat.need(Right.COURSE))
    messages.success(request, _("The course is open again."))
    return redirect(seat.course)


@require_POST
@login_required
def section_new(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.COURSE)
    form = SectionForm(request.POST)
    if form.is_valid():
        actions.make_section(course=seat.course, name=form.cleaned_data["name"])
        messages.success(request, _("The section is there. Place people in it on the people page."))
        return redirect("course-settings", seat.course.public_id)
    return render(
        request,
        "courses/course_settings.html",
        {
            "seat": seat,
            "form": CourseForm(instance=seat.course),
            "sections": queries.sections(seat),
            "section_form": form,
        },
        status=422,
    )


# -- People -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
@login_required
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.SEE_ROSTER)
    return render(
        request,
        "courses/people.html",
        {
            "seat": seat,
            "people": queries.roster(seat),
            "kept": queries.invitees(seat),
            "invite_url": reverse("invitations", args=[seat.course.public_id]),
        },
    )


@page_with_form
@login_required
def person_role(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    """Change what a person is here."""
    seat, person = enrollment_for(request.user, course_id, public_id, Right.ADMIT)
    name = person.byline
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person.refresh_from_db(fields=["role"])
        try:
            actions.place(
                enrollment=person,
                by=seat.need(Right.ADMIT),
                role=form.cleaned_data["role"],
                byline=form.cleaned_data["byline"],
                section=form.cleaned_data.get("section", person.section),
                hold_posts=form.cleaned_data["hold_posts"],
            )
        except actions.LastInstructor:
            form.add_error("role", last_instructor())
        else:
            messages.success(request, _("%(name)s: saved.") % {"name": person.byline})
            return redirect("people", seat.course.public_id)
    return render(
        request,
        "courses/person_role.html",
        {"seat": seat, "person": person, "name": name, "form": form},
        status=status_of(form),
    )


@page_with_form
@login_required
def person_remove(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    seat, person = enrollment_for(request.user, course_id, public_id, Right.ADMIT)
    problem = ""
    if request.method == "POST":
        try:
            actions.remove_person(enrollment=person, by=seat.need(Right.ADMIT))
        except actions.LastInstructor:
            problem = last_instructor()
        else:
            messages.success(
                request, _("%(name)s is no longer in the course.") % {"name": person.byline}
            )
            if person.user_id == request.user.pk:
                return redirect("home")
            return redirect("people", seat.course.public_id)
    return render(
        request,
        "courses/person_remove.html",
        {"seat": seat, "person": person, "problem": problem},
        status=409 if problem else 200,
    )


def last_instructor() -> str:
    return _(
        "This is the course’s only instructor, and a course needs one. "
        "Make somebody else an instructor first."
    )


# -- Class lists --------------------------------------------------------------------------------


@page_with_form
@login_required
def class_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """A list is looked at first; the same address puts it in."""
    seat = course_for(request.user, public_id, Right.ADMIT)
    by = seat.need(Right.ADMIT)
    if request.method != "POST":
        return list_page(request, seat, ListForm(by=by))
    form = ListForm(request.POST, request.FILES, by=by)
    if not form.is_valid():
        return list_page(request, seat, form)
    role, with_sections = form.cleaned_data["role"], form.cleaned_data["with_sections"]
    if request.POST.get("do") == "store" and not form.cleaned_data["file"]:
        try:
            listed = actions.put_list_in(
                by=by, lines=form.lines, role=role, with_sections=with_sections
            )
        except actions.TooMany:
            form.add_error(None, too_many())
            return list_page(request, seat, form)
        messages.success(request, what_came_of(listed))
        return redirect("people", seat.course.public_id)
    plan = plan_of(seat.course, form.lines, role=role, with_sections=with_sections)
    again = ListForm(initial={**form.cleaned_data, "list": form.text}, by=by)
    return list_page(request, seat, again, plan)


def list_page(
    request: HttpRequest, seat: Seat, form: ListForm, plan: Plan | None = None
) -> HttpResponse:
    return render(
        request,
        "courses/class_list.html",
        {"seat": seat, "form": form, "plan": plan},
        status=status_of(form) if form.is_bound else 200,
    )


def too_many() -> str:
    return _(
        "More than %(most)s invitations in one day are not sent. Put in a part of the list."
    ) % {"most": f"{actions.MOST_A_DAY:,}"}


def what_came_of(listed: actions.Listed) -> str:
    parts = []
    if listed.enrolled:
        parts.append(
            ngettext("%(n)s person is in.", "%(n)s people are in.", listed.enrolled)
            % {"n": listed.enrolled}
        )
    if listed.invited:
        parts.append(
            ngettext(
                "%(n)s invitation goes out by mail.",
                "%(n)s invitations go out by mail.",
                listed.invited,
            )
            % {"n": listed.invited}
        )
    if listed.changed:
        parts.append(
            ngettext("%(n)s was changed.", "%(n)s were changed.", listed.changed)
            % {"n": listed.changed}
        )
    return " ".join(parts) or _("Everybody on the list was there already. Nothing was changed.")


@require_POST
@login_required
def invitee_again(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    seat, found = invitee_for(request.user, course_id, public_id)
    try:
        actions.invite_again(invitee=found)
    except actions.TooMany:
        messages.error(request, _("Three mails went to this address today. Try again tomorrow."))
    else:
        messages.success(
            request, _("The invitation goes out again. It is good for a month from now.")
        )
    return redirect("people", seat.course.public_id)


@require_POST
@login_required
def invitee_end(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    seat, found = invitee_for(request.user, course_id, public_id)
    actions.end_invitation(invitee=found)
    messages.success(request, _("The invitation is ended, and its link opens nothing any more."))
    return redirect("people", seat.course.public_id)


@sensitive_variables("proof")
@page_with_form
def invited(request: HttpRequest, public_id: str, proof: str) -> HttpResponse:
    """What the link in the mail opens: whoever has it takes the place, with whichever account; or
    has the address deleted."""
    if not is_proof(public_id, proof):
        return refused(request, "unknown")
    invitee = queries.invitee_behind(public_id)
    if invitee is None:
        there = queries.came_by(public_id, request.user)
        return already_in(request, there.course) if there else refused(request, "taken")
    if request.method == "POST" and request.POST.get("do") == "delete":
        actions.end_invitation(invitee=invitee)
        return render(request, "courses/invited_deleted.html")
    there = enrollment_in(request.user, invitee.course)
    if reason := queries.why_no_place(invitee, there):
        return refused(request, reason)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            enrollment = actions.take_place(by=request.user, public_id=public_id)
        except actions.LinkRefused as error:
            return refused(request, error.reason)
        messages.success(request, _("Welcome. You are in."))
        return redirect(enrollment.course)
    is_member = there is not None and there.removed_at is None
    return render(request, "courses/invited.html", {"invitee": invitee, "is_member": is_member})


def already_in(request: HttpRequest, course: Course) -> HttpResponse:
    """For whoever presses a second time, or comes by an old link again."""
    messages.info(request, _("You are in this course already."))
    return redirect(course)


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    status = 404 if reason == "unknown" else 410
    return render(request, "courses/join_refused.html", {"reason": reason}, status=status)


# -- Invitations --------------------------------------------------------------------------------


@page_with_form
@login_required
def invitations(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.INVITE)
    by = seat.need(Right.INVITE)
    form = InvitationForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        actions.invite(
            by=by,
            role=form.cleaned_data["role"],
            max_uses=form.cleaned_data["max_uses"],
            expires_at=form.cleaned_data["expires_at"],
            section=form.cleaned_data.get("section"),
        )
        messages.success(request, _("The link is ready. Send it to those who are to join."))
        return redirect("invitations", seat.course.public_id)
    shown: list[dict[str, Any]] = [
        {"row": one, "link": request.build_absolute_uri(one.get_join_url())}
        for one in queries.invitations(seat)
    ]
    return render(
        request,
        "courses/invitations.html",
        {
            "seat": seat,
            "form": form,
            "good": [one for one in shown if one["row"].is_good],
            "ended": [one for one in shown if not one["row"].is_good],
        },
        status=status_of(form),
    )


@require_POST
@login_required
def invitation_revoke(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    seat, found = invitation_for(request.user, course_id, public_id)
    actions.revoke_invitation(invitation=found)
    messages.success(request, _("The link no longer opens. Whoever has joined stays."))
    return redirect("invitations", seat.course.public_id)


@sensitive_variables("token")
@page_with_form
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What a join link opens. The link itself is the permission: whoever has it may know what
    it is for, and nothing more."""
    invitation, reason, is_member = queries.invitation_behind(token, request.user)
    if is_member and invitation is not None:
        return already_in(request, invitation.course)
    if not reason and request.method == "POST" and request.user.is_authenticated:
        try:
            enrollment = actions.join(by=request.user, token=token)
        except actions.LinkRefused as error:
            reason = error.reason
        else:
            messages.success(request, _("Welcome. You are in."))
            return redirect(enrollment.course)
    if reason:
        return refused(request, reason)
    return render(request, "courses/join.html", {"invitation": invitation})


# -- Meetings -----------------------------------------------------------------------------------


@page_with_form
@login_required
def meeting_new(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.MEETINGS)
    form = MeetingForm(
        request.POST or None, initial={"date": queries.likely_next_date(seat.course)}
    )
    if request.method == "POST" and form.is_valid():
        meeting = actions.make_meeting(
            course=seat.course,
            title=form.cleaned_data["title"],
            on=form.cleaned_data["date"],
            note=form.cleaned_data["note"],
        )
        if "another" in request.POST:
            messages.success(request, _("“%(title)s” is there.") % {"title": meeting.title})
            return redirect("meeting-new", seat.course.public_id)
        messages.success(request, _("The meeting is there. What is to be read for it?"))
        return redirect(meeting)
    return render(
        request, "courses/meeting_form.html", {"seat": seat, "form": form}, status=status_of(form)
    )


@page_with_form
@login_required
def meeting_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = meeting_for(request.user, public_id, Right.MEETINGS)
    form = MeetingForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.change_meeting(
            meeting=found,
            title=form.cleaned_data["title"],
            on=form.cleaned_data["date"],
            note=form.cleaned_data["note"],
        )
        messages.success(request, _("The meeting is saved."))
        return redirect(found)
    return render(
        request,
        "courses/meeting_form.html",
        {"seat": seat, "form": form, "meeting": found},
        status=status_of(form),
    )


@page_with_form
@login_required
def meeting_leaders(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who poses the question for a meeting."""
    seat, found = meeting_for(request.user, public_id, Right.MEETINGS)
    form = LeadersForm(
        request.POST if request.method == "POST" else None,
        students=visible_people(seat).filter(role=Role.STUDENT, user__isnull=False),
        initial={"people": list(found.leaders.values_list("person__public_id", flat=True))},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_leaders(meeting=found, people=form.cleaned_data["people"])
        messages.success(request, _("Saved. Those who lead see it on their first page."))
        return redirect(found)
    return render(
        request,
        "courses/meeting_leaders.html",
        {"seat": seat, "form": form, "meeting": found},
        status=status_of(form),
    )
