"""The bibliography: a course's readings as works cited, brought in and given out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from quaestio.courses.access import course_for
from quaestio.courses.roles import Right
from quaestio.readings import actions
from quaestio.readings.bibliography.formats import parse, write
from quaestio.readings.forms import ImportForm
from quaestio.readings.queries import bibliography_of, candidates, citation_keys

# By the ending of the file: the format, and what it is sent as.
EXPORTS = {
    "bib": ("bibtex", "application/x-bibtex"),
    "ris": ("ris", "application/x-research-info-systems"),
    "json": ("csl-json", "application/vnd.citationstyles.csl+json"),
}


@require_safe
def bibliography(request: HttpRequest, public_id: str) -> HttpResponse:
    """The course's readings in its citation style."""
    seat = course_for(request.user, public_id)
    if not seat.is_member:
        raise Http404
    return render(
        request,
        "readings/bibliography.html",
        {"seat": seat, "course": seat.course, "rows": bibliography_of(seat)},
    )


@require_safe
def file(request: HttpRequest, public_id: str, ending: str) -> HttpResponse:
    """The same for other programs."""
    seat = course_for(request.user, public_id)
    if not seat.is_member or ending not in EXPORTS:
        raise Http404
    name, media_type = EXPORTS[ending]
    records = [row.reading.record for row in bibliography_of(seat)]
    keyed = list(zip(citation_keys(records), records, strict=True))
    response = HttpResponse(write(name, keyed), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="bibliography.{ending}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bring_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """A bibliography from elsewhere: first what would be added is shown, then it is added."""
    seat = course_for(request.user, public_id, Right.READINGS)
    me = seat.need(Right.READINGS)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    context = {"seat": seat, "course": seat.course, "form": form}
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "readings/bibliography_import.html", context, status=status)
    text = form.cleaned_data["text"]
    parsed = parse(text)
    found = candidates(seat, [entry.csl for entry in parsed.entries])
    if request.POST.get("do") == "add":
        chosen = {
            int(one) for one in request.POST.getlist("record") if one.isdecimal() and len(one) < 7
        }
        made = actions.add_records(
            by=me, records=[one.told for one in found if one.number in chosen]
        )
        told = ngettext(
            "%(n)s reading has been added.", "%(n)s readings have been added.", len(made)
        )
        messages.success(request, told % {"n": len(made)})
        return redirect("bibliography", public_id)
    context |= {"text": text, "found": found, "faults": parsed.faults}
    return render(request, "readings/bibliography_preview.html", context)
