"""What stands in the record of a course: which kinds of deeds are written down."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Deed(models.TextChoices):
    """What stands in the record, by what it is about."""

    LET_IN = "let_in", _("let a post in")
    TURNED_DOWN = "turned_down", _("turned a post down")
    HID = "hid", _("hid a post")
    SHOWED = "showed", _("showed a post again")
    WITHDREW = "withdrew", _("withdrew a post")
    REPORTED = "reported", _("reported a post")
    LEFT = "left", _("left a reported post as it is")
    OPENED = "opened", _("opened a discussion")
    CLOSED = "closed", _("closed a discussion")
    REOPENED = "reopened", _("reopened a discussion")
    PINNED = "pinned", _("pinned a discussion")
    UNPINNED = "unpinned", _("unpinned a discussion")
    MOVED = "moved", _("moved a discussion")
    MERGED = "merged", _("merged a discussion into another")
    CHANGED_RULES = "changed_rules", _("changed how a discussion is held")
    CHANGED_ROLE = "changed_role", _("changed a role")
    HELD = "held", _("made somebody’s posts wait")
    RELEASED = "released", _("let somebody post at once again")
    LISTED = "listed", _("put a class list in")
    REMOVED = "removed", _("took somebody out of the course")
    CHANGED_SETTINGS = "changed_settings", _("changed the settings of the course")
    TAKEN_OUT = "taken_out", _("took a copy of the course")
    BEGUN = "begun", _("began the course from an earlier one")
    SEALED = "sealed", _("finished the course")
    UNSEALED = "unsealed", _("opened the course again")

    @property
    def about(self) -> str:
        """Which kind of thing it is done to: "posts", "discussions" or "course"."""
        if self in POST_DEEDS:
            return "posts"
        return "discussions" if self in DISCUSSION_DEEDS else "course"


POST_DEEDS = frozenset(
    {
        Deed.LET_IN,
        Deed.TURNED_DOWN,
        Deed.HID,
        Deed.SHOWED,
        Deed.WITHDREW,
        Deed.REPORTED,
        Deed.LEFT,
    }
)
DISCUSSION_DEEDS = frozenset(
    {
        Deed.OPENED,
        Deed.CLOSED,
        Deed.REOPENED,
        Deed.PINNED,
        Deed.UNPINNED,
        Deed.MOVED,
        Deed.MERGED,
        Deed.CHANGED_RULES,
    }
)
