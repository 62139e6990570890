from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from quaestio.accounts.models import User
from quaestio.web.rows import Joined

BY_ID = Joined("SELECT {person} FROM accounts_user person WHERE person.id = %s", person=User)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Signing in as allauth does it; the person of a request is found by a written-out query.

    Every request of somebody signed in asks for it (``sessions`` says why that matters).
    """

    def get_user(self, user_id: int) -> User | None:
        for (user,) in BY_ID.rows([user_id]):
            return user if self.user_can_authenticate(user) else None
        return None
