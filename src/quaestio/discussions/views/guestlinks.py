"""What the link in a guest's mail opens: first the question whether it was they who wrote, then
what became of it, to be changed while it waits and to be taken back.

Looking changes nothing, so programs that try links in mails confirm and withdraw nothing.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from quaestio.discussions import actions, guests
from quaestio.discussions.access import guest_may_be_told, guest_may_edit, guest_may_withdraw
from quaestio.discussions.actions import EditConflict, LinkSpent, PostRefused
from quaestio.discussions.forms import GuestForm, stand_of
from quaestio.discussions.models import GuestEntry, Post
from quaestio.discussions.queries import questions_asked
from quaestio.discussions.views.comparing import Parts, flat
from quaestio.discussions.views.previewing import (
    Preview,
    is_asked,
    preview_for_guest,
    stands_of,
)
from quaestio.discussions.views.writing import as_written
from quaestio.web.richtext import clean, to_plain
from quaestio.web.worddiff import side_by_side


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)  # computers are shared
@sensitive_variables("proof")
def confirm(request: HttpRequest, public_id: str, proof: str) -> HttpResponse:
    """Confirm the address, once; from then on the page of one's own post."""
    entries = GuestEntry.objects.select_related(
        "discussion__course", "parent", "post__discussion__course", "post__author"
    )
    entry = entries.filter(public_id=public_id).first()
    if entry is None or not guests.is_proof(public_id, proof):
        return link_page(request, None, "unknown", 404)
    if entry.post is not None:
        return own_post(request, entry.post)
    if actions.is_spent(entry):
        return link_page(request, entry, "spent", 410)
    wanted = request.POST.get("do") if request.method == "POST" else None
    if wanted == "decline":
        actions.decline_entry(entry=entry)
        return link_page(request, None, "declined", 200)
    if wanted != "confirm":
        return link_page(request, entry, "", 200)
    try:
        guest, post = actions.confirm_entry(entry=entry)
    except LinkSpent:
        return redirect(request.path)
    except PostRefused as refused:
        return link_page(request, entry, refused.sentence, 409)
    messages.success(
        request,
        _(
            "Thank you, your address is confirmed. What you wrote appears once a teacher lets it "
            "in. Until then the link in your mail lets you change it, and always take it back."
        ),
    )
    response = redirect(reverse("discussion", args=[post.discussion.public_id]))
    guests.remember(response, guest)
    return response


# A mail program presses this button for its user: it has no cookie and no token of ours
# (RFC 8058). The signature in the address is the permission, and a GET changes nothing.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
@sensitive_variables("token")
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """End all mail to a guest about answers to what they wrote in a course."""
    guest = guests.guest_behind(token)
    if guest is not None and request.method == "POST":
        actions.stop_answers(guest=guest)
    return unlisted(
        request,
        "discussions/guest_mail.html",
        {"stops": guest.course.title if guest else "", "done": request.method == "POST"},
        200 if guest else 404,
    )


def link_page(
    request: HttpRequest, entry: GuestEntry | None, problem: str, status: int
) -> HttpResponse:
    return unlisted(
        request,
        "discussions/guest_confirm.html",
        {
            "entry": entry,
            "text": clean(entry.fields.get("source", "")) if entry else "",
            "problem": problem,
        },
        status,
    )


def own_post(request: HttpRequest, post: Post) -> HttpResponse:
    """What a guest has posted, for themselves: what became of it, and what they can still do."""
    if request.method != "POST":
        return own_page(request, post)
    if is_asked(request) or request.POST.get("do") == "save":
        return change(request, post)
    if request.POST.get("do") == "withdraw" and guest_may_withdraw(post):
        actions.withdraw(post=post, by=post.author)
        messages.success(request, _("It has been withdrawn."))
    elif request.POST.get("do") == "tell" and guest_may_be_told(post):
        actions.tell_answers(post=post, wanted=True)
        messages.success(request, _("You get a mail when somebody answers it."))
    elif request.POST.get("do") == "tell-no-more":
        actions.tell_answers(post=post, wanted=False)
        messages.success(request, _("You get no more mail about answers to it."))
    return redirect(request.path)


def change(request: HttpRequest, post: Post) -> HttpResponse:
    """Change what waits, or show how it would read; what cannot be taken is given back."""
    form = GuestForm(request.POST, is_known=True)
    if not form.is_valid():
        return own_page(request, post, form, status=422)
    if not guest_may_edit(post):
        said = _("This can no longer be changed. Your text is kept below.")
        return own_page(request, post, form, said, status=409)
    answers, positions = stand_of(as_written(post))
    try:
        if is_asked(request):
            return previewed(request, post, form, answers, positions)
        actions.edit_post(
            post=post,
            by=post.author,
            source=form.source,
            version=form.cleaned_data.get("version") or 0,
            answers=answers,
            positions=positions,
        )
    except PostRefused as refused:
        return own_page(request, post, form, refused.sentence, status=409)
    except EditConflict as conflict:
        other = [("", side_by_side(flat(conflict.current.source), flat(form.source)))]
        return own_page(request, conflict.current, form, other=other, status=409)
    messages.success(request, _("It is changed. It waits for a teacher as before."))
    return redirect(request.path)


def previewed(
    request: HttpRequest,
    post: Post,
    form: GuestForm,
    answers: set[int],
    positions: dict[int, int],
) -> HttpResponse:
    """How it would read, above the form with what was typed. Nothing is saved."""
    shown = preview_for_guest(
        source=form.source,
        name=post.author.byline,
        stands=stands_of(questions_asked(post.discussion), answers, positions),
        was=post,
    )
    return own_page(request, post, form, preview=shown)


def own_page(
    request: HttpRequest,
    post: Post,
    form: GuestForm | None = None,
    refused: str = "",
    *,
    preview: Preview | None = None,
    other: Parts | None = None,
    status: int = 200,
) -> HttpResponse:
    typed = form.data.get("body", "") if form else ""
    return unlisted(
        request,
        "discussions/guest_post.html",
        {
            "post": post,
            "discussion": post.discussion,
            "form": form,
            "version": version_of(form) if form and other is None else post.version,
            "preview": preview,
            "body": typed or to_plain(post.source),
            "may_edit": guest_may_edit(post),
            "may_withdraw": guest_may_withdraw(post),
            "may_be_told": guest_may_be_told(post),
            "refused": refused,
            "other": other,
        },
        status,
    )


def version_of(form: GuestForm) -> int:
    """Of the text that was changed: from it on others' changes are told, also after a preview."""
    form.is_valid()
    return form.cleaned_data.get("version") or 0


def unlisted(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """A page that whoever has its address may see, and no search engine is to find."""
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
