"""What comes in and what goes out, as verbs. Each stands in a module by what it is about; callers
find them all here.
"""

from __future__ import annotations

from quaestio.transfers.actions.again import begin_again
from quaestio.transfers.actions.archives import (
    ask_for_archive,
    make_archive,
    remove_archive,
    remove_archives_with,
    take_up_archives,
)
from quaestio.transfers.actions.blog import DiscussionPlan, ResponsePlan, import_discussion

__all__ = [
    "DiscussionPlan",
    "ResponsePlan",
    "ask_for_archive",
    "begin_again",
    "import_discussion",
    "make_archive",
    "remove_archive",
    "remove_archives_with",
    "take_up_archives",
]
