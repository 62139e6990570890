"""A course, its sections, its people, its meetings."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quaestio.courses.roles import Role
from quaestio.web.ids import PublicIdField


class CitationStyle(models.TextChoices):
    CHICAGO = "chicago", _("Chicago, author and date")
    CHICAGO_NOTES = "chicago-notes", _("Chicago, notes")
    MLA = "mla", _("MLA")
    APA = "apa", _("APA")


class Course(models.Model):
    """``version`` grows with every change that other pages of the course could show: its title,
    a meeting, the name of a person in it. ``waiting`` is how many posts ask for a teacher: they are
    to be let in, or were reported; and how many discussions are to be opened.
    """

    public_id = PublicIdField()
    title = models.CharField(_("title"), max_length=200)
    term = models.CharField(_("term"), max_length=60, blank=True)
    is_public = models.BooleanField(
        _("open to read for everybody"),
        default=False,
        help_text=_("Otherwise only its members see it. Readings are never open to the public."),
    )
    students_pose = models.BooleanField(
        _("students may open discussions"),
        default=False,
    )
    post_first = models.BooleanField(
        _("answer first, then read what others wrote"),
        default=False,
        help_text=_("How new discussions begin; each can be set otherwise."),
    )
    pseudonyms = models.BooleanField(
        _("classmates see made-up names"),
        default=False,
        help_text=_("How new discussions begin. You and your assistants always see both names."),
    )
    hold_posts = models.BooleanField(
        _("posts of students wait until a teacher lets them in"), default=False
    )
    edit_minutes = models.PositiveIntegerField(
        _("minutes in which a post can be edited"),
        null=True,
        blank=True,
        help_text=_("Left empty: as long as the discussion is open. 0: never."),
    )
    guests = models.BooleanField(
        _("invite guests to respond"),
        default=False,
        help_text=_(
            "Only in a course that is open to read. What guests write waits until their address "
            "is confirmed and you let it in."
        ),
    )
    citation_style = models.CharField(
        _("citation style"),
        max_length=20,
        choices=CitationStyle,
        default=CitationStyle.CHICAGO,
        help_text=_("How the bibliography is set, and how students are shown to cite."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    waiting = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(guests=False) | Q(is_public=True), name="course_guests_need_public"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.public_id])

    @property
    def is_sealed(self) -> bool:
        return self.sealed_at is not None


class Section(models.Model):
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="section_name_once")]

    def __str__(self) -> str:
        return self.name


class Enrollment(models.Model):
    """One person in one course, under one byline.

    ``user`` is empty for a person who came with an imported page and has no account (yet).
    A removed person keeps the row, and what they wrote keeps its byline. ``reported`` is how many
    of their posts stand reported: counted where the course's ``waiting`` is. ``came_by`` is the
    public id of the place on a class list that they took: its link leads them in for good.
    ``listed_as`` is the mark (``links.mark_of``) of the address that it was kept for.
    """

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrollments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="enrollments",
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.STUDENT)
    byline = models.CharField(_("name in this course"), max_length=120)
    section = models.ForeignKey(
        Section, on_delete=models.SET_NULL, null=True, blank=True, related_name="enrollments"
    )
    hold_posts = models.BooleanField(
        _("what this person posts waits until a teacher lets it in"), default=False
    )
    reported = models.PositiveIntegerField(default=0, editable=False)
    came_by = models.CharField(max_length=40, blank=True, editable=False)
    listed_as = models.CharField(max_length=64, blank=True, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["byline", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "user"],
                condition=Q(user__isnull=False),
                name="enrollment_once_per_course",
            ),
            models.UniqueConstraint(
                fields=["came_by"], condition=~Q(came_by=""), name="enrollment_one_came_by_it"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="enrollment_role_known"),
            models.CheckConstraint(condition=~Q(byline=""), name="enrollment_has_byline"),
        ]

    def __str__(self) -> str:
        return self.byline


class Guest(models.Model):
    """Who is behind an enrollment with the role of a guest: the address that they have confirmed.

    It is shown to instructors and to nobody else. In one course an address is one person.
    """

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="guest")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField(max_length=254)
    confirmed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "address"], name="guest_once_per_address")
        ]

    def __str__(self) -> str:
        return str(self.enrollment)


def new_token() -> str:
    return secrets.token_urlsafe(18)


class FeedKey(models.Model):
    """The secret word in the addresses of one person's feeds of one course: whoever has it reads
    there what this person may read. It goes when the membership does.
    """

    person = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="feed_key")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.person}"


def in_half_a_year() -> object:
    return timezone.now() + timedelta(days=183)


class Invitation(models.Model):
    """A link that lets people join with a role. The token in it is the only thing needed."""

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.STUDENT)
    section = models.ForeignKey(Section, on_delete=models.SET_NULL, null=True, blank=True)
    created_by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("good until"), default=in_half_a_year)
    max_uses = models.PositiveIntegerField(_("for how many people"), null=True, blank=True)
    uses = models.PositiveIntegerField(default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                name="invitation_not_overused",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.get_role_display()}"

    def get_join_url(self) -> str:
        return reverse("join", args=[self.token])

    @property
    def is_used_up(self) -> bool:
        return self.max_uses is not None and self.uses >= self.max_uses

    @property
    def is_good(self) -> bool:
        return not self.revoked_at and not self.is_used_up and self.expires_at > timezone.now()


def in_a_month() -> datetime:
    return timezone.now() + timedelta(days=30)


class Invitee(models.Model):
    """A place kept for somebody on a class list who has not come yet.

    Only the link that was mailed to ``address`` opens it, whichever account it is opened with. The
    row goes when the place is taken, when a teacher ends it, and some time after it has expired:
    until then the address is shown to instructors and to nobody else.
    """

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="invitees")
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.STUDENT)
    section = models.ForeignKey(
        Section, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    invited_by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=in_a_month)

    class Meta:
        ordering = ["name", "address"]
        constraints = [
            models.UniqueConstraint(fields=["course", "address"], name="invitee_once_per_address"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values) & ~Q(role=Role.GUEST), name="invitee_role_known"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="invitee_by_expiry")]

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()


class Meeting(models.Model):
    """One class session. Discussions and readings hang on it."""

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    date = models.DateField(_("date"))
    note = models.TextField(_("note"), blank=True, max_length=2000)

    class Meta:
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.public_id])


class Leader(models.Model):
    """A person who poses the question for a meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="leaders")
    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="leads")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="leader_once_per_meeting")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.meeting}"


class Trace(models.Model):
    """One line of the course's record of what was decided: who did what, when, to what, and why.
    Written with the deed, never changed.

    Discussions and posts are named by their public ids: the course does not know of them
    (docs/decisions/0008).
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="traces")
    by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="deeds"
    )
    deed = models.CharField(max_length=40)
    person = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="traces"
    )
    discussion = models.CharField(max_length=40, blank=True)
    post = models.CharField(max_length=40, blank=True)
    because = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["course", "at"], name="record_by_time"),
            models.Index(fields=["course", "discussion"], name="record_by_discussion"),
        ]

    def __str__(self) -> str:
        return self.deed

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("the record is written, never changed")
        super().save(*args, **options)
