"""The mails that guests get: the link that confirms their address, and what became of their text.

Subjects are fixed, so nothing that somebody typed ever stands in a header.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from quaestio.discussions.guests import KEPT, link_of
from quaestio.discussions.models import GuestEntry, Post


def ask_to_confirm(entry: GuestEntry) -> None:
    is_reply = entry.parent_id is not None
    subject = _("Please confirm your reply") if is_reply else _("Please confirm your response")
    send(
        entry.address,
        subject,
        "guest_confirm",
        {
            "subject": subject,
            "is_reply": is_reply,
            "name": entry.name,
            "discussion": entry.discussion,
            "course": entry.discussion.course,
            "link": f"{settings.SITE_URL}{link_of(entry)}",
            "days": KEPT.days,
        },
    )


def tell_guest(post: Post) -> None:
    """That what they wrote was let in, or why it was not."""
    path = reverse("discussion", args=[post.discussion.public_id])
    let_in = post.state == Post.State.POSTED
    if let_in:
        subject = _("What you wrote can be read now")
    else:
        subject = (
            _("What you wrote was hidden") if post.number else _("What you wrote was not let in")
        )
    entry = GuestEntry.objects.filter(post=post).first()
    send(
        post.author.guest.address,
        subject,
        "guest_told",
        {
            "name": post.author.byline,
            "discussion": post.discussion,
            "course": post.discussion.course,
            "link": f"{settings.SITE_URL}{path}#p-{post.public_id}",
            "own": f"{settings.SITE_URL}{link_of(entry)}" if entry else "",
            "is_reply": post.parent_id is not None,
            "let_in": let_in,
            "was_there": post.number > 0,
            "subject": subject,
            "because": post.hidden_because,
        },
    )


def send(to: str, subject: str, template: str, context: dict[str, object]) -> None:
    context = {"site_name": settings.SITE_NAME, **context}
    letter = EmailMultiAlternatives(
        subject, render_to_string(f"discussions/mail/{template}.txt", context), to=[to]
    )
    letter.attach_alternative(
        render_to_string(f"discussions/mail/{template}.html", context), "text/html"
    )
    letter.send()
