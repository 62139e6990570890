"""Text -> words that can be compared, each with its place in the original text.

The same rules hold for quotations and for readings: case, accents, ligatures, the long s, kinds
of apostrophe and hyphens at line ends are levelled; punctuation and white space fall between
words. Scripts without spaces between words (Chinese, Japanese, Thai ...) give one word a sign.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from .types import Span


class Word(NamedTuple):
    """A levelled word and the span it was made of."""

    fold: str
    start: int
    end: int


# Signs that are a word each: kana, Han, Thai, Lao, Tibetan, Burmese, Khmer.
_SIGNS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003134f"
)
# Combining marks, which Python's \w leaves out.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83"
    "\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d"
    "\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
)
APOSTROPHES = "'\u2019\u02bc\uff07\u2018\u201b`\u00b4\u2032"  # and what is typed for one
_INVISIBLE = "\u200b-\u200d\u2060\ufeff"
_LETTERS_ONLY = f"[^\\W_{_SIGNS}]"
_RUN = f"{_LETTERS_ONLY}++(?:[{_MARKS}]++{_LETTERS_ONLY}*+)*+"
_LOWER = "(?=[^\\W\\d_A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f])"
_LINE_END = f"[-\u2010\u00ac][ \\t\\r]*+[\\n\\f\\v\u2028]\\s*+{_LOWER}"
_JOINER = f"(?:[{APOSTROPHES}]|\u00ad\\s*+|[{_INVISIBLE}]++|{_LINE_END})"
# French and Italian elisions are words of their own, so that "l'homme" can be quoted from "homme".
_ELISION = (
    "(?:[cdjlmnstCDJLMNST]|[Qq]u|[Ll]orsqu|[Pp]uisqu|[Qq]uoiqu|[Jj]usqu|[Dd]ell|[Nn]ell|[Aa]ll"
    f"|[Dd]all|[Ss]ull|[Qq]uell|[Uu]n)(?=[{APOSTROPHES}][^\\W\\d_])"
)
# Most words are a run of letters and no more: they are tried first.
_ALONE = f"(?![{APOSTROPHES}\u00ad{_INVISIBLE}\u2010\u00ac-])"
_WORD = f"{_RUN}{_ALONE}|[{_SIGNS}][{_MARKS}]*+|{_ELISION}|{_RUN}(?:{_JOINER}{_RUN})*+"

# The same for text of ASCII signs alone, which is most text, in half the time.
_PLAIN_RUN = "[A-Za-z0-9]++"
_PLAIN_LINE_END = "-[ \\t\\r]*+[\\n\\f\\v]\\s*+(?=[a-z])"
_PLAIN_WORD = re.compile(
    f"{_PLAIN_RUN}(?!['`-])|{_ELISION}|{_PLAIN_RUN}(?:(?:['`]|{_PLAIN_LINE_END}){_PLAIN_RUN})*+"
)

# Signs that a typesetter has for those of a keyboard; each for one that does the same between and
# in words. A text with no other foreign sign can be read as if it were of ASCII signs alone.
_TYPESET = (
    ("\u2019", "'"),
    ("\u2018", "'"),
    ("\u201c", '"'),
    ("\u201d", '"'),
    ("\u2014", ";"),
    ("\u2013", ";"),
    ("\u2026", "."),
)
_DIGIT = re.compile("[0-9]")
# Between words of text of ASCII signs there is anything but letters, digits and what joins them.
_JOINING = b"'`"
_SMALL = bytes(
    sign if chr(sign).isalnum() or sign in _JOINING else 32 for sign in bytes(range(128)).lower()
).ljust(256)
_WITHOUT_DIGITS = bytes(sign for sign in range(128) if not chr(sign).isdigit())

_NOTE = re.compile("([^\\W\\d_]{3,})\\d{1,3}")
_SUPERSCRIPT = re.compile("(?<=[^\\W\\d_])[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+")
_DROPPED = re.compile(f"[{APOSTROPHES}\u00ad{_INVISIBLE}\u0640\u2010\u00ac\\s-]+")
_CLOSING = frozenset(".,;:!?)]}\"'\u2019\u201d\u00bb\u2026*\u2020\u2021")
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "ı": "i",
        "\u0649": "\u064a",  # alef maksura and yeh are written for one another
        "\u06cc": "\u064a",
        "\u06a9": "\u0643",
    }
)


def fold(raw: str) -> str:
    """The levelled form of one word."""
    if raw.isascii() and raw.isalpha():
        return raw.lower()
    return _fold_rare(raw)


@lru_cache(maxsize=4096)
def _fold_rare(raw: str) -> str:
    word = _SUPERSCRIPT.sub("", raw)
    word = _DROPPED.sub("", word)
    note = _NOTE.fullmatch(word)
    if note:
        word = note.group(1)
    word = unicodedata.normalize("NFKD", word.casefold())
    # Short i is a letter, not an accented one.
    word = word.replace("\u0438\u0306", "\u0439")
    word = "".join(c for c in word if not _is_accent(c)).casefold().translate(_LETTERS)
    word = unicodedata.normalize("NFC", word)
    return word or raw


def _is_accent(char: str) -> bool:
    # Classes 7 to 9 are parts of letters (nukta, kana voicing, virama); the others are accents,
    # vowel points and the like.
    return unicodedata.combining(char) > 9


def accents(raw: str) -> str:
    """The word with its accents, levelled in everything else."""
    word = unicodedata.normalize("NFKC", _DROPPED.sub("", raw).casefold())
    return unicodedata.normalize("NFC", word.replace("ё", "е").replace("ς", "σ"))


def _as_typed(text: str) -> str:
    """The text with keyboard signs for typeset ones, if it is ASCII then; else as it is."""
    if text.isascii():
        return text
    typed = text
    for sign, key in _TYPESET:
        typed = typed.replace(sign, key)
    return typed if typed.isascii() else text


def words(text: str, offset: int = 0) -> list[Word]:
    """The words of a text in order; note marks stuck to a word ("empire.12") are left out."""
    found: list[Word] = []
    last = 0
    typed = _as_typed(text)
    plain = typed.isascii()
    pattern = _PLAIN_WORD if plain else any_word()
    new = tuple.__new__  # Word(...) takes twice the time
    for match in pattern.finditer(typed):
        start, end = match.span()
        raw = match.group()
        if raw.isalpha():
            folded = raw.lower() if plain or raw.isascii() else _fold_rare(raw)
        else:
            if raw.isdigit() and is_note_mark(raw, text[last:start], text[end : end + 1]):
                continue
            folded = _fold_rare(raw)
        found.append(new(Word, (folded, start + offset, end + offset)))
        last = end
    return found


def levelled(text: str) -> list[str]:
    """The words of a text, levelled, without their places: in a fraction of the time."""
    typed = _as_typed(text)
    plain = typed.isascii()
    if plain and ("-" not in typed or typed.isprintable()):  # no word divided at a line end
        signs = typed.encode()
        if not signs.translate(None, _WITHOUT_DIGITS):
            found = signs.translate(_SMALL).decode().split()
            return found if all(map(str.isalpha, found)) else _apart(found)
    raws = (_PLAIN_WORD if plain else any_word()).findall(typed)
    if any(map(str.isdigit, raws)):  # some may be note marks: what stands around them decides
        return [word.fold for word in words(text)]
    return [fold(raw) for raw in raws]


def _apart(found: list[str]) -> list[str]:
    """Small letters and apostrophes -> words: "don't" is one, "l'homme" two, "tis'" has none."""
    apart: list[str] = []
    for one in found:
        if one.isalpha():
            apart.append(one)
        else:
            apart += map(_fold_rare, _PLAIN_WORD.findall(one))
    return apart


def nth_word(text: str, number: int, offset: int = 0) -> Span:
    """The span of one of the words of a text, counted from 0."""
    typed = _as_typed(text)
    plain = typed.isascii()
    matches = (_PLAIN_WORD if plain else any_word()).finditer(typed)
    if plain and not _DIGIT.search(typed):  # so nothing is a note mark
        for match in islice(matches, number, None):
            return Span(match.start() + offset, match.end() + offset)
    last = 0
    for match in matches:
        start, end = match.span()
        first = text[start]
        if first.isdigit():
            raw = match.group()
            if raw.isdigit() and is_note_mark(raw, text[last:start], text[end : end + 1]):
                continue
        if not number:
            return Span(start + offset, end + offset)
        number -= 1
        last = end
    raise IndexError("the text has fewer words")


def is_note_mark(raw: str, before: str, after: str) -> bool:
    """Whether digits are a note mark: stuck to the punctuation that closes a word."""
    return (
        0 < len(before) <= 4
        and len(raw) <= 3
        and (not after or after.isspace() or after in _CLOSING)
        and _CLOSING.issuperset(before)
        and before[-1] not in "*\u2020\u2021"
    )


@lru_cache(maxsize=1)
def any_word() -> re.Pattern[str]:
    """Matches one word of any script. Made when first used: it takes a hundredth of a second."""
    return re.compile(_WORD)


def word_pattern(text: str) -> re.Pattern[str]:
    """What matches one word of this text."""
    return _PLAIN_WORD if text.isascii() else any_word()


def split_words(text: str) -> list[str]:
    """Gap, word, gap, word, ..., gap: what the index is built from, in one pass."""
    return _split_pattern().split(text)


@lru_cache(maxsize=1)
def _split_pattern() -> re.Pattern[str]:
    # Made when first used: only building an index needs it.
    return re.compile(f"({_WORD})")


def hash_word(folded: str) -> int:
    """The number a levelled word goes by in an index."""
    return zlib.crc32(folded.encode("utf-8", "surrogatepass"))


SHORTEST_SPELLED = 4  # letters of the shortest word whose misspellings are looked for


def hash_half(letters: str, *, first: bool) -> int:
    """The number half a word goes by in an index."""
    return hash_word(("<" if first else ">") + letters)
