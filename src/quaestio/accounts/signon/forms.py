from __future__ import annotations

from allauth.socialaccount.forms import SignupForm

from quaestio.accounts.entrance import ADDRESS, OurWords


class Missing(OurWords, SignupForm):  # type: ignore[misc]
    """What the provider does not tell: the name, or the address."""

    labels = {"email": ADDRESS}
