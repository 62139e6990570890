"""What can be done to an account from outside allauth's pages."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from quaestio.accounts.models import User


@transaction.atomic
def confirm_by_reset(*, user: User) -> None:
    """Whoever has set a new password by the link that was mailed has shown that the address is
    theirs; where an account has several, it is not known which of them it was. The link has put
    the account's own among them, if it was not (allauth's ``sync_user_email_address``).
    """
    addresses = list(EmailAddress.objects.filter(user=user))
    if [one.email for one in addresses] == [user.email]:
        addresses[0].set_verified()


@transaction.atomic
def make_operator(*, email: str, name: str = "", password: str = "") -> User:
    """An account that may look at the administration pages.

    One that is there already gets the right and keeps its name and password.
    """
    address = User.objects.normalize_email(email)
    there = User.objects.filter(email=address).first()
    if there is not None:
        there.is_staff = True
        there.save(update_fields=["is_staff"])
        return there
    validate_email(address)
    if not name.strip():
        raise ValidationError(_("A name is needed."))
    made = User(email=address, name=name.strip(), is_staff=True)
    validate_password(password, made)
    made.set_password(password)
    made.save()
    return made


@transaction.atomic
def give_password(*, user: User, password: str) -> None:
    """A new one, by whoever looks after the site. Whoever was signed in is so no longer."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def close_account(*, user: User) -> None:
    """Nobody can sign in to it, and whoever is signed in is so no longer; feeds and mail end. What
    was written stays where it is, under its name.
    """
    user.is_active = False
    user.save(update_fields=["is_active"])


@transaction.atomic
def reopen_account(*, user: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])
