"""Which changed words change the sense for certain: negations, numbers, names, dates."""

from __future__ import annotations

import re
from functools import lru_cache

from .normalize import fold, levelled, word_pattern
from .vocabulary import NOT_NAMES


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATIONS = _set(
    # English
    "not no never nor neither none nothing nobody nowhere cannot without hardly scarcely unless "
    "dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt couldnt cant hasnt havent "
    "hadnt mustnt neednt shant aint nought naught mightnt oughtnt darent "
    # German
    "nicht nichts nie niemals nirgends niemand niemanden niemandem kein keine keinen keinem keiner "
    "keines keineswegs ohne weder noch "
    # French
    "ne n pas jamais rien aucun aucune sans ni nul nulle point guere personne non "
    # Spanish, Italian
    "nunca jamas nada nadie ningun ninguno ninguna sin tampoco mai nulla niente nessun nessuno "
    "nessuna senza ne "
    # Latin
    "non haud nec neque nemo nihil nil numquam nunquam nullus nulla nullum sine ne "
    # Russian
    "не нет ни никогда ничего ничто никто нигде без нельзя "
    # Greek (accents levelled)
    "δεν δε μη μην ουτε μητε κανεις τιποτα ποτε χωρις ου ουκ ουχ ουδε μηδε ουδεις μηδεις ουδεν "
    # Arabic, Hebrew
    "لا لم لن ليس ليست غير بدون ما لا אין לא אל בלי מעולם "
    # Chinese, Japanese (a sign is a word)
    "不 没 沒 未 無 无 非 否 別 别 勿 莫"
)
# Negations of one language that are ordinary words of another: "the point of it", "the sin",
# German "Not", French "mai". In a reading of that language they are none.
_NOT_HERE = {
    "en": _set("point sin non ne n pas mai nemo sine"),
    "de": _set("not none no mai point sin non ne n"),
    "fr": _set("not none no nor mai sin"),
    "es": _set("not none point mai non pas n"),
    "it": _set("not none no point sin pas ne n"),
    "la": _set("not none no nor point sin pas mai n"),
}
_NO_NUMBERS_HERE = {"en": _set("due cent elf mil nove")}
NUMBERS = _set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred hundreds thousand thousands million millions billion dozen half twice thrice "
    "first second third fourth fifth sixth seventh eighth ninth tenth "
    "zwei drei vier funf sechs sieben acht neun zehn elf zwolf hundert tausend million millionen "
    "deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille "
    "dos tres cuatro cinco seis siete ocho nueve diez cien mil due tre quattro cinque sei sette "
    "otto nove dieci cento mila "
    "один два три четыре пять шесть семь восемь девять десять сто тысяча "
    "一 二 三 四 五 六 七 八 九 十 百 千 万 萬 億"
)
DATES = _set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday "
    "januar februar marz mai juni juli oktober dezember montag dienstag mittwoch donnerstag "
    "freitag samstag sonntag janvier fevrier mars avril juin juillet aout septembre octobre "
    "novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
)
_YEAR = re.compile(r"1\d{3}|20\d{2}")


def _folds(text: str) -> list[tuple[str, str]]:
    return [(fold(raw), raw) for raw in word_pattern(text).findall(text)]


@lru_cache(maxsize=16)
def negations(language: str = "") -> frozenset[str]:
    """The negating words to look for in a reading of a language; of all where it is not known."""
    return NEGATIONS - _NOT_HERE.get(language, frozenset())


@lru_cache(maxsize=16)
def _numbers(language: str) -> frozenset[str]:
    return NUMBERS - _NO_NUMBERS_HERE.get(language, frozenset())


def has_negation(text: str, language: str = "") -> bool:
    """Whether a negating word stands in the text.

    ``language`` is that of the reading, whose own words are no negations of another language.
    """
    return not negations(language).isdisjoint(levelled(text))


def gravity(ours: str, theirs: str, *, opens: bool = False, language: str = "") -> str:
    """What makes a change grave: "negation", "number", "date", "name", or "" for nothing.

    ``opens`` says that the words stand at the start of a sentence, where a capital means nothing.
    ``language`` is that of the reading.
    """
    mine, his = _folds(ours), _folds(theirs)
    known = negations(language)
    if {w for w, _ in mine} & known != {w for w, _ in his} & known:
        return "negation"
    changed = [w for w in mine if w not in his] + [w for w in his if w not in mine]
    if any(_YEAR.fullmatch(w) or (w in DATES and raw[:1].isupper()) for w, raw in changed):
        return "date"
    numbers = _numbers(language)
    if any(w in numbers or w.isdigit() for w, _ in changed):
        return "number"
    names = [
        raw
        for w, raw in changed
        if raw[:1].isupper() and raw[1:2].islower() and raw.lower() not in NOT_NAMES
    ]
    if opens and names:
        names = [
            raw for raw in names if raw not in (mine[:1] and mine[0][1], his[:1] and his[0][1])
        ]
    return "name" if names else ""
