"""What somebody has been told, and the one click that ends mail about it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quaestio.accounts.models import User
from quaestio.notifications import actions
from quaestio.notifications.access import notice_for
from quaestio.notifications.links import behind
from quaestio.notifications.queries import notices_of, returned_mail
from quaestio.notifications.words import list_names, words_of


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """Everything this person was told, newest first."""
    person = cast(User, request.user)
    rows, page = notices_of(person, request.GET.get("page", ""))
    return render(
        request,
        "notifications/notices.html",
        {"rows": rows, "page_obj": page, "returned": returned_mail(person)},
    )


@require_safe
@login_required
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Leads to what the notice is about; whoever follows it has seen it."""
    person = cast(User, request.user)
    found = notice_for(person, public_id)
    words = words_of([found]).get(found.pk)
    actions.mark_seen(person=person, notice=found)
    if words is None:
        messages.info(request, _("What this notice was about is no longer open to you."))
        return redirect("notices")
    return redirect(words.path)


@require_POST
@login_required
def notices_read(request: HttpRequest) -> HttpResponse:
    actions.mark_seen(person=cast(User, request.user))
    return redirect("notices")


@require_POST
@login_required
def address_again(request: HttpRequest) -> HttpResponse:
    """Send mail again to an address at which it was refused."""
    actions.try_address_again(person=cast(User, request.user))
    messages.success(request, _("The next mail will be sent to your address again."))
    return redirect("notices")


# A mail program presses this button for its user: it has no cookie and no token of ours
# (RFC 8058). The signature in the address is the permission, and a GET changes nothing.
@sensitive_variables("token")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    found = behind(token)
    if found is None:
        return render(request, "notifications/unsubscribe_unknown.html", status=404)
    name = list_names(found.person, [found.list]).get(found.list, "")
    if request.method == "POST":
        actions.unsubscribe(person=found.person, list=found.list)
    return render(
        request,
        "notifications/unsubscribe.html",
        {"list": found.list, "name": name, "done": request.method == "POST"},
    )
