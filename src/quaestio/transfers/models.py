"""A course taken out as a file, and a course begun from another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from quaestio.courses.models import Course, Enrollment
from quaestio.web.ids import PublicIdField


class Archive(models.Model):
    """A copy of a course that a teacher has asked for: what is in it, and how far it is. Its file
    stays for some days (``settings.KEEP_ARCHIVES``).
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="archives")
    by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    readings = models.BooleanField(default=False)
    addresses = models.BooleanField(default=False)
    made_up_names = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    made_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(made_at__isnull=False), name="archive_ready_is_made"
            ),
            models.CheckConstraint(
                condition=Q(addresses=False) | Q(made_up_names=False),
                name="archive_no_address_beside_made_up_names",
            ),
            models.UniqueConstraint(
                fields=["course", "readings", "addresses", "made_up_names"],
                condition=Q(state="waiting"),
                name="archive_one_of_a_kind_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course}, {self.asked_at:%Y-%m-%d}"


class Beginning(models.Model):
    """That a course was begun from an earlier one, and by which form: the same form begins one."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="beginning")
    earlier = models.ForeignKey(
        Course, on_delete=models.SET_NULL, null=True, blank=True, related_name="begun"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    key = models.UUIDField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "key"], name="course_begun_once")]

    def __str__(self) -> str:
        return f"{self.earlier} → {self.course}"
