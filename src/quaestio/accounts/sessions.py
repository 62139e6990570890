"""Sessions in the database, as Django keeps them, found by a written-out query.

Every request asks for its session, and composing the query anew costs several times what
answering it costs. A session that is deleted is gone at once: nothing is cached.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

FIND = "SELECT * FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        for found in Session.objects.raw(FIND, [self.session_key, timezone.now()]):
            return found
        self._session_key = None
        return None
