"""Words in quotation marks that quote nobody: titles, words named as words, irony, speech.

Only what gives itself away is told apart here. A short phrase without a citation that stands in
no reading is left to ``check``, which knows whether it was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from quotecheck.names import Shelf, plain, title_words
from quotecheck.vocabulary import (
    ANYBODY,
    EVERYBODY,
    IMAGINED,
    IRONIC,
    MEANING,
    NAMING,
    POSTS,
    REFERENCE_WORKS,
    RELATIVES,
    REPORTING,
    SMALL_IN_TITLES,
    SPEAKING,
    TITLE_NOUNS,
    VOICES,
    WORD_NOUNS,
)

# Longer ones are sentences, whatever stands before them.
LONGEST_TERM = 6
LONGEST_TITLE = 14

_WORD = re.compile(r"\w+(?:['’\-‐‑]\w+)*")
_POST_OF_SOMEBODY = re.compile(
    r"@[\w.-]{1,60}\W{0,3}$|"
    r"\w['’]s (?:\w+ )?(?:point|question|response|comment|post|reply)(?: that| is)?\W{0,3}$"
)
_AGREE = frozenset(("agree", "agrees", "disagree", "disagrees", "zustimmen", "d'accord"))
_I_WROTE = frozenset(("wrote", "posted", "said", "argued", "schrieb", "писал", "писала"))
_PAGE_BEFORE = re.compile(r"(?<!\w)(?:pp?\.?|pages?|S\.|с\.)\s?\d{1,4}\s?\(\Z")
_NOT_THEIRS = re.compile(
    r"\A[\s,.]*[(\[](?:mine|my own|my words|von mir|eigenes)\b|\battribut|"
    r"\A\W*(?:as|so) (?:they|people) say\b",
    re.IGNORECASE,
)
_MAIL_HEAD = re.compile(
    r"(?:^|\n)(?:On|Am|Le|El|Il)\s[^\n]{3,100}(?:wrote|schrieb|a écrit|escribió|ha scritto)"
    r"[^\n:]{0,40}:\s*\Z"
)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_MODALS = frozenset(
    (
        "might",
        "could",
        "would",
        "may",
        "should",
        "can",
        "will",
        "würde",
        "könnte",
        "hätte",
        "aurait",
        "dirait",
        "pourrait",
    )
)
_ANY_OF_US = frozenset(("i", "we", "one", "you", "ich", "man", "wir", "je", "on", "nous"))
_MY = frozenset(("my", "our", "mein", "meine", "mon", "ma", "mi"))
_CLASSMATE = frozenset(
    ("you", "your", "classmate", "classmates", "classmate's", "du", "deine", "dein", "tu", "ты")
)
_YOU_WRITE = frozenset(
    ("write", "wrote", "mention", "schreibst", "schriebst", "sagst", "écris", "dis", "пишешь")
)
_IN_CLASS = re.compile(
    r"\b(?:in (?:class|seminar|lecture|section|(?:the|his|her) (?:lecture|seminar))|im seminar|"
    r"in der vorlesung|en cours|на (?:лекции|семинаре))\b",
    re.IGNORECASE,
)
_ON_SCREEN = re.compile(
    r"\b(?:in|im|dans|from) (?:the |this |that |der |dem |le |la )?"
    r"(?:movie|film|song|tv|series|adaptation|podcast|verfilmung|serie|lyrics)\b",
    re.IGNORECASE,
)
_CLASSWORK = frozenset(("prompt", "prompts", "discussion", "post", "response", "comment", "thread"))


def word_count(text: str) -> int:
    """The number of words; where a script has no spaces, two letters count as one word."""
    unspaced = len(_UNSPACED.findall(text))
    if not unspaced:
        return len(_WORD.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


def why_term(quoted: str, before: str, after: str, shelf: Shelf, people: Sequence[str] = ()) -> str:
    """Why words in quotation marks quote no reading; "" when nothing says so.

    ``before`` and ``after`` are what the writer's own sentence has around them, ``people`` those
    who take part in the discussion. To be asked only about words that no citation follows.
    """
    words = _WORD.findall(quoted[:400])
    if _is_title(quoted, words, before, shelf):
        return "title"
    lead = [word.lower() for word in _WORD.findall(before[-120:])]
    if word_count(quoted) <= LONGEST_TERM and (reason := _why_short(lead, before, after)):
        return reason
    if _of_classmate(lead, before, people):
        return "post"
    if _IN_CLASS.search(before[-80:]) or _ON_SCREEN.search(before[-80:]):
        return "speech"
    if reason := _why_speech(lead, quoted.rstrip().endswith("?")):
        return reason
    return "word" if word_count(quoted) <= 1 else ""


def why_post(before: str, people: Sequence[str] = ()) -> str:
    """ "post" when what leads to a block quotation speaks of somebody's post, as mail does; else
    "".
    """
    lead = [word.lower() for word in _WORD.findall(before[-120:])]
    close = set(lead[-4:])
    yours = _CLASSMATE & close and (SPEAKING | REPORTING) & close
    is_post = yours or _of_classmate(lead, before, people) or _MAIL_HEAD.search(before)
    return "post" if is_post else ""


def why_perhaps(before: str, after: str, author: str = "") -> str:
    """Why words for which nobody is cited may be none of a reading, if they are found in none: they
    are imagined, or a saying, or somebody else's. "" when nothing says so.

    ``before`` and ``after`` are what the writer's own sentence has around them, ``author`` is whom
    it names: "Jones would say" and "I would call it" are told apart then, and nothing else; "as
    Jones says" gives the words to them, whatever else the sentence has.
    """
    words = [word.lower() for word in _WORD.findall(before)]
    said = {*words, *pairwise(words)}
    if author:
        name = author.lower().split()[-1]
        if ("as", name) in said:
            return ""
        who = {name, *_ANY_OF_US}
        pairs = [pair for pair in pairwise(words[-9:]) if who & set(pair) and _MODALS & set(pair)]
        return "imagined" if pairs else ""
    if any(my in _MY and who in RELATIVES for my, who in pairwise(words)):
        return "voice"
    if VOICES & said:
        return "voice"
    if IMAGINED & said:
        return "imagined"
    speaks = SPEAKING | REPORTING | {"asks", "says", "ask", "knows", "dit", "sagt", "kennt"}
    if (ANYBODY | EVERYBODY) & said and speaks & set(words):
        return "voice"
    return "voice" if _NOT_THEIRS.search(after) else ""


def _is_title(quoted: str, words: Sequence[str], before: str, shelf: Shelf) -> bool:
    if not words or len(words) > LONGEST_TITLE:
        return False
    if shelf.with_title(title_words(quoted)):
        return True
    return looks_like_title(quoted, words) or _follows_title_noun(before, words)


def looks_like_title(quoted: str, words: Sequence[str]) -> bool:
    """Whether every word that counts has a capital, and there is more than one."""
    if re.search(r"[.?!…;]", quoted.rstrip(" .,?!")):
        return False
    great = [word for word in words if word.lower() not in SMALL_IN_TITLES]
    if len(great) < 2 or not words[0][:1].isupper():
        return False
    return all(word[:1].isupper() or word[:1].isdigit() for word in great)


def _follows_title_noun(before: str, words: Sequence[str]) -> bool:
    lead = _WORD.findall(before[-60:])
    # "At the end of the chapter, “Nobody laughed.”" names none.
    if not lead or not words[0][:1].isupper() or before.rstrip().endswith((":", ",")):
        return False
    return lead[-1].lower() in TITLE_NOUNS


def _why_short(lead: Sequence[str], before: str, after: str) -> str:
    last = lead[-1:]
    if IRONIC & set(last) or lead[-2:] == ["so", "called"]:
        return "scare"
    if WORD_NOUNS & set(last) or (lead[-2:-1] and lead[-2] in WORD_NOUNS and last == ["of"]):
        return "word"
    if NAMING & set(last) or lead[-2:] in (
        ["known", "as"],
        ["referred", "as"],
        ["bekannt", "als"],
    ):
        return "word"
    if MEANING & set(lead[-2:]):
        return "meaning"
    # But "see p. 43 (“enforced unevenly”)" quotes.
    if before.endswith("(") and after.startswith(")") and not _PAGE_BEFORE.search(before[-16:]):
        return "meaning"
    return ""


def _of_classmate(lead: Sequence[str], before: str, people: Sequence[str]) -> bool:
    """Whether the sentence so far speaks of a post, or of somebody who takes part."""
    if _POST_OF_SOMEBODY.search(before[-160:]):
        return True
    if not people:
        return False
    names = {plain(part) for person in people for part in (person, *person.split())}
    spoken = {re.sub(r"['’]s?$", "", plain(word)) for word in lead[-12:]}
    reports = (REPORTING | POSTS | _AGREE) & set(lead[-8:]) or before.rstrip().endswith(":")
    return bool(reports) and any(len(name) > 2 and name in spoken for name in names)


def _why_speech(lead: Sequence[str], is_question: bool) -> str:
    close = set(lead[-4:])
    if _CLASSMATE & close and (_CLASSWORK | SPEAKING | _YOU_WRITE) & close:
        return "post"
    if any(who in ("i", "ich", "я") and does in _I_WROTE for who, does in pairwise(lead[-8:])):
        return "post"
    if {"prompt", "question"} & close and {"asks", "asked", "reads", "says"} & close:
        return "post"
    if is_question and {"prompt", "question", "questions", "frage"} & set(lead[-8:]):
        return "post"
    if REFERENCE_WORKS & set(lead[-12:]):
        return "dictionary"
    if lead[-3:] in (["as", "they", "say"], ["the", "saying", "goes"], ["if", "to", "say"]):
        return "saying"
    if _MODALS & close and SPEAKING & set(lead[-2:]):
        return "speech"
    if ANYBODY & close and SPEAKING & set(lead[-2:]):
        return "speech"
    relatives = RELATIVES & {word for my, word in pairwise(lead[-20:]) if my in _MY}
    if relatives and (SPEAKING | {"told", "tells", "calls", "called"}) & close:
        return "speech"
    return ""
