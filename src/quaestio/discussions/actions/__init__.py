"""What people do to a conversation: the verbs. Each is atomic and returns the thing it made or
changed. They stand in modules by what they are about; callers find them all here.
"""

from __future__ import annotations

from quaestio.discussions.actions.checking import recheck
from quaestio.discussions.actions.drafts import drop_draft, is_posted, save_draft
from quaestio.discussions.actions.guests import (
    LinkSpent,
    confirm_entry,
    decline_entry,
    is_spent,
    purge_entries,
    put_in_as_guest,
    reply_as_guest,
    respond_as_guest,
    send_entry,
    stop_answers,
    tell_answers,
)
from quaestio.discussions.actions.merging import merge, plan_merge
from quaestio.discussions.actions.moderating import (
    close_discussion,
    hide,
    leave_reported,
    move_discussion,
    pin,
    report,
    show,
)
from quaestio.discussions.actions.parts import (
    LONGEST,
    EditConflict,
    PostedBefore,
    PostRefused,
    closed_sentence,
    run_out_sentence,
    take_source,
    taken_back_sentence,
)
from quaestio.discussions.actions.posing import (
    QuestionInput,
    Rules,
    ask_to_open,
    change_discussion,
    open_discussion,
    pose,
    pose_again,
)
from quaestio.discussions.actions.posting import edit_post, reply, respond, withdraw
from quaestio.discussions.actions.praising import endorse, thank
from quaestio.discussions.actions.relating import Relation
from quaestio.discussions.actions.remarking import remark
from quaestio.discussions.actions.visits import look, mark_seen

__all__ = [
    "LONGEST",
    "EditConflict",
    "LinkSpent",
    "PostRefused",
    "PostedBefore",
    "QuestionInput",
    "Relation",
    "Rules",
    "ask_to_open",
    "change_discussion",
    "close_discussion",
    "closed_sentence",
    "confirm_entry",
    "decline_entry",
    "drop_draft",
    "edit_post",
    "endorse",
    "hide",
    "is_posted",
    "is_spent",
    "leave_reported",
    "look",
    "mark_seen",
    "merge",
    "move_discussion",
    "open_discussion",
    "pin",
    "plan_merge",
    "pose",
    "pose_again",
    "purge_entries",
    "put_in_as_guest",
    "recheck",
    "remark",
    "reply",
    "reply_as_guest",
    "report",
    "respond",
    "respond_as_guest",
    "run_out_sentence",
    "save_draft",
    "send_entry",
    "show",
    "stop_answers",
    "take_source",
    "taken_back_sentence",
    "tell_answers",
    "thank",
    "withdraw",
]
