"""Reads what writers put in brackets to say where words come from: "(Jones 1999, p. 42)".

Here one bracket is read by itself; ``references`` finds the brackets of a post and puts them in
their surroundings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from quotecheck.grave import DATES
from quotecheck.names import NO_MATCH, Match, Shelf, plain
from quotecheck.types import Locator, Span
from quotecheck.vocabulary import NEVER_NAMES, NUMBER_WORDS, SMALL_IN_CITATIONS

# Longer brackets are remarks, not citations.
LONGEST = 240
# Pages that "42ff." stands for at most.
FOLLOWING_PAGES = 10

_LABEL = r"(?:pp?|pgs?|pages?|ss?|seiten?|S|с|сс|стр|p[áa]gs?|pagg?|side|sida|sid|str|стор|σσ?|σελ)"
_LABELS = re.compile(
    rf"(?:{_LABEL}|pgs?|ff?|nn?|ch|chap|chapter|vol|kap|ll?|lines?|n\.?d|ibid|ebd|ebenda|op|cit|loc|ed|eds|qtd"
    r"|quoted|cited|[ivxlc]+)\.?",
    re.IGNORECASE,
)
_NUMBER = r"(?:\d{1,5}|[ivxlc]{1,8})"
_RANGE = rf"{_NUMBER}(?:\s?[-–—‑]\s?{_NUMBER})?(?:\s?ff?\b\.?|\s?n\.?\s?\d{{1,3}}\b)?"
_PAGES = rf"{_RANGE}(?:\s?(?:,|&|\band\b|\bund\b|\bet\b|\bи\b)\s?{_RANGE})*"
_LABELLED = re.compile(
    rf"(?:^|(?<=[\s,;:.(]))(?:{_LABEL}\.?\s?(?P<a>{_PAGES})|第?(?P<b>\d{{1,5}})\s?[頁页])(?!\w)",
    re.IGNORECASE,
)
_AT_END = re.compile(rf"(?:^|[\s,:;]+)(?P<pages>{_PAGES})\s*\.?$")
_AT_START = re.compile(r"^(?P<pages>\d{1,4}(?:\s?[-–—]\s?\d{1,4})?)\s?[,:]\s")
_ONE_RANGE = re.compile(
    rf"(?P<first>{_NUMBER})(?:\s?[-–—‑]\s?(?P<last>{_NUMBER}))?(?P<more>\s?ff?\b)?", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\w)(?P<year>1[4-9]\d\d|20\d\d)(?:[a-z](?!\w)|(?!\w))")
_YEAR_ONLY = re.compile(r"1[4-9]\d\d|20\d\d")
_SPACE = re.compile(r"\s+")

_LEAD_IN = re.compile(
    r"(?:see(?: also)?|cf\.?|compare|as |qtd\.? in|quoted in|cited in|found in|quoted (?:by|from)|"
    r"cited (?:by|from)|from|in|by|vgl\.?|siehe(?: auch)?|s\. ?a\.|zit(?:iert)?\.? (?:nach|in|bei)|"
    r"nach|bei|voir|cité (?:dans|par)|ср\.?|см\.?|цит\. по|e\. ?g\.,?)(?::|\s)\s*",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"[,;.]?\s*(?:(?:my|our) (?:emphasis|italics|translation)|(?:emphasis|italics|translation) "
    r"(?:added|mine|ours|in (?:the )?original)|trans\. (?:mine|by the author)|"
    r"hervorhebung(?:en)?[\w .]{0,30}|meine übersetzung|(?:nous|je) souligne?(?:ons)?|"
    r"курсив (?:мой|наш)|n\. ?d\.|et al\.?(?=,?\s*$))\s*$",
    re.IGNORECASE,
)
# What stands in verse and plays instead of a page: a number that follows is a line.
_VERSE = (
    r"acts?|scenes?|sc\.|lines?|verses?|stanzas?|cantos?|Akt|Szene|Aufzug|Auftritt|Zeilen?|Vers|"
    r"Strophe|acte|scène|vers|strophe|действие|явление|строк[аи]"
)
_OTHER_LOCATOR = re.compile(
    r"[,;:]?\s*(?<!\w)(?:"
    rf"(?:(?P<verse>{_VERSE})|(?-i:parts?|books?|bks?\.|vols?\.|volumes?|tome|Band|Bd\.)|"
    r"(?<=, )(?-i:Parts?|Books?|Bk\.|Vols?\.|Volume)|"
    r"loc\.?|location|kindle|Position|Pos\.)\s?(?:\d[\d.–-]*+(?:,\d[\d.–-]*+)*+|[ivxlc]{1,8}+(?!\w))"
    r"|(?P<lines>ll?\.|vv?\.|Z\.)\s?\d[\d.,–-]*+"
    # 3.1.56–62, III.i.4; 3:16, @ 12:34; 514a, 1094a1–b3, but not the year 1999a.
    r"|(?:\d{1,4}|[ivxlc]{1,6}(?:\.[ivxlc]{1,6})?)\.\d{1,4}(?:\.\d{1,4})?(?:[–-][\d.]++)?"
    r"|(?:(?:@|at\b|ab\b|min\.?)\s?)?\d{1,3}:\d{1,3}(?::\d\d)?(?:[–-]\d{1,3}(?::\d{1,3})?)?"
    r"|(?:(?:pp?|S)\.?\s?)?(?!(?:1[5-9]|20)\d\d[a-e](?!\w))\d{2,4}[a-e]\d{0,2}"
    r"(?:[–-]\d{0,4}[a-e]\d{0,2}|[–-]\d{1,4})?"
    r")(?!\w)",
    re.IGNORECASE,
)
_FIRST_PRINTED = re.compile(r"(?<=\w) ?\[\d{4}\]")  # "2004 [1974]"
# "42 n. 3", "42n3": a note of the page.
_NOTE_OF_PAGE = re.compile(
    r"(?<=\d)(?:,?\s?(?:nn?\.|notes?\b|fn\.?|Anm\.)|n(?=\d))\s?\d{1,3}(?:[–-]\d{1,3})?(?!\w)",
    re.IGNORECASE,
)
_LOCATORS = {
    "chapter": r"chapters?|chap\.?|chs?\.?|kapitel|kap\.?|chapitre|cap[íi]tulo|глав[аеы]|гл\.?",
    "section": r"sections?|sect?s?\.?|§+|abschnitt|abschn\.|раздел",
    "paragraph": r"paragraphs?|paras?\.?|pars?\.?|¶+|absatz|abs\.|абзац|абз\.?",
}
_PART = rf"(?:\d{{1,5}}(?:\.\d{{1,3}}){{0,3}}[a-z]?|[ivxlc]{{1,8}}|{'|'.join(NUMBER_WORDS)})(?!\w)"
_JOINT = r"[-–—‑]|&|and\b|und\b|et\b|y\b|и\b"
_KINDS = "|".join(f"(?P<{kind}>{words})" for kind, words in _LOCATORS.items())
_LOCATOR = re.compile(
    rf"[,;:]?\s*(?<!\w)(?P<word>{_KINDS})"
    rf"\s?(?P<first>{_PART})(?:\s?(?:{_JOINT})\s?(?P<last>{_PART}))?",
    re.IGNORECASE,
)
_PART_ONLY = re.compile(_PART, re.IGNORECASE)
_AND_MORE = re.compile(rf"(?:\s?(?:,|{_JOINT})\s?(?:{_PART}))+", re.IGNORECASE)
_AGAIN = re.compile(
    r"(?:ibid(?:em)?|idem|id|ebd|ebenda|ebda|a\. ?a\. ?o|op\. ?cit|loc\. ?cit|там же|ibíd|同上)"
    r"(?:\.|\b)[,.;:]?\s*(?P<rest>.*)",
    re.IGNORECASE,
)
# The same where a name stands before it: "(Jones, op. cit., 42)".
_AGAIN_INSIDE = re.compile(
    r"[,;]?\s*(?<![\w.])(?:ibid(?:em)?|ebd|ebenda|a\. ?a\. ?o|op\. ?cit|loc\. ?cit|указ\. ?соч)"
    r"(?:\.|(?!\w))",
    re.IGNORECASE,
)
_TRANSLATOR = re.compile(
    r"[,;(]?\s*(?<!\w)(?:transl?\.(?: by)?|translated by|tr\.|übers\.(?: von)?|übersetzt von|"
    r"trad\.(?: par| de| di)?|traduit par|пер\.)\s?[^\W\d_][\w.’'-]*+(?: [^\W\d_][\w.’'-]*+){0,3}+",
    re.IGNORECASE,
)
# "My translation": the words quoted are the writer's own.
_OWN_TRANSLATION = re.compile(
    r"\b(?:my|our) (?:own )?trans(?:lation|\.)|\btrans(?:lations?|lated|\.) (?:(?:is|are) )?"
    r"(?:mine\b|ours\b|my own|by (?:me|the author|myself)\b)"
    r"|\b(?:meine|eigene|unsere) übers"
    r"|übers(?:etzung(?:en)?|etzt|\.) (?:(?:ist|sind) )?(?:von mir|d\. ?verf)"
    r"|\bma traduction|\b(?:je traduis|traduit par (?:moi|nos soins))|traduction personnelle"
    r"|\bmi traducción|traducción (?:mía|propia)|traduzione mia|mia traduzione"
    r"|мой перевод|перевод (?:мой|наш)|пер\. (?:мой|авт)",
    re.IGNORECASE,
)
_ALL_TRANSLATIONS = re.compile(
    r"\b(?:translations|übersetzungen|traductions|traducciones|traduzioni|переводы)\b"
    r"[^.!?\n]{0,60}?\b(?:mine|my own|by me|ours|von mir|meine|eigene|moi|miennes|mías|mie|мои)\b",
    re.IGNORECASE,
)
_TRANSLATING = ("transl", "trans.", "bersetz", "bers.", "tradu", "перев", "пер.")
# A preface cited by page alone, "(xii)"; smaller numbers count points: "(ii)".
_ROMAN_ALONE = re.compile(r"(?=[ivlc–-]*+x)[ivxlc]{2,8}(?:[–-][ivxlc]{2,8})?")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s,;()<>\"”»]{3,}+")
_QUOTED_TITLE = re.compile(r"[\"“”„«»‘’'*_]{1,2}([^\"“”„«»*_]{3,160})[\"“”„«»‘’'*_]{1,2}")
_WORD = re.compile(r"[^\W\d_]+(?:['’.\-‐‑][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Read:
    """What a bracket says.

    ``labelled``: the pages are called pages ("p. 42"). ``again``: it says ibid.
    ``match`` is what it was matched to among the readings. ``is_line``: it has nothing but a line,
    an act, a place in a recording, which says little where no quotation stands before it.
    """

    author: str = ""
    title: str = ""
    year: str = ""
    pages: tuple[str, ...] = ()
    labelled: bool = False
    again: bool = False
    match: Match = NO_MATCH
    is_line: bool = False

    @property
    def names_work(self) -> bool:
        """Whether it says an author or a title."""
        return bool(self.author or self.title)

    @property
    def matched(self) -> bool:
        """Whether it fits at least one reading."""
        return bool(self.match.reading or self.match.candidates)

    @property
    def stands_alone(self) -> bool:
        """Whether it is a citation even where no quotation stands before it."""
        if self.again or self.labelled:
            return True
        if self.matched:
            return bool(self.pages or self.year or (self.author and self.title))
        return bool(self.names_work and self.year and self.pages)


def read_citation(content: str, shelf: Shelf) -> Read | None:
    """What the inside of a bracket says; None when it is no citation."""
    content = _SPACE.sub(" ", content).strip()
    if not content or len(content) > LONGEST:
        return None
    content = _FIRST_PRINTED.sub("", _ASIDE.sub("", content))
    if _is_date(content, shelf):
        return None
    if address := _ADDRESS.search(content):
        return _on_the_web(content, address, shelf)
    whole, content = content, _without_lead_in(content)
    again = _AGAIN.fullmatch(content)
    if again:
        pages, _, _ = _pages_beside_locators(again["rest"])
        return Read(pages=pages, again=True)
    content = _AGAIN_INSIDE.sub("", content)
    located = _is_located(content) and content == whole  # "see ch. 3" only points there
    pages, labelled, rest = _pages_beside_locators(content)
    year, rest = _take_year(rest)
    if year and not labelled and pages == (year,):
        pages = ()
    rest = _TRANSLATOR.sub("", rest).strip(" ,.;:()[]")
    if not pages and _ROMAN_ALONE.fullmatch(rest):
        return Read(pages=expand_pages(rest), is_line=True)
    if not rest:
        if not pages and not located:
            return None
        is_line = not pages and not find_locators(content)
        return Read(year=year, pages=pages, labelled=labelled, is_line=is_line)
    read = _with_work(Read(year=year, pages=pages, labelled=labelled), rest, shelf)
    if located and (read is None or not read.matched) and (keys := shelf.by_abbreviation(rest)):
        one = keys[0] if len(keys) == 1 else None  # "(Rep. 514a)"
        return Read("", rest, year, pages, labelled, match=Match(one, () if one else keys))
    return read


def _is_date(content: str, shelf: Shelf) -> bool:
    """ "12 March 2023", "March 1953": a month, figures, and nothing else."""
    words = _WORD.findall(content)
    if len(words) != 1 or not has_year(content) or plain(words[0]).strip(".") not in DATES:
        return False
    return not shelf.has_author(words[0])


def _on_the_web(content: str, address: re.Match[str], shelf: Shelf) -> Read | None:
    """A citation with an address in it, by which the work goes when nothing else names it."""
    before = content[: address.start()].strip(" ,;:.<")
    read = read_citation(before, shelf)
    if read is not None and read.names_work:
        return read
    return Read(title=re.sub(r"^https?://(?:www\.)?+", "", address.group()).partition("/")[0])


def is_signature(text: str, shelf: Shelf) -> bool:
    """Whether words behind a quotation do nothing but say whose it is: names, titles and numbers,
    no sentence. Who types no capitals must name an author of a reading first.
    """
    words = _WORD.findall(text)
    if not words or len(words) > 14 or re.search(r"[?!=<>#]|\.\.\.|…", text):
        return False
    if len(words) <= 4 and shelf.knows_author(words[0]):
        return all(
            word.isupper() or word[:1].isupper() or _LABELS.fullmatch(word) for word in words[1:]
        )
    begins = words[0][:1].isupper() or _LABELS.fullmatch(words[0])  # "Jones, p. 42"; "p. 42"
    return bool(begins) and all(
        word[:1].isupper()
        or word.lower().strip(".") in SMALL_IN_CITATIONS
        or _LABELS.fullmatch(word)
        for word in words
    )


_A_WORK = re.compile(
    r"\bet al\b|(?<!\w)(?:1[4-9]|20)\d\d[a-f](?!\w)|"
    r"^\s*(?:qtd\.? in|(?:quoted|cited) (?:in|by|from)|zit(?:iert)?\.? (?:nach|in|bei)|"
    r"cité (?:dans|par)|цит\. по)\b",
    re.IGNORECASE,
)


def has_year(content: str) -> bool:
    return _YEAR.search(content) is not None


def is_a_work(content: str) -> bool:
    """Whether a bracket of a name and a year can mean nothing but a work: "(Orlova 1990a)",
    "(Orlova et al. 1990)", "(quoted in Orlova 1990)". "(Paris 1919)" may be an event, "(Stalin
    1953)" a death, "(see Prague 1968)" another example.
    """
    return bool(_A_WORK.search(content))


def read_note(content: str, shelf: Shelf) -> Read | None:
    """What a footnote says, where author and title stand among other particulars."""
    content = _SPACE.sub(" ", content).strip()[:600]
    plainly = read_citation(content.rstrip("."), shelf)
    if plainly is not None and (plainly.matched or plainly.again):
        return replace(plainly, title=plainly.title.partition("(")[0].strip())
    pages, labelled, rest = _take_pages(content.rstrip(" ."))
    year, _ = _take_year(rest)
    quoted = _QUOTED_TITLE.search(rest)
    title = quoted[1].strip(" ,.") if quoted else ""
    for word in _WORD.findall(rest):
        if word[:1].isupper() and shelf.knows_author(word):
            named = any(shelf.by_title(part) for part in rest.split(",")) and not title
            if named:
                title = next(part.strip() for part in rest.split(",") if shelf.by_title(part))
            title = title.partition("(")[0].strip()  # before "(New Haven: Yale"
            found = Read(word, title, year, pages, labelled)
            return replace(found, match=shelf.match(word, title, year))
    if plainly is not None and (plainly.pages or plainly.title):
        return plainly
    if title:
        return Read("", title, year, pages, labelled, match=shelf.match("", title, year))
    return None


def is_translation(text: str) -> bool:
    """Whether a bracket behind words says that the writer translated them."""
    return _OWN_TRANSLATION.search(text) is not None


def tells_of_translating(post: str) -> tuple[bool, bool]:
    """Whether a post speaks of translations at all, and whether it says that all are its own."""
    lowered = post.lower()
    speaks = any(stem in lowered for stem in _TRANSLATING)
    return speaks, speaks and _ALL_TRANSLATIONS.search(post) is not None


def find_locators(text: str) -> tuple[Locator, ...]:
    """The chapters, sections and paragraphs that a citation names, in order."""
    return tuple(locator for locator, _span in _located(text))


def _located(text: str) -> Iterator[tuple[Locator, Span]]:
    """Each locator, and where it stands together with the word that says what it is."""
    for match in _LOCATOR.finditer(text):
        kind = next(kind for kind in _LOCATORS if match[kind])
        first, last, end = match["first"], match["last"] or match["first"], match.end()
        # After "¶¶ 12, 14" another number is a paragraph too; after "ch. 3, 42" it is a page.
        is_plural = match["word"][-1] in "sS" or match["word"] in ("¶¶", "§§")
        more = _AND_MORE.match(text, end) if is_plural else None
        if more:
            last, end = _PART_ONLY.findall(more.group())[-1], more.end()
        span = Span(match.start("first"), end)
        yield Locator(kind, _figures(first), _figures(last), span), Span(match.start(), end)


def _is_located(text: str) -> bool:
    return bool(find_locators(text)) or _OTHER_LOCATOR.search(text) is not None


def _pages_beside_locators(text: str) -> tuple[tuple[str, ...], bool, str]:
    """The pages in a citation that may name chapters, lines and the like too (``_take_pages``)."""
    for _locator, span in reversed(list(_located(text))):
        text = text[: span.start] + text[span.end :]
    text = _NOTE_OF_PAGE.sub("", text)
    in_verse = any(match["verse"] or match["lines"] for match in _OTHER_LOCATOR.finditer(text))
    pages, labelled, rest = _take_pages(_OTHER_LOCATOR.sub("", text).strip())
    return (() if in_verse and not labelled else pages), labelled, rest


def _figures(number: str) -> str:
    """ "III", "three" and "3" are "3"."""
    number = number.lower()
    if number in NUMBER_WORDS:
        return str(NUMBER_WORDS.index(number) + 1)
    if not _is_roman(number):
        return number
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[sign] for sign in number]
    following = [*values[1:], 0]
    return str(
        sum(-one if one < after else one for one, after in zip(values, following, strict=True))
    )


def expand_pages(text: str) -> tuple[str, ...]:
    """The page labels of "42-43", "141-42", "xiv", "42f.", "42ff.", "42, 45", in order."""
    found: list[str] = []
    for match in _ONE_RANGE.finditer(text):
        first, last = match["first"], match["last"]
        found.append(first)
        if last:
            found.append(_whole_number(first, last))
        elif match["more"] and first.isdigit():
            following = 1 if match["more"].strip() == "f" else FOLLOWING_PAGES
            found.append(str(int(first) + following))
    return tuple(dict.fromkeys(found))


def _whole_number(first: str, last: str) -> str:
    """The second end of a range that leaves out figures: 141-42 ends at 142."""
    if first.isdigit() and last.isdigit() and len(last) < len(first) and int(last) < int(first):
        return first[: len(first) - len(last)] + last
    return last


def _without_lead_in(content: str) -> str:
    for _ in range(3):
        match = _LEAD_IN.match(content)
        if match is None:
            break
        content = content[match.end() :]
    return content


def _take_pages(content: str) -> tuple[tuple[str, ...], bool, str]:
    """The pages, whether they are called pages, and what is left."""
    labelled = _last(_LABELLED, content)  # "S. Müller, S. 42"
    if labelled is not None:
        rest = content[: labelled.start()] + " " + content[labelled.end() :]
        return expand_pages(labelled["a"] or labelled["b"]), True, rest
    match = _AT_END.search(content)
    if match is not None and _may_be_pages(match["pages"], alone=match.start() == 0):
        numbers, years = _apart_from_years(match["pages"])
        return numbers, False, content[: match.start()] + " " + years
    match = _AT_START.search(content)
    if match is not None and not _YEAR_ONLY.fullmatch(match["pages"]):
        return expand_pages(match["pages"]), False, content[match.end() :]
    return (), False, content


def _may_be_pages(text: str, *, alone: bool) -> bool:
    """Whether numbers without a label can be pages: roman ones only of two letters and more."""
    first = _ONE_RANGE.match(text)
    if first is None:
        return False
    if first["first"].isdigit():
        return True
    return len(first["first"]) > 1 and not alone and _is_roman(first["first"])


def _is_roman(text: str) -> bool:
    return re.fullmatch(r"c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", text) is not None


def _apart_from_years(text: str) -> tuple[tuple[str, ...], str]:
    """Pages, and what among them is rather a year: "(Jones, 42, 1999)", "(Jones 1999)"."""
    parts = [part.strip() for part in text.split(",")]
    years = [part for part in parts if _YEAR_ONLY.fullmatch(part)]
    pages = ", ".join(part for part in parts if part not in years)
    return expand_pages(pages), " ".join(years)


def _take_year(content: str) -> tuple[str, str]:
    match = _last(_YEAR, content)
    if match is None:
        return "", content
    return match["year"], content[: match.start()] + " " + content[match.end() :]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return found[-1] if found else None


# Who and what


def _with_work(read: Read, rest: str, shelf: Shelf) -> Read | None:
    """The citation with its author and title, as far as they can be told apart."""
    author, title = _author_and_title(rest, shelf)
    match = shelf.match(_surname(author, shelf), title, read.year)
    found = replace(read, author=author, title=title, match=match)
    if found.matched or looks_like_work(rest):
        return found
    return None


def _author_and_title(rest: str, shelf: Shelf) -> tuple[str, str]:
    quoted = _QUOTED_TITLE.search(rest)
    if quoted:
        others = rest[: quoted.start()] + rest[quoted.end() :]
        title = quoted[1].strip(" ,.")
        is_title = looks_like_work(title) or shelf.by_title(title)
        return others.strip(" ,.;:"), title if is_title else ""
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if len(parts) > 1:
        return _from_parts(parts, shelf)
    return _from_one_part(rest, shelf)


def _from_parts(parts: list[str], shelf: Shelf) -> tuple[str, str]:
    """Author and title where commas part them, whichever comes first."""
    whole = ", ".join(parts)
    if shelf.by_title(whole):
        return "", whole
    first, last = _surname(parts[0], shelf), _surname(parts[-1], shelf)
    if first and shelf.knows_author(first):
        rest = [part for part in parts[1:] if not _is_given_name(part, parts, shelf)]
        return parts[0], ", ".join(rest)
    if last and shelf.knows_author(last):
        return parts[-1], ", ".join(parts[:-1])
    if _titled(parts[0]) and not _titled(parts[-1]):
        return parts[-1], ", ".join(parts[:-1])
    return parts[0], ", ".join(parts[1:])


def _is_given_name(part: str, parts: list[str], shelf: Shelf) -> bool:
    """ "Jones, Polly" names one person; "Jones, Myth" a person and a title."""
    return len(parts) == 2 and len(part.split()) == 1 and not shelf.by_title(part)


def _from_one_part(rest: str, shelf: Shelf) -> tuple[str, str]:
    if shelf.knows_author(_surname(rest, shelf)) and len(rest.split()) <= 4:
        return rest, ""
    if shelf.by_title(rest):
        return "", rest
    words = rest.split()
    for cut in (1, 2):
        author = re.sub(r"['’]s?$", "", " ".join(words[:cut]))
        if len(words) > cut and shelf.knows_author(_surname(author, shelf)):
            return author, " ".join(words[cut:]).removeprefix("in ").strip()
    if _titled(rest):
        return "", rest
    return rest, ""


def _titled(text: str) -> bool:
    """Whether words look like a title rather than a name."""
    words = text.split()
    small = {word.lower() for word in words} & {"the", "a", "an", "of", "on", "in", "to", "for"}
    return bool(small) or len(words) > 4


def _surname(author: str, shelf: Shelf) -> str:
    """The word by which an author is known, of "Polly Jones", "P. Jones" or "Jones et al."."""
    author = re.sub(r"\s*\bet al\b\.?", "", author)
    author = re.split(r"\s+(?:and|und|et|y|и)\s+|\s?[&/]\s?", author)[0].strip(" .,")
    if not author:
        return ""
    if shelf.knows_author(author):
        return author
    words = author.split()
    return words[-1] if len(words) <= 4 else ""


def looks_like_work(text: str) -> bool:
    """Whether words could be an author or a title: capitals throughout, nothing exclaimed."""
    words = _WORD.findall(text)
    if not words or len(words) > 14 or re.search(r"[?!=<>@#/]|\.\.\.|…", text):
        return False
    if not words[0][:1].isupper() or plain(words[0]).strip(".") in NEVER_NAMES:
        return False
    if len(words) == 1 and len(words[0]) > 1 and words[0].isupper():
        return False
    return all(
        word[:1].isupper() or word.lower().strip(".") in SMALL_IN_CITATIONS for word in words
    )
