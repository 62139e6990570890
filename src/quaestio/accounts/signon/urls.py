from __future__ import annotations

from allauth.socialaccount.views import signup
from django.urls import path

from quaestio.accounts.signon import views

urlpatterns = [
    path("sign-on/", views.begin, name="signon_login"),
    path("sign-on/callback/", views.callback, name="signon_callback"),
    # Where the provider gives no address or no name.
    path("sign-on/account/", signup, name="socialaccount_signup"),
]
