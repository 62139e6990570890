"""How a person wants mail about one discussion."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quaestio.accounts.models import User
from quaestio.discussions.access import discussion_for
from quaestio.notifications.actions import set_rule
from quaestio.notifications.models import How
from quaestio.notifications.queries import Rules, rule_of


class DiscussionMailForm(forms.Form):
    how = forms.ChoiceField(required=False, widget=forms.RadioSelect)

    def __init__(self, *args: object, as_course: How, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        field = cast(forms.ChoiceField, self.fields["how"])
        field.label = _("Mail about this discussion")
        as_all = _("as for the whole course: %(how)s") % {"how": as_course.label}
        field.choices = [("", as_all), *How.choices]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def discussion_mail(request: HttpRequest, public_id: str) -> HttpResponse:
    person = cast(User, request.user)
    seat, found = discussion_for(person, public_id)
    if not seat.is_member:
        raise PermissionDenied
    course = seat.course.public_id
    form = DiscussionMailForm(
        request.POST if request.method == "POST" else None,
        as_course=Rules([person.pk], [course]).how(person.pk, course),
        initial={"how": rule_of(person, public_id) or ""},
    )
    if request.method == "POST" and form.is_valid():
        set_rule(person=person, list=public_id, how=form.cleaned_data["how"])
        messages.success(request, _("Saved: this is how you hear of this discussion by mail."))
        return redirect("discussion", public_id)
    return render(
        request,
        "discussions/mail.html",
        {"seat": seat, "discussion": found, "form": form},
        status=422 if form.errors else 200,
    )
