from __future__ import annotations

from django.utils import translation

from quaestio.readings.extraction import Sentence
from quaestio.web.sentences import translated


def test_a_sentence_is_translated_by_its_template_and_filled_in_afterwards() -> None:
    sentence = Sentence("Enter a whole number.")  # in Django's own catalogue
    with translation.override("de"):
        assert translated(sentence) == "Bitte eine ganze Zahl eingeben."
    assert translated(Sentence("It has %(n)d pages.", n=3)) == "It has 3 pages."


def test_a_plain_text_stays_as_it_is() -> None:
    assert translated("100 % of it") == "100 % of it"
