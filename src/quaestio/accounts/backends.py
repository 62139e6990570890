from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from quaestio.accounts.models import User

BY_ID = "SELECT * FROM accounts_user WHERE id = %s"


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Signing in as allauth does it; the person of a request is found by a written-out query.

    Every request of somebody signed in asks for it (``sessions`` says why that matters).
    """

    def get_user(self, user_id: int) -> User | None:
        for user in User.objects.raw(BY_ID, [user_id]):
            return user if self.user_can_authenticate(user) else None
        return None
