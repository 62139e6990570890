"""Post in, quotations and citations out.

What stands in quotation marks is found (``quotemarks``), what says where words come from is
found and resolved (``references``), and here the two are brought together; what quotes nobody is
marked as such (``terms``). Where it is doubtful whether a citation belongs to a phrase, it does
not: a wrong accusation is worse than a missed slip.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from quotecheck.citing import expand_pages, is_translation, tells_of_translating
from quotecheck.names import Shelf, plain, shelf_of
from quotecheck.quotemarks import (
    Marked,
    Paragraph,
    after_mark,
    find_marks,
    has_words,
    paragraphs,
    trimmed,
)
from quotecheck.references import exact_title, find_asides, find_references
from quotecheck.surroundings import Reference, Surroundings
from quotecheck.terms import looks_like_title, why_perhaps, why_post, why_term, word_count
from quotecheck.tongues import in_two_languages, language_of
from quotecheck.types import Citation, Post, Quotation, ReadingInfo, Span
from quotecheck.vocabulary import GOING_ON, NO_CUT_IN, PRONOUNS, REPORTING

# A phrase of so few words may be the writer's own, in irony.
SHORT = 4
# Where a name is all there is, as many words with capitals are rather a title.
LONGEST_NAMED_TITLE = 10
# Words between "Jones writes that the party" and what is quoted.
MOST_WORDS_AFTER_NAME = 10
# Words between a short phrase and the bracket at the end of its sentence.
MOST_WORDS_TO_BRACKET = 6
LONGEST_CUT_IN = 90
LONGEST_TO_GLOSS = 60
LONGEST_UNCLOSED = 600

_CLAUSE = re.compile(r"\s+(?:that|how|why|what|when|whether|dass|wie|que)\b")
_COLON = re.compile(r"\s*:\s*")
_NO_COLON = re.compile(r"[\s,]*")
_NAME_AND_PAGE = re.compile(
    r"(?P<name>[^\W\d_](?:[^\W_]|['’-]){1,40})\s?,?\s?(?P<label>(?:pp?\.?|S\.|pages?|с\.)\s?)?"
    r"(?P<pages>\d{1,4}(?:[-–]\d{1,4})?)\s?(?P<colon>[:,])?\s*$"
)
_PAGE_IN_PROSE = re.compile(
    r"(?<!\w)(?:pp?\.|pages?|Seiten?|S\.|с\.|стр\.)\s?(?P<pages>\d{1,4}(?:\s?[-–]\s?\d{1,4})?)(?!\w)"
)
# Between words and what they mean.
_BEFORE_GLOSS = re.compile(
    r"\s*+(?:[(\[][^()\[\]]{1,40}[)\]])?+\s*+"
    r"(?:[–—=,(\[/:-]|i\.e\.|or|that is|d\. ?h\.|also|c'est-à-dire|то есть)?+[\s,]*+"
    r"(?:(?:i\.e\.|or|that is|d\. ?h\.|c'est-à-dire|то есть|(?:in|auf|en) \w{6,9})[\s,:]*+){0,2}+"
)
_IN_LANGUAGE = re.compile(
    r"\b(?:in|auf|en|на) (?:english|german|french|spanish|italian|russian|translation|deutsch|"
    r"englisch|französisch|russisch|übersetzung|français|anglais|allemand|russe|traduction)\b",
    re.IGNORECASE,
)
# One bracket or two: "(42) (my translation)", "(42; my translation)".
_BRACKETS_BEHIND = re.compile(r"(?:[\s.,;:!?]{0,4}+[(\[][^()\[\]\n]{1,240}+[)\]]){1,2}+")
_WORD = re.compile(r"[^\W_]+(?:['’\-‐‑][^\W_]+)*")
_ONLY_LIST = re.compile(r"[\s,;/&–—]*(?:(?:and|or|und|oder|et|ou|y|e|и|или)\b)?[\s,;]*")


def find_quotations(post: Post, readings: Sequence[ReadingInfo]) -> list[Quotation]:
    """What a post has in quotation marks or set as a block, in order.

    Each quotation has the citation that belongs to it. What quotes nobody has ``term`` set; a
    phrase of four words and fewer with neither citation nor ``term`` may still be the writer's
    own.
    """
    return _Extraction(post, shelf_of(tuple(readings))).quotations()


def find_citations(post: Post, readings: Sequence[ReadingInfo]) -> list[Citation]:
    """Every place of a post where it says whose words it gives, in order.

    Somebody who is merely named ("Smith writes") is left out unless a reading is theirs or words
    are quoted from them. What may be a work or an event has ``how`` "perhaps".
    """
    shelf = shelf_of(tuple(readings))
    extraction = _Extraction(post, shelf)
    used = {
        quotation.citation.span: quotation.citation
        for quotation in extraction.quotations()
        if quotation.citation is not None
    }
    found = {
        reference.citation.span: reference.citation
        for reference in extraction.references
        if reference.citation not in extraction.glosses and _worth_telling(reference, used)
    }
    asides = find_asides(extraction.around, shelf, extraction.references)
    found |= {citation.span: citation for citation in asides}
    for span, citation in used.items():  # some are put together from a name and a page
        if span not in found or found[span].how == "named":
            found[span] = citation
    return sorted(found.values(), key=lambda citation: citation.span)


def _worth_telling(reference: Reference, used: Container[Span]) -> bool:
    citation = reference.citation
    if reference.kind != "named" or citation.span in used:
        return True
    theirs = citation.reading or citation.candidates
    return bool(citation.author and theirs and not reference.says)


@dataclass(slots=True)
class _Unit:
    """Marks that make one quotation: ``first`` to ``last`` of what is marked."""

    first: int
    last: int
    span: Span
    pieces: list[Span]
    text: str
    citation: Citation | None = None
    named: bool = False


class _Extraction:
    def __init__(self, post: Post, shelf: Shelf) -> None:
        self.text = post.text
        self.people = post.people
        self.shelf = shelf
        self.paragraphs = paragraphs(post.text, post.block_quotes)
        marks = find_marks(post.text, self.paragraphs)
        self.unclosed = marks.unclosed
        self.around = Surroundings(post.text, self.paragraphs, marks.marked)
        self.references = find_references(self.around, shelf)
        self.glosses: set[Citation] = set()
        self.translating, self.all_translated = tells_of_translating(post.text)
        self.language = language_of(post.text) if self.translating else ""
        self._starts = [each.citation.span.start for each in self.references]
        self._direct = _first_by(self.references, "direct")
        self._inside = _first_by(self.references, "inside")
        self._block = _first_by(self.references, "block")

    def quotations(self) -> list[Quotation]:
        """All of them in order."""
        units = list(self._units())
        for unit in units:
            self._cite(unit)
        self._cite_lists(units)
        found = [self._quotation(unit) for unit in units]
        found += self._blocks()
        found += self._recovered()
        return sorted(found, key=lambda quotation: quotation.span)

    # What belongs together

    def _units(self) -> Iterator[_Unit]:
        marked = self.around.marked
        index = 0
        while index < len(marked):
            last = index
            while last + 1 < len(marked) and self._is_cut(marked[last], marked[last + 1]):
                last += 1
            unit = self._unit(index, last)
            if _WORD.search(unit.text):
                yield unit
            index = last + 1

    def _unit(self, first: int, last: int) -> _Unit:
        marked = self.around.marked
        pieces: list[Span] = []
        parts: list[str] = []
        for number in range(first, last + 1):
            own = list(marked[number].pieces)
            if number < last:
                own[-1] = self._without_comma(own[-1])
            elif number in self._inside:
                cut = self.references[self._inside[number]].citation.span.start
                own[-1] = trimmed(self.text, own[-1].start, cut)
            pieces += own
            parts.append("\n\n".join(self.text[a:b] for a, b in own))
        span = Span(marked[first].span.start, marked[last].span.end)
        return _Unit(first, last, span, pieces, " ".join(parts))

    def _without_comma(self, piece: Span) -> Span:
        end = piece.end
        while end > piece.start and self.text[end - 1] in ", ":
            end -= 1
        return Span(piece.start, end)

    def _is_cut(self, first: Marked, second: Marked) -> bool:
        """Whether the writer only cuts in: "The party," he wrote, "learned its lesson"."""
        start, end = first.span.end, second.span.start
        if not 4 <= end - start <= LONGEST_CUT_IN:
            return False
        gap = self.text[start:end]
        if exact_title(self.text[first.pieces[0].start : first.pieces[-1].end - 1], self.shelf):
            return False
        before, after = self.text[first.pieces[-1].end - 1], gap.rstrip()[-1:]
        if before not in ",–—-" and gap.lstrip()[:1] not in ",–—":
            return False
        if re.search(r"[.!?;:()\n]", gap) or after not in ",–—-":
            return False
        words = [word.lower() for word in _WORD.findall(gap)]
        if not 2 <= len(words) <= 9 or NO_CUT_IN & set(words):
            return False
        if not (REPORTING | GOING_ON) & set(words):
            return False
        return not self.text[second.pieces[0].start].isupper()

    # Whose words

    def _cite(self, unit: _Unit) -> None:
        reference = self._bracket(unit)
        if reference is not None and self._is_gloss(unit, reference):
            self.glosses.add(reference.citation)
        elif reference is not None:
            unit.citation = _of_several(reference)
            return
        unit.citation = self._leading(unit)
        named = self._named_before(unit) or self._named_after(unit)
        if unit.citation is None and named is not None and self._may_be_theirs(unit, named):
            unit.citation, unit.named = self._with_page_of(unit, named), True
        if unit.citation is None and named is None and (author := self._pronoun(unit)):
            unit.citation, unit.named = author, True

    def _bracket(self, unit: _Unit) -> Reference | None:
        """The bracket or note that belongs to a quotation: in it, right behind, around, later."""
        around = bisect_left(self._starts, unit.span.start) - 1
        if around >= 0:
            reference = self.references[around]
            if reference.kind == "bracket" and reference.citation.span.end >= unit.span.end:
                return reference
        number = self._inside.get(unit.last, self._direct.get(unit.last))
        return self.references[number] if number is not None else self._trailing(unit)

    def _leading(self, unit: _Unit) -> Citation | None:
        """What stands before a colon and the quotation: (Jones 42): "…", Jones, p. 42: "…"."""
        start = max(0, unit.span.start - 80)
        before = self.around.masked[start : unit.span.start]
        number = bisect_left(self._starts, unit.span.start) - 1
        if number >= 0:
            reference = self.references[number]
            end = reference.citation.span.end - start
            is_bracket = reference.kind in ("bracket", "pages")
            if _COLON.fullmatch(before, end):
                return reference.citation if is_bracket else None
            # Jones (2013: 42) "…"
            alone = (
                reference.direct is None and reference.inside is None and reference.kind == "pages"
            )
            if alone and reference.citation.author and _NO_COLON.fullmatch(before, end):
                return reference.citation
        match = _NAME_AND_PAGE.search(before)
        if match is None or not self.shelf.knows_author(match["name"]):
            return None
        if match["colon"] != ":" and not match["label"]:  # "In Jones, 1956 was …"
            return None
        name, found = match["name"], self.shelf.match(match["name"])
        span = Span(start + match.start(), start + match.end("pages"))
        pages = expand_pages(match["pages"])
        raw = self.text[span.start : span.end]
        return Citation(span, raw, name, "", "", pages, *found, how="bracket")

    def _is_gloss(self, unit: _Unit, reference: Reference) -> bool:
        """ "Man of Steel" (Stalin): a name that explains a name, not one that is cited."""
        citation = reference.citation
        if citation.reading or citation.candidates or citation.pages or citation.title:
            return False
        if reference.kind != "bracket" or citation.year:
            return False
        count = word_count(unit.text)
        return count <= 1 or (count <= SHORT and looks_like_title(unit.text, unit.text.split()))

    def _trailing(self, unit: _Unit) -> Reference | None:
        """The bracket that ends the sentence, when nothing else is quoted in between."""
        if word_count(unit.text) < 3:
            return None
        number = bisect_left(self._starts, unit.span.end)
        while number < len(self.references):
            reference = self.references[number]
            start = reference.citation.span.start
            if self.around.sentence(start) != self.around.sentence(unit.span.end - 1):
                return None
            if self.around.marks_between(unit.span.end, start):
                return None
            if reference.kind == "named" and ";" in self.around.masked[unit.span.end : start]:
                return None  # "…"; Jones says otherwise (42)
            if reference.kind in ("bracket", "pages", "again") and reference.direct is None:
                between = _WORD.findall(self.around.masked, unit.span.end, start)
                far = word_count(unit.text) <= SHORT and len(between) > MOST_WORDS_TO_BRACKET
                return None if far else reference
            number += 1
        return None

    def _named_before(self, unit: _Unit) -> Reference | None:
        """Who is said to write, shortly before the quotation in the same sentence."""
        number = bisect_left(self._starts, unit.span.start) - 1
        sentence = self.around.sentence(unit.span.start)
        while number >= 0:
            reference = self.references[number]
            span = reference.citation.span
            if self.around.sentence(span.start) != sentence:
                return None
            if reference.kind == "named" and span.end <= unit.span.start:
                between = self.around.masked[span.end : unit.span.start]
                near = len(between) < 120 and self._few_words(between, reference, unit)
                return reference if near else None
            number -= 1
        return None

    def _few_words(self, between: str, reference: Reference, unit: _Unit) -> bool:
        words = [word.lower() for word in _WORD.findall(between)]
        if REPORTING & set(words) and reference.citation.author:
            return False
        if self.around.marks_between(reference.citation.span.end, unit.span.start):
            return False
        most = 2 if word_count(unit.text) <= 1 else MOST_WORDS_AFTER_NAME
        return len(words) <= most

    def _named_after(self, unit: _Unit) -> Reference | None:
        """ "…," writes Jones; "…", as Jones puts it."""
        number = bisect_left(self._starts, unit.span.end)
        if number >= len(self.references):
            return None
        reference = self.references[number]
        start = reference.citation.span.start
        if reference.kind != "named" or start - unit.span.end > 12:
            return None
        between = self.text[unit.span.end : start]
        if re.search(r"[.!?;:(]", between) or not reference.citation.author:
            return None
        if _CLAUSE.match(self.text, reference.citation.span.end):
            return None
        words = [word.lower() for word in _WORD.findall(between)]
        comma = "," in between or self.text[unit.pieces[-1].end - 1] in ",?!"
        return reference if comma and set(words) <= {"as", "so", "wie", "comme", "как"} else None

    def _may_be_theirs(self, unit: _Unit, named: Reference) -> bool:
        """Whether a name in the sentence is enough to take the words for theirs."""
        citation = named.citation
        count = word_count(unit.text)
        known = bool(citation.reading or citation.candidates)
        if not citation.author:
            return count > SHORT
        if not known and self._takes_part(citation.author):
            return False
        if count <= LONGEST_NAMED_TITLE and looks_like_title(unit.text, unit.text.split()):
            return False
        return known or count > SHORT

    def _pronoun(self, unit: _Unit) -> Citation | None:
        """ "Jones is clear. She writes that …": the only one who is named here and in the sentence
        before, if that is an author of a reading.
        """
        if word_count(unit.text) <= SHORT:
            return None
        here = self.around.sentence_span(unit.span.start)
        start = max(here.start, unit.span.start - 120)
        lead = [*_WORD.finditer(self.around.masked, start, unit.span.start)][-8:]
        words = [match.group().lower() for match in lead]
        if not PRONOUNS & set(words) or not REPORTING & set(words):
            return None
        before = self.around.sentence_span(here.start - 1) if here.start else here
        named = {
            word: keys
            for match in _WORD.finditer(self.around.masked, max(before.start, start - 400), start)
            if (word := match.group().removesuffix("'s").removesuffix("’s"))[:1].isupper()
            and (keys := self.shelf.by_author(word))
        }
        if len(set(named.values())) != 1 or self._others_named(before.start, unit, named):
            return None
        (author, *_), (keys, *_) = named.keys(), named.values()
        said = next(at for at, word in enumerate(words) if word in PRONOUNS)
        span = Span(lead[said].start(), lead[min(said + 1, len(lead) - 1)].end())
        one = keys[0] if len(keys) == 1 else None
        raw = self.text[span.start : span.end]
        others = () if one else keys
        return Citation(span, raw, author, reading=one, candidates=others, how="named")

    def _others_named(self, start: int, unit: _Unit, known: Container[str]) -> bool:
        """Whether somebody else is said to write or to speak from here to the quotation."""
        number = bisect_left(self._starts, start)
        while number < len(self.references) and self._starts[number] < unit.span.start:
            author = self.references[number].citation.author
            if author and author.split()[-1] not in known:
                return True
            number += 1
        return False

    def _takes_part(self, name: str) -> bool:
        words = set(plain(name).split())
        return any(words <= set(plain(person).split()) for person in self.people)

    def _with_page_of(self, unit: _Unit, named: Reference) -> Citation:
        """ "Jones (42) writes": the bracket after the name has the page."""
        number = bisect_left(self._starts, named.citation.span.start)
        if named.citation.span.start >= unit.span.end:
            return self._page_behind(named, number)
        if self.around.quoted_shortly_before(named.citation.span.start) is not None:
            # "…," says Jones (42); "…": the page is that of the other quotation.
            return named.citation
        while number < len(self.references) and self._starts[number] < unit.span.start:
            reference = self.references[number]
            if reference.kind in ("bracket", "pages") and reference.direct is None:
                return reference.citation
            number += 1
        return self._with_page_in_prose(unit, named.citation)

    def _page_behind(self, named: Reference, number: int) -> Citation:
        """ "…," says Jones (42): the page right behind the name."""
        for reference in self.references[number : number + 2]:
            start = reference.citation.span.start
            is_page = reference.kind in ("bracket", "pages") and reference.direct is None
            if is_page and 0 <= start - named.citation.span.end <= 2:
                return reference.citation
        return named.citation

    def _with_page_in_prose(self, unit: _Unit, citation: Citation) -> Citation:
        """ "On page 42 Jones writes": the only page that the sentence tells."""
        sentence = self.around.sentence_span(unit.span.start)
        start = max(sentence.start, unit.span.start - 200)
        end = min(sentence.end, unit.span.end + 100)
        return self._with_page_told(citation, Span(start, end))

    def _with_page_told(self, citation: Citation, within: Span) -> Citation:
        told = [match["pages"] for match in _PAGE_IN_PROSE.finditer(self.around.masked, *within)]
        if len(told) != 1:
            return citation
        return replace(citation, pages=expand_pages(told[0]), how="pages")

    def _cite_lists(self, units: Sequence[_Unit]) -> None:
        """ "distress," "outrage" and "confusion" (Jones 42): one citation for all of them."""
        for unit, following in zip(reversed(units[:-1]), reversed(units[1:]), strict=True):
            if unit.citation is None and following.citation is not None and not following.named:
                gap = self.text[unit.span.end : following.span.start]
                listed = gap.strip() or unit.text.endswith(",")
                if len(gap) <= 8 and listed and _ONLY_LIST.fullmatch(gap):
                    unit.citation = _shared(following.citation, unit)

    # The quotations themselves

    def _quotation(self, unit: _Unit) -> Quotation:
        term = self._term(unit)
        citation = None if term else unit.citation
        pieces = tuple(unit.pieces)
        translated = self._translated(pieces[-1].end, unit.span.end) if self.translating else ""
        return Quotation(
            unit.span,
            pieces,
            unit.text,
            citation=citation,
            term=term,
            translated=translated,
            into=self.language if translated else "",
            perhaps="" if term else self._perhaps(unit, citation),
        )

    def _perhaps(self, unit: _Unit, citation: Citation | None) -> str:
        if citation is not None and (citation.how != "named" or not citation.author):
            return ""
        sentence = self.around.sentence_span(unit.span.start)
        before = self.around.masked[max(sentence.start, unit.span.start - 240) : unit.span.start]
        after = self.around.masked[unit.span.end : min(sentence.end, unit.span.end + 60)]
        return why_perhaps(before, after, citation.author if citation is not None else "")

    def _translated(self, start: int, end: int) -> Literal["", "here", "all"]:
        """Whether the brackets behind a quotation, or at its end, call it a translation."""
        behind = _BRACKETS_BEHIND.match(self.text, end)
        there = self.text[max(0, start - 60) : behind.end() if behind else end]
        within = there[there.rfind("[", 0, min(60, start) + 1) :] if "]" in there else ""
        if is_translation(behind.group() if behind else "") or is_translation(within):
            return "here"
        return "all" if self.all_translated else ""

    def _term(self, unit: _Unit) -> str:
        if exact_title(unit.text.strip(" ,."), self.shelf) or self._in_citation(unit):
            return "title"
        if unit.citation is not None:
            return ""
        if self._explains_other(unit):
            return "meaning"
        sentence = self.around.sentence_span(unit.span.start)
        start = max(sentence.start, unit.span.start - 160)
        before = self.around.masked[start : unit.span.start]
        after = self.around.masked[unit.span.end : unit.span.end + 40]
        return why_term(unit.text, before, after, self.shelf, self.people)

    def _explains_other(self, unit: _Unit) -> bool:
        """ "Kein Haus" (42) – "no house": the words just quoted, in another language."""
        if unit.first == 0:
            return False
        before = self.around.marked[unit.first - 1]
        gap = self.text[before.span.end : unit.span.start]
        if len(gap) > LONGEST_TO_GLOSS or not _BEFORE_GLOSS.fullmatch(gap):
            return False
        if _IN_LANGUAGE.search(gap):
            return True
        return in_two_languages(self.text[before.span.start : before.span.end], unit.text)

    def _in_citation(self, unit: _Unit) -> bool:
        """Whether the words are the title in the bracket of a citation."""
        number = bisect_left(self._starts, unit.span.start + 1) - 1
        if number < 0 or self.references[number].kind == "named":
            return False
        citation = self.references[number].citation
        return citation.span.end >= unit.span.end and citation.title == unit.text.strip(" ,.")

    def _blocks(self) -> Iterator[Quotation]:
        """Block quotations; paragraphs that follow each other are one, unless each is cited."""
        numbers = [n for n, paragraph in enumerate(self.paragraphs) if paragraph.block]
        index = 0
        while index < len(numbers):
            last = index
            while (
                last + 1 < len(numbers)
                and numbers[last + 1] == numbers[last] + 1
                and numbers[last] not in self._block
            ):
                last += 1
            block = self._one_block(numbers[index : last + 1])
            if block is not None:
                yield block
            index = last + 1

    def _one_block(self, numbers: Sequence[int]) -> Quotation | None:
        pieces = [self._block_piece(number) for number in numbers]
        pieces = [piece for piece in pieces if has_words(self.text, piece)]
        if not pieces:
            return None
        span = Span(self.paragraphs[numbers[0]].start, self.paragraphs[numbers[-1]].end)
        citation = self._block_citation(numbers[0], numbers[-1])
        merely_named = citation is None or (citation.how == "named" and citation.reading is None)
        term = self._block_term(numbers[0]) if merely_named else ""
        text = "\n\n".join(self.text[a:b] for a, b in pieces)
        translated = self._translated_block(pieces[-1].end, span.end) if self.translating else ""
        return Quotation(
            trimmed(self.text, *span),
            tuple(pieces),
            text,
            block=True,
            citation=None if term else citation,
            term=term,
            translated=translated,
            into=self.language if translated else "",
        )

    def _block_term(self, first: int) -> str:
        """Why a block quotes no reading: what leads to it speaks of a post."""
        if first == 0 or self.paragraphs[first - 1].block:
            return ""
        before = self.paragraphs[first - 1]
        return why_post(
            self.around.masked[max(before.start, before.end - 160) : before.end], self.people
        )

    def _translated_block(self, start: int, end: int) -> Literal["", "here", "all"]:
        found = self._translated(start, end)
        return "here" if is_translation(self.text[start:end]) else found

    def _block_piece(self, number: int) -> Span:
        """The words of a block: without the marks around it, without the citation at its end."""
        paragraph = self.paragraphs[number]
        piece = trimmed(self.text, paragraph.start, paragraph.end)
        if number in self._block:
            cite = self.references[self._block[number]].citation.span
            if piece.start < cite.start < piece.end:
                piece = trimmed(self.text, piece.start, cite.start)
        inner = find_marks(self.text, [Paragraph(piece.start, piece.end)]).marked
        if len(inner) != 1 or len(inner[0].pieces) != 1:
            return piece
        whole = inner[0].span.start == piece.start and piece.end - inner[0].span.end <= 1
        return inner[0].pieces[0] if whole else piece

    def _block_citation(self, first: int, last: int) -> Citation | None:
        if last in self._block:
            return self.references[self._block[last]].citation
        before = self.paragraphs[first].start - 1
        number = bisect_left(self._starts, before) - 1
        if first == 0 or number < 0 or self.paragraphs[first - 1].block:
            return None
        reference = self.references[number]
        start = reference.citation.span.start
        if self.around.sentence(start) != self.around.sentence(self.paragraphs[first - 1].end - 1):
            return None
        leads_in = reference.direct is None and start >= self.paragraphs[first - 1].start
        if leads_in and reference.kind == "named":  # "Jones writes on p. 42:"
            return self._with_page_told(reference.citation, Span(start, before + 1))
        return reference.citation if leads_in else None

    def _recovered(self) -> Iterator[Quotation]:
        """Quotations whose closing mark was forgotten, where a citation shows their end."""
        for span in self.unclosed:
            reference = self._first_bracket(span)
            if reference is None or self.around.quoted_around(span.start) is not None:
                continue
            end = reference.citation.span.start
            piece = trimmed(self.text, after_mark(self.text, span.start), end)
            if word_count(self.text[piece.start : piece.end]) > 2:
                text = self.text[piece.start : piece.end]
                whole = Span(span.start, piece.end)
                yield Quotation(whole, (piece,), text, citation=reference.citation)

    def _first_bracket(self, span: Span) -> Reference | None:
        number = bisect_left(self._starts, span.start)
        if number >= len(self.references):
            return None
        reference = self.references[number]
        start = reference.citation.span.start
        if start >= min(span.end, span.start + LONGEST_UNCLOSED):
            return None
        if reference.kind != "bracket" or not reference.stands_alone:
            return None
        if self.around.marks_between(span.start, start):
            return None
        return reference


def _of_several(reference: Reference) -> Citation:
    """The citation; of several in one bracket any can be meant, with the pages of its own."""
    if not reference.among:
        return reference.citation
    return replace(
        reference.citation, author="", title="", pages=(), reading=None, candidates=reference.among
    )


def _shared(citation: Citation, unit: _Unit) -> Citation:
    """The citation of another quotation in the same list; of a long one it does not tell the page,
    which may be another.
    """
    return citation if word_count(unit.text) <= SHORT else replace(citation, pages=())


def _first_by(references: Sequence[Reference], attribute: str) -> dict[int, int]:
    """The first reference for each quotation or paragraph that it belongs to."""
    found: dict[int, int] = {}
    for number, reference in enumerate(references):
        owner = getattr(reference, attribute)
        if owner is not None:
            found.setdefault(owner, number)
    return found
