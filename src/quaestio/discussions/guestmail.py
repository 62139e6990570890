"""The mails that guests get: the link that confirms their address, what became of their text, and,
where they asked for it, who answered it.

Subjects are fixed, so nothing that somebody typed ever stands in one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.courses.access import Seat, rights_of
from quaestio.courses.models import Guest
from quaestio.courses.roles import Right
from quaestio.discussions.access import Bylines, readable_posts
from quaestio.discussions.emails import REPLIES, shortened
from quaestio.discussions.guests import KEPT, link_of, stop_link_of
from quaestio.discussions.models import GuestEntry, Post
from quaestio.notifications.actions import write_outside
from quaestio.notifications.emails import Item
from quaestio.notifications.links import whole
from quaestio.notifications.models import Letter
from quaestio.notifications.queries import letters_outside
from quaestio.notifications.words import Words, Written
from quaestio.web.richtext import flatten

ANSWERS_A_DAY = 5  # letters to one guest; the form says so
NEWS = 7  # days after which it is no news that somebody was answered


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


# -- Who answered -------------------------------------------------------------------------------


def tell_of_answer(post: Post) -> int:
    """Have a letter written to the guest whose post this one answers, if they want one. How many.

    However often this is done for a post, and by however many at once, there is one letter: whoever
    does it holds the guest's row meanwhile, and what is older than letters are kept is no news.
    """
    now = timezone.now()
    news = timedelta(days=min(settings.KEEP_LETTERS or NEWS, NEWS))
    if post.shown_at < now - news or answered(post.public_id) is None:
        return 0
    assert post.parent is not None
    with transaction.atomic():
        guests = Guest.objects.select_for_update().filter(enrollment=post.parent.author_id)
        guest = guests.first()
        if guest is None or letters_outside([post.public_id]):
            return 0
        if len(letters_of_the_day(guest, now)) >= ANSWERS_A_DAY:
            return 0
        return write_outside(about=[post.public_id], now=now)


def letters_of_the_day(guest: Guest, now: datetime) -> list[Letter]:
    """About answers to this guest within a day, the oldest first. Two queries."""
    answers = Post.objects.filter(parent__author=guest.enrollment_id)
    late = answers.filter(shown_at__gte=now - timedelta(days=NEWS + 1))
    named = late.values_list("public_id", flat=True)
    return letters_outside(named, since=now - timedelta(days=1))


def answered(about: str) -> Written | None:
    """What to write to the guest whose post is answered by this one, as they may know it now. None
    where they want no mail, where what they wrote does not stand, or where the public, as which
    they come to the site, may not read the answer.
    """
    posts = Post.objects.select_related(
        "author", "discussion__course", "parent__author__guest", "parent__entry"
    )
    post = posts.filter(
        public_id=about,
        parent__state=Post.State.POSTED,
        parent__entry__tells_answers=True,
        parent__author__removed_at__isnull=True,
        parent__author__guest__isnull=False,
    ).first()
    if post is None or post.parent is None or post.author_id == post.parent.author_id:
        return None
    discussion, course, guest = post.discussion, post.discussion.course, post.parent.author
    seat = Seat(course, None, rights_of(course, None))
    if not seat.can(Right.SEE) or not readable_posts([seat]).filter(pk=post.pk).exists():
        return None
    byline = Bylines(seat, [discussion]).by(discussion.pk, post.author)
    path = f"{reverse('discussion', args=[discussion.public_id])}#p-{post.public_id}"
    words = Words(
        title=REPLIES[post.kind] % {"name": byline},
        place=discussion.title,
        course=course.title,
        path=path,
        button=_("Read the reply in its place"),
        list=course.public_id,
        list_name=course.title,
        text=shortened(flatten(post.source).text),
    )
    letters = [one.about for one in letters_of_the_day(guest.guest, timezone.now())]
    return Written(
        address=guest.guest.address,
        name=guest.byline,
        subject=_("Somebody has answered you"),
        template="discussions/mail/guest_answered",
        context={
            "words": words,
            "item": Item(words, whole(path)),
            "own": whole(link_of(post.parent.entry)),
            "is_last": post.public_id in letters[ANSWERS_A_DAY - 1 :],
        },
        stop=whole(stop_link_of(guest)),
        list=course.public_id,
        list_name=course.title,
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
