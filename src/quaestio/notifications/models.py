"""What people are told: notices on the site, and the letters that carry them as mail.

A notice holds no words, no names and no text: only what happened (``kind``) and to which thing
(``about``, a public id). What it says is asked anew whenever it is shown or sent, so it can never
tell more than its reader may know at that moment (docs/decisions/0010).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quaestio.web.ids import PublicIdField


class How(models.TextChoices):
    """How a person wants to hear by mail. On the site they are told in any case."""

    AT_ONCE = "at_once", _("at once, a mail for each")
    DAILY = "daily", _("once a day, all in one mail")
    NEVER = "never", _("no mail")


class MailRule(models.Model):
    """How a person wants mail about one list: a course or a discussion, by its public id.

    The empty list is what holds where nothing else was said.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_rules"
    )
    list = models.CharField(max_length=40, blank=True)
    how = models.CharField(_("mail"), max_length=20, choices=How)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "list"], name="mail_rule_once"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="mail_rule_known"),
        ]

    def __str__(self) -> str:
        return f"{self.list or '*'}: {self.how}"


class Letter(models.Model):
    """One mail to one person, from the moment it is to be sent to the moment it was.

    Of a letter to somebody without an account only ``about`` is known, a public id: whoever knows
    of that thing gives the address and the words when it is sent (``OUTSIDE_LETTERS``).

    Whoever sends it first moves ``next_try_at`` ahead: until then it is theirs (``claimed_by``).
    If they die, it is due again. Its ``public_id`` is in its Message-ID, the same at every try.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice", _("one notice")
        DIGEST = "digest", _("the notices of a day")
        OUTSIDE = "outside", _("to somebody without an account")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        EMPTY = "empty", _("nothing left to tell")
        REFUSED = "refused", _("refused")

    public_id = PublicIdField()
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="letters",
    )
    kind = models.CharField(max_length=20, choices=Kind)
    about = models.CharField(max_length=40, blank=True)
    day = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_try_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["to", "day"], name="digest_once_a_day"),
            models.CheckConstraint(
                condition=Q(kind="digest", day__isnull=False)
                | ~Q(kind="digest") & Q(day__isnull=True),
                name="letter_digest_has_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="outside", to__isnull=True) & ~Q(about="")
                | ~Q(kind="outside") & Q(to__isnull=False, about=""),
                name="letter_has_reader",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="letter_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="waiting"), name="letter_waiting"
            ),
            models.Index(fields=["about"], condition=~Q(about=""), name="letter_about"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Notice(models.Model):
    """That one person is told of one thing. ``key`` names the event: told twice, it is one row.

    ``list`` is what it belongs to (a discussion), ``wider_list`` what that belongs to (a course).
    ``how`` is what the person wished when it was made; where the letter has been cleared away, it
    says that there is no mail to come.
    """

    public_id = PublicIdField()
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=40)
    list = models.CharField(max_length=40)
    wider_list = models.CharField(max_length=40, blank=True)
    how = models.CharField(max_length=20, choices=How)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    letter = models.ForeignKey(
        Letter, on_delete=models.RESTRICT, null=True, blank=True, related_name="notices"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["to", "key"], name="notice_once"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="notice_how_known"),
        ]
        indexes = [
            models.Index(fields=["to", "-created_at"], name="notice_by_time"),
            models.Index(fields=["to"], condition=Q(seen_at__isnull=True), name="notice_unseen"),
            models.Index(
                fields=["how", "to"], condition=Q(letter__isnull=True), name="notice_unmailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class ReturnedMail(models.Model):
    """An address at which a mail server refused a person's mail. No more is sent there until they
    change it or ask for another try.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="returned_mail"
    )
    address = models.EmailField(max_length=254)
    reason = models.CharField(max_length=300, blank=True)
    returned_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.reason


class Round(models.Model):
    """Something that is done once a day was done on this day."""

    name = models.CharField(max_length=40)
    day = models.DateField()
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="round_once_a_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
