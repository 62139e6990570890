"""Render the specimen pages to static HTML, to look at them in a browser.

    python tests/web/render_specimens.py DIR && python -m http.server -d DIR

The specimens are made-up pages in the markup that docs/look.md asks of every
template. They need no database and no other app.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from django import forms
from django.conf import settings
from django.urls import path

HERE = Path(__file__).resolve().parent
WEB = HERE.parents[1] / "src" / "quaestio" / "web"
SPECIMENS = sorted(path.name for path in (HERE / "specimens").glob("*.html"))
VERDICTS = ["verbatim", "edited", "altered", "misplaced", "elsewhere", "not-found", "unchecked"]


urlpatterns = [
    path(f"{name}/", lambda request: None, name=name)
    for name in ("account_email", "account_change_password", "account_logout", "account_login")
]


def set_up() -> None:
    """Configure Django just enough to render templates; harmless when it is configured."""
    if not settings.configured:
        settings.configure(
            STATIC_URL="/static/",
            USE_I18N=True,
            ROOT_URLCONF=__name__,
            INSTALLED_APPS=["django.contrib.staticfiles"],
        )
        django.setup()


class ReadingForm(forms.Form):
    title = forms.CharField()
    author = forms.CharField(help_text="As it stands on the title page: Polly Jones")
    first_page = forms.IntegerField(
        label="First printed page", help_text="The number printed on the first page of the file."
    )
    kind = forms.ChoiceField(
        label="What is it?",
        choices=[("pdf", "A PDF"), ("html", "A saved web page"), ("text", "Plain text")],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(required=False)
    notes = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    searchable = forms.BooleanField(label="Check quotations against it", required=False)


class SignInForm(forms.Form):
    email = forms.EmailField(label="E-mail")
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


def context() -> dict[str, Any]:
    course = SimpleNamespace(title="Russia after Stalin", get_absolute_url="#")
    return {
        "course": course,
        "user": SimpleNamespace(is_authenticated=True, name="Maya Lindqvist"),
        "form": ReadingForm({"title": "From the Secret Speech", "kind": "pdf"}),
        "signin": SignInForm(),
        "verdicts": VERDICTS,
        "csrf_token": "token",
    }


def render(name: str) -> str:
    """Render one specimen by its file name."""
    from django.template import Context, Engine

    set_up()
    engine = Engine(
        dirs=[HERE / "specimens", WEB / "templates"],
        libraries={
            "i18n": "django.templatetags.i18n",
            "static": "django.templatetags.static",
        },
    )
    return engine.get_template(name).render(Context(context()))


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    static = target / "static"
    if not static.exists():
        static.symlink_to(WEB / "static")
    for name in SPECIMENS:
        (target / name).write_text(render(name), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
