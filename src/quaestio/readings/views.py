"""Readings: uploading, records, search, files. The pages that show who quotes a reading (the list,
one reading, the reader) are in ``discussions``, which asks here for their part about files.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quaestio.courses.access import Seat, course_for, meeting_for
from quaestio.courses.models import Enrollment, Meeting
from quaestio.courses.roles import Right
from quaestio.readings import actions, rereading
from quaestio.readings.access import document_for, page_for, reading_for
from quaestio.readings.actions import UploadRefused
from quaestio.readings.forms import (
    LabelForm,
    NewReadingForm,
    PasteForm,
    ReadingForm,
    RecogniseForm,
    UploadForm,
)
from quaestio.readings.models import Document, Page, Reading
from quaestio.readings.pictures import picture_of
from quaestio.readings.queries import (
    contents_of,
    documents_of,
    numbered_pages_of,
    page_with_label,
    pages_between,
    pages_of,
    reread_among,
    row_of,
    search_in,
)
from quaestio.readings.rendering import Span, page_html
from quaestio.web.richtext import CONTROL

LONGEST_SEARCH = 200
MOST_AT_ONCE = 60  # pages


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, public_id: str) -> HttpResponse:
    seat = course_for(request.user, public_id, Right.READINGS)
    me = seat.need(Right.READINGS)
    known = {
        name: CONTROL.sub("", request.GET.get(name, "")) for name in ("author", "title", "year")
    }
    form = NewReadingForm(request.POST or None, request.FILES or None, initial=known)
    meeting = meeting_meant(request, seat)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        file = data["file"]
        problem = actions.problem_with(file) if file else ""
        if problem:
            form.add_error("file", problem)
        else:
            reading = actions.add_reading(by=me, **form.columns(), csl=form.csl())
            if file:
                take_file(request, me, reading, file, data["first_label"])
            if meeting is None:
                return redirect("reading", reading.public_id)
            actions.assign(reading=reading, meeting=meeting)
            said = _("%(reading)s is set for this meeting, the whole of it.")
            messages.success(request, said % {"reading": reading})
            return redirect(meeting)
    return render(
        request,
        "readings/new.html",
        {"seat": seat, "course": seat.course, "form": form, "meeting": meeting},
        status=422 if form.errors else 200,
    )


def meeting_meant(request: HttpRequest, seat: Seat) -> Meeting | None:
    """The meeting from which one came to add what is to be read for it."""
    public_id = request.GET.get("meeting")
    if not public_id:
        return None
    theirs, meeting = meeting_for(request.user, public_id, Right.MEETINGS)
    if theirs.course != seat.course:
        raise Http404
    return meeting


def cited(request: HttpRequest) -> dict[str, str]:
    """The record as far as a citation goes that led here."""
    names = ("author", "title", "year")
    return {name: CONTROL.sub("", request.GET.get(name, "")) for name in names}


def about_reading(seat: Seat, found: Reading) -> dict[str, Any]:
    """What the page of a reading shows of its record, its files and their pages."""
    documents = documents_of(found)
    current = next((one for one in documents if one.is_current), None)
    newest = documents[0] if documents else None
    pages = pages_of(current)
    return {
        "seat": seat,
        "course": seat.course,
        "reading": found,
        "documents": documents,
        "current": current,
        "newest": newest,
        "recognising": next((one for one in documents if one.recognising), None),
        "rereading": next((one for one in documents if one.rereading), None)
        if seat.can(Right.READINGS)
        else None,
        "working": newest is not None
        and newest.status in {Document.Status.WAITING, Document.Status.READING},
        "pages": pages,
        "contents": contents_of(current, pages),
        "form": UploadForm() if seat.can(Right.READINGS) else None,
        "cited": row_of(seat.course.citation_style, found),
        "reread": reread_among([current]).get(found.pk)
        if current is not None and seat.can(Right.READINGS)
        else None,
        **recognition_of(seat, current, newest),
        **anew_of(seat, current),
    }


def anew_of(seat: Seat, current: Document | None) -> dict[str, Any]:
    """For a teacher whose scan can be read again only if its text is recognised anew: the form."""
    if current is None or not seat.can(Right.READINGS) or not actions.is_lost(current):
        return {}
    engine = actions.text_recogniser()
    language = {"language": current.ocr_language}
    form = RecogniseForm(initial=language, languages=engine.languages) if engine else None
    return {"lost": current, "recognise_anew": form}


def recognition_of(seat: Seat, current: Document | None, newest: Document | None) -> dict[str, Any]:
    """For a teacher who looks at a scan: how its text can be recognised, or that it cannot."""
    scan = newest if newest is not None and newest.is_scan else current
    if scan is None or not scan.is_scan or not seat.can(Right.READINGS):
        return {}
    engine = actions.text_recogniser()
    languages = engine.languages if engine else ()
    return {"scan": scan, "recogniser": RecogniseForm(languages=languages) if engine else None}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = reading_for(request.user, public_id, Right.READINGS)
    form = ReadingForm(request.POST or None, initial=record_of(found), csl=found.record)
    if request.method == "POST" and form.is_valid():
        actions.change_reading(reading=found, **form.columns(), csl=form.csl())
        messages.success(request, _("Saved."))
        return redirect("reading", found.public_id)
    return render(
        request,
        "readings/edit.html",
        {"seat": seat, "course": seat.course, "reading": found, "form": form},
        status=422 if form.errors else 200,
    )


def record_of(found: Reading) -> dict[str, str]:
    return {
        "title": found.title,
        "author": found.author,
        "year": found.year,
        "also_cited_as": found.also_cited_as,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """A file for a reading, or a better one."""
    seat, found = reading_for(request.user, public_id, Right.READINGS)
    me = seat.need(Right.READINGS)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        problem = actions.problem_with(file)
        if not problem:
            take_file(request, me, found, file, form.cleaned_data["first_label"])
            return redirect("reading", found.public_id)
        form.add_error("file", problem)
    return render(
        request,
        "readings/upload.html",
        {"seat": seat, "course": seat.course, "reading": found, "form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def paste(request: HttpRequest, public_id: str) -> HttpResponse:
    """The text of a web page, where there is no file."""
    seat, found = reading_for(request.user, public_id, Right.READINGS)
    me = seat.need(Right.READINGS)
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.paste(by=me, reading=found, html=form.source())
            messages.success(request, _("Taken in."))
            return redirect("reading", found.public_id)
        except UploadRefused as refused:
            form.add_error("body", refused.sentence)
    return render(
        request,
        "readings/paste.html",
        {"seat": seat, "course": seat.course, "reading": found, "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@login_required
def use(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read from this file of the reading from now on."""
    _seat, document = document_for(request.user, public_id, Right.READINGS)
    if actions.use_document(document=document).is_current:
        messages.success(request, _("This file is in use now."))
    return redirect("reading", document.reading.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove_file(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, document = document_for(request.user, public_id, Right.READINGS)
    reading_id = document.reading.public_id
    if request.method == "POST":
        actions.remove_document(document=document)
        messages.success(request, _("The file is gone."))
        return redirect("reading", reading_id)
    return render(
        request,
        "web/confirm.html",
        {
            "seat": seat,
            "course": seat.course,
            "heading": _("Remove this file?"),
            "body": _("“%s” and its pages are deleted for good. The reading itself stays.")
            % document.name,
            "submit": _("Remove the file"),
            "cancel_url": reverse("reading", args=[reading_id]),
            "grave": True,
        },
    )


@require_POST
@login_required
def read_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read a stored file once more, better than when it came."""
    _seat, document = document_for(request.user, public_id, Right.READINGS)
    rereading.reread(document=document)
    return redirect("reading", document.reading.public_id)


@require_POST
@login_required
def recognise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have the text of a scan recognised."""
    _seat, document = document_for(request.user, public_id, Right.READINGS)
    try:
        actions.recognise(
            document=document, language=request.POST.get("language", settings.OCR_LANGUAGE)
        )
    except UploadRefused as refused:
        messages.error(request, refused.sentence)
    return redirect("reading", document.reading.public_id)


def take_file(
    request: HttpRequest,
    me: Enrollment,
    found: Reading,
    file: UploadedFile[bytes],
    first_label: str,
) -> None:
    try:
        actions.upload(
            by=me, reading=found, file=file, name=file.name or "", first_label=first_label
        )
        # What becomes of it is told below, and anew as the page is refreshed.
        messages.success(request, _("Uploaded."))
    except UploadRefused as refused:
        messages.error(request, refused.sentence)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    seat, found = reading_for(request.user, public_id, Right.READINGS)
    if request.method == "POST":
        actions.remove_reading(reading=found)
        messages.success(request, _("The reading has been taken out of the course."))
        return redirect("readings", seat.course.public_id)
    return render(
        request,
        "web/confirm.html",
        {
            "seat": seat,
            "course": seat.course,
            "heading": _("Take this reading out of the course?"),
            "body": _(
                "Its pages can no longer be read, and quotations from it can no longer be "
                "checked. What has been posted stays."
            ),
            "submit": _("Take it out"),
            "cancel_url": reverse("reading", args=[found.public_id]),
            "grave": True,
        },
    )


@require_safe
def go(request: HttpRequest, public_id: str) -> HttpResponse:
    """Jump to a printed page number: ``?label=42``."""
    _seat, found = reading_for(request.user, public_id)
    label = CONTROL.sub("", request.GET.get("label", ""))[:20]
    if not label.strip():
        messages.info(request, _("To which page? Give the number that is printed on it."))
        return redirect("reading", public_id)
    page = page_with_label(found, label)
    if page is None:
        messages.error(request, _("No page is numbered “%s” in this reading.") % label)
        return redirect("reading", public_id)
    return redirect("page", public_id, page.number)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def numbers(request: HttpRequest, public_id: str) -> HttpResponse:
    """Which number is printed on which page of a document: a table, and a form to correct it."""
    seat, document = document_for(request.user, public_id, Right.READINGS)
    if request.method == "POST" and request.POST.get("take_back", "").isdecimal():
        number = int(request.POST["take_back"][:9])
        tell_of(request, actions.take_back_correction(document=document, number=number))
        return redirect("document-numbers", public_id)
    pages = numbered_pages_of(document)
    asked = request.GET.get("page", "")
    form = LabelForm(
        request.POST or None,
        pages=len(pages),
        initial={"number": int(asked[:9])} if asked.isdecimal() else None,
    )
    if request.method == "POST" and form.is_valid():
        tell_of(request, actions.correct_label(document=document, **form.cleaned_data))
        return redirect("document-numbers", public_id)
    return render(
        request,
        "readings/numbers.html",
        {
            "seat": seat,
            "course": seat.course,
            "reading": document.reading,
            "document": document,
            "pages": pages,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def tell_of(request: HttpRequest, changed: int) -> None:
    if changed:
        told = ngettext(
            "%(n)s page has another number now. Quotations are being checked against it.",
            "%(n)s pages have other numbers now. Quotations are being checked against them.",
            changed,
        )
        messages.success(request, told % {"n": changed})
    else:
        messages.info(request, _("That is the number already; nothing has changed."))


@require_safe
def several(request: HttpRequest, public_id: str) -> HttpResponse:
    """Pages in a row, to read or to print: ``?from=41&to=46``, by their printed numbers; one of
    them alone is one page.
    """
    seat, found = reading_for(request.user, public_id)
    given = [CONTROL.sub("", request.GET.get(name, ""))[:20].strip() for name in ("from", "to")]
    asked = [label for label in given if label]
    if not asked:
        messages.info(
            request,
            _(
                "Which pages? Open “Several pages at once” below and give the first and the last, "
                "by the numbers that are printed on them."
            ),
        )
        return redirect("reading", public_id)
    ends = [page_with_label(found, label) for label in (asked[0], asked[-1])]
    missing = next((label for label, end in zip(asked, ends, strict=False) if end is None), None)
    if missing is not None:
        messages.error(request, _("No page is numbered “%s” in this reading.") % missing)
        return redirect("reading", public_id)
    first, last = sorted(end.number for end in ends if end is not None)
    pages = pages_between(found, first, min(last, first + MOST_AT_ONCE - 1))
    return render(
        request,
        "readings/several.html",
        {
            "seat": seat,
            "course": seat.course,
            "reading": found,
            "pages": [
                (
                    page,
                    page_html(
                        page.text,
                        numbers=page.paragraphs if page.kind == Page.Kind.PARAGRAPH else (),
                        notes_at=page.notes_at,
                    ),
                )
                for page in pages
            ],
            "most": MOST_AT_ONCE if last - first >= MOST_AT_ONCE else 0,
        },
    )


@require_safe
def search(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where some words stand in a reading: ``?q=…``."""
    seat, found = reading_for(request.user, public_id)
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    return render(
        request,
        "readings/search.html",
        {
            "seat": seat,
            "course": seat.course,
            "reading": found,
            "words": words,
            "result": search_in(found, words),
        },
    )


def span_in(data: QueryDict) -> Span | None:
    first, last = data.get("from", ""), data.get("to", "")
    if not (first.isdecimal() and last.isdecimal() and len(first + last) < 16):
        return None
    return int(first), int(last)


@require_safe
def picture(request: HttpRequest, public_id: str, number: int) -> FileResponse:
    """How a page of a PDF looks. The page names the document in ``?of=`` and in ``as=`` how often
    it has been read into other pages, so it may be kept.
    ``?from=…&to=…`` marks words of its text on it.
    """
    _seat, _reading, page = page_for(request.user, public_id, number)
    path = picture_of(page, span_in(request.GET))
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type="image/png")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400"
    return response


@require_safe
def file(request: HttpRequest, public_id: str) -> FileResponse:
    """The file as it was uploaded: always a download, never shown inside the site."""
    _seat, document = document_for(request.user, public_id)
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
