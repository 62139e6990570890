"""Bringing in a page from a class blog: paste, look it over, store."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from quaestio.courses.access import Seat, course_for
from quaestio.courses.roles import Right
from quaestio.discussions.actions import PostRefused
from quaestio.discussions.forms import DEFAULT_POSITIONS
from quaestio.transfers.actions import import_discussion
from quaestio.transfers.classblog import ClassBlogPage, PageRefused, decode, parse
from quaestio.transfers.forms import PasteForm, Preview
from quaestio.web.sentences import translated


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Paste a page; the same address takes the preview back, corrected."""
    seat = course_for(request.user, public_id, Right.IMPORT)
    if request.method != "POST":
        return paste_page(request, seat, PasteForm())
    if request.POST.get("do") == "store":
        return store(request, seat)
    form = PasteForm(request.POST, request.FILES)
    form.is_valid()
    try:
        file = form.cleaned_data.get("file")
        page = parse(decode(file.read()) if file else form.cleaned_data.get("page", ""))
    except PageRefused as refused:
        form.add_error(
            "file" if form.cleaned_data.get("file") else "page", translated(refused.sentence)
        )
        return paste_page(request, seat, form, status=422)
    return preview_page(request, seat, Preview.of(page, seat.course), page)


def store(request: HttpRequest, seat: Seat) -> HttpResponse:
    me = seat.need(Right.IMPORT)
    preview = Preview.posted(request.POST, seat.course)
    if not preview.is_valid():
        return preview_page(request, seat, preview, None, status=422)
    data = preview.form.cleaned_data
    try:
        made = import_discussion(
            by=me, plan=preview.plan(), meeting=data["meeting"], key=data["key"]
        )
    except PostRefused as refused:
        preview.form.add_error(None, refused.sentence)
        return preview_page(request, seat, preview, None, status=422)
    count = sum(1 for row in preview.responses if row.keep)
    messages.success(
        request,
        ngettext(
            "The discussion is here, with %s response.",
            "The discussion is here, with %s responses.",
            count,
        )
        % count
        if count
        else _("The discussion is here. It had no responses."),
    )
    return redirect("discussion", made.public_id)


def paste_page(
    request: HttpRequest, seat: Seat, form: PasteForm, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "transfers/paste.html",
        {"seat": seat, "course": seat.course, "form": form},
        status=status,
    )


def preview_page(
    request: HttpRequest,
    seat: Seat,
    preview: Preview,
    page: ClassBlogPage | None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "transfers/preview.html",
        {
            "seat": seat,
            "course": seat.course,
            "form": preview.form,
            "rows": preview.questions.with_blanks(),
            "default_positions": DEFAULT_POSITIONS,
            "responses": preview.responses,
            "warnings": [translated(one) for one in page.warnings] if page else [],
            "left_over": [(one.line, one.text, translated(one.why)) for one in page.left_over]
            if page
            else [],
        },
        status=status,
    )
