"""The conversation: discussions with numbered questions, posts, positions, quotations.

Each model says what it owns; rules about who sees what are in ``access``, changes in ``actions``.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quaestio.courses.models import Course, Enrollment, Meeting
from quaestio.readings.models import Reading
from quaestio.web.ids import PublicIdField


class Discussion(models.Model):
    """A title, a context, numbered questions; the class answers below.

    ``version`` grows with every change that a reader of the thread could see.
    ``numbers_given`` counts the responses ever made, so that a number is never given twice.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    public_id = PublicIdField()
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="discussions")
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="discussions"
    )
    author = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="discussions")
    title = models.CharField(_("title"), max_length=300)
    context = models.TextField(_("context"), blank=True)
    body_html = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    due_at = models.DateTimeField(_("answers due"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    numbers_given = models.PositiveIntegerField(default=0, editable=False)
    submission_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "submission_key"], name="discussion_submitted_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(opened_at__isnull=False),
                name="discussion_open_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Question(models.Model):
    """A numbered part of a discussion, open or with positions to take (its ``choices``)."""

    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="questions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("question"), max_length=1000)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["discussion", "number"], name="question_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class Choice(models.Model):
    """One of the two to five positions a question offers."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(_("position"), max_length=40)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="choice_number_once"),
            models.UniqueConstraint(fields=["question", "label"], name="choice_label_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=5), name="choice_two_to_five"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Post(models.Model):
    """A response to a discussion, or a reply to a post.

    Responses are numbered within the discussion, replies within the response they hang under
    (``root``); ``parent`` is the very post a reply answers. ``source`` is what was written, as
    clean HTML; ``body_html`` is what readers see, rendered when it was written.
    """

    class State(models.TextChoices):
        POSTED = "posted", _("posted")
        HIDDEN = "hidden", _("hidden")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = PublicIdField()
    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="posts")
    root = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="below"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    number = models.PositiveIntegerField()
    source = models.TextField()
    body_html = models.TextField(editable=False)
    words = models.PositiveIntegerField(default=0, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.POSTED)
    hidden_because = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    replies_made = models.PositiveIntegerField(default=0, editable=False)
    submission_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "submission_key"], name="post_submitted_once"
            ),
            models.UniqueConstraint(
                fields=["discussion", "number"],
                condition=Q(root__isnull=True),
                name="response_number_once",
            ),
            models.UniqueConstraint(
                fields=["root", "number"],
                condition=Q(root__isnull=False),
                name="reply_number_once",
            ),
            models.CheckConstraint(
                condition=Q(root__isnull=True, parent__isnull=True)
                | Q(root__isnull=False, parent__isnull=False),
                name="post_root_and_parent_together",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="post_not_its_own_parent",
            ),
        ]
        indexes = [models.Index(fields=["discussion", "created_at"], name="post_by_time")]

    def __str__(self) -> str:
        return f"#{self.number}"


class Answer(models.Model):
    """This post answers this question."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.post} → {self.question.number}"


class Position(models.Model):
    """The stand a person takes on a question, in a post. A newer one ends the older."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="positions")
    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="positions")
    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="positions")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="positions")
    taken_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["taken_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "person"],
                condition=Q(ended_at__isnull=True),
                name="position_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.choice}"


class Revision(models.Model):
    """What a post said before an edit."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    source = models.TextField()
    written_at = models.DateTimeField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="revision_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.post}, version {self.version}"


class Quotation(models.Model):
    """A quotation in a post (or in a discussion's context), and what became of checking it.

    ``start`` and ``end`` are offsets in the plain text of the post. ``page_number`` and
    ``page_start``/``page_end`` lead to the passage. ``detail`` holds what the note in the margin
    shows: the passage, the changes, the sentence.
    """

    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="quotations")
    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, null=True, blank=True, related_name="quotations"
    )
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    verdict = models.CharField(max_length=20)
    citation = models.CharField(max_length=300, blank=True)
    reading = models.ForeignKey(
        Reading, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotations"
    )
    page_number = models.PositiveIntegerField(null=True, blank=True)
    page_label = models.CharField(max_length=40, blank=True)
    page_start = models.PositiveIntegerField(null=True, blank=True)
    page_end = models.PositiveIntegerField(null=True, blank=True)
    detail = models.JSONField(default=dict)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "number"],
                condition=Q(post__isnull=False),
                name="quotation_number_once",
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="quotation_not_empty"),
        ]
        indexes = [
            models.Index(fields=["reading", "page_number"], name="quotation_by_page"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Draft(models.Model):
    """What a person is writing: one per target, kept until the post is acknowledged.

    ``target`` is "respond:ID" (discussion), "reply:ID" (post), "edit:ID" (post),
    "pose:ID" (course or meeting), "revise:ID" (discussion). ``fields`` holds the form as typed.
    """

    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="drafts")
    target = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "target"], name="draft_one_per_target")
        ]

    def __str__(self) -> str:
        return self.target


class Visit(models.Model):
    """When a person last looked at a discussion; what came later is new to them."""

    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="visits")
    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="visits")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "discussion"], name="visit_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.discussion}"
