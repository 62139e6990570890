"""Posts as HTML. A page of two thousand posts is put together here from finished pieces by string
formatting; a template per post would take a hundred times as long (docs/speed.md).

Every value that came from a person is escaped here, except ``body``, which ``rendering`` has
already sanitized.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext, pgettext

from quaestio.discussions.models import Post
from quaestio.discussions.queries import PostRow, Stand
from quaestio.discussions.showing import END

# What the script does with a link: docs/look.md.
DOES = {"post": " data-copy-link", "reply": " data-reply", "guest-reply": " data-reply"}


@dataclass(frozen=True, slots=True)
class Rights:
    """What this viewer may do in this thread; the page shows no button that would refuse."""

    reply: bool = False
    reply_as_guest: bool = False
    edit: bool = False
    withdraw: bool = False
    moderate: bool = False
    revisions: bool = False
    report: bool = False
    endorse: bool = False
    thank: bool = False


class Posts:
    """Formats the posts of one page for one viewer: words and addresses are looked up once."""

    def __init__(self, rights: Rights, *, under_headings: bool = False) -> None:
        self.rights = rights
        self.level = 4 if under_headings else 3
        self.words = {
            "reply": gettext("Reply"),
            "link": pgettext("permanent address of a post", "Link"),
            "edit": gettext("Edit"),
            "withdraw": gettext("Withdraw"),
            "hide": gettext("Hide"),
            "show": gettext("Show again"),
            "let_in": gettext("Let in"),
            "turn_down": gettext("Turn down"),
            "report": gettext("Report"),
            "edited": gettext("edited"),
            "new": pgettext("post since the last visit", "new"),
            "next_new": gettext("to the next new post"),
            "last_new": gettext("the last new post"),
            "withdrawn": gettext("This post has been withdrawn by its author."),
            "held": gettext("This post waits for a teacher to let it in again."),
            "yours_held": gettext("Waits for a teacher to let it in."),
            "hidden": gettext("This post has been hidden by a teacher."),
            "yours_withdrawn": gettext("You have withdrawn this post. Only you see its text."),
            "hidden_for_you": gettext("Hidden from the class."),
            "reply_to": gettext("in reply to %s"),
            Post.Kind.AGREE: gettext("agrees with %s"),
            Post.Kind.DISAGREE: gettext("disagrees with %s"),
            Post.Kind.QUALIFY: gettext("qualifies %s"),
            Post.Kind.ASK: gettext("asks about %s"),
            Post.Kind.SOURCE: gettext("adds a source to %s"),
            "answers_words": escape(gettext("Answers the words:")),
            "turned_down": gettext("Not let in by a teacher."),
            "reason": pgettext("why a post was hidden", "The reason: %s"),
            "question": gettext("Question %s"),
            # A person has changed their position: "in part, moved from no".
            "moved": gettext("moved from %s"),
            "given_up": gettext("position taken back: %s"),
            "endorsed": gettext("Endorsed by %s"),
            "edited_since": gettext("edited since"),
            "endorse": gettext("Endorse"),
            "unendorse": gettext("Take back the endorsement"),
            "thank": gettext("Thank"),
            "unthank": gettext("Thanked; take it back"),
            "thanked_by": gettext("Thanked by %s. Only you see this."),
            "actions": gettext("Post %s"),
            "replies": gettext("Replies to response %s"),
        }
        # One address of each kind, with a mark where the public id goes.
        self.paths = {
            name: reverse(name, args=["ID"])
            for name in (
                "post",
                "reply",
                "guest-reply",
                "post-edit",
                "withdraw",
                "hide",
                "show",
                "revisions",
                "report",
                "endorse",
                "thank",
            )
        }
        self.days: dict[datetime, str] = {}

    def list(self, posts: Iterable[PostRow]) -> SafeString:
        return mark_safe("".join(f"<li>{self.with_replies(post)}</li>" for post in posts))  # noqa: S308

    def with_replies(self, post: PostRow) -> str:
        if not post.replies:
            return self.one(post)
        label = escape(self.words["replies"] % post.label)
        replies = "".join(f"<li>{self.one(reply)}</li>" for reply in post.replies)
        return f'{self.one(post)}<ol class="replies" aria-label="{label}">{replies}</ol>'

    def one(self, post: PostRow) -> str:
        words = self.words
        if post.state != Post.State.POSTED and not post.body:
            gone = words[post.state]
            return (
                f'<article class="post gone" id="p-{post.public_id}">{self.number(post)}'
                f"<p>{escape(gone)}</p></article>"
            )
        css = "post"
        if post.is_new:
            css += " new"
        if post.state != Post.State.POSTED:
            css += " hidden-post"
        return (
            f'<article class="{css}" id="p-{post.public_id}" '
            f'aria-labelledby="b-{post.public_id}">'
            f"{self.head(post)}{self.state(post)}{self.answers(post)}{self.answered(post)}"
            f'<div class="post-text prose">{post.body}</div>{self.praise(post)}'
            f"{self.actions(post)}</article>"
        )

    def preview(self, post: PostRow) -> str:
        """A post that is not posted yet: no number, time or buttons, the rest as it will be."""
        return (
            f'<article class="post"><header class="post-head">'
            f'<h3 class="byline">{escape(post.byline)}</h3></header>'
            f"{self.answers(post)}{self.answered(post)}"
            f'<div class="post-text prose">{post.body}</div></article>'
        )

    def head(self, post: PostRow) -> str:
        level = f"h{self.level + ('.' in post.label)}"
        return (
            f'<header class="post-head">{self.number(post)}'
            f'<{level} class="byline" id="b-{post.public_id}">{escape(post.byline)}</{level}>'
            f"{self.relation(post)}"
            f'<a href="{self.path("post", post)}">{self.time(post.created_at)}</a>'
            f"{self.edited(post)}{self.new(post)}</header>"
        )

    def new(self, post: PostRow) -> str:
        """The mark on a new post leads to the next one."""
        if not post.is_new:
            return ""
        hint = self.words["last_new" if post.next_new == END else "next_new"]
        return (
            f'<a class="mark-new" href="#{post.next_new}">{escape(self.words["new"])}'
            f'<span class="vh">, {escape(hint)}</span></a>'
        )

    def relation(self, post: PostRow) -> str:
        """“disagrees with #3”: what a reply does to the post it answers."""
        if not post.parent_label:
            return ""
        words = escape(self.words[post.kind or "reply_to"])
        link = f'<a href="#p-{post.parent_id}">#{escape(post.parent_label)}</a>'
        return f'<span class="in-reply">{words % link}</span>'

    def answered(self, post: PostRow) -> str:
        """The words of the other post that a reply answers, above it."""
        if not post.quotes:
            return ""
        words = escape(" ".join(post.quotes.split()))
        return (
            f'<blockquote class="answered-words"><span class="vh">{self.words["answers_words"]} '
            f'</span><a href="#p-{post.parent_id}">{words}</a></blockquote>'
        )

    def number(self, post: PostRow) -> str:
        if "." in post.label:
            return ""
        return f'<a class="post-no" href="#p-{post.public_id}">{post.label}</a>'

    def edited(self, post: PostRow) -> str:
        if post.edited_at is None:
            return ""
        word = escape(self.words["edited"])
        if self.rights.revisions or post.is_mine:
            word = f'<a href="{self.path("revisions", post)}">{word}</a>'
        return f'<span class="edited">{word}</span>'

    def state(self, post: PostRow) -> str:
        if post.state == Post.State.HELD:
            return f'<p class="held">{escape(self.words["yours_held"])}</p>'
        if post.state == Post.State.WITHDRAWN:
            return f'<p class="held">{escape(self.words["yours_withdrawn"])}</p>'
        if post.state == Post.State.HIDDEN:
            why = " " + self.words["reason"] % post.because if post.because else ""
            said = self.words["hidden_for_you" if post.number else "turned_down"] + why
            return f'<p class="held">{escape(said)}</p>'
        return ""

    def answers(self, post: PostRow) -> str:
        if not post.answers:
            return ""
        chips = []
        for stand in post.answers:
            label = escape(self.words["question"] % stand.question)
            taken = self.position(stand)
            link = f'<a href="{self.question(stand.question)}">{label}</a>'
            chips.append(f'<li class="chip">{link}{taken}</li>')
        return f'<ul class="answers">{"".join(chips)}</ul>'

    def question(self, number: int) -> str:
        """Where a question's number leads: to all answers to it."""
        return f"?question={number}#responses"

    def position(self, stand: Stand) -> str:
        """“in part, moved from no”, with the way to the post that said no."""
        if not stand.position:
            return ""
        if stand.given_up:
            words = self.words["given_up"] % stand.position
            return f': <span class="moved">{escape(words)}</span>'
        taken = f': <span class="position">{escape(stand.position)}</span>'
        if not stand.before:
            return taken
        before = escape(stand.before)
        if stand.before_post:
            before = f'<a href="{self.paths["post"].replace("ID", stand.before_post)}">{before}</a>'
        return f'{taken}, <span class="moved">{escape(self.words["moved"]) % before}</span>'

    def praise(self, post: PostRow) -> str:
        """Who endorsed a post, for all; who thanked for it, for its author."""
        if post.state != Post.State.POSTED or not (post.endorsed_by or post.thanked_by):
            return ""
        lines = []
        if post.endorsed_by:
            words = self.words["endorsed"] % post.endorsed_by
            if post.edited_since:
                words = f"{words} ({self.words['edited_since']})"
            lines.append(f'<p class="endorsed">{escape(words)}</p>')
        if post.thanked_by:
            words = self.words["thanked_by"] % get_text_list(post.thanked_by, gettext("and"))
            lines.append(f'<p class="thanked">{escape(words)}</p>')
        return f'<div class="praise">{"".join(lines)}</div>'

    def toggle(self, name: str, post: PostRow, is_on: bool) -> str:
        """A button of the one form for all posts (``deeds``); it asks for a state, not a change, so
        that pressing it twice is pressing it once.
        """
        word = f"un{name}" if is_on else name
        return (
            f'<button form="deeds" formaction="{self.path(name, post)}" name="on" '
            f'value="{int(not is_on)}"{self.named(word, post)}</button>'
        )

    def actions(self, post: PostRow) -> str:
        rights, posted = self.rights, post.state == Post.State.POSTED
        stands = post.state in {Post.State.POSTED, Post.State.HELD}
        links = []
        if rights.reply and posted:
            links.append(self.link("reply", "reply", post))
        if rights.reply_as_guest and posted:
            links.append(self.link("guest-reply", "reply", post))
        links.append(self.link("post", "link", post))
        if rights.thank and posted and not post.is_mine:
            links.append(self.toggle("thank", post, post.thanked))
        if rights.endorse and posted and not post.is_mine:
            links.append(self.toggle("endorse", post, bool(post.endorsed_by)))
        if post.is_mine and stands and rights.edit:
            links.append(self.link("post-edit", "edit", post))
        if post.is_mine and stands and rights.withdraw:
            links.append(self.link("withdraw", "withdraw", post))
        if rights.moderate and post.state in {Post.State.HIDDEN, Post.State.HELD}:
            links.append(self.link("show", "show" if post.number else "let_in", post))
        if rights.moderate and stands and not post.is_mine:
            links.append(self.link("hide", "hide" if post.number else "turn_down", post))
        if rights.report and posted and not post.is_mine:
            links.append(self.link("report", "report", post))
        return f'<footer class="post-actions">{"".join(links)}</footer>'

    def link(self, name: str, word: str, post: PostRow) -> str:
        does = DOES.get(name, "")
        return f'<a href="{self.path(name, post)}"{does}{self.named(word, post)}</a>'

    def named(self, word: str, post: PostRow) -> str:
        """The end of a tag, and its word; for those who hear the page, which post it is about. An
        attribute, because an element for each would be a fifth of a long page.
        """
        shown, about = escape(self.words[word]), escape(self.words["actions"] % post.label)
        return f' aria-label="{shown}: {about}">{shown}'

    def path(self, name: str, post: PostRow) -> str:
        return self.paths[name].replace("ID", post.public_id)

    def time(self, at: datetime) -> str:
        minute = at.replace(second=0, microsecond=0)
        shown = self.days.get(minute)
        if shown is None:
            local = timezone.localtime(at)
            shown = escape(date_format(local, "j M Y, H:i"))
            self.days[minute] = shown
        return f'<time datetime="{minute.isoformat()}">{shown}</time>'
