"""Sessions in the database, as Django keeps them, found by a written-out query.

Every request asks for its session, and composing the query anew costs several times what
answering it costs. A session that is deleted is gone at once: nothing is cached.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from quaestio.web.rows import Joined

FIND = Joined(
    """
    SELECT {session} FROM django_session session
    WHERE session.session_key = %s AND session.expire_date > %s
    """,
    session=Session,
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found: list[Session] | None = FIND.first([self.session_key, timezone.now()])
        if found:
            return found[0]
        self._session_key = None
        return None
