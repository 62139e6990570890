"""The link that opens a place kept for somebody on a class list: an id and its proof, which is made
from the site's key and stored nowhere; and what of the address is kept once the place is taken.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from quaestio.courses.models import Invitee

SALT = "quaestio.courses.invitee"


def proof_of(public_id: str) -> str:
    return salted_hmac(SALT, public_id, algorithm="sha256").hexdigest()[:40]


def is_proof(public_id: str, proof: str) -> bool:
    return constant_time_compare(proof_of(public_id), proof)


def link_of(invitee: Invitee) -> str:
    return reverse("invited", args=[invitee.public_id, proof_of(invitee.public_id)])


def mark_of(course_id: int, address: str) -> str:
    """By this an address on a class list is known again, and it cannot be read out of it."""
    return salted_hmac(f"{SALT}.{course_id}", address, algorithm="sha256").hexdigest()
