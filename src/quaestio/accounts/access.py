"""What somebody who has not signed in is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def public_or_signed_in(view: View[Arguments]) -> View[Arguments]:
    """For pages that a course may open to everybody.

    Whoever has not signed in is asked to, instead of 404 and 403 alike: so the answer does not
    tell whether there is anything behind the address.
    """

    @wraps(view)
    def asking(
        request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (Http404, PermissionDenied):
            if request.user.is_authenticated:
                raise
            return redirect_to_login(request.get_full_path())

    return asking
