"""The mails that guests get: the link that confirms their address, and what became of their text.

Subjects are fixed, so nothing that somebody typed ever stands in a header.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from quaestio.discussions.guests import KEPT, proof_of
from quaestio.discussions.models import GuestEntry, Post


def ask_to_confirm(entry: GuestEntry) -> None:
    path = reverse("guest-confirm", args=[entry.public_id, proof_of(entry.public_id)])
    send(
        entry.address,
        _("Please confirm your response"),
        "guest_confirm",
        {
            "name": entry.name,
            "discussion": entry.discussion,
            "course": entry.discussion.course,
            "link": f"{settings.SITE_URL}{path}",
            "days": KEPT.days,
        },
    )


def tell_guest(post: Post) -> None:
    """That a response was let in, or why it was not."""
    path = reverse("discussion", args=[post.discussion.public_id])
    let_in = post.state == Post.State.POSTED
    if let_in:
        subject = _("Your response can be read now")
    else:
        subject = (
            _("Your response was hidden") if post.number else _("Your response was not let in")
        )
    send(
        post.author.guest.address,
        subject,
        "guest_told",
        {
            "name": post.author.byline,
            "discussion": post.discussion,
            "course": post.discussion.course,
            "link": f"{settings.SITE_URL}{path}#p-{post.public_id}",
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
