"""How long a text is, beside what was asked for. A range is asked for, never enforced."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quaestio.discussions.models import Discussion


def is_outside(words: int, discussion: Discussion) -> bool:
    least, most = discussion.words_least, discussion.words_most
    return bool((least and words < least) or (most and words > most))


def so_far(words: int, discussion: Discussion) -> str:
    """“54 of 150 words”, of a response that is short of what is asked."""
    least = discussion.words_least or 0
    return ngettext("%(n)s of %(least)s word", "%(n)s of %(least)s words", least) % {
        "n": words,
        "least": least,
    }


def due_still(words: int, discussion: Discussion) -> str:
    """“54 of 150 words: due still”, for its writer."""
    return _("%(words)s: due still") % {"words": so_far(words, discussion)}


def length_told(words: int, discussion: Discussion) -> str:
    """“138 words: 12 short of the 150 asked for.”"""
    least, most = discussion.words_least, discussion.words_most
    said = ngettext("%(n)s word", "%(n)s words", words) % {"n": words}
    if least and words < least:
        rest = _("%(n)s short of the %(least)s asked for") % {"n": least - words, "least": least}
    elif most and words > most:
        rest = _("%(n)s more than the %(most)s asked for") % {"n": words - most, "most": most}
    elif least and most:
        rest = _("%(least)s to %(most)s are asked for") % {"least": least, "most": most}
    else:
        return f"{said}."
    return f"{said}: {rest}."
