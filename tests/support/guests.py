"""An open course with a guest at its door."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.core import mail, signing
from django.test import Client
from django.utils import timezone
from tests.support import cast

from quaestio.courses.models import Course
from quaestio.courses.roles import Role
from quaestio.discussions.actions import Rules
from quaestio.discussions.models import Post

ADDRESS = "ruth.kellner@example.org"


def stamp(seconds_ago: float = 60) -> str:
    """As a page that was sent then has it."""
    signer = signing.TimestampSigner(salt="quaestio.guest.stamp")
    then = signing.b62_encode(int(timezone.now().timestamp() - seconds_ago))
    value = f"guest:{then}"
    return f"{value}:{signer.signature(value)}"


class Open:
    """A course that is open to read and invites guests."""

    def __init__(self, **rules: Any) -> None:
        self.anna = cast.instructor()
        Course.objects.filter(pk=self.anna.course.pk).update(is_public=True, guests=True)
        self.anna.course.refresh_from_db()
        self.course = self.anna.course
        self.discussion = cast.discussion(self.anna, rules=Rules(**rules))
        self.address = f"/d/{self.discussion.public_id}/"
        self.client = Client()

    def send(self, client: Client | None = None, **fields: Any) -> Any:
        """A response; a reply with ``to``."""
        typed = {
            "name": "Ruth Kellner",
            "address": ADDRESS,
            "body": "I was there in 1956.",
            "stamp": stamp(),
            "key": str(uuid.uuid4()),
            **fields,
        }
        network = {"REMOTE_ADDR": typed.pop("network", "192.0.2.7")}
        to = typed.pop("to", None)
        address = f"/p/{to.public_id}/guest" if to else f"{self.address}guest"
        return (client or self.client).post(address, typed, **network)

    def page(self, client: Client | None = None) -> str:
        return (client or self.client).get(self.address).content.decode()


def link() -> str:
    found = re.search(r"http://[^/]+(/guest/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def confirmed(scene: Open, **fields: Any) -> Post:
    """What a guest sent and confirmed; it waits for a teacher."""
    scene.send(**fields)
    scene.client.post(link(), {"do": "confirm"})
    return Post.objects.filter(author__role=Role.GUEST).latest("pk")
