"""Readings: the bibliographic record, its document, the document's pages."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.readings.bibliography.names import names_from, names_text
from quaestio.readings.bibliography.records import issued_from, record, year_of
from quaestio.readings.extraction.types import PDF, VERSION
from quaestio.readings.locators import called
from quaestio.readings.turns import parted
from quaestio.search.index import Searchable
from quaestio.web.ids import PublicIdField, new_public_id

# Between two pages in a document's whole text; a page's own text never holds it.
PAGE_BREAK = "\f"
BEGINNING = 1000  # characters of a page that go into the index with the page before it


class Reading(models.Model):
    """``csl`` holds what else a bibliography says of it, as CSL-JSON; ``record`` is the whole."""

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="readings")
    title = models.CharField(_("title"), max_length=300)
    author = models.CharField(
        _("author"),
        max_length=300,
        blank=True,
        help_text=_("As on the title page; several names separated by semicolons."),
    )
    year = models.CharField(_("year"), max_length=20, blank=True)
    also_cited_as = models.CharField(
        _("also cited as"),
        max_length=500,
        blank=True,
        help_text=_("Short titles or other spellings of the name, separated by semicolons."),
    )
    csl = models.JSONField(default=dict, blank=True)
    added_by = models.ForeignKey(Enrollment, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["author", "title", "pk"]

    def __str__(self) -> str:
        return f"{self.author}, {self.title}" if self.author else self.title

    @property
    def record(self) -> dict[str, Any]:
        """CSL-JSON. Title, names and year are those of the columns, in the more exact form that
        ``csl`` has for them, if it still means the same.
        """
        told = {"type": "book", **self.csl, "title": self.title}
        if names_text(told.get("author")) != self.author:
            told["author"] = names_from(self.author)
        if year_of(told) != self.year:
            told["issued"] = issued_from(self.year)
        return record(told)


def file_path(document: Document, filename: str) -> str:
    """A name of our own: nothing of the uploaded name reaches the file system."""
    return f"documents/{document.public_id[:2]}/{document.public_id}"


class Document(models.Model):
    """One uploaded file of a reading. The newest that could be read is the current one.

    ``labels_from`` says where the numbers of its pages come from, ``bare_pages`` how many pages
    of the file have no text. While ``recognising``, the text of these is being made out from
    their pictures in ``ocr_language``; the document stays what it is until that is done. It has
    ``anew_sheets`` where that was done before and is done anew: these pages of the file, or an
    empty list as long as nobody has looked which.

    ``contents`` are its headings: how deep each stands, its title, and the number of the page on
    which it begins.

    ``extractor`` is the version that made its pages (``extraction.types.VERSION``; 0 before there
    were any). While ``rereading``, a newer one is at work on the file, and the pages stay in use.
    ``not_reread`` says why that failed last time, by the version ``not_reread_by``, which does not
    try it again by itself; ``reread_at`` when it last went well, and ``pages_before`` how many
    pages it had before that, if it has another number now.
    """

    class Labels(models.TextChoices):
        CARRIED = "carried", _("The numbers are those the file itself names.")
        PRINTED = "printed", _("The numbers were found at the head or foot of the pages.")
        GIVEN = "given", _("The numbers are counted from the first one that was given.")
        COUNTED = "counted", _("The pages are only counted: no numbers were found in the file.")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting to be read")
        READING = "reading", _("being read")
        READY = "ready", _("ready")
        REFUSED = "refused", _("could not be read")

    public_id = PublicIdField()
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="documents")
    file = models.FileField(upload_to=file_path, max_length=200)
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100, blank=True)
    first_label = models.CharField(
        _("first printed page number"),
        max_length=20,
        blank=True,
        help_text=_("The number printed on the first page of the file, such as 37 or xi."),
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    message = models.TextField(blank=True)
    refused_as = models.CharField(max_length=20, blank=True)
    bare_pages = models.PositiveIntegerField(default=0)
    recognising = models.BooleanField(default=False)
    ocr_language = models.CharField(_("language of the text"), max_length=20, blank=True)
    anew_sheets = models.JSONField(null=True, blank=True)
    pages_done = models.PositiveIntegerField(default=0)
    pages_total = models.PositiveIntegerField(default=0)
    labels_from = models.CharField(max_length=20, choices=Labels, default=Labels.COUNTED)
    contents = models.JSONField(default=list, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    extractor = models.PositiveIntegerField(default=0)
    rereading = models.BooleanField(default=False)
    reread_at = models.DateTimeField(null=True, blank=True, editable=False)
    not_reread = models.TextField(blank=True)
    not_reread_by = models.PositiveIntegerField(default=0)
    pages_before = models.PositiveIntegerField(null=True, blank=True)
    is_current = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading"], condition=Q(is_current=True), name="document_one_current"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(status="ready"), name="document_current_is_ready"
            ),
            models.CheckConstraint(
                condition=Q(rereading=False) | Q(status="ready"), name="document_reread_is_ready"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_scan(self) -> bool:
        """Whether its text, or that of some pages, has yet to be recognised."""
        if self.status == self.Status.READY:
            return self.media_type == PDF and self.bare_pages > 0 and not self.ocr_language
        return self.refused_as == "scan"

    @property
    def edition(self) -> str:
        """Another one after each reading that changed something: what was kept of an earlier one
        by a browser is not shown any more.
        """
        return f"{self.extractor}-{self.text_sha256[:12]}"

    @property
    def is_outdated(self) -> bool:
        """Whether its pages might come out better now."""
        return self.status == self.Status.READY and self.extractor < VERSION


class Page(Searchable, models.Model):
    """One page of a document. ``start`` is its offset in the document's whole text: the text of all
    pages up to their footnotes, which begin at ``notes_at`` in a page's own text, then all
    footnotes, those of this page at ``notes_start``. So a sentence that goes on overleaf does not
    stumble over them.

    ``label`` is the number readers cite: ``found_label``, which the file shows, unless a teacher
    corrected it. Where a file has no pages, ``kind`` is *paragraph*, the label says which of them
    stand here ("12–19"), and ``paragraphs`` has the number of each, in order, 0 for a heading.
    ``parts`` has the chapter and the section of each, where the file numbers them.
    ``sheet`` is the page of the file, and ``side`` its half where two pages lie on one sheet.
    ``furniture`` is what was kept out of the text.
    """

    class Kind(models.TextChoices):
        PAGE = "page", _("page")
        PARAGRAPH = "paragraph", _("paragraph")

    class Side(models.TextChoices):
        WHOLE = "", _("the whole sheet")
        LEFT = "left", _("left half")
        RIGHT = "right", _("right half")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PAGE)
    label = models.CharField(max_length=20, blank=True)
    found_label = models.CharField(max_length=20, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    chapter = models.CharField(max_length=20, blank=True)
    paragraphs = models.JSONField(default=list, blank=True)
    parts = models.JSONField(default=list, blank=True)
    sheet = models.PositiveIntegerField(default=0)
    side = models.CharField(max_length=10, choices=Side, blank=True, default=Side.WHOLE)
    furniture = models.TextField(blank=True)
    text = models.TextField(blank=True)
    start = models.PositiveIntegerField()
    notes_at = models.PositiveIntegerField(null=True, blank=True)
    notes_start = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="page_number_once")
        ]

    def __str__(self) -> str:
        return self.label or str(self.number)

    @property
    def body(self) -> str:
        """The text without the footnotes."""
        return self.text if self.notes_at is None else self.text[: self.notes_at]

    @property
    def notes(self) -> str:
        return "" if self.notes_at is None else self.text[self.notes_at :]

    search_goes_on = True

    @property
    def search_text(self) -> str:
        return self.text

    @property
    def search_turn(self) -> tuple[str, str]:
        """As ``get_indexed_objects`` has fetched it; without that no page follows."""
        following = getattr(self, "following", None) or ""
        notes_at = getattr(self, "following_notes_at", None)
        return parted(self.body, following[:notes_at]) if following else ("", "")

    @property
    def search_course(self) -> str:
        return str(self.document.reading.course.public_id)

    @classmethod
    def get_indexed_objects(cls) -> models.QuerySet[Page]:
        """Those that are read: of the current documents. Each with how it goes on overleaf."""
        current = cls.objects.filter(document__is_current=True)
        after = cls.objects.filter(document=OuterRef("document"), number=OuterRef("number") + 1)
        whose = current.select_related("document__reading__course").defer("document__contents")
        return whose.annotate(
            following=Subquery(after.values(beginning=Left("text", BEGINNING))[:1]),
            following_notes_at=Subquery(after.values("notes_at")[:1]),
        )

    @property
    def part(self) -> str:
        """ "ch. 3", "§ 4.2": where its top stands; "" where that is not certain."""
        chapter, section = self.parts[0] if self.parts else ("", "")
        told = [_("ch. %s") % chapter if chapter else "", f"§ {section}" if section else ""]
        return ", ".join(filter(None, told))

    @property
    def locator(self) -> str:
        return called(self.kind, self.label, self.number)


class LabelCorrection(models.Model):
    """What a teacher says is printed on a page, and whether the pages after it count on."""

    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="label_corrections"
    )
    number = models.PositiveIntegerField(_("page of the file"))
    label = models.CharField(_("printed number"), max_length=20, blank=True)
    counts_on = models.BooleanField(_("count on from here"), default=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="label_corrected_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} → {self.label}"


class AssignedReading(models.Model):
    """What is to be read for a meeting: a reading, and which pages of it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="assigned")
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="assigned")
    pages = models.CharField(_("pages"), max_length=60, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "reading"], name="reading_once_per_meeting")
        ]

    def __str__(self) -> str:
        return f"{self.reading} {self.pages}".strip()


class Passage(models.Model):
    """Words on a page that somebody has made a lasting link to.

    ``words`` are as they stood when the link was made, with what stood ``before`` and ``after``
    them; they never change. The page and the offsets are where they stand now, in the text that
    ``anchored_in`` names (``Document.text_sha256``). Words that run over the end of a page have
    their end on ``last_page``, at ``last_end``, and ``end`` where the first page ends. After
    another file has become the current one they are looked for anew; words that are not there any
    more leave the link orphaned.
    """

    public_id = PublicIdField()
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="passages")
    words = models.TextField()
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=40, blank=True)
    page_number = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    last_page = models.PositiveIntegerField(null=True, blank=True)
    last_end = models.PositiveIntegerField(null=True, blank=True)
    anchored_in = models.CharField(max_length=64)
    made_by = models.ForeignKey(Enrollment, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    orphaned_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["page_number", "start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=models.F("start")), name="passage_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(last_page=None, last_end=None)
                | Q(last_page__isnull=False, last_end__isnull=False)
                & Q(last_page__gt=models.F("page_number"), last_end__gt=0),
                name="passage_goes_on_forwards",
            ),
        ]

    def __str__(self) -> str:
        return self.words[:60]


class Bookmark(models.Model):
    """The page of a reading that a person has had open last: there they go on."""

    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="bookmarks")
    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="bookmarks")
    page_number = models.PositiveIntegerField()
    page_label = models.CharField(max_length=40, blank=True)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-read_at"]
        constraints = [models.UniqueConstraint(fields=["person", "reading"], name="bookmark_once")]

    def __str__(self) -> str:
        return f"{self.reading}, {self.page_label or self.page_number}"
