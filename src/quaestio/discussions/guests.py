"""How a guest is told from a machine, and known again: the stamp of time in the form, the field
that stays empty, the network a form comes from, the proof in a mailed link, the cookie.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from quaestio.courses.models import Course, Enrollment, Guest
from quaestio.discussions.models import Discussion, GuestEntry, Post

QUICKEST = 3  # seconds from the page to the answer: nobody reads and writes faster
LONGEST = 24 * 60 * 60  # seconds for which a page may lie open
REMEMBERED = 180 * 24 * 60 * 60  # seconds for which a browser is known again
KEPT = timedelta(days=3)  # in which an address can be confirmed
HONEYPOT = "homepage"  # the field that a person does not see

STAMPS = signing.TimestampSigner(salt="quaestio.guest.stamp")
COOKIE_SALT = "quaestio.guest.cookie"
STOP_SALT = "quaestio.guest.stop"


def keyed(salt: str, value: str) -> str:
    """A hash that nobody can look up or try out without the site's own key."""
    return salted_hmac(f"quaestio.guest.{salt}", value, algorithm="sha256").hexdigest()


# -- The stamp ----------------------------------------------------------------------------------


def new_stamp() -> str:
    return STAMPS.sign("guest")


def stamp_problem(stamp: str) -> str:
    """ "", "fast", or "old": of a page that lay open for a day, or of none of ours."""
    try:
        STAMPS.unsign(stamp, max_age=LONGEST)
    except signing.BadSignature:
        return "old"
    try:
        STAMPS.unsign(stamp, max_age=QUICKEST)
    except signing.SignatureExpired:
        return ""
    return "fast"


# -- Where it comes from ------------------------------------------------------------------------


def block_of(request: HttpRequest) -> str:
    """The network of whoever asks: the first 24 bits of an old address, 48 of a new one."""
    try:
        address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    except (ValueError, PermissionDenied):
        return keyed("block", "unknown")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = 24 if address.version == 4 else 48
    return keyed("block", str(ipaddress.ip_network(f"{address}/{bits}", strict=False)))


def address_key(address: str) -> str:
    """One mailbox, however it is written: what follows a plus sign mostly leads to the same."""
    name, _at, host = address.lower().rpartition("@")
    return keyed("address", f"{name.split('+')[0]}@{host}")


# -- The link in the mail -----------------------------------------------------------------------


def proof_of(public_id: str) -> str:
    """What stands in the mailed link beside the id; it is stored nowhere."""
    return keyed("proof", public_id)[:40]


def link_of(entry: GuestEntry) -> str:
    """The address by which a guest confirms what they sent, and reaches it afterwards."""
    return reverse("guest-confirm", args=[entry.public_id, proof_of(entry.public_id)])


def stop_link_of(guest: Enrollment) -> str:
    """The address by which a guest ends all mail about answers to what they wrote in a course. It
    opens nothing else and holds no address.
    """
    return reverse("guest-mail", args=[signing.dumps(guest.public_id, salt=STOP_SALT)])


def guest_behind(token: str) -> Enrollment | None:
    """Whose mail a link ends; None if it is not ours, or they are forgotten."""
    try:
        public_id = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature:
        return None
    there = Enrollment.objects.filter(public_id=public_id, guest__isnull=False)
    return there.select_related("course").first()


def is_proof(public_id: str, proof: str) -> bool:
    return constant_time_compare(proof_of(public_id), proof)


# -- Knowing a browser again --------------------------------------------------------------------


def cookie_of(course: Course) -> str:
    return f"{'__Host-' if settings.HTTPS else ''}guest-{course.public_id}"


def remember(response: HttpResponse, guest: Guest) -> None:
    """Only a browser from which the address was confirmed is known again: to know somebody's
    address is not enough to write under their name.
    """
    response.set_signed_cookie(
        cookie_of(guest.course),
        str(guest.pk),
        salt=COOKIE_SALT,
        max_age=REMEMBERED,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, course: Course) -> None:
    response.delete_cookie(cookie_of(course), samesite="Lax")


def known_guest(request: HttpRequest, course: Course) -> Guest | None:
    """Whom this browser belongs to in this course. No query without a cookie."""
    name = cookie_of(course)
    if name not in request.COOKIES:
        return None
    value = request.get_signed_cookie(name, default="", salt=COOKIE_SALT, max_age=REMEMBERED)
    if not value:
        return None
    return (
        Guest.objects.select_related("enrollment")
        .filter(pk=value, course=course, enrollment__removed_at__isnull=True)
        .first()
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post of a known guest that waits for a teacher, and the address for its writer."""

    created_at: datetime
    path: str


def waiting_of(guest: Guest, discussion: Discussion) -> list[Waiting]:
    """Oldest first. One query."""
    entries = GuestEntry.objects.filter(
        post__author=guest.enrollment_id, post__discussion=discussion, post__state=Post.State.HELD
    )
    return [
        Waiting(entry.post.created_at, link_of(entry))
        for entry in entries.select_related("post").order_by("post__created_at")
        if entry.post is not None
    ]
