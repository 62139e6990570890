"""The conversation: discussions with numbered questions, posts, positions, quotations.

Each model says what it owns; rules about who sees what are in ``access``, changes in ``actions``.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quaestio.courses.models import Course, Enrollment, Meeting, Section
from quaestio.readings.models import Reading
from quaestio.search.index import Searchable
from quaestio.web.ids import PublicIdField
from quaestio.web.richtext import flatten


class Discussion(Searchable, models.Model):
    """A title, a context, numbered questions; the class answers below.

    ``version`` grows with every change that a reader of the thread could see; ``head_version`` is
    the one with which title, context, questions or rules were changed last.
    ``numbers_given`` counts the responses ever made, so that a number is never given twice.
    ``section``: only that section (and teachers) know of it. ``post_first``: others' posts are
    read after one's own. ``pseudonyms``: classmates see made-up names. ``merged_into`` is the
    discussion to which this one's posts went; its address leads there. ``asked_at``: since then a
    draft by somebody whose posts wait is to be opened by a teacher.
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
    section = models.ForeignKey(
        Section, on_delete=models.PROTECT, null=True, blank=True, related_name="discussions"
    )
    post_first = models.BooleanField(_("answer first, then read what others wrote"), default=False)
    pseudonyms = models.BooleanField(_("classmates see made-up names"), default=False)
    words_least = models.PositiveIntegerField(_("at least so many words"), null=True, blank=True)
    words_most = models.PositiveIntegerField(_("at most so many words"), null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    head_version = models.PositiveIntegerField(default=1, editable=False)
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
            models.CheckConstraint(
                condition=Q(words_least__isnull=True)
                | Q(words_most__isnull=True)
                | Q(words_least__lte=F("words_most")),
                name="discussion_words_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def search_text(self) -> str:
        """The title, the context, the questions. One query, unless they are prefetched."""
        questions = [question.text for question in self.questions.all()]
        return "\n\n".join([self.title, flatten(self.context).text, *questions])

    @property
    def search_course(self) -> str:
        return str(self.course.public_id)

    @classmethod
    def get_indexed_objects(cls) -> models.QuerySet[Discussion]:
        return cls.objects.select_related("course").prefetch_related("questions")


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


class Post(Searchable, models.Model):
    """A response to a discussion, or a reply to a post.

    Responses are numbered within the discussion, replies within the response they hang under
    (``root``); ``parent`` is the very post a reply answers. ``source`` is what was written, as
    clean HTML; ``body_html`` is what readers see, rendered when it was written.

    A post that waits for a teacher (``HELD``) has the number 0 until it is let in; ``shown_at`` is
    when others could first read it. A reply may be of a ``kind`` and may answer a span of its
    parent: ``quotes_text``, which stood at ``quotes_start`` to ``quotes_end`` of the parent's
    flattened text.
    """

    class State(models.TextChoices):
        HELD = "held", _("waiting")
        POSTED = "posted", _("posted")
        HIDDEN = "hidden", _("hidden")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        """What a reply does to the post it answers."""

        PLAIN = "", _("reply")
        AGREE = "agree", _("agrees")
        DISAGREE = "disagree", _("disagrees")
        QUALIFY = "qualify", _("qualifies")
        ASK = "ask", _("asks")
        SOURCE = "source", _("adds a source")

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
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PLAIN, blank=True)
    quotes_text = models.TextField(blank=True)
    quotes_start = models.PositiveIntegerField(null=True, blank=True)
    quotes_end = models.PositiveIntegerField(null=True, blank=True)
    endorsed_by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    endorsed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    shown_at = models.DateTimeField(default=timezone.now, editable=False)
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
                condition=Q(root__isnull=True, number__gt=0),
                name="response_number_once",
            ),
            models.UniqueConstraint(
                fields=["root", "number"],
                condition=Q(root__isnull=False, number__gt=0),
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
            models.CheckConstraint(
                condition=Q(number__gt=0) | ~Q(state="posted"), name="post_number_once_let_in"
            ),
            models.CheckConstraint(
                condition=Q(kind="") | Q(parent__isnull=False), name="post_kind_is_of_a_reply"
            ),
            models.CheckConstraint(
                condition=Q(quotes_text="")
                | Q(parent__isnull=False, quotes_end__gt=F("quotes_start")),
                name="post_span_is_of_a_reply",
            ),
        ]
        indexes = [
            models.Index(fields=["discussion", "created_at"], name="post_by_time"),
            models.Index(fields=["discussion"], condition=Q(state="held"), name="post_waiting"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def search_text(self) -> str:
        return flatten(self.source).text

    @property
    def search_course(self) -> str:
        return str(self.discussion.course.public_id)

    @classmethod
    def get_indexed_objects(cls) -> models.QuerySet[Post]:
        return cls.objects.select_related("discussion__course")


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
    ``page_start``/``page_end`` lead to the passage; what of it stands on pages after that one is
    in ``further``, as ``[page, start, end]`` for each, up to ``last_page``. ``detail`` holds
    what the note in the margin shows: the passage, the changes, the sentence.
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
    last_page = models.PositiveIntegerField(null=True, blank=True)
    further = models.JSONField(default=list, blank=True)
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


class PastVerdict(models.Model):
    """What the verdict on a quotation was until it was checked again, and why it changed.

    It follows the words: ``text`` in a post (or in a context), ``occurrence`` of that text there.
    ``reading`` is the one whose file or record made the difference, where one did.
    """

    class Because(models.TextChoices):
        ADDED = "added", _("a reading was uploaded")
        REPLACED = "replaced", _("a reading got another file")
        REREAD = "reread", _("the file of a reading was read again")
        REMOVED = "removed", _("a reading was taken out of the course")
        CORRECTED = "corrected", _("the record or the page numbers of a reading were corrected")
        EDITED = "edited", _("the post was edited")
        OTHER = "other", _("it was checked anew")

    discussion = models.ForeignKey(
        Discussion, on_delete=models.CASCADE, related_name="past_verdicts"
    )
    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, null=True, blank=True, related_name="past_verdicts"
    )
    text = models.TextField()
    occurrence = models.PositiveSmallIntegerField(default=1)
    verdict = models.CharField(max_length=20)
    page_label = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField(default=timezone.now)
    because = models.CharField(max_length=20, choices=Because)
    reading = models.ForeignKey(
        Reading, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["until", "pk"]

    def __str__(self) -> str:
        return f"{self.text[:40]}: {self.verdict}"


class OutsideWork(models.Model):
    """A citation, in a post or in a context, of a work that is none of the course's readings.

    ``raw`` is the citation as it was written; the rest is what could be made out of it. Where it is
    not ``is_sure``, it may be no work but an event ("Paris 1919"): then teachers alone are told.
    """

    discussion = models.ForeignKey(
        Discussion, on_delete=models.CASCADE, related_name="outside_works"
    )
    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, null=True, blank=True, related_name="outside_works"
    )
    raw = models.CharField(max_length=300)
    author = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=300, blank=True)
    year = models.CharField(max_length=20, blank=True)
    is_sure = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.raw


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
    """A person's visits to a discussion: when the one before this ended (``seen_at``; what came
    later is new to them), and the last look of this one. See ``visits``.

    ``version`` grows with what changes on the page for this person alone.
    """

    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="visits")
    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="visits")
    seen_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "discussion"], name="visit_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.discussion}"


class Pseudonym(models.Model):
    """The made-up name of one person in one discussion. Given once, kept for good: whoever has
    one is called by it, whatever becomes of their role.
    """

    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="names")
    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="pseudonyms")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["discussion", "person"], name="pseudonym_one_each"),
            models.UniqueConstraint(fields=["discussion", "name"], name="pseudonym_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Thanks(models.Model):
    """A classmate says thank you for a post. Not counted up into anything."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="thanks")
    person = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="thanks")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="thanks_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.post}"


class Remark(models.Model):
    """What a teacher says about a discussion that is still a draft; its author answers here too."""

    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="remarks")
    author = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField(_("remark"), max_length=4000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Report(models.Model):
    """A member tells the teachers that a post is not right. Settled by one of them."""

    public_id = PublicIdField()
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="reports")
    because = models.CharField(_("what is not right"), max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        Enrollment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "by"],
                condition=Q(settled_at__isnull=True),
                name="report_one_open_each",
            )
        ]

    def __str__(self) -> str:
        return self.because[:60]


class GuestEntry(models.Model):
    """What somebody without an account has sent to an open course, until they confirm that the
    address they gave is theirs. Only then it becomes a post, which waits for a teacher. It is a
    reply where it has a ``parent``.

    When that has been decided (``decided_at``), its words go; the row stays a few days, because by
    ``address_key`` and ``block`` (hashes of the address and of the network) it is counted how much
    comes from where. One that became a ``post`` stays as long as that, without these: its link
    leads whoever wrote the post to it. ``tells_answers``: they want a mail when somebody replies.
    """

    public_id = PublicIdField()
    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="entries")
    parent = models.ForeignKey(
        Post, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, null=True, blank=True, related_name="entry"
    )
    key = models.UUIDField(unique=True, editable=False)
    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(max_length=254, blank=True)
    fields = models.JSONField(default=dict)
    address_key = models.CharField(max_length=64, blank=True)
    block = models.CharField(max_length=64, blank=True)
    tells_answers = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["block", "created_at"], name="entry_by_block"),
            models.Index(fields=["address_key", "created_at"], name="entry_by_address"),
            models.Index(fields=["created_at"], name="entry_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=True) | Q(decided_at__isnull=False),
                name="entry_with_post_is_decided",
            ),
            models.CheckConstraint(
                condition=Q(tells_answers=False) | Q(post__isnull=False),
                name="entry_tells_answers_to_a_post",
            ),
        ]

    def __str__(self) -> str:
        return self.name
