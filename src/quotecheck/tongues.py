"""Whether words can be in the language of a reading at all, by script and by small words.

Only asked about what was not found: a translation that its writer does not call one, or a
transcription, can stand in no reading of another language.
"""

from __future__ import annotations

import re
import unicodedata

# Small words that each language alone has, or all but; none of one is common in another.
_SMALL = {
    "en": "the of and to with that for which were is are his her they it not from by at this "
    "have had what who but would could",
    "de": "der die und das nicht zu den ist sich dem ein eine einen mit auf von auch wie aus bei "
    "wird wurde noch aber sie wir ihr",
    "fr": "le les et des du une dans qui est pour pas au ne il elle sur par avec mais ce cette "
    "sont nous vous leur où était",
    "es": "el los las y una por con para del lo como más pero su sus era muy sin sobre este esta "
    "todo fue hay",
    "it": "il di che è gli della per una non con del sono nel alla più anche come ma dei delle "
    "questo era si",
    "la": "et in est ad cum non ut sed atque quod qui quae enim autem nec aut esse sunt quam hoc",
}
_OF_WORD = {
    word: {code for code, words in _SMALL.items() if word in words.split()}
    for words in _SMALL.values()
    for word in words.split()
}
_WORD = re.compile(r"[^\W\d_]+")
LOOKED_THROUGH = 2000  # characters
_LEAST_LETTERS = 8


def is_foreign(quoted: str, beginning: str, language: str) -> bool:
    """Whether words are for certain in another script than a reading, of which the beginning is
    given, or in another language, which is given as far as it is known ("en", "").
    """
    script, theirs = script_of(quoted), script_of(beginning)
    if script and theirs and script != theirs:
        return True
    ours = language_of(quoted)
    return bool(ours and language and ours != language)


def in_two_languages(one: str, other: str) -> bool:
    """Whether two stretches of words are for certain in different scripts or languages."""
    scripts = script_of(one), script_of(other)
    if all(scripts) and scripts[0] != scripts[1]:
        return True
    languages = language_of(one), language_of(other)
    return bool(all(languages) and languages[0] != languages[1])


def script_of(text: str) -> str:
    """The script that nine of ten letters are in, "LATIN", "CYRILLIC", …; "" where none is."""
    letters = [char for char in text[:LOOKED_THROUGH] if char.isalpha()]
    if len(letters) < _LEAST_LETTERS:
        return ""
    names = [unicodedata.name(char, "").partition(" ")[0] for char in letters]
    most = max(set(names), key=names.count)
    return most if names.count(most) >= 0.9 * len(names) else ""


def language_of(text: str) -> str:
    """The language of some words, where their small ones leave no doubt; else ""."""
    counts = dict.fromkeys(_SMALL, 0)
    for word in _WORD.findall(text[:LOOKED_THROUGH].lower()):
        for code in _OF_WORD.get(word, ()):
            counts[code] += 1
    first, second = sorted(counts, key=lambda code: -counts[code])[:2]
    plain = counts[first] >= 2 and counts[first] > 3 * counts[second]
    return first if plain else ""
