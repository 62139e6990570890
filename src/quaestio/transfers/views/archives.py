"""Taking a course out as a file: ask for it, watch it, fetch it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quaestio.courses.access import course_for
from quaestio.courses.roles import Right
from quaestio.transfers import actions
from quaestio.transfers.access import archive_for
from quaestio.transfers.forms import ArchiveForm
from quaestio.transfers.models import Archive
from quaestio.transfers.queries import archives_of, file_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def archives(request: HttpRequest, public_id: str) -> HttpResponse:
    """What can be taken out of a course, and the copies that are there."""
    seat = course_for(request.user, public_id, Right.COURSE)
    form = ArchiveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by = seat.need(Right.COURSE)
        archive = actions.ask_for_archive(by=by, wanted=form.wanted())
        archive.refresh_from_db()
        if archive.state == Archive.State.WAITING:
            messages.success(request, _("The copy is being made. It will stand below."))
        return redirect("archives", public_id)
    rows = archives_of(seat)
    return render(
        request,
        "transfers/archives.html",
        {
            "seat": seat,
            "form": form,
            "rows": rows,
            "working": any(row.archive.state == Archive.State.WAITING for row in rows),
        },
        status=422 if form.errors else 200,
    )


@require_safe
@login_required
def file(request: HttpRequest, course_id: str, public_id: str) -> FileResponse:
    """The archive itself: a download, never shown inside the site."""
    seat, archive = archive_for(request.user, course_id, public_id)
    try:
        whole = file_of(archive).open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    course, day = seat.course, timezone.localdate(archive.asked_at)
    name = slugify(f"{course.title} {course.term}")[:80].strip("-") or "course"
    response = FileResponse(
        whole,
        as_attachment=True,
        filename=f"{name}-{day.isoformat()}.zip",
        content_type="application/zip",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def remove(request: HttpRequest, course_id: str, public_id: str) -> HttpResponse:
    _seat, archive = archive_for(request.user, course_id, public_id)
    actions.remove_archive(archive=archive)
    messages.success(request, _("The copy is deleted here."))
    return redirect("archives", course_id)
