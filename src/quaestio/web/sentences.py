"""Sentences of parts that know no Django: they come with their template, to be translated here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext


def translated(sentence: Any) -> str:
    """A ``Sentence`` in the reader's language; any other text as it is."""
    template = getattr(sentence, "template", None)
    if template is None:
        return str(sentence)
    words = gettext(template)
    return words % sentence.values if sentence.values else words
