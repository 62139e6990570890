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
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from quaestio.accounts.models import User
from quaestio.courses import actions, queries
from quaestio.courses.access import (
    course_for,
    enrollment_for,
    invitation_for,
    meeting_for,
    visible_people,
)
from quaestio.courses.forms import (
    CourseForm,
    InvitationForm,
    LeadersForm,
    MeetingForm,
    NewCourseForm,
    PersonForm,
    SectionForm,
)
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
        messages.info(request, _("You are in this course already."))
        return redirect(invitation.course)
    if not reason and request.method == "POST" and request.user.is_authenticated:
        try:
            enrollment = actions.join(by=request.user, token=token)
        except actions.LinkRefused as refused:
            reason = refused.reason
        else:
            messages.success(request, _("Welcome. You are in."))
            return redirect(enrollment.course)
    if reason:
        status = 404 if reason == "unknown" else 410
        return render(request, "courses/join_refused.html", {"reason": reason}, status=status)
    return render(request, "courses/join.html", {"invitation": invitation})


# -- Meetings -----------------------------------------------------------------------------------


@page_with_form
@login_required
def meeting_new(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.MEETINGS)
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        meeting = actions.make_meeting(
            course=seat.course,
            title=form.cleaned_data["title"],
            on=form.cleaned_data["date"],
            note=form.cleaned_data["note"],
        )
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
        students=visible_people(seat).filter(role=Role.STUDENT),
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
