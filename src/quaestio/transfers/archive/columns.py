"""Every column of every table: whether it goes into ``course.json``, and if not, why.

What an archive holds is what every instructor of the course sees, and nothing that one person
alone may see (docs/decisions/0016). ``tests/transfers/test_archive_columns.py`` fails on a column
that is not named here.
"""

from __future__ import annotations

# Written under their own names, as they are.
KEPT: dict[str, tuple[str, ...]] = {
    "courses.Course": (
        *("title", "term", "is_public", "students_pose", "post_first", "pseudonyms"),
        *("hold_posts", "edit_minutes", "guests", "citation_style", "created_at", "sealed_at"),
    ),
    "courses.Section": ("name",),
    "courses.Enrollment": ("role", "hold_posts", "joined_at", "removed_at"),
    "courses.Meeting": ("title", "date", "note"),
    "readings.Reading": ("title", "author", "year", "also_cited_as", "added_at", "removed_at"),
    "readings.Document": (
        *("name", "size", "media_type", "first_label", "status", "message", "refused_as"),
        *("bare_pages", "ocr_language", "labels_from", "contents", "text_sha256", "extractor"),
        *("reread_at", "is_current", "uploaded_at"),
    ),
    "readings.Page": (
        *("number", "kind", "label", "found_label", "heading", "chapter", "paragraphs", "parts"),
        *("sheet", "side", "furniture", "text", "start", "notes_at", "notes_start"),
    ),
    "readings.LabelCorrection": ("number", "label", "counts_on"),
    "readings.AssignedReading": ("pages",),
    "readings.Passage": (
        *("words", "before", "after", "label", "page_number", "start", "end", "last_page"),
        *("last_end", "anchored_in", "made_at", "orphaned_at"),
    ),
    "discussions.Discussion": (
        *("title", "context", "state", "due_at", "post_first", "pseudonyms", "words_least"),
        *("words_most", "pinned_at", "created_at", "opened_at", "asked_at", "edited_at"),
    ),
    "discussions.Question": ("number", "text"),
    "discussions.Choice": ("number", "label"),
    "discussions.Post": (
        *("number", "source", "state", "hidden_because", "kind", "quotes_text", "quotes_start"),
        *("quotes_end", "endorsed_at", "created_at", "shown_at", "edited_at", "version"),
    ),
    "discussions.Position": ("taken_at", "ended_at"),
    "discussions.Revision": ("version", "source", "written_at", "replaced_at"),
    "discussions.Quotation": (
        *("number", "text", "start", "end", "verdict", "citation", "page_number", "page_label"),
        *("page_start", "page_end", "last_page", "further", "detail", "checked_at"),
    ),
    "discussions.PastVerdict": (
        *("text", "occurrence", "verdict", "page_label", "until", "because"),
    ),
    "discussions.OutsideWork": ("raw", "author", "title", "year", "is_sure"),
    "discussions.Pseudonym": ("name",),
    "discussions.Remark": ("text", "created_at"),
}

# Told in another way: under which key. "" where its place says it: a page stands with its document.
TOLD: dict[str, dict[str, str]] = {
    "courses.Course": {"public_id": "id"},
    "courses.Section": {"course": ""},
    "courses.Enrollment": {
        "public_id": "id",
        "course": "",
        "byline": "name",
        "section": "section",
        "user": "has_account",
    },
    "courses.Guest": {"enrollment": "", "course": "", "address": "address"},
    "courses.Meeting": {"public_id": "id", "course": ""},
    "courses.Leader": {"meeting": "", "person": "leaders"},
    "readings.Reading": {
        "public_id": "id",
        "course": "",
        "csl": "record",
        "added_by": "added_by",
    },
    "readings.Document": {
        "public_id": "id",
        "reading": "reading",
        "file": "file",
        "uploaded_by": "uploaded_by",
    },
    "readings.Page": {"document": "document"},
    "readings.LabelCorrection": {"document": ""},
    "readings.AssignedReading": {"meeting": "", "reading": "reading"},
    "readings.Passage": {"public_id": "id", "reading": "reading", "made_by": "made_by"},
    "discussions.Discussion": {
        "public_id": "id",
        "course": "",
        "meeting": "meeting",
        "author": "author",
        "section": "section",
        "merged_into": "merged_into",
    },
    "discussions.Question": {"discussion": ""},
    "discussions.Choice": {"question": ""},
    "discussions.Post": {
        "public_id": "id",
        "discussion": "discussion",
        "author": "author",
        "root": "root",
        "parent": "parent",
        "endorsed_by": "endorsed_by",
    },
    "discussions.Answer": {"post": "", "question": "answers"},
    "discussions.Position": {
        "question": "question",
        "person": "person",
        "choice": "choice",
        "post": "",
    },
    "discussions.Revision": {"post": ""},
    "discussions.Quotation": {"discussion": "", "post": "", "reading": "reading"},
    "discussions.PastVerdict": {"discussion": "", "post": "", "reading": "reading"},
    "discussions.OutsideWork": {"discussion": "", "post": ""},
    "discussions.Pseudonym": {"discussion": "", "person": "person"},
    "discussions.Remark": {"discussion": "", "author": "author"},
}

COUNTER = "counts changes for kept pages"
MADE = "made from the rest"
KEY = "keeps one form from being sent twice"
PASSING = "says what is being done with the file at this moment"

# Left out, and why.
LEFT_OUT: dict[str, dict[str, str]] = {
    "courses.Course": {"version": COUNTER, "waiting": MADE},
    "courses.Enrollment": {
        "reported": MADE,
        "came_by": "by which invitation somebody came",
        "listed_as": "made from an address",
    },
    "courses.Guest": {"confirmed_at": "about an address"},
    "readings.Document": {
        "recognising": PASSING,
        "pages_done": PASSING,
        "pages_total": PASSING,
        "rereading": PASSING,
        "not_reread": PASSING,
        "not_reread_by": PASSING,
        "pages_before": PASSING,
        "anew_sheets": PASSING,
    },
    "readings.AssignedReading": {"public_id": "in no address of a page"},
    "discussions.Discussion": {
        "body_html": MADE,
        "version": COUNTER,
        "head_version": COUNTER,
        "numbers_given": MADE,
        "submission_key": KEY,
    },
    "discussions.Post": {
        "body_html": MADE,
        "words": MADE,
        "replies_made": MADE,
        "submission_key": KEY,
    },
}

# Tables of which nothing goes in, and why.
NOT_IN: dict[str, str] = {
    "courses.FeedKey": "a secret of one person",
    "courses.Invitation": "a secret: whoever has it may join",
    "courses.Invitee": "an address of somebody who has not come",
    "courses.Trace": "what teachers decided about people; it stays with the site",
    "readings.Bookmark": "what one person did alone",
    "discussions.Draft": "its writer's alone",
    "discussions.Visit": "what one person did alone",
    "discussions.Thanks": "who said it is for the post's author alone",
    "discussions.Report": "between a member and the teachers",
    "discussions.GuestEntry": "not confirmed, with an address",
    "transfers.Archive": "the archives themselves",
    "transfers.Beginning": "from which other course it was begun",
}
# Whole apps that hold nothing of a course.
NOT_OF_A_COURSE = {
    "accounts": "people's accounts",
    "notifications": "who was told what by mail",
    "account": "addresses and their confirmation",
    "admin": "the operators' log",
    "auth": "Django's own rights",
    "contenttypes": "Django's own",
    "sessions": "who is signed in",
    "django_tasks_database": "the queue",
    "search": "by which version the index was made",
    "modelsearch": "the search index, made from the rest",
}
