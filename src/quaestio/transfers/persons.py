"""One person across all of their courses: what the site holds of them, and forgetting who they are.

For whoever looks after the site, at the command line: a person asks for it, not a course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from quaestio.accounts.models import User
from quaestio.courses.actions import LastInstructor, hold, keep_an_instructor, touch
from quaestio.courses.models import Enrollment, FeedKey, Guest, Invitee
from quaestio.discussions.models import Draft, GuestEntry, Post, Thanks, Visit
from quaestio.readings.models import Bookmark, Document, Passage
from quaestio.transfers.actions import remove_archives_with


class StillNeeded(Exception):
    """The person cannot go yet; the text names the course that has no other instructor."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom an address belongs to: an account (None for a guest alone), a place in each course, what
    they sent as a guest and have not confirmed, and where they are invited and have not come yet.
    """

    address: str
    account: User | None
    places: Sequence[Enrollment]
    unconfirmed: Sequence[GuestEntry]
    invited: Sequence[Invitee]

    @property
    def name(self) -> str:
        if self.account is not None:
            return self.account.name
        if self.places:
            return self.places[0].byline
        return next((one.name for one in self.invited if one.name), self.address)


def somebody_at(address: str) -> Somebody | None:
    address = User.objects.normalize_email(address)
    account = User.objects.filter(email=address).first()
    theirs = Q(user__email=address) | Q(guest__address=address)
    places = Enrollment.objects.filter(theirs).select_related("course", "section")
    found = Somebody(
        address,
        account,
        list(places.order_by("joined_at", "pk")),
        list(GuestEntry.objects.filter(address=address).order_by("created_at")),
        list(Invitee.objects.filter(address=address).select_related("course", "section")),
    )
    known = account or found.places or found.unconfirmed or found.invited
    return found if known else None


def all_about(person: Somebody) -> dict[str, Any]:
    """What they gave and wrote, ready for JSON: times in ISO form, texts as clean HTML."""
    account = person.account
    return {
        "address": person.address,
        "account": account
        and {
            "name": account.name,
            "email": account.email,
            "joined": account.date_joined,
            "last_signed_in": account.last_login,
            "signs_in_by": signs_in_by(account),
            "addresses": list(
                EmailAddress.objects.filter(user=account).values("email", "verified")
            ),
        },
        "mail": list(account.mail_rules.values("list", "how")) if account else [],
        "told": list(account.notices.values("kind", "about", "created_at", "seen_at"))
        if account
        else [],
        "mails": list(account.letters.values("kind", "state", "created_at", "sent_at"))
        if account
        else [],
        "courses": [in_course(one) for one in person.places],
        "unconfirmed": [
            {"name": one.name, "written": one.created_at, "text": one.fields.get("source", "")}
            for one in person.unconfirmed
        ],
        "invited": [
            {
                "course": one.course.title,
                "name": one.name,
                "role": one.role,
                "section": one.section.name if one.section else "",
                "invited": one.invited_at,
                "good_until": one.expires_at,
            }
            for one in person.invited
        ],
    }


def signs_in_by(account: User) -> list[dict[str, Any]]:
    """What the university calls somebody who signs in there."""
    if not apps.is_installed("allauth.socialaccount"):
        return []
    model: Any = apps.get_app_config("socialaccount").get_model("SocialAccount")
    found = model.objects.filter(user=account)
    return list(found.values("provider", "uid", "date_joined", "last_login"))


def in_course(one: Enrollment) -> dict[str, Any]:
    posts = one.posts.select_related("discussion", "entry").order_by("created_at")
    return {
        "course": one.course.title,
        "term": one.course.term,
        "role": one.role,
        "name": one.byline,
        "section": one.section.name if one.section else "",
        "joined": one.joined_at,
        "left": one.removed_at,
        "discussions": list(
            one.discussions.order_by("created_at").values("title", "context", "created_at")
        ),
        "posts": [
            {
                "discussion": post.discussion.title,
                "written": post.created_at,
                "state": post.state,
                "text": post.source,
                "earlier_versions": [earlier.source for earlier in post.revisions.all()],
                "mail_when_answered": hears_of_answers(post),
            }
            for post in posts.prefetch_related("revisions")
        ],
        "positions": list(
            one.positions.values("question__text", "choice__label", "taken_at", "ended_at")
        ),
        "made_up_names": list(one.pseudonyms.values("discussion__title", "name")),
        "drafts": list(one.drafts.values("target", "fields", "updated_at")),
        "remarks": list(one.remarks.values("text", "created_at")),
        "reports": list(one.reports.values("because", "created_at")),
        "thanks": list(Thanks.objects.filter(person=one).values("post__public_id", "at")),
        "visits": list(
            Visit.objects.filter(person=one).values("discussion__title", "seen_at", "looked_at")
        ),
        "leads": list(one.leads.values("meeting__title", "meeting__date")),
        "decided": list(one.deeds.values("deed", "because", "at")),
        "links_to_passages": list(
            Passage.objects.filter(made_by=one).values("reading__title", "words", "made_at")
        ),
        "uploaded": list(
            Document.objects.filter(uploaded_by=one).values("reading__title", "name", "uploaded_at")
        ),
        "stopped_reading_at": list(one.bookmarks.values("reading__title", "page_number")),
    }


def hears_of_answers(post: Post) -> bool:
    """Whether a guest has asked for a mail when somebody answers what they wrote."""
    return hasattr(post, "entry") and post.entry.tells_answers


@transaction.atomic
def forget(person: Somebody) -> int:
    """Take somebody's name, address and account off the site, with their drafts, notices, what they
    were doing, and the copies of their courses that lie here to be fetched. What they posted stays,
    by “former member 1”, because others have answered it: a course keeps its sense. Returns in how
    many courses they were.

    Raises StillNeeded where a course would be left without an instructor.
    """
    for one in person.places:
        leave(one)
    remove_archives_with(people=person.places)
    for entry in person.unconfirmed:
        entry.delete()
    for invitee in person.invited:
        invitee.delete()
    if person.account is not None:
        person.account.delete()
    return len(person.places)


def leave(one: Enrollment) -> None:
    hold(one.course_id)
    if one.removed_at is None and not one.course.is_sealed:
        try:
            keep_an_instructor(one)
        except LastInstructor as error:
            raise StillNeeded(one.course.title) from error
    for kind in (Draft, Visit, Bookmark, FeedKey, Thanks):
        kind.objects.filter(person=one).delete()
    Guest.objects.filter(enrollment=one).delete()
    GuestEntry.objects.filter(post__author=one).update(tells_answers=False)
    former = Enrollment.objects.filter(course=one.course, byline__startswith=_("former member"))
    one.byline = _("former member %s") % (former.count() + 1)
    one.removed_at = one.removed_at or timezone.now()
    one.user, one.section, one.came_by, one.listed_as = None, None, "", ""
    gone = ["byline", "removed_at", "user", "section", "came_by", "listed_as"]
    one.save(update_fields=gone)
    touch(one.course_id)
